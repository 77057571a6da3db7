"""Answers as text: solutions, booleans, graphs and reports, in the format asked for.

Each kind of answer has a table of its formats. Solutions become `Rows` like any report where
people read them, as a table or Markdown; what programs read is in the formats that SPARQL 1.1
defines.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import BinaryIO, assert_never

from pyoxigraph import QueryBoolean, QueryResultsFormat, QuerySolutions, QueryTriples

from etl.output.findings import REFUSALS, VIOLATIONS, Refusals, Violations
from etl.output.formats import Formats, Target, Writer, opened
from etl.output.graphs import GRAPH_WRITERS, GraphHash, Statement
from etl.output.rows import ROW_WRITERS, Cell, Rows, write_table
from etl.output.solutions import SOLUTION_WRITERS, Solutions

__all__ = [
    "Answer",
    "Cell",
    "Graph",
    "GraphHash",
    "Refusals",
    "Rows",
    "Solutions",
    "Target",
    "Violations",
    "opened",
    "write",
]


@dataclass(frozen=True, slots=True)
class Graph:
    """Statements to be written as a graph."""

    statements: Iterable[Statement]


Answer = (
    QuerySolutions | Solutions | QueryBoolean | QueryTriples | Rows | Graph | Refusals | Violations
)


def write(answer: Answer, target: Target) -> None:
    """Write an answer.

    Raises:
        EtlError: there is no such format for this kind of answer.
    """
    match answer:
        case QuerySolutions():
            SOLUTIONS.chosen(target)(Solutions.of(answer), target)
        case Solutions():
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


def _truth(results: QueryResultsFormat) -> Writer[QueryBoolean]:
    """Make a writer of one of the formats that SPARQL 1.1 defines."""

    def write_truth(answer: QueryBoolean, target: Target) -> None:
        answer.serialize(target.stream, results)
        target.stream.write(b"\n")

    return write_truth


def _write_truth(answer: QueryBoolean, target: Target) -> None:
    target.stream.write(b"true\n" if answer else b"false\n")


def _graph(writer: Callable[[Iterable[Statement], BinaryIO], None]) -> Writer[Graph]:
    return lambda graph, target: writer(graph.statements, target.stream)


SOLUTIONS: Formats[Solutions] = Formats(
    "solutions", SOLUTION_WRITERS, on_terminal="table", piped="tsv"
)
BOOLEANS: Formats[QueryBoolean] = Formats(
    "a yes or no",
    {
        "table": _write_truth,
        "csv": _write_truth,
        "tsv": _write_truth,
        "json": _truth(QueryResultsFormat.JSON),
        "xml": _truth(QueryResultsFormat.XML),
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
