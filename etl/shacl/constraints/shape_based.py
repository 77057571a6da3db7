"""Value nodes that have shapes of their own (SHACL section 4.7).

Section 4.7.2, `sh:property`, has no test here: its results are those of the property shape.
"""

from __future__ import annotations

from collections.abc import Iterator

from pyoxigraph import BlankNode, NamedNode

from etl.rdf.vocab import SH
from etl.shacl.constraints.model import (
    CheckedShape,
    GraphTest,
    QualifiedConstraint,
    ShapeLookup,
    TermConstraint,
    TermTest,
    ValueConstraint,
    component,
)
from etl.shacl.declarations import Declaration, name
from etl.shacl.graph import Graph


def node(shape: Declaration, lookup: ShapeLookup) -> Iterator[TermConstraint | ValueConstraint]:
    """Each value node conforms to a node shape (section 4.7.1)."""
    for value in shape.all(SH.node):
        wanted = lookup(shape.shape(SH.node, value))
        message = f"expected a value that conforms to {name(value)}"
        if wanted.accepts is not None:
            yield TermConstraint(component("Node"), message, wanted.accepts, wanted.results)
        else:
            yield ValueConstraint(
                component("Node"), message, wanted.conforms, wanted.suspects, wanted.results
            )


def qualified_value_shape(shape: Declaration, lookup: ShapeLookup) -> Iterator[QualifiedConstraint]:
    """So many value nodes conform to a shape (section 4.7.3)."""
    shape.require_path(SH.qualifiedValueShape)
    least = shape.integer(SH.qualifiedMinCount)
    most = shape.integer(SH.qualifiedMaxCount)
    for value in shape.all(SH.qualifiedValueShape):
        wanted = shape.shape(SH.qualifiedValueShape, value)
        siblings = [lookup(sibling) for sibling in sibling_shapes(shape, wanted)]
        counts = _only(lookup(wanted), siblings)
        if least is not None:
            yield QualifiedConstraint(
                component("QualifiedMinCount"),
                f"expected at least {least} values that conform to {name(value)}",
                counts,
                least=least,
            )
        if most is not None:
            yield QualifiedConstraint(
                component("QualifiedMaxCount"),
                f"expected at most {most} values that conform to {name(value)}",
                counts,
                most=most,
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


def _only(wanted: CheckedShape, siblings: list[CheckedShape]) -> GraphTest:
    """Make the test of what conforms to one shape and to none of its siblings."""
    if not siblings:
        return wanted.conforms

    def bind(graph: Graph) -> TermTest:
        conforms = wanted.conforms(graph)
        others = [sibling.conforms(graph) for sibling in siblings]
        return lambda value: conforms(value) and not any(other(value) for other in others)

    return bind
