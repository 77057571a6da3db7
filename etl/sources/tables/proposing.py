"""Draft a column map from the names and values of a table's columns.

Names are compared with a table of synonyms, exactly before loosely; values may speak against what a
name says, and for what none says. What remains open stands in the draft as a comment.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from anyascii import anyascii
from rapidfuzz import fuzz

from etl.facts import CREDITS
from etl.sources.tables import writing
from etl.sources.tables.columns import Column
from etl.sources.tables.recognition import Sheet

_MOST = 0.6  # of the values have to be of a field's kind
_LOOSE = 90  # of 100, how alike names have to be
_LOOSE_LENGTH = 6  # letters: shorter names are alike by chance
_NOISE = re.compile(r"\b(?:film|films|movie|movies|the|of|s|names?|list|main|top)\b")
_SITES = re.compile(r"\b(?:imdb|tmdb|letterboxd|rotten tomatoes)\b")
_NUMBERED = re.compile(r"(.*?)[ _-]?\(?\d{1,2}\)?(?:[ _-](\D*))?")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_LONG = 60  # characters that prose has on average


def _is_rating(column: Column) -> bool:
    return column.share(lambda v: re.match(r"\d{1,3}(?:[.,]\d+)?(?:\s?/\s?\d+|%)?$", v)) > _MOST


def _few_words(column: Column) -> bool:
    return column.is_text and column.length < 200


_FITS: dict[str, Callable[[Column], bool]] = {
    "title": lambda c: c.is_text and c.length < 120,
    "original_title": lambda c: c.is_text and c.length < 120,
    "alternative_titles": lambda c: c.is_text,
    "year": lambda c: c.years > _MOST,
    "date": lambda c: c.dates > _MOST or c.years > _MOST,
    "duration": lambda c: c.durations > 0.3 or _is_minutes(c),
    "genres": lambda c: (_few_words(c) or c.nested > _MOST) and c.length < 80,
    "countries": lambda c: _few_words(c) or c.nested > _MOST,
    "languages": lambda c: _few_words(c) or c.nested > _MOST,
    "certificate": lambda c: c.length < 20 and c.different < 0.7,
    "keywords": lambda c: c.is_text or c.nested > _MOST,
    "overview": lambda c: c.is_text,
    "synopsis": lambda c: c.is_text,
    "companies": lambda c: _few_words(c) or c.nested > _MOST,
    "collection": lambda c: _few_words(c),
    "images": lambda c: c.addresses > _MOST,
    "pages": lambda c: c.addresses > _MOST,
    "rating": _is_rating,
    "votes": lambda c: c.numbers > _MOST,
    "imdb": lambda c: c.imdb > _MOST,
    "tmdb": lambda c: c.share(str.isdecimal) > _MOST,
    "movielens": lambda c: c.share(str.isdecimal) > _MOST,
    "wikidata": lambda c: c.wikidata > _MOST,
    "key": lambda c: c.different == 1 and c.length < 40,
    "kind": lambda c: c.is_text and c.different < 0.3,
    "personal": _is_rating,
    **dict.fromkeys(CREDITS, lambda c: c.names > 0.4 or c.nested > _MOST),
}
"""What the values of a field have to be like."""


def _is_minutes(column: Column) -> bool:
    numbers = column.floats
    middle = numbers[len(numbers) // 2] if numbers else 0
    return column.numbers > _MOST and 20 <= middle <= 400


@dataclass(slots=True)
class Proposal:
    """Which columns give which field; `guessed` are fields that only the values speak for."""

    columns: Sequence[Column]
    fields: dict[str, list[Column]] = field(default_factory=dict)
    guessed: dict[str, str] = field(default_factory=dict)

    def give(self, name: str, columns: Iterable[Column], guess: str = "") -> None:
        """Say that columns give a field."""
        self.fields[name] = list(columns)
        if guess:
            self.guessed[name] = guess

    @property
    def open(self) -> list[Column]:
        """Return the columns that give no field."""
        taken = {column.place for columns in self.fields.values() for column in columns}
        return [column for column in self.columns if column.place not in taken]


@cache
def _synonyms() -> dict[str, str]:
    """Return the field of each synonym."""
    text = Path(__file__).with_name("synonyms.toml").read_text("utf-8")
    table: Mapping[str, Sequence[str]] = tomllib.loads(text)
    return {plain(word): name for name, words in reversed(list(table.items())) for word in words}


def plain(name: str) -> str:
    """Return a column's name in small letters of ASCII, its words one space apart."""
    ascii_name = anyascii(_CAMEL.sub(" ", name)).lower().replace("'", "")
    return " ".join(re.sub(r"[\W_]+", " ", ascii_name).split())


def propose(header: Sequence[str], rows: Sequence[Sequence[str]]) -> Proposal:
    """Propose the fields of a table's columns."""
    made = Proposal([Column.of(header, rows, place) for place in range(len(header))])
    for candidates in (_exact, _stripped, _loose, _worded):
        _by_name(made, candidates)
    _by_value(made)
    return made


def _by_name(made: Proposal, candidates: Callable[[str], str | None]) -> None:
    """Claim the open columns that are called as a field is, and whose values do not deny it."""
    found: dict[str, list[Column]] = {}
    for column in made.open:
        name = candidates(plain(column.name))
        if name and name not in made.fields and (not column.values or _FITS[name](column)):
            found.setdefault(name, []).append(column)
    for name, columns in found.items():
        full = [column for column in columns if column.values]
        if name == "rating":
            made.give(name, _of_sites(full))
        elif full:
            made.give(name, full if _are_numbered(full) else full[:1])


def _of_sites(columns: Sequence[Column]) -> list[Column]:
    """Keep one column for each site that rates, and one for none."""
    return list(
        {writing.site_of(plain(column.name)): column for column in reversed(columns)}.values()
    )[::-1]


def _are_numbered(columns: Sequence[Column]) -> bool:
    return len(columns) > 1 and all(re.search(r"\d", column.name) for column in columns)


def _exact(name: str) -> str | None:
    return _synonyms().get(name)


def _stripped(name: str) -> str | None:
    """Compare a name without numbers and words that say nothing."""
    match = _NUMBERED.fullmatch(name)
    rest = f"{match[1]} {match[2] or ''}" if match else name
    for each in (rest, _NOISE.sub(" ", rest), _SITES.sub(" ", rest)):
        if found := _synonyms().get(" ".join(each.split())):
            return found
    return None


def _loose(name: str) -> str | None:
    if len(name) < _LOOSE_LENGTH:
        return None
    scored = (
        (fuzz.ratio(name, word), found)
        for word, found in _synonyms().items()
        if len(word) >= _LOOSE_LENGTH
    )
    score, found = max(scored)
    return found if score >= _LOOSE else None


def _worded(name: str) -> str | None:
    """Take people by one word of a name, since names of people cannot be mistaken for much else."""
    known = {found for word in name.split() if (found := _synonyms().get(word)) in CREDITS}
    return known.pop() if len(known) == 1 else None


def _by_value(made: Proposal) -> None:
    """Claim open columns by what stands in them alone."""
    for name, fits in (
        ("imdb", lambda c: c.imdb > 0.9),
        ("wikidata", lambda c: c.wikidata > 0.9),
        ("year", lambda c: c.years > 0.95),
        ("duration", lambda c: c.durations > 0.9),
        ("title", _may_be_title),
        ("actors", lambda c: c.names > 0.7 and "," in c.separator + "," and c.separator),
        (
            "images",
            lambda c: c.share(re.compile(r"https?://\S+\.(?:jpe?g|png|webp)").match) > _MOST,
        ),
    ):
        if name not in made.fields:
            found = next((c for c in made.open if c.values and fits(c)), None)
            if found:
                made.give(name, [found], "its values look so")
    if "directors" not in made.fields and "actors" in made.fields:
        alone = [c for c in made.open if c.values and c.names > 0.7 and not _is_many(c)]
        if len(alone) == 1:
            made.give("directors", alone, "the only other column of names, beside a cast")


def _is_many(column: Column) -> bool:
    return bool(column.separator) and column.share(lambda v: column.separator in v) > 0.5


def _may_be_title(column: Column) -> bool:
    """Tell a column that names what a row is about: short texts that hardly ever repeat."""
    words = column.share(lambda value: " " in value)
    short = column.is_text and 3 < column.length < _LONG and words > 0.3
    return short and column.different > 0.9 and column.names < _MOST


def drafted(sheet: Sheet, encoding: str) -> str:
    """Draft the map of a table: TOML, with what is guessed or open as comments."""
    made = propose(sheet.header, sheet.rows)
    return "\n".join(_lines(sheet, encoding, made)) + "\n"


def _lines(sheet: Sheet, encoding: str, made: Proposal) -> Iterator[str]:
    yield from writing.head(sheet, encoding, made.fields)
    yield ""
    yield "[fields]"
    if "title" not in made.fields:
        yield '# title = "…" # which column is it?'
    for name in sorted(made.fields, key=writing.order):
        for line in writing.field_lines(name, made.fields[name], made.fields):
            guess = made.guessed.get(name)
            yield f"{line} # a guess: {guess}" if guess else line
    rest = [column for column in made.open if column.values]
    empty = [column for column in made.open if not column.values]
    told = [*made.fields.get("personal", ()), *rest]
    if told:
        yield ""
        yield '# Not read; where a column gives a field, write it above: field = "column".'
        for column in told:
            yield f"# {writing.quoted(column.name)}: {writing.example(column)}"
    if empty:
        names = ", ".join(writing.quoted(column.name) for column in empty)
        yield f"# Without a value in the rows looked at: {names}"
