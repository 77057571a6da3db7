"""Which records make which film, and who people are, as a generation's tables have it.

Every question has a cursor of its own, so that none is in the way of another.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from etl.records import Heading, Origin, decode_heading
from etl.resolution.groups import Group, MemberRow, groups_of
from etl.resolution.matching import TITLE, Match
from etl.resolution.people import NO_IDENTITIES, Identities, Person, Redirect, person_of
from etl.resolution.tables import beside, scalar

if TYPE_CHECKING:
    import duckdb


# The names and ids by which some records name people; those of them that links give.
CREDITED = """
WITH credits AS (
    SELECT unnest(string_split(names, chr(10))) AS name,
           unnest(string_split(name_ids, chr(10))) AS id,
           unnest(string_split(name_keys, chr(10))) AS key FROM versions
    WHERE version BETWEEN $1 AND $2 AND version IN (SELECT unnest($3::BIGINT[]))),
called AS (SELECT DISTINCT name FROM credits),
known AS (
    SELECT id FROM credits WHERE id <> '' UNION
    SELECT keyed.id FROM credits JOIN keyed USING (key) UNION
    SELECT identities.id FROM called JOIN identities USING (name) UNION
    SELECT unnest([imdb, wikidata]) FROM links WHERE version IN (SELECT unnest($3::BIGINT[])))
"""


class Claim(NamedTuple):
    """What a record says of ids, where others contradict it.

    `about` an id it says of which film that is, `about` a film which id of the scheme it has.
    """

    about: str
    scheme: str
    subject: str
    said: str
    origin: Origin
    heading: Heading


class Resolved:
    """What resolution has found, of a catalog in which nothing is changed meanwhile."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._db = connection

    def identities(self, groups: Iterable[Group]) -> Identities:
        """Return who the people are whom the groups name, as all records tell it together."""
        versions = [version for group in groups for version in group.versions]
        return identities_of(beside(self._db), versions)

    def pages(
        self, size: int, after: int = 0, records: int = 1
    ) -> Iterator[tuple[list[MemberRow], Identities]]:
        """Yield the records of the films in the graph, in chunks, and who their people are.

        Films come in the order in which they were first read, the records of a film side by side.
        Only those are given whose versions all come after the version `after`, and of so many
        records or more.
        """
        films = beside(self._db).execute(
            "SELECT film, inputs, versions FROM films WHERE list_min(versions) > ? "
            "AND len(versions) >= ? ORDER BY list_min(versions)",
            [after, records],
        )
        while some := films.fetchmany(size):
            cursor = beside(self._db)
            versions = [version for *_, held in some for version in held]
            yield rows_of(cursor, some), identities_of(cursor, versions)

    def group(self, film: str) -> Group | None:
        """Return what a film in the graph is made from."""
        return next(iter(self.groups([film])), None)

    def groups(self, films: Sequence[str]) -> list[Group]:
        """Return what those of some films that are in the graph are made from, in no order."""
        found = self._db.execute(
            "SELECT film, inputs, versions FROM films WHERE film IN (SELECT unnest($1::TEXT[]))",
            [list(films)],
        ).fetchall()
        return list(groups_of(rows_of(self._db, found)))

    def people(self, size: int, first: str = "") -> Iterator[list[Person]]:
        """Yield all people in the graph, in chunks, by name; from this name on."""
        people = beside(self._db).execute(
            "SELECT name, imdb, wikidata, facts, key FROM people WHERE name >= ? ORDER BY ALL",
            [first],
        )
        while rows := people.fetchmany(size):
            yield [person_of(*row) for row in rows]

    def claims(self) -> list[Claim]:
        """List what records say of ids that others contradict, about each subject side by side."""
        rows = self._db.execute(
            "SELECT about, scheme, subject, said, source, path, line, body "
            "FROM disputed JOIN versions USING (version) "
            "ORDER BY about DESC, scheme, subject, source, path, line"
        )
        return [
            Claim(about, scheme, subject, said, Origin(*place), decode_heading(body))
            for about, scheme, subject, said, *place, body in rows.fetchall()
        ]

    def disputes(self) -> int:
        """Count the ids and the films of which records say what others contradict."""
        sql = "SELECT count(DISTINCT (about, scheme, subject)) FROM disputed"
        return int(scalar(self._db, sql))

    def matches(self, key: str | None = None) -> list[Match]:
        """List the films that are one or might be, though they share no id; those of a film."""
        rows = self._db.execute(
            "FROM matches WHERE $1 IS NULL OR key = $1 ORDER BY film, other, rung", [key]
        )
        return [Match(*row) for row in rows.fetchall()]

    def matched_by_title(self) -> int:
        """Count the films that are matched with another by title and year alone."""
        sql = "SELECT count(*) FROM matches WHERE key IS NOT NULL AND rung = ?"
        return int(scalar(self._db, sql, [TITLE.name]))

    def redirects(self) -> list[Redirect]:
        """List the redirects in the graph."""
        rows = self._db.execute("FROM redirects ORDER BY ALL").fetchall()
        return [Redirect(*row) for row in rows]


def rows_of(
    db: duckdb.DuckDBPyConnection, films: Sequence[tuple[str, str, list[int]]]
) -> list[MemberRow]:
    """Return the records of films, side by side; a film is its key, its inputs and its versions."""
    numbers = [version for *_, versions in films for version in versions]
    rows = db.execute(
        "SELECT version, kind, source, path, line, body FROM versions "
        "WHERE version BETWEEN $1 AND $2 AND version IN (SELECT unnest($3::BIGINT[]))",
        [min(numbers, default=0), max(numbers, default=0), numbers],
    )
    held = {row[0]: row for row in rows.fetchall()}
    return [(film, inputs, *held[each]) for film, inputs, versions in films for each in versions]


def identities_of(db: duckdb.DuckDBPyConnection, versions: Sequence[int]) -> Identities:
    """Return who the people are whom some versions name, by the tables that a connection sees."""
    found = db.execute(
        "SELECT EXISTS(FROM identities), EXISTS(FROM items), EXISTS(FROM names), EXISTS(FROM keyed)"
    )
    known = dict(zip(_ABOUT, found.fetchone() or (), strict=True))
    asked = [min(versions, default=0), max(versions, default=0), versions]
    return NO_IDENTITIES._replace(
        **{
            field: dict(db.execute(CREDITED + _ABOUT[field], asked).fetchall())
            for field in _ABOUT
            if known[field]
        }
    )


_ABOUT = {
    "by_name": "SELECT name, identities.id FROM called JOIN identities USING (name)",
    "elsewhere": """
    SELECT imdb, wikidata FROM items WHERE imdb IN (FROM known)
    UNION ALL SELECT wikidata, imdb FROM items WHERE wikidata IN (FROM known)
    """,
    "names": "SELECT id, called FROM names WHERE id IN (FROM known)",
    "keyed": "SELECT key, id FROM keyed WHERE key IN (SELECT key FROM credits)",
}
"""What tells each field of `Identities`."""
