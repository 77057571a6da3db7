"""Draft a column map from the names and values of a table's columns.

Names are compared with a table of synonyms, exactly before loosely; values may speak against what a
name says, and for what none says. What remains open stands in the draft as a comment.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from etl.sources.tables import writing
from etl.sources.tables.called import (
    CANDIDATES,
    UNIT,
    UNSURE,
    beginning,
    exact,
    sections,
    unnumbered,
    whole,
)
from etl.sources.tables.columns import SheetColumn, plain
from etl.sources.tables.fitting import MEDIA, agree, may_give
from etl.sources.tables.looking import Sheet
from etl.sources.tables.writing import NAMED_SITES, site_of

_MOST = 0.6  # of the values have to be of a field's kind
_SOME = 0.3
_MINE = re.compile(
    r"\b(?:my|our|own|mein\w*|eigene\w*|ma|mon|mes|nos|mi|mis|nuestra|propia|mio|mia|mijn|eigen"
    r"|min|mitt|mina|egen|egna|eget|moja|moje|minha|meu|moya|moi|moj|muj|me|benim\w*|oma\w*|sajat)\b"
)
_FEW = 8  # rows, of which nothing may be said
_LONG = 60  # characters that prose has on average


@dataclass(slots=True)
class Proposal:
    """Which columns give which field; `guessed` are fields that only the values speak for."""

    columns: Sequence[SheetColumn]
    fields: dict[str, list[SheetColumn]] = field(default_factory=dict)
    guessed: dict[str, str] = field(default_factory=dict)

    def give(self, name: str, columns: Iterable[SheetColumn], guess: str = "") -> None:
        """Say that columns give a field."""
        self.fields[name] = list(columns)
        if guess:
            self.guessed[name] = guess

    @property
    def of_copies(self) -> bool:
        """Return whether the table tells what its films are on."""
        return any(column.share(MEDIA.search) > _SOME for column in self.columns)

    @property
    def open(self) -> list[SheetColumn]:
        """Return the columns that give no field."""
        taken = {column.place for columns in self.fields.values() for column in columns}
        return [column for column in self.columns if column.place not in taken]

    @property
    def doubtful(self) -> list[SheetColumn]:
        """Return the open columns that may give one, by their names."""
        not_films = beginning("own"), beginning("others"), whole("characters")
        return [c for c in self.open if not any(each.search(plain(c.name)) for each in not_films)]


def propose(header: Sequence[str], rows: Sequence[Sequence[str]]) -> Proposal:
    """Propose the fields of a table's columns."""
    made = Proposal([SheetColumn.of(header, rows, place) for place in range(len(header))])
    for candidates in CANDIDATES:
        _by_name(made, candidates)
    if "date" in made.fields and not _is_release(made, rows):
        del made.fields["date"]
    if "year" not in made.fields and "date" in made.fields and made.fields["date"][0].years > _MOST:
        made.fields["year"] = made.fields.pop("date")
    _by_value(made)
    return made


def _is_release(made: Proposal, rows: Sequence[Sequence[str]]) -> bool:
    """Tell days of release from those of anything else, by the years beside them."""
    [date] = made.fields["date"][:1]
    if "year" in made.fields:
        return agree(made.fields["year"][0].place, date.place, rows)
    return plain(date.name) != "date"


def _by_name(made: Proposal, candidates: Callable[[str], Iterable[str]]) -> None:
    """Claim the open columns that are called as a field is, and whose values do not deny it."""
    found: dict[str, list[SheetColumn]] = {}
    for column in made.open if candidates is exact else made.doubtful:
        names = [name for name in candidates(column.name) if _may_be(name, column, made)]
        if names and (len(names) == 1 or candidates is exact):
            found.setdefault(names[0], []).append(column)
    for name, columns in found.items():
        full = [column for column in columns if column.values]
        if name == "rating":
            made.give(name, _of_sites(full))
        elif full:
            made.give(name, full if _are_numbered(full) else full[:1])


def _may_be(name: str, column: SheetColumn, made: Proposal) -> bool:
    """Say whether a column that is called as a field is may give it."""
    called = plain(column.name)
    if name in made.fields or (name == "rating" and _MINE.search(called)):
        return False
    if called in UNSURE and not (_are_people(column) and _is_many(column)):
        return False
    if made.of_copies and called in map(plain, sections()["ambiguous"]):
        return False
    return not column.values or may_give(column, name)


def _of_sites(columns: Sequence[SheetColumn]) -> list[SheetColumn]:
    """Keep one column for each site that rates, and one for all others: a site's, if any is."""
    found: dict[str, SheetColumn] = {}
    for column in sorted(columns, key=lambda column: not NAMED_SITES.search(plain(column.name))):
        found.setdefault(site_of(plain(column.name)), column)
    return list(found.values())


def _are_numbered(columns: Sequence[SheetColumn]) -> bool:
    return len(columns) > 1 and all(re.search(r"\d", column.name) for column in columns)


def _by_value(made: Proposal) -> None:
    """Claim open columns by what stands in them alone."""
    told: list[tuple[str, Callable[[SheetColumn], bool]]] = [
        ("imdb", lambda c: c.imdb > 0.9),
        ("wikidata", lambda c: c.wikidata > 0.9),
        ("year", lambda c: c.years > 0.95),
        ("duration", lambda c: c.durations > 0.9 or _are_minutes(c)),
        ("title", lambda c: _may_be_title(c, made)),
        ("actors", lambda c: _are_people(c) and _is_many(c)),
        (
            "images",
            lambda c: c.share(re.compile(r"https?://\S+\.(?:jpe?g|png|webp)").match) > _MOST,
        ),
    ]
    for name, fits in told:
        if name not in made.fields:
            found = [c for c in made.doubtful if c.values and fits(c)]
            if found and (name != "year" or len(found) == 1):
                named = [c for c in found if beginning("titles").search(plain(c.name))]
                made.give(name, (named or found)[:1], "its values look so")
    _original_title(made)
    _cast_in_columns(made)
    if "directors" not in made.fields and {"title", "actors"} <= made.fields.keys():
        people = (c for c in made.doubtful if _are_people(c) and not _is_many(c))
        alone = [c for c in people if not exact(c.name)]
        if len(alone) == 1 and _hardly_repeats(alone[0]):
            made.give("directors", alone, "the only other column of names, beside a cast")


def _original_title(made: Proposal) -> None:
    """Claim a column that speaks of an original and has some of the titles in it."""
    if "title" in made.fields and "original_title" not in made.fields:
        titles = set(made.fields["title"][0].values)
        found = [
            column
            for column in made.doubtful
            if beginning("originals").search(plain(column.name))
            and may_give(column, "title")
            and not titles.isdisjoint(column.values)
        ]
        if found:
            made.give("original_title", found[:1], "it has some of the titles in it")


def _cast_in_columns(made: Proposal) -> None:
    """Claim a cast that has a column for each person: actors, roles, or names with a number."""
    claimed = made.fields.get("actors", [])
    if any(map(_is_many, claimed)):
        return
    single = [c for c in made.doubtful if _are_people(c) and _hardly_repeats(c)]
    stems = Counter(unnumbered(column.name) for column in single)
    kinds: list[Callable[[SheetColumn], object]] = [
        lambda c: beginning("players").search(plain(c.name)),
        lambda c: beginning("roles").search(plain(c.name)),
        lambda c: not claimed and (stem := unnumbered(c.name)) is not None and stems[stem] > 1,
    ]
    for fits in kinds:
        if found := [column for column in single if not _is_many(column) and fits(column)]:
            guess = "columns of one name each, as of a cast"
            made.give("actors", sorted([*claimed, *found], key=lambda c: c.place), guess)
            return


def _hardly_repeats(column: SheetColumn) -> bool:
    return len(column.values) < _FEW or column.different > 0.5


def _are_people(column: SheetColumn) -> bool:
    """Tell a column of names that most rows have, but none of them in most rows, as friends are."""
    mark = column.separator
    named = Counter(name for v in column.values for name in (v.split(mark) if mark else [v]))
    often = max(named.values(), default=0) if len(column.values) >= _FEW else 0
    filled = len(column.values) > _MOST * column.rows
    are_names = column.names > 0.7 or column.turned is not None
    return are_names and filled and 2 * often < len(column.values)


def _is_many(column: SheetColumn) -> bool:
    return bool(column.separator) and column.share(lambda v: column.separator in v) > 0.5


def _are_minutes(column: SheetColumn) -> bool:
    return bool(UNIT.search(plain(column.name))) and may_give(column, "duration")


def _may_be_title(column: SheetColumn, made: Proposal) -> bool:
    """Tell a column that names what a row is about: short texts that hardly ever repeat.

    Titles may look like names of people, where these are told already.
    """
    short = column.is_text and 3 < column.length < _LONG and not column.separator
    whole = column.different > 0.9 and len(column.values) > 0.9 * column.rows
    are_words = column.share(lambda value: " " in value) > _SOME
    told = "directors" in made.fields or column.names < _MOST
    return short and whole and are_words and told


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
