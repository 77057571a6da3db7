"""Says quickly which nodes need a closer look.

Most nodes conform. So nodes are screened table by table, one property after the other: how many
values there are is seen from the table, and values are tested all together, those that come
again only once. A screen may suspect too many nodes, never too few.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Set
from functools import cached_property
from itertools import chain

from etl.validation.constraints.model import (
    PairConstraint,
    QualifiedConstraint,
    Screen,
    one_by_one,
)
from etl.validation.demands import Demands, TermScreen, node_test, property_test, term_screen
from etl.validation.graph import Column, Graph, Table, Term
from etl.validation.paths import PropertyPath, direct, walk


def node_screen(asked: Demands) -> Screen:
    """Make the screen of a node shape."""
    refused = term_screen(asked)
    screens = asked.screens
    together = Demands(members=asked.members, pairs=asked.pairs, sets=asked.sets)
    if together != Demands():
        screens = (one_by_one(node_test(together)), *screens)

    def screen(graph: Graph, nodes: Collection[Term]) -> Set[Term]:
        return refused(nodes).union(*(screen(graph, nodes) for screen in screens))

    return screen


def property_screen(path: PropertyPath, asked: Demands) -> Screen:
    """Make the screen of property shapes that all have the same path."""
    predicates = direct(path)
    if predicates is None:
        return one_by_one(property_test(path, asked))
    refused, values_of = term_screen(asked), walk(path)

    def screen(graph: Graph, nodes: Collection[Term]) -> Set[Term]:
        found: set[Term] = set()
        for table in graph.tables(nodes):
            stated = Stated(table, [*chain.from_iterable(map(table.columns, predicates))])
            found.update(_miscounted(stated, asked))
            found.update(_with_bad_values(graph, stated, asked, refused))
            for pair in asked.pairs:
                found.update(_unpaired(stated, pair))
            for qualified in asked.qualified:
                found.update(_miscounted_qualified(graph, stated, qualified))
            for constraint in asked.sets:
                find = constraint.finder(graph)
                found.update(n for n in table if find(n, values_of(graph, n)))
            if asked.least > 1:  # a value that is stated twice counts once
                found.update(n for n in table if len(values_of(graph, n)) < asked.least)
        return found

    return screen


class Stated:
    """The values that the nodes of a table have for a property, or for any of several."""

    def __init__(self, table: Table, columns: list[Column]) -> None:
        self.table = table
        self.columns = columns
        # How many values every node has, repetitions included.
        self.of_each = sum(column.subjects is table.nodes for column in columns)

    def more_than(self, limit: int) -> Collection[Term]:
        """Return the nodes that have more than so many values, repetitions included."""
        if self.of_each > limit:
            return self.table
        return [node for node, count in self._further.items() if self.of_each + count > limit]

    @cached_property
    def _further(self) -> Counter[Term]:
        """How many values beyond those some nodes have."""
        further = (column for column in self.columns if column.subjects is not self.table.nodes)
        return Counter(chain.from_iterable(column.subjects for column in further))


def _miscounted(stated: Stated, asked: Demands) -> Iterator[Term]:
    """Yield nodes that may have too few or too many values, or lack one that they must have."""
    if stated.of_each < asked.least:
        yield from stated.table
    elif asked.most < sys.maxsize:
        yield from stated.more_than(asked.most)
    for member in asked.members:
        having = (column.having((member,)) for column in stated.columns)
        yield from set(stated.table).difference(*having)


def _miscounted_qualified(
    graph: Graph, stated: Stated, asked: QualifiedConstraint
) -> Collection[Term]:
    """Return nodes that may have too few or too many values that pass a test."""
    if asked.least:  # a value that is stated twice counts once
        return stated.table
    if not stated.more_than(asked.most):
        return ()
    passes = asked.counts(graph)
    counts: Counter[Term] = Counter()
    for column in stated.columns:
        counts.update(column.having(set(filter(passes, column.values))))
    return [node for node, count in counts.items() if count > asked.most]


def _with_bad_values(
    graph: Graph, stated: Stated, asked: Demands, refused: TermScreen
) -> Iterator[Term]:
    """Yield the nodes that have a value they must not have."""
    for column in stated.columns:
        bad = refused(column.values).union(
            *(screen(graph, column.values) for screen in asked.screens)
        )
        if bad:
            yield from column.having(bad)


def _unpaired(stated: Stated, pair: PairConstraint) -> Iterable[Term]:
    """Yield nodes whose values do not go with those of another property."""
    table, others = stated.table, [*stated.table.columns(pair.other)]
    if not stated.columns and not others:
        return
    if len(stated.columns) != 1 or len(others) != 1:
        yield from table
        return
    pairs = list(zip(stated.columns[0].values, others[0].values, strict=True))
    bad = {(value, other) for value, other in set(pairs) if pair.compare((value,), (other,))}
    if bad:
        yield from (node for node, values in zip(table, pairs, strict=True) if values in bad)
