"""What is said of one node, all together: what the mapping makes, and what validation takes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain, starmap
from typing import NamedTuple, TypeAlias

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

Node: TypeAlias = NamedNode | BlankNode | Triple
Term: TypeAlias = NamedNode | BlankNode | Literal | Triple

Statement: TypeAlias = tuple[Node, NamedNode, Term]
"""The three terms of a triple: a `Triple` takes time to make, and to take apart again."""

Cell: TypeAlias = Term | tuple[Term, ...]
"""A value, or several."""


class Description(NamedTuple):
    """Some properties of a node, and in step with them what it has for each: one or more values.

    A property may come again, and a value too: what is told is a set.
    """

    node: Node
    properties: tuple[NamedNode, ...]
    cells: tuple[Cell, ...]

    def statements(self) -> Iterator[Statement]:
        """Yield what is said, one value at a time."""
        node = self.node
        for predicate, cell in zip(self.properties, self.cells, strict=True):
            if isinstance(cell, tuple):
                for value in cell:
                    yield node, predicate, value
            else:
                yield node, predicate, cell


Told: TypeAlias = Triple | Description
"""What a graph can be made of."""


def statements(told: Iterable[Told]) -> Iterator[Triple | Statement]:
    """Yield what is told, one value at a time."""
    for each in told:
        if isinstance(each, Description):
            yield from each.statements()
        else:
            yield each


def triples(descriptions: Iterable[Description]) -> Iterator[Triple]:
    """Yield the triples of some descriptions."""
    return starmap(Triple, chain.from_iterable(map(Description.statements, descriptions)))


def merged(descriptions: Iterable[Description]) -> list[Description]:
    """Put together what is said of the same node."""
    parts: dict[Node, list[Description]] = {}
    for each in descriptions:
        parts.setdefault(each.node, []).append(each)
    return [found[0] if len(found) == 1 else _merged(node, found) for node, found in parts.items()]


def _merged(node: Node, parts: list[Description]) -> Description:
    return Description(
        node,
        tuple(chain.from_iterable(each.properties for each in parts)),
        tuple(chain.from_iterable(each.cells for each in parts)),
    )
