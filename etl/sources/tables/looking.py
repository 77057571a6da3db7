"""A look at a table: how it is written, told by its content, and its first rows."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import dropwhile, islice
from types import MappingProxyType
from typing import Any

import msgspec

from etl.sources.decoding import encoding_of
from etl.sources.packed import head_of, opened
from etl.sources.tables import documents, sheets
from etl.sources.tables.cells import trimmed
from etl.sources.tables.delimited import records
from etl.sources.tables.forms import TableKind
from etl.sources.trees import linked, nfo, triples

SNIFFED = 1 << 16  # bytes that are looked at
_ROWS = 300  # rows that are looked at
_DELIMITERS = ("\t", ",", ";", "|", "::")
_NARROW = 2  # columns of the smallest table
_ALIKE, _HALF = 0.8, 0.5  # of its rows have as many cells as the first; of those of a wider one
_NAME_LENGTH = 120  # characters that no column's name has
_UNTOLD: Mapping[str, Any] = MappingProxyType({})
_ROW_KEYS = ("results", "movies", "films", "items", "data", "rows", "titles")


@dataclass(frozen=True, slots=True)
class Sheet:
    """How a table is written, and the first of its rows; `path` leads to the array of a JSON.

    `first` is the first line of delimited text, whether it names the columns or not. `above` counts
    the rows that stand above the header, such as the title of a sheet.
    """

    kind: TableKind
    header: tuple[str, ...]
    rows: Sequence[Sequence[str]] = field(default=())
    delimiter: str = ","
    encoding: str = "utf-8"
    path: str = ""
    first: str = ""
    above: int = 0


def look(path: str, told: Mapping[str, Any] = _UNTOLD, encoding: str = "") -> Sheet | None:
    """Return how a table is written, by its content and by what a map has told at its top.

    An `encoding` is taken for granted. None is no table.

    Raises:
        OSError: it cannot be read.
    """
    head = head_of(path, SNIFFED)
    if "delimiter" not in told and (kind := _tree(path, head)):
        return Sheet(kind, ())
    if head.startswith(b"PAR1"):
        columns = sheets.parquet_header(path)
        rows = list(islice(sheets.parquet_cells(path, columns), _ROWS)) if columns else []
        return Sheet(TableKind.PARQUET, tuple(columns), rows) if columns else None
    if head.startswith(b"PK\x03\x04") and b"xl/" in head:
        sample = sheets.excel_sample(path, str(told.get("sheet", "")), _ROWS)
        above = _above(sample)
        header, *rows = sample[above:] or [[]]
        return Sheet(TableKind.EXCEL, named(header), rows, above=above) if header else None
    is_whole = len(head) < SNIFFED
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if start.startswith((b"{", b"[")) and "delimiter" not in told:
        return _json(path, head, told.get("rows", ""))
    encoding = encoding or told.get("encoding") or encoding_of(head)
    text = head.decode(encoding, "replace")
    if "\0" in text:
        return None
    lines = io.StringIO(text, newline="").readlines()
    if not is_whole:
        del lines[-1:]
    if "begin" in told:
        lines = _from_header(lines, told["begin"], told["like"])
    delimiters = [told["delimiter"]] if "delimiter" in told else _DELIMITERS
    found = [(each, list(_records(lines, each, told.get("quote", '"')))) for each in delimiters]
    if "header" not in told:
        skipped = {each: _above(rows) for each, rows in found}
        found = [(each, rows[skipped[each] :]) for each, rows in found]
    chosen = [
        (_fit(rows), each, rows) for each, rows in found if any(_fit(rows)) or len(found) == 1
    ]
    if not chosen:
        return None
    _, delimiter, rows = max(chosen, key=lambda each: each[0])
    if "header" in told:
        line = delimiter.join(rows[0]) if rows else ""
        return Sheet(
            TableKind.DELIMITED, named(told["header"]), rows, delimiter, encoding, first=line
        )
    first = rows[0] if rows else []
    line, above = delimiter.join(first), skipped[delimiter]
    return Sheet(
        TableKind.DELIMITED, named(first), rows[1:], delimiter, encoding, first=line, above=above
    )


def _above(rows: Sequence[Sequence[str]]) -> int:
    """Count the rows above a header: those of fewer than half as many cells as rows mostly fill."""
    filled = [sum(map(bool, map(trimmed, row))) for row in rows]
    usual = sorted(filled)[len(filled) // 2] if filled else 0
    return next((place for place, count in enumerate(filled) if 2 * count > usual), 0)


def _tree(path: str, head: bytes) -> TableKind | None:
    """Tell what kind of a tree a file is that a module of `trees` reads."""
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if linked.claims(start) and linked.has_films(path, start):
        return TableKind.LINKED if linked.has_known_context(path) else TableKind.RDF
    if triples.claims(path, head):
        return TableKind.RDF
    return TableKind.NFO if nfo.claims(path, head) else None


def _records(lines: Iterable[str], delimiter: str, quote: str) -> Iterator[list[str]]:
    """Return the first rows; one that cannot be read, or is cut off, is passed over."""
    found = (cells for _, cells, _ in records(lines, delimiter, quote) if isinstance(cells, list))
    return islice((cells for cells in found if any(cells)), _ROWS)


def _from_header(lines: list[str], header: list[str], like: str) -> list[str]:
    """Pass over what comes before the header of a table in a file whose first line fits."""
    if not lines or not re.match(like, lines[0]):
        return []
    return list(dropwhile(lambda line: next(csv.reader([line]), []) != header, lines))


def _fit(rows: Sequence[Sequence[str]]) -> tuple[int, int]:
    """Return how well a delimiter cuts rows into a table of two columns or more; 0, 0 is none."""
    width = len(rows[0]) if rows else 0
    alike = sum(len(row) == width for row in rows)
    needed = _ALIKE if width == _NARROW else _HALF
    is_prose = any(len(cell) > _NAME_LENGTH for cell in rows[0]) if rows else True
    if width < _NARROW or alike <= needed * len(rows) or is_prose:
        return 0, 0
    return int(alike > _ALIKE * len(rows)), width


def _json(path: str, head: bytes, rows: str) -> Sheet | None:
    """Look at JSON: an object in each line, an array, or an array within an object."""
    lines = [line for line in head.splitlines() if line.strip()]
    first = _object(lines[0].removeprefix(b"\xef\xbb\xbf")) if lines else None
    if first is not None and len(lines) > 1 and not rows:
        objects = [each for line in lines[:_ROWS] if (each := _object(line)) is not None]
        return _of_objects(TableKind.JSON_LINES, objects, "")
    try:
        with opened(path) as file:
            data = file.read(documents.SIZE_LIMIT).removeprefix(codecs.BOM_UTF8)
        for where in [rows] if rows else ["", *_ROW_KEYS, documents.ITSELF]:
            try:
                found = documents.elements(data, where)
                objects = [one for _, raw in islice(found, _ROWS) if (one := _object(raw))]
            except msgspec.DecodeError:
                continue
            if objects or where == documents.ITSELF:
                return _of_objects(TableKind.JSON, objects, where)
    except (RecursionError, UnicodeDecodeError):
        pass
    return _of_objects(TableKind.JSON_LINES, [first], "") if first and len(lines) == 1 else None


def _object(raw: bytes) -> dict[str, object] | None:
    try:
        found = msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _of_objects(kind: TableKind, objects: Sequence[dict[str, object]], path: str) -> Sheet | None:
    cells = [documents.flat(each) for each in objects]
    header = tuple(dict.fromkeys(key for each in cells for key in each))
    rows = [[each.get(column, "") for column in header] for each in cells]
    return Sheet(kind, header, rows, path=path) if header else None


def named(header: Iterable[str]) -> tuple[str, ...]:
    """Name the columns of a header; without a name by their number, those of one name apart."""
    names: list[str] = []
    for number, each in enumerate(header, start=1):
        name = plain = " ".join(trimmed(each).split()) or f"column {number}"
        count = 1
        while name in names:
            count += 1
            name = f"{plain} ({count})"
        names.append(name)
    return tuple(names)
