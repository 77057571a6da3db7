"""What leaves a graph and what enters it, as signed lines of N-Triples in a fixed order."""

from __future__ import annotations

import itertools
import tempfile
from collections.abc import Iterable, Iterator
from itertools import zip_longest
from typing import Literal, NamedTuple, Self

from pyoxigraph import DefaultGraph, Quad, RdfFormat, serialize

from etl.output.graphs import SORTED_AT_ONCE, film_before_parts, sorted_outside_memory
from etl.rdf.vocab import DCTERMS, RDF

Sign = Literal["+", "-"]
_IN_MEMORY = 1 << 24  # bytes


class EntityChange(NamedTuple):
    """What changes about one film or person: its IRI, and lines such as `- <s> <p> <o> .`."""

    iri: str
    lines: list[bytes]

    @property
    def manner(self) -> str:
        """Say what it is: added, changed or removed; empty where only its IRI was replaced."""
        typed = f"<{self.iri}> {RDF.type} ".encode()
        for line in self.lines:
            if line.startswith(typed, 2):
                return "added" if line.startswith(b"+") else "removed"
        replaced = f" {DCTERMS.isReplacedBy} ".encode()
        return "" if all(replaced in line for line in self.lines) else "changed"


class Changes:
    """Collects triples that leave and enter a graph; what does both cancels out.

    Named graphs are left out. Memory does not grow with what is collected.
    """

    def __init__(self) -> None:
        self._spool = tempfile.SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115 - closed on leaving

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._spool.close()

    def add(self, sign: str, quads: Iterable[Quad]) -> None:
        """Collect statements: "-" for those that leave, "+" for those that enter."""
        ending = sign.encode() + b"\n"
        triples = (quad.triple for quad in quads if quad.graph_name == DefaultGraph())
        while some := list(itertools.islice(triples, SORTED_AT_ONCE)):
            text = serialize(some, format=RdfFormat.N_TRIPLES) or b""
            self._spool.writelines(line + ending for line in text.splitlines())

    def entities(self) -> Iterator[EntityChange]:
        """Yield what remains, by entity; what a film says of itself comes before its parts."""
        self._spool.seek(0)
        lines = sorted_outside_memory(self._spool, film_before_parts)
        for iri, about in itertools.groupby(lines, _entity):
            remaining = [
                sign + b" " + line + b"\n"
                for line, same in itertools.groupby(about, lambda signed: signed[:-2])
                for sign in _net(same)
            ]
            if remaining:
                yield EntityChange(iri, remaining)


def _entity(line: bytes) -> str:
    return line[1:].partition(b">")[0].partition(b"#")[0].decode()


def _net(lines: Iterable[bytes]) -> list[bytes]:
    total = sum(1 if line.endswith(b"+\n") else -1 for line in lines)
    return [] if total == 0 else [b"+" if total > 0 else b"-"]


def differing(old: Iterable[Quad], new: Iterable[Quad]) -> Iterator[tuple[Sign, set[Quad]]]:
    """Yield what two graphs do not share, in portions of which some may cancel out.

    It is quick and takes little memory where both come in nearly the same order.
    """
    gone, entered = set[Quad](), set[Quad]()
    for before, after in zip_longest(old, new):
        if before == after:
            continue
        for quad, mine, others in ((before, gone, entered), (after, entered, gone)):
            if quad is not None and quad in others:
                others.remove(quad)
            elif quad is not None:
                mine.add(quad)
        if len(gone) + len(entered) > SORTED_AT_ONCE:
            yield "-", gone
            yield "+", entered
            gone, entered = set(), set()
    yield "-", gone
    yield "+", entered
