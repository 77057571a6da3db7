"""Says quickly which nodes need a closer look.

Most nodes conform. So nodes are screened table by table, one property after the other: how many
values there are is seen from the table, and values are tested all together, those that come
again only once. A screen may suspect too many nodes, never too few.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Set
from functools import cached_property, partial
from itertools import chain
from typing import TypeAlias

from etl.validation.constraints.model import (
    PairConstraint,
    QualifiedConstraint,
    Screen,
    one_by_one,
)
from etl.validation.demands import Demands, TermScreen, node_test, property_test, term_screen
from etl.validation.graph import Column, Graph, Table, Term
from etl.validation.paths import PropertyPath, direct


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
    looks = list(_looks(path, asked))

    def screen(graph: Graph, nodes: Collection[Term]) -> Set[Term]:
        found: set[Term] = set()
        for table in graph.tables(nodes):
            stated = Stated(table, [*chain.from_iterable(map(table.columns, predicates))])
            for look in looks:
                found.update(look(graph, stated))
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


# Looks at the values of all nodes of a table for what may not conform.
Look: TypeAlias = Callable[[Graph, Stated], Iterable[Term]]


def _looks(path: PropertyPath, asked: Demands) -> Iterator[Look]:
    yield partial(_miscounted, asked)
    yield partial(_with_bad_values, asked, term_screen(asked))
    for pair in asked.pairs:
        yield partial(_at_odds, path, pair)
    for qualified in asked.qualified:
        if not qualified.least:
            yield partial(_overcounted, qualified)
    # A value that is stated twice counts once: what asks for several looks at each node.
    singly = Demands(
        least=asked.least if asked.least > 1 else 0,
        qualified=tuple(qualified for qualified in asked.qualified if qualified.least),
        sets=asked.sets,
    )
    if singly != Demands():
        screen = one_by_one(property_test(path, singly))
        yield lambda graph, stated: screen(graph, stated.table)


def _miscounted(asked: Demands, _: Graph, stated: Stated) -> Iterator[Term]:
    """Yield nodes that may have too few or too many values, or lack one that they must have."""
    if stated.of_each < asked.least:
        yield from stated.table
    elif asked.most < sys.maxsize:
        yield from stated.more_than(asked.most)
    for member in asked.members:
        having = (column.having((member,)) for column in stated.columns)
        yield from set(stated.table).difference(*having)


def _with_bad_values(
    asked: Demands, refused: TermScreen, graph: Graph, stated: Stated
) -> Iterator[Term]:
    """Yield the nodes that have a value they must not have."""
    for column in stated.columns:
        values = column.values
        bad = refused(values).union(*(screen(graph, values) for screen in asked.screens))
        if bad:
            yield from column.having(bad)


def _overcounted(asked: QualifiedConstraint, graph: Graph, stated: Stated) -> Iterable[Term]:
    """Return the nodes that may have too many values that pass a test."""
    if not stated.more_than(asked.most):
        return ()
    passes = asked.counts(graph)
    counts: Counter[Term] = Counter()
    for column in stated.columns:
        counts.update(column.having(set(filter(passes, column.values))))
    return [node for node, count in counts.items() if count > asked.most]


def _at_odds(
    path: PropertyPath, pair: PairConstraint, graph: Graph, stated: Stated
) -> Iterator[Term]:
    """Yield the nodes whose values do not go with those of another property."""
    table, others = stated.table, [*stated.table.columns(pair.other)]
    if len(stated.columns) == len(others) == 1:
        pairs = list(zip(stated.columns[0].values, others[0].values, strict=True))
        bad = {(value, other) for value, other in set(pairs) if pair.compare((value,), (other,))}
        yield from (node for node, values in zip(table, pairs, strict=True) if values in bad)
    elif stated.columns or others:
        yield from one_by_one(property_test(path, Demands(pairs=(pair,))))(graph, table)
