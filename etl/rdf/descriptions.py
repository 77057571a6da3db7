"""What is said of one node, all together: what the mapping makes, and what validation takes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import repeat, starmap
from typing import TypeAlias

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

Node: TypeAlias = NamedNode | BlankNode | Triple
Term: TypeAlias = NamedNode | BlankNode | Literal | Triple

Statement: TypeAlias = tuple[Node, NamedNode, Term]
"""The three terms of a triple: a `Triple` takes time to make, and to take apart again."""

Cell: TypeAlias = Term | tuple[Term, ...]
"""A value, or several."""


Description: TypeAlias = tuple[Node, tuple[NamedNode, ...], tuple[Cell, ...]]
"""A node, some properties of it, and in step with them what it has for each: one or more values.

A property may come again, and a value too: what is told is a set.
"""

Told: TypeAlias = Triple | Description
"""What a graph can be made of."""


def described(said: Iterable[Statement | Triple]) -> Iterator[Description]:
    """Put together what is said of the same node, as long as it is said in a row.

    The values of one property that follow one another are in one cell. Nodes with the same
    properties share one tuple of properties.
    """
    known: _Known = {}
    terms: dict[NamedNode, NamedNode] = {}
    node: Node | None = None
    properties: list[NamedNode] = []
    lists: list[list[Term]] = []
    for subject, predicate, value in said:
        if subject != node:
            if node is not None:
                yield _description(node, properties, lists, known)
            node, properties, lists = subject, [], []
        elif predicate == properties[-1]:
            lists[-1].append(value)
            continue
        properties.append(terms.setdefault(predicate, predicate))
        lists.append([value])
    if node is not None:
        yield _description(node, properties, lists, known)


_Known: TypeAlias = dict[tuple[NamedNode, ...], tuple[NamedNode, ...]]


def _description(
    node: Node, properties: Iterable[NamedNode], lists: Iterable[list[Term]], known: _Known
) -> Description:
    found = tuple(properties)
    cells = [values[0] if len(values) == 1 else tuple(values) for values in lists]
    return node, known.setdefault(found, found), tuple(cells)


def values_of(cell: Cell) -> tuple[Term, ...]:
    """Return the values in a cell."""
    return cell if isinstance(cell, tuple) else (cell,)


def statements(told: Iterable[Description]) -> Iterator[Statement]:
    """Yield what some descriptions say, one value at a time."""
    for node, properties, cells in told:
        for predicate, cell in zip(properties, cells, strict=True):
            if isinstance(cell, tuple):
                for value in cell:
                    yield node, predicate, value
            else:
                yield node, predicate, cell


def written(told: Iterable[Description]) -> bytes:
    """Write what some descriptions say as N-Triples, as pyoxigraph's `serialize` writes triples.

    No `Triple` is made for that, which would take longer than to write it. A description that has
    a triple term cannot be written so.
    """
    lines: list[str] = []
    add = lines.append
    for node, properties, cells in told:
        start = str(node)
        for predicate, cell in zip(_written_properties(properties), cells, strict=True):
            if isinstance(cell, tuple):
                before = start + predicate
                for value in cell:
                    add(f"{before}{value} .\n")
            else:
                add(f"{start}{predicate}{cell} .\n")
    return "".join(lines).encode()


@lru_cache(maxsize=1024)
def _written_properties(properties: tuple[NamedNode, ...]) -> list[str]:
    return [f" {each} " for each in properties]


def said(told: Iterable[Told]) -> Iterator[tuple[Node, NamedNode, Cell]]:
    """Yield what is told, property by property: a node, a property and values of it."""
    for each in told:
        if isinstance(each, Triple):
            yield tuple(each)
        else:
            node, properties, cells = each
            yield from zip(repeat(node), properties, cells, strict=False)


def triples(told: Iterable[Told]) -> Iterator[Triple]:
    """Yield the triples of what is told."""
    for each in told:
        if isinstance(each, Triple):
            yield each
        else:
            yield from starmap(Triple, statements([each]))


def merged(descriptions: Iterable[Description]) -> Iterator[Description]:
    """Put together what is said of the same node, with its properties in the order of IRIs."""
    known: _Known = {}
    parts: dict[Node, dict[NamedNode, list[Term]]] = {}
    for node, properties, cells in descriptions:
        of_node = parts.setdefault(node, {})
        for predicate, cell in zip(properties, cells, strict=True):
            of_node.setdefault(predicate, []).extend(values_of(cell))
    for node, of_node in parts.items():
        order = sorted(of_node, key=str)
        yield _description(node, order, map(of_node.__getitem__, order), known)
