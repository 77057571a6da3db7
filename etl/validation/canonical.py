"""Canonical labels for the blank nodes of a graph, within a time.

RDFC-1.0 takes a time that grows with the factorial of blank nodes that look alike and refer to one
another, and the engine cannot be interrupted. So only graphs that are sure to be quick are labelled
in this process.

Source: RDF Dataset Canonicalization 1.0, section 7.1 (dataset poisoning).
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterable, Iterator
from contextlib import suppress
from multiprocessing.connection import Connection

from pyoxigraph import (
    BlankNode,
    CanonicalizationAlgorithm,
    Dataset,
    Quad,
    RdfFormat,
    Triple,
    parse,
    serialize,
)

from etl.errors import ShapesError

TIMEOUT_S = 60
MEMORY_BYTES = 1 << 31
_DEEPEST = 30
_MOST = 20_000


def canonical(triples: Iterable[Triple]) -> tuple[Triple, ...]:
    """Return triples in order, with the labels that equal graphs have.

    Raises:
        ShapesError: that takes too long.
    """
    quads = [Quad(*triple) for triple in triples]
    if _is_quick(quads):
        return tuple(quad.triple for quad in _labelled(quads))
    found = _labelled_elsewhere(serialize(quads, format=RdfFormat.N_QUADS) or b"")
    return tuple(quad.triple for quad in parse(found, RdfFormat.N_QUADS))


def _labelled_elsewhere(text: bytes) -> bytes:
    """Label blank nodes in a process that can be ended."""
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe(duplex=False)
    process = context.Process(target=_answer, args=(there, text), daemon=True)
    process.start()
    there.close()
    try:
        if here.poll(TIMEOUT_S):
            return bytes(here.recv_bytes())
        reason = f"longer than {TIMEOUT_S} s"
    except EOFError:  # it has ended
        reason = "too much time or memory"
    finally:
        process.kill()
        process.join()
        here.close()
    raise ShapesError(
        f"to tell the blank nodes of the shapes apart takes {reason}",
        hint="give IRIs to shapes that refer to one another",
    )


def _answer(to: Connection, text: bytes) -> None:
    _bound()
    labelled = _labelled(parse(text, RdfFormat.N_QUADS))
    to.send_bytes(serialize(labelled, format=RdfFormat.N_QUADS) or b"")


def _labelled(quads: Iterable[Quad]) -> Iterable[Quad]:
    dataset = Dataset(quads)
    dataset.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    return sorted(dataset, key=str)


def _bound() -> None:
    """End this process after a time, also when nobody waits for it any more, and if it grows."""
    with suppress(ImportError):
        from resource import RLIMIT_AS, RLIMIT_CORE, RLIMIT_CPU, setrlimit

        setrlimit(RLIMIT_CPU, (TIMEOUT_S, TIMEOUT_S + 1))
        setrlimit(RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
        setrlimit(RLIMIT_CORE, (0, 0))


def _is_quick(quads: Iterable[Quad]) -> bool:
    """Say whether blank nodes are few, in no more than one place each, and not deeply nested."""
    owners: dict[BlankNode, object] = {}
    for quad in quads:
        if isinstance(quad.object, BlankNode):
            if quad.object in owners:
                return False
            owners[quad.object] = quad.subject
    if len(owners) > _MOST:
        return False
    return all(_depth(node, owners) < _DEEPEST for node in owners)


def _depth(node: object, owners: dict[BlankNode, object]) -> int:
    """Return how many blank nodes stand around another, counted no further than needed."""

    def around() -> Iterator[object]:
        owner = node
        for _ in range(_DEEPEST):
            if not isinstance(owner, BlankNode) or owner not in owners:
                return
            owner = owners[owner]
            yield owner

    return sum(1 for _ in around())
