"""The lists of films and people as tables in memory, made once for each generation.

Whatever is asked of them is SQL: facets with counts, any order, page by page.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

import duckdb
from pyoxigraph import QuerySolutions

from etl.entities.tally import LINKED
from etl.facts import CREDITS
from etl.process.database import alone
from etl.rdf.vocab import SCHEMA
from etl.resolution.tables import scalar
from etl.web.browsing import PER_PAGE, Facet, FacetValue, Listing, Selection
from etl.web.readers import Reading

_FACET_VALUES = 12
_LINKED_TO = {"imdb": "IMDb", "wikidata": "Wikidata"}

_TABLES = """
CREATE TABLE films (iri TEXT, title TEXT, year INTEGER, rating DOUBLE, votes BIGINT);
CREATE TABLE people (iri TEXT, name TEXT, films INTEGER, first INTEGER, last INTEGER);
CREATE TABLE films_facets (iri TEXT, facet TEXT, value TEXT);
CREATE TABLE people_facets (iri TEXT, facet TEXT, value TEXT);
CREATE TABLE credits (film TEXT, role TEXT, person TEXT);
"""


class Tables:
    """The two tables of a generation, for many threads."""

    def __init__(self, database: duckdb.DuckDBPyConnection) -> None:
        self._database = database

    @classmethod
    def of(cls, reading: Reading) -> Tables:
        """Return the tables of a generation, made once."""
        return reading.once("tables", lambda: cls(_made(reading)))

    def listing(self, selection: Selection) -> Listing:
        """Return a page of what is asked for, and how its facets go on."""
        with self._database.cursor() as db:
            where, given = _where(selection)
            table = selection.kind.table
            total = scalar(db, f"SELECT count(*) FROM {table} WHERE {where}", given)  # noqa: S608
            offset = (selection.page - 1) * PER_PAGE
            rows = tuple(_rows(db, selection, f"LIMIT {PER_PAGE} OFFSET {offset}"))
            return Listing(selection, total, rows, tuple(_facets(db, selection)))

    def iris(self) -> list[str]:
        """Return the IRI of every film and person, in a fixed order."""
        with self._database.cursor() as db:
            rows = db.execute("SELECT iri FROM films UNION ALL SELECT iri FROM people ORDER BY 1")
            return [iri for (iri,) in rows.fetchall()]

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


# How the tables are made


def _made(reading: Reading) -> duckdb.DuckDBPyConnection:
    """Make the tables of what the store and the catalog of a generation hold."""
    db = duckdb.connect(":memory:", config=alone())
    db.execute(_TABLES)
    snapshot = reading.snapshot
    store = snapshot.store

    def solutions(pattern: str, *names: str) -> list[list[str | None]]:
        answer = store.query(f"SELECT {' '.join(f'?{n}' for n in names)} WHERE {{ {pattern} }}")
        rows = [
            tuple(None if term is None else term.value for term in row)
            for row in cast(QuerySolutions, answer)
        ]
        return [list(column) for column in zip(*rows, strict=True)] or [[] for _ in names]

    film = f"?f a {SCHEMA.Movie} ."
    ratings = (
        f"?f {SCHEMA.aggregateRating} ?r . ?r {SCHEMA.ratingValue} ?v ; {SCHEMA.bestRating} ?b"
    )
    roles = " ".join(f'({term} "{field}")' for field, term in CREDITS.items())
    told = {
        "said": solutions(
            f"{film} ?f {SCHEMA.name} ?t OPTIONAL {{ ?f {SCHEMA.datePublished} ?d }}", *"ftd"
        ),
        "rated": solutions(f"{ratings} OPTIONAL {{ ?r {SCHEMA.ratingCount} ?n }}", *"fvbn"),
        "genre": solutions(f"{film} ?f {SCHEMA.genre} ?g", *"fg"),
        "country": solutions(f"{film} ?f {SCHEMA.countryOfOrigin} ?g", *"fg"),
        "linked": solutions(f"?f {SCHEMA.sameAs} ?g", *"fg"),
        "credit": solutions(f"VALUES (?p ?r) {{ {roles} }} ?f ?p ?x ; a {SCHEMA.Movie}", *"frx"),
        "person": solutions(f"?f a {SCHEMA.Person} ; {SCHEMA.name} ?n", *"fn"),
        "source": _sources(reading),
    }
    for name, columns in told.items():
        names = ", ".join(f"unnest(${n}::TEXT[]) AS c{n}" for n in range(1, len(columns) + 1))
        db.execute(f"CREATE TEMP TABLE {name} AS SELECT {names}", columns)
    db.execute(_FILLING)
    for name in told:
        db.execute(f"DROP TABLE {name}")
    return db


def _sources(reading: Reading) -> list[list[str | None]]:
    """Return the films that each source speaks of: their IRIs, and its label."""
    catalog, iris = reading.snapshot.catalog, reading.snapshot.iris
    labels = {each.name: each.description.title or each.label for each in catalog.sources.all()}
    pairs = {(each.film, each.source) for each in catalog.derivations()}
    found = [(iris.movie(film).value, labels[source]) for film, source in sorted(pairs)]
    return [list(column) for column in zip(*found, strict=True)] or [[], []]


_LINKING = " ".join(
    f"WHEN starts_with(c2, '{LINKED[k]}') THEN '{v}'" for k, v in _LINKED_TO.items()
)
_FILLING = f"""
INSERT INTO films
SELECT c1, min(c2), try_cast(min(c3)[1:4] AS INTEGER), any_value(rating), any_value(votes)
FROM said LEFT JOIN (
    SELECT c1 AS film, round(arg_max(10 * c2::DOUBLE / c3::DOUBLE, coalesce(c4::BIGINT, 0)), 1)
        AS rating, max(c4::BIGINT) AS votes
    FROM rated GROUP BY c1) ON film = c1
GROUP BY c1;
INSERT INTO films_facets
SELECT DISTINCT c1, facet, value FROM (
    SELECT iri AS c1, 'decade' AS facet, (year // 10 * 10) || 's' AS value FROM films
    UNION ALL SELECT c1, 'genre', c2 FROM genre
    UNION ALL SELECT c1, 'country', c2 FROM country
    UNION ALL SELECT c1, 'source', c2 FROM source
    UNION ALL SELECT iri, 'rating', CASE WHEN rating IS NULL THEN 'none' WHEN rating >= 9 THEN
        '9 and more' WHEN rating < 5 THEN 'below 5' ELSE floor(rating)::INTEGER || ' to ' ||
        floor(rating)::INTEGER + 1 END FROM films
    UNION ALL SELECT c1, 'linked', CASE {_LINKING} END FROM linked
    UNION ALL SELECT iri, 'linked', 'nothing' FROM films WHERE iri NOT IN (SELECT c1 FROM linked))
WHERE value IS NOT NULL AND c1 IN (SELECT iri FROM films);
INSERT INTO credits SELECT DISTINCT * FROM credit;
INSERT INTO people
SELECT c1, min(c2), count(DISTINCT film), min(year), max(year)
FROM person LEFT JOIN credits ON person = c1 LEFT JOIN films ON film = iri GROUP BY c1;
INSERT INTO people_facets
SELECT DISTINCT c1, facet, value FROM (
    SELECT person AS c1, 'role' AS facet, role AS value FROM credits
    UNION ALL SELECT person, 'decade', (year // 10 * 10) || 's'
        FROM credits JOIN films ON film = iri
    UNION ALL SELECT c1, 'linked', CASE {_LINKING} END FROM linked
    UNION ALL SELECT iri, 'linked', 'nothing' FROM people WHERE iri NOT IN (SELECT c1 FROM linked))
WHERE value IS NOT NULL AND c1 IN (SELECT iri FROM people);
"""  # noqa: S608 - texts of ours
