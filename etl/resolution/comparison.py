"""What has changed: the versions that make each film now, beside what the graph was made from."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any, NamedTuple

import duckdb

from etl.records import Reason
from etl.resolution.groups import Group, MemberRow
from etl.resolution.identities import (
    IDENTITIES,
    IN_FILM,
    ITEMS,
    KNOWN_PEOPLE,
    LINKED,
    LIVES,
    MENTIONS,
    NAMED,
    NAMES,
    PARTS,
    REDIRECTED,
    TOLD_APART,
    UNNAMED,
)
from etl.resolution.matches import find_matches
from etl.resolution.matching import Match
from etl.resolution.people import Identities, Person, Redirect, person_of
from etl.resolution.resolved import identities_of, rows_of
from etl.resolution.statements import (
    BY_FIELD,
    DISPUTED,
    FALLBACK,
    GROUPS,
    IDS,
    MEMBERS,
    PLACES,
    RANK_OF,
    REFUSED,
    SETTLED,
    STRONGEST,
    WEAKER,
    WEAKER_RANKS,
)
from etl.resolution.tables import CATALOG, EMPTY, PRESENT, scalar


class Page(NamedTuple):
    """Some films: the rows of their records, who their people are, and which the graph has."""

    rows: list[MemberRow]
    identities: Identities
    standing: frozenset[str]


RESULTS = {
    "members": ("version", "film", "counts"),
    "identities": ("name", "id"),
    "items": ("imdb", "wikidata"),
    "keyed": ("key", "id"),
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
        present = self._db.execute(PRESENT).fetchall()[0]
        self._linked, self._identified, self._lives, self._keyed, self._ranked = map(bool, present)
        self._pending, self._only = 0, dict[str, int]()
        self._db.execute(EMPTY)
        self._put_together(PLACES, IDS, STRONGEST)
        for rank in self._db.execute(WEAKER_RANKS).fetchall():
            self._db.execute(WEAKER, rank)
        self._put_together(MEMBERS)
        self._matched = not settled and find_matches(self._db)
        if self._matched:
            self._put_together(MEMBERS)
        self._put_together(DISPUTED)
        if self._linked:
            self._put_together(LINKED)
        if self._identified:
            self._put_together(UNNAMED)
            if scalar(self._db, "SELECT count(*) FROM unnamed"):
                self._put_together(NAMES)
        if settled and self._refuses:
            self._put_together(SETTLED, MEMBERS)
        self._group()
        if not settled:
            self.step_down()

    def _group(self) -> None:
        """Put together who the people of the members are, and from what each film is made."""
        if self._linked:
            self._put_together(LINKED, ITEMS)
        if self._keyed:
            self._put_together(*TOLD_APART)
        if self._linked or self._identified or self._keyed:
            self._put_together(IDENTITIES, KNOWN_PEOPLE)
        if self._ranked:
            self._put_together(RANK_OF, BY_FIELD)
        self._put_together(GROUPS)

    @property
    def _refuses(self) -> bool:
        return bool(scalar(self._db, "SELECT count(*) FROM quarantine"))

    def _put_together(self, *statements: str) -> None:
        """Put together which of the chosen versions make which film, and who its names are."""
        for sql in statements:
            self._db.execute(sql.format(**PARTS))

    def step_down(self) -> bool:
        """Let places fall back from what has been refused; say whether any did."""
        stepped = False
        while self._refuses:
            self._db.execute(REFUSED)
            if not scalar(self._db, "SELECT count(*) FROM refused"):
                break
            stepped, self._fresh = True, False
            self._db.execute("INSERT INTO upheld SELECT DISTINCT film, inputs FROM refused")
            self._db.execute(FALLBACK)
            self._db.execute(
                "UPDATE places SET choice = fallback.choice FROM fallback "
                "WHERE places.choice = fallback.version"
            )
            self._put_together(MEMBERS)
            self._group()
        return stepped

    def forget_refusals(self) -> None:
        """Take out of quarantine what was not refused this time."""
        self._db.execute(
            "DELETE FROM quarantine WHERE (film, inputs) NOT IN (SELECT (film, inputs) FROM upheld)"
        )

    def list_pending(self) -> int:
        """List the films that differ from the graph's, the first read first; say how many."""
        self._pending = scalar(
            self._db,
            "CREATE OR REPLACE TEMP TABLE pending AS SELECT * FROM groups g "
            "WHERE NOT EXISTS (FROM films f WHERE f.film = g.film AND f.inputs = g.inputs) "
            "ORDER BY first",
        )
        return self._pending

    def pending(self, size: int) -> Iterator[Page]:
        """Yield the films that were listed, so many at once."""
        for start in range(0, self._pending, size):
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
        if refused:
            self._db.execute(
                "DELETE FROM pending WHERE film IN (SELECT unnest($1::TEXT[]))", [refused]
            )
        if not self._fresh:
            self._db.execute("DELETE FROM films WHERE film IN (SELECT film FROM pending)")
        self._db.execute("INSERT INTO films SELECT film, inputs, versions FROM pending")
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
        if self._identified or self._keyed:
            self._put_together(IN_FILM)
        self._put_together(MENTIONS)
        if self._lives:
            self._put_together(LIVES)
        self._db.execute(NAMED)
        self._split("people", "named")
        if self._linked or self._matched:
            self._put_together(REDIRECTED)
        self._split("redirects", "redirected")

    def change_people(self, size: int) -> Iterator[tuple[list[Person], list[Person]]]:
        """Bring the people in step with the films; give those removed and those added, in chunks.

        A person whose name changed is in both. People with an IMDb id have the name that most
        films give them, the first by alphabet among equals.
        """
        for removed in self._people("people", size):
            yield removed, []
        for added in self._people("named", size):
            yield [], added
        self._replace("people", "named")

    def _split(self, old: str, new: str) -> None:
        """Put apart what only one of two tables has, and remember how many rows that is."""
        for mine, theirs in ((old, new), (new, old)):
            self._only[mine] = scalar(self._db, f"SELECT count(*) FROM {mine}")  # noqa: S608
            if self._only[mine]:
                self._only[mine] = scalar(
                    self._db,
                    f"CREATE OR REPLACE TEMP TABLE only_{mine} AS "  # noqa: S608
                    f"SELECT * FROM {mine} EXCEPT SELECT * FROM {theirs} ORDER BY ALL",
                )

    def _replace(self, old: str, new: str) -> None:
        """Put one table in the place of another, from which it was split."""
        if self._only[old] or self._only[new]:
            self._db.execute(f"DELETE FROM {old}; INSERT INTO {old} FROM {new}")  # noqa: S608

    def change_redirects(self) -> tuple[list[Redirect], list[Redirect]]:
        """Bring the redirects in step with films and people; give those removed and those added."""
        removed, added = (
            [Redirect(*row) for row in self._db.execute(f"FROM only_{table}").fetchall()]
            if self._only[table]
            else []
            for table in ("redirects", "redirected")
        )
        self._replace("redirects", "redirected")
        return removed, added

    def _people(self, table: str, size: int) -> Iterator[list[Person]]:
        for start in range(0, self._only[table], size):
            rows = self._db.execute(
                f"SELECT name, imdb, wikidata, facts, key FROM only_{table} "  # noqa: S608
                "WHERE rowid >= ? AND rowid < ?",
                [start, start + size],
            )
            yield [person_of(*row) for row in rows.fetchall()]

    def keep(self) -> None:
        """Write what was found into the tables of the catalog, by the difference."""
        held = " UNION ALL ".join(
            f"(SELECT '{place}.{table}' FROM {place}.{table} LIMIT 1)"  # noqa: S608
            for table in RESULTS
            for place in (CATALOG, "temp")
        )
        filled = {name for (name,) in self._db.execute(held).fetchall()}
        for table, columns in RESULTS.items():
            old, new, row = f"{CATALOG}.{table}", f"temp.{table}", ", ".join(columns)
            same = " AND ".join(f"old.{each} IS NOT DISTINCT FROM new.{each}" for each in columns)
            if old in filled:
                self._db.execute(
                    f"DELETE FROM {old} AS old WHERE NOT EXISTS (FROM {new} AS new WHERE {same})"  # noqa: S608
                )
            if new in filled:
                self._db.execute(
                    f"INSERT INTO {old} SELECT {row} FROM {new} EXCEPT SELECT {row} FROM {old}"  # noqa: S608
                )
