"""Closed shapes, and values named one by one (SHACL section 4.8)."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Set

from pyoxigraph import NamedNode

from etl.rdf.descriptions import Term
from etl.rdf.vocab import SH
from etl.shacl.constraints.model import (
    Failure,
    Finder,
    GraphFinder,
    MemberConstraint,
    SetConstraint,
    TermConstraint,
    component,
)
from etl.shacl.declarations import Declaration, name
from etl.shacl.graph import Graph
from etl.shacl.paths import Predicate


def closed(shape: Declaration) -> Iterator[SetConstraint]:
    """A value node has no properties but those named (section 4.8.1)."""
    if shape.boolean(SH.closed):
        allowed = {
            path
            for property_shape in shape.all(SH.property)
            for path in shape.graph.objects(property_shape, SH.path)
        }
        allowed.update(ignored_properties(shape))
        yield SetConstraint(
            component("Closed"),
            "expected no property but those that the shape names",
            _properties_beyond(allowed),
        )


def ignored_properties(shape: Declaration) -> tuple[NamedNode, ...]:
    """Return the properties that a closed shape allows beside those of its property shapes."""
    found = []
    for member in shape.members(SH.ignoredProperties) or ():
        if not isinstance(member, NamedNode):
            raise shape.error(SH.ignoredProperties, f"expected an IRI, found {name(member)}")
        found.append(member)
    return tuple(found)


def _properties_beyond(allowed: Set[Term]) -> GraphFinder:
    def bind(graph: Graph) -> Finder:
        def find(_: Term, values: Collection[Term]) -> Collection[Failure]:
            return [
                Failure(object_, Predicate(predicate))
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
    members = shape.members(SH["in"]) or ()
    allowed = frozenset(members)
    listed = ", ".join(map(name, members))
    yield TermConstraint(component("In"), f"expected one of {listed}", allowed.__contains__)
