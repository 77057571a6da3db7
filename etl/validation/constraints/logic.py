"""Shapes combined by not, and, or, and exactly one (SHACL section 4.6)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence, Set

from pyoxigraph import NamedNode

from etl.validation.constraints.model import (
    CheckedShape,
    GraphTest,
    Screen,
    ShapeLookup,
    TermTest,
    ValueConstraint,
    component,
    every,
    one_by_one,
)
from etl.validation.declarations import Declaration, name
from etl.validation.graph import Graph, Term, Terms
from etl.vocab import SH


def not_(shape: Declaration, lookup: ShapeLookup) -> Iterator[ValueConstraint]:
    """No value node conforms to a shape (section 4.6.1)."""
    for node in shape.all(SH["not"]):
        unwanted = lookup(shape.shape(SH["not"], node))
        test = _combined(_none, [unwanted])
        message = f"expected a value that does not conform to {name(node)}"
        yield ValueConstraint(component("Not"), message, test, one_by_one(test))


def and_(shape: Declaration, lookup: ShapeLookup) -> Iterator[ValueConstraint]:
    """Each value node conforms to all of some shapes (section 4.6.2)."""
    for shapes in _lists(shape, SH["and"], lookup):
        message = f"expected a value that conforms to all {len(shapes)} shapes"
        yield ValueConstraint(
            component("And"), message, _combined(every, shapes), _suspects_of_any(shapes)
        )


def or_(shape: Declaration, lookup: ShapeLookup) -> Iterator[ValueConstraint]:
    """Each value node conforms to one or more of some shapes (section 4.6.3)."""
    for shapes in _lists(shape, SH["or"], lookup):
        message = f"expected a value that conforms to one of {len(shapes)} shapes"
        yield ValueConstraint(
            component("Or"), message, _combined(_some, shapes), _suspects_of_all(shapes)
        )


def xone(shape: Declaration, lookup: ShapeLookup) -> Iterator[ValueConstraint]:
    """Each value node conforms to exactly one of some shapes (section 4.6.4)."""
    for shapes in _lists(shape, SH.xone, lookup):
        message = f"expected a value that conforms to exactly one of {len(shapes)} shapes"
        test = _combined(_exactly_one, shapes)
        yield ValueConstraint(component("Xone"), message, test, one_by_one(test))


def _none(tests: Sequence[TermTest]) -> TermTest:
    (test,) = tests
    return lambda value: not test(value)


def _some(tests: Sequence[TermTest]) -> TermTest:
    return lambda value: any(test(value) for test in tests)


def _exactly_one(tests: Sequence[TermTest]) -> TermTest:
    return lambda value: sum(test(value) for test in tests) == 1


def _combined(
    combine: Callable[[Sequence[TermTest]], TermTest], shapes: Sequence[CheckedShape]
) -> GraphTest:
    return lambda graph: combine([shape.conforms(graph) for shape in shapes])


def _suspects_of_any(shapes: Sequence[CheckedShape]) -> Screen:
    def screen(graph: Graph, nodes: Terms) -> Set[Term]:
        return {node for shape in shapes for node in shape.suspects(graph, nodes)}

    return screen


def _suspects_of_all(shapes: Sequence[CheckedShape]) -> Screen:
    """Ask each shape only about the nodes that all shapes before it suspect."""

    def screen(graph: Graph, nodes: Terms) -> Set[Term]:
        for shape in shapes:
            nodes = dict.fromkeys(shape.suspects(graph, nodes))
        return nodes.keys()

    return screen


def _lists(
    shape: Declaration, parameter: NamedNode, lookup: ShapeLookup
) -> Iterator[list[CheckedShape]]:
    for members in shape.lists(parameter):
        yield [lookup(shape.shape(parameter, member)) for member in members]
