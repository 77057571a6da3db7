"""What shapes ask of value nodes, sorted by how it can be tested.

A test says yes or no of one node; `screening` asks about many nodes at once.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain, filterfalse
from operator import eq
from typing import TypeAlias, assert_never

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from etl.rdf.descriptions import Term
from etl.shacl.constraints.model import (
    Constraint,
    CountConstraint,
    DatatypeTest,
    GraphTest,
    KindConstraint,
    MemberConstraint,
    PairConstraint,
    QualifiedConstraint,
    Screen,
    SetConstraint,
    TermConstraint,
    TermTest,
    TextTest,
    ValueConstraint,
    every,
)
from etl.shacl.graph import Graph
from etl.shacl.paths import Predicate, PropertyPath, walk

# Picks the terms that are refused for what they are.
TermScreen: TypeAlias = Callable[[Collection[Term]], set[Term]]

_ANY_KIND: frozenset[type[Term]] = frozenset({NamedNode, BlankNode, Literal, Triple})


@dataclass(frozen=True, slots=True)
class Demands:
    """All that one shape, or several, ask of the same value nodes."""

    least: int = 0
    most: int = sys.maxsize
    members: tuple[Term, ...] = ()
    kinds: frozenset[type[Term]] = _ANY_KIND
    term_tests: tuple[TermTest, ...] = ()
    graph_tests: tuple[GraphTest, ...] = ()
    screens: tuple[Screen, ...] = ()
    pairs: tuple[PairConstraint, ...] = ()
    qualified: tuple[QualifiedConstraint, ...] = ()
    sets: tuple[SetConstraint, ...] = ()

    def __or__(self, other: Demands) -> Demands:
        return Demands(
            max(self.least, other.least),
            min(self.most, other.most),
            self.members + other.members,
            self.kinds & other.kinds,
            self.term_tests + other.term_tests,
            self.graph_tests + other.graph_tests,
            self.screens + other.screens,
            self.pairs + other.pairs,
            self.qualified + other.qualified,
            self.sets + other.sets,
        )

    def own_tests(self) -> Iterator[TermTest]:
        """Yield the tests of a value node that look at nothing but the node itself."""
        if self.kinds != _ANY_KIND:
            yield lambda term: type(term) in self.kinds
        yield from self.term_tests

    def tests(self, graph: Graph) -> Iterator[TermTest]:
        """Yield the tests of a value node in a data graph."""
        yield from self.own_tests()
        for test in self.graph_tests:
            yield test(graph)

    def agree(self, graph: Graph) -> Callable[[Term, Collection[Term]], bool]:
        """Return the test of a focus node and its value nodes all together."""
        finders: list[Callable[[Term, Collection[Term]], object]] = [
            *(partial(pair.findings, graph) for pair in self.pairs),
            *(partial(each.miscounts, each.counts(graph)) for each in self.qualified),
            *(constraint.finder(graph) for constraint in self.sets),
        ]

        def test(node: Term, values: Collection[Term]) -> bool:
            for find in finders:  # noqa: SIM110 - a loop takes half the time of any()
                if find(node, values):
                    return False
            return True

        return test


def demands(constraints: Iterable[Constraint]) -> Demands:
    """Sort constraints by what they ask for."""
    found = Demands()
    for constraint in constraints:
        match constraint:
            case CountConstraint(least=least, most=most):
                found |= Demands(least, most)
            case MemberConstraint(member=member):
                found |= Demands(members=(member,))
            case KindConstraint(kinds=kinds):
                found |= Demands(kinds=kinds)
            case TermConstraint(accepts=accepts):
                found |= Demands(term_tests=(accepts,))
            case ValueConstraint(test=test, screen=screen):
                found |= Demands(graph_tests=(test,), screens=(screen,))
            case PairConstraint():
                found |= Demands(pairs=(constraint,))
            case QualifiedConstraint():
                found |= Demands(qualified=(constraint,))
            case SetConstraint():
                found |= Demands(sets=(constraint,))
            case _:
                assert_never(constraint)
    return found


def term_test(asked: Demands) -> TermTest | None:
    """Make the test of a node by a node shape that looks at nothing else; None if it does."""
    if asked.graph_tests or asked.pairs or asked.sets:  # a node shape has no qualified ones
        return None
    return every((*_equal_to(asked.members), *asked.own_tests()))


def node_test(asked: Demands) -> GraphTest:
    """Make the test of one node by a node shape: its only value node is the node itself."""

    def bind(graph: Graph) -> TermTest:
        tests = [*_equal_to(asked.members), *asked.tests(graph)]
        if asked.pairs or asked.sets:
            agree = asked.agree(graph)
            tests.append(lambda node: agree(node, (node,)))
        return every(tests)

    return bind


def _equal_to(members: Iterable[Term]) -> Iterator[TermTest]:
    return (partial(eq, member) for member in members)


def property_test(path: PropertyPath, asked: Demands) -> GraphTest:
    """Make the test of one node by a property shape: its value nodes are where the path leads."""
    if isinstance(path, Predicate) and asked == Demands(members=asked.members[:1]):
        return _having_value(path.iri, asked.members)
    walk_from = walk(path)
    counted = asked.least > 0 or asked.most < sys.maxsize
    together = asked.pairs or asked.qualified or asked.sets

    def bind(graph: Graph) -> TermTest:
        tests = [*asked.tests(graph)]
        accepts = every(tests)
        agree = asked.agree(graph)

        def conforms(node: Term) -> bool:
            values = walk_from(graph, node)
            return (
                (not counted or asked.least <= len(values) <= asked.most)
                and (not asked.members or all(member in values for member in asked.members))
                and (not tests or all(map(accepts, values)))
                and (not together or agree(node, values))
            )

        return conforms

    return bind


def _having_value(predicate: NamedNode, members: tuple[Term, ...]) -> GraphTest:
    """Look a node up among those that have a value, if it is all that is asked."""
    if not members:
        return lambda _: lambda _: True
    return lambda graph: graph.column(predicate).by_value.get(members[0], {}).__contains__


_REMEMBERED = 10_000  # terms


def term_screen(asked: Demands) -> TermScreen:
    """Make what picks the terms that are refused for what they are.

    It remembers the terms that passed the last time: ratings, years and the like come again.
    """
    looks = [*_looks(asked.term_tests)]
    passed: set[Term] = set()

    def refused(terms: Collection[Term]) -> set[Term]:
        nonlocal passed
        found = _of_other_kinds(terms, asked.kinds)
        if looks:
            different = set(terms)
            new = list(different - passed)
            found.update(*(look(new) for look in looks))
            passed = different - found if len(different) < _REMEMBERED else set()
        return found

    return refused


def _of_other_kinds(terms: Iterable[Term], kinds: frozenset[type[Term]]) -> set[Term]:
    if kinds.issuperset(map(type, terms)):
        return set()
    return {term for term in terms if type(term) not in kinds}


def _looks(tests: Iterable[TermTest]) -> Iterator[Callable[[Sequence[Term]], Iterable[Term]]]:
    """Make what picks, of different terms, those that do not pass: all texts in one go."""
    texts: list[TextTest] = []
    for test in tests:
        match test:
            case TextTest():
                texts.append(test)
            case DatatypeTest(iri, form):
                yield partial(_of_another_datatype, iri)
                texts += () if form is None else (form,)
            case _:
                yield partial(filterfalse, test)
    if texts:
        yield partial(_with_refused_texts, texts)


def _of_another_datatype(iri: NamedNode, terms: Sequence[Term]) -> Iterator[Term]:
    datatypes = [term.datatype if isinstance(term, Literal) else None for term in terms]
    if datatypes.count(iri) < len(datatypes):
        yield from (term for term, found in zip(terms, datatypes, strict=True) if found != iri)


def _with_refused_texts(tests: Sequence[TextTest], terms: Sequence[Term]) -> Iterator[Term]:
    with_text = [term for term in terms if isinstance(term, Literal | NamedNode)]
    if len(with_text) < len(terms) and not all(test.negated for test in tests):
        yield from (term for term in terms if not isinstance(term, Literal | NamedNode))
    texts = [term.value for term in with_text]
    refused = set(chain.from_iterable(test.refused(texts) for test in tests))
    if refused:
        yield from (term for term, text in zip(with_text, texts, strict=True) if text in refused)
