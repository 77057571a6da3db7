"""Single values as film records write them, read without guessing.

Each function returns the value, or raises `Unreadable` with what was expected. What it had
to repair it says to a `Notes`.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from html.entities import html5

from etl.identifiers import imdb_title_id
from etl.records import Note, NoteKind, Rating

YEAR_EXPECTED = "a year such as 2004"

_ABSENT = {"n/a", "\\n", "-", "--"}
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_YEAR = re.compile(r"\(?(\d{4})\)?")
_DATE = re.compile(r"(\d{4})-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])")
_RATING = re.compile(r"(\d{1,3}(?:[.,]\d{1,18})?)(?:\s*/\s*10)?")
_NUMBER = re.compile(r"[0-9]{1,18}")
# The articles that film catalogues move behind a title, where none is a word's end by chance.
_ARTICLE = re.compile(r"(?s)(.+), (The|A|An|Le|La|Les|L'|Der|Das|El|Los|Las|Il|Lo|Gli)")
_SUFFIX = re.compile(r"(?i:Jr|Sr|II|III|IV|Esq|M\.?D|Ph\.?D)\.?")
# No text has them, and XML has no way to write them.
# Source: XML 1.0 section 2.2, `Char`, without the line ends and the tab that it allows.
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


class Unreadable(Exception):
    """A value is not of its field's kind."""

    def __init__(self, expected: str, found: str) -> None:
        super().__init__(expected, found)
        self.expected = expected
        self.found = repr(found)


@dataclass(slots=True)
class Notes:
    """Collects what was repaired in one record."""

    notes: list[Note] = field(default_factory=list)
    line: int = 1
    field: str = ""

    def at(self, line: int, name: str) -> None:
        """Say which field is read next."""
        self.line, self.field = line, name

    def add(self, message: str, kind: NoteKind = NoteKind.REPAIR) -> None:
        """Note something about the field that is being read."""
        self.notes.append(Note(self.line, self.field, message, kind))


def quoted(text: str, limit: int = 60) -> str:
    """Quote a text for a message, shortened to `limit` characters."""
    return repr(text if len(text) <= limit else text[: limit - 1] + "…")


def plain(text: str, notes: Notes) -> str:
    """Return a text, in form NFC, without HTML's character references and control characters."""
    if "&" in text and (repaired := _ENTITY.sub(_character, text)) != text:
        notes.add("HTML character references replaced by the characters they stand for")
        text = unicodedata.normalize("NFC", repaired)
    if controls := sorted(set(_CONTROL.findall(text))):
        notes.add(f"control characters taken out: {', '.join(map(_code_point, controls))}")
        text = _CONTROL.sub(lambda match: " " if match[0].isspace() else "", text)
    return text


def _character(reference: re.Match[str]) -> str:
    """Return what a character reference stands for; an unknown one stands for itself."""
    known = reference[0][1] == "#" or reference[0][1:] in html5
    return html.unescape(reference[0]) if known else reference[0]


def _code_point(character: str) -> str:
    return f"U+{ord(character):04X}"


def present(text: str, notes: Notes) -> str:
    """Return a value without the space around it; empty for the usual marks of absence."""
    value = text.strip()
    if value.lower() in _ABSENT:
        notes.add(f"{quoted(value)} read as no value", NoteKind.LOSS)
        return ""
    if value and text[-1].isspace():
        notes.add("space at the end of the line dropped")
    return value


def title(text: str, notes: Notes) -> str | None:
    """Read a title; a trailing article is put back in front."""
    value = plain(present(text, notes), notes).strip()
    if match := _ARTICLE.fullmatch(value):
        article = match[2] if match[2].endswith("'") else match[2] + " "
        notes.add(f"article put back in front: {quoted(value)}")
        return article + match[1]
    return value or None


def year(text: str, notes: Notes) -> int | None:
    """Read a year; a whole ISO date counts as its year."""
    value = present(text, notes)
    if not value:
        return None
    match = _YEAR.fullmatch(value) or _DATE.fullmatch(value)
    if not match or not value.isascii():
        raise Unreadable(YEAR_EXPECTED, value)
    if value != match[1]:
        notes.add(f"{quoted(value)} read as the year {match[1]}")
    return int(match[1])


def rating(text: str, notes: Notes) -> Rating | None:
    """Read a rating from 1 to 10; whether it lies on the scale is for the shapes to say."""
    value = present(text, notes)
    if not value:
        return None
    match = _RATING.fullmatch(value)
    if not match or not value.isascii():
        raise Unreadable("a number such as 7.5", value)
    if value != match[1] or "," in value:
        notes.add(f"{quoted(value)} read as {match[1].replace(',', '.')}")
    return Rating(Decimal(match[1].replace(",", ".")))


def imdb_title(text: str, notes: Notes) -> str | None:
    """Read an IMDb page or id; any of their forms is one id."""
    value = present(text, notes)
    if not value:
        return None
    identifier = imdb_title_id(value)
    if identifier is None:
        raise Unreadable("an IMDb title such as https://www.imdb.com/title/tt0338013/", value)
    return identifier


def number(text: str, notes: Notes) -> str | None:
    """Read a record's number, without leading zeros."""
    value = present(text, notes)
    if not value:
        return None
    if not _NUMBER.fullmatch(value):
        raise Unreadable("a number such as 7361", value)
    if value != (shortest := str(int(value))):
        notes.add(f"leading zeros dropped from {quoted(value)}")
    return shortest


def synopsis(text: str, notes: Notes) -> str | None:
    """Read free text: all of it, but for the space around it."""
    value = text.strip()
    if value.lower() in _ABSENT:
        return present(text, notes) or None
    return plain(value, notes).strip() or None


def names(text: str, notes: Notes) -> tuple[str, ...]:
    """Read people's names, separated by commas; each is kept once, in order.

    Each line of `text` is what one line of the file has.
    """
    found = [name for line in text.split("\n") for name in _names(line, notes)]
    unique = tuple(dict.fromkeys(found))
    if len(unique) < len(found):
        twice = sorted(name for name, count in Counter(found).items() if count > 1)
        notes.add(f"named more than once: {', '.join(twice)}")
    return unique


def _names(text: str, notes: Notes) -> Iterator[str]:
    value = plain(present(text, notes), notes)
    return _joined(_split(value, notes), notes)


def _split(value: str, notes: Notes) -> list[str]:
    """Cut a line into names. A comma beside another separator may only stand before a suffix."""
    marks = [mark for mark in ";|," if mark in value]
    separator = marks[0] if marks else ","
    pieces = value.split(separator)
    if len(marks) > 1:
        parts = [part.strip() for piece in pieces for part in piece.split(",")[1:]]
        if marks[1] != "," or not all(map(_SUFFIX.fullmatch, parts)):
            raise Unreadable("names separated by commas", value)
        pieces = [part for piece in pieces for part in piece.split(",")]
    items = [" ".join(piece.split()) for piece in pieces]
    if separator != ",":
        notes.add(f"names separated by {separator!r}")
    if "" in items and any(items):
        notes.add("empty name between separators dropped")
    if items != [piece.strip() for piece in pieces]:
        notes.add("space between the words of a name made one")
    return [item for item in items if item]


def _joined(items: list[str], notes: Notes) -> Iterator[str]:
    """Put a suffix such as `Jr.` back behind the name it was cut from."""
    held = ""
    for item in items:
        if held and _SUFFIX.fullmatch(item):
            held = f"{held} {item}"
            notes.add(f"suffix joined to its name: {held}")
            continue
        if held:
            yield held
        held = item
    if held:
        yield held
