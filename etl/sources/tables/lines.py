# ruff: noqa: S608 - names and texts are quoted by `sql_name` and `sql_text`
"""Files of text as the database reads them: a relation of lines, each cut into cells."""

from __future__ import annotations

from pathlib import Path

from etl.process.database import this_file_alone
from etl.sources.packed import is_gzip


def lines_of(path: Path, delimiter: str) -> str:
    """Write in SQL the lines of a file by number, each with its cells.

    Raises:
        OSError: the database cannot be told the path.
    """
    return (
        f"(SELECT row_number() OVER () AS line, string_split(text, {sql_text(delimiter)}) AS cells "
        f"FROM {_texts(path, header=False)})"
    )


def columns_of(path: Path, delimiter: str, header: list[str], null: str) -> str:
    """Write in SQL the lines of a file below its header as a table; `null` is for no value.

    Raises:
        OSError: the database cannot be told the path.
    """
    cells = ", ".join(
        f"nullif(cells[{n}], {sql_text(null)}) AS {sql_name(column)}"
        for n, column in enumerate(header, 1)
    )
    cut = f"string_split(text, {sql_text(delimiter)}) AS cells"
    return f"(SELECT {cells} FROM (SELECT {cut} FROM {_texts(path, header=True)}))"


def _texts(path: Path, *, header: bool) -> str:
    return (
        f"read_csv({sql_text(this_file_alone(path))}, columns = {{'text': 'VARCHAR'}}, "
        f"delim = chr(1), quote = '', escape = '', header = {str(header).lower()}, "
        f"auto_detect = false, compression = '{'gzip' if is_gzip(path) else 'none'}')"
    )


def sql_text(value: str) -> str:
    """Write a text in SQL."""
    return "'" + value.replace("'", "''") + "'"


def sql_name(column: str) -> str:
    """Write the name of a column or a table in SQL."""
    return '"' + column.replace('"', '""') + '"'
