"""Nodes with the same properties, side by side, so that whole columns can be asked."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import cached_property
from itertools import chain, repeat
from typing import TypeAlias, cast

from pyoxigraph import NamedNode

from etl.rdf.descriptions import Cell, Term, values_of
from etl.rdf.vocab import RDF

# A set of terms that remembers its order, so that reports come out the same every time.
Terms: TypeAlias = dict[Term, None]


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
        lists = list(map(values_of, cells))
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


def joined(columns: Iterable[Column]) -> Column:
    """Put columns of several tables one below the other."""
    found = list(columns)
    if len(found) == 1:
        return found[0]
    subjects = chain.from_iterable(column.subjects for column in found)
    return Column(list(subjects), list(chain.from_iterable(column.values for column in found)), ())
