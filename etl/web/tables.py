"""The lists of films and people as tables in memory, made once for each generation.

Whatever is asked of them is SQL: facets with counts, any order, page by page, who worked with whom.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any, cast

import duckdb

from etl.web.browsing import PER_PAGE, Facet, FacetValue, Selection, TablePage
from etl.web.neighbours import MOST_FILMS, MOST_PEOPLE, Shared
from etl.web.readers import OpenGeneration
from etl.web.tabulating import made
from etl.web.ties import Ties
from etl.web.worker import QueryUnanswered

_FACET_VALUES = 12
_WAIT_S = 2


_COUNTS = 200  # of selections that are remembered
Counted = list[tuple[str, str, int]]
"""A facet, a value, and how many have it; the most frequent first."""
FilmRow = tuple[str, str, int | None]
"""The IRI of a film, its title, its year."""


class BrowseTables:
    """The two tables of a generation, for many threads."""

    def __init__(self, database: duckdb.DuckDBPyConnection, ties: Ties) -> None:
        self._database = database
        self._ties = ties
        self._counts = lru_cache(_COUNTS)(self._count)

    @classmethod
    def make(cls, reading: OpenGeneration) -> BrowseTables:
        """Make the tables of a generation."""
        return cls(*made(reading.snapshot))

    @staticmethod
    def of(reading: OpenGeneration) -> BrowseTables:
        """Return the tables of a generation.

        Raises:
            Unanswered: they are still being made.
        """
        try:
            return cast(BrowseTables, reading.prepared.result(_WAIT_S))
        except TimeoutError as error:
            raise QueryUnanswered(
                503, "the lists of the new graph are being made", "ask again in a moment", _WAIT_S
            ) from error

    @staticmethod
    def ready(reading: OpenGeneration) -> BrowseTables | None:
        """Return the tables of a generation, if they have been made."""
        return BrowseTables.of(reading) if reading.prepared.done() else None

    def listing(self, selection: Selection) -> TablePage:
        """Return a page of what is asked for, and how its facets go on."""
        total, counted = self._counts(replace(selection, order="", page=1))
        offset = (selection.page - 1) * PER_PAGE
        with self._database.cursor() as db:
            rows = tuple(_rows(db, selection, f"LIMIT {PER_PAGE} OFFSET {offset}"))
        return TablePage(selection, total, rows, tuple(_facets(selection, counted)))

    def _count(self, selection: Selection) -> tuple[int, Counted]:
        """Count what is chosen, and how much of it has each value of each facet."""
        where, given = _where(selection)
        table = selection.kind.table
        values = f"{table}_values"
        if selection.chosen:
            values = (
                f"(SELECT facet, value, counted.n FROM {values} JOIN (SELECT number, "  # noqa: S608
                f"count(*) AS n FROM {table}_facets WHERE {where} GROUP BY number) AS counted "
                "USING (number))"
            )
        total = self._asked(f"SELECT count(*) FROM {table} WHERE {where}", given)  # noqa: S608
        sql = f"SELECT facet, value, n FROM {values} ORDER BY n DESC, value"  # noqa: S608
        return total[0][0], self._asked(sql, given)

    def decades(self) -> list[tuple[str, int]]:
        """Count the films of each decade, the first first."""
        return self._asked(
            "SELECT value, n FROM films_values WHERE facet = 'decade' ORDER BY value"
        )

    def coverage(self) -> dict[str, int]:
        """Count the films that have a director, an actor, a rating, a genre, a country."""
        return dict(self._asked("SELECT * FROM coverage"))

    def partners(self, person: str, at_most: int) -> list[tuple[str, str, int]]:
        """Return whom somebody has most films with, if more than one: IRI, name, how many."""
        found = self._ties.partners(self._number("people", person), at_most)
        people = self._named("people", "name", [number for number, _ in found])
        return [(*people[number], n) for number, n in found]

    def alike(self, film: str, at_most: int) -> list[tuple[str, str, int]]:
        """Return films that share more than one of a film's cast: IRI, title, how many."""
        found = self._ties.alike(self._number("films", film), at_most)
        films = self._named("films", "title", [number for number, _ in found])
        return [(*films[number], n) for number, n in found]

    def shared(self, film: str, people: Sequence[str]) -> Shared:
        """Return other films of the first of a film's people who have any."""
        sql = "SELECT iri, id, name FROM people WHERE iri IN (SELECT unnest($1::TEXT[]))"
        known = {iri: (number, name) for iri, number, name in self._asked(sql, [list(people)])}
        names = {known[iri][0]: (iri, known[iri][1]) for iri in people if iri in known}
        shown = MOST_PEOPLE, MOST_FILMS
        found = self._ties.shared(self._number("films", film), names, shown)
        label = "title || coalesce(' (' || year || ')', '')"
        films = self._named("films", label, [other for _, other in found])
        return [(*names[person], *films[other]) for person, other in found]

    def films_of(self, person: str, at_most: int) -> tuple[list[FilmRow], Counter[int]]:
        """Return somebody's latest films, and how many there are of each year.

        Those of which no year is known are counted under 0.
        """
        found, years = self._ties.latest(self._number("people", person), at_most)
        films = self._named("films", "title, year", found)
        return [films[number] for number in found], years

    def _number(self, table: str, iri: str) -> int:
        found = self._asked(f"SELECT id FROM {table} WHERE iri = $1", [iri])  # noqa: S608 - ours
        return found[0][0] if found else 0

    def _named(self, table: str, label: str, numbers: Sequence[int]) -> dict[int, tuple[Any, ...]]:
        """Return the IRI and the label of some films or people, by their number."""
        sql = (
            f"SELECT id, iri, {label} FROM {table} "  # noqa: S608 - ours
            "WHERE id IN (SELECT unnest($1::INTEGER[]))"
        )
        return {number: named for number, *named in self._asked(sql, [list(numbers)])}

    def _asked(self, sql: str, given: Sequence[object] = ()) -> list[Any]:
        with self._database.cursor() as db:
            return db.execute(sql, list(given)).fetchall()

    def iris(self) -> list[str]:
        """Return the IRI of every film and person, in a fixed order."""
        rows = self._asked("SELECT iri FROM films UNION ALL SELECT iri FROM people ORDER BY 1")
        return [iri for (iri,) in rows]

    def rows(self, selection: Selection) -> list[tuple[Any, ...]]:
        """Return all rows of what is asked for, in its order."""
        with self._database.cursor() as db:
            return list(_rows(db, selection, ""))


def _where(selection: Selection) -> tuple[str, list[str]]:
    """Return the condition that a selection puts, and its values."""
    kind = selection.kind.table
    has = (
        f"id IN (SELECT id FROM {kind}_facets WHERE number = "  # noqa: S608 - ours
        f"(SELECT number FROM {kind}_values WHERE facet = ? AND value = ?))"
    )
    return (
        " AND ".join([has] * len(selection.chosen)) or "TRUE",
        [text for pair in selection.chosen for text in pair],
    )


def _rows(
    db: duckdb.DuckDBPyConnection, selection: Selection, limit: str
) -> Iterator[tuple[Any, ...]]:
    kind, (where, given) = selection.kind, _where(selection)
    column = selection.order.removeprefix("-")
    direction = "DESC" if selection.order.startswith("-") else "ASC"
    sql = (
        f"SELECT iri, {', '.join(kind.columns)} FROM {kind.table} WHERE {where} "  # noqa: S608
        f"ORDER BY {column} {direction} NULLS LAST, {kind.label}, iri {limit}"
    )
    yield from db.execute(sql, given).fetchall()


def _facets(selection: Selection, counted: Counted) -> Iterator[Facet]:
    """Return the facets of a selection with their values, of which so many films or people have."""
    for facet, label in selection.kind.facets.items():
        values = [(value, count) for name, value, count in counted if name == facet]
        if facet == "decade":
            values.sort(reverse=True)
        chosen = [each for each in values if (facet, each[0]) in selection.chosen]
        shown = dict.fromkeys([*chosen, *values[:_FACET_VALUES]])
        yield Facet(
            facet,
            label,
            tuple(
                FacetValue(
                    value,
                    count,
                    selection.toggled(facet, value).url(),
                    (facet, value) in selection.chosen,
                )
                for value, count in shown
            ),
        )
