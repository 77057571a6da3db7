"""The catalog: every record as it was read, in a DuckDB file.

A *place* is where a record stands: source, path, key within the file. What was read there is a
*version*; versions are only ever added, numbered upwards, so the newest of a place is what it
says now. `films` and `people` hold what the graph was last made from: comparing them with the
versions gives what has changed, with one join.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import cached_property
from pathlib import Path
from typing import Self

import duckdb

from etl.catalog.connection import opened, widened
from etl.catalog.entries import Place, Staged
from etl.catalog.files import Files
from etl.catalog.migrations import VERSION, found_version, migrate
from etl.catalog.past import Past
from etl.catalog.refusals import Refusals
from etl.catalog.runs import Runs
from etl.catalog.settings import Settings
from etl.catalog.sources import Sources
from etl.catalog.statements import STATUS, TABLES, VIEWS
from etl.entities.deriving import Derivation
from etl.errors import WorkspaceError
from etl.rdf.identifiers import DEFAULT_BASE_IRI, Iris
from etl.records import LinkRecord
from etl.resolution.comparison import Comparison
from etl.resolution.resolved import Resolved
from etl.resolution.tables import beside, scalar
from etl.sources.files import Source

_FILMS_AT_ONCE = 10_000


class Catalog:
    """The records, runs and quarantine of one generation; `migrated_from` is an older version."""

    def __init__(self, db: duckdb.DuckDBPyConnection, migrated_from: int | None = None) -> None:
        self._db, self.migrated_from = db, migrated_from
        self._tried, self._opening = list[int](), ExitStack()

    @classmethod
    def create(cls, path: Path, iris: Iris, memory_bytes: int = 0) -> Self:
        """Make an empty catalog, which is to be closed; for `memory_bytes` see `opened`."""
        with ExitStack() as opening:
            catalog = cls(opening.enter_context(opened(path, memory_bytes)))
            with catalog.at_once():
                catalog._db.execute(TABLES + VIEWS)
                catalog.settings.set(schema_version=str(VERSION), base_iri=iris.base)
            catalog._opening = opening.pop_all()
        return catalog

    @classmethod
    @contextmanager
    def read(cls, path: Path) -> Iterator[Self]:
        """Open a finished catalog for reading.

        Raises:
            WorkspaceError: it cannot be opened, or another version of us wrote it.
        """
        with opened(path, read_only=True) as connection:
            found = found_version(connection, path)
            if found < VERSION:
                raise WorkspaceError(
                    f"{path}: an older version of reelgraph wrote it "
                    f"(its catalog is version {found}, this one reads {VERSION})",
                    hint="to bring it up to date, run: etl rebuild",
                )
            yield cls(connection)

    @contextmanager
    def apart(self) -> Iterator[Self]:
        """Give another connection to the same, for another thread."""
        with beside(self._db) as connection:
            yield type(self)(connection)

    @classmethod
    def write(cls, path: Path, memory_bytes: int = 0) -> Self:
        """Open a copy of a finished catalog for changing it; it is to be closed.

        A catalog of an older version is migrated. For `memory_bytes` see `opened`.

        Raises:
            WorkspaceError: it cannot be opened, or a newer version of us wrote it.
        """
        with ExitStack() as opening:
            db = opening.enter_context(opened(path, memory_bytes))
            found = found_version(db, path)
            migrate(db, found)
            catalog = cls(db, found if found < VERSION else None)
            catalog._opening = opening.pop_all()
        return catalog

    @staticmethod
    def version(path: Path) -> int:
        """Return the version of a catalog, which is `VERSION` or less.

        Raises:
            WorkspaceError: it cannot be opened, or a newer version of us wrote it.
        """
        with opened(path, read_only=True) as connection:
            return found_version(connection, path)

    def close(self) -> None:
        """Write everything to the file and close it."""
        with self._opening:
            self._db.execute("CHECKPOINT")

    @staticmethod
    def own_shapes(path: Path) -> str:
        """Return the user's own shapes that a catalog remembers, whichever version wrote it."""
        with opened(path, read_only=True) as connection:
            return Settings(connection).own_shapes

    @cached_property
    def settings(self) -> Settings:
        """Return the settings that the catalog keeps."""
        return Settings(self._db)

    @property
    def runs(self) -> Runs:
        """Return the runs that made the graph."""
        return Runs(self._db, self._tried)

    @property
    def files(self) -> Files:
        """Return what the files of sources looked like when they were last read."""
        return Files(self._db)

    @property
    def sources(self) -> Sources:
        """Return the sources and their records."""
        return Sources(self._db)

    @property
    def refusals(self) -> Refusals:
        """Return the records that are kept out of the graph."""
        return Refusals(self._db)

    @property
    def past(self) -> Past:
        """Return what sources have ever said, though the graph may no longer hold it."""
        return Past(self._db)

    @cached_property
    def iris(self) -> Iris:
        """Return the minter of the workspace's IRIs."""
        return Iris(self.settings.get("base_iri") or DEFAULT_BASE_IRI)

    def remove(self, run: int, source: Source) -> int:
        """Stage that all records of a source have gone; return how many that are."""
        places = self.sources.known(source.name, list(self.sources.place_counts(source.name)))
        gone = [
            Staged.gone(Place(source.name, path, known.key, known.line))
            for path, held in places.items()
            for known in held
        ]
        if gone:
            self.stage(run, gone)
        self.files.forget(source.name)
        return len(gone)

    def try_again(self) -> None:
        """Forget the refusals of the shapes, so that the records are validated again."""
        held = self._db.execute("SELECT DISTINCT version FROM quarantine").fetchall()
        self._tried.extend(version for (version,) in held)
        self._db.execute("DELETE FROM quarantine")

    def forget_graph(self, iris: Iris) -> None:
        """Forget the inputs of the graph, so that all of it is made again below `iris`."""
        self.try_again()
        for table in ("films", "people", "redirects"):
            self._db.execute(f"DELETE FROM {table}")  # noqa: S608
        self.settings.set(base_iri=iris.base)
        self.iris = iris

    @contextmanager
    def at_once(self) -> Iterator[None]:
        """Collect what is staged, and write it to the file at the end, which keeps the file small.

        If that fails, nothing of it is written.
        """
        self._db.begin()
        with ExitStack() as on_failure:
            on_failure.callback(self._db.rollback)
            yield
            on_failure.pop_all()
        self._db.commit()

    def stage(self, run: int, staged: Sequence[Staged]) -> int:
        """Add versions, numbered one after the other; return the first's number."""
        first = int(scalar(self._db, "SELECT max(version) FROM versions") or 0) + 1
        if not staged:
            return first
        *columns, identifiers = zip(*staged, strict=True)
        numbers = range(first, first + len(staged))
        self._db.execute(
            "INSERT INTO versions SELECT unnest($1::BIGINT[]), $2, unnest($3::TEXT[]), "
            "unnest($4::TEXT[]), unnest($5::TEXT[]), unnest($6::INTEGER[]), unnest($7::TEXT[]), "
            "unnest($8::TEXT[]), unnest($9::TEXT[]), unnest($10::TEXT[]), unnest($11::TEXT[]), "
            "unnest($12::TEXT[]), unnest($13::TEXT[])",
            [list(numbers), run, *map(list, columns)],
        )
        ids = [(n, *each) for n, held in zip(numbers, identifiers, strict=True) for each in held]
        self._db.execute(
            "INSERT INTO identifiers SELECT unnest($1::BIGINT[]), unnest($2::TEXT[]), "
            "unnest($3::TEXT[])",
            [list(column) for column in zip(*ids, strict=True)] or [[], [], []],
        )
        return first

    def move(self, places: Sequence[Place]) -> None:
        """Record that records have moved to another line of their file."""
        if places:
            source, path, key, line = map(list, zip(*places, strict=True))
            self._db.execute(
                "UPDATE versions SET line = moved.line FROM ("
                "SELECT unnest($1::TEXT[]) AS source, unnest($2::TEXT[]) AS path, "
                "unnest($3::TEXT[]) AS key, unnest($4::INTEGER[]) AS line) AS moved "
                "WHERE versions.source = moved.source AND versions.path = moved.path "
                "AND versions.key = moved.key AND version IN (SELECT version FROM heads)",
                [source, path, key, line],
            )

    def relocate(self, records: Sequence[Staged]) -> None:
        """Write down where records say now what they said before, if not all in their own file."""
        if records:
            columns = zip(*((*r[:4], r.digest, r.body) for r in records), strict=True)
            self._db.execute(
                "UPDATE versions SET line = told.line, digest = told.digest, body = told.body "
                "FROM (SELECT unnest($1::TEXT[]) AS source, unnest($2::TEXT[]) AS path, "
                "unnest($3::TEXT[]) AS key, unnest($4::INTEGER[]) AS line, "
                "unnest($5::TEXT[]) AS digest, unnest($6::TEXT[]) AS body) AS told "
                "WHERE versions.source = told.source AND versions.path = told.path "
                "AND versions.key = told.key AND version IN (SELECT version FROM heads)",
                list(map(list, columns)),
            )

    def stage_links(self, run: int, links: Sequence[tuple[Place, LinkRecord]]) -> None:
        """Add versions of link records, and who they say the names in their films are."""
        staged = [Staged.linked(place, record) for place, record in links]
        first = self.stage(run, staged)
        rows = [
            (version, link.subject, link.imdb_id, link.wikidata_id)
            for version, (_, record) in enumerate(links, start=first)
            for link in record.links
            if link.kind == "person" and link.holds
        ]
        self._db.execute(
            "INSERT INTO links SELECT unnest($1::BIGINT[]), unnest($2::TEXT[]), "
            "unnest($3::TEXT[]), unnest($4::TEXT[])",
            [list(column) for column in zip(*rows, strict=True)] or [[], [], [], []],
        )

    def compare(self) -> Comparison:
        """Put together which versions make which film now."""
        return Comparison(widened(self._db))

    @property
    def resolved(self) -> Resolved:
        """Return which records make which film, and who is who, as the graph has it."""
        return Resolved(self._db)

    def statuses(
        self, run: int, scope: Collection[tuple[str, str | None]]
    ) -> dict[str, dict[str, int]]:
        """Count how the records within a scope stand: source → status → number.

        A scope names sources, and files of them; a path of None means the whole source.
        """
        sources, paths = zip(*scope, strict=True) if scope else ((), ())
        within = {"sources": list(sources), "paths": list(paths), "run": run, "tried": self._tried}
        counts: dict[str, dict[str, int]] = {}
        for source, status, number in self._db.execute(STATUS, within).fetchall():
            counts.setdefault(source, {})[status] = number
        return counts

    def derivations(self) -> Iterator[Derivation]:
        """Yield every film in the graph with each record that it is made from, in no order."""
        last = scalar(self._db, "SELECT max(rowid) FROM films")
        for start in range(0, (last or 0) + 1, _FILMS_AT_ONCE):
            rows = self._db.execute(
                "WITH page AS (SELECT film, unnest(versions) AS version FROM films "
                "WHERE rowid >= $1 AND rowid < $2) "
                "SELECT film, source, path, key, line, run FROM page JOIN versions USING (version)",
                [start, start + _FILMS_AT_ONCE],
            )
            yield from (Derivation(*row) for row in rows.fetchall())

    def counts(self) -> tuple[int, int]:
        """Count the films and the people in the graph."""
        sql = "SELECT (SELECT count(*) FROM films), (SELECT count(*) FROM people)"
        films, people = self._db.execute(sql).fetchall()[0]
        return int(films), int(people)
