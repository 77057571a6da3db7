"""The runs of a workspace: each is recorded, and can be undone."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import duckdb

from etl.catalog.entries import Run, TakenBack
from etl.catalog.statements import CHANGED, STANDING_AT, TAKEN_BACK
from etl.errors import WorkspaceError
from etl.resolution.tables import scalar


class Runs:
    """The runs that a catalog remembers."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, tried: list[int]) -> None:
        self._db = connection
        self._tried = tried  # versions that count as read by this run, though another read them

    def begin(self, command: str) -> int:
        """Begin a run and return its number."""
        from importlib.metadata import version  # which takes a while

        number = (scalar(self._db, "SELECT max(run) FROM runs") or 0) + 1
        self._db.execute(
            "INSERT INTO runs (run, command, started, software) VALUES (?, ?, ?, ?)",
            [number, command, datetime.now(UTC).replace(tzinfo=None), version("reelgraph")],
        )
        return number

    def end(self, run: int, seconds: float, report: dict[str, Any]) -> None:
        """Record the results of a run."""
        self._db.execute(
            "UPDATE runs SET seconds = ?, report = ? WHERE run = ?",
            [seconds, json.dumps(report), run],
        )

    def all(self) -> list[Run]:
        """List the runs, oldest first."""
        rows = self._db.execute("SELECT * FROM runs ORDER BY run").fetchall()
        return [
            Run(run, command, started, seconds, json.loads(report or "{}"), *rest)
            for run, command, started, seconds, report, *rest in rows
        ]

    def reading(self, versions: Sequence[int]) -> dict[int, int]:
        """Return the run that read each of some versions."""
        sql = (
            "SELECT version, run FROM versions WHERE version BETWEEN $1 AND $2 "
            "AND version IN (SELECT unnest($3::BIGINT[]))"
        )
        bounds = min(versions, default=0), max(versions, default=0)
        return dict(self._db.execute(sql, [*bounds, versions]).fetchall())

    def versions_of(self, source: str) -> list[tuple[str, int | None, str]]:
        """List the versions, oldest first, of those files of a source that have one undone.

        Give the path, the run that has undone the version, or None, and the record as JSON.
        """
        rows = self._db.execute(
            "WITH known AS (SELECT * FROM versions JOIN runs USING (run) WHERE source = ?) "
            "SELECT path, undone_by, body FROM known WHERE body IS NOT NULL AND path IN "
            "(SELECT path FROM known WHERE undone_by IS NOT NULL) ORDER BY version",
            [source],
        )
        return rows.fetchall()

    def undo(self, run: int, by: int) -> list[TakenBack]:
        """Undo a run: its versions no longer stand, or those stand again that it undid.

        Give the files in which other records stand now than before. What the run's files looked
        like is forgotten, so that loading them reads them again.

        Raises:
            WorkspaceError: there is no such run, it is undone already, or it changed nothing.
        """
        row = self._db.execute("SELECT undone_by FROM runs WHERE run = ?", [run]).fetchone()
        if row is None or run == by:
            raise WorkspaceError(f"there is no run {run}", hint="'etl runs' lists them")
        undone_by = row[0]
        if undone_by is not None:
            hint = f"to bring it back, run: etl undo {undone_by}"
            raise WorkspaceError(f"run {run} is undone already, by run {undone_by}", hint=hint)
        origin = self._origin(run)
        if not scalar(self._db, CHANGED, [origin]):
            raise WorkspaceError(
                f"run {run} changed no record, so there is nothing to take back",
                hint="'etl runs' shows what each run did",
            )
        self._db.execute("UPDATE runs SET undoes = ? WHERE run = ?", [run, by])
        self._db.execute(STANDING_AT, [origin])
        self._db.execute("CREATE OR REPLACE TEMP TABLE earlier AS FROM stood")
        self._take_back(run, by)
        self._db.execute(STANDING_AT, [origin])
        self._db.execute(
            "DELETE FROM files WHERE (source, path) IN "
            "(SELECT source, path FROM versions WHERE run = ?)",
            [origin],
        )
        taken = self._db.execute(TAKEN_BACK).fetchall()
        self._tried.extend(version for *_, versions in taken for version in versions or ())
        return [TakenBack(*row[:3]) for row in taken]

    def go_back(self, run: int, by: int) -> None:
        """Let stand what stood after a run, and nothing that came later; run `by` does that.

        Raises:
            WorkspaceError: there is no such run.
        """
        if run == by or not scalar(self._db, "SELECT count(*) FROM runs WHERE run = ?", [run]):
            raise WorkspaceError(f"there is no run {run}", hint="'etl runs' lists them")
        self._db.execute("UPDATE runs SET undone_by = CASE WHEN run > $1 THEN $2 END", [run, by])
        undoing = self._db.execute(
            "SELECT undoes, run FROM runs WHERE run <= ? AND undoes IS NOT NULL ORDER BY run", [run]
        )
        for undone, undoer in undoing.fetchall():
            self._take_back(undone, undoer)

    def _take_back(self, run: int, by: int | None) -> None:
        """Mark a run as undone, or as standing again; what it had undone changes the other way."""
        self._db.execute("UPDATE runs SET undone_by = ? WHERE run = ?", [by, run])
        undoes = scalar(self._db, "SELECT undoes FROM runs WHERE run = ?", [run])
        if undoes is not None:
            self._take_back(undoes, run if by is None else None)

    def _origin(self, run: int) -> int:
        """Follow undoings to the run whose versions they are about."""
        undoes = scalar(self._db, "SELECT undoes FROM runs WHERE run = ?", [run])
        return run if undoes is None else self._origin(undoes)
