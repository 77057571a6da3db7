"""`/editor`: a SPARQL editor from our own files, with our prefixes, terms and saved queries."""

from __future__ import annotations

from functools import cache
from typing import Any

from pyoxigraph import NamedNode, RdfFormat, parse
from starlette.requests import Request
from starlette.responses import Response

from etl.errors import QueryError
from etl.queries import SavedQuery, bind
from etl.queries.syntax import declared, predeclared
from etl.rdf.identifiers import Iris
from etl.rdf.vocab import RDF, SCHEMA, SH
from etl.resources import folder
from etl.web.guarding import POLICY
from etl.web.question_pages import given_values
from etl.web.readers import OpenGeneration
from etl.web.schema_org import in_a_script
from etl.web.site import WebSite, reading, site_of

# What the editor adds to the page as a style of its own; by this hash the browser lets it.
_OWN_STYLE = "'sha256-zCK2EVMoPc04mRF/g5CotUvxbJPWS+8V0b+s9ptqQIk='"
_POLICY = POLICY.replace("style-src 'self'", f"style-src 'self' {_OWN_STYLE}")
_FIRST = """SELECT ?film ?title ?year
WHERE {
  ?film a schema:Movie ;
    schema:name ?title ;
    schema:datePublished ?year .
}
ORDER BY DESC(?year) ?title
LIMIT 20
"""


@cache
def terms() -> dict[str, list[str]]:
    """Return the classes and the properties that our shapes speak of: what a graph may have."""
    classes, properties = {SCHEMA.Movie.value}, {RDF.type.value}
    for path in sorted(folder("shapes").glob("*.ttl")):
        for quad in parse(path=str(path), format=RdfFormat.TURTLE):
            if isinstance(quad.object, NamedNode):
                if quad.predicate == SH.targetClass:
                    classes.add(quad.object.value)
                elif quad.predicate == SH.path:
                    properties.add(quad.object.value)
    return {"class": sorted(classes), "property": sorted(properties)}


def editor(request: Request) -> Response:
    """Answer `/editor`, with a query in it: one that is given, or a saved one by its name."""
    site = site_of(request)
    with reading(request) as opened:
        data = in_a_script(_data(request, site, opened))
    answer = site.page(
        "editor.html", data=data, here="/editor", seconds=site.workers.limits.seconds
    )
    answer.headers["Content-Security-Policy"] = _POLICY
    return answer


def _data(request: Request, site: WebSite, opened: OpenGeneration) -> dict[str, Any]:
    iris = opened.snapshot.iris
    saved = site.queries.get(request.query_params.get("name", ""))
    text = request.query_params.get("query", "")
    if saved:
        text = _bound(saved, request, opened)
    return {
        "prefixes": predeclared(iris),
        "terms": terms(),
        "first": _whole(_FIRST, iris),
        "query": _whole(text, iris) if text else "",
        "name": saved.name if saved else "",
        "saved": [
            {"name": each.name, "summary": each.summary, "query": _whole(each.text, iris)}
            for each in site.queries.values()
        ],
    }


def _bound(saved: SavedQuery, request: Request, opened: OpenGeneration) -> str:
    """Return a saved query with what was given for it, as far as that can be read."""
    try:
        return bind(saved, given_values(saved, request), opened.snapshot.lookup())
    except QueryError:
        return saved.text


def _whole(text: str, iris: Iris) -> str:
    """Return a query with each prefix that it uses declared on a line of its own."""
    first, _, rest = declared(text, predeclared(iris)).partition(text)
    return first.replace("> PREFIX", ">\nPREFIX").rstrip() + "\n" * bool(first) + text + rest
