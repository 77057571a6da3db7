"""What the author of shapes should know: what in them asks for nothing, or is not followed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pyoxigraph import BlankNode, NamedNode

from etl.rdf.descriptions import Term
from etl.rdf.vocab import OWL, SH
from etl.shacl.constraints.components import PARAMETERS
from etl.shacl.declarations import Declaration, described, name
from etl.shacl.graph import Graph
from etl.shacl.sparql import VALIDATORS, ShapeQuery
from etl.shacl.targets import TARGETS, declared_shapes
from etl.shacl.wellformedness import says_nothing, shape_nodes


@dataclass(frozen=True, slots=True)
class ShapeNote:
    """Something about a shape that its author should know."""

    subject: str
    reason: str

    def __str__(self) -> str:
        return f"{self.subject}: {self.reason}"


# What else the standard lets a shape say (sections 2.1, 2.2, 2.3 and 5).
_FURTHER = frozenset(
    {
        *TARGETS,
        *(SH.path, SH.deactivated, SH.message, SH.severity, SH.flags, SH.ignoredProperties),
        *(SH.name, SH.description, SH.order, SH.group, SH.defaultValue),
        *(SH.qualifiedMinCount, SH.qualifiedMaxCount, SH.qualifiedValueShapesDisjoint),
        *(SH.sparql, SH.select, SH.ask, SH.prefixes, SH.parameter, SH.declare, *VALIDATORS),
        *(SH.shapesGraph, SH.suggestedShapesGraph, SH.entailment),
    }
)

# Source: SHACL Advanced Features (2017); what is given here may stand in a shape, or is a function.
_ADVANCED = frozenset("target rule expression values js returnType".split())
_NOT_FOLLOWED = (OWL.imports, SH.shapesGraph)


def notes(graph: Graph, nameless: Iterable[ShapeQuery]) -> Iterator[ShapeNote]:
    """Yield notes about a shapes graph, in which some queries do not name $this."""
    for subject in _with_terms(graph):
        yield from _about_terms(subject, graph)
    for node in shape_nodes(graph):
        shape = Declaration(node, graph)
        for parameter, reason in says_nothing(shape):
            yield ShapeNote(f"{shape}: {name(parameter)}", reason)
        for parameter, below in shape.shapes():
            if isinstance(below, NamedNode) and not graph.properties(below):
                reason = f"there is no shape {name(below)}, so everything conforms to it"
                yield ShapeNote(f"{shape}: {name(parameter)}", reason)
    yield from _never_asked(graph)
    for query in nameless:
        yield ShapeNote(
            f"{query.holder}: {name(query.parameter)}",
            "the SELECT does not use $this, so its result is the same for every node",
        )
    for predicate in _NOT_FOLLOWED:
        for value in dict.fromkeys(graph.column(predicate).values):
            yield not_followed(predicate, value)


def _never_asked(graph: Graph) -> Iterator[ShapeNote]:
    """Yield a note about each shape that has no target, and that nothing refers to."""
    targeted = {shape.node for shape in declared_shapes(graph)}
    referred = {
        below for node in shape_nodes(graph) for _, below in Declaration(node, graph).shapes()
    }
    for node in shape_nodes(graph):
        if node not in targeted and node not in referred:
            yield ShapeNote(described(node, graph), "it has no target and nothing refers to it")


def not_followed(predicate: NamedNode, value: Term) -> ShapeNote:
    """Say that a graph which another names is not read."""
    return ShapeNote(f"{name(predicate)} {name(value)}", "what it names is not read")


def _with_terms(graph: Graph) -> list[NamedNode | BlankNode]:
    """Return the shapes, and what else is a subject of an advanced term."""
    nodes = dict.fromkeys(shape_nodes(graph))
    for term in sorted(_ADVANCED):
        subjects = graph.column(NamedNode(SH.iri + term)).subjects
        nodes.update((each, None) for each in subjects if isinstance(each, NamedNode | BlankNode))
    return list(nodes)


def _about_terms(subject: NamedNode | BlankNode, graph: Graph) -> Iterator[ShapeNote]:
    for predicate in graph.properties(subject):
        term = predicate.value.removeprefix(SH.iri)
        if term in _ADVANCED:
            reason = f"{name(predicate)} is a term of SHACL Advanced Features, and is ignored"
            yield ShapeNote(described(subject, graph), reason)
        elif term != predicate.value and predicate not in PARAMETERS | _FURTHER:
            reason = f"{name(predicate)} is not a term of SHACL Core, and is ignored"
            yield ShapeNote(described(subject, graph), reason)
