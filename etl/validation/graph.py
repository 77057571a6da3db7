"""A few triples in memory, found by subject, predicate or object."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import TypeAlias

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from etl.vocab import RDF

Subject: TypeAlias = NamedNode | BlankNode | Triple
Term: TypeAlias = NamedNode | BlankNode | Literal | Triple

# A set of terms that remembers its order, so that reports come out the same every time.
Terms: TypeAlias = dict[Term, None]

_NOTHING: Mapping[NamedNode, Terms] = {}
_NO_TERMS: Terms = {}


class Graph:
    """Triples as a set: a triple given twice is held once."""

    __slots__ = ("_incoming", "outgoing")

    def __init__(self, triples: Iterable[Triple] = ()) -> None:
        outgoing: dict[Term, dict[NamedNode, Terms]] = {}
        for subject, predicate, object_ in triples:
            properties = outgoing.get(subject)
            if properties is None:
                outgoing[subject] = {predicate: {object_: None}}
                continue
            values = properties.get(predicate)
            if values is None:
                properties[predicate] = {object_: None}
            else:
                values[object_] = None
        self.outgoing = outgoing
        self._incoming: dict[NamedNode, dict[Term, Terms]] = {}

    def __iter__(self) -> Iterator[tuple[Term, NamedNode, Term]]:
        for subject, properties in self.outgoing.items():
            for predicate, values in properties.items():
                for value in values:
                    yield subject, predicate, value

    def properties(self, subject: Term) -> Mapping[NamedNode, Terms]:
        """Return the values of each property of a subject."""
        return self.outgoing.get(subject, _NOTHING)

    def objects(self, subject: Term, predicate: NamedNode) -> Collection[Term]:
        """Return the values of a property of a subject."""
        return self.outgoing.get(subject, _NOTHING).get(predicate, _NO_TERMS)

    def subjects(self, predicate: NamedNode, object_: Term) -> Collection[Term]:
        """Return the subjects that have this value for a property."""
        return self.by_object(predicate).get(object_, _NO_TERMS)

    def by_object(self, predicate: NamedNode) -> Mapping[Term, Terms]:
        """Return the subjects of each value of a property; the first call builds the index."""
        index = self._incoming.get(predicate)
        if index is None:
            index = self._incoming[predicate] = {}
            for subject, properties in self.outgoing.items():
                for value in properties.get(predicate, _NO_TERMS):
                    index.setdefault(value, {})[subject] = None
        return index

    def members(self, rdf_list: Term) -> tuple[Term, ...]:
        """Return the members of a SHACL list.

        Raises:
            ValueError: it is not well-formed, or contains itself.
        """
        members: list[Term] = []
        seen: set[Term] = set()
        while rdf_list != RDF.nil:
            first = self.objects(rdf_list, RDF.first)
            rest = self.objects(rdf_list, RDF.rest)
            if len(first) != 1 or len(rest) != 1 or rdf_list in seen:
                raise ValueError(f"{rdf_list} is not a well-formed list")
            seen.add(rdf_list)
            members.extend(first)
            (rdf_list,) = rest
        return tuple(members)
