"""Value nodes that have shapes of their own (SHACL section 4.7).

Section 4.7.2, `sh:property`, has no test here: its results are those of the property shape.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection, Iterator
from typing import TypeAlias

from pyoxigraph import BlankNode, NamedNode

from etl.validation.constraints.model import (
    CheckedShape,
    Finder,
    Finding,
    GraphFinder,
    SetConstraint,
    ShapeLookup,
    ValueConstraint,
    component,
)
from etl.validation.declarations import Declaration, name
from etl.validation.graph import Graph, Term
from etl.vocab import SH

# Counts, in a given graph, the value nodes that conform to a shape.
GraphCounter: TypeAlias = Callable[[Graph], Callable[[Collection[Term]], int]]


def node(shape: Declaration, lookup: ShapeLookup) -> Iterator[ValueConstraint]:
    """Each value node conforms to a node shape (section 4.7.1)."""
    for value in shape.all(SH.node):
        wanted = lookup(shape.shape(SH.node, value))
        yield ValueConstraint(
            component("Node"),
            f"expected a value that conforms to {name(value)}",
            wanted.conforms,
            wanted.suspects,
            wanted.results,
        )


def qualified_value_shape(shape: Declaration, lookup: ShapeLookup) -> Iterator[SetConstraint]:
    """So many value nodes conform to a shape (section 4.7.3)."""
    shape.require_path(SH.qualifiedValueShape)
    least = shape.integer(SH.qualifiedMinCount)
    most = shape.integer(SH.qualifiedMaxCount)
    for value in shape.all(SH.qualifiedValueShape):
        wanted = shape.shape(SH.qualifiedValueShape, value)
        siblings = [lookup(sibling) for sibling in sibling_shapes(shape, wanted)]
        count = _counter(lookup(wanted), siblings)
        if least is not None:
            yield SetConstraint(
                component("QualifiedMinCount"),
                f"expected at least {least} values that conform to {name(value)}",
                _counted(count, least, sys.maxsize),
            )
        if most is not None:
            yield SetConstraint(
                component("QualifiedMaxCount"),
                f"expected at most {most} values that conform to {name(value)}",
                _counted(count, 0, most),
            )


def sibling_shapes(
    shape: Declaration, wanted: NamedNode | BlankNode
) -> list[NamedNode | BlankNode]:
    """Return the shapes that a value node may not conform to as well, if it is to count."""
    if not shape.boolean(SH.qualifiedValueShapesDisjoint):
        return []
    graph = shape.graph
    found = {
        sibling: None
        for parent in graph.subjects(SH.property, shape.node)
        for property_shape in graph.objects(parent, SH.property)
        for sibling in graph.objects(property_shape, SH.qualifiedValueShape)
    }
    found.pop(wanted, None)
    return [shape.shape(SH.qualifiedValueShape, sibling) for sibling in found]


def _counter(wanted: CheckedShape, siblings: list[CheckedShape]) -> GraphCounter:
    def bind(graph: Graph) -> Callable[[Collection[Term]], int]:
        conforms = wanted.conforms(graph)
        others = [sibling.conforms(graph) for sibling in siblings]

        def count(values: Collection[Term]) -> int:
            found = [value for value in values if conforms(value)]
            if not others:
                return len(found)
            return sum(not any(other(value) for other in others) for value in found)

        return count

    return bind


def _counted(count: GraphCounter, least: int, most: int) -> GraphFinder:
    def bind(graph: Graph) -> Finder:
        count_in_graph = count(graph)

        def find(_: Term, values: Collection[Term]) -> Collection[Finding]:
            if least == 0 and len(values) <= most:
                return ()
            return () if least <= count_in_graph(values) <= most else (Finding(),)

        return find

    return bind
