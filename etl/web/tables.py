"""The lists of films and people as tables in memory, made once for each generation.

Whatever is asked of them is SQL: facets with counts, any order, page by page, who worked with whom.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, cast

import duckdb

from etl.resolution.tables import scalar
from etl.web.browsing import PER_PAGE, Facet, FacetValue, Listing, Selection
from etl.web.readers import Reading
from etl.web.tabulating import made
from etl.web.worker import Unanswered

_FACET_VALUES = 12
_WAIT_S = 2


class Tables:
    """The two tables of a generation, for many threads."""

    def __init__(self, database: duckdb.DuckDBPyConnection) -> None:
        self._database = database

    @classmethod
    def make(cls, reading: Reading) -> Tables:
        """Make the tables of a generation."""
        return cls(made(reading.snapshot))

    @staticmethod
    def of(reading: Reading) -> Tables:
        """Return the tables of a generation.

        Raises:
            Unanswered: they are still being made.
        """
        try:
            return cast(Tables, reading.prepared.result(_WAIT_S))
        except TimeoutError as error:
            raise Unanswered(
                503, "the lists of the new graph are being made", "ask again in a moment", _WAIT_S
            ) from error

    @staticmethod
    def ready(reading: Reading) -> Tables | None:
        """Return the tables of a generation, if they have been made."""
        return Tables.of(reading) if reading.prepared.done() else None

    def listing(self, selection: Selection) -> Listing:
        """Return a page of what is asked for, and how its facets go on."""
        with self._database.cursor() as db:
            where, given = _where(selection)
            table = selection.kind.table
            total = scalar(db, f"SELECT count(*) FROM {table} WHERE {where}", given)  # noqa: S608
            offset = (selection.page - 1) * PER_PAGE
            rows = tuple(_rows(db, selection, f"LIMIT {PER_PAGE} OFFSET {offset}"))
            return Listing(selection, total, rows, tuple(_facets(db, selection)))

    def decades(self) -> list[tuple[str, int]]:
        """Count the films of each decade, the first first."""
        sql = (
            "SELECT value, count(*) FROM films_facets WHERE facet = 'decade' "
            "GROUP BY value ORDER BY value"
        )
        return self._asked(sql)

    def coverage(self) -> dict[str, int]:
        """Count the films that have a director, an actor, a rating, a genre, a country."""
        return dict(self._asked("SELECT * FROM coverage"))

    def partners(self, person: str, at_most: int) -> list[tuple[str, str, int]]:
        """Return whom somebody has most films with, if more than one: IRI, name, how many."""
        sql = (
            "WITH theirs AS (SELECT DISTINCT film FROM credits WHERE person = $1) "
            "SELECT person, name, count(DISTINCT film) AS n FROM credits "
            "SEMI JOIN theirs USING (film) JOIN people ON person = iri WHERE person <> $1 "
            "GROUP BY person, name HAVING n > 1 ORDER BY n DESC, name, person LIMIT $2"
        )
        return self._asked(sql, [person, at_most])

    def alike(self, film: str, at_most: int) -> list[tuple[str, str, int]]:
        """Return films that share more than one of a film's cast: IRI, title, how many."""
        sql = (
            "WITH its AS (SELECT person FROM credits WHERE film = $1 AND role = 'actors') "
            "SELECT film, title, count(*) AS n FROM credits SEMI JOIN its USING (person) "
            "JOIN films ON film = iri WHERE film <> $1 AND role = 'actors' "
            "GROUP BY film, title HAVING n > 1 ORDER BY n DESC, title, film LIMIT $2"
        )
        return self._asked(sql, [film, at_most])

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
    table = f"{selection.kind.table}_facets"
    has = f"iri IN (SELECT iri FROM {table} WHERE facet = ? AND value = ?)"  # noqa: S608 - ours
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


def _facets(db: duckdb.DuckDBPyConnection, selection: Selection) -> Iterator[Facet]:
    kind, (where, given) = selection.kind, _where(selection)
    sql = (
        f"SELECT facet, value, count(*) FROM {kind.table}_facets "  # noqa: S608
        f"WHERE iri IN (SELECT iri FROM {kind.table} WHERE {where}) GROUP BY facet, value"
    )
    counted = sorted(db.execute(sql, given).fetchall(), key=lambda row: (-row[2], row[1]))
    for facet, label in kind.facets.items():
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
