"""Open the catalog's file, and ask it for a single value."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb

from etl.errors import WorkspaceError


def connect(path: Path, *, read_only: bool) -> duckdb.DuckDBPyConnection:
    """Open a catalog's file, which is made where there is none.

    Raises:
        WorkspaceError: it cannot be opened.
    """
    try:
        return duckdb.connect(str(path), read_only=read_only)
    except duckdb.Error as error:
        first = str(error).partition("\n")[0]
        raise WorkspaceError(
            f"{path}: the catalog cannot be opened: {first}", hint="run: etl check"
        ) from error


def scalar(connection: duckdb.DuckDBPyConnection, sql: str, parameters: object = None) -> Any:  # noqa: ANN401 - any SQL value
    """Return the first value of the first row, or None."""
    row = connection.execute(sql, parameters).fetchone()
    return row[0] if row else None
