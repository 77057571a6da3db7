"""The graph as a whole, for machines: what it holds, all of it, its addresses, how the server does.

Source: VoID, section 7.2 (`/.well-known/void`); sitemaps.org; Prometheus' text format.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from io import BytesIO
from itertools import islice
from xml.sax.saxutils import escape

from pyoxigraph import NamedNode, RdfFormat, Triple, serialize
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse

from etl.output import Destination, GraphAnswer, write
from etl.rdf.vocab import VOID
from etl.web.negotiation import BY_MEDIA_TYPE, preferred
from etl.web.site import reading, site_of
from etl.web.tables import BrowseTables

_AT_ONCE = 10_000
_PER_SITEMAP = 50_000  # which sitemaps.org allows
_OPEN = {"Access-Control-Allow-Origin": "*"}


def void(request: Request) -> Response:
    """Answer `/.well-known/void`: what the data set is, and how much of what it holds."""
    chosen = preferred(request.headers.get("accept", ""), list(BY_MEDIA_TYPE)) or "text/turtle"
    with reading(request) as opened:
        iris = opened.snapshot.iris
        triples = [quad.triple for quad in opened.snapshot.store.entity(iris.dataset)]
    triples += [
        Triple(iris.dataset, VOID.sparqlEndpoint, NamedNode(f"{iris.base}sparql")),
        Triple(iris.dataset, VOID.dataDump, NamedNode(f"{iris.base}dump.nt.gz")),
    ]
    written = BytesIO()
    write(GraphAnswer(triples), Destination(written, BY_MEDIA_TYPE[chosen].format))
    return Response(written.getvalue(), media_type=chosen, headers=_OPEN | {"Vary": "Accept"})


def dump(request: Request) -> Response:
    """Answer `/dump.nt.gz`: the whole graph of one generation, as it is read."""
    site = site_of(request)

    def packed() -> Iterator[bytes]:
        packing = zlib.compressobj(wbits=31)  # with the head of a gzip file
        with site.readers.reading() as opened:
            quads = opened.snapshot.store.export()
            while some := list(islice(quads, _AT_ONCE)):
                triples = [quad.triple for quad in some]
                yield packing.compress(serialize(triples, format=RdfFormat.N_TRIPLES) or b"")
        yield packing.flush()

    return StreamingResponse(packed(), media_type="application/gzip", headers=_OPEN)


def sitemap(request: Request) -> Response:
    """Answer `/sitemap.xml`: all addresses, or where the pages with them are."""
    page = request.path_params.get("page")
    with reading(request, ready=True) as opened:
        addresses = BrowseTables.of(opened).iris()
        base = opened.snapshot.iris.base
    pages = -(-len(addresses) // _PER_SITEMAP)
    if page is None and pages > 1:
        places = (f"{base}sitemap-{number}.xml" for number in range(1, pages + 1))
        return _xml("sitemapindex", "sitemap", places)
    start = (page or 1) - 1
    if not 0 <= start < max(pages, 1):
        raise HTTPException(404, "there is no such sitemap")
    some = addresses[start * _PER_SITEMAP : (start + 1) * _PER_SITEMAP]
    return _xml("urlset", "url", some)


def _xml(whole: str, each: str, addresses: Iterator[str] | list[str]) -> Response:
    lines = [f"<{each}><loc>{escape(address)}</loc></{each}>" for address in addresses]
    text = "\n".join(
        [
            '<?xml version="1.0" encoding="UTF-8"?>',
            f'<{whole} xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">',
            *lines,
            f"</{whole}>\n",
        ]
    )
    return Response(text, media_type="application/xml")


def robots(request: Request) -> Response:
    """Answer `/robots.txt`: what crawlers may read, and where the addresses are."""
    with reading(request) as opened:
        base = opened.snapshot.iris.base
    closed = "".join(f"Disallow: /{each}\n" for each in ("sparql", "search", "queries/", "films?"))
    return PlainTextResponse(f"User-agent: *\n{closed}Sitemap: {base}sitemap.xml\n")


def healthz(request: Request) -> Response:
    """Say whether a generation can be read, and which."""
    with reading(request) as opened:
        return PlainTextResponse(f"ok, generation {opened.snapshot.generation.number}\n")


def metrics(request: Request) -> Response:
    """Say how many requests and queries there were, and what is going on."""
    site = site_of(request)
    workers = site.workers
    with reading(request) as opened:
        generation = opened.snapshot.generation.number
    told: list[tuple[str, str, list[tuple[str, float]]]] = [
        ("reelgraph_generation", "gauge", [("", generation)]),
        (
            "reelgraph_requests_total",
            "counter",
            [(f'{{status="{s}"}}', n) for s, n in sorted(site.counts.by_status.items())],
        ),
        ("reelgraph_request_seconds_total", "counter", [("", round(site.counts.seconds, 3))]),
        ("reelgraph_queries_total", "counter", [("", workers.asked)]),
        ("reelgraph_query_processes_started_total", "counter", [("", workers.started)]),
        ("reelgraph_queries_long", "gauge", [("", workers.slow)]),
    ]
    lines = [
        f"# TYPE {name} {kind}\n" + "".join(f"{name}{labels} {n}\n" for labels, n in values)
        for name, kind, values in told
    ]
    return PlainTextResponse("".join(lines), media_type="text/plain; version=0.0.4")
