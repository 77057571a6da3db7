"""A few triples in memory: nodes that have the same properties stand together in tables."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from functools import cached_property
from itertools import chain, repeat
from typing import TypeAlias, TypeVar, cast

from pyoxigraph import Literal, NamedNode, Triple

from etl.rdf.descriptions import Cell, Description, Node, Term, Told, merged
from etl.rdf.vocab import RDF, RDFS

# A set of terms that remembers its order, so that reports come out the same every time.
Terms: TypeAlias = dict[Term, None]

AnyNode = TypeVar("AnyNode", bound=Term)

_NO_TERMS: Collection[Term] = ()
_NOTHING: Description = (NamedNode("urn:nothing"), (), ())


class Column:
    """The values that some nodes have, each node one or more: one by one, and their subjects."""

    def __init__(
        self, nodes: Sequence[Term], values: Sequence[Term], counts: Sequence[int]
    ) -> None:
        self.values = values
        self.counts = counts  # how many values each node has; none where each has one
        self._nodes = nodes

    @classmethod
    def of(cls, nodes: Sequence[Term], cells: Sequence[Cell]) -> Column:
        """Make a column of what each of some nodes has in one place."""
        if tuple not in set(map(type, cells)):
            return cls(nodes, cast(Sequence[Term], cells), ())
        lists = list(map(_values, cells))
        return cls(nodes, list(chain.from_iterable(lists)), list(map(len, lists)))

    @cached_property
    def subjects(self) -> Sequence[Term]:
        """The nodes, in step with the values."""
        if not self.counts:
            return self._nodes
        return list(chain.from_iterable(map(repeat, self._nodes, self.counts)))

    def having(self, wanted: Collection[Term]) -> Iterator[Term]:
        """Yield the nodes that have one of some values."""
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


def _values(cell: Cell) -> tuple[Term, ...]:
    return cell if isinstance(cell, tuple) else (cell,)


class Table(Collection[Term]):
    """Nodes that have the same properties: what they lack or repeat is seen at one look.

    A property has several places in it if it is told of at several.
    """

    def __init__(self, properties: tuple[NamedNode, ...]) -> None:
        self.properties = properties
        self.nodes: list[Term] = []
        self.rows: list[tuple[Cell, ...]] = []

    def __iter__(self) -> Iterator[Term]:
        return iter(self.nodes)

    def __len__(self) -> int:
        return len(self.nodes)

    def __contains__(self, node: object) -> bool:
        return node in self.nodes

    def columns(self, predicate: NamedNode) -> list[Column]:
        """Return the values of a property, a column for each place; no node lacks one in it."""
        return self._columns.get(predicate, [])

    def of_class(self, classes: Collection[Term]) -> Collection[Term]:
        """Return the nodes that are instances of some classes; where all are, the table."""
        found: Terms = {}
        for column, types in self._types:
            if types.issubset(classes):
                return self
            if not types.isdisjoint(classes):
                found.update(dict.fromkeys(column.having(classes)))
        return found

    @cached_property
    def _types(self) -> list[tuple[Column, frozenset[Term]]]:
        """The columns of classes, each with the few classes in it."""
        return [(column, frozenset(column.values)) for column in self.columns(RDF.type)]

    @cached_property
    def _columns(self) -> dict[NamedNode, list[Column]]:
        columns: dict[NamedNode, list[Column]] = {}
        for predicate, cells in zip(self.properties, zip(*self.rows, strict=True), strict=True):
            columns.setdefault(predicate, []).append(Column.of(self.nodes, cells))
        return columns


class Tables(Collection[Term]):
    """The nodes of several tables."""

    def __init__(self, parts: Sequence[Table]) -> None:
        self.parts = parts

    def __iter__(self) -> Iterator[Term]:
        return chain.from_iterable(self.parts)

    def __len__(self) -> int:
        return sum(map(len, self.parts))

    def __contains__(self, node: object) -> bool:
        return any(node in part for part in self.parts)


def _joined(columns: Iterable[Column]) -> Column:
    found = list(columns)
    if len(found) == 1:
        return found[0]
    subjects = chain.from_iterable(column.subjects for column in found)
    return Column(list(subjects), list(chain.from_iterable(column.values for column in found)), ())


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
            column = self._columns[predicate] = _joined(columns)
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
            value for p, cell in described if p == predicate for value in _values(cell)
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


class _Row:
    """What triples say about one node, as it grows."""

    __slots__ = ("lists", "properties")

    def __init__(self) -> None:
        self.properties: list[NamedNode] = []
        self.lists: list[list[Term]] = []

    def add(self, predicate: NamedNode, value: Term) -> None:
        """Add a triple; those of one property mostly follow one another."""
        if self.properties and predicate == self.properties[-1]:
            self.lists[-1].append(value)
        else:
            self.properties.append(predicate)
            self.lists.append([value])

    def description(self, node: Node) -> Description:
        """Give all of it."""
        cells = (values[0] if len(values) == 1 else tuple(values) for values in self.lists)
        return node, tuple(self.properties), tuple(cells)


def _by_node(told: Iterable[Told]) -> dict[Term, Description]:
    """Put what is told of each node together."""
    found: dict[Term, Description] = {}
    again: list[Description] = []
    rows: dict[Node, _Row] = {}

    for each in told:
        if isinstance(each, tuple):
            if found.setdefault(each[0], each) is not each:
                again.append(each)
        else:
            subject, predicate, value = each
            row = rows.get(subject)
            if row is None:
                row = rows[subject] = _Row()
            row.add(predicate, value)
    for node, row in rows.items():
        described = row.description(node)
        if found.setdefault(node, described) is not described:
            again.append(described)
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
