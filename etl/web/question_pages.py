"""`/queries`: every saved query as a form, and its answer as a page, JSON or CSV."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from etl.errors import QueryError
from etl.queries import SavedQuery, bind, mentioning
from etl.web.list_pages import CSV, JSON, chosen_form
from etl.web.questions import SHOWN, AnswerTable, answer_table, fields, is_complete
from etl.web.site import reading, site_of
from etl.web.sparql_protocol import sent
from etl.web.worker import Question

_SOLUTIONS = {CSV: "csv", JSON: "json"}


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
    form = chosen_form(request)
    if not is_complete(query, values):
        if form in _SOLUTIONS:
            raise QueryError("a parameter is missing", hint=f"see /queries/{query.name}")
        return _page(request, query, values)
    try:
        text = await run_in_threadpool(_bound, request, query, values)
    except QueryError as error:
        if form in _SOLUTIONS:
            raise
        return _page(request, query, values, problem=error)
    answer = await site.workers.ask(Question(text, {}, _SOLUTIONS.get(form, "json")))
    if form in _SOLUTIONS:
        return await sent(answer, f"{form}; charset=utf-8" if form == CSV else form)
    solutions = await answer.whole()
    return await run_in_threadpool(_answered, request, query, values, text, solutions)


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
    request: Request, query: SavedQuery, values: Mapping[str, str], text: str, solutions: bytes
) -> Response:
    with reading(request) as opened:
        table = answer_table(query, solutions, opened.snapshot.iris)
    return _page(request, query, values, table=table, text=text)


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
        most=SHOWN,
        here="/queries",
    )
