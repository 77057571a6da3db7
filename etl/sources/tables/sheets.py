"""Rows of Parquet and of Excel workbooks; a row's line is its number in the sheet."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from functools import partial
from importlib.util import find_spec
from itertools import islice
from typing import Any

from etl.process.database import alone, this_file_alone
from etl.records import Reject
from etl.sources.files import FoundFile
from etl.sources.tables.cells import written
from etl.sources.tables.delimited import Row
from etl.sources.tables.forms import Form

_AT_ONCE = 1000
INSTALL = "pip install 'reelgraph[excel]'"


def has_excel() -> bool:
    """Return whether what reads Excel workbooks is installed."""
    return find_spec("openpyxl") is not None


def parquet_rows(found: FoundFile, form: Form) -> Iterator[Row]:
    """Read the rows of a Parquet file through DuckDB; the first has the line 1."""
    import duckdb  # the processes that cut other files have no need of it

    if found.problem:
        yield Row(1, [], Reject(1, "", "a readable file", found.problem))
        return
    try:
        for line, cells in enumerate(parquet_cells(found.path, form.header), start=1):
            yield Row(line, cells)
    except (duckdb.Error, OSError) as error:
        yield Row(1, [], Reject(1, "", "Parquet", str(error).partition("\n")[0].lower()))


def parquet_cells(path: str, header: Sequence[str]) -> Iterator[list[str]]:
    """Yield the cells of each row of a Parquet file as texts; nested values are JSON."""
    import duckdb

    with duckdb.connect(config=alone() | {"threads": 1}) as connection:
        types = _parquet_types(connection, path)
        cells = ", ".join(_as_text(column, types.get(column, "")) for column in header)
        source = connection.execute(f"SELECT {cells} FROM read_parquet(?)", [this_file_alone(path)])  # noqa: S608
        for fetched in iter(partial(source.fetchmany, _AT_ONCE), []):
            yield from map(list, fetched)


def parquet_header(path: str) -> list[str]:
    """Return the columns of a Parquet file; none where it cannot be read."""
    import duckdb

    try:
        with duckdb.connect(config=alone() | {"threads": 1}) as connection:
            return list(_parquet_types(connection, path))
    except (duckdb.Error, OSError):
        return []


def _parquet_types(connection: Any, path: str) -> dict[str, str]:  # noqa: ANN401 - DuckDB's
    connection.execute("SET enable_progress_bar = false")
    described = connection.execute(
        "DESCRIBE SELECT * FROM read_parquet(?)", [this_file_alone(path)]
    ).fetchall()
    return {name: kind for name, kind, *_ in described}


def _as_text(column: str, kind: str) -> str:
    """Write the SQL that gives a column as the text of a cell."""
    name = '"' + column.replace('"', '""') + '"'
    if not kind:
        return "''"
    nested = kind.endswith("]") or kind.startswith(("STRUCT", "MAP", "UNION"))
    return f"coalesce({f'to_json({name})' if nested else name}::VARCHAR, '')"


def excel_rows(found: FoundFile, form: Form) -> Iterator[Row]:
    """Read the rows of a sheet of an Excel workbook, below its header."""
    if found.problem:
        yield Row(1, [], Reject(1, "", "a readable file", found.problem))
        return
    if not has_excel():
        yield Row(1, [], Reject(1, "", f"openpyxl, which reads it ({INSTALL})", "nothing"))
        return
    try:
        rows = excel_cells(found.path, str(form.columns.top.get("sheet", "")))
        width, above = len(form.header), form.above + 1
        for line, cells in rows:
            if above:
                above -= any(cells)
            elif any(cells):
                yield Row(line, (cells + [""] * width)[:width])
    except _BROKEN as error:
        yield Row(1, [], Reject(1, "", "an Excel workbook", str(error).lower()))


_BROKEN = (OSError, ValueError, KeyError, zipfile.BadZipFile, SyntaxError)
# xml.etree's ParseError is a SyntaxError


def excel_sample(path: str, sheet: str, count: int) -> list[list[str]]:
    """Return the first rows of a sheet that are not blank; none where it cannot be read."""
    if not has_excel():
        return []
    try:
        return list(islice((cells for _, cells in excel_cells(path, sheet) if any(cells)), count))
    except _BROKEN:
        return []


def excel_cells(path: str, sheet: str = "") -> Iterator[tuple[int, list[str]]]:
    """Yield the rows of a sheet, the first unless one is named, each with its number."""
    import openpyxl

    book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    try:
        page = book[sheet] if sheet else book.worksheets[0]
        for number, row in enumerate(page.iter_rows(values_only=True), start=1):
            yield number, _texts(row)
    finally:
        book.close()


def _texts(row: Sequence[object]) -> list[str]:
    return [_written(cell) for cell in row]


def _written(cell: object) -> str:
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == datetime.min.time() else cell.isoformat()
    return (
        cell.isoformat()
        if isinstance(cell, date)
        else written(cell)
        if (isinstance(cell, str | int | float | None))
        else str(cell)
    )
