"""Open the catalog's file, and ask it for a single value."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import duckdb

from etl.errors import WorkspaceError, cannot_read, limit_reached
from etl.process.database import alone

_MISREAD = "?\\"  # what follows is taken for options, or for another folder


def connect(path: Path, *, read_only: bool, memory_bytes: int = 0) -> duckdb.DuckDBPyConnection:
    """Open a catalog's file, which is made where there is none.

    What takes more than `memory_bytes` is put into a folder beside the file meanwhile; 0 is four
    fifths of the machine's memory.

    Raises:
        WorkspaceError: it cannot be opened.
    """
    expect_openable(path)
    if read_only:
        _expect_readable(path)
    try:
        # A relative path that begins as a URL does is taken for one, and asked for.
        whole = os.path.abspath(path)
        return duckdb.connect(whole, read_only=read_only, config=alone(memory_bytes))
    except duckdb.Error as error:
        raise unusable(path, error) from error


@cache
def _standing() -> duckdb.DuckDBPyConnection:
    """Open a database in memory, which stays: to open one takes most of the time of a look."""
    return duckdb.connect(config=alone())


@contextmanager
def looked_into(path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a catalog's file for a value or two; nobody may have it open for writing here.

    Raises:
        WorkspaceError: it cannot be opened.
    """
    expect_openable(path)
    _expect_readable(path)
    with _standing().cursor() as look:
        try:
            file = os.path.abspath(path).replace("'", "''")
            look.execute(f"ATTACH '{file}' AS looked_into (READ_ONLY); USE looked_into")
        except duckdb.Error as error:
            raise unusable(path, error) from error
        try:
            yield look
        finally:
            look.execute("USE memory; DETACH looked_into")


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
        connection = connect(path, read_only=True)
    except WorkspaceError as error:
        if isinstance(error.__cause__, duckdb.Error):
            return False
        raise
    with connection:
        try:
            for (name,) in connection.sql("SELECT table_name FROM duckdb_tables()").fetchall():
                connection.sql(f"SELECT sum(hash({name})) FROM {name}").fetchall()  # noqa: S608
        except duckdb.Error:
            return False
    return True
