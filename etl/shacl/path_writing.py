"""Write property paths as RDF, as SHACL has them."""

from __future__ import annotations

from typing import assert_never

from pyoxigraph import BlankNode, NamedNode, Triple

from etl.rdf.vocab import RDF, SH
from etl.shacl.paths import (
    PARAMETERS,
    Alternative,
    Inverse,
    OneOrMore,
    Predicate,
    PropertyPath,
    Sequence,
    ZeroOrMore,
    ZeroOrOne,
)


class PathWriter:
    """Writes paths as triples; each blank node gets the prefix and a number of its own."""

    def __init__(self, prefix: str) -> None:
        self._prefix = prefix
        self._count = 0

    def write(self, path: PropertyPath) -> tuple[NamedNode | BlankNode, list[Triple]]:
        """Return the node that stands for a path, and the triples that describe it."""
        triples: list[Triple] = []
        return self._node(path, triples), triples

    def _node(self, path: PropertyPath, triples: list[Triple]) -> NamedNode | BlankNode:
        match path:
            case Predicate(iri):
                return iri
            case Sequence(steps):
                return self._list(steps, triples)
            case Alternative(choices):
                node = self._blank()
                triples.append(Triple(node, SH.alternativePath, self._list(choices, triples)))
                return node
            case Inverse(inner) | ZeroOrMore(inner) | OneOrMore(inner) | ZeroOrOne(inner):
                node = self._blank()
                triples.append(Triple(node, PARAMETERS[type(path)], self._node(inner, triples)))
                return node
            case _:
                assert_never(path)

    def _list(self, paths: tuple[PropertyPath, ...], triples: list[Triple]) -> BlankNode:
        cells = [self._blank() for _ in paths]
        rests: list[NamedNode | BlankNode] = [*cells[1:], RDF.nil]
        for cell, rest, path in zip(cells, rests, paths, strict=True):
            triples.append(Triple(cell, RDF.first, self._node(path, triples)))
            triples.append(Triple(cell, RDF.rest, rest))
        return cells[0]

    def _blank(self) -> BlankNode:
        self._count += 1
        return BlankNode(f"{self._prefix}{self._count}")
