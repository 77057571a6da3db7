"""Triple stores: the interface of every store."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Protocol

from pyoxigraph import NamedNode, Quad, QueryBoolean, QuerySolutions, QueryTriples, Triple

Answer = QuerySolutions | QueryBoolean | QueryTriples


class Readable(Protocol):
    """A store that answers SPARQL queries."""

    def query(self, sparql: str, prefixes: Mapping[str, str] | None = None) -> Answer:
        """Answer a query over the default graph and the named graphs.

        The query need not declare the `prefixes`; its own declarations win.

        Raises:
            QueryError: the text is not a SPARQL query.
            StoreError: the store failed.
        """
        ...


class Writable(Readable, Protocol):
    """A store whose entities can be replaced."""

    def entity(self, subject: NamedNode) -> set[Quad]:
        """Return the quads of an entity, and of its `#…` parts in the graphs that name them."""
        ...

    def add(self, statements: Iterable[Triple | Quad]) -> None:
        """Add many triples, of the default graph, or quads."""
        ...

    def add_serialized(self, batch: bytes) -> None:
        """Add many quads that are N-Quads already."""
        ...

    def remove(self, quads: Iterable[Quad]) -> None:
        """Remove quads."""
        ...

    def finish(self) -> None:
        """See to it that everything is written."""
        ...

    def export(self, graph: NamedNode | None = None) -> Iterator[Quad]:
        """Return every quad of a named graph, or of the default graph."""
        ...
