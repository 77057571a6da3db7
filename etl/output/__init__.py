"""Answers as text: solutions, booleans, graphs and reports, in the format asked for.

Each kind of answer has a table of its formats. Solutions become `Rows` like any report, so
what people read, a table or Markdown, is made in one way; what programs read is in the
formats that SPARQL 1.1 defines.
"""

from __future__ import annotations

import csv
import io
import itertools
import json
import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import BinaryIO, Generic, TextIO, TypeVar, assert_never

from pyoxigraph import (
    BlankNode,
    Literal,
    NamedNode,
    QueryBoolean,
    QueryResultsFormat,
    QuerySolutions,
    QueryTriples,
    Triple,
)
from rich.cells import cell_len

from etl.errors import EtlError
from etl.output.graphs import GRAPH_WRITERS, Statement
from etl.vocab import PREFIXES, XSD

Node = NamedNode | BlankNode | Literal | Triple
Cell = Node | str | int | float | date | Path | None
_Answer = TypeVar("_Answer")


@dataclass(frozen=True, slots=True)
class Rows:
    """A report: named columns, and as many rows of cells as there are. None is an empty cell."""

    columns: tuple[str, ...]
    rows: Iterable[Sequence[Cell]]

    @classmethod
    def of(cls, columns: Iterable[str], records: Iterable[Mapping[str, Cell]]) -> Rows:
        """Make rows of records; what a record lacks is an empty cell."""
        names = tuple(columns)
        return cls(names, ([record.get(name) for name in names] for record in records))


@dataclass(frozen=True, slots=True)
class Graph:
    """Statements to be written as a graph."""

    statements: Iterable[Statement]


Answer = QuerySolutions | QueryBoolean | QueryTriples | Rows | Graph


@dataclass(frozen=True, slots=True)
class Target:
    """Where an answer goes. A format of None leaves the choice to the path's suffix."""

    stream: BinaryIO
    format: str | None = None
    path: Path | None = None
    terminal: bool = False
    base_iri: str | None = None


@contextmanager
def opened(
    path: Path | None = None, format_name: str | None = None, base_iri: str | None = None
) -> Iterator[Target]:
    """Open a file to write an answer to, or standard output when the path is None.

    The file appears when it is complete; if anything fails, what was there before stays.
    In tables, IRIs below the base IRI are shown without it.

    Raises:
        EtlError: the file cannot be written.
    """
    if path is None:
        yield Target(sys.stdout.buffer, format_name, None, sys.stdout.isatty(), base_iri)
        sys.stdout.buffer.flush()
        return
    final = path.resolve()
    special = final.exists() and not final.is_file()  # such as /dev/null
    written = final if special else final.with_name(f".{final.name}.{os.getpid()}.part")
    try:
        with written.open("wb") as stream:
            yield Target(stream, format_name, path, base_iri=base_iri)
        if not special:
            written.replace(final)
    except OSError as error:
        raise EtlError(f"{path}: cannot be written: {error.strerror or error}") from error
    finally:
        if not special:
            written.unlink(missing_ok=True)


def write(answer: Answer, target: Target) -> None:
    """Write an answer.

    Raises:
        EtlError: there is no such format for this kind of answer.
    """
    match answer:
        case QuerySolutions():
            SOLUTIONS.chosen(target)(answer, target)
        case QueryBoolean():
            BOOLEANS.chosen(target)(answer, target)
        case Rows():
            REPORTS.chosen(target)(answer, target)
        case QueryTriples():
            GRAPHS.chosen(target)(Graph(answer), target)
        case Graph():
            GRAPHS.chosen(target)(answer, target)
        case _:
            assert_never(answer)


Writer = Callable[[_Answer, Target], None]


@dataclass(frozen=True, slots=True)
class Formats(Generic[_Answer]):
    """The formats of one kind of answer, and which one is meant when none is named."""

    what: str
    writers: Mapping[str, Writer[_Answer]]
    on_terminal: str
    piped: str

    def chosen(self, target: Target) -> Writer[_Answer]:
        """Choose the format by its name, else by the suffix, else by who reads it.

        Raises:
            EtlError: this kind of answer has no such format.
        """
        hint = f"choose one of {', '.join(self.writers)} with --format"
        if target.format is not None:
            if target.format not in self.writers:
                raise EtlError(f"{self.what} cannot be written as {target.format!r}", hint=hint)
            return self.writers[target.format]
        suffix = target.path.suffix.lower() if target.path else ""
        if suffix:
            for name in SUFFIXES.get(suffix, ()):
                if name in self.writers:
                    return self.writers[name]
            raise EtlError(f"{target.path}: {self.what} cannot be written as {suffix!r}", hint=hint)
        return self.writers[self.on_terminal if target.terminal else self.piped]


SUFFIXES: dict[str, tuple[str, ...]] = {
    ".csv": ("csv",),
    ".json": ("json", "jsonld"),
    ".jsonld": ("jsonld",),
    ".md": ("markdown",),
    ".nq": ("nq",),
    ".nt": ("nt",),
    ".rdf": ("rdfxml",),
    ".srj": ("json",),
    ".srx": ("xml",),
    ".tsv": ("tsv",),
    ".ttl": ("ttl",),
    ".txt": ("table",),
    ".xml": ("xml", "rdfxml"),
}


def _as_rows(writer: Writer[Rows]) -> Writer[QuerySolutions]:
    def write_solutions(solutions: QuerySolutions, target: Target) -> None:
        columns = tuple(variable.value for variable in solutions.variables)
        writer(Rows(columns, map(tuple, solutions)), target)

    return write_solutions


def _results(results: QueryResultsFormat) -> Writer[QuerySolutions | QueryBoolean]:
    """Make a writer of one of the formats that SPARQL 1.1 defines."""

    def write_results(answer: QuerySolutions | QueryBoolean, target: Target) -> None:
        answer.serialize(target.stream, results)
        if results in (QueryResultsFormat.JSON, QueryResultsFormat.XML):
            target.stream.write(b"\n")

    return write_results


def _write_truth(answer: QueryBoolean, target: Target) -> None:
    target.stream.write(b"true\n" if answer else b"false\n")


def _graph(writer: Callable[[Iterable[Statement], BinaryIO], None]) -> Writer[Graph]:
    return lambda graph, target: writer(graph.statements, target.stream)


@contextmanager
def _text(stream: BinaryIO) -> Iterator[TextIO]:
    """Write text to a binary stream, which stays open."""
    text = io.TextIOWrapper(stream, "utf-8", errors="backslashreplace", newline="")
    try:
        yield text
    finally:
        text.detach()


def _write_table(rows: Rows, target: Target) -> None:
    """Write aligned columns, numbers to the right; in colour and folded on a terminal."""
    cells = [tuple(row) for row in rows.rows]
    right = [
        any(row[place] is not None for row in cells)
        and all(row[place] is None or _is_number(row[place]) for row in cells)
        for place in range(len(rows.columns))
    ]
    body = [[_shown(cell, target.base_iri) for cell in row] for row in cells]
    with _text(target.stream) as text:
        if target.terminal:
            _write_rich_table(rows.columns, body, right, text)
        else:
            text.writelines(_aligned(rows.columns, body, right))


def _write_rich_table(
    columns: Sequence[str], body: list[list[str]], right: list[bool], text: TextIO
) -> None:
    from rich import box  # costs a start of the program that shows no table 50 ms
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, header_style="bold")
    for column, to_the_right in zip(columns, right, strict=True):
        table.add_column(Text(column), justify="right" if to_the_right else "left", overflow="fold")
    for row in body:
        table.add_row(*map(Text, row))
    Console(file=text, force_terminal=True).print(table)


def _aligned(columns: Sequence[str], body: list[list[str]], right: list[bool]) -> Iterator[str]:
    widths = [max(map(cell_len, column)) for column in zip(columns, *body, strict=True)]
    for row in (columns, *body):
        padded = (
            " " * (width - cell_len(cell)) + cell
            if to_the_right
            else cell + " " * (width - cell_len(cell))
            for cell, width, to_the_right in zip(row, widths, right, strict=True)
        )
        yield "  ".join(padded).rstrip() + "\n"


def _write_markdown(rows: Rows, target: Target) -> None:
    head = [list(rows.columns), ["---"] * len(rows.columns)]
    body = ([_escaped(_shown(cell, target.base_iri)) for cell in row] for row in rows.rows)
    with _text(target.stream) as text:
        text.writelines(f"| {' | '.join(row)} |\n" for row in itertools.chain(head, body))


def _write_csv(rows: Rows, target: Target) -> None:
    with _text(target.stream) as text:
        writer = csv.writer(text)
        writer.writerow(rows.columns)
        writer.writerows([_plain(cell) for cell in row] for row in rows.rows)


_TSV_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def _write_tsv(rows: Rows, target: Target) -> None:
    with _text(target.stream) as text:
        for row in itertools.chain([rows.columns], rows.rows):
            text.write("\t".join(_plain(cell).translate(_TSV_ESCAPES) for cell in row) + "\n")


def _write_json(rows: Rows, target: Target) -> None:
    """Write a list of objects, one on each line."""
    with _text(target.stream) as text:
        separator = "[\n"
        for row in rows.rows:
            pairs = zip(rows.columns, map(_json_value, row), strict=True)
            text.write(separator + json.dumps(dict(pairs), ensure_ascii=False))
            separator = ",\n"
        text.write("\n]\n" if separator == ",\n" else "[]\n")


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


def _shown(cell: Cell, base_iri: str | None) -> str:
    """Return a cell's text for people: on one line, IRIs short, nothing that steers a terminal."""
    text = _short(cell, base_iri) if isinstance(cell, NamedNode) else _plain(cell)
    on_one_line = re.sub(r"\s*[\n\r\t]\s*", " ", text).strip()
    return _STEERING.sub(lambda match: ascii(match[0])[1:-1], on_one_line)


# Control characters, and those that turn the direction of what follows them.
_STEERING = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


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


SOLUTIONS: Formats[QuerySolutions] = Formats(
    "solutions",
    {
        "table": _as_rows(_write_table),
        "csv": _results(QueryResultsFormat.CSV),
        "tsv": _results(QueryResultsFormat.TSV),
        "json": _results(QueryResultsFormat.JSON),
        "xml": _results(QueryResultsFormat.XML),
        "markdown": _as_rows(_write_markdown),
    },
    on_terminal="table",
    piped="tsv",
)
BOOLEANS: Formats[QueryBoolean] = Formats(
    "a yes or no",
    {
        "table": _write_truth,
        "csv": _write_truth,
        "tsv": _write_truth,
        "json": _results(QueryResultsFormat.JSON),
        "xml": _results(QueryResultsFormat.XML),
        "markdown": _write_truth,
    },
    on_terminal="table",
    piped="tsv",
)
REPORTS: Formats[Rows] = Formats(
    "a report",
    {
        "table": _write_table,
        "csv": _write_csv,
        "tsv": _write_tsv,
        "json": _write_json,
        "markdown": _write_markdown,
    },
    on_terminal="table",
    piped="tsv",
)
GRAPHS: Formats[Graph] = Formats(
    "a graph",
    {name: _graph(writer) for name, writer in GRAPH_WRITERS.items()},
    on_terminal="ttl",
    piped="nt",
)
