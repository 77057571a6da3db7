"""What validation finds: results, and the report that holds them.

Source: SHACL section 3.6.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from etl.rdf.descriptions import Term, Told
from etl.rdf.vocab import RDF, SH, XSD
from etl.shacl.path_writing import PathWriter
from etl.shacl.paths import PropertyPath
from etl.shacl.shapes import Shapes


@dataclass(frozen=True, slots=True)
class ValidationResult:
    """One thing that a shape finds wrong with a focus node.

    `result_path` is None for a node shape, `value` is None where no single value is at fault.
    `source_constraint` is the SPARQL constraint behind it, `detail` the results below it;
    most results have neither.
    """

    focus_node: Term
    source_shape: NamedNode | BlankNode
    source_constraint_component: NamedNode
    severity: NamedNode = SH.Violation
    result_path: PropertyPath | None = None
    value: Term | None = None
    messages: tuple[Literal, ...] = ()
    source_constraint: NamedNode | BlankNode | None = None
    detail: tuple[ValidationResult, ...] = ()

    @property
    def blocks(self) -> bool:
        """Return whether it keeps an entity out of the store."""
        return self.severity == SH.Violation


@dataclass(frozen=True, slots=True)
class ValidationReport:
    """All results of validating some triples against some shapes."""

    results: tuple[ValidationResult, ...] = ()

    @property
    def conforms(self) -> bool:
        """Return whether the triples may be loaded: only a `sh:Violation` blocks."""
        return not any(result.blocks for result in self.results)

    @property
    def strictly_conforms(self) -> bool:
        """Say whether `sh:conforms` is true in the standard's sense: no result of any severity."""
        return not self.results

    def to_triples(self) -> Iterator[Triple]:
        """Yield the report as the standard's report graph; equal reports give equal triples."""
        report = BlankNode("report")
        yield Triple(report, RDF.type, SH.ValidationReport)
        conforms = "true" if self.strictly_conforms else "false"
        yield Triple(report, SH.conforms, Literal(conforms, datatype=XSD.boolean))
        nodes = [result_node(number) for number in range(1, len(self.results) + 1)]
        for node in nodes:
            yield Triple(report, SH.result, node)
        for node, result in zip(nodes, self.results, strict=True):
            yield from _result_triples(node, result)


def result_node(number: int) -> BlankNode:
    """Return the node of a result in a report graph, by its place from 1."""
    return BlankNode(f"result{number}")


class Engine(Protocol):
    """What validates triples against the shapes it was made of.

    What is wrong with a node depends on nothing but what can be reached from it along triples, and
    against the direction of triples with the properties `walked_back`; None means any triples.
    """

    shapes: Shapes
    walked_back: frozenset[NamedNode] | None

    def validate(self, triples: Iterable[Told]) -> ValidationReport:
        """Validate triples as one graph."""


def _result_triples(node: BlankNode, result: ValidationResult) -> Iterator[Triple]:
    yield Triple(node, RDF.type, SH.ValidationResult)
    yield Triple(node, SH.focusNode, result.focus_node)
    yield Triple(node, SH.sourceShape, result.source_shape)
    yield Triple(node, SH.sourceConstraintComponent, result.source_constraint_component)
    yield Triple(node, SH.resultSeverity, result.severity)
    if result.value is not None:
        yield Triple(node, SH.value, result.value)
    if result.source_constraint is not None:
        yield Triple(node, SH.sourceConstraint, result.source_constraint)
    for message in result.messages:
        yield Triple(node, SH.resultMessage, message)
    if result.result_path is not None:
        path, triples = PathWriter(f"{node.value}path").write(result.result_path)
        yield Triple(node, SH.resultPath, path)
        yield from triples
    for number, below in enumerate(result.detail, start=1):
        detail = BlankNode(f"{node.value}detail{number}")
        yield Triple(node, SH.detail, detail)
        yield from _result_triples(detail, below)
