"""Rows of cells as text: what people read is shortened, what programs read is complete."""

from __future__ import annotations

import csv
import io
import itertools
import json
import re
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import BinaryIO, TextIO

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from etl.output.formats import Destination, Writer
from etl.output.tables import aligned, fitted
from etl.rdf.vocab import PREFIXES, XSD
from etl.terminal import harmless

Node = NamedNode | BlankNode | Literal | Triple
_ABRIDGED = 100  # characters
Cell = Node | str | int | float | date | Path | None


@dataclass(frozen=True, slots=True)
class Rows:
    """A report: named columns, and as many rows of cells as there are. None is an empty cell.

    `documents` say in JSON what does not go into a row; a single `document` says it all. Columns
    that are `abridged` are shortened where people read them.
    """

    columns: tuple[str, ...]
    rows: Iterable[Sequence[Cell]]
    documents: Iterable[Mapping[str, object]] | None = None
    document: Mapping[str, object] | None = None
    abridged: frozenset[str] = frozenset()

    @classmethod
    def of(cls, columns: Iterable[str], records: Iterable[Mapping[str, Cell]]) -> Rows:
        """Make rows of records; what a record lacks is an empty cell."""
        names = tuple(columns)
        return cls(names, ([record.get(name) for name in names] for record in records))


@contextmanager
def text_stream(stream: BinaryIO) -> Iterator[TextIO]:
    """Write text to a binary stream, which stays open."""
    text = io.TextIOWrapper(stream, "utf-8", errors="backslashreplace", newline="")
    try:
        yield text
    finally:
        text.detach()


def write_table(rows: Rows, target: Destination) -> None:
    """Write aligned columns, numbers to the right; fitted to a terminal."""
    cells = [tuple(row) for row in rows.rows]
    right = [
        any(row[place] is not None for row in cells)
        and all(row[place] is None or _is_number(row[place]) for row in cells)
        for place in range(len(rows.columns))
    ]
    body = [list(_for_people(rows, row, target)) for row in cells]
    with text_stream(target.stream) as text:
        if target.terminal:
            text.writelines(fitted(rows.columns, body, right, terminal_width()))
        else:
            text.writelines(aligned(rows.columns, body, right))


def _for_people(rows: Rows, row: Sequence[Cell], target: Destination) -> Iterator[str]:
    """Yield the cells of a row as people read them."""
    for column, cell in zip(rows.columns, row, strict=True):
        text = shown(cell, target.base_iri)
        too_long = column in rows.abridged and len(text) > _ABRIDGED
        yield text[: _ABRIDGED - 1] + "…" if too_long else text


def terminal_width() -> int:
    """Return how many cells a line of the terminal has."""
    return shutil.get_terminal_size().columns


def write_markdown(rows: Rows, target: Destination) -> None:
    """Write a Markdown table."""
    head = [list(rows.columns), ["---"] * len(rows.columns)]
    body = (map(_escaped, _for_people(rows, row, target)) for row in rows.rows)
    with text_stream(target.stream) as text:
        text.writelines(f"| {' | '.join(row)} |\n" for row in itertools.chain(head, body))


def write_csv(rows: Rows, target: Destination) -> None:
    """Write CSV as RFC 4180 has it."""
    with text_stream(target.stream) as text:
        writer = csv.writer(text)
        writer.writerow(rows.columns)
        writer.writerows([_plain(cell) for cell in row] for row in rows.rows)


_TSV_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def write_tsv(rows: Rows, target: Destination) -> None:
    """Write TSV; tabs and line breaks in cells are escaped."""
    with text_stream(target.stream) as text:
        for row in itertools.chain([rows.columns], rows.rows):
            text.write("\t".join(_plain(cell).translate(_TSV_ESCAPES) for cell in row) + "\n")


def write_json(rows: Rows, target: Destination) -> None:
    """Write a list of objects, one on each line; or one object, where that says all."""
    with text_stream(target.stream) as text:
        if rows.document is not None:
            text.write(json.dumps(rows.document, ensure_ascii=False, indent=2) + "\n")
            return
        separator = "[\n"
        for document in _documents(rows):
            text.write(separator + json.dumps(document, ensure_ascii=False))
            separator = ",\n"
        text.write("\n]\n" if separator == ",\n" else "[]\n")


def _documents(rows: Rows) -> Iterable[Mapping[str, object]]:
    if rows.documents is not None:
        return rows.documents
    return (dict(zip(rows.columns, map(_json_value, row), strict=True)) for row in rows.rows)


def _json_value(cell: Cell) -> str | int | float | None:
    return cell if cell is None or isinstance(cell, int | float) else _plain(cell)


def _plain(cell: Cell) -> str:
    """Return a cell's text for programs: nothing shortened, nothing replaced."""
    match cell:
        case None:
            return ""
        case bool():
            return "true" if cell else "false"
        case NamedNode(value=value) | Literal(value=value):
            return value
        case datetime():
            return cell.isoformat(timespec="seconds")
        case date():
            return cell.isoformat()
        case _:
            return str(cell)


def shown(cell: Cell, base_iri: str | None) -> str:
    """Return a cell's text for people: on one line, IRIs short, nothing that steers a terminal."""
    text = _short(cell, base_iri) if isinstance(cell, NamedNode) else _plain(cell)
    return harmless(re.sub(r"\s*[\n\r\t]\s*", " ", text).strip())


def _short(iri: NamedNode, base_iri: str | None) -> str:
    if base_iri and iri.value.startswith(base_iri):
        return iri.value.removeprefix(base_iri)
    for prefix, namespace in PREFIXES.items():
        if iri.value.startswith(namespace):
            return f"{prefix}:{iri.value.removeprefix(namespace)}"
    return iri.value


_NUMERIC = {XSD.integer, XSD.decimal, XSD.nonNegativeInteger}


def _is_number(cell: Cell) -> bool:
    if isinstance(cell, Literal):
        return cell.datatype in _NUMERIC
    return isinstance(cell, int | float) and not isinstance(cell, bool)


def _escaped(text: str) -> str:
    """Return a text so that Markdown shows it as it is."""
    return re.sub(r"([\\`*_\[\]<>|&~])", r"\\\1", text)


ROW_WRITERS: dict[str, Writer[Rows]] = {
    "csv": write_csv,
    "tsv": write_tsv,
    "json": write_json,
    "markdown": write_markdown,
}
"""The formats in which rows are written for programs, and for Markdown."""
