"""One graph of a store, as validation reads it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Store, Triple


@dataclass(frozen=True, slots=True)
class StoredGraph:
    """One graph of a store."""

    _store: Store
    _name: NamedNode | DefaultGraph

    def triples(
        self,
        subject: NamedNode | BlankNode | Triple | None,
        predicate: NamedNode | None,
        object_: NamedNode | BlankNode | Literal | Triple | None,
    ) -> Iterator[Triple]:
        """Yield the triples that have these parts, where they are given."""
        found = self._store.quads_for_pattern(subject, predicate, object_, self._name)
        return (quad.triple for quad in found)
