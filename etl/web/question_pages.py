"""`/queries`: every saved query as a form, and its answer as a page, JSON, CSV or a picture."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from etl.errors import EtlError, QueryError
from etl.output.pictures import as_file, picture, writes_png
from etl.queries import SavedQuery, bind, mentioning
from etl.web.list_pages import CSV, JSON, chosen_form
from etl.web.negotiation import HTML
from etl.web.questions import AnswerTable, WholeAnswer, answer_table, fields, is_complete
from etl.web.site import reading, site_of
from etl.web.sparql_protocol import sent
from etl.web.worker import Question

_SOLUTIONS, _GRAPHS = {CSV: "csv"}, {CSV: "", JSON: "jsonld"}
_DRAWN = {"svg": "image/svg+xml"} | ({"png": "image/png"} if writes_png() else {})
PICTURES = {f".{name}": media_type for name, media_type in _DRAWN.items()}
"""The forms of a picture by their suffixes; what draws points is an extra."""
_STYLED = "default-src 'none'; style-src 'unsafe-inline'"  # a picture has its own style


def questions(request: Request) -> Response:
    """List the saved queries, or those that speak of what is looked for."""
    wanted = " ".join(request.query_params.get("q", "").casefold().split())
    site = site_of(request)
    found = mentioning(site.queries.values(), wanted)
    return site.page("questions.html", queries=found, here="/queries", wanted=wanted)


async def question(request: Request) -> Response:
    """Ask a saved query, once all that it needs is given."""
    site = site_of(request)
    query = site.queries.get(request.path_params["name"])
    if query is None:
        raise HTTPException(404, "there is no such saved query")
    values = given_values(query, request)
    suffix = request.url.path.removeprefix("/queries/").removeprefix(query.name)
    form = PICTURES.get(suffix) or chosen_form(request)
    if not is_complete(query, values):
        if form != HTML:
            raise QueryError("a parameter is missing", hint=f"see /queries/{query.name}")
        return _page(request, query, values)
    try:
        text = await run_in_threadpool(_bound, request, query, values)
    except QueryError as error:
        if form != HTML:
            raise
        return _page(request, query, values, problem=error)
    asked = Question(text, {}, _SOLUTIONS.get(form, "json"), _GRAPHS.get(form, "nt"))
    answer = await site.workers.ask(asked)
    if form == CSV:
        return await sent(answer, f"{CSV}; charset=utf-8")
    if form == JSON:
        return await sent(answer, "application/ld+json" if answer.is_graph else JSON)
    whole = WholeAnswer(await answer.whole(), answer.is_graph)
    if form == HTML:
        return await run_in_threadpool(_answered, request, query, values, text, whole)
    return await run_in_threadpool(_drawn, request, query, whole, suffix)


def given_values(query: SavedQuery, request: Request) -> dict[str, str]:
    """Return what an address gives for a query's parameters; empty fields give nothing."""
    given = {each.name: request.query_params.get(each.name, "") for each in query.parameters}
    return {name: value.strip() for name, value in given.items() if value.strip()}


def _bound(request: Request, query: SavedQuery, values: Mapping[str, str]) -> str:
    """Return the text of a question.

    Raises:
        QueryError: a value is not of its kind, or nothing or several things are called so.
    """
    with reading(request) as opened:
        return bind(query, values, opened.snapshot.lookup())


def _answered(
    request: Request, query: SavedQuery, values: Mapping[str, str], text: str, answer: WholeAnswer
) -> Response:
    with reading(request) as opened:
        table = answer_table(query, answer, opened.snapshot.iris)
    return _page(request, query, values, table=table, text=text)


def _drawn(request: Request, query: SavedQuery, answer: WholeAnswer, suffix: str) -> Response:
    with reading(request) as opened:
        base = opened.snapshot.iris.base
    try:
        content = as_file(picture(query, answer.read(), base), suffix.removeprefix("."))
    except EtlError as error:
        raise error.with_traceback(None) from None  # no other thread may drop what was read
    headers = {"Access-Control-Allow-Origin": "*", "Content-Security-Policy": _STYLED}
    return Response(content, media_type=PICTURES[suffix], headers=headers)


def _page(
    request: Request,
    query: SavedQuery,
    values: Mapping[str, str],
    *,
    problem: QueryError | None = None,
    table: AnswerTable | None = None,
    text: str = "",
) -> Response:
    suffix = f"?{urlencode(values)}" if values else ""
    return site_of(request).page(
        "question.html",
        200 if problem is None else 400,
        query=query,
        fields=fields(query, values),
        problem=problem,
        table=table,
        text=text or query.text,
        asked=suffix,
        pictures=[each.removeprefix(".") for each in PICTURES],
        here="/queries",
    )
