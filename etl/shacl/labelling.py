"""Labels for the blank nodes of a graph, the same for equal graphs as far as that is quick.

RDFC-1.0 takes a time that grows with the factorial of blank nodes that look alike and refer to one
another. Where that could happen, nodes are numbered in the order in which they are met: the same
file gets the same labels again, and only one whose lines are in another order gets others.

Source: RDF Dataset Canonicalization 1.0, section 7.1 (dataset poisoning).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeVar

from pyoxigraph import BlankNode, CanonicalizationAlgorithm, Dataset, Quad, Triple

_Term = TypeVar("_Term")
_DEEPEST = 30  # blank nodes in one another
_MOST = 20_000


def labelled(triples: Iterable[Triple]) -> tuple[Triple, ...]:
    """Return the triples of a graph in order, with labels of their own for blank nodes."""
    given = tuple(triples)
    quick = _is_quick(given)
    dataset = Dataset(Quad(*triple) for triple in (given if quick else _numbered(given)))
    if quick:
        dataset.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    return tuple(quad.triple for quad in sorted(dataset, key=str))


def _numbered(triples: Iterable[Triple]) -> Iterable[Triple]:
    numbers: dict[BlankNode, BlankNode] = {}

    def label(term: _Term) -> _Term | BlankNode:
        if not isinstance(term, BlankNode):
            return term
        return numbers.setdefault(term, BlankNode(f"c14n{len(numbers)}"))

    for triple in triples:
        yield Triple(label(triple.subject), triple.predicate, label(triple.object))


def _is_quick(triples: Sequence[Triple]) -> bool:
    """Return whether blank nodes are few, in no more than one place each, and not deeply nested."""
    owners: dict[BlankNode, object] = {}
    for triple in triples:
        if isinstance(triple.object, BlankNode):
            if triple.object in owners:
                return False
            owners[triple.object] = triple.subject
    return len(owners) <= _MOST and all(_is_shallow(node, owners) for node in owners)


def _is_shallow(node: object, owners: dict[BlankNode, object]) -> bool:
    for _ in range(_DEEPEST):
        if not isinstance(node, BlankNode) or node not in owners:
            return True
        node = owners[node]
    return False
