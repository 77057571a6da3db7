"""How the tables of films and people are made: each property once, from the store into a table.

The store writes them as CSV, and the database reads that, both without a step in Python.
"""

from __future__ import annotations

from array import array
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import cast

import duckdb
from pyoxigraph import QueryResultsFormat, QuerySolutions

from etl.entities.tally import LINKED
from etl.facts import CREDITS
from etl.process.database import alone
from etl.process.temporary import temporary_folder
from etl.rdf.vocab import RDF, SCHEMA
from etl.web.ties import Numbers, Ties
from etl.workspace.snapshot import Snapshot

_READ = {  # a table, and the pattern of its two columns
    "named": f"?s {SCHEMA.name} ?o",
    "dated": f"?s {SCHEMA.datePublished} ?o",
    "rated": f"?s {SCHEMA.aggregateRating} ?o",
    "valued": f"?s {SCHEMA.ratingValue} ?o",
    "scaled": f"?s {SCHEMA.bestRating} ?o",
    "counted": f"?s {SCHEMA.ratingCount} ?o",
    "linked": f"?s {SCHEMA.sameAs} ?o",
    "genre": f"?s {SCHEMA.genre} ?o",
    "country": f"?s {SCHEMA.countryOfOrigin} ?o",
    **{role: f"?s {term} ?o" for role, term in CREDITS.items()},
    "person": f"?s {RDF.type} {SCHEMA.Person} BIND('' AS ?o)",
    "film": f"?s {RDF.type} {SCHEMA.Movie} BIND('' AS ?o)",
}
_LINKED_TO = {"imdb": "IMDb", "wikidata": "Wikidata"}


def made(snapshot: Snapshot) -> tuple[duckdb.DuckDBPyConnection, Ties]:
    """Make the tables of what the store and the catalog of a generation hold."""
    db = duckdb.connect(":memory:", config=alone())
    with temporary_folder() as folder, ThreadPoolExecutor(2) as beside:
        written = {
            name: beside.submit(_write, snapshot, pattern, folder / name)
            for name, pattern in _READ.items()
        }
        for name, path in written.items():
            _read(db, name, path.result())
    _sources(db, snapshot)
    db.execute(_FILLING)
    for kind in ("films", "people"):
        db.execute(_FACETS.format(kind=kind))
    years = db.execute("SELECT coalesce(year, 0) FROM films ORDER BY id").fetchall()
    films, acted, people = (_numbers(db, each) for each in _TIES)
    ties = Ties(films, acted, people, array("i", [0, *(year for (year,) in years)]))
    for kind in ("films", "people"):
        db.execute(f"CREATE UNIQUE INDEX {kind}_by_iri ON {kind} (iri)")
    db.execute("SET threads = 1")  # a request has its own
    for name in (*_READ, "source", "persons", "credits", "parts", "films_said", "people_said"):
        db.execute(f"DROP TABLE {name}")
    return db, ties


_TIES = (
    "SELECT person, list(film ORDER BY film) FROM parts GROUP BY person",
    "SELECT person, list(film ORDER BY film) FROM parts WHERE acts GROUP BY person",
    "SELECT film, list(person ORDER BY person) FROM parts GROUP BY film",
)


def _numbers(db: duckdb.DuckDBPyConnection, sql: str) -> Numbers:
    """Read arrays of numbers by a number."""
    found: Numbers = {}
    rows = db.execute(sql)
    while some := rows.fetchmany(1000):
        found.update((number, array("i", numbers)) for number, numbers in some)
    return found


def _write(snapshot: Snapshot, pattern: str, path: Path) -> Path:
    """Write the solutions of a pattern into a file."""
    answer = cast(QuerySolutions, snapshot.store.query(f"SELECT ?s ?o WHERE {{ {pattern} }}"))
    answer.serialize(str(path), QueryResultsFormat.CSV)
    return path


def _read(db: duckdb.DuckDBPyConnection, name: str, path: Path) -> None:
    """Make a table of such a file."""
    db.execute(
        f"CREATE TABLE {name} AS FROM read_csv(?, header = true, auto_detect = false, "
        "delim = ',', quote = '\"', escape = '\"', columns = {'s': 'TEXT', 'o': 'TEXT'}, "
        "max_line_size = 20000000, null_padding = false, parallel = false)",
        [str(path)],
    )
    path.unlink()


def _sources(db: duckdb.DuckDBPyConnection, snapshot: Snapshot) -> None:
    """Make a table of the films that each source speaks of, by the IRI and what it is called."""
    catalog, iris = snapshot.catalog, snapshot.iris
    titles = {each.name: each.description.title or each.label for each in catalog.sources.all()}
    pairs = {(each.film, each.source) for each in catalog.derivations()}
    films = [iris.movie(film).value for film, _ in pairs]
    db.execute(
        "CREATE TABLE source AS SELECT unnest($1::TEXT[]) AS s, unnest($2::TEXT[]) AS o",
        [films, [titles[source] for _, source in pairs]],
    )


_CREDITS = " UNION ".join(
    f"SELECT s, '{role}' AS role, o FROM {role} SEMI JOIN film USING (s)"  # noqa: S608 - ours
    for role in CREDITS
)
_LINKING = " ".join(
    f"WHEN starts_with(o, '{start}') THEN '{_LINKED_TO[name]}'" for name, start in LINKED.items()
)
_COVERED = " UNION ALL ".join(
    f"SELECT '{name}' AS property, count(DISTINCT s) AS films FROM {table} SEMI JOIN film USING (s)"  # noqa: S608
    for name, table in (
        ("director", "directors"),
        ("actor", "actors"),
        ("aggregateRating", "rated"),
        ("genre", "genre"),
        ("countryOfOrigin", "country"),
    )
)
_FACETS = """
CREATE TABLE {kind}_values AS
SELECT (row_number() OVER (ORDER BY facet, value))::INTEGER AS number, * FROM (
    SELECT facet, value, count(*) AS n FROM {kind}_said GROUP BY ALL);
CREATE TABLE {kind}_facets AS
SELECT number, id FROM {kind}_said JOIN {kind}_values USING (facet, value) ORDER BY ALL;
"""
_FILLING = f"""
CREATE TABLE coverage AS {_COVERED};
CREATE TABLE films AS
SELECT (row_number() OVER (ORDER BY votes DESC NULLS LAST, year DESC, iri))::INTEGER AS id, *
FROM (
    SELECT film.s AS iri, min(named.o) AS title, try_cast(min(dated.o)[1:4] AS INTEGER) AS year,
        any_value(rating) AS rating, any_value(votes) AS votes
    FROM film LEFT JOIN named USING (s) LEFT JOIN dated USING (s) LEFT JOIN (
        SELECT rated.s, max(votes) AS votes,
            round(arg_max(10 * value / best, coalesce(votes, 0)), 1) AS rating
        FROM (SELECT valued.s AS part, valued.o::DOUBLE AS value, scaled.o::DOUBLE AS best,
                  counted.o::BIGINT AS votes
              FROM valued JOIN scaled USING (s) LEFT JOIN counted USING (s))
            JOIN rated ON part = rated.o
        GROUP BY rated.s) USING (s)
    GROUP BY film.s);
CREATE TABLE persons AS
SELECT (row_number() OVER (ORDER BY s))::INTEGER AS id, s AS iri, min(named.o) AS name
FROM person JOIN named USING (s) GROUP BY s;
CREATE TABLE credits AS
SELECT films.id AS film, role, persons.id AS person
FROM ({_CREDITS}) JOIN films ON films.iri = s JOIN persons ON persons.iri = o;
CREATE TABLE parts AS
SELECT person, film, bool_or(role = 'actors') AS acts
FROM credits GROUP BY ALL ORDER BY person, film;
CREATE TABLE people AS
SELECT persons.id, persons.iri, name, count(film) AS films, min(year) AS first, max(year) AS last
FROM persons LEFT JOIN parts ON person = persons.id LEFT JOIN films ON film = films.id
GROUP BY ALL;
CREATE TABLE films_said AS
SELECT DISTINCT facet, value, films.id FROM (
    SELECT iri AS s, 'decade' AS facet, (year // 10 * 10) || 's' AS value FROM films
    UNION ALL SELECT s, 'genre', o FROM genre
    UNION ALL SELECT s, 'country', o FROM country
    UNION ALL SELECT s, 'source', o FROM source
    UNION ALL SELECT iri, 'rating', CASE WHEN rating IS NULL THEN 'none' WHEN rating >= 9 THEN
        '9 and more' WHEN rating < 5 THEN 'below 5' ELSE floor(rating)::INTEGER || ' to ' ||
        floor(rating)::INTEGER + 1 END FROM films
    UNION ALL SELECT s, 'linked', CASE {_LINKING} END FROM linked
    UNION ALL SELECT iri, 'linked', 'nothing' FROM films WHERE iri NOT IN (SELECT s FROM linked))
JOIN films ON iri = s WHERE value IS NOT NULL;
CREATE TABLE people_said AS
SELECT DISTINCT facet, value, id FROM (
    SELECT person AS id, 'role' AS facet, role AS value FROM credits
    UNION ALL SELECT person, 'decade', (year // 10 * 10) || 's' FROM parts JOIN films ON film = id
    UNION ALL SELECT id, 'linked', CASE {_LINKING} END FROM linked JOIN people ON iri = s
    UNION ALL SELECT id, 'linked', 'nothing' FROM people WHERE iri NOT IN (SELECT s FROM linked))
WHERE value IS NOT NULL;
"""  # noqa: S608 - texts of ours
