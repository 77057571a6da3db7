"""What has changed: the versions that make each film now, beside what the graph was made from."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any, NamedTuple

import duckdb

from etl.rdf.identifiers import FILM_SCHEMES
from etl.records import Reason
from etl.resolution.films import Identities, Person, Redirect, person_of
from etl.resolution.groups import Group, MemberRow
from etl.resolution.lives import LIVES, SEVERAL
from etl.resolution.matches import NO_MATCHES, find_matches
from etl.resolution.matching import Match
from etl.resolution.resolved import identities_of, rows_of
from etl.resolution.statements import (
    CALLED,
    CONTRADICTED,
    DISPUTED,
    FALLBACK,
    GROUPS,
    IDENTITIES,
    IDS,
    ITEMS,
    LINKED,
    MEMBERS,
    MENTIONS,
    NAME_KEY,
    NAMED,
    NAMELESS,
    NAMES,
    PEOPLE,
    PLACES,
    RANKED,
    REDIRECTED,
    REFUSED,
    SETTLED,
    STRONGEST,
    UNNAMED,
    WEAKER,
    WHO,
)
from etl.resolution.tables import scalar


class Page(NamedTuple):
    """Some films: the rows of their records, who their people are, and which the graph has."""

    rows: list[MemberRow]
    identities: Identities
    standing: frozenset[str]


RESULTS = {
    "members": ("version", "film", "counts"),
    "identities": ("name", "id"),
    "items": ("imdb", "wikidata"),
    "names": ("id", "called"),
    "disputed": ("about", "scheme", "subject", "said", "version"),
    "matches": Match._fields,
}
"""What is kept of what a comparison finds: tables and their columns."""


class Comparison:
    """The films as the records make them, and how each stands to the graph.

    Each place gives its newest record that can be read. Where the shapes refuse that, it falls
    back to the one before, and so on: what the graph holds depends on nothing but the versions
    that stand, and the shapes. `quarantine` remembers what was refused on the way, with the
    group it was refused in, so that the same question is not asked twice.

    In a `settled` catalog nothing has changed since then, and what is not in quarantine counts:
    which question was asked first has no bearing on that.

    What it finds is in temporary tables of the one connection that writes, until `keep`.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection, *, settled: bool = False) -> None:
        self._db = connection
        self._fresh = not scalar(self._db, "SELECT count(*) FROM films")
        self._db.execute("CREATE OR REPLACE TEMP TABLE upheld (film TEXT, inputs TEXT)")
        self._db.execute(PLACES)
        self._put_together(IDS, STRONGEST)
        for rank in range(1, len(FILM_SCHEMES)):
            self._db.execute(WEAKER, {"rank": rank})
        self._db.execute(NO_MATCHES)
        self._put_together(MEMBERS)
        if not settled and find_matches(self._db):
            self._put_together(MEMBERS)
        self._put_together(DISPUTED, LINKED, UNNAMED)
        self._db.execute("CREATE OR REPLACE TEMP TABLE names (id TEXT, called TEXT)")
        if scalar(self._db, "SELECT count(*) FROM unnamed"):
            self._put_together(NAMES)
        if settled and scalar(self._db, "SELECT count(*) FROM quarantine"):
            self._put_together(SETTLED, MEMBERS, LINKED)
        self._put_together(ITEMS, CONTRADICTED, IDENTITIES, GROUPS)
        if not settled:
            self.step_down()

    def _put_together(self, *statements: str) -> None:
        """Put together which of the chosen versions make which film, and who its names are."""
        for sql in statements:
            self._db.execute(sql.format(people=PEOPLE, who=WHO, nameless=NAMELESS, ranked=RANKED))

    def step_down(self) -> bool:
        """Let places fall back from what has been refused; say whether any did."""
        stepped = False
        while True:
            self._db.execute(REFUSED)
            if not scalar(self._db, "SELECT count(*) FROM refused"):
                return stepped
            stepped, self._fresh = True, False
            self._db.execute("INSERT INTO upheld SELECT DISTINCT film, inputs FROM refused")
            self._db.execute(FALLBACK)
            self._db.execute(
                "UPDATE places SET choice = fallback.choice FROM fallback "
                "WHERE places.choice = fallback.version"
            )
            self._put_together(MEMBERS, LINKED, ITEMS, CONTRADICTED, IDENTITIES, GROUPS)

    def forget_refusals(self) -> None:
        """Take out of quarantine what was not refused this time."""
        self._db.execute(
            "DELETE FROM quarantine WHERE (film, inputs) NOT IN (SELECT (film, inputs) FROM upheld)"
        )

    def list_pending(self) -> int:
        """List the films that differ from the graph's, the first read first; say how many."""
        self._db.execute(
            "CREATE OR REPLACE TEMP TABLE pending AS SELECT * FROM groups g "
            "WHERE NOT EXISTS (FROM films f WHERE f.film = g.film AND f.inputs = g.inputs) "
            "ORDER BY first"
        )
        return int(scalar(self._db, "SELECT count(*) FROM pending"))

    def pending(self, size: int) -> Iterator[Page]:
        """Yield the films that were listed, so many at once."""
        total = int(scalar(self._db, "SELECT count(*) FROM pending"))
        for start in range(0, total, size):
            films = self._db.execute(
                "SELECT film, inputs, versions FROM pending WHERE rowid >= ? AND rowid < ?",
                [start, start + size],
            ).fetchall()
            versions = [version for *_, held in films for version in held]
            yield Page(
                rows_of(self._db, films), identities_of(self._db, versions), self._standing(films)
            )

    def _standing(self, films: Sequence[tuple[Any, ...]]) -> frozenset[str]:
        """Return those of some films that the graph has."""
        if self._fresh:
            return frozenset()
        rows = self._db.execute(
            "SELECT film FROM films WHERE film IN (SELECT unnest($1::TEXT[]))",
            [[film for film, *_ in films]],
        )
        return frozenset(film for (film,) in rows.fetchall())

    def accept(self, refused: Sequence[str]) -> None:
        """Remember what the films in the graph are made from: the pending, but for the refused."""
        self._db.execute(
            "CREATE OR REPLACE TEMP TABLE accepted AS SELECT film, inputs, versions FROM pending "
            "WHERE film NOT IN (SELECT unnest($1::TEXT[]))",
            [refused],
        )
        if not self._fresh:
            self._db.execute("DELETE FROM films WHERE film IN (SELECT film FROM accepted)")
        self._db.execute("INSERT INTO films FROM accepted")
        self._fresh = False

    def forget(self, films: Sequence[str]) -> None:
        """Forget films that have left the graph."""
        self._db.execute("DELETE FROM films WHERE film IN (SELECT unnest($1::TEXT[]))", [films])

    def refuse(
        self, run: int, group: Group, refused: Sequence[int], reasons: Sequence[Reason]
    ) -> None:
        """Put versions of records in quarantine, with what the shapes say of them."""
        text = json.dumps([asdict(reason) for reason in reasons], ensure_ascii=False)
        self._db.execute(
            "INSERT INTO quarantine SELECT unnest($1::BIGINT[]), $2, $3, $4, $5",
            [list(refused), group.film, group.inputs, run, text],
        )

    def superfluous_films(self) -> list[str]:
        """List the films in the graph that no accepted record is about any more."""
        rows = self._db.execute(
            "SELECT film FROM films WHERE film NOT IN (SELECT film FROM groups) ORDER BY film"
        )
        return [film for (film,) in rows.fetchall()]

    def compare_people(self) -> None:
        """Put together who the people of the films in the graph are, and what redirects to them."""
        self._db.execute(MENTIONS.format(people=PEOPLE, who=WHO))
        self._db.execute(CALLED)
        self._db.execute("CREATE OR REPLACE TEMP TABLE lives (who TEXT, facts TEXT)")
        if scalar(self._db, "SELECT count(*) FROM versions WHERE name_facts IS NOT NULL"):
            self._db.execute(LIVES.format(people=PEOPLE, who=WHO, several=SEVERAL))
        self._db.execute(NAMED)
        self._db.execute(REDIRECTED.format(name_key=NAME_KEY))
        self._split("people", "named")
        self._split("redirects", "redirected")

    def change_people(self, size: int) -> Iterator[tuple[list[Person], list[Person]]]:
        """Bring the people in step with the films; give those removed and those added, in chunks.

        A person whose name changed is in both. People with an IMDb id have the name that most
        films give them, the first by alphabet among equals.
        """
        for removed in self._people("only_people", size):
            yield removed, []
        for added in self._people("only_named", size):
            yield [], added
        self._db.execute("DELETE FROM people")
        self._db.execute("INSERT INTO people SELECT * FROM named")

    def _split(self, old: str, new: str) -> None:
        """Put apart what only one of two tables has."""
        for mine, theirs in ((old, new), (new, old)):
            self._db.execute(
                f"CREATE OR REPLACE TEMP TABLE only_{mine} AS "  # noqa: S608
                f"SELECT * FROM {mine} EXCEPT SELECT * FROM {theirs} ORDER BY ALL"
            )

    def change_redirects(self) -> tuple[list[Redirect], list[Redirect]]:
        """Bring the redirects in step with films and people; give those removed and those added."""
        removed, added = (
            [Redirect(*row) for row in self._db.execute(f"FROM {table}").fetchall()]
            for table in ("only_redirects", "only_redirected")
        )
        self._db.execute("DELETE FROM redirects")
        self._db.execute("INSERT INTO redirects SELECT * FROM redirected")
        return removed, added

    def _people(self, table: str, size: int) -> Iterator[list[Person]]:
        total = int(scalar(self._db, f"SELECT count(*) FROM {table}"))  # noqa: S608
        for start in range(0, total, size):
            rows = self._db.execute(
                f"SELECT name, imdb, wikidata, facts FROM {table} WHERE rowid >= ? AND rowid < ?",  # noqa: S608
                [start, start + size],
            )
            yield [person_of(*row) for row in rows.fetchall()]

    def keep(self) -> None:
        """Write what was found into the tables of the catalog, by the difference."""
        kept = scalar(self._db, "SELECT current_database()")  # not the temporary tables
        for table, columns in RESULTS.items():
            row = ", ".join(columns)
            same = " AND ".join(f"old.{each} IS NOT DISTINCT FROM new.{each}" for each in columns)
            self._db.execute(
                f"DELETE FROM {kept}.{table} AS old "  # noqa: S608
                f"WHERE NOT EXISTS (FROM temp.{table} AS new WHERE {same})"
            )
            self._db.execute(
                f"INSERT INTO {kept}.{table} SELECT {row} FROM temp.{table} "  # noqa: S608
                f"EXCEPT SELECT {row} FROM {kept}.{table}"
            )
