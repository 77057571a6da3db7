"""Column maps: TOML that says which column of a table gives which field of a film record.

docs/tables.md describes the language.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, NoReturn

from etl.errors import SourceError
from etl.sources.licences import licence_iri
from etl.sources.tables.checking import Checked, Spec, check_encoding, check_licence, refuse
from etl.sources.tables.language import FILMS_KEYS, FILMS_MAY, FOLLOWING, SCHEMES, TOP, VERSION


@dataclass(frozen=True, slots=True)
class Lists:
    """A file that is read in place of a joined one that is not there: it has lists in its cells.

    Each item is a row with the columns `gives`: the item, and the word for the column that it
    stands in.
    """

    recognise: tuple[str, ...]
    words: Mapping[str, str]
    gives: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Join:
    """Another file of a set: its column `theirs` has what `ours` has in the file it is joined to.

    That is the file of the films, or `through` another join. `many` is the column that its rows are
    in order by, where a film has several; `columns` are those that the map reads. A file without a
    header is told by its first line, which is `like` a pattern.
    """

    name: str
    recognise: tuple[str, ...]
    ours: str
    theirs: str
    through: str = ""
    many: str = ""
    aggregate: Mapping[str, str] = field(default_factory=dict)
    columns: tuple[str, ...] = ()
    lists: Lists | None = None
    like: str = ""

    def is_listed(self, header: Iterable[str]) -> bool:
        """Say whether a file of this header stands in its place."""
        return self.lists is not None and not {*self.recognise} <= set(header)

    @property
    def cells(self) -> list[str]:
        """Name the cells that it adds to the row of a film."""
        if self.many:
            return [self.name, f"{self.name}#line"]
        return [*(f"{self.name}.{column}" for column in self.columns), f"{self.name}#line"]


@dataclass(frozen=True, slots=True)
class ColumnMap:
    """A checked map; `file` is what errors call it, `text` its TOML."""

    file: str
    text: str
    top: Mapping[str, Any]
    specs: tuple[Spec, ...] = field(default=())

    @property
    def name(self) -> str:
        """Return the name of the format for people."""
        return str(self.top.get("name") or f"read by {self.file}")

    @property
    def licence(self) -> str:
        """Return the IRI of the licence of its tables, if it tells one."""
        return licence_iri(self.top.get("licence", ""))

    @property
    def recognise(self) -> tuple[str, ...]:
        """Return the columns by which a file is recognised."""
        return tuple(self.top.get("recognise", ()))

    @property
    def joined(self) -> tuple[str, ...]:
        """Return the names of the other files of its set."""
        return tuple(self.top.get("with", ()))

    def join(self, name: str) -> Join:
        """Return what is said of another file of the set."""
        told = self.top["with"][name]
        [(ours, theirs)] = on.items() if isinstance(on := told["on"], dict) else [(on, on)]
        through, _, column = ours.partition(".")
        if through not in self.joined:
            through, column = "", ours
        paths = [path for spec in self.specs for path in spec.paths]
        columns = {
            path.removeprefix(f"{name}."): None for path in paths if path.startswith(f"{name}.")
        }
        return Join(
            name,
            tuple(told.get("recognise", ())),
            column,
            theirs,
            through,
            told.get("many", ""),
            told.get("aggregate", {}),
            tuple(columns),
            _lists(told["instead"]) if "instead" in told else None,
            told.get("like", ""),
        )

    def written(self, name: str) -> Mapping[str, Any]:
        """Return what is said of how another file of the set is written, which is as this one is.

        It has a header, unless it is told by its first line.
        """
        keys = ("delimiter", "quote", "encoding")
        same = {key: self.top[key] for key in keys if key in self.top}
        own = self.top["with"][name]
        return same | {key: own[key] for key in ("delimiter", "header") if key in own}

    def named_columns(self) -> Iterator[list[tuple[str, tuple[str, ...]]]]:
        """Yield the file's own columns that each field reads, with the keys that name them."""
        films = self.top.get("films")
        if films:
            yield [(films["column"], ("films", "column"))]
        for spec in self.specs:
            if not self.joins(spec) and spec.field != "reviews":
                yield list(spec.columns)

    @property
    def reviews(self) -> Spec | None:
        """Return what it says of a viewer's own reviews, if anything."""
        return next((spec for spec in self.specs if spec.field == "reviews"), None)

    @property
    def named(self) -> tuple[str, ...]:
        """Return all columns of the file itself that it names, each once."""
        own = (column for spec in self.specs if not self.joins(spec) for column, _ in spec.columns)
        films = self.top.get("films", {}).get("column")
        return tuple(dict.fromkeys([*([films] if films else []), *own]))

    def joins(self, spec: Spec) -> str:
        """Return the other file that a field is read from, if it is one."""
        heads = (column.partition(".")[0] for column, _ in spec.columns)
        return next((head for head in heads if head in self.joined), "")

    def names_by(self, name: str) -> bool:
        """Say whether what tells one film from another may stand in a file of the set."""
        fields = [spec for spec in self.specs if spec.field == "key"]
        fields += [spec for spec in self.specs if spec.field in SCHEMES]
        told = fields[:1] or [spec for spec in self.specs if spec.field in FOLLOWING]
        names = {name, self.join(name).through} - {""}
        return any(self.joins(spec) in names for spec in told)

    def fail(self, place: tuple[str, ...], message: str, hint: str = "") -> NoReturn:
        """Refuse the map, and point at a key of it.

        Raises:
            SourceError: always.
        """
        refuse(self.file, self.text, place, message, hint)


def _lists(told: Mapping[str, Any]) -> Lists:
    return Lists(tuple(told["recognise"]), told["lists"], tuple(told["gives"]))


@cache
def read_map(text: str, file: str) -> ColumnMap:
    """Read and check a map.

    Raises:
        SourceError: it is not a map; the message has the line and the key.
    """
    try:
        top = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        said = str(error)
        found = re.search(r" \(at (?:line (\d+), column \d+|end of document)\)$", said)
        line = int(found[1]) if found and found[1] else text.count("\n") + 1
        message = said[: found.start()] if found else said
        raise SourceError(
            f"{file}:{line}: not TOML: {message[:1].lower()}{message[1:]}",
            hint="a text stands in quotes, a pattern in single ones",
        ) from error
    checked = Checked(file, text)
    checked.keys((), top, TOP)
    if top.get("map") != VERSION:
        refuse(file, text, ("map",), f"expected map = {VERSION}, found {top.get('map', 'nothing')}")
    specs = tuple(checked.specs(top.get("fields", {})))
    if not any(spec.field == "title" for spec in specs):
        refuse(file, text, ("fields",), "no field 'title': a film is not told without one")
    checked.table(top, "films", FILMS_KEYS, FILMS_MAY)
    for name, join in top.get("with", {}).items():
        checked.join(name, join, top["with"])
    check_encoding(checked, top)
    check_licence(checked, top)
    return ColumnMap(file, text, top, specs)
