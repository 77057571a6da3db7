"""A few triples in memory, found by subject, predicate or object."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import TypeAlias, TypeVar

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from etl.vocab import RDF, RDFS

Term: TypeAlias = NamedNode | BlankNode | Literal | Triple

# A set of terms that remembers its order, so that reports come out the same every time.
Terms: TypeAlias = dict[Term, None]

Properties: TypeAlias = Mapping[NamedNode, Collection[Term]]

AnyNode = TypeVar("AnyNode", bound=Term)

_TYPE = RDF.type
_SUBCLASS_OF = RDFS.subClassOf
_NO_TERMS: Collection[Term] = ()
_FEW = 32


class Graph:
    """Triples as a set: a triple given twice is held once.

    It keeps the triples as they came, by subject, and takes a subject's apart when asked: to hold
    on to the terms of all would take longer than to make them again.
    """

    def __init__(self, triples: Iterable[Triple] = (), indexed: Iterable[NamedNode] = ()) -> None:
        """Take in triples; the subjects of some predicates' values are indexed on the way."""
        by_subject: dict[Term, list[Triple]] = {}
        by_object: dict[NamedNode, dict[Term, Terms]] = {_TYPE: {}, _SUBCLASS_OF: {}}
        by_object.update((predicate, {}) for predicate in indexed)
        last: Term | None = None
        about: list[Triple] = []
        for triple in triples:
            subject = triple.subject
            if subject != last:
                last = subject
                about = by_subject.setdefault(subject, [])
            about.append(triple)
            index = by_object.get(triple.predicate)
            if index is not None:
                index.setdefault(triple.object, {})[subject] = None
        self._by_subject = by_subject
        self._by_object = by_object
        self._subclasses: dict[Term, Terms] = {}
        self._instances: dict[Term, Terms] = {}
        self._of_many: dict[Term, Properties] = {}
        self._latest: tuple[Term | None, Properties] = (None, {})

    def __iter__(self) -> Iterator[Triple]:
        for subject in self._by_subject:
            yield from self.about(subject)

    def about(self, subject: Term) -> Iterable[Triple]:
        """Return the triples of a subject."""
        return dict.fromkeys(self._by_subject.get(subject, ()))

    def properties(self, subject: Term) -> Properties:
        """Return the values of each property of a subject.

        Only the latest answer, and those with many triples, are kept for the next call.
        """
        latest, properties = self._latest
        if subject is not latest:
            properties = self._of_many.get(subject) or self._take_apart(subject)
            self._latest = (subject, properties)
        return properties

    def _take_apart(self, subject: Term) -> Properties:
        properties: dict[NamedNode, Terms] = {}
        triples = self._by_subject.get(subject, ())
        for triple in triples:
            predicate = triple.predicate
            values = properties.get(predicate)
            if values is None:
                properties[predicate] = {triple.object: None}
            else:
                values[triple.object] = None
        if len(triples) > _FEW:
            self._of_many[subject] = properties
        return properties

    def objects(self, subject: Term, predicate: NamedNode) -> Collection[Term]:
        """Return the values of a property of a subject."""
        latest, properties = self._latest
        if subject is latest:
            return properties.get(predicate, _NO_TERMS)
        triples = self._by_subject.get(subject, ())
        if len(triples) > _FEW:
            return self.properties(subject).get(predicate, _NO_TERMS)
        return {triple.object: None for triple in triples if triple.predicate == predicate}

    def subjects(self, predicate: NamedNode, object_: Term) -> Collection[Term]:
        """Return the subjects that have this value for a property."""
        return self.by_object(predicate).get(object_, _NO_TERMS)

    def subjects_of(self, predicate: NamedNode) -> Terms:
        """Return the subjects that have some value for a property."""
        return {
            triple.subject: None
            for triples in self._by_subject.values()
            for triple in triples
            if triple.predicate == predicate
        }

    def by_object(self, predicate: NamedNode) -> Mapping[Term, Terms]:
        """Return the subjects of each value of a property; the first call builds the index."""
        index = self._by_object.get(predicate)
        if index is None:
            index = self._by_object[predicate] = {}
            for triples in self._by_subject.values():
                for triple in triples:
                    if triple.predicate == predicate:
                        index.setdefault(triple.object, {})[triple.subject] = None
        return index

    def subclasses(self, class_: Term) -> Terms:
        """Return a class and all classes below it."""
        found = self._subclasses.get(class_)
        if found is None:
            below = self.by_object(_SUBCLASS_OF)
            found = reachable(class_, lambda term: below.get(term, ()))
            self._subclasses[class_] = found
        return found

    def instances(self, class_: Term) -> Terms:
        """Return the instances of a class and of all classes below it."""
        found = self._instances.get(class_)
        if found is None:
            by_type = self.by_object(_TYPE)
            found = {
                instance: None
                for subclass in self.subclasses(class_)
                for instance in by_type.get(subclass, _NO_TERMS)
            }
            self._instances[class_] = found
        return found

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


def reachable(start: AnyNode, step: Callable[[AnyNode], Iterable[AnyNode]]) -> dict[AnyNode, None]:
    """Return a node and all that repeated steps lead to."""
    found = {start: None}
    waiting = [start]
    while waiting:
        for node in step(waiting.pop()):
            if node not in found:
                found[node] = None
                waiting.append(node)
    return found
