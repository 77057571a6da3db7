"""The values of facts as terms of RDF, by their kind."""

from __future__ import annotations

from pyoxigraph import Literal, NamedNode

from etl.facts import Kind
from etl.rdf.vocab import XSD

_DATES = {4: XSD.gYear, 7: XSD.gYearMonth, 10: XSD.date}  # by their length


def term(kind: Kind, value: str) -> Literal | NamedNode:
    """Write a value of a kind as a term."""
    match kind:
        case Kind.ADDRESS:
            return NamedNode(value)
        case Kind.DURATION:
            return Literal(value, datatype=XSD.duration)
        case Kind.DATE:
            return Literal(value, datatype=_DATES[len(value)])
        case _:
            return Literal(value)
