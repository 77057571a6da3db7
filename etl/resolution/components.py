"""What hangs together: the connected components of a graph."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

_Node = TypeVar("_Node")


def components(edges: Iterable[tuple[_Node, _Node]]) -> dict[_Node, int]:
    """Number what hangs together by edges: two nodes have one number if a path joins them."""
    root: dict[_Node, _Node] = {}

    def find(node: _Node) -> _Node:
        while (above := root.setdefault(node, node)) != node:
            root[node] = root[above]
            node = above
        return node

    for one, other in edges:
        root[find(one)] = find(other)
    numbers: dict[_Node, int] = {}
    return {node: numbers.setdefault(find(node), len(numbers)) for node in list(root)}
