"""Open the catalog's file, and ask it for a single value."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import duckdb

from etl.errors import WorkspaceError, cannot_read, limit_reached
from etl.process.database import alone
from etl.resolution.tables import CATALOG, scalar

_SMALL_BYTES = 8 << 20  # of a catalog: with a smaller one, a single thread is done sooner
_FEW_VERSIONS = 5_000  # to compare: with fewer, it is done sooner, too
_MISREAD = "?\\"  # what follows is taken for options, or for another folder

_idle: list[duckdb.DuckDBPyConnection] = []
"""Databases in memory that nobody uses: to start one takes longer than to open a catalog in it."""


@contextmanager
def opened(
    path: Path, memory_bytes: int = 0, *, read_only: bool = False
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a catalog's file, which is made where there is none, in a database of its own.

    What takes more than `memory_bytes` is put into a folder beside the file meanwhile; 0 is four
    fifths of the machine's memory.

    Raises:
        WorkspaceError: it cannot be opened.
    """
    expect_openable(path)
    if read_only:
        _expect_readable(path)
    # A relative path that begins as a URL does is taken for one, and asked for.
    whole = os.path.abspath(path)
    file = whole.replace("'", "''")
    attach = (
        f"SET temp_directory = '{file}.tmp'; "
        + ("SET threads = 1; " if _size(path) < _SMALL_BYTES else "RESET threads; ")
        + (f"SET memory_limit = '{memory_bytes}B'; " if memory_bytes else "")
        + f"ATTACH '{file}' AS {CATALOG}{' (READ_ONLY)' if read_only else ''}; USE {CATALOG}"
    )
    with ExitStack() as ending:
        try:
            database, connection = _attached(attach)
        except duckdb.Error as error:
            raise unusable(path, error) from error
        ending.callback(database.close)
        ending.callback(connection.close)
        yield connection
        with suppress(duckdb.Error):
            connection.execute(f"USE memory; DETACH {CATALOG}; RESET memory_limit")
            connection.close()
            if not os.path.isdir(f"{whole}.tmp"):  # a database keeps the folder that it has used
                _idle.append(database)
                ending.pop_all()


def widened(connection: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
    """Let a catalog have all threads if it has grown large: a new one is opened with one."""
    if scalar(connection, "SELECT count(*) FROM versions") > _FEW_VERSIONS:
        connection.execute("RESET threads")
    return connection


def _size(path: Path) -> int:
    with suppress(OSError):
        return path.stat().st_size
    return 0


def _attached(attach: str) -> tuple[duckdb.DuckDBPyConnection, duckdb.DuckDBPyConnection]:
    """Attach a catalog to an idle database, or else to a new one; also give a connection."""
    with suppress(IndexError, duckdb.Error):
        database = _idle.pop()
        return database, database.cursor().execute(attach)
    database = duckdb.connect(config=alone())
    return database, database.cursor().execute(attach)


def expect_openable(path: Path) -> None:
    """Refuse a path by which the database would open another file.

    Raises:
        WorkspaceError: it is such a path.
    """
    whole = os.path.abspath(path)
    if any(mark in whole for mark in _MISREAD):
        raise WorkspaceError(
            f"{whole}: the catalog's database cannot open a path with ? or \\ in it",
            hint="choose another --workspace",
        )


def _expect_readable(path: Path) -> None:
    try:
        with path.open("rb"):
            return
    except PermissionError as error:
        raise cannot_read(path, error) from error
    except OSError:
        return  # which is for the database to say


def unusable(path: Path, error: Exception) -> WorkspaceError:
    """Say that a catalog cannot be opened or read, and why."""
    first = str(error).partition("\n")[0]
    reason, hint = limit_reached(error) or (first, "run: etl check")
    return WorkspaceError(f"{path}: the catalog cannot be read: {reason}", hint=hint)


def reads_whole(path: Path) -> bool:
    """Return whether all tables of a catalog can be read; the database checks each block's digest.

    Raises:
        WorkspaceError: the file may not be read.
    """
    try:
        with opened(path, read_only=True) as connection:
            tables = connection.execute(
                "SELECT table_name FROM duckdb_tables() WHERE database_name = current_database()"
            )
            for (name,) in tables.fetchall():
                connection.execute(f"SELECT sum(hash({name})) FROM {name}").fetchall()  # noqa: S608
    except duckdb.Error:
        return False
    except WorkspaceError as error:
        if isinstance(error.__cause__, duckdb.Error):
            return False
        raise
    return True
