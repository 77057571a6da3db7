"""Property paths: read from a shapes graph, written as SPARQL or as triples.

Source: SHACL section 2.3.1.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from itertools import chain
from typing import Protocol, TypeAlias, assert_never

from pyoxigraph import NamedNode

from etl.rdf.descriptions import Term
from etl.rdf.vocab import RDF, SH
from etl.shacl.graph import Graph, reachable


@dataclass(frozen=True, slots=True)
class Predicate:
    """One step along a property (section 2.3.1.1)."""

    iri: NamedNode

    def __str__(self) -> str:
        return str(self.iri)


@dataclass(frozen=True, slots=True)
class Sequence:
    """One path after the other (section 2.3.1.2)."""

    steps: tuple[PropertyPath, ...]

    def __str__(self) -> str:
        return "/".join(map(_operand, self.steps))


@dataclass(frozen=True, slots=True)
class Alternative:
    """Any one of several paths (section 2.3.1.3)."""

    choices: tuple[PropertyPath, ...]

    def __str__(self) -> str:
        return "|".join(map(_operand, self.choices))


@dataclass(frozen=True, slots=True)
class Inverse:
    """A path walked backwards (section 2.3.1.4)."""

    path: PropertyPath

    def __str__(self) -> str:
        return "^" + _operand(self.path)


@dataclass(frozen=True, slots=True)
class ZeroOrMore:
    """A path repeated any number of times (section 2.3.1.5)."""

    path: PropertyPath

    def __str__(self) -> str:
        return _operand(self.path) + "*"


@dataclass(frozen=True, slots=True)
class OneOrMore:
    """A path repeated at least once (section 2.3.1.6)."""

    path: PropertyPath

    def __str__(self) -> str:
        return _operand(self.path) + "+"


@dataclass(frozen=True, slots=True)
class ZeroOrOne:
    """A path that may be left out (section 2.3.1.7)."""

    path: PropertyPath

    def __str__(self) -> str:
        return _operand(self.path) + "?"


PropertyPath: TypeAlias = (
    Predicate | Sequence | Alternative | Inverse | ZeroOrMore | OneOrMore | ZeroOrOne
)

_UNARY: dict[NamedNode, type[Inverse | ZeroOrMore | OneOrMore | ZeroOrOne]] = {
    SH.inversePath: Inverse,
    SH.zeroOrMorePath: ZeroOrMore,
    SH.oneOrMorePath: OneOrMore,
    SH.zeroOrOnePath: ZeroOrOne,
}
PARAMETERS = {kind: parameter for parameter, kind in _UNARY.items()}


def _operand(path: PropertyPath) -> str:
    return str(path) if isinstance(path, Predicate) else f"({path})"


def read_path(shapes: Graph, node: Term) -> PropertyPath:
    """Read the path that a node of a shapes graph stands for.

    Raises:
        ValueError: the node is not a well-formed path.
    """
    return _read(shapes, node, frozenset())


def _read(shapes: Graph, node: Term, above: frozenset[Term]) -> PropertyPath:
    if isinstance(node, NamedNode):
        return Predicate(node)
    if node in above:
        raise ValueError("a property path contains itself")
    above |= {node}
    if shapes.objects(node, RDF.first):
        return Sequence(_several(shapes, node, above))
    match [(p, v) for p in (SH.alternativePath, *_UNARY) for v in shapes.objects(node, p)]:
        case [(SH.alternativePath, choices)]:
            return Alternative(_several(shapes, choices, above))
        case [(parameter, inner)]:
            return _UNARY[parameter](_read(shapes, inner, above))
    raise ValueError(f"{node} is not a property path")


def _several(shapes: Graph, node: Term, above: frozenset[Term]) -> tuple[PropertyPath, ...]:
    paths = tuple(_read(shapes, member, above) for member in shapes.members(node))
    if len(paths) < 2:
        raise ValueError("a sequence or choice of property paths has at least two members")
    return paths


class Edges(Protocol):
    """A graph that can be walked."""

    def objects(self, subject: Term, predicate: NamedNode) -> Collection[Term]:
        """Return the values of a property of a subject."""

    def subjects(self, predicate: NamedNode, object_: Term) -> Collection[Term]:
        """Return the subjects that have this value for a property."""


Walk: TypeAlias = Callable[[Edges, Term], Collection[Term]]


def walk(path: PropertyPath) -> Walk:
    """Return what follows a path from a node to the set of nodes at its ends."""
    match path:
        case Predicate(iri):
            return lambda graph, node: graph.objects(node, iri)
        case Sequence(steps):
            return _walk_all(tuple(map(walk, steps)))
        case Alternative(choices):
            return _walk_any(tuple(map(walk, choices)))
        case Inverse(Predicate(iri)):
            return lambda graph, node: graph.subjects(iri, node)
        case Inverse(inner):
            return walk(_inverse(inner))
        case ZeroOrMore(inner):
            return _walk_repeatedly(walk(inner))
        case OneOrMore(inner):
            return _walk_all((walk(inner), _walk_repeatedly(walk(inner))))
        case ZeroOrOne(inner):
            return _walk_any((_stay, walk(inner)))
        case _:
            assert_never(path)


def direct(path: PropertyPath) -> tuple[NamedNode, ...] | None:
    """Return the properties whose values are where a path leads; None if it leads further."""
    match path:
        case Predicate(iri):
            return (iri,)
        case Alternative(choices):
            found = [direct(choice) for choice in choices]
            known = [predicates for predicates in found if predicates is not None]
            return tuple(chain.from_iterable(known)) if len(known) == len(found) else None
        case _:
            return None


def _inverse(path: PropertyPath) -> PropertyPath:
    """Turn a path round, so that only predicates are left to be walked backwards."""
    match path:
        case Predicate():
            return Inverse(path)
        case Sequence(steps):
            return Sequence(tuple(map(_inverse, reversed(steps))))
        case Alternative(choices):
            return Alternative(tuple(map(_inverse, choices)))
        case Inverse(inner):
            return inner
        case ZeroOrMore(inner) | OneOrMore(inner) | ZeroOrOne(inner):
            return type(path)(_inverse(inner))
        case _:
            assert_never(path)


def walked_back(path: PropertyPath) -> frozenset[NamedNode]:
    """Return the properties that a path may follow from value to subject."""
    match path:
        case Predicate():
            return frozenset()
        case Inverse(inner):
            return _predicates(inner)
        case Sequence(parts) | Alternative(parts):
            return frozenset().union(*map(walked_back, parts))
        case ZeroOrMore(inner) | OneOrMore(inner) | ZeroOrOne(inner):
            return walked_back(inner)
        case _:
            assert_never(path)


def _predicates(path: PropertyPath) -> frozenset[NamedNode]:
    match path:
        case Predicate(iri):
            return frozenset({iri})
        case Sequence(parts) | Alternative(parts):
            return frozenset().union(*map(_predicates, parts))
        case Inverse(inner) | ZeroOrMore(inner) | OneOrMore(inner) | ZeroOrOne(inner):
            return _predicates(inner)
        case _:
            assert_never(path)


def _stay(_: Edges, node: Term) -> Collection[Term]:
    return (node,)


def _walk_all(walks: tuple[Walk, ...]) -> Walk:
    def walk_all(graph: Edges, node: Term) -> Collection[Term]:
        nodes: Collection[Term] = (node,)
        for step in walks:
            if len(nodes) == 1:
                (start,) = nodes
                nodes = step(graph, start)
            else:
                nodes = {end: None for start in nodes for end in step(graph, start)}
        return nodes

    return walk_all


def _walk_any(walks: tuple[Walk, ...]) -> Walk:
    def walk_any(graph: Edges, node: Term) -> Collection[Term]:
        return {end: None for choice in walks for end in choice(graph, node)}

    return walk_any


def _walk_repeatedly(step: Walk) -> Walk:
    def walk_repeatedly(graph: Edges, node: Term) -> Collection[Term]:
        return reachable([node], lambda start: step(graph, start))

    return walk_repeatedly
