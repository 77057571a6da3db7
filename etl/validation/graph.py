"""A few triples in memory: nodes that have the same properties stand together in tables."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from functools import cached_property
from itertools import chain, repeat
from typing import TypeAlias, TypeVar

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from etl.vocab import RDF, RDFS

Term: TypeAlias = NamedNode | BlankNode | Literal | Triple
# A triple, or the three terms of one: to take them out of a triple takes its time.
Statement: TypeAlias = Triple | tuple[NamedNode | BlankNode, NamedNode, Term]

# A set of terms that remembers its order, so that reports come out the same every time.
Terms: TypeAlias = dict[Term, None]

AnyNode = TypeVar("AnyNode", bound=Term)

# Where in a row the values of each property are.
Places: TypeAlias = dict[NamedNode, list[int]]

_NO_TERMS: Collection[Term] = ()
_NO_PLACES: Places = {}


class Column:
    """Some subjects and values in step, repetitions included."""

    def __init__(self, subjects: Sequence[Term], values: Sequence[Term]) -> None:
        self.subjects = subjects
        self.values = values

    def having(self, wanted: Collection[Term]) -> Iterator[Term]:
        """Yield the subjects that have one of some values."""
        for subject, value in zip(self.subjects, self.values, strict=True):
            if value in wanted:
                yield subject

    @cached_property
    def by_value(self) -> dict[Term, Terms]:
        """The subjects of each value."""
        index: dict[Term, Terms] = {}
        for subject, value in zip(self.subjects, self.values, strict=True):
            index.setdefault(value, {})[subject] = None
        return index


class Row:
    """What is stated about one node: properties, and in step with them a value of each.

    Where several values of a property follow one another, `further` has those after the first,
    by the place of the first. `places` are those of its table.
    """

    __slots__ = ("further", "places", "properties", "values")

    def __init__(self) -> None:
        self.properties: list[NamedNode] = []
        self.values: list[Term] = []
        self.further: dict[int, list[Term]] | None = None
        self.places = _NO_PLACES

    def add_further(self, value: Term) -> None:
        """Add another value of the property that was added last."""
        if self.further is None:
            self.further = {}
        self.further.setdefault(len(self.values) - 1, []).append(value)

    def objects(self, predicate: NamedNode) -> Collection[Term]:
        """Return the values of a property."""
        places = self.places.get(predicate, ())
        further = self.further
        if further is None and len(places) == 1:
            return (self.values[places[0]],)
        values = [self.values[place] for place in places]
        if further is not None:
            for place in places:
                values += further.get(place, ())
        return dict.fromkeys(values)


class Table(Collection[Term]):
    """Nodes that have the same properties: what they lack or repeat is seen at one look.

    A property has several places in it if its triples did not follow one another.
    """

    def __init__(self, places: Places) -> None:
        self.places = places
        self.nodes: list[Term] = []
        self.rows: list[Row] = []

    def __iter__(self) -> Iterator[Term]:
        return iter(self.nodes)

    def __len__(self) -> int:
        return len(self.nodes)

    def __contains__(self, node: object) -> bool:
        return node in self.nodes

    def columns(self, predicate: NamedNode) -> Iterator[Column]:
        """Yield the values of a property: one of each node, for each place; then all further."""
        for place in self.places.get(predicate, ()):
            yield Column(self.nodes, self._values[place])
        further = self.further(predicate)
        if further.subjects:
            yield further

    def further(self, predicate: NamedNode) -> Column:
        """Return the values beyond those that every node has."""
        if not self._further:
            return _NOTHING
        columns = [self._further.get(place, _NOTHING) for place in self.places.get(predicate, ())]
        return _joined(column for column in columns if column.subjects)

    def of_class(self, classes: Collection[Term]) -> Collection[Term]:
        """Return the nodes that are instances of some classes; where all are, the table."""
        found: Terms = {}
        for column, types in self._types:
            if types.issubset(classes) and column.subjects is self.nodes:
                return self
            if not types.isdisjoint(classes):
                found.update(dict.fromkeys(column.having(classes)))
        return found

    @cached_property
    def _types(self) -> list[tuple[Column, frozenset[Term]]]:
        """The columns of classes, each with the few classes in it."""
        return [(column, frozenset(column.values)) for column in self.columns(RDF.type)]

    @cached_property
    def _values(self) -> list[tuple[Term, ...]]:
        return list(zip(*(row.values for row in self.rows), strict=True))

    @cached_property
    def _further(self) -> dict[int, Column]:
        found: dict[int, tuple[list[Term], list[Term]]] = {}
        for node, row in zip(self.nodes, self.rows, strict=True):
            for place, values in row.further.items() if row.further else ():
                subjects, all_values = found.setdefault(place, ([], []))
                subjects.extend(repeat(node, len(values)))
                all_values.extend(values)
        return {place: Column(*columns) for place, columns in found.items()}


_NOTHING = Column((), ())


def _joined(columns: Iterable[Column]) -> Column:
    found = list(columns)
    if len(found) == 1:
        return found[0]
    return Column(
        list(chain.from_iterable(column.subjects for column in found)),
        list(chain.from_iterable(column.values for column in found)),
    )


class Graph:
    """Triples as a set, though they may come with repetitions.

    They are kept by subject, and subjects with the same properties together. Everything else is
    made when it is first asked for.
    """

    def __init__(self, statements: Iterable[Statement] = ()) -> None:
        self._rows = _rows(statements)
        self._tables = _tables(self._rows)
        self._columns: dict[NamedNode, Column] = {}
        self._subclasses: dict[Term, Terms] = {}
        self._instances: dict[Term, Terms] = {}

    def __iter__(self) -> Iterator[Triple]:
        return chain.from_iterable(map(self.about, self._rows))

    def tables(self, nodes: Collection[Term]) -> Sequence[Table]:
        """Return the tables of some nodes; nodes without properties have one too."""
        if isinstance(nodes, Table):
            return (nodes,)
        parts: dict[int, Table] = {}
        for node in dict.fromkeys(nodes):
            row = self._rows.get(node) or Row()
            part = parts.get(id(row.places))
            if part is None:
                part = parts[id(row.places)] = Table(row.places)
            part.nodes.append(node)
            part.rows.append(row)
        return list(parts.values())

    def column(self, predicate: NamedNode) -> Column:
        """Return the triples with a predicate."""
        column = self._columns.get(predicate)
        if column is None:
            columns = (column for table in self._tables for column in table.columns(predicate))
            column = self._columns[predicate] = _joined(columns)
        return column

    def objects(self, subject: Term, predicate: NamedNode) -> Collection[Term]:
        """Return the values of a property of a subject."""
        row = self._rows.get(subject)
        return _NO_TERMS if row is None else row.objects(predicate)

    def subjects(self, predicate: NamedNode, object_: Term) -> Collection[Term]:
        """Return the subjects that have this value for a property."""
        return self.column(predicate).by_value.get(object_, _NO_TERMS)

    def properties(self, subject: Term) -> Collection[NamedNode]:
        """Return the properties that a subject has some value for."""
        row = self._rows.get(subject)
        return () if row is None else row.places.keys()

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
            parts = self.instances_by_table(class_)
            found = self._instances[class_] = dict.fromkeys(chain.from_iterable(parts))
        return found

    def instances_by_table(self, class_: Term) -> list[Collection[Term]]:
        """Return the same instances in parts, those of a table together; each comes once."""
        classes = self.subclasses(class_).keys()
        parts = [table.of_class(classes) for table in self._tables]
        return [part for part in parts if part]

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


def _rows(statements: Iterable[Statement]) -> dict[Term, Row]:
    """Put what is stated about each subject into a row.

    Statements about a subject mostly follow one another, as do those of one property.
    """
    rows: dict[Term, Row] = {}
    row = Row()
    current: Term | None = None
    last: NamedNode | None = None
    for subject, predicate, value in statements:
        if subject is not current and subject != current:
            found = rows.get(subject)
            row = rows[subject] = Row() if found is None else found
            current, last = subject, None
        if predicate is last or predicate == last:
            row.add_further(value)
        else:
            row.properties.append(predicate)
            row.values.append(value)
            last = predicate
    return rows


def _tables(rows: dict[Term, Row]) -> list[Table]:
    tables: dict[tuple[NamedNode, ...], Table] = {}
    for node, row in rows.items():
        properties = tuple(row.properties)
        table = tables.get(properties)
        if table is None:
            table = tables[properties] = Table(_places(properties))
        table.nodes.append(node)
        table.rows.append(row)
        row.places = table.places
    return list(tables.values())


def _places(properties: Iterable[NamedNode]) -> Places:
    places: Places = {}
    for place, predicate in enumerate(properties):
        places.setdefault(predicate, []).append(place)
    return places


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
