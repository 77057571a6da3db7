"""Open the catalog's file, and ask it for a single value."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from itertools import count
from pathlib import Path

import duckdb

from etl.errors import WorkspaceError, cannot_read, limit_reached
from etl.process.database import alone
from etl.resolution.tables import scalar

_MISREAD = "?\\"  # what follows is taken for options, or for another folder


def connect(path: Path, *, read_only: bool, memory_bytes: int = 0) -> duckdb.DuckDBPyConnection:
    """Open a catalog's file, which is made where there is none; `disconnect` closes it.

    What takes more than `memory_bytes` is put into a folder beside the file meanwhile; 0 is four
    fifths of the machine's memory.

    Raises:
        WorkspaceError: it cannot be opened.
    """
    expect_openable(path)
    if read_only:
        _expect_readable(path)
    # A relative path that begins as a URL does is taken for one, and asked for.
    file, name = os.path.abspath(path).replace("'", "''"), f"catalog_{next(_numbers)}"
    sql = f"SET temp_directory = '{file}.tmp'; "
    sql += f"SET memory_limit = '{memory_bytes}B'; " if memory_bytes else ""
    sql += f"ATTACH '{file}' AS {name}{' (READ_ONLY)' if read_only else ''}; USE {name}"
    try:
        try:
            return _engine(read_only).cursor().execute(sql)
        except (duckdb.BinderException, duckdb.FatalException, duckdb.NotImplementedException):
            _engine.cache_clear()  # it holds the file or another folder, or has broken down
            return _engine(read_only).cursor().execute(sql)
    except duckdb.Error as error:
        raise unusable(path, error) from error


_numbers = count(1)


@cache
def _engine(read_only: bool) -> duckdb.DuckDBPyConnection:
    """Start the database for all who read, or who write: that takes longer than to open a file."""
    del read_only
    return duckdb.connect(config=alone())


def disconnect(db: duckdb.DuckDBPyConnection) -> None:
    """Close a catalog's file, and remove the folder beside it."""
    with suppress(duckdb.Error):
        db.rollback()  # what was interrupted
    try:
        name = scalar(db, "SELECT current_database()")
        if os.path.isdir(scalar(db, "SELECT current_setting('temp_directory')")):
            _engine.cache_clear()
        db.execute(f"USE memory; DETACH {name}; RESET memory_limit")
    except duckdb.Error:
        _engine.cache_clear()  # which may hold the file
    finally:
        db.close()


@contextmanager
def opened(path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a catalog's file for reading.

    Raises:
        WorkspaceError: it cannot be opened.
    """
    connection = connect(path, read_only=True)
    try:
        yield connection
    finally:
        disconnect(connection)


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
        with opened(path) as connection:
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
