"""What a constraint is: a component of the standard with the test that it stands for.

A test that needs the data comes in two steps: it takes a data graph first and gives what tests
the nodes of that graph, so that what is the same for all nodes is done once.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence, Set
from dataclasses import dataclass
from itertools import filterfalse
from typing import Protocol, TypeAlias

from pyoxigraph import BlankNode, Literal, NamedNode

from etl.rdf.descriptions import Term
from etl.rdf.vocab import SH
from etl.shacl.graph import Graph
from etl.shacl.paths import PropertyPath
from etl.shacl.report import ValidationResult


@dataclass(frozen=True, slots=True)
class TextTest:
    """Tests a term by its text: a literal's form, or an IRI. A blank node has none, and fails.

    Turned round (`negated`), it accepts exactly what it would refuse.
    """

    holds: Callable[[str], object]
    negated: bool = False

    def __call__(self, term: Term) -> bool:
        """Return whether a term passes."""
        passes = isinstance(term, Literal | NamedNode) and bool(self.holds(term.value))
        return passes is not self.negated

    def refused(self, texts: Iterable[str]) -> Iterator[str]:
        """Pick the texts that do not pass, of terms that have one."""
        return filter(self.holds, texts) if self.negated else filterfalse(self.holds, texts)


@dataclass(frozen=True, slots=True)
class DatatypeTest:
    """Tests whether a term is a literal of a datatype, and well-formed if that can be told."""

    iri: NamedNode
    form: TextTest | None

    def __call__(self, term: Term) -> bool:
        """Return whether a term passes."""
        return (
            isinstance(term, Literal)
            and term.datatype == self.iri
            and (self.form is None or self.form(term))
        )


@dataclass(frozen=True, slots=True)
class Failure:
    """What is at fault: a value, or none in particular.

    `path` is there where it is not the shape's, `detail` where there is more to be said.
    """

    value: Term | None = None
    path: PropertyPath | None = None
    detail: tuple[ValidationResult, ...] = ()


# Tests one term; compares value nodes with those of another property; looks at a focus node and
# its value nodes; and the first and the last for a given graph.
TermTest: TypeAlias = Callable[[Term], bool]
Comparing: TypeAlias = Callable[[Collection[Term], Collection[Term]], Collection[Failure]]
Finder: TypeAlias = Callable[[Term, Collection[Term]], Collection[Failure]]
GraphTest: TypeAlias = Callable[[Graph], TermTest]
GraphFinder: TypeAlias = Callable[[Graph], Finder]
# Picks, out of many nodes, those that may not conform; those it leaves out do.
Screen: TypeAlias = Callable[[Graph, Collection[Term]], Set[Term]]
Detail: TypeAlias = Callable[[Graph, Term], Iterable[ValidationResult]]


class CheckedShape(Protocol):
    """A shape that is ready to be asked about nodes: about one, or about many at once.

    `accepts` is there where the shape looks at nothing but the node itself.
    """

    conforms: GraphTest
    accepts: TermTest | None

    def suspects(self, graph: Graph, nodes: Collection[Term]) -> Set[Term]:
        """Return the nodes that may not conform; the others do."""

    def results(self, graph: Graph, focus_node: Term) -> Iterator[ValidationResult]:
        """Yield what is wrong with a focus node."""


# How a constraint finds the shapes that its parameters name.
ShapeLookup: TypeAlias = Callable[[NamedNode | BlankNode], CheckedShape]


@dataclass(frozen=True, slots=True)
class CountConstraint:
    """How many value nodes there must be, or may be."""

    component: NamedNode
    message: str
    least: int = 0
    most: int = sys.maxsize

    def findings(self, _: Graph, __: Term, values: Collection[Term]) -> Iterator[Failure]:
        """Yield a finding if there are too few or too many."""
        if not self.least <= len(values) <= self.most:
            yield Failure()


@dataclass(frozen=True, slots=True)
class MemberConstraint:
    """What must be among the value nodes."""

    component: NamedNode
    message: str
    member: Term

    def findings(self, _: Graph, __: Term, values: Collection[Term]) -> Iterator[Failure]:
        """Yield a finding if it is not."""
        if self.member not in values:
            yield Failure()


@dataclass(frozen=True, slots=True)
class KindConstraint:
    """Which kinds of terms the value nodes may be."""

    component: NamedNode
    message: str
    kinds: frozenset[type[Term]]

    def findings(self, _: Graph, __: Term, values: Collection[Term]) -> Iterator[Failure]:
        """Yield a finding for each value node of another kind."""
        return (Failure(value) for value in values if type(value) not in self.kinds)


@dataclass(frozen=True, slots=True)
class TermConstraint:
    """What each value node must fulfil, whatever the data say about it.

    `detail` says more about a value node that does not fulfil it.
    """

    component: NamedNode
    message: str
    accepts: TermTest
    detail: Detail | None = None

    def findings(self, graph: Graph, _: Term, values: Collection[Term]) -> Iterator[Failure]:
        """Yield a finding for each value node that does not fulfil it."""
        return _findings(graph, values, self.accepts, self.detail)


@dataclass(frozen=True, slots=True)
class ValueConstraint:
    """What each value node must fulfil in the light of the data.

    `screen` does what `test` does for many nodes at once; `detail` says more about a value node
    that does not fulfil it.
    """

    component: NamedNode
    message: str
    test: GraphTest
    screen: Screen
    detail: Detail | None = None

    def findings(self, graph: Graph, _: Term, values: Collection[Term]) -> Iterator[Failure]:
        """Yield a finding for each value node that does not fulfil it."""
        return _findings(graph, values, self.test(graph), self.detail)


@dataclass(frozen=True, slots=True)
class PairConstraint:
    """How the value nodes must relate to the values of another property of the focus node."""

    component: NamedNode
    message: str
    other: NamedNode
    compare: Comparing

    def findings(self, graph: Graph, node: Term, values: Collection[Term]) -> Collection[Failure]:
        """Return what is at fault."""
        return self.compare(values, graph.objects(node, self.other))


@dataclass(frozen=True, slots=True)
class QualifiedConstraint:
    """How many value nodes that pass a test there must be, or may be."""

    component: NamedNode
    message: str
    counts: GraphTest
    least: int = 0
    most: int = sys.maxsize

    def findings(self, graph: Graph, node: Term, values: Collection[Term]) -> Iterator[Failure]:
        """Yield a finding if there are too few or too many."""
        if self.miscounts(self.counts(graph), node, values):
            yield Failure()

    def miscounts(self, counts: TermTest, _: Term, values: Collection[Term]) -> bool:
        """Return whether there are too few or too many."""
        return not self.least <= sum(map(counts, values)) <= self.most


@dataclass(frozen=True, slots=True)
class SetConstraint:
    """What all value nodes of a focus node must fulfil together."""

    component: NamedNode
    message: str
    finder: GraphFinder

    def findings(self, graph: Graph, node: Term, values: Collection[Term]) -> Collection[Failure]:
        """Return what is at fault."""
        return self.finder(graph)(node, values)


Constraint: TypeAlias = (
    CountConstraint
    | MemberConstraint
    | KindConstraint
    | TermConstraint
    | ValueConstraint
    | PairConstraint
    | QualifiedConstraint
    | SetConstraint
)


def _findings(
    graph: Graph, values: Collection[Term], accepts: TermTest, detail: Detail | None
) -> Iterator[Failure]:
    for value in values:
        if not accepts(value):
            yield Failure(value, detail=tuple(detail(graph, value)) if detail else ())


def one_by_one(test: GraphTest) -> Screen:
    """Make a screen that tests each node."""

    def screen(graph: Graph, nodes: Collection[Term]) -> Set[Term]:
        return set(filterfalse(test(graph), nodes))

    return screen


def every(tests: Sequence[TermTest]) -> TermTest:
    """Make one test of several, all of which a term must pass."""
    if len(tests) == 1:
        return tests[0]

    def accepts(term: Term) -> bool:
        for test in tests:  # noqa: SIM110 - a loop takes half the time of all()
            if not test(term):
                return False
        return True

    return accepts


def in_any_graph(find: Finder) -> GraphFinder:
    """Make a finder that needs no data one for each graph."""
    return lambda _: find


def component(local_name: str) -> NamedNode:
    """Return the IRI of a constraint component of the standard."""
    return NamedNode(f"{SH.iri}{local_name}ConstraintComponent")
