"""Saved queries as questions: their parameters as a form, their answers as a table and a chart."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice

from pyoxigraph import (
    BlankNode,
    Literal,
    NamedNode,
    QueryResultsFormat,
    QuerySolutions,
    Triple,
    parse_query_results,
)

from etl.output.charts import Chart, drawn, is_number
from etl.queries import Parameter, SavedQuery
from etl.rdf.identifiers import Iris
from etl.rdf.vocab import PREFIXES
from etl.web.origins import Value
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
    """The first rows of an answer, how many there are, and its chart if it has one."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Value, ...], ...]
    numeric: frozenset[int]
    total: int
    chart: Chart | None


def fields(query: SavedQuery, given: Mapping[str, str]) -> tuple[Field, ...]:
    """Return the fields of a question's form, filled with what was given, else the defaults."""
    return tuple(Field(each, given.get(each.name, each.default or "")) for each in query.parameters)


def is_complete(query: SavedQuery, given: Mapping[str, str]) -> bool:
    """Return whether a question can be asked with what was given."""
    return all(each.default is not None or given.get(each.name) for each in query.parameters)


def answer_table(query: SavedQuery, solutions: bytes, iris: Iris) -> AnswerTable:
    """Read an answer from SPARQL's JSON, and draw it as its query says."""
    answer = parse_query_results(solutions, QueryResultsFormat.JSON)
    assert isinstance(answer, QuerySolutions)  # noqa: S101 - saved queries are SELECT queries
    names = tuple(variable.value for variable in answer.variables)
    shown = list(islice(map(tuple, answer), SHOWN))
    total = len(shown) + sum(1 for _ in answer)
    numeric = frozenset(
        place
        for place in range(len(names))
        if shown and all(row[place] is None or is_number(row[place]) for row in shown)
    )
    rows = tuple(tuple(_cell(term, iris) for term in row) for row in shown[:SHOWN])
    chart = drawn(query.drawing, names, shown, iris.base) if query.drawing else None
    return AnswerTable(names, rows, numeric, total, chart)


def _cell(term: NamedNode | BlankNode | Literal | Triple | None, iris: Iris) -> Value:
    match term:
        case NamedNode(value=iri):
            return Value(short(iri, iris), path_of(iri, iris) if iri.startswith("http") else "")
        case Literal(value=text):
            return Value(text)
        case None:
            return Value("")
        case _:
            return Value(str(term))


def short(iri: str, iris: Iris) -> str:
    """Write an IRI for people: without the base, or by its prefix."""
    if iri.startswith(iris.base):
        return iri.removeprefix(iris.base)
    found = ((prefix, start) for prefix, start in PREFIXES.items() if iri.startswith(start))
    return next((f"{prefix}:{iri.removeprefix(start)}" for prefix, start in found), iri)
