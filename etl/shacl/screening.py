"""Says quickly which nodes need a closer look.

Most nodes conform. So nodes are screened table by table, one property after the other: how many
values there are is seen from the table, and values are tested all together, those that come
again only once. A screen may suspect too many nodes, never too few.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence, Set
from functools import partial
from itertools import chain
from typing import TypeAlias

from pyoxigraph import NamedNode

from etl.rdf.descriptions import Term
from etl.shacl.constraints.model import (
    PairConstraint,
    QualifiedConstraint,
    Screen,
    one_by_one,
)
from etl.shacl.demands import Demands, TermScreen, node_test, property_test, term_screen
from etl.shacl.graph import Graph
from etl.shacl.paths import PropertyPath, direct
from etl.shacl.tables import Table


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
    refused = term_screen(asked)

    def screen(graph: Graph, nodes: Collection[Term]) -> Set[Term]:
        stated = [Stated(table, predicates) for table in graph.tables(nodes)]
        found = set(_with_bad_values(asked.screens, refused, graph, stated))
        return found.union(*(look(graph, each) for each in stated for look in looks))

    return screen


class Stated:
    """The values that the nodes of a table have for a property, or for any of several."""

    def __init__(self, table: Table, predicates: Sequence[NamedNode]) -> None:
        self.table = table
        # No node lacks a value in any of them.
        self.columns = list(chain.from_iterable(map(table.columns, predicates)))

    def more_than(self, limit: int) -> Collection[Term]:
        """Return the nodes that have more than so many values, repetitions included."""
        if len(self.columns) > limit:
            return self.table
        counts = [column.counts for column in self.columns if column.counts]
        if not counts:
            return ()
        limit -= len(self.columns) - len(counts)
        totals = map(sum, zip(*counts, strict=True))
        return [node for node, total in zip(self.table, totals, strict=True) if total > limit]


# Looks at the values of all nodes of a table for what may not conform.
Look: TypeAlias = Callable[[Graph, Stated], Iterable[Term]]


def _looks(path: PropertyPath, asked: Demands) -> Iterator[Look]:
    if asked.least:
        yield partial(_too_few, asked.least)
    if asked.most < sys.maxsize:
        yield lambda _, stated: stated.more_than(asked.most)
    for member in asked.members:
        yield partial(_without, member)
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


def _with_bad_values(
    screens: Sequence[Screen], refused: TermScreen, graph: Graph, stated: Sequence[Stated]
) -> Iterator[Term]:
    """Yield the nodes that have a value they must not have."""
    columns = [column for each in stated for column in each.columns]
    values = [*chain.from_iterable(column.values for column in columns)]
    bad = refused(values).union(*(screen(graph, values) for screen in screens))
    for column in columns if bad else ():
        yield from column.having(bad)


def _too_few(least: int, _: Graph, stated: Stated) -> Collection[Term]:
    """Return all nodes of the table, if they may have too few values."""
    return stated.table if len(stated.columns) < least else ()


def _without(member: Term, _: Graph, stated: Stated) -> Iterable[Term]:
    """Return the nodes that lack a value that they must have."""
    match stated.columns:
        case [column] if not column.counts:
            return (
                n for n, value in zip(stated.table, column.values, strict=True) if value != member
            )
        case columns:
            return set(stated.table).difference(*(column.having((member,)) for column in columns))


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
    table, others = stated.table, stated.table.columns(pair.other)
    columns = [*stated.columns, *others]
    if len(stated.columns) == len(others) == 1 and not any(each.counts for each in columns):
        pairs = list(zip(*(each.values for each in columns), strict=True))
        bad = {(value, other) for value, other in set(pairs) if pair.compare((value,), (other,))}
        yield from (node for node, values in zip(table, pairs, strict=True) if values in bad)
    elif columns:
        yield from one_by_one(property_test(path, Demands(pairs=(pair,))))(graph, table)
