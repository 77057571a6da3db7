"""Says quickly whether a node conforms, by asking as little as will do.

Most nodes do conform. So property shapes with the same predicate are asked together, its values
are looked up once, and what depends on a term alone is remembered for terms that come again.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection, Iterable, Set
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias, assert_never

from pyoxigraph import NamedNode

from etl.validation.constraints.model import (
    Constraint,
    CountConstraint,
    GraphFinder,
    GraphTest,
    MemberConstraint,
    SetConstraint,
    TermConstraint,
    TermTest,
    ValueConstraint,
)
from etl.validation.graph import Graph, Term
from etl.validation.paths import Predicate, PropertyPath, walk, walked_backwards

# Says whether a focus node and its value nodes fulfil all demands.
Screen: TypeAlias = Callable[[Term, Collection[Term]], bool]

_REMEMBERED_TERMS = 4096


@dataclass(frozen=True, slots=True)
class Demands:
    """All that one shape, or several, ask of the same value nodes."""

    least: int = 0
    most: int = sys.maxsize
    members: tuple[Term, ...] = ()
    term_tests: tuple[TermTest, ...] = ()
    graph_tests: tuple[GraphTest, ...] = ()
    finders: tuple[GraphFinder, ...] = ()

    def __or__(self, other: Demands) -> Demands:
        return Demands(
            max(self.least, other.least),
            min(self.most, other.most),
            self.members + other.members,
            self.term_tests + other.term_tests,
            self.graph_tests + other.graph_tests,
            self.finders + other.finders,
        )

    @property
    def only_member(self) -> Term | None:
        """What must be among the value nodes, if nothing else is asked."""
        if len(self.members) == 1 and self == Demands(members=self.members):
            return self.members[0]
        return None


def demand(constraint: Constraint) -> Demands:
    """Put a constraint among the demands."""
    match constraint:
        case CountConstraint(least=least, most=most):
            return Demands(least, sys.maxsize if most is None else most)
        case MemberConstraint(member=member):
            return Demands(members=(member,))
        case TermConstraint(accepts=accepts):
            return Demands(term_tests=(accepts,))
        case ValueConstraint(test=test):
            return Demands(graph_tests=(test,))
        case SetConstraint(finder=finder):
            return Demands(finders=(finder,))
        case _:
            assert_never(constraint)


def term_screen(demands: Demands) -> TermTest | None:
    """Make the test of a node shape, if the node alone decides."""
    if demands.graph_tests or demands.finders:
        return None
    return _all_of((*map(_is, demands.members), *demands.term_tests))


def node_screen(demands: Demands) -> GraphTest:
    """Make the test of a node shape, whose only value node is the focus node itself."""
    accepts = term_screen(demands)
    if accepts is not None:
        return lambda _: accepts
    term_tests = (*map(_is, demands.members), *demands.term_tests)

    def bind(graph: Graph) -> TermTest:
        tests = (*term_tests, *(test(graph) for test in demands.graph_tests))
        finders = tuple(finder(graph) for finder in demands.finders)

        def conforms(node: Term) -> bool:
            for find in finders:
                if find(node, (node,)):
                    return False
            for test in tests:  # noqa: SIM110 - a loop takes half the time of all()
                if not test(node):
                    return False
            return True

        return conforms

    return bind


def property_screen(path: PropertyPath, demands: Demands) -> GraphTest:
    """Make the test of a property shape."""
    member = demands.only_member
    if isinstance(path, Predicate) and member is not None:
        # Which nodes have a certain value is one look into the index.
        return lambda graph: graph.subjects(path.iri, member).__contains__
    bind_holds = _screen(demands)
    steps = walk(path)

    def bind(graph: Graph) -> TermTest:
        holds = bind_holds(graph)
        return lambda node: holds(node, steps(graph, node))

    return bind


def properties_screen(demands: Iterable[tuple[NamedNode, Demands]]) -> GraphTest:
    """Make the test of several property shapes, each with a predicate as its path."""
    merged: dict[NamedNode, Demands] = {}
    for predicate, more in demands:
        merged[predicate] = merged.get(predicate, Demands()) | more
    screens = [
        (predicate, bool(all_.least or all_.members or all_.finders), _screen(all_))
        for predicate, all_ in merged.items()
    ]

    def bind(graph: Graph) -> TermTest:
        bound = tuple((predicate, needed, screen(graph)) for predicate, needed, screen in screens)

        def conforms(node: Term) -> bool:
            properties = graph.properties(node)
            for predicate, needed, holds in bound:
                values = properties.get(predicate)
                if values is not None:
                    if not holds(node, values):
                        return False
                elif needed and not holds(node, ()):
                    return False
            return True

        return conforms

    return bind


def looked_up(path: PropertyPath, demands: Demands) -> Set[NamedNode]:
    """Return the predicates whose subjects a property shape asks for, given their values."""
    if isinstance(path, Predicate):
        return frozenset() if demands.only_member is None else frozenset({path.iri})
    return walked_backwards(path)


def _screen(demands: Demands) -> Callable[[Graph], Screen]:
    least, most, members = demands.least, demands.most, demands.members
    term_tests = (_all_of(demands.term_tests),) if demands.term_tests else ()

    def bind(graph: Graph) -> Screen:
        tests = (*term_tests, *(test(graph) for test in demands.graph_tests))
        finders = tuple(finder(graph) for finder in demands.finders)

        def holds(node: Term, values: Collection[Term]) -> bool:
            if not least <= len(values) <= most:
                return False
            for member in members:
                if member not in values:
                    return False
            for find in finders:
                if find(node, values):
                    return False
            for test in tests:
                for value in values:
                    if not test(value):
                        return False
            return True

        return holds

    return bind


def _is(member: Term) -> TermTest:
    return lambda term: term == member


def _all_of(tests: tuple[TermTest, ...]) -> TermTest:
    """Make one test of many, which remembers the terms that it was asked about of late."""
    if len(tests) == 1:
        return tests[0]

    @lru_cache(_REMEMBERED_TERMS)
    def accepts(term: Term) -> bool:
        for test in tests:  # noqa: SIM110 - a loop takes half the time of all()
            if not test(term):
                return False
        return True

    return accepts
