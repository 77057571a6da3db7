"""Saved queries as questions: their parameters as a form, their answers as a table and a chart."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice

from pyoxigraph import (
    BlankNode,
    Literal,
    NamedNode,
    QueryBoolean,
    QueryResultsFormat,
    QuerySolutions,
    RdfFormat,
    Triple,
    parse,
    parse_query_results,
)

from etl.output.charts import Chart, drawn, is_number
from etl.output.lettering import shortened
from etl.queries import Parameter, SavedQuery
from etl.rdf.identifiers import Iris
from etl.web.origins import ShownValue
from etl.web.site import path_of

SHOWN = 200


@dataclass(frozen=True, slots=True)
class Field:
    """A parameter of a question as a field of its form."""

    parameter: Parameter
    value: str

    @property
    def suggests(self) -> str:
        """The kind of thing that is suggested while one types; empty if nothing is."""
        return self.parameter.kind if self.parameter.kind in ("film", "person") else ""

    @property
    def is_required(self) -> bool:
        """Return whether the question cannot be asked without it."""
        return self.parameter.default is None


@dataclass(frozen=True, slots=True)
class AnswerTable:
    """The first rows of an answer, or triples; how many there are; its chart if it has one."""

    columns: tuple[str, ...]
    rows: tuple[tuple[ShownValue, ...], ...]
    numeric: frozenset[int]
    total: int
    chart: Chart | None
    is_graph: bool


def fields(query: SavedQuery, given: Mapping[str, str]) -> tuple[Field, ...]:
    """Return the fields of a question's form, filled with what was given, else the defaults."""
    return tuple(Field(each, given.get(each.name, each.default or "")) for each in query.parameters)


def is_complete(query: SavedQuery, given: Mapping[str, str]) -> bool:
    """Return whether a question can be asked with what was given."""
    return all(each.default is not None or given.get(each.name) for each in query.parameters)


@dataclass(frozen=True, slots=True)
class WholeAnswer:
    """An answer as it was received: SPARQL's JSON, or a graph as N-Triples."""

    content: bytes
    is_graph: bool

    def read(self) -> QuerySolutions | QueryBoolean | Iterator[Triple]:
        """Read it; solutions and triples are read while they are asked for."""
        if self.is_graph:
            return (quad.triple for quad in parse(self.content, RdfFormat.N_TRIPLES))
        return parse_query_results(self.content, QueryResultsFormat.JSON)


def answer_table(query: SavedQuery, answer: WholeAnswer, iris: Iris) -> AnswerTable:
    """Make a table of an answer, and draw it as its query says."""
    read, chart = answer.read(), None
    names: tuple[str, ...]
    if isinstance(read, QueryBoolean):
        names, every = ("answer",), iter([(Literal("yes" if read else "no"),)])
    elif isinstance(read, QuerySolutions):
        names, every = tuple(each.value for each in read.variables), map(tuple, read)
        again = answer.read()
        if query.drawing and isinstance(again, QuerySolutions):
            chart = drawn(query.drawing, names, map(tuple, again), iris.base)
    else:
        names, every = ("subject", "predicate", "object"), map(tuple, read)
    shown = list(islice(every, SHOWN))
    total = len(shown) + sum(1 for _ in every)
    numeric = frozenset(
        place
        for place in range(len(names))
        if shown and all(row[place] is None or is_number(row[place]) for row in shown)
    )
    rows = tuple(tuple(_cell(term, iris) for term in row) for row in shown)
    return AnswerTable(names, rows, numeric, total, chart, answer.is_graph)


def _cell(term: NamedNode | BlankNode | Literal | Triple | None, iris: Iris) -> ShownValue:
    match term:
        case NamedNode(value=iri):
            return ShownValue(
                shortened(iri, iris.base), path_of(iri, iris) if iri.startswith("http") else ""
            )
        case Literal(value=text):
            return ShownValue(text)
        case None:
            return ShownValue("")
        case _:
            return ShownValue(str(term))
