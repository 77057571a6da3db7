"""Which nodes a shape is about (SHACL section 2.1.3)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass
from itertools import chain
from typing import TypeAlias

from pyoxigraph import BlankNode, NamedNode, Triple

from etl.rdf.descriptions import Term
from etl.rdf.vocab import OWL, RDF, RDFS, SH
from etl.shacl.constraints.components import PARAMETERS
from etl.shacl.declarations import Declaration
from etl.shacl.graph import Graph
from etl.shacl.tables import Tables, Terms


@dataclass(frozen=True, slots=True)
class NodeTarget:
    """A node itself, whether or not the data mention it (section 2.1.3.1)."""

    node: Term

    def focus_nodes(self, _: Graph) -> Terms:
        """Return the node."""
        return {self.node: None}


@dataclass(frozen=True, slots=True)
class ClassTarget:
    """The instances of a class (sections 2.1.3.2 and 2.1.3.3)."""

    class_: Term

    def focus_nodes(self, graph: Graph) -> Terms:
        """Return the instances that a data graph has."""
        return graph.instances(self.class_)


@dataclass(frozen=True, slots=True)
class SubjectsOfTarget:
    """The subjects of a property (section 2.1.3.4)."""

    predicate: NamedNode

    def focus_nodes(self, graph: Graph) -> Terms:
        """Return the subjects that a data graph has."""
        return dict.fromkeys(graph.column(self.predicate).subjects)


@dataclass(frozen=True, slots=True)
class ObjectsOfTarget:
    """The values of a property (section 2.1.3.5)."""

    predicate: NamedNode

    def focus_nodes(self, graph: Graph) -> Terms:
        """Return the values that a data graph has."""
        return dict.fromkeys(graph.column(self.predicate).values)


ShapeTarget: TypeAlias = NodeTarget | ClassTarget | SubjectsOfTarget | ObjectsOfTarget

TARGETS = (SH.targetNode, SH.targetClass, SH.targetSubjectsOf, SH.targetObjectsOf)


def declared_shapes(graph: Graph) -> list[Declaration]:
    """Return the shapes of a shapes graph that say themselves which nodes they are about."""
    nodes: Terms = {}
    for parameter in TARGETS:
        nodes.update(dict.fromkeys(graph.column(parameter).subjects))
    for class_ in (RDFS.Class, OWL.Class):
        nodes |= graph.instances(class_)
    shapes = (Declaration(node, graph) for node in nodes if isinstance(node, NamedNode | BlankNode))
    return [shape for shape in shapes if any(targets(shape))]


def targets(shape: Declaration) -> Iterator[ShapeTarget]:
    """Yield the targets of a shape."""
    yield from map(NodeTarget, shape.all(SH.targetNode))
    yield from map(ClassTarget, shape.iris(SH.targetClass))
    if _is_class(shape) and _is_shape(shape):
        yield ClassTarget(shape.node)
    yield from map(SubjectsOfTarget, shape.iris(SH.targetSubjectsOf))
    yield from map(ObjectsOfTarget, shape.iris(SH.targetObjectsOf))


def is_target(triple: Triple, graph: Graph) -> bool:
    """Return whether a triple of a shapes graph gives its subject a target, if that is a shape."""
    if triple.predicate == RDF.type:
        return triple.object in class_types(graph)
    return triple.predicate in TARGETS


def focus_nodes(graph: Graph, found: Sequence[ShapeTarget]) -> Terms:
    """Return the nodes of a data graph that some targets lead to, each once."""
    nodes = [target.focus_nodes(graph) for target in found]
    return nodes[0] if len(nodes) == 1 else dict.fromkeys(chain.from_iterable(nodes))


def focus_nodes_by_table(graph: Graph, found: Sequence[ShapeTarget]) -> Tables:
    """Return the same nodes, those that have the same properties together."""
    match found:
        case [ClassTarget(class_)]:
            return graph.instances_by_table(class_)
        case _:
            return Tables(graph.tables(focus_nodes(graph, found)))


def _is_class(shape: Declaration) -> bool:
    """Return whether a shape is a class too, and so has its own instances as targets.

    `owl:Class` counts without anyone having to state that it is a subclass of `rdfs:Class`.
    """
    types = shape.graph.objects(shape.node, RDF.type)
    return not class_types(shape.graph).isdisjoint(types)


def class_types(graph: Graph) -> Set[Term]:
    """Return the classes of classes: what makes its instances classes in a shapes graph."""
    return graph.subclasses(RDFS.Class).keys() | graph.subclasses(OWL.Class).keys()


def _is_shape(shape: Declaration) -> bool:
    graph = shape.graph
    types = graph.objects(shape.node, RDF.type)
    if SH.NodeShape in types or SH.PropertyShape in types:
        return True
    properties = graph.properties(shape.node)
    return not PARAMETERS.union(TARGETS).isdisjoint(properties)
