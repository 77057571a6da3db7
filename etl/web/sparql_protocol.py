"""`/sparql`: the SPARQL 1.1 Protocol, for queries alone.

Source: SPARQL 1.1 Protocol, section 2.1 (query operation); SPARQL 1.1 Service Description.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from io import BytesIO
from urllib.parse import parse_qsl

from pyoxigraph import NamedNode, Triple
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from etl.output import Destination, GraphAnswer, write
from etl.queries.syntax import predeclared, refused_update
from etl.rdf.identifiers import Iris
from etl.rdf.vocab import RDF
from etl.web.answers import Answer
from etl.web.negotiation import BY_MEDIA_TYPE, HTML, preferred
from etl.web.site import reading, site_of
from etl.web.worker import QueryUnanswered, Question

SOLUTIONS = {
    "application/sparql-results+json": "json",
    "application/json": "json",
    "application/sparql-results+xml": "xml",
    "application/xml": "xml",
    "text/xml": "xml",
    "text/csv": "csv",
    "text/tab-separated-values": "tsv",
}
GRAPHS = {media_type: form.format for media_type, form in BY_MEDIA_TYPE.items()}
_UTF8 = {"text/csv", "text/tab-separated-values", "text/turtle", "text/xml"}
CORS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "GET, POST, OPTIONS",
    "Access-Control-Allow-Headers": "Accept, Content-Type",
    "Access-Control-Max-Age": "86400",
}
_PARAMETERS = ("query", "default-graph-uri", "named-graph-uri")
_READ_ONLY = "this server only reads: the graph changes by 'etl load', 'etl remove' and 'etl undo'"


async def sent(answer: Answer, media_type: str) -> Response:
    """Send an answer: at once where all of it is there, else as it comes."""
    headers = CORS | {"Vary": "Accept", "Content-Type": media_type}
    if answer.is_whole:
        return Response(await answer.whole(), headers=headers)
    return _Streamed(answer, headers)


class _Streamed(StreamingResponse):
    """Sends an answer as it comes; where it breaks off, so does the connection."""

    def __init__(self, answer: Answer, headers: Mapping[str, str]) -> None:
        super().__init__(answer.pieces(), headers=headers)
        self._answer = answer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it, and free whoever answers."""
        try:
            with suppress(QueryUnanswered):  # the connection is closed before the answer is whole
                await super().__call__(scope, receive, send)
        finally:
            self._answer.close()


@dataclass(frozen=True, slots=True)
class _Asked:
    """A query operation: the text, and the graphs that count instead of those it names."""

    query: str
    default_graphs: list[str] | None
    named_graphs: list[str] | None


async def sparql(request: Request) -> Response:
    """Answer a query; without one, say what this service is."""
    if request.method == "OPTIONS":
        return Response(status_code=204, headers=CORS)
    asked = _read(await _parameters(request))
    if asked is None:
        return _description(request)
    return await answered(request, asked)


async def answered(request: Request, asked: _Asked) -> Response:
    """Answer a query in the form that the client likes best.

    Raises:
        HTTPException: it is an update, or no form of any answer is accepted.
        Unanswered: there is no answer.
    """
    if refused_update(asked.query):
        raise HTTPException(403, _READ_ONLY)
    accept = request.headers.get("accept", "")
    solutions, graph = preferred(accept, list(SOLUTIONS)), preferred(accept, list(GRAPHS))
    if solutions is None and graph is None:
        raise HTTPException(406, f"choose one of {', '.join([*SOLUTIONS, *GRAPHS])}")
    site = site_of(request)
    _, iris = site.readers.current()
    question = Question(
        asked.query,
        predeclared(iris),
        SOLUTIONS.get(solutions or "", ""),
        GRAPHS.get(graph or "", ""),
        asked.default_graphs,
        asked.named_graphs,
    )
    answer = await site.workers.ask(question)
    media_type = (graph if answer.is_graph else solutions) or ""
    return await sent(answer, media_type + "; charset=utf-8" * (media_type in _UTF8))


async def _parameters(request: Request) -> list[tuple[str, str]]:
    """Return the parameters of an operation, however it was sent.

    Raises:
        HTTPException: the body is of another type, or no UTF-8.
    """
    given = parse_qsl(request.scope["query_string"].decode("latin-1"), keep_blank_values=True)
    if request.method != "POST":
        return given
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    body = await request.body()
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise HTTPException(400, "expected a query in UTF-8") from error
    match kind:
        case "application/x-www-form-urlencoded":
            return given + parse_qsl(text, keep_blank_values=True)
        case "application/sparql-query":
            return [*given, ("query", text)]
        case "application/sparql-update":
            raise HTTPException(403, _READ_ONLY)
        case _:
            types = "application/sparql-query or application/x-www-form-urlencoded"
            raise HTTPException(415, f"send the query as {types}")


def _read(parameters: Sequence[tuple[str, str]]) -> _Asked | None:
    """Read a query operation; None where there is no query.

    Raises:
        HTTPException: there are several queries, or an update.
    """
    query, default, named = (
        [value for name, value in parameters if name == each] for each in _PARAMETERS
    )
    if any(name == "update" for name, _ in parameters):
        raise HTTPException(403, _READ_ONLY)
    if len(query) > 1:
        raise HTTPException(400, f"expected one query, found {len(query)}")
    for each in (*default, *named):
        try:
            NamedNode(each)
        except ValueError as error:
            raise HTTPException(400, f"expected the IRI of a graph, found {each!r}") from error
    if not query:
        return None
    if not default and not named:
        return _Asked(query[0], None, None)
    return _Asked(query[0], default, named)


_SD = "http://www.w3.org/ns/sparql-service-description#"
_FORMATS = "http://www.w3.org/ns/formats/"
_RESULTS = (
    *("SPARQL_Results_JSON", "SPARQL_Results_XML", "SPARQL_Results_CSV", "SPARQL_Results_TSV"),
    *("Turtle", "N-Triples", "JSON-LD", "RDF_XML"),
)


def _description(request: Request) -> Response:
    """Describe this service; a browser is led to the editor instead."""
    chosen = preferred(request.headers.get("accept", ""), [*GRAPHS, HTML])
    if chosen == HTML:
        return RedirectResponse("/editor", 303, headers={"Vary": "Accept"})
    if chosen is None:
        raise HTTPException(406, f"choose one of {', '.join(GRAPHS)}")
    with reading(request) as opened:
        triples = service_description(opened.snapshot.iris)
    written = BytesIO()
    write(GraphAnswer(triples), Destination(written, GRAPHS[chosen]))
    return Response(written.getvalue(), media_type=chosen, headers=CORS | {"Vary": "Accept"})


def service_description(iris: Iris) -> list[Triple]:
    """Say in RDF what this service answers, over which graphs, in which forms."""

    def sd(name: str) -> NamedNode:
        return NamedNode(_SD + name)

    service = NamedNode(f"{iris.base}sparql")
    dataset, default, named = (
        iris.part(service, each) for each in ("dataset", "default-graph", "provenance")
    )
    return [
        Triple(service, RDF.type, sd("Service")),
        Triple(service, sd("endpoint"), service),
        Triple(service, sd("supportedLanguage"), sd("SPARQL11Query")),
        *(Triple(service, sd("resultFormat"), NamedNode(_FORMATS + each)) for each in _RESULTS),
        Triple(service, sd("defaultDataset"), dataset),
        Triple(dataset, RDF.type, sd("Dataset")),
        Triple(dataset, sd("defaultGraph"), default),
        Triple(default, RDF.type, sd("Graph")),
        Triple(dataset, sd("namedGraph"), named),
        Triple(named, RDF.type, sd("NamedGraph")),
        Triple(named, sd("name"), iris.provenance_graph),
    ]
