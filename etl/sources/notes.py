"""Notes about reading a value: a repair, or the expected form."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import msgspec

from etl.records import Note, NoteKind

_AT_MOST = 1000  # notes of one record; a record with more is damaged throughout


class Loss(str):
    """A message about something that was not read, or of which letters are lost."""

    __slots__ = ()


class Unreadable(Exception):
    """A value is not of its field's kind."""

    def __init__(self, expected: str, found: str) -> None:
        super().__init__(expected, found)
        self.expected = expected
        self.found = repr(composed(found))


@dataclass(slots=True)
class Notes:
    """Collects what was repaired in one record."""

    notes: list[Note] = field(default_factory=list)
    line: int = 1
    field: str = ""
    file: str = ""

    def at(self, line: int, name: str, file: str = "") -> None:
        """Say which field is read next, and in which file if that is a joined one."""
        self.line, self.field, self.file = line, name, file

    def add(self, message: str, kind: NoteKind = NoteKind.REPAIR) -> None:
        """Note something about the field that is being read."""
        if len(self.notes) < _AT_MOST:
            self.notes.append(Note(self.line, shortened(self.field), message, kind, self.file))
        elif not self.is_full:
            self.notes.append(Note(self.line, "", f"more than {_AT_MOST} notes"))

    def unread(self, error: Unreadable) -> None:
        """Note that the field that is being read is not of its kind."""
        self.add(f"not read: expected {error.expected}, found {error.found}", NoteKind.LOSS)

    @property
    def is_full(self) -> bool:
        """Return whether no more is noted."""
        return len(self.notes) > _AT_MOST

    def once(self, name: str, message: str, kind: NoteKind = NoteKind.REPAIR) -> None:
        """Note something about another field, unless it is noted already."""
        if not self.is_full and Note(self.line, shortened(name), message) not in self.notes:
            self.field, field = name, self.field
            self.add(message, kind)
            self.field = field

    def extend(self, messages: Iterable[str]) -> None:
        """Note repairs and losses of the field that is being read, each once."""
        for message in dict.fromkeys(messages):
            kind = NoteKind.LOSS if isinstance(message, Loss) else NoteKind.REPAIR
            self.add(str(message), kind)


def composed(text: str) -> str:
    """Return a text in Unicode's form NFC."""
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def quoted(text: str, limit: int = 60) -> str:
    """Quote a text for a message, shortened to `limit` characters."""
    return repr(shortened(text, limit))


def shortened(text: str, limit: int = 60) -> str:
    """Cut a text for a message, in form NFC, to `limit` characters."""
    text = composed(text)
    return text if len(text) <= limit else text[: limit - 1] + "…"


def listed(names: Sequence[str], limit: int = 5) -> str:
    """List names for a message, the first few of many."""
    named = ", ".join(map(shortened, names[:limit]))
    return named if len(names) <= limit else f"{named} and {len(names) - limit} more"


def as_json(value: object) -> str:
    """Write a value for a message as JSON has it."""
    try:
        return msgspec.json.encode(value).decode()
    except (ValueError, RecursionError):  # what is too large to be written
        return f"a {type(value).__name__}"
