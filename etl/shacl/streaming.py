"""Validates a graph that need not fit into memory, some focus nodes at a time.

For the focus nodes at hand, all that the shapes can read about them is copied out of the graph,
by following the shapes' own paths: forwards and backwards, and as far as they lead. So each
answer is the one that the whole graph gives.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from typing import Protocol, TypeAlias, assert_never

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from etl.process.garbage import uncollected
from etl.process.limits import MB, memory_taken
from etl.rdf.descriptions import Description, Statement, Term, Told, described
from etl.rdf.vocab import RDF, RDFS, SH
from etl.shacl.constraints.shape_based import sibling_shapes
from etl.shacl.declarations import Declaration
from etl.shacl.engine import CompiledEngine
from etl.shacl.graph import Graph, reachable
from etl.shacl.paths import walk
from etl.shacl.report import Engine, ValidationResult
from etl.shacl.tables import Tables
from etl.shacl.targets import (
    ClassTarget,
    NodeTarget,
    ObjectsOfTarget,
    ShapeTarget,
    SubjectsOfTarget,
    declared_shapes,
    targets,
)

FOCUS_NODES_AT_ONCE = 1000
HELD_BYTES = 500 * MB  # of films: 2.7 million triples in the order of their nodes, 1.3 in none
_NODES_AT_ONCE = 10_000  # are held before memory is looked at again

# The parameters whose values are properties, of which a focus node's values are compared.
_PAIRS = (SH.equals, SH.disjoint, SH.lessThan, SH.lessThanOrEquals)

_Subject: TypeAlias = NamedNode | BlankNode | Triple | None


class TripleSource(Protocol):
    """A graph, wherever it is kept, that finds triples by any of their parts."""

    def triples(
        self, subject: _Subject, predicate: NamedNode | None, object_: Term | None
    ) -> Iterator[Triple]:
        """Yield the triples that have these parts, where they are given, in a steady order."""
        ...


def validate_source(
    engine: Engine,
    source: TripleSource,
    at_once: int = FOCUS_NODES_AT_ONCE,
    held_bytes: int = HELD_BYTES,
) -> Iterator[ValidationResult]:
    """Validate a whole graph; one that takes less memory than that is held meanwhile.

    Memory grows with what is found and with what single focus nodes have around them, but not
    with the graph; unless a shape needs pySHACL, which has to have all of it at once.
    """
    few = held_in_memory(source.triples(None, None, None), held_bytes)
    if few is not None:
        yield from engine.validate(few).results
        return
    if not isinstance(engine, CompiledEngine):
        yield from engine.validate(source.triples(None, None, None)).results
        return
    for group in engine.groups:
        nodes = focus_nodes(group.targets, source, engine.hierarchy)
        while batch := dict.fromkeys(islice(nodes, at_once)):
            copy = Copy(source, engine.hierarchy)
            copy.read_all(batch)
            for declaration in group.declarations:
                copy.take(declaration, batch)
            graph = Graph(copy.copied())
            yield from group.results(graph, Tables(graph.tables(batch)))
    if engine.delegate:
        whole = chain(source.triples(None, None, None), engine.hierarchy)
        yield from engine.delegate.results(Graph(whole))


def held_in_memory(said: Iterable[Statement | Triple], most_bytes: int) -> list[Description] | None:
    """Return all that a graph says; None if that takes so much memory, or more.

    To validate it takes at most as much again; with films, a quarter to a half was measured.
    """
    found: list[Description] = []
    before, told = memory_taken(), described(said)
    with uncollected():
        while some := list(islice(told, _NODES_AT_ONCE)):
            if memory_taken() - before >= most_bytes:
                return None
            found += some
    return found


def finds_anything(engine: Engine, source: TripleSource) -> bool:
    """Return whether any shape is about anything in a graph; else it conforms and means nothing."""
    return any(True for _ in focus_nodes(_all_targets(engine), source, hierarchy_of(engine)))


def finds_anything_in(engine: Engine, told: Sequence[Description]) -> bool:
    """Say the same of what is at hand."""
    hierarchy, aims = hierarchy_of(engine), _all_targets(engine)
    for part in told[:FOCUS_NODES_AT_ONCE], told:  # the first of many mostly tell
        graph = Graph(chain(part, hierarchy))
        if any(target.focus_nodes(graph) for target in aims):
            return True
    return False


def _all_targets(engine: Engine) -> list[ShapeTarget]:
    return [found for shape in declared_shapes(engine.shapes.graph) for found in targets(shape)]


def hierarchy_of(engine: Engine) -> list[Triple]:
    """Return what the shapes graph says of classes below others."""
    return [each for each in engine.shapes.triples if each.predicate == RDFS.subClassOf]


class Copy:
    """The part of a graph that some shapes read about some nodes, copied as it is read."""

    def __init__(self, source: TripleSource, hierarchy: Sequence[Triple]) -> None:
        """Begin with nothing but the classes that the shapes graph knows."""
        self._source = source
        self._whole: dict[Term, dict[NamedNode, list[Term]]] = {}
        self._forwards: dict[tuple[Term, NamedNode], list[Triple]] = {}
        self._backwards: dict[tuple[NamedNode, Term], list[Triple]] = {}
        self._hierarchy = Graph(hierarchy)

    def copied(self) -> Iterator[Told]:
        """Yield what has been read, and the class hierarchy of the shapes graph."""
        for subject, properties in self._whole.items():
            if not isinstance(subject, Literal):
                cells = (tuple(values) for values in properties.values())
                yield subject, tuple(properties), tuple(cells)
        yield from chain.from_iterable(self._forwards.values())
        yield from chain.from_iterable(self._backwards.values())
        yield from self._hierarchy

    def read_all(self, subjects: Iterable[Term]) -> None:
        """Read all that is said of some nodes, of which many properties will be asked."""
        for subject in subjects:
            if subject not in self._whole:
                found = self._whole[subject] = {}
                if not isinstance(subject, Literal):
                    for triple in self._source.triples(subject, None, None):
                        found.setdefault(triple.predicate, []).append(triple.object)

    def objects(self, subject: Term, predicate: NamedNode) -> Collection[Term]:
        """Return the values of a property of a subject."""
        found = self._objects(subject, predicate)
        if predicate == RDFS.subClassOf:
            return [*found, *self._hierarchy.objects(subject, predicate)]
        return found

    def _objects(self, subject: Term, predicate: NamedNode) -> Collection[Term]:
        whole = self._whole.get(subject)
        if whole is not None:
            return whole.get(predicate, ())
        if isinstance(subject, Literal):
            return ()
        key = subject, predicate
        if key not in self._forwards:
            self._forwards[key] = list(self._source.triples(subject, predicate, None))
        return [triple.object for triple in self._forwards[key]]

    def subjects(self, predicate: NamedNode, object_: Term) -> Collection[Term]:
        """Return the subjects that have this value for a property."""
        key = predicate, object_
        if key not in self._backwards:
            self._backwards[key] = list(self._source.triples(None, predicate, object_))
        found: list[Term] = [triple.subject for triple in self._backwards[key]]
        if predicate == RDFS.subClassOf:
            found.extend(self._hierarchy.subjects(predicate, object_))
        return found

    def take(self, shape: Declaration, nodes: Iterable[Term]) -> None:
        """Copy all that a shape, and the shapes it refers to, read about some nodes."""
        if shape.is_deactivated:
            return
        nodes = list(nodes)
        values = nodes
        if shape.path is not None:
            follow = walk(shape.path)
            values = list({end: None for node in nodes for end in follow(self, node)})
        if any(map(shape.all, _PAIRS)):
            self.read_all(nodes)
        if shape.all(SH["class"]):
            self._take_classes(values)
        if shape.all(SH.closed):
            self.read_all(values)
        for below in _referred(shape):
            self.take(Declaration(below, shape.graph), values)

    def _take_classes(self, nodes: Iterable[Term]) -> None:
        types = {type_: None for node in nodes for type_ in self.objects(node, RDF.type)}
        reachable(types, lambda class_: self.objects(class_, RDFS.subClassOf))


def _referred(shape: Declaration) -> Iterator[NamedNode | BlankNode]:
    for parameter, node in shape.shapes():
        yield node
        if parameter == SH.qualifiedValueShape:
            yield from sibling_shapes(shape, node)


@dataclass(frozen=True, slots=True)
class _Ends:
    """The subjects, or the objects, of the triples that have a predicate and maybe an object."""

    predicate: NamedNode
    object_: Term | None = None
    of_objects: bool = False

    def nodes(self, source: TripleSource) -> Iterator[Term]:
        """Yield each of them once: at the first of its triples."""
        for triple in source.triples(None, self.predicate, self.object_):
            node = triple.object if self.of_objects else triple.subject
            if self.object_ is not None or self._first(source, node) == triple:
                yield node

    def has(self, source: TripleSource, node: Term) -> bool:
        """Return whether a node is one of them."""
        return self._first(source, node) is not None

    def _first(self, source: TripleSource, node: Term) -> Triple | None:
        if self.of_objects:
            return next(source.triples(None, self.predicate, node), None)
        if isinstance(node, Literal):
            return None
        return next(source.triples(node, self.predicate, self.object_), None)


@dataclass(frozen=True, slots=True)
class _Node:
    """A node that a shape names, whether or not it is in the graph."""

    node: Term

    def nodes(self, _: TripleSource) -> Iterator[Term]:
        """Yield it."""
        yield self.node

    def has(self, _: TripleSource, node: Term) -> bool:
        """Return whether a node is it."""
        return node == self.node


def focus_nodes(
    found: Iterable[ShapeTarget], source: TripleSource, hierarchy: Sequence[Triple] = ()
) -> Iterator[Term]:
    """Yield each node that some targets lead to once, without keeping those that were given."""
    classes = Copy(source, hierarchy)
    several = [each for target in found for each in _single(target, classes)]
    for place, single in enumerate(several):
        for node in single.nodes(source):
            if not any(earlier.has(source, node) for earlier in several[:place]):
                yield node


def _single(target: ShapeTarget, classes: Copy) -> Iterator[_Ends | _Node]:
    match target:
        case NodeTarget(node):
            yield _Node(node)
        case ClassTarget(class_):
            for below in reachable([class_], lambda c: classes.subjects(RDFS.subClassOf, c)):
                yield _Ends(RDF.type, below)
        case SubjectsOfTarget(predicate):
            yield _Ends(predicate)
        case ObjectsOfTarget(predicate):
            yield _Ends(predicate, of_objects=True)
        case _:
            assert_never(target)
