"""SPARQL servers: the endpoints of each product, and its peculiarities.

Sources: the manuals of the products, and what those did that were tried (docs/operations.md).
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from urllib.parse import urlsplit, urlunsplit

from pyoxigraph import NamedNode

from etl.errors import StoreError
from etl.rdf.vocab import XSD


@dataclass(frozen=True, slots=True)
class ServerKind:
    """A product: its endpoints behind the base URL, and its peculiarities.

    `own_default_graph`: there is a default graph that can be written, and reading it shows
    nothing of the named graphs. So many triples are no burden in an update (`update_triples`), and
    in a document sent by the Graph Store Protocol, which takes statements up to `document_text`
    bytes; with `document_triples` 0, none is sent. One that has a `bulk_loader` takes documents of
    all graphs together, as N-Quads, each whole or not at all. Whole graphs come as documents, too;
    with `answer_triples` it is asked for so many at a time. Literals of the datatypes in
    `kept_as_text` it cannot hold; they are kept as plain text there. With `decimal_point`, it needs
    one in each xsd:decimal, and gives one back. It calls N-Triples `n_triples`. With `html_report`,
    it answers an update that it has done with a page; with `milliseconds`, each xsd:dateTime comes
    back with three digits of them.
    """

    name: str
    query: str
    update: str
    graph_store: str | None
    marks: tuple[str, ...]
    own_default_graph: bool = False
    update_triples: int = 5_000
    document_triples: int = 10_000
    document_text: int = sys.maxsize
    bulk_loader: bool = False
    answer_triples: int | None = None
    kept_as_text: frozenset[NamedNode] = frozenset()
    decimal_point: bool = False
    n_triples: str = "application/n-triples"
    html_report: bool = False
    milliseconds: bool = False


GENERIC = ServerKind("SPARQL 1.1", "", "", None, (), own_default_graph=True)

# `marks` are looked for in the base URL and in what the server calls itself.
KINDS: dict[str, ServerKind] = {
    kind.name.lower(): kind
    for kind in (
        ServerKind(
            *("Oxigraph", "/query", "/update", "/store", ("oxigraph",)),
            own_default_graph=True,
            update_triples=10_000,
            document_triples=50_000,  # below a million its bulk loader takes them in one step
            bulk_loader=True,
        ),
        ServerKind(
            *("Fuseki", "/query", "/update", "/data", ("fuseki",)),
            own_default_graph=True,
            update_triples=10_000,
            document_triples=0,  # one that breaks off at the end of a line is taken for whole
            decimal_point=True,  # TDB2 never deletes a decimal that was written otherwise
        ),
        ServerKind("GraphDB", "", "/statements", "/rdf-graphs/service", ("graphdb",)),
        ServerKind(
            *("RDF4J", "", "/statements", "/rdf-graphs/service", ("rdf4j", "/repositories/")),
            update_triples=10_000,
            document_triples=0,  # both graphs are changed by one update, or neither
        ),
        ServerKind(
            *("Virtuoso", "/sparql", "/sparql-auth", "/sparql-graph-crud-auth", ("virtuoso",)),
            update_triples=2_000,
            document_triples=30_000,
            document_text=100_000,
            answer_triples=500_000,  # it fails with three million; documents are for writers only
            kept_as_text=frozenset({XSD.duration}),
        ),
        ServerKind(
            *("Blazegraph", "/sparql", "/sparql", None, ("blazegraph", "bigdata")),
            n_triples="text/plain",  # under the other name it gives RDF/XML
            html_report=True,
            milliseconds=True,
        ),
        ServerKind("QLever", "", "", "", ("qlever",)),
        ServerKind("Stardog", "/query", "/update", "", ("stardog",), own_default_graph=True),
        ServerKind("Neptune", "/sparql", "/sparql", "/sparql/gsp/", (".neptune.amazonaws.com",)),
    )
}


@dataclass(frozen=True, slots=True)
class Endpoints:
    """Where one server answers, and the graph in it that is ours: None is its default graph."""

    kind: ServerKind
    query: str
    update: str | None
    graph_store: str | None = None
    graph: str | None = None

    @property
    def services(self) -> tuple[str, ...]:
        """Return the URLs of what it has beside queries."""
        return tuple(filter(None, (self.update, self.graph_store)))

    @property
    def takes_documents(self) -> bool:
        """Return whether a first publication goes to it by the Graph Store Protocol."""
        return self.graph_store is not None and self.kind.document_triples > 0

    @property
    def gives_documents(self) -> bool:
        """Return whether it gives a whole graph as one document, by the Graph Store Protocol."""
        return self.graph_store is not None and self.kind.answer_triples is None

    @property
    def addresses(self) -> tuple[str | None, ...]:
        """Return all that has to be known to reach it."""
        urls = (url and canonical(url) for url in (self.query, self.update, self.graph_store))
        return *urls, self.graph

    @property
    def base(self) -> str:
        """Return its base URL, in the one spelling that it has here."""
        return canonical(self.query.removesuffix(self.kind.query))

    @property
    def place(self) -> tuple[str, str | None]:
        """Return the identity of a store: its query endpoint and its graph."""
        return canonical(self.query), self.graph


def canonical(url: str) -> str:
    """Return a URL in one spelling: host in small letters, no default port, no slash at its end.

    Source: RFC 3986, sections 6.2.2.1 and 6.2.3.
    """
    parts = urlsplit(url)
    host = (parts.hostname or "").removesuffix(".")
    host = f"[{host}]" if ":" in host else host
    default = {"http": 80, "https": 443}.get(parts.scheme)
    port = "" if parts.port in (None, default) else f":{parts.port}"
    return urlunsplit((parts.scheme, host + port, parts.path.rstrip("/"), "", ""))


def checked_url(url: str) -> str:
    """Return a URL in its canonical spelling.

    Raises:
        StoreError: it is not an http(s) URL, or has a password, a query or a fragment in it.
    """
    try:
        parts = urlsplit(url)
        has_host = bool(parts.hostname) and parts.port != 0
    except ValueError:
        has_host = False
    if not has_host or parts.scheme not in ("http", "https"):
        shown = "something else" if "@" in url else repr(url)
        raise StoreError(
            f"--store: expected a URL such as http://localhost:7878, found {shown}",
            hint="'etl store list' shows the stores that have a name, 'etl store add' names one",
        )
    if "@" in parts.netloc:
        raise StoreError(
            "--store: a URL with a user name or password in it would show in process lists",
            hint="put them in ETL_STORE_USER and ETL_STORE_PASSWORD, or in a netrc file",
        )
    if parts.query or parts.fragment:
        raise StoreError("--store: expected a URL without '?' and '#'")
    return canonical(url)


def kind_called(name: str) -> ServerKind:
    """Return the product of this name.

    Raises:
        StoreError: there is no such product in the table.
    """
    kind = KINDS.get(name.lower())
    if kind is None:
        known = ", ".join(each.name for each in KINDS.values())
        raise StoreError(f"--kind: {name!r} is not a server we know", hint=f"choose one of {known}")
    return kind


def kind_marked(text: str) -> ServerKind | None:
    """Return the product that a URL or a server's name for itself points to, or None."""
    for kind in KINDS.values():
        if any(mark in text.lower() for mark in kind.marks):
            return kind
    return None


def endpoints(kind: ServerKind, url: str, graph: str | None) -> Endpoints:
    """Put a product's endpoints behind its base URL, or behind that of its query endpoint."""
    base = url.removesuffix(kind.query) if kind.query else url
    store = None if kind.graph_store is None else base + kind.graph_store
    return Endpoints(kind, base + kind.query, base + kind.update, store, graph)


def check_graph(where: Endpoints, suggestion: str) -> None:
    """Refuse the default graph of a server that has none of its own.

    Raises:
        StoreError: a graph has to be named.
    """
    if where.graph is None and not where.kind.own_default_graph:
        raise StoreError(
            f"{where.query}: {where.kind.name} needs a graph to be named: its default graph "
            "cannot be written, or shows every other graph too",
            hint=f"run: etl store add NAME URL --graph {suggestion}",
        )
