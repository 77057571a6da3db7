"""The Reconciliation Service API 0.2, by which OpenRefine matches its columns with the graph.

Source: https://www.w3.org/community/reports/reconciliation/CG-FINAL-specs-0.2-20230410/
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from html import escape
from typing import Any
from urllib.parse import parse_qs

import msgspec
from pyoxigraph import NamedNode
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from etl.queries.lookup import FILM, PERSON, Entity, search
from etl.rdf.vocab import SCHEMA
from etl.web.extending import PROPERTIES, TableProperty, values
from etl.web.readers import OpenGeneration
from etl.web.reconciling import LONGEST, Asked, candidates, described
from etl.web.site import path_of, reading

_AT_ONCE = 200  # queries, or things to be described, in one request
_SHOWN = 50
_SUGGESTED, _FURTHEST = 10, 200
_PREVIEWED = {
    "Movie": ("director", "actor", "genre"),
    "Person": ("birthDate", "jobTitle", "film"),
}
_STYLE = "body { font: 13px sans-serif; margin: 8px } h1 { font-size: 15px } p { margin: 4px 0 }"
_FRAMED = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors *"
_OPEN = {"Access-Control-Allow-Origin": "*"}
_TYPES = {"Movie": FILM, "Person": PERSON}
_NAMES = {"Movie": "Film", "Person": "Person"}
_TYPE_OF = {kind.noun: name for name, kind in _TYPES.items()}
_SAID = {
    "datePublished": "year",
    "year": "year",
    "director": "director",
    "actor": "actor",
    "sameAs": "imdb",
    "film": "film",
    "birthDate": "born",
}
"""What the properties that a table tells mean for judging a candidate."""


async def reconcile(request: Request) -> Response:
    """Answer `/reconcile`: what this service is, what cells mean, or properties of things."""
    form = dict(request.query_params)
    if request.method == "POST":
        body = (await request.body()).decode("utf-8", "replace")
        form |= {key: values[-1] for key, values in parse_qs(body).items()}
    if "queries" in form:
        told = await run_in_threadpool(_matched, request, _object(form["queries"]))
        return JSONResponse(told, headers=_OPEN)
    if "extend" in form:
        told = await run_in_threadpool(_extended, request, _object(form["extend"]))
        return JSONResponse(told, headers=_OPEN)
    return JSONResponse(_manifest(request), headers=_OPEN)


def _object(text: str) -> dict[str, Any]:
    """Read an object of JSON.

    Raises:
        HTTPException: it is none, or has half of a surrogate pair, which no answer can repeat.
    """
    try:
        return msgspec.json.decode(text, type=dict[str, Any])
    except (msgspec.DecodeError, RecursionError) as error:
        raise HTTPException(400, f"expected a JSON object: {error}") from error


def _manifest(request: Request) -> dict[str, Any]:
    here = str(request.base_url)
    with reading(request) as opened:
        base = opened.snapshot.iris.base
    suggest = {
        each: {"service_url": here.rstrip("/"), "service_path": f"/reconcile/suggest/{each}"}
        for each in ("entity", "property", "type")
    }
    return {
        "versions": ["0.2"],
        "name": "Reelgraph: films and people",
        "identifierSpace": base,
        "schemaSpace": SCHEMA.iri,
        "defaultTypes": list(map(_type, _TYPES)),
        "batchSize": _AT_ONCE,
        "view": {"url": f"{here}reconcile/view/{{{{id}}}}"},
        "preview": {"url": f"{here}reconcile/preview/{{{{id}}}}", "width": 400, "height": 140},
        "suggest": suggest,
        "extend": {
            "propose_properties": {
                "service_url": here.rstrip("/"),
                "service_path": "/reconcile/properties",
            },
            "property_settings": [],
        },
    }


def _type(name: str) -> dict[str, str]:
    return {"id": name, "name": _NAMES[name]}


def _matched(request: Request, queries: Mapping[str, Any]) -> dict[str, Any]:
    if len(queries) > _AT_ONCE:
        raise HTTPException(413, f"at most {_AT_ONCE} queries in one request")
    with reading(request) as opened:
        return {
            key: {
                "result": [
                    _thing(opened, each.entity, "type") | {"score": each.score, "match": each.match}
                    for each in candidates(opened, _asked(key, told))
                ]
            }
            for key, told in queries.items()
        }


def _thing(opened: OpenGeneration, entity: Entity, types: str) -> dict[str, Any]:
    return {
        "id": entity.iri.value.removeprefix(opened.snapshot.iris.base),
        "name": entity.name,
        "description": described(opened.snapshot.store, entity),
        types: [_type(_TYPE_OF[entity.kind.noun])],
    }


def _asked(key: str, told: object) -> Asked:
    """Read a query.

    Raises:
        HTTPException: it is none.
    """
    if not isinstance(told, dict) or not isinstance(text := told.get("query", ""), str):
        raise HTTPException(400, f"{key}: expected an object with a text under 'query'")
    properties = told.get("properties") or []
    if not isinstance(properties, list):
        raise HTTPException(400, f"{key}: expected a list under 'properties'")
    types = told.get("type")
    ids = (
        each.get("id") if isinstance(each, dict) else each
        for each in (types if isinstance(types, list) else [types])
    )
    kinds = [kind for each in ids if (kind := _TYPES.get(str(each).rpartition("/")[2]))]
    said: dict[str, list[str]] = {}
    for each in properties:
        if isinstance(each, dict) and (meaning := _SAID.get(str(each.get("pid")))):
            said.setdefault(meaning, []).extend(_texts(each.get("v")))
    limit = told.get("limit")
    at_most = int(limit) if isinstance(limit, int | float) and 1 <= limit <= _SHOWN else 5
    return Asked(text, kinds or (FILM, PERSON), at_most, said)


def _texts(value: object) -> Iterator[str]:
    """Yield what a row says of a property: texts, numbers, things with a name."""
    for each in value if isinstance(value, list) else [value]:
        plain = each.get("name", each.get("id")) if isinstance(each, dict) else each
        if plain is not None and (text := str(plain).strip()):
            yield text


def _extended(request: Request, asked: Mapping[str, Any]) -> dict[str, Any]:
    ids, wanted = asked.get("ids"), asked.get("properties")
    if not isinstance(ids, list) or not isinstance(wanted, list):
        raise HTTPException(400, "expected 'ids' and 'properties', each a list")
    if len(ids) > _AT_ONCE:
        raise HTTPException(413, f"at most {_AT_ONCE} things in one request")
    pids = [str(each.get("id")) for each in wanted if isinstance(each, dict)]
    every = PROPERTIES["Person"] | PROPERTIES["Movie"]
    with reading(request) as opened:
        rows = {str(each): _row(opened, str(each), pids) for each in ids}
    return {"meta": [_meta(pid, every.get(pid)) for pid in pids], "rows": rows}


def _meta(pid: str, known: TableProperty | None) -> dict[str, Any]:
    told: dict[str, Any] = {"id": pid, "name": known.name if known else pid}
    if known and known.kind:
        told["type"] = _type(_TYPE_OF[known.kind.noun])
    return told


def _row(opened: OpenGeneration, key: str, pids: list[str]) -> dict[str, list[dict[str, Any]]]:
    snapshot = opened.snapshot
    try:
        iri = NamedNode(snapshot.iris.base + key)
    except ValueError:
        return {pid: [] for pid in pids}
    known = PROPERTIES["Movie" if key.startswith("movie/") else "Person"]
    return {
        pid: list(values(snapshot.store, snapshot.iris.base, iri, known[pid]))
        if pid in known
        else []
        for pid in pids
    }


def properties(request: Request) -> Response:
    """Answer `/reconcile/properties`: what can be asked for of a type."""
    name = request.query_params.get("type", "Movie").rpartition("/")[2]
    found = _named(PROPERTIES.get(name, {}))[: _number(request, "limit", _SHOWN)]
    return JSONResponse({"properties": found, "type": name}, headers=_OPEN)


def _named(known: Mapping[str, TableProperty]) -> list[dict[str, Any]]:
    return [{"id": pid, "name": each.name} for pid, each in known.items()]


def _number(request: Request, name: str, default: int) -> int:
    """Read a number of an address; what is none is the default."""
    text = request.query_params.get(name, "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else default


def suggest(request: Request) -> Response:
    """Answer `/reconcile/suggest/…`: things, properties or types that are named or called so."""
    what, prefix = request.path_params["what"], request.query_params.get("prefix", "")
    skipped = _number(request, "cursor", 0)
    if what == "entity":
        with reading(request) as opened:
            at_most = min(skipped + _SUGGESTED, _FURTHEST)
            found = search(opened.snapshot.lookup(), prefix[:LONGEST], at_most)[skipped:]
            result = [_thing(opened, each.entity, "notable") for each in found]
    elif what in ("type", "property"):
        properties = _named(PROPERTIES["Movie"] | PROPERTIES["Person"])
        known = list(map(_type, _TYPES)) if what == "type" else properties
        begun = prefix.lower()
        result = [each for each in known if any(begun in text.lower() for text in each.values())]
        result = result[skipped:]
    else:
        raise HTTPException(404, "entities, properties and types are suggested, nothing else")
    return JSONResponse({"result": result}, headers=_OPEN)


def view(request: Request) -> Response:
    """Answer `/reconcile/view/…`: lead on to the page of a thing."""
    key = request.path_params["key"]
    if not key.startswith(("movie/", "person/")):
        raise HTTPException(404, "there is nothing of this id")
    with reading(request) as opened:
        path = path_of(opened.snapshot.iris.base + key, opened.snapshot.iris)
    return RedirectResponse(path, 303, headers=_OPEN)


def preview(request: Request) -> Response:
    """Answer `/reconcile/preview/…`: a few words about a thing, to be shown in a frame."""
    key = request.path_params["key"]
    with reading(request) as opened:
        snapshot = opened.snapshot
        found = snapshot.lookup().identified(snapshot.iris.base + key)
        if not found:
            raise HTTPException(404, "there is nothing of this id")
        lines = _words(opened, found[0])
        path = path_of(found[0].iri.value, snapshot.iris)
    rest = "".join(f"<p>{escape(line)}</p>" for line in lines)
    address = escape(str(request.base_url).rstrip("/") + path, quote=True)
    page = (
        '<!doctype html><html lang="en"><meta charset="utf-8">'
        f"<title>{escape(found[0].label)}</title><style>{_STYLE}</style>"
        f'<h1><a href="{address}" target="_blank" rel="noopener">{escape(found[0].label)}</a></h1>'
        f"{rest}</html>"
    )
    return HTMLResponse(page, headers={"Content-Security-Policy": _FRAMED, **_OPEN})


def _words(opened: OpenGeneration, entity: Entity) -> list[str]:
    """Say in a few lines what a thing is."""
    snapshot = opened.snapshot
    kind = "Movie" if entity.kind is FILM else "Person"
    lines = []
    for pid in _PREVIEWED[kind]:
        known = PROPERTIES[kind][pid]
        told = list(values(snapshot.store, snapshot.iris.base, entity.iri, known))[:5]
        words = [str(each.get("name", next(iter(each.values())))) for each in told]
        if words:
            lines.append(f"{known.name}: {', '.join(words)}")
    return lines
