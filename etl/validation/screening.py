"""Says quickly which nodes need a closer look.

Most nodes conform. So all focus nodes are screened together, one property after the other: each
value that occurs is tested once, however many nodes have it, and whole sets are compared instead
of single nodes.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Set
from dataclasses import dataclass
from functools import partial
from operator import eq
from typing import assert_never

from pyoxigraph import NamedNode

from etl.validation.constraints.model import (
    Constraint,
    CountConstraint,
    GraphFinder,
    GraphTest,
    MemberConstraint,
    Screen,
    SetConstraint,
    TermConstraint,
    TermTest,
    ValueConstraint,
    every,
    one_by_one,
)
from etl.validation.graph import Column, Graph, Term, Terms
from etl.validation.paths import Predicate, PropertyPath, all_at_once, walk


@dataclass(frozen=True, slots=True)
class Demands:
    """All that one shape, or several, ask of the same value nodes."""

    least: int = 0
    most: int = sys.maxsize
    members: tuple[Term, ...] = ()
    term_tests: tuple[TermTest, ...] = ()
    graph_tests: tuple[GraphTest, ...] = ()
    screens: tuple[Screen, ...] = ()
    finders: tuple[GraphFinder, ...] = ()

    def __or__(self, other: Demands) -> Demands:
        return Demands(
            max(self.least, other.least),
            min(self.most, other.most),
            self.members + other.members,
            self.term_tests + other.term_tests,
            self.graph_tests + other.graph_tests,
            self.screens + other.screens,
            self.finders + other.finders,
        )

    def tests(self, graph: Graph) -> tuple[TermTest, ...]:
        """Return the tests of single value nodes in a data graph."""
        return (*self.term_tests, *(test(graph) for test in self.graph_tests))


def demands(constraints: Iterable[Constraint]) -> Demands:
    """Sort constraints by what they ask for."""
    found = Demands()
    for constraint in constraints:
        match constraint:
            case CountConstraint(least=least, most=most):
                found |= Demands(least, sys.maxsize if most is None else most)
            case MemberConstraint(member=member):
                found |= Demands(members=(member,))
            case TermConstraint(accepts=accepts):
                found |= Demands(term_tests=(accepts,))
            case ValueConstraint(test=test, screen=screen):
                found |= Demands(graph_tests=(test,), screens=(screen,))
            case SetConstraint(finder=finder):
                found |= Demands(finders=(finder,))
            case _:
                assert_never(constraint)
    return found


def node_test(asked: Demands) -> GraphTest:
    """Make the test of one node by a node shape: its only value node is the node itself."""

    def bind(graph: Graph) -> TermTest:
        finders = [finder(graph) for finder in asked.finders]
        return every(
            (
                *(partial(eq, member) for member in asked.members),
                *asked.tests(graph),
                *((lambda node, find=find: not find(node, (node,))) for find in finders),
            )
        )

    return bind


def property_test(path: PropertyPath, asked: Demands) -> GraphTest:
    """Make the test of one node by a property shape: its value nodes are where the path leads."""
    if isinstance(path, Predicate) and asked == Demands(members=asked.members[:1]):
        return _having_value(path.iri, asked.members)
    walk_from = walk(path)

    def bind(graph: Graph) -> TermTest:
        accepts = every(asked.tests(graph))
        finders = [finder(graph) for finder in asked.finders]

        def conforms(node: Term) -> bool:
            values = walk_from(graph, node)
            return (
                asked.least <= len(values) <= asked.most
                and all(member in values for member in asked.members)
                and all(map(accepts, values))
                and not any(find(node, values) for find in finders)
            )

        return conforms

    return bind


def _having_value(predicate: NamedNode, members: tuple[Term, ...]) -> GraphTest:
    """Look a node up among those that have a value, if it is all that is asked."""
    if not members:
        return lambda _: lambda _: True
    return lambda graph: graph.column(predicate).by_value.get(members[0], {}).__contains__


def node_screen(asked: Demands) -> Screen:
    """Make the screen of a node shape."""
    alone = one_by_one(
        node_test(Demands(0, sys.maxsize, asked.members, asked.term_tests, finders=asked.finders))
    )

    def screen(graph: Graph, nodes: Terms) -> Set[Term]:
        found = set(alone(graph, nodes))
        for further in asked.screens:
            found.update(further(graph, nodes))
        return found

    return screen


def property_screen(path: PropertyPath, asked: Demands) -> Screen:
    """Make the screen of property shapes that all have the same path."""
    follow = all_at_once(path)
    if follow is None:
        return one_by_one(property_test(path, asked))

    def screen(graph: Graph, nodes: Terms) -> Set[Term]:
        column = follow(graph)
        found = set(_miscounted(column, nodes, asked))
        if asked.members or asked.term_tests or asked.screens:
            found.update(_with_bad_values(graph, column, nodes, asked))
        for finder in asked.finders:
            find, values_of = finder(graph), column.values_of
            found.update(node for node in nodes if find(node, values_of(node)))
        return found

    return screen


def _with_bad_values(graph: Graph, column: Column, nodes: Terms, asked: Demands) -> Iterator[Term]:
    """Yield the nodes that have a value they must not have, or lack one that they must have."""
    subjects, values = _stated(column, nodes)
    different = dict.fromkeys(values)
    bad = {value for test in asked.term_tests for value in different if not test(value)}
    for screen in asked.screens:
        bad.update(screen(graph, different))
    if bad:
        yield from _having(bad, subjects, values)
    for member in asked.members:
        yield from nodes.keys() - set(_having({member}, subjects, values))


def _miscounted(column: Column, nodes: Terms, asked: Demands) -> Iterator[Term]:
    """Yield the nodes with too few or too many values."""
    if asked.least:
        yield from nodes.keys() - column.last.keys()
    if asked.least > 1 or asked.most < 1:
        yield from column.last.keys() - column.several.keys()
    if asked.least > 1 or asked.most < sys.maxsize:
        for subject, values in column.several.items():
            if subject in nodes and not asked.least <= len(values) <= asked.most:
                yield subject


def _stated(column: Column, nodes: Terms) -> tuple[list[Term], list[Term]]:
    """Return what is stated about some nodes: the subjects, and their values in step."""
    if nodes.keys() >= column.last.keys():
        return column.subjects, column.values
    subjects: list[Term] = []
    values: list[Term] = []
    for subject, value in zip(column.subjects, column.values, strict=True):
        if subject in nodes:
            subjects.append(subject)
            values.append(value)
    return subjects, values


def _having(wanted: Set[Term], subjects: list[Term], values: list[Term]) -> Iterator[Term]:
    for subject, value in zip(subjects, values, strict=True):
        if value in wanted:
            yield subject
