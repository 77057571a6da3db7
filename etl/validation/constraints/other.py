"""Closed shapes, and values named one by one (SHACL section 4.8)."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Set

from etl.descriptions import Term
from etl.validation.constraints.model import (
    Finder,
    Finding,
    GraphFinder,
    MemberConstraint,
    SetConstraint,
    TermConstraint,
    component,
)
from etl.validation.declarations import Declaration, name
from etl.validation.graph import Graph
from etl.validation.paths import Predicate
from etl.vocab import SH


def closed(shape: Declaration) -> Iterator[SetConstraint]:
    """A value node has no properties but those named (section 4.8.1)."""
    if shape.boolean(SH.closed):
        allowed = {
            path
            for property_shape in shape.all(SH.property)
            for path in shape.graph.objects(property_shape, SH.path)
        }
        allowed.update(*shape.lists(SH.ignoredProperties))
        yield SetConstraint(
            component("Closed"),
            "expected no property but those that the shape names",
            _properties_beyond(allowed),
        )


def _properties_beyond(allowed: Set[Term]) -> GraphFinder:
    def bind(graph: Graph) -> Finder:
        def find(_: Term, values: Collection[Term]) -> Collection[Finding]:
            return [
                Finding(object_, Predicate(predicate))
                for value in values
                for predicate in graph.properties(value)
                if predicate not in allowed
                for object_ in graph.objects(value, predicate)
            ]

        return find

    return bind


def has_value(shape: Declaration) -> Iterator[MemberConstraint]:
    """One of the value nodes is this one (section 4.8.2)."""
    for value in shape.all(SH.hasValue):
        yield MemberConstraint(
            component("HasValue"), f"expected {name(value)} among the values", value
        )


def in_(shape: Declaration) -> Iterator[TermConstraint]:
    """Each value node is one of a list (section 4.8.3)."""
    for members in shape.lists(SH["in"]):
        allowed = frozenset(members)

        def test(value: Term, allowed: frozenset[Term] = allowed) -> bool:
            return value in allowed

        listed = ", ".join(map(name, members))
        yield TermConstraint(component("In"), f"expected one of {listed}", test)
