"""A few triples in memory, found by predicate, subject or object."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from functools import cached_property
from itertools import chain
from typing import TypeAlias, TypeVar

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from etl.vocab import RDF, RDFS

Term: TypeAlias = NamedNode | BlankNode | Literal | Triple

# A set of terms that remembers its order, so that reports come out the same every time.
Terms: TypeAlias = dict[Term, None]

AnyNode = TypeVar("AnyNode", bound=Term)

_NO_TERMS: Collection[Term] = ()


class Column:
    """Where a path leads: its starts and its ends in step, repetitions included.

    The path mostly is a single predicate; then these are the subjects and values of its triples.
    """

    def __init__(self, subjects: Iterable[Term] = (), values: Iterable[Term] = ()) -> None:
        self.subjects = list(subjects)
        self.values = list(values)

    def values_of(self, subject: Term) -> Collection[Term]:
        """Return the values of a subject."""
        several = self.several
        if several and subject in several:
            return several[subject]
        last = self.last.get(subject)
        return _NO_TERMS if last is None else (last,)

    @cached_property
    def last(self) -> dict[Term, Term]:
        """Each subject with the last of its values, which mostly is the only one."""
        return dict(zip(self.subjects, self.values, strict=True))

    @cached_property
    def several(self) -> dict[Term, Terms]:
        """The subjects that have several values, with all of them."""
        last = self.last
        if len(last) == len(self.subjects):
            return {}
        pairs = list(zip(self.subjects, self.values, strict=True))
        several: dict[Term, Terms] = {
            subject: {} for subject, value in pairs if value != last[subject]
        }
        for subject, value in pairs:
            if subject in several:
                several[subject][value] = None
        return several

    @cached_property
    def by_value(self) -> dict[Term, Terms]:
        """The subjects of each value."""
        index: dict[Term, Terms] = {}
        for subject, value in zip(self.subjects, self.values, strict=True):
            index.setdefault(value, {})[subject] = None
        return index


_NO_TRIPLES = Column()


class Graph:
    """Triples as a set, though they may come with repetitions.

    They are kept by predicate. The indexes are made when they are first asked for, each of one
    predicate's triples: to make them all would take longer than most validation does.
    """

    def __init__(self, triples: Iterable[Triple] = ()) -> None:
        self._columns: dict[NamedNode, Column] = {}
        self._subclasses: dict[Term, Terms] = {}
        self._instances: dict[Term, Terms] = {}
        columns = self._columns
        for subject, predicate, value in triples:
            column = columns.get(predicate)
            if column is None:
                column = columns[predicate] = Column()
            column.subjects.append(subject)
            column.values.append(value)

    def __iter__(self) -> Iterator[Triple]:
        return chain.from_iterable(map(self.about, self._by_subject))

    def column(self, predicate: NamedNode) -> Column:
        """Return the triples with a predicate."""
        return self._columns.get(predicate, _NO_TRIPLES)

    def objects(self, subject: Term, predicate: NamedNode) -> Collection[Term]:
        """Return the values of a property of a subject."""
        return self.column(predicate).values_of(subject)

    def subjects(self, predicate: NamedNode, object_: Term) -> Collection[Term]:
        """Return the subjects that have this value for a property."""
        return self.column(predicate).by_value.get(object_, _NO_TERMS)

    def properties(self, subject: Term) -> Collection[NamedNode]:
        """Return the properties that a subject has some value for."""
        return self._by_subject.get(subject, ())

    @cached_property
    def _by_subject(self) -> dict[Term, list[NamedNode]]:
        properties: dict[Term, list[NamedNode]] = {}
        for predicate, column in self._columns.items():
            for subject in column.last:
                properties.setdefault(subject, []).append(predicate)
        return properties

    def about(self, subject: Term) -> Iterator[Triple]:
        """Yield the triples of a subject; a literal has none."""
        if not isinstance(subject, Literal):
            for predicate in self.properties(subject):
                for value in self.objects(subject, predicate):
                    yield Triple(subject, predicate, value)

    def subclasses(self, class_: Term) -> Terms:
        """Return a class and all classes below it."""
        found = self._subclasses.get(class_)
        if found is None:
            below = self.column(RDFS.subClassOf).by_value
            found = reachable([class_], lambda term: below.get(term, _NO_TERMS))
            self._subclasses[class_] = found
        return found

    def instances(self, class_: Term) -> Terms:
        """Return the instances of a class and of all classes below it."""
        found = self._instances.get(class_)
        if found is None:
            by_type = self.column(RDF.type).by_value
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


def reachable(
    starts: Iterable[AnyNode], step: Callable[[AnyNode], Iterable[AnyNode]]
) -> dict[AnyNode, None]:
    """Return some nodes and all that repeated steps lead to."""
    found = dict.fromkeys(starts)
    waiting = list(found)
    while waiting:
        for node in step(waiting.pop()):
            if node not in found:
                found[node] = None
                waiting.append(node)
    return found
