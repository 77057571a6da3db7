"""How a table is written, and by which map it is read: all that its rows are cut out by."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Self

import msgspec

from etl.sources.files import Stat
from etl.sources.raw import digest
from etl.sources.tables.maps import ColumnMap, Join, read_map
from etl.sources.tables.shipped import SHIPPED, shipped_text


class TableKind(StrEnum):
    """What a table is written in."""

    DELIMITED = "delimited"
    JSON = "JSON"
    JSON_LINES = "JSON Lines"
    PARQUET = "Parquet"
    EXCEL = "Excel"
    NFO = "NFO"
    LINKED = "JSON-LD"
    RDF = "RDF"


TREES = {TableKind.JSON, TableKind.JSON_LINES, TableKind.NFO, TableKind.LINKED, TableKind.RDF}
"""What has no header: a map says which keys are read."""


@dataclass(frozen=True, slots=True)
class Beside:
    """A file that is joined to a table under a `name`: its path from the table's folder.

    `problem` says why it cannot be read, where that shows already.
    """

    name: str
    path: str
    form: Form
    stat: Stat
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Form:
    """How a table is written, and by which map it is read: the name of one that ships, or its text.

    `mark` is a digest of the map's text. An empty `quote` says that nothing is quoted; `rows` leads
    to the array in a JSON document. Where a table `begins` with its header, what is before that is
    passed over; `above` counts the rows above a header that the map does not name. Only with
    `reviews` is read what its owner thinks of films. Since the `joined`
    files are in it as they were last seen, the table is read again when one of them has changed.
    """

    kind: TableKind
    map: str
    mark: str
    header: tuple[str, ...]
    delimiter: str = ","
    quote: str = '"'
    encoding: str = "utf-8"
    has_header: bool = True
    begins: bool = False
    reviews: bool = False
    rows: str = ""
    joined: tuple[Beside, ...] = ()
    above: int = 0

    @property
    def columns(self) -> ColumnMap:
        """Return the map that the table is read by."""
        return map_of(self.map)

    @property
    def wide(self) -> tuple[str, ...]:
        """Return the header with the cells of joined files behind it.

        These are a `NAME` that has all rows of a film as JSON, or each `NAME.column`, and the
        `NAME#line` of their rows.
        """
        return (*self.header, *(cell for _, cells in self.groups for cell in cells))

    @property
    def groups(self) -> list[tuple[Join, list[str]]]:
        """Return the files that are joined to the films' own, and the cells that each adds."""
        joins = (self.columns.join(each.name) for each in self.joined)
        return [(join, join.cells) for join in joins if not join.through]

    def encode(self) -> str:
        """Turn it into the text that the catalog keeps, and that other processes get."""
        return msgspec.json.encode(self).decode()

    @classmethod
    def decode(cls, text: str) -> Self:
        """Read back what `encode` wrote."""
        return msgspec.json.decode(text, type=cls)


def map_of(chosen: str) -> ColumnMap:
    """Return a map by the name of one that ships, or by its text."""
    if chosen in SHIPPED:
        return read_map(shipped_text(chosen), f"{chosen}.toml")
    file, _, text = chosen.partition("\n")
    return read_map(text, file.removeprefix("# "))


@lru_cache(maxsize=256)
def mark_of(chosen: str) -> str:
    """Return what tells a map from others, and from itself once it is changed."""
    return digest(map_of(chosen).text.encode())[:16]
