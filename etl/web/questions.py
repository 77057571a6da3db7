"""Saved queries as questions: their parameters as a form, their answers as a table and a chart."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
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

from etl.queries import Parameter, SavedQuery
from etl.rdf.identifiers import Iris
from etl.rdf.vocab import PREFIXES, XSD
from etl.web.charts import Chart, bars, columns
from etl.web.origins import Value
from etl.web.site import path_of

SHOWN = 200
_DRAWN = {"bars": 30, "columns": 120}
_NUMBERS = {XSD.integer, XSD.decimal, XSD.double, XSD.float}


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
    shown = list(islice(map(tuple, answer), max(SHOWN, *_DRAWN.values())))
    total = len(shown) + sum(1 for _ in answer)
    numeric = frozenset(
        place
        for place in range(len(names))
        if shown and all(row[place] is None or _is_number(row[place]) for row in shown)
    )
    rows = tuple(tuple(_cell(term, iris) for term in row) for row in shown[:SHOWN])
    return AnswerTable(names, rows, numeric, total, _chart(query, names, shown, iris))


def _is_number(term: object) -> bool:
    return isinstance(term, Literal) and term.datatype in _NUMBERS


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


def _chart(
    query: SavedQuery,
    names: Sequence[str],
    rows: Sequence[tuple[NamedNode | BlankNode | Literal | Triple | None, ...]],
    iris: Iris,
) -> Chart | None:
    """Draw what a query says is to be drawn, as far as its answer has it."""
    drawing = query.drawing
    if drawing is None or not {drawing.label, drawing.number} <= set(names):
        return None
    label, number = names.index(drawing.label), names.index(drawing.number)
    numbers = list(islice(_numbers(rows, label, number, iris), _DRAWN[drawing.kind]))
    if len(numbers) < 2:
        return None
    title = f"{drawing.number.capitalize()} by {drawing.label}"
    return (columns if drawing.kind == "columns" else bars)(title, numbers)


def _numbers(
    rows: Sequence[tuple[NamedNode | BlankNode | Literal | Triple | None, ...]],
    label: int,
    number: int,
    iris: Iris,
) -> Iterator[tuple[str, float]]:
    for row in rows:
        term = row[number]
        if isinstance(term, Literal) and _is_number(term):
            value = float(term.value)
            yield _cell(row[label], iris).text, int(value) if value.is_integer() else value
