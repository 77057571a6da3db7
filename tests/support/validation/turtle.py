"""Shapes and data as short pieces of Turtle."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, Triple, parse

from etl.rdf.vocab import PREFIXES
from etl.shacl import Engine, Shapes, ValidationReport

_PREFIXES = "".join(
    f"@prefix {prefix}: <{iri}> . "
    for prefix, iri in {**PREFIXES, "ex": "http://example.org/"}.items()
)


def triples(turtle: str) -> list[Triple]:
    return [quad.triple for quad in parse(_PREFIXES + turtle, RdfFormat.TURTLE)]


def shapes(turtle: str) -> Shapes:
    return Shapes.of(triples(turtle))


def results_of(engine: Engine, data: Iterable[Triple]) -> set[str]:
    """Return the values that a report names, as bare texts; "" for a result without one."""
    values = (result.value for result in engine.validate(data).results)
    return {
        value.value if isinstance(value, NamedNode | BlankNode | Literal) else ""
        for value in values
    }


def summary(report: ValidationReport) -> Counter[tuple[str, ...]]:
    """Return what two engines must agree on about each result."""
    return Counter(
        (
            str(result.focus_node),
            str(result.result_path),
            str(result.value),
            str(result.source_constraint_component),
            str(result.source_shape),
            str(result.severity),
        )
        for result in report.results
    )
