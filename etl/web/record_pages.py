"""`/quarantine`, `/links`, `/runs`, `/sources`: what happened to records; read only."""

from __future__ import annotations

from io import BytesIO

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from etl.output import Destination, Rows, write
from etl.web.browsing import page_number
from etl.web.list_pages import JSON, chosen_form
from etl.web.negotiation import HTML
from etl.web.records import (
    PER_PAGE,
    SHOWN,
    finding_rows,
    kept_out_page,
    links_page,
    run_rows,
    source_rows,
)
from etl.web.site import reading, site_of

_KEPT_OUT = ("kind", "file", "line", "field", "message", "found", "film")
_ALL = 100_000


def _expect_workspace(request: Request) -> None:
    """Refuse to tell of records where only the graph is known.

    Raises:
        HTTPException: there is no workspace.
    """
    if site_of(request).without_workspace:
        message = "this server has the graph alone, and not the workspace that published it"
        raise HTTPException(404, message)


def quarantine(request: Request) -> Response:
    """Answer `/quarantine`: a page, or a row for each reason."""
    _expect_workspace(request)
    form = chosen_form(request)
    with reading(request) as opened:
        page = kept_out_page(opened, PER_PAGE if form == HTML else _ALL)
    if form == HTML:
        return site_of(request).page("quarantine.html", page=page, here="/quarantine")
    written = BytesIO()
    target = Destination(written, "json" if form == JSON else "csv")
    write(Rows(_KEPT_OUT, finding_rows(page.refusals)), target)
    return Response(written.getvalue(), media_type=form, headers={"Vary": "Accept"})


def links(request: Request) -> Response:
    """Answer `/links`: those that hold, or others that are asked for."""
    _expect_workspace(request)
    number = request.query_params.get("page", "")
    with reading(request) as opened:
        shown = links_page(opened, request.query_params.get("show", "linked"), page_number(number))
    return site_of(request).page("links.html", page=shown, names=SHOWN, here="/links")


def runs(request: Request) -> Response:
    """Answer `/runs`."""
    _expect_workspace(request)
    with reading(request) as opened:
        rows = run_rows(opened)
    return site_of(request).page("runs.html", runs=rows, here="/runs")


def sources(request: Request) -> Response:
    """Answer `/sources`."""
    _expect_workspace(request)
    with reading(request) as opened:
        rows = opened.once("sources", lambda: source_rows(opened))
    return site_of(request).page("sources.html", sources=rows, here="/sources")
