"""Ask tables for what they hold."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import duckdb


def scalar(connection: duckdb.DuckDBPyConnection, sql: str, parameters: object = None) -> Any:  # noqa: ANN401 - any SQL value
    """Return the first value of the first row, or None."""
    row = connection.execute(sql, parameters).fetchone()
    return row[0] if row else None


def beside(connection: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
    """Give another connection to the same database, for what is asked meanwhile."""
    other = connection.cursor()
    return other.execute(f"USE {scalar(connection, 'SELECT current_database()')}")
