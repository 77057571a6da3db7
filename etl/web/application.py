"""The addresses of the server, and what answers each of them."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from http import HTTPStatus

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from etl.errors import EtlError, QueryError
from etl.terminal import on_one_line
from etl.web.browsing import FILMS, PEOPLE
from etl.web.dataset_pages import dump, healthz, metrics, robots, sitemap, void
from etl.web.editor import editor
from etl.web.entity_pages import entity
from etl.web.finding import search_page
from etl.web.guarding import Guard
from etl.web.list_pages import FORMS, listing
from etl.web.negotiation import HTML, preferred
from etl.web.openapi import openapi
from etl.web.overview import overview
from etl.web.question_pages import PICTURES, question, questions
from etl.web.reconcile_pages import preview, properties, reconcile, suggest, view
from etl.web.record_pages import links, quarantine, runs, sources
from etl.web.site import STATIC, WebSite, reading, site_of
from etl.web.sparql_protocol import sparql
from etl.web.worker import QueryUnanswered


def home(request: Request) -> Response:
    """Answer the first page."""
    with reading(request) as opened:
        return site_of(request).page("home.html", page=overview(opened))


def _in_forms(path: str, handler: Callable[[Request], object], *more: str) -> list[Route]:
    """Route an address to a handler, also with the suffix of a form, or of some `more`."""
    return [Route(path + suffix, handler) for suffix in (*FORMS, *more, "")]


ROUTES = [  # what is asked most stands first
    Route("/sparql", sparql, methods=["GET", "POST", "OPTIONS"]),
    Route("/movie/{key:path}", entity),
    Route("/person/{key:path}", entity),
    Mount("/static", StaticFiles(directory=STATIC)),
    Route("/", home),
    Route("/healthz", healthz),
    *_in_forms("/films", listing(FILMS)),
    *_in_forms("/people", listing(PEOPLE)),
    *_in_forms("/search", search_page),
    Route("/queries", questions),
    *_in_forms("/queries/{name}", question, *PICTURES),
    *_in_forms("/quarantine", quarantine),
    Route("/links", links),
    Route("/runs", runs),
    Route("/sources", sources),
    Route("/.well-known/void", void),
    Route("/dataset", void),
    Route("/dump.nt.gz", dump),
    Route("/sitemap.xml", sitemap),
    Route("/sitemap-{page:int}.xml", sitemap),
    Route("/robots.txt", robots),
    Route("/openapi.json", openapi),
    Route("/reconcile", reconcile, methods=["GET", "POST"]),
    Route("/reconcile/properties", properties),
    Route("/reconcile/suggest/{what}", suggest),
    Route("/reconcile/preview/{key:path}", preview),
    Route("/reconcile/view/{key:path}", view),
    Route("/metrics", metrics),
    Route("/editor", editor),
]


def application(site: WebSite) -> Starlette:
    """Make the application that answers requests about a site."""

    @asynccontextmanager
    async def running(_: Starlette) -> AsyncIterator[None]:
        await site.workers.prepare_all()
        yield
        await site.workers.close()

    app = Starlette(
        routes=ROUTES,
        lifespan=running,
        middleware=[Middleware(Guard, counts=site.counts, quotas=site.quotas)],
        exception_handlers={
            HTTPException: refused,
            EtlError: failed,
            Exception: unexpected,
        },
    )
    app.state.site = site
    return app


def refused(request: Request, error: Exception) -> Response:
    """Answer what cannot be answered: a page where a page was asked for, else a line."""
    assert isinstance(error, HTTPException)  # noqa: S101 - what it is registered for
    return problem(request, error.status_code, error.detail, "", error.headers)


def failed(request: Request, error: Exception) -> Response:
    """Answer an error of ours: a question that cannot be asked is the client's."""
    assert isinstance(error, EtlError)  # noqa: S101 - what it is registered for
    status, headers = 503, {}
    if isinstance(error, QueryError):
        status = 400
    if isinstance(error, QueryUnanswered):
        status = error.status
        headers = {"Retry-After": str(error.retry_s)} if error.retry_s else {}
    return problem(request, status, str(error), error.hint, headers)


def unexpected(request: Request, error: Exception) -> Response:
    """Answer a fault of ours, and say on standard error what it is."""
    first = on_one_line(f"{type(error).__name__}: {error}")
    sys.stderr.write(f"Error: {on_one_line(request.url.path)}: {first}\n")
    return problem(request, 500, "this is a fault of the server", "it has written down which")


def problem(
    request: Request,
    status: int,
    message: str,
    hint: str,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Say what went wrong and what to do."""
    title = HTTPStatus(status).phrase
    accept = request.headers.get("accept", "")
    answer: Response
    if request.url.path.endswith(".json"):
        told = {"error": message} | ({"hint": hint} if hint else {})
        answer = JSONResponse(told, status)
    elif preferred(accept, ["text/plain", HTML]) == HTML:
        answer = site_of(request).page(
            "problem.html", status, title=title, message=message, hint=hint, code=status
        )
    else:
        answer = PlainTextResponse(f"{message}\n{hint}\n" if hint else f"{message}\n", status)
    answer.headers.update(headers or {})
    answer.headers["Access-Control-Allow-Origin"] = "*"
    return answer
