"""Which records make which film, and who people are, as a generation's tables have it.

Every question has a cursor of its own, so that none is in the way of another.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from etl.records import FilmRecord, Origin, decode_film
from etl.resolution.films import NO_IDENTITIES, Identities, Member, Person, Redirect
from etl.resolution.groups import Group
from etl.resolution.tables import scalar

if TYPE_CHECKING:
    import duckdb


class Resolved:
    """What resolution has found, of a catalog in which nothing is changed meanwhile."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._db = connection

    def identities(self, groups: Iterable[Group]) -> Identities:
        """Return who the people are whom the groups name, as all records tell it together."""
        return identities_of(self._db, groups)

    def films(self, size: int, after: int = 0) -> Iterator[list[Group]]:
        """Give what each film in the graph is made from, in chunks, the first read first.

        Only those are given whose versions all come after this one.
        """
        films = self._db.cursor().execute(
            "SELECT film, inputs, versions FROM films WHERE list_min(versions) > ? "
            "ORDER BY list_min(versions)",
            [after],
        )
        while rows := films.fetchmany(size):
            yield self._groups(rows)

    def group(self, film: str) -> Group | None:
        """Return what a film in the graph is made from."""
        rows = self._db.execute("FROM films WHERE film = ?", [film]).fetchall()
        return next(iter(self._groups(rows)), None)

    def _groups(self, films: Sequence[tuple[str, str, list[int]]]) -> list[Group]:
        numbers = [version for *_, versions in films for version in versions]
        rows = self._db.cursor().execute(
            "SELECT version, source, path, line, body FROM versions "
            "WHERE version BETWEEN $1 AND $2 AND version IN (SELECT unnest($3::BIGINT[]))",
            [min(numbers, default=0), max(numbers, default=0), numbers],
        )
        members = {
            version: Member(Origin(*place), decode_film(body), version)
            for version, *place, body in rows.fetchall()
        }
        return [
            Group(film, inputs, tuple(members[each] for each in versions))
            for film, inputs, versions in films
        ]

    def people(self, size: int, first: str = "") -> Iterator[list[Person]]:
        """Give all people in the graph, in chunks, by name; from this name on."""
        people = self._db.cursor().execute(
            "SELECT name, imdb, wikidata FROM people WHERE name >= ? ORDER BY ALL", [first]
        )
        while rows := people.fetchmany(size):
            yield [Person(*row) for row in rows]

    def redirects(self) -> list[Redirect]:
        """List the redirects in the graph."""
        rows = self._db.execute("FROM redirects ORDER BY ALL").fetchall()
        return [Redirect(*row) for row in rows]


def identities_of(db: duckdb.DuckDBPyConnection, groups: Iterable[Group]) -> Identities:
    """Return who the people are whom groups name, as the tables tell it that `db` sees."""
    tables = ("identities", "items", "names")
    if not any(scalar(db, f"SELECT count(*) FROM {table}") for table in tables):  # noqa: S608
        return NO_IDENTITIES
    members = [member for group in groups for member in group.members]
    names = {credit.name for member in members for credit in member.record.credits}
    by_name = _select(db, "SELECT name, id FROM identities WHERE name IN {asked}", names)
    ids = {each for member in members for each in _ids(member.record)} | {*by_name.values()}
    elsewhere = _select(
        db,
        "SELECT imdb, wikidata FROM items WHERE imdb IN {asked} UNION ALL "
        "SELECT wikidata, imdb FROM items WHERE wikidata IN {asked}",
        ids,
    )
    known = _select(db, "SELECT id, called FROM names WHERE id IN {asked}", ids)
    return Identities(by_name, elsewhere, known)


def _select(db: duckdb.DuckDBPyConnection, sql: str, asked: Iterable[str]) -> dict[str, str]:
    rows = db.execute(sql.format(asked="(SELECT unnest($1::TEXT[]))"), [list(asked)])
    return dict(rows.fetchall())


def _ids(record: FilmRecord) -> Iterator[str]:
    """Give all ids by which a record names people."""
    yield from (credit.imdb_id for credit in record.credits if credit.imdb_id)
    for link in record.links:
        yield from filter(None, (link.imdb_id, link.wikidata_id))
