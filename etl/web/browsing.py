"""What is asked of the lists of films and people, and what they answer: facets, order, pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

PER_PAGE = 50


@dataclass(frozen=True, slots=True, eq=False)
class Browsable:
    """One of the two tables: its columns and facets with their headings, the usual order."""

    table: str
    noun: str
    columns: Mapping[str, str]
    facets: Mapping[str, str]
    order: str

    @property
    def label(self) -> str:
        """The column that names a row."""
        return next(iter(self.columns))


FILMS = Browsable(
    "films",
    "films",
    {"title": "Title", "year": "Year", "rating": "Rating", "votes": "Votes"},
    {
        "decade": "Decade",
        "genre": "Genre",
        "country": "Country",
        "rating": "Rating",
        "source": "Source",
        "linked": "Linked to",
    },
    "-year",
)
PEOPLE = Browsable(
    "people",
    "people",
    {"name": "Name", "films": "Films", "first": "First", "last": "Last"},
    {"role": "Role", "decade": "Active in", "linked": "Linked to"},
    "-films",
)


@dataclass(frozen=True, slots=True)
class Selection:
    """What is asked of a table: the values of facets, the order (`-` falling), the page."""

    kind: Browsable
    chosen: tuple[tuple[str, str], ...] = ()
    order: str = ""
    page: int = 1

    @classmethod
    def read(cls, kind: Browsable, parameters: Sequence[tuple[str, str]]) -> Selection:
        """Read it from the parameters of an address; what it does not know is left out."""
        chosen = dict.fromkeys((n, v) for n, v in parameters if n in kind.facets and v)
        given = dict(parameters)
        order = given.get("sort", "")
        known = order.removeprefix("-") in kind.columns
        return cls(
            kind, tuple(chosen), order if known else kind.order, page_number(given.get("page", ""))
        )

    def url(self, suffix: str = "") -> str:
        """Return its address; the first page and the usual order go without saying."""
        parameters = [*self.chosen]
        if self.order != self.kind.order:
            parameters.append(("sort", self.order))
        if self.page > 1:
            parameters.append(("page", str(self.page)))
        path = f"/{self.kind.table}{suffix}"
        return f"{path}?{urlencode(parameters)}" if parameters else path

    def turned(self, pages: int) -> Selection:
        """Return it so many pages further on."""
        return replace(self, page=self.page + pages)

    def toggled(self, facet: str, value: str) -> Selection:
        """Return it with a value of a facet, or without it where it is chosen."""
        pair = facet, value
        others = tuple(each for each in self.chosen if each != pair)
        chosen = others if pair in self.chosen else (*self.chosen, pair)
        return replace(self, chosen=chosen, page=1)

    def sorted_by(self, column: str) -> Selection:
        """Return it in the order of a column; of the column that it has, the other way round."""
        falling = self.order == column or (
            self.order.lstrip("-") != column and column != self.kind.label
        )
        return replace(self, order=f"-{column}" if falling else column, page=1)


def page_number(text: str) -> int:
    """Read the number of a page; what is none is the first."""
    is_number = text.isascii() and text.isdecimal() and len(text) < 9
    return max(int(text), 1) if is_number else 1


@dataclass(frozen=True, slots=True)
class FacetValue:
    """A value of a facet: how many have it, and the address that chooses it or lets it go."""

    value: str
    count: int
    href: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Facet:
    """A facet with its most frequent values."""

    name: str
    label: str
    values: tuple[FacetValue, ...]


@dataclass(frozen=True, slots=True)
class TablePage:
    """A page of a table: its rows begin with the IRI."""

    selection: Selection
    total: int
    rows: tuple[tuple[Any, ...], ...]
    facets: tuple[Facet, ...]

    @property
    def columns(self) -> dict[int, str]:
        """The places in a row where this page has anything, and the columns that stand there."""
        ordered = self.selection.order.removeprefix("-")
        return {
            place: column
            for place, column in enumerate(self.selection.kind.columns, start=1)
            if column == ordered or any(row[place] is not None for row in self.rows)
        }

    @property
    def pages(self) -> int:
        """Count the pages."""
        return max(1, -(-self.total // PER_PAGE))
