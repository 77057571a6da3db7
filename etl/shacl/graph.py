"""A few triples in memory: nodes that have the same properties stand together in tables."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from itertools import chain
from typing import TypeVar

from pyoxigraph import Literal, NamedNode, Triple

from etl.rdf.descriptions import Description, Term, Told, described, merged, values_of
from etl.rdf.vocab import RDF, RDFS
from etl.shacl.tables import Column, Table, Tables, Terms, joined

# A set of terms that remembers its order, so that reports come out the same every time.

AnyNode = TypeVar("AnyNode", bound=Term)

_NO_TERMS: Collection[Term] = ()
_NOTHING: Description = (NamedNode("urn:nothing"), (), ())


class Graph:
    """Triples as a set, though they may come with repetitions.

    They are kept by subject, and subjects with the same properties together. Everything else is
    made when it is first asked for.
    """

    def __init__(self, told: Iterable[Told] = ()) -> None:
        self._nodes = _by_node(told)
        self._tables = _tables(self._nodes.items())
        self._columns: dict[NamedNode, Column] = {}
        self._subclasses: dict[Term, Terms] = {}
        self._instances: dict[Term, Terms] = {}

    def __iter__(self) -> Iterator[Triple]:
        return chain.from_iterable(map(self.about, self._nodes))

    def tables(self, nodes: Collection[Term]) -> Sequence[Table]:
        """Return the tables of some nodes; nodes without properties have one too."""
        match nodes:
            case Table():
                return (nodes,)
            case Tables():
                return nodes.parts
            case _:
                known = self._nodes
                return _tables((node, known.get(node, _NOTHING)) for node in dict.fromkeys(nodes))

    def column(self, predicate: NamedNode) -> Column:
        """Return the triples with a predicate."""
        column = self._columns.get(predicate)
        if column is None:
            columns = chain.from_iterable(table.columns(predicate) for table in self._tables)
            column = self._columns[predicate] = joined(columns)
        return column

    def objects(self, subject: Term, predicate: NamedNode) -> Collection[Term]:
        """Return the values of a property of a subject."""
        _, properties, cells = self._nodes.get(subject, _NOTHING)
        places = properties.count(predicate)
        if not places:
            return _NO_TERMS
        if places == 1:
            cell = cells[properties.index(predicate)]
            return dict.fromkeys(cell) if isinstance(cell, tuple) else (cell,)
        described = zip(properties, cells, strict=True)
        return dict.fromkeys(
            value for p, cell in described if p == predicate for value in values_of(cell)
        )

    def subjects(self, predicate: NamedNode, object_: Term) -> Collection[Term]:
        """Return the subjects that have this value for a property."""
        return self.column(predicate).by_value.get(object_, _NO_TERMS)

    def properties(self, subject: Term) -> Collection[NamedNode]:
        """Return the properties that a subject has some value for."""
        return dict.fromkeys(self._nodes.get(subject, _NOTHING)[1])

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
            found = self._instances[class_] = dict.fromkeys(self.instances_by_table(class_))
        return found

    def instances_by_table(self, class_: Term) -> Tables:
        """Return the same instances table by table; each comes once."""
        classes = self.subclasses(class_).keys()
        parts = (table.of_class(classes) for table in self._tables)
        return Tables([table for part in parts if part for table in self.tables(part)])

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


def _by_node(told: Iterable[Told]) -> dict[Term, Description]:
    """Put what is told of each node together."""
    found: dict[Term, Description] = {}
    again: list[Description] = []
    loose: list[Triple] = []
    for each in told:
        if not isinstance(each, tuple):
            loose.append(each)
        elif found.setdefault(each[0], each) != each:  # many are told again, word for word
            again.append(each)
    again += (each for each in described(loose) if found.setdefault(each[0], each) != each)
    before = [found[node] for node in dict.fromkeys(node for node, _, _ in again)]
    found.update((each[0], each) for each in merged([*before, *again]))
    return found


def _tables(rows: Iterable[tuple[Term, Description]]) -> list[Table]:
    tables: dict[tuple[NamedNode, ...], Table] = {}
    known: dict[int, Table] = {}  # by the very tuple: most come again, and hashing takes its time
    for node, (_, properties, cells) in rows:
        table = known.get(id(properties))
        if table is None:
            table = known[id(properties)] = tables.setdefault(properties, Table(properties))
        table.nodes.append(node)
        table.rows.append(cells)
    return list(tables.values())


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
