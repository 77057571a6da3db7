"""Answers as text: solutions, booleans, graphs and reports, in the format asked for.

Each kind of answer has a table of its formats. Solutions become `Rows` like any report, so
what people read, a table or Markdown, is made in one way; what programs read is in the
formats that SPARQL 1.1 defines.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import BinaryIO, assert_never

from pyoxigraph import QueryBoolean, QueryResultsFormat, QuerySolutions, QueryTriples

from etl.output.findings import REFUSALS, VIOLATIONS, Refusals, Violations
from etl.output.formats import Formats, Target, Writer, opened
from etl.output.graphs import GRAPH_WRITERS, GraphHash, Statement
from etl.output.rows import ROW_WRITERS, Cell, Rows, write_markdown, write_table

__all__ = [
    "Answer",
    "Cell",
    "Graph",
    "GraphHash",
    "Refusals",
    "Rows",
    "Target",
    "Violations",
    "opened",
    "write",
]


@dataclass(frozen=True, slots=True)
class Graph:
    """Statements to be written as a graph."""

    statements: Iterable[Statement]


Answer = QuerySolutions | QueryBoolean | QueryTriples | Rows | Graph | Refusals | Violations


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
        case Refusals():
            REFUSALS.chosen(target)(answer, target)
        case Violations():
            VIOLATIONS.chosen(target)(answer, target)
        case _:
            assert_never(answer)


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


SOLUTIONS: Formats[QuerySolutions] = Formats(
    "solutions",
    {
        "table": _as_rows(write_table),
        "csv": _results(QueryResultsFormat.CSV),
        "tsv": _results(QueryResultsFormat.TSV),
        "json": _results(QueryResultsFormat.JSON),
        "xml": _results(QueryResultsFormat.XML),
        "markdown": _as_rows(write_markdown),
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
    {"table": write_table, **ROW_WRITERS},
    on_terminal="table",
    piped="tsv",
)
GRAPHS: Formats[Graph] = Formats(
    "a graph",
    {name: _graph(writer) for name, writer in GRAPH_WRITERS.items()},
    on_terminal="ttl",
    piped="nt",
)
