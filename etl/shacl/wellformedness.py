"""Whether the shapes of a shapes graph are what the standard allows, whatever engine asks them.

Source: SHACL sections 2.1 to 2.3, 4 and 5, the rules of syntax there and in appendix B.
"""

from __future__ import annotations

from collections.abc import Iterator, Set

from pyoxigraph import BlankNode, NamedNode

from etl.rdf.descriptions import Term
from etl.rdf.vocab import RDF, SH
from etl.shacl.constraints.components import PARAMETERS, constraints
from etl.shacl.constraints.model import GraphTest, TermTest
from etl.shacl.constraints.other import ignored_properties
from etl.shacl.declarations import SHAPE_EXPECTING, SHAPE_LIST_EXPECTING, Declaration, name
from etl.shacl.graph import Graph
from etl.shacl.report import ValidationResult
from etl.shacl.sparql import check_declarations
from etl.shacl.tables import Terms
from etl.shacl.targets import TARGETS

# What says nothing where none of these stands beside it.
NEEDED = {
    SH.ignoredProperties: (SH.closed,),
    SH.flags: (SH.pattern,),
    SH.qualifiedValueShape: (SH.qualifiedMinCount, SH.qualifiedMaxCount),
    SH.qualifiedMinCount: (SH.qualifiedValueShape,),
    SH.qualifiedMaxCount: (SH.qualifiedValueShape,),
    SH.qualifiedValueShapesDisjoint: (SH.qualifiedValueShape,),
}


def check(graph: Graph, timeout_s: float) -> None:
    """Check all shapes of a shapes graph, also those that nothing refers to.

    Raises:
        ShapesError: a shape is not what SHACL allows.
    """
    for node in shape_nodes(graph):
        _check(Declaration(node, graph), timeout_s)
    check_declarations(graph)


def shape_nodes(graph: Graph) -> list[NamedNode | BlankNode]:
    """Return all nodes that are shapes (section 2.1)."""
    nodes: Terms = {}
    for class_ in (SH.NodeShape, SH.PropertyShape):
        nodes |= graph.instances(class_)
    for parameter in (*TARGETS, *PARAMETERS):
        nodes.update(dict.fromkeys(graph.column(parameter).subjects))
    for parameter in SHAPE_EXPECTING:
        nodes.update(dict.fromkeys(graph.column(parameter).values))
    return [node for node in nodes if isinstance(node, NamedNode | BlankNode)]


def _check(shape: Declaration, timeout_s: float) -> None:
    shape.check_common()
    _check_path(shape)
    _check_targets(shape)
    ignored_properties(shape)
    for parameter, reason in says_nothing(shape):
        if not is_allowed_alone(shape, parameter):
            raise shape.error(parameter, reason)
    for _ in constraints(shape, _Unasked, timeout_s):
        pass
    _check_references(shape)


def says_nothing(shape: Declaration) -> Iterator[tuple[NamedNode, str]]:
    """Yield the parameters of a shape that lack what they need, with the reason."""
    for parameter, needed in NEEDED.items():
        if shape.all(parameter) and not any(map(shape.all, needed)):
            yield parameter, f"it says nothing without {' or '.join(map(name, needed))}"


def is_allowed_alone(shape: Declaration, parameter: NamedNode) -> bool:
    """Return whether a parameter that says nothing is allowed.

    Source: the W3C's qualified-001 has the counts without their shape in a node shape.
    """
    return parameter == SH.ignoredProperties or (shape.path is None and parameter != SH.flags)


def _check_path(shape: Declaration) -> None:
    types = shape.graph.objects(shape.node, RDF.type)
    if shape.path is None and SH.PropertyShape in types:
        raise shape.error(SH.path, "a property shape has one, found none")
    if shape.path is not None and SH.NodeShape in types:
        raise shape.error(SH.path, "a shape of the class sh:NodeShape has none")


def _check_targets(shape: Declaration) -> None:
    for parameter in TARGETS:
        if parameter != SH.targetNode:
            for _ in shape.iris(parameter):
                pass
    for node in shape.all(SH.targetNode):
        if isinstance(node, BlankNode):
            raise shape.error(SH.targetNode, "expected an IRI or a literal, found a blank node")


def _check_references(shape: Declaration) -> None:
    for parameter in SHAPE_LIST_EXPECTING:
        if () in shape.lists(parameter):
            raise shape.error(parameter, "expected one shape or more, found an empty list")
    for parameter, node in shape.shapes():
        below = Declaration(node, shape.graph)
        if parameter == SH.property and not shape.graph.properties(node):
            raise shape.error(parameter, f"there is no shape {name(node)}")
        if parameter == SH.property and below.path is None:
            raise below.error(SH.path, "a property shape has one, found none")
        if parameter == SH.node and below.path is not None:
            raise shape.error(parameter, f"expected a node shape, found {below}, which has a path")


class _Unasked:
    """Stands for a shape where another is looked at by itself."""

    accepts: TermTest | None = None
    conforms: GraphTest

    def __init__(self, node: NamedNode | BlankNode) -> None:
        del node
        self.conforms = lambda _: lambda _: True

    def suspects(self, _: Graph, __: object) -> Set[Term]:
        """Suspect no node."""
        return set()

    def results(self, _: Graph, __: Term) -> Iterator[ValidationResult]:
        """Find nothing."""
        return iter(())
