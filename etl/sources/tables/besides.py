# ruff: noqa: S608 - names and texts are quoted by `sql_name` and `sql_text`
"""The files that are joined to a table of films, as the database reads them."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from etl.records import Reject
from etl.sources.files import FoundFile, beside
from etl.sources.packed import opened
from etl.sources.tables import delimited
from etl.sources.tables.delimited import Row
from etl.sources.tables.forms import Beside, Form
from etl.sources.tables.lines import lines_of, sql_text

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection as Connection

CELL, _LINE = "\x1f", "\x1e"  # between the cells of a file of ours, and for a line end in one
CLEAN = str.maketrans({CELL: " ", "\r": _LINE, "\n": _LINE})
"""What a cell's text becomes in a file of ours."""

_PIECE = 1 << 20
_LONGEST = 1_000_000  # items of a list in a cell
_WITHOUT = (
    "new films are read without the file, and others stay as they are, until it is whole or removed"
)


def rows_beside(
    db: Connection, folder: Path, found: FoundFile, films: Form, each: Beside
) -> Generator[Row, None, str]:
    """Write in SQL the lines of a file, joined to that of the `films` found, and their cells.

    Yield the rows that cannot be read. Of a file that cannot be read whole nothing is read.
    """
    path, form = Path(beside(found.path, each.path)), each.form
    ragged = None if each.problem else _ragged(db, path, form)
    if ragged is None:
        copy = folder / f"copy_{each.name}"
        problem = yield from _copy(found, each, path, copy)
        if problem is not None:
            yield _without(films, each, problem)
            return "SELECT 0::BIGINT AS line, ['']::VARCHAR[] AS cells WHERE false"
        select = (
            "SELECT cells[1]::BIGINT AS line, list_transform(cells[2:], "
            f"lambda cell: replace(cell, chr(30), chr(10))) AS cells FROM {lines_of(copy, CELL)}"
        )
    else:
        width = len(form.header)
        for line, cells in ragged:
            expected, text = f"{width} cells, as the header has", form.delimiter.join(cells)
            reject = Reject(1, "", expected, str(len(cells)), text[:65_536], each.path)
            yield Row(line, [], reject)
        lines = lines_of(path, form.delimiter)
        below = f"line > {int(form.has_header)} AND len(cells) = {width}"
        select = f"SELECT line, cells FROM {lines} WHERE {below}"
    join = films.columns.join(each.name)
    if join.lists and join.is_listed(form.header):
        select = _unfolded(select, form.header, join.theirs, join.lists.words)
    return select


def _ragged(db: Connection, path: Path, form: Form) -> list[tuple[int, list[str]]] | None:
    """Find the lines of a file with too few or too many cells.

    None says that it takes more to read it than to cut its lines: that it has quotes, say.
    """
    import duckdb  # which no process needs that parses

    quote = form.quote.encode()
    if form.encoding != "utf-8":
        return None
    if quote:
        try:
            with opened(str(path)) as file:
                if any(quote in piece for piece in iter(partial(file.read, _PIECE), b"")):
                    return None
        except OSError:
            return None
    lines, width = lines_of(path, form.delimiter), len(form.header)
    try:
        return db.execute(
            f"SELECT line, cells FROM {lines} "
            f"WHERE line > {int(form.has_header)} AND len(cells) <> {width} ORDER BY line"
        ).fetchall()
    except duckdb.Error:  # bytes that are no UTF-8, line ends of two kinds, a file that is cut off
        return None


def _copy(
    found: FoundFile, each: Beside, path: Path, copy: Path
) -> Generator[Row, None, Reject | None]:
    """Write a file anew so that its lines can be cut; give the rows that cannot be read.

    Return why it cannot be read whole, if it cannot.
    """
    joined = replace(found, path=str(path), problem=each.problem)
    with copy.open("w", encoding="utf-8", newline="") as file:
        for row in delimited.rows(joined, each.form):
            if row.reject is None:
                cells = (cell.translate(CLEAN) for cell in row.cells)
                file.write(CELL.join((str(row.line), *cells)) + "\n")
            elif row.reject.text:
                yield row._replace(reject=replace(row.reject, file=each.path))
            else:
                return row.reject
    return None


def _without(films: Form, each: Beside, problem: Reject) -> Row:
    """Tell of a file that cannot be read whole.

    Without one that tells films apart, no film can be read either: the reject is then of the set.
    """
    if films.columns.names_by(each.name):
        return Row(1, [], replace(problem, expected=f"a readable file {each.path}"))
    return Row(1, [], replace(problem, found=f"{problem.found}; {_WITHOUT}", file=each.path))


def _unfolded(select: str, header: Sequence[str], key: str, words: Mapping[str, str]) -> str:
    """Write in SQL a row for each item of the lists in some columns, in their order."""
    at = header.index(key) + 1
    parts = []
    for rank, (column, word) in enumerate(words.items()):
        items = f"string_split(cells[{header.index(column) + 1}], ',')"
        parts.append(
            f"SELECT line, [k, trim(item), {sql_text(word)}, ({rank * _LONGEST} + nth)::VARCHAR] "
            f"AS cells FROM (SELECT line, cells[{at}] AS k, unnest({items}) AS item, "
            f"generate_subscripts({items}, 1) AS nth FROM ({select}))"
        )
    return " UNION ALL ".join(parts)
