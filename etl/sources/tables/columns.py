"""The form of a column's values, regardless of its name."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

from anyascii import anyascii

from etl.sources.facts import seconds_of
from etl.sources.notes import Unreadable
from etl.sources.tables.cells import ABSENT, parsed, trimmed

_NUMBER = re.compile(r"[-+]?\d{1,3}(?:[ .,]\d{3})*(?:[.,]\d+)?|\d+(?:[.,]\d+)?")
_YEAR = re.compile(r"\(?(?:1[89]|20)\d\d\)?(?:\.0)?(?:[-–]\d{0,4})?")
_DATE = re.compile(
    r"\d{4}-\d\d-\d\d.*|\d{1,2}[./-]\d{1,2}[./-]\d{4}|\d{1,2}\.? [^\W\d]+\.? \d{4}"
    r"|[^\W\d]+\.? \d{1,2},? \d{4}"
)
_MOST = 0.6
_ADDRESS = re.compile(r"https?://\S+")
_IMDB = re.compile(r"(?:https?://\S*/)?tt\d{7,}/?(?:\?\S*)?")
_WIKIDATA = re.compile(r"(?:https?://\S*/)?Q\d{1,10}")
_WORD = r"[^\W\d_]+(?:[.'’-]{1,2}[^\W\d_]+)*[.'’-]?"
_NAME = re.compile(rf"(?:{_WORD})(?: {_WORD}){{1,4}}")
_PLAIN = ("\n", " / ", "/", ";", "|", " & ", " - ", " – ")  # stand in no name
_SEPARATORS = ("\n", "|", ";", " / ", "/", ", ", ",", " & ", " - ", " – ")
_TURNED = re.compile(r"[^\W\d][\w'’-]+, [^\W\d][\w.'’-]*(?: [\w.'’-]+){0,2}")
_AND = re.compile(r" (?:&|and|und|et|y|e|en|och|og|i|a|ve|ja|és|и) ")
_ELIDED = re.compile(r"\b([dl])'")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_LENGTHS = range(60, 6 * 3600)  # seconds


def plain(name: str) -> str:
    """Return a column's name in small letters of ASCII, its words one space apart."""
    ascii_name = _ELIDED.sub(r"\1 ", anyascii(_CAMEL.sub(" ", name)).lower()).replace("'", "")
    return " ".join(re.sub(r"[\W_]+", " ", ascii_name).split())


@dataclass(frozen=True)
class SheetColumn:
    """A column: its name, its place in the header, the first of its values that say something."""

    name: str
    place: int
    values: Sequence[str]
    rows: int

    @classmethod
    def of(cls, header: Sequence[str], rows: Sequence[Sequence[str]], place: int) -> SheetColumn:
        """Take a column out of rows."""
        texts = (trimmed(row[place]) for row in rows if place < len(row))
        values = [text for text in texts if text not in ABSENT and text != "-"]
        return cls(header[place], place, values, len(rows))

    def share(self, fits: Callable[[str], object]) -> float:
        """Return which part of the values fits."""
        return sum(bool(fits(value)) for value in self.values) / max(1, len(self.values))

    @cached_property
    def numbers(self) -> float:
        """Return the share of plain numbers."""
        return self.share(_NUMBER.fullmatch)

    @cached_property
    def years(self) -> float:
        """Return the share of years."""
        return self.share(_YEAR.fullmatch)

    @cached_property
    def dates(self) -> float:
        """Return the share of whole dates."""
        return self.share(_DATE.fullmatch)

    @cached_property
    def durations(self) -> float:
        """Return the share of running times with a unit, of a length that films have."""
        return self.share(lambda v: not v.isdecimal() and (seconds_of(v) or 0) in _LENGTHS)

    @cached_property
    def addresses(self) -> float:
        """Return the share of web addresses."""
        return self.share(_ADDRESS.fullmatch)

    @cached_property
    def imdb(self) -> float:
        """Return the share of films' ids of IMDb, bare or in an address."""
        return self.share(_IMDB.fullmatch)

    @cached_property
    def wikidata(self) -> float:
        """Return the share of items of Wikidata."""
        return self.share(_WIKIDATA.fullmatch)

    @cached_property
    def nested(self) -> float:
        """Return the share of lists and objects in JSON or as Python writes them."""
        return self.share(lambda value: value[0] in "[{" and _parses(value))

    @cached_property
    def separator(self) -> str:
        """Return the separator of values in cells; empty if there is none."""
        often = (mark for mark in _SEPARATORS if self.share(lambda v: mark in v) > 0.2)  # noqa: B023
        return next(often, None) or next(filter(self._parts_names, _PLAIN), "")

    @cached_property
    def between_names(self) -> list[str]:
        """Return all that stands between the names of people in some cell."""
        marks = [mark for mark in (*_PLAIN, ", ") if any(mark in value for value in self.values)]
        marks += [word for word in self.conjunctions if word not in marks]
        cut = re.compile("|".join(map(re.escape, marks)) or "$")
        if all(_is_name(part) for value in self.values for part in cut.split(value) if part):
            return marks
        return list(dict.fromkeys(filter(None, (self.separator, *self.conjunctions))))

    def _parts_names(self, mark: str) -> bool:
        """Say whether a separator stands in some cell, and nowhere but between names."""
        cells = [value.split(mark) for value in self.values if mark in value]
        return bool(cells) and all(_is_name(part) for parts in cells for part in parts)

    @cached_property
    def conjunctions(self) -> list[str]:
        """Return the words that stand between the names of people, and never within a name."""
        words = {match[0] for value in self.values for match in _AND.finditer(value)}
        return [word for word in sorted(words) if self._joins(word)]

    def _joins(self, word: str) -> bool:
        cut = re.compile("|".join(map(re.escape, filter(None, (word, self.separator)))))
        return all(all(map(_is_name, cut.split(v))) for v in self.values if word in v)

    @cached_property
    def names(self) -> float:
        """Return the share of cells that are names of people, or lists of such names."""
        mark = self.separator
        return self.share(lambda value: all(map(_is_name, value.split(mark) if mark else [value])))

    @cached_property
    def turned(self) -> str | None:
        """Return what stands between names such as `Petit, Anne`; None if these are no such."""
        marks = (mark for mark in _SEPARATORS if "," not in mark)
        mark = next((mark for mark in marks if any(mark in value for value in self.values)), "")
        cut = re.compile(rf"\s*{re.escape(mark)}\s*" if mark else "$").split
        share = self.share(lambda value: all(map(_TURNED.fullmatch, filter(None, cut(value)))))
        return mark if share > _MOST else None

    @cached_property
    def length(self) -> float:
        """Return how many characters the values have on average."""
        return sum(map(len, self.values)) / max(1, len(self.values))

    @cached_property
    def different(self) -> float:
        """Return the share of values that occur once only."""
        return len(set(self.values)) / max(1, len(self.values))

    @cached_property
    def floats(self) -> list[float]:
        """Return the values of the plain numbers, with a point or a comma before their decimals."""
        plain = (v.replace(",", ".") for v in self.values if re.fullmatch(r"-?\d+(?:[.,]\d+)?", v))
        return sorted(float(value) for value in plain)

    @property
    def is_text(self) -> bool:
        """Return whether it has texts, rather than numbers, dates or addresses."""
        odd = max(self.numbers, self.dates, self.addresses, self.imdb, self.nested, self.durations)
        return bool(self.values) and odd < 0.5


def _is_name(text: str) -> bool:
    name = text.strip()
    return bool(_NAME.fullmatch(name)) and name[0].isupper() and name.split()[-1][0].isupper()


def _parses(text: str) -> bool:
    try:
        return parsed(text) is not None
    except Unreadable:
        return False
