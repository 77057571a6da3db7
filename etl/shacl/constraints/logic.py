"""Shapes combined by not, and, or, and exactly one (SHACL section 4.6)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence, Set
from dataclasses import replace
from typing import TypeAlias

from pyoxigraph import NamedNode

from etl.rdf.descriptions import Term
from etl.rdf.vocab import SH
from etl.shacl.constraints.model import (
    CheckedShape,
    Screen,
    ShapeLookup,
    TermConstraint,
    TermTest,
    TextTest,
    ValueConstraint,
    component,
    every,
    one_by_one,
)
from etl.shacl.declarations import Declaration, name
from etl.shacl.graph import Graph

LogicalConstraint: TypeAlias = TermConstraint | ValueConstraint
# Makes one test of those of several shapes.
Combination: TypeAlias = Callable[[Sequence[TermTest]], TermTest]


def not_(shape: Declaration, lookup: ShapeLookup) -> Iterator[LogicalConstraint]:
    """No value node conforms to a shape (section 4.6.1)."""
    for node in shape.all(SH["not"]):
        unwanted = [lookup(shape.shape(SH["not"], node))]
        message = f"expected a value that does not conform to {name(node)}"
        yield _constraint(component("Not"), message, _none, unwanted)


def and_(shape: Declaration, lookup: ShapeLookup) -> Iterator[LogicalConstraint]:
    """Each value node conforms to all of some shapes (section 4.6.2)."""
    for shapes in _lists(shape, SH["and"], lookup):
        message = f"expected a value that conforms to all {len(shapes)} shapes"
        yield _constraint(component("And"), message, every, shapes, _suspects_of_any(shapes))


def or_(shape: Declaration, lookup: ShapeLookup) -> Iterator[LogicalConstraint]:
    """Each value node conforms to one or more of some shapes (section 4.6.3)."""
    for shapes in _lists(shape, SH["or"], lookup):
        message = f"expected a value that conforms to one of {len(shapes)} shapes"
        yield _constraint(component("Or"), message, _some, shapes, _suspects_of_all(shapes))


def xone(shape: Declaration, lookup: ShapeLookup) -> Iterator[LogicalConstraint]:
    """Each value node conforms to exactly one of some shapes (section 4.6.4)."""
    for shapes in _lists(shape, SH.xone, lookup):
        message = f"expected a value that conforms to exactly one of {len(shapes)} shapes"
        yield _constraint(component("Xone"), message, _exactly_one, shapes)


def _constraint(
    component: NamedNode,
    message: str,
    combine: Combination,
    shapes: Sequence[CheckedShape],
    screen: Screen | None = None,
) -> LogicalConstraint:
    """Combine shapes; where none of them looks beyond the value node, nor does what they make."""
    accepts = [shape.accepts for shape in shapes if shape.accepts is not None]
    if len(accepts) == len(shapes):
        return TermConstraint(component, message, combine(accepts))

    def test(graph: Graph) -> TermTest:
        return combine([shape.conforms(graph) for shape in shapes])

    return ValueConstraint(component, message, test, screen or one_by_one(test))


def _none(tests: Sequence[TermTest]) -> TermTest:
    (test,) = tests
    if isinstance(test, TextTest):
        return replace(test, negated=not test.negated)
    return lambda value: not test(value)


def _some(tests: Sequence[TermTest]) -> TermTest:
    def accepts(value: Term) -> bool:
        for test in tests:  # noqa: SIM110 - a loop takes half the time of any()
            if test(value):
                return True
        return False

    return accepts


def _exactly_one(tests: Sequence[TermTest]) -> TermTest:
    return lambda value: sum(test(value) for test in tests) == 1


def _suspects_of_any(shapes: Sequence[CheckedShape]) -> Screen:
    def screen(graph: Graph, nodes: Collection[Term]) -> Set[Term]:
        return {node for shape in shapes for node in shape.suspects(graph, nodes)}

    return screen


def _suspects_of_all(shapes: Sequence[CheckedShape]) -> Screen:
    """Ask each shape only about the nodes that all shapes before it suspect."""

    def screen(graph: Graph, nodes: Collection[Term]) -> Set[Term]:
        for shape in shapes:
            nodes = shape.suspects(graph, nodes)
        return set(nodes)

    return screen


def _lists(
    shape: Declaration, parameter: NamedNode, lookup: ShapeLookup
) -> Iterator[list[CheckedShape]]:
    for members in shape.lists(parameter):
        yield [lookup(shape.shape(parameter, member)) for member in members]
