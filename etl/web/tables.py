"""The lists of films and people as tables in memory, made once for each generation.

Whatever is asked of them is SQL: facets with counts, any order, page by page, who worked with whom.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, cast

import duckdb

from etl.resolution.tables import scalar
from etl.web.browsing import PER_PAGE, Facet, FacetValue, Listing, Selection
from etl.web.neighbours import MOST_FILMS, MOST_PEOPLE, Shared
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
        return self._asked(
            "SELECT value, n FROM films_values WHERE facet = 'decade' ORDER BY value"
        )

    def coverage(self) -> dict[str, int]:
        """Count the films that have a director, an actor, a rating, a genre, a country."""
        return dict(self._asked("SELECT * FROM coverage"))

    def partners(self, person: str, at_most: int) -> list[tuple[str, str, int]]:
        """Return whom somebody has most films with, if more than one: IRI, name, how many."""
        sql = (
            "WITH theirs AS (SELECT film FROM parts SEMI JOIN people ON person = id AND iri = $1), "
            "others AS (SELECT person, count(*) AS n FROM parts SEMI JOIN theirs USING (film) "
            "GROUP BY person HAVING n > 1) "
            "SELECT iri, name, n FROM others JOIN people ON person = id WHERE iri <> $1 "
            "ORDER BY n DESC, name, iri LIMIT $2"
        )
        return self._asked(sql, [person, at_most])

    def alike(self, film: str, at_most: int) -> list[tuple[str, str, int]]:
        """Return films that share more than one of a film's cast: IRI, title, how many."""
        sql = (
            "WITH its AS (SELECT person FROM parts SEMI JOIN films ON film = id AND iri = $1 "
            "WHERE acts), "
            "others AS (SELECT film, count(*) AS n FROM parts SEMI JOIN its USING (person) "
            "WHERE acts GROUP BY film HAVING n > 1) "
            "SELECT iri, title, n FROM others JOIN films ON film = id WHERE iri <> $1 "
            "ORDER BY n DESC, title, iri LIMIT $2"
        )
        return self._asked(sql, [film, at_most])

    def shared(self, film: str, people: Sequence[str]) -> Shared:
        """Return the other films of those of a film's people who have any, the first of them.

        Of each those come first that have most of the others in them, then those best known.
        """
        return self._asked(_SHARED, [film, list(people)])

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


_SHARED = f"""
WITH its AS (
    SELECT id AS person, place FROM (SELECT unnest($2::TEXT[]) AS iri,
        generate_subscripts($2::TEXT[], 1) AS place) JOIN people USING (iri)
), theirs AS (
    SELECT person, place, film FROM parts JOIN its USING (person)
    ANTI JOIN (SELECT id FROM films WHERE iri = $1) ON film = id
), theirs_shown AS (
    SELECT * FROM theirs WHERE person IN (
        SELECT person FROM theirs GROUP BY person ORDER BY min(place) LIMIT {MOST_PEOPLE})
), ranked AS (
    SELECT film, together, row_number() OVER (
        PARTITION BY person ORDER BY together DESC, votes DESC NULLS LAST, year DESC, film) AS rank
    FROM theirs_shown JOIN (SELECT film, count(*) AS together FROM theirs_shown GROUP BY film)
        USING (film) JOIN films ON film = id
), chosen AS (
    SELECT film FROM ranked GROUP BY film
    ORDER BY min(rank), max(together) DESC, film LIMIT {MOST_FILMS}
)
SELECT people.iri, name, films.iri, title || coalesce(' (' || year || ')', '')
FROM theirs_shown SEMI JOIN chosen USING (film) JOIN films ON film = films.id
    JOIN people ON person = people.id
ORDER BY place, year, title, films.iri
"""  # noqa: S608 - numbers of ours


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


def _facets(db: duckdb.DuckDBPyConnection, selection: Selection) -> Iterator[Facet]:
    kind, (where, given) = selection.kind, _where(selection)
    values = f"{kind.table}_values"
    if selection.chosen:
        values = (
            f"(SELECT facet, value, counted.n FROM {values} JOIN (SELECT number, count(*) AS n "  # noqa: S608
            f"FROM {kind.table}_facets WHERE {where} GROUP BY number) AS counted USING (number))"
        )
    sql = f"SELECT facet, value, n FROM {values} ORDER BY n DESC, value"  # noqa: S608
    counted = db.execute(sql, given).fetchall()
    for facet, label in kind.facets.items():
        values_of = [(value, count) for name, value, count in counted if name == facet]
        if facet == "decade":
            values_of.sort(reverse=True)
        chosen = [each for each in values_of if (facet, each[0]) in selection.chosen]
        shown = dict.fromkeys([*chosen, *values_of[:_FACET_VALUES]])
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
