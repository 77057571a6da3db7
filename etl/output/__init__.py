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

from etl.output.answers import Solutions
from etl.output.findings import REFUSALS, VIOLATIONS, RefusalReport, Violations
from etl.output.formats import Destination, Formats, Writer, opened
from etl.output.graphs import GRAPH_WRITERS, GraphHash, Statement
from etl.output.rows import ROW_WRITERS, Cell, Rows, write_table
from etl.output.solutions import SOLUTION_WRITERS

__all__ = [
    "Answer",
    "Cell",
    "Destination",
    "GraphAnswer",
    "GraphHash",
    "RefusalReport",
    "Rows",
    "Solutions",
    "Violations",
    "opened",
    "write",
]


@dataclass(frozen=True, slots=True)
class GraphAnswer:
    """Statements to be written as a graph."""

    statements: Iterable[Statement]


Answer = (
    QuerySolutions
    | Solutions
    | QueryBoolean
    | QueryTriples
    | Rows
    | GraphAnswer
    | RefusalReport
    | Violations
)


def write(answer: Answer, target: Destination) -> None:
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
            GRAPHS.chosen(target)(GraphAnswer(answer), target)
        case GraphAnswer():
            GRAPHS.chosen(target)(answer, target)
        case RefusalReport():
            REFUSALS.chosen(target)(answer, target)
        case Violations():
            VIOLATIONS.chosen(target)(answer, target)
        case _:
            assert_never(answer)


def _truth(results: QueryResultsFormat) -> Writer[QueryBoolean]:
    """Make a writer of one of the formats that SPARQL 1.1 defines."""

    def write_truth(answer: QueryBoolean, target: Destination) -> None:
        answer.serialize(target.stream, results)
        target.stream.write(b"\n")

    return write_truth


def _write_truth(answer: QueryBoolean, target: Destination) -> None:
    target.stream.write(b"true\n" if answer else b"false\n")


def _graph(writer: Callable[[Iterable[Statement], BinaryIO], None]) -> Writer[GraphAnswer]:
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
GRAPHS: Formats[GraphAnswer] = Formats(
    "a graph",
    {name: _graph(writer) for name, writer in GRAPH_WRITERS.items()},
    on_terminal="ttl",
    piped="nt",
)
