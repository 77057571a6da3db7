"""Shapes combined by not, and, or, and exactly one (SHACL section 4.6)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TypeAlias

from pyoxigraph import NamedNode

from etl.validation.constraints.model import (
    CheckedShape,
    Constraint,
    ShapeLookup,
    TermConstraint,
    TermTest,
    ValueConstraint,
    component,
)
from etl.validation.declarations import Declaration, name
from etl.validation.graph import Graph, Term
from etl.vocab import SH

# Makes one test of several.
Combination: TypeAlias = Callable[[Sequence[TermTest]], TermTest]


def not_(shape: Declaration, lookup: ShapeLookup) -> Iterator[Constraint]:
    """No value node conforms to a shape (section 4.6.1)."""
    for node in shape.all(SH["not"]):
        message = f"expected a value that does not conform to {name(node)}"
        yield _combined("Not", message, [lookup(shape.shape(SH["not"], node))], _none)


def and_(shape: Declaration, lookup: ShapeLookup) -> Iterator[Constraint]:
    """Each value node conforms to all of some shapes (section 4.6.2)."""
    for shapes in _lists(shape, SH["and"], lookup):
        message = f"expected a value that conforms to all {len(shapes)} shapes"
        yield _combined("And", message, shapes, _every)


def or_(shape: Declaration, lookup: ShapeLookup) -> Iterator[Constraint]:
    """Each value node conforms to one or more of some shapes (section 4.6.3)."""
    for shapes in _lists(shape, SH["or"], lookup):
        message = f"expected a value that conforms to one of {len(shapes)} shapes"
        yield _combined("Or", message, shapes, _some)


def xone(shape: Declaration, lookup: ShapeLookup) -> Iterator[Constraint]:
    """Each value node conforms to exactly one of some shapes (section 4.6.4)."""
    for shapes in _lists(shape, SH.xone, lookup):
        message = f"expected a value that conforms to exactly one of {len(shapes)} shapes"
        yield _combined("Xone", message, shapes, _exactly_one)


def _none(tests: Sequence[TermTest]) -> TermTest:
    (test,) = tests
    return lambda value: not test(value)


def _every(tests: Sequence[TermTest]) -> TermTest:
    def accepts(value: Term) -> bool:
        for test in tests:  # noqa: SIM110 - a loop takes half the time of all()
            if not test(value):
                return False
        return True

    return accepts


def _some(tests: Sequence[TermTest]) -> TermTest:
    def accepts(value: Term) -> bool:
        for test in tests:  # noqa: SIM110 - a loop takes half the time of any()
            if test(value):
                return True
        return False

    return accepts


def _exactly_one(tests: Sequence[TermTest]) -> TermTest:
    return lambda value: sum(test(value) for test in tests) == 1


def _lists(
    shape: Declaration, parameter: NamedNode, lookup: ShapeLookup
) -> Iterator[list[CheckedShape]]:
    for members in shape.lists(parameter):
        yield [lookup(shape.shape(parameter, member)) for member in members]


def _combined(
    component_name: str, message: str, shapes: Sequence[CheckedShape], combine: Combination
) -> Constraint:
    """Combine shapes; where a node alone decides about each, it does about them all."""
    tests = [shape.accepts for shape in shapes if shape.accepts is not None]
    if len(tests) == len(shapes):
        return TermConstraint(component(component_name), message, combine(tests))

    def test(graph: Graph) -> TermTest:
        return combine([shape.conforms(graph) for shape in shapes])

    return ValueConstraint(component(component_name), message, test)
