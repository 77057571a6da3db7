"""A remote store: one graph of a SPARQL 1.1 server, and beside it the one with its provenance."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from itertools import islice
from typing import IO, Self, cast

import httpx
from pyoxigraph import (
    NamedNode,
    Quad,
    QueryBoolean,
    QuerySolutions,
    RdfFormat,
    parse,
    serialize,
)

from etl.errors import QueryError, StoreError
from etl.queries.syntax import declared
from etl.rdf.vocab import PROV
from etl.sparql.answers import Stream
from etl.sparql.asking import N_TRIPLES, RESULTS, QueryOperation
from etl.sparql.connection import Connection, NotUnderstood
from etl.stores import Answer
from etl.stores.answers import not_sparql, results, triples
from etl.stores.servers import Endpoints
from etl.stores.spellings import as_written, lines_as_written, results_as_written
from etl.stores.updates import Piece, dataset, documents, replacement

_N_QUADS = "application/n-quads"
_STATEMENT = re.compile(rb"^[ \t]*[<_]", re.MULTILINE)  # no comment, and no empty line
_UPDATE = "application/sparql-update; charset=utf-8"  # without a charset, RDF4J reads Latin-1

PROVENANCE_AT_ONCE = 10_000  # statements


class RemoteStore:
    """The graph that a server holds of ours, and the named graphs with its provenance.

    There are several of these when the graph has been moved to another base IRI; the first is
    the one that counts now.
    """

    def __init__(self, connection: Connection, where: Endpoints, *provenance: NamedNode) -> None:
        self._connection = connection
        self._where = where
        self._provenance = [graph.value for graph in provenance]

    @classmethod
    @contextmanager
    def opened(cls, where: Endpoints, *provenance: NamedNode) -> Iterator[Self]:
        """Open a store; the server is not asked anything yet."""
        connection = Connection(where.query, *where.services)
        try:
            yield cls(connection, where, *provenance)
        finally:
            connection.close()

    @property
    def where(self) -> Endpoints:
        """Return where the server answers."""
        return self._where

    def query(self, sparql: str, prefixes: Mapping[str, str] | None = None) -> Answer:
        """Answer a query. See `Readable.query`."""
        sparql = declared(sparql, prefixes or {})
        if self._where.graph is None:
            return self._ask(sparql, None)
        return self._ask(sparql, self._where.graph, self._provenance[0])

    def _ask(self, sparql: str, default: str | None, *named: str) -> Answer:
        """Answer a query over some of the server's graphs; over its own choice if none is given.

        Raises:
            QueryError: it is an update, or the server says that it is not SPARQL.
        """
        asked = QueryOperation(self._where.query, sparql, default, *named)
        try:
            response = self._connection.send(asked.request(self._connection))
        except NotUnderstood as error:
            raise QueryError(str(error), hint=error.hint) from error
        kind = response.headers.get("Content-Type", "").partition(";")[0]
        if "X-SPARQL-MaxRows" in response.headers:
            raise StoreError(
                f"{self._where.query}: the server cut its answer short, after "
                f"{response.headers['X-SPARQL-MaxRows']} rows",
                hint="add a LIMIT, or raise ResultSetMaxRows in virtuoso.ini",
            )
        if "json" in kind:
            content = results_as_written(response.content, self._where.kind)
            answer = results(content, self._where.query)
            if isinstance(answer, QueryBoolean) != (asked.queryType == "ASK"):
                raise not_sparql(self._where.query, "an answer to another kind of query")
            return answer
        if kind in (N_TRIPLES, "text/turtle", "text/plain"):
            content = as_written(response.content, self._where.kind)
            return triples(content, self._where.query)
        raise not_sparql(self._where.query, kind)

    def holds_any(self, base_iri: str) -> bool:
        """Return whether the graph says anything about what lies below a base IRI."""
        answer = self.query(f'ASK {{ ?s ?p ?o FILTER(STRSTARTS(STR(?s), "{base_iri}")) }}')
        return bool(answer)

    def runs(self, base_iri: str) -> list[tuple[str, str]]:
        """List the runs below a base IRI that the server was sent, with when they started."""
        sparql = (
            f"SELECT ?run ?started WHERE {{ GRAPH ?graph {{ ?run a {PROV.Activity} ; "
            f"{PROV.startedAtTime} ?started }} "
            f'FILTER(STRSTARTS(STR(?run), "{base_iri}run/")) }} ORDER BY DESC(?started)'
        )
        answer = cast(QuerySolutions, self.query(sparql))
        return [(row["run"].value, row["started"].value) for row in answer]

    def replace(self, pieces: Sequence[Piece], *, fresh: bool) -> None:
        """Give subjects the statements they should have. See `requests` and `send`."""
        self.send(self.requests(pieces, fresh=fresh))

    def requests(self, pieces: Sequence[Piece], *, fresh: bool) -> list[httpx.Request]:
        """Write the request that gives subjects the statements they should have.

        A server that is not atomic over a request's operations may have done a part when it is
        interrupted: doing it again heals. With `fresh`, the server has none of the subjects, and
        there may be a request for each graph.

        Raises:
            StoreError: no address for updates is known.
        """
        where = self._where
        if fresh and where.takes_documents:
            written = self._documents(where.graph_store or "", pieces)
            if not any(_has_longer(each.content, where.kind.document_text) for each in written):
                return written
        if where.update is None:
            raise StoreError(
                f"{where.query}: no address for updates is known",
                hint="run: etl store add NAME URL --update-url URL",
            )
        update = replacement(pieces, (where.graph, *self._provenance), where.kind, fresh=fresh)
        return [self._post(where.update, update, _UPDATE)] if update else []

    def _documents(self, url: str, pieces: Sequence[Piece]) -> list[httpx.Request]:
        where = self._where
        if where.kind.bulk_loader:
            said = dataset(pieces, where.graph, where.kind)
            return [self._post(url, said, _N_QUADS, {"no_transaction": ""})]
        return [
            self._post(url, document, N_TRIPLES, _graph_parameter(graph))
            for graph, document in documents(pieces, where.graph, where.kind)
        ]

    def _post(
        self, url: str, content: bytes, kind: str, params: dict[str, str] | None = None
    ) -> httpx.Request:
        headers = {"Content-Type": kind, "Accept": f"{RESULTS}, */*;q=0.1"}
        return self._connection.request(
            "POST", url, params=params, content=content, headers=headers
        )

    def send(self, requests: Iterable[httpx.Request]) -> None:
        """Send requests that `requests` has written.

        Raises:
            TooLarge: one is more than the server takes at once.
            StoreError: the server cannot be reached, or refuses.
        """
        for request in requests:
            response = self._connection.send(request)
            is_page = response.content and "html" in response.headers.get("Content-Type", "")
            if is_page and not self._where.kind.html_report:
                raise not_sparql(
                    str(request.url.copy_with(query=None)), response.headers["Content-Type"]
                )

    def export(self, graph: NamedNode | None = None) -> Iterator[Quad]:
        """Return every statement of a named graph, or of our graph as if it were the default one.

        Raises:
            StoreError: the server fails, or cuts its answer short.
        """
        if graph is None:
            return self._document(self._where.graph)
        return map(partial(_in, graph), self._document(graph.value))

    def lines_of_all(self) -> Iterator[bytes]:
        """Yield every statement of the graph and of its provenance, as whole lines of N-Quads.

        Those of the graph are spelt as the server does it.

        Raises:
            StoreError: the server fails, or cuts its answer short.
        """
        yield from self.lines(self._where.graph)
        for graph in self._provenance:
            quads = self.export(NamedNode(graph))
            while some := list(islice(quads, PROVENANCE_AT_ONCE)):
                yield serialize(some, format=RdfFormat.N_QUADS) or b""

    def _document(self, graph: str | None) -> Iterator[Quad]:
        """Yield all of a graph, and see that it is all."""
        try:
            yield from parse(cast(IO[bytes], Stream(self.lines(graph))), RdfFormat.N_TRIPLES)
        except SyntaxError as error:
            raise not_sparql(self._where.query, "broken N-Triples") from error

    def lines(self, graph: str | None) -> Iterator[bytes]:
        """Yield all of a graph, many whole lines of N-Triples at a time, and see that it is all.

        Raises:
            StoreError: the server fails, or cuts its answer short.
        """
        expected, count = self._count(graph), 0
        for request in self._whole(graph, expected):
            with self._connection.stream(request) as response:
                if "html" in response.headers.get("Content-Type", ""):
                    raise not_sparql(str(response.url), response.headers["Content-Type"])
                for lines in lines_as_written(self._connection.chunks(response), self._where.kind):
                    count += len(_STATEMENT.findall(lines))
                    yield lines
        if count != expected:
            raise StoreError(
                f"{self._where.query}: the server gave {count} of {expected} triples",
                hint="it limits its answers, or its graph changed meanwhile: try again",
            )

    def sizes(self) -> tuple[int, int]:
        """Count the triples of the graph, and those of its provenance."""
        return self._count(self._where.graph), self._count(self._provenance[0])

    def _count(self, graph: str | None) -> int:
        answer = self._ask("SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }", graph)
        if isinstance(answer, QuerySolutions):
            for solution in answer:
                with suppress(KeyError, ValueError):
                    return int(solution["n"].value)
        raise not_sparql(self._where.query, "something else")

    def _whole(self, graph: str | None, triples: int) -> Iterator[httpx.Request]:
        """Ask for all of a graph: by the Graph Store Protocol, or by queries, page after page."""
        where = self._where
        page = where.kind.answer_triples or triples
        if triples and where.gives_documents:
            params, headers = _graph_parameter(graph), {"Accept": N_TRIPLES}
            url = where.graph_store or ""
            yield self._connection.request("GET", url, params=params, headers=headers)
            return
        for start in range(0, triples, page or 1):
            sparql = "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }"
            if page < triples:
                sparql += f" LIMIT {page} OFFSET {start}"
            asked = QueryOperation(where.query, sparql, graph)
            asked.addCustomHttpHeader("Accept", where.kind.n_triples)
            yield asked.request(self._connection)


def _has_longer(document: bytes, length: int) -> bool:
    """Return whether any statement is longer than so many bytes."""
    return len(document) > length and max(map(len, document.splitlines())) > length


def _in(graph: NamedNode, quad: Quad) -> Quad:
    return Quad(quad.subject, quad.predicate, quad.object, graph)


def _graph_parameter(graph: str | None) -> dict[str, str]:
    """Name a graph to the Graph Store Protocol.

    Source: SPARQL 1.1 Graph Store HTTP Protocol, section 4.2.
    """
    return {"default": ""} if graph is None else {"graph": graph}
