"""What our checks do not cover, and so goes to pySHACL.

That is SPARQL constraints, constraint components that a shapes graph defines itself, and shapes
that refer to themselves.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

from pyoxigraph import BlankNode, NamedNode, Triple

from etl.rdf.descriptions import Term
from etl.rdf.vocab import SH
from etl.shacl import reference
from etl.shacl.constraints.shape_based import sibling_shapes
from etl.shacl.declarations import Declaration, name
from etl.shacl.graph import Graph, reachable
from etl.shacl.paths import walked_back
from etl.shacl.report import ValidationResult
from etl.shacl.shapes import Shapes
from etl.shacl.sparql import own_components
from etl.shacl.targets import focus_nodes, is_target, targets


def reason_to_delegate(shape: Declaration) -> str | None:
    """Say why a shape, or one that it refers to, cannot be compiled; None if it can."""
    reasons = map(_reason_beyond_core, referred_shapes(shape))
    beyond_core = next(filter(None, reasons), None)
    if beyond_core is None and _refers_to_itself(shape):
        return "it refers to itself"
    return beyond_core


def referred_shapes(shape: Declaration) -> Iterator[Declaration]:
    """Yield a shape and all that it refers to, directly or through others."""
    graph = shape.graph
    for node in reachable([shape.node], lambda node: _references(Declaration(node, graph))):
        yield Declaration(node, graph)


def _references(shape: Declaration) -> Iterator[NamedNode | BlankNode]:
    """Yield the shapes that a shape needs; one that is deactivated needs none."""
    if shape.is_deactivated:
        return
    for parameter, node in shape.shapes():
        yield node
        if parameter == SH.qualifiedValueShape:
            yield from sibling_shapes(shape, node)


def _refers_to_itself(shape: Declaration) -> bool:
    """Return whether a shape, or one that it refers to, comes to itself again."""
    above = {shape.node: None}  # the shapes that lead to the one that is looked at
    seen: set[NamedNode | BlankNode] = set()
    waiting = [_references(shape)]
    while waiting:
        node = next(waiting[-1], None)
        if node is None:
            waiting.pop()
            seen.add(above.popitem()[0])
        elif node in above:
            return True
        elif node not in seen:
            above[node] = None
            waiting.append(_references(Declaration(node, shape.graph)))
    return False


def _reason_beyond_core(shape: Declaration) -> str | None:
    if shape.is_deactivated:
        return None
    if shape.all(SH.sparql):
        return "it has a SPARQL constraint"
    for component in own_components(shape.graph):
        for declaration in shape.graph.objects(component, SH.parameter):
            for parameter in shape.graph.objects(declaration, SH.path):
                if parameter in shape.graph.properties(shape.node):
                    return f"it uses {name(component)}, which the shapes graph defines"
    return None


class Delegate:
    """Has pySHACL validate some shapes of a shapes graph, on as few triples as will do."""

    def __init__(self, shapes: Shapes, delegated: Sequence[Declaration], timeout_s: float) -> None:
        self._timeout_s = timeout_s
        nodes = frozenset(shape.node for shape in delegated)
        self._targets = [target for shape in delegated for target in targets(shape)]
        self._shapes = Shapes(tuple(_without_other_targets(shapes, nodes)))
        self._looks_ahead_only = all(map(looks_ahead_only, delegated))

    def __bool__(self) -> bool:
        """Return whether there is anything for pySHACL to do."""
        return bool(self._targets)

    def results(self, graph: Graph) -> Sequence[ValidationResult]:
        """Validate a data graph; where no node is a target, pySHACL is not even imported.

        Raises:
            ShapesError: pySHACL refuses the shapes, or gives up on them.
        """
        found = focus_nodes(graph, self._targets)
        if not found:
            return ()
        ahead = _ahead_of(found, graph) if self._looks_ahead_only else graph
        return reference.validate(self._shapes, ahead, self._timeout_s).results


def _without_other_targets(
    shapes: Shapes, nodes: frozenset[NamedNode | BlankNode]
) -> Iterator[Triple]:
    """Yield a shapes graph in which only some shapes have targets."""
    for triple in shapes.triples:
        if triple.subject in nodes or not is_target(triple, shapes.graph):
            yield triple


def properties_walked_back(shape: Declaration) -> frozenset[NamedNode] | None:
    """Return the properties that a shape may follow from value to subject; None: perhaps all."""
    below = list(referred_shapes(shape))
    if shape.all(SH.targetObjectsOf) or any(map(_reason_beyond_core, below)):
        return None
    paths = (each.path for each in below if each.path is not None)
    return frozenset().union(*map(walked_back, paths))


def looks_ahead_only(shape: Declaration) -> bool:
    """Return whether what a shape reads can all be reached from its focus nodes along triples."""
    return properties_walked_back(shape) == frozenset()


def _ahead_of(nodes: Iterable[Term], graph: Graph) -> Iterator[Triple]:
    found = reachable(nodes, lambda node: (triple.object for triple in graph.about(node)))
    return chain.from_iterable(map(graph.about, found))
