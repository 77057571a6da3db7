"""What the files of sources looked like when they were read."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import duckdb

from etl.catalog.statements import DATED
from etl.records import Origin
from etl.resolution.tables import scalar
from etl.sources.files import Stat
from etl.sources.licences import TMDB, TMDB_KEPT


class Files:
    """The catalog's table of files."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._db = connection

    def forget(self, source: str) -> None:
        """Forget what the files of a source looked like, so that they are read again."""
        self._db.execute("DELETE FROM files WHERE source = ?", [source])

    def of(self, source: str) -> dict[str, tuple[Stat, str]]:
        """Return what the files of a source looked like when last read, and their form."""
        rows = self._db.execute(
            "SELECT path, coalesce(form, ''), files.size, mtime_ns, inode, ctime_ns "
            "FROM files LEFT JOIN standing_sizes USING (source, path) WHERE source = ?",
            [source],
        )
        return {path: (Stat(*stat), form) for path, form, *stat in rows.fetchall()}

    def form(self, origin: Origin) -> str:
        """Return how the table was read in which a record stands; of other files, nothing."""
        sql = "SELECT form FROM standing_sizes WHERE source = ? AND path = ?"
        return scalar(self._db, sql, [origin.source, origin.path]) or ""

    def outdated(self) -> list[tuple[str, int, datetime]]:
        """List the sources whose data TMDb does not allow to be kept any longer.

        Give how many files have such data, and when the oldest was written, or read where that is
        not known any more.
        """
        from etl.sources.tables.forms import map_of  # takes long to import, and most only read

        moment = (datetime.now(UTC) - TMDB_KEPT).replace(tzinfo=None)
        rows = self._db.execute(DATED, [moment]).fetchall()
        return [tuple(row) for chosen, *row in rows if map_of(chosen).licence == TMDB]

    def keep(self, run: int, source: str, stats: Sequence[tuple[str, Stat | None, str]]) -> None:
        """Remember how files looked when a run read them, and their form; None forgets one."""
        self._db.execute(
            "DELETE FROM files WHERE source = $1 AND path IN (SELECT unnest($2::TEXT[]))",
            [source, [path for path, *_ in stats]],
        )
        kept = [(path, stat) for path, stat, _ in stats if stat]
        self._db.execute(
            "INSERT INTO files SELECT $1, unnest($2::TEXT[]), unnest($3::BIGINT[]), "
            "unnest($4::BIGINT[]), unnest($5::UBIGINT[]), unnest($6::BIGINT[])",
            [
                source,
                [path for path, _ in kept],
                [stat.size for _, stat in kept],
                [stat.mtime_ns for _, stat in kept],
                [stat.inode for _, stat in kept],
                [stat.ctime_ns for _, stat in kept],
            ],
        )
        self._db.execute(
            "INSERT INTO sizes SELECT $1, $2, path, size, form FROM ("
            "SELECT unnest($3::TEXT[]) AS path, unnest($4::BIGINT[]) AS size, "
            "unnest($5::TEXT[]) AS form) "
            "WHERE path IN (SELECT path FROM versions WHERE run = $1 AND source = $2) "
            "OR (path, size, form) NOT IN "
            "(SELECT path, size, form FROM standing_sizes WHERE source = $2)",
            [
                run,
                source,
                [path for path, *_ in stats],
                [stat.size if stat else 0 for _, stat, _ in stats],
                [form for *_, form in stats],
            ],
        )
