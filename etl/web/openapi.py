"""`/openapi.json`: every saved query, the lists and the search, described for programs.

Source: OpenAPI 3.1.0; SPARQL 1.1 Query Results JSON Format, section 3.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import version
from typing import Any

from pyoxigraph import NamedNode
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from etl.queries import Parameter, SavedQuery
from etl.rdf.vocab import SCHEMA
from etl.web.browsing import FILMS, PEOPLE, Browsable
from etl.web.readers import OpenGeneration
from etl.web.site import reading, site_of

Schema = dict[str, Any]

_TEXT: Schema = {"type": "string", "minLength": 1}
_KINDS: dict[str, Schema] = {
    **dict.fromkeys(("film", "person", "text"), _TEXT),
    "year": {"type": "string", "pattern": "^[0-9]{4}$"},
    "number": {"type": "string", "pattern": r"^[+-]?[0-9]{1,18}(\.[0-9]{1,18})?$"},
}
"""The values of parameters by their kinds, as `KINDS` of the saved queries reads them."""


def _object(required: Mapping[str, Schema], **more: Schema) -> Schema:
    return {"type": "object", "required": list(required), "properties": {**required, **more}}


def _list(items: Schema) -> Schema:
    return {"type": "array", "items": items}


def _ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


_STRING: Schema = {"type": "string"}
_SCHEMAS: dict[str, Schema] = {
    "Problem": _object({"error": _STRING}, hint=_STRING),
    "Term": _object(
        {"type": {"enum": ["uri", "literal", "bnode"]}, "value": _STRING},
        **{"xml:lang": _STRING, "datatype": _STRING},
    ),
    "Solutions": _object(
        {
            "head": _object({"vars": _list(_STRING)}),
            "results": _object(
                {"bindings": _list({"type": "object", "additionalProperties": _ref("Term")})}
            ),
        }
    ),
    "Truth": _object({"boolean": {"type": "boolean"}}),
    "Graph": {"type": ["object", "array"]},
    "Found": _list(
        _object(dict.fromkeys(("kind", "label", "path", "iri", "why", "details"), _STRING))
    ),
    "List": _object(
        {
            "total": {"type": "integer"},
            "rows": _list(_object({"iri": _STRING})),
            "facets": {
                "type": "object",
                "additionalProperties": _list(
                    _object({"value": {"type": ["string", "number"]}, "count": {"type": "integer"}})
                ),
            },
            "next": {"type": ["string", "null"]},
        }
    ),
}
_OF_FORM = {"select": "Solutions", "ask": "Truth"}  # the answers; any other is a graph
_PROBLEMS = {
    "400": "what is given cannot be answered: a value is missing or not of its kind",
    "429": "this client asks too often; Retry-After says when to ask again",
    "503": "the answer would take too long, or too many are waiting",
}


def openapi(request: Request) -> Response:
    """Answer `/openapi.json`."""
    with reading(request) as opened:
        examples = {"film": _one(opened, SCHEMA.Movie), "person": _one(opened, SCHEMA.Person)}
    return JSONResponse(
        described(site_of(request).queries, examples, str(request.base_url)),
        headers={"Access-Control-Allow-Origin": "*"},
    )


def _one(opened: OpenGeneration, kind: NamedNode) -> str:
    """Return the IRI of one thing of a kind; the empty text where there is none."""
    return next(opened.snapshot.store.subjects(f"?s a {kind}"), "")


def described(
    queries: Mapping[str, SavedQuery], examples: Mapping[str, str], address: str
) -> dict[str, Any]:
    """Describe what a server of some saved queries answers; `examples` are values by kind."""
    paths = {f"/queries/{name}.json": _query(query, examples) for name, query in queries.items()}
    for kind in (FILMS, PEOPLE):
        paths[f"/{kind.table}.json"] = _listing(kind)
    search = _parameter("q", "a title, a name or a part of one, whatever the spelling", _STRING)
    of_kind = _parameter("kind", "films or people alone", {"enum": ["film", "person"]})
    paths["/search.json"] = _get(
        "search", "Films and people of a name.", [search, of_kind], "Found"
    )
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Reelgraph",
            "version": version("reelgraph"),
            "description": "Saved queries, lists and search of a knowledge graph of films. "
            "/sparql answers anything else by the SPARQL 1.1 Protocol.",
        },
        "servers": [{"url": address.rstrip("/")}],
        "paths": paths,
        "components": {"schemas": _SCHEMAS},
    }


def _query(query: SavedQuery, examples: Mapping[str, str]) -> dict[str, Any]:
    parameters = [_of_query(each, examples) for each in query.parameters]
    return _get(query.name, query.summary, parameters, _OF_FORM.get(query.form, "Graph"))


def _of_query(parameter: Parameter, examples: Mapping[str, str]) -> dict[str, Any]:
    schema = dict(_KINDS[parameter.kind])
    if parameter.default is not None:
        schema["default"] = parameter.default
    told = _parameter(parameter.name, parameter.description, schema)
    if example := examples.get(parameter.kind):
        told["example"] = example
    return told | {"required": parameter.default is None}


def _listing(kind: Browsable) -> dict[str, Any]:
    orders = [sign + column for column in kind.columns for sign in ("", "-")]
    parameters = [
        *(
            _parameter(name, f"{heading} of the rows", _STRING)
            for name, heading in kind.facets.items()
        ),
        _parameter("sort", "the column to sort by; - is falling", {"enum": orders}),
        _parameter("page", "which page of fifty rows", {"type": "integer", "minimum": 1}),
    ]
    return _get(kind.table, f"A list of {kind.noun}, with facets.", parameters, "List")


def _parameter(name: str, description: str, schema: Schema) -> dict[str, Any]:
    return {"name": name, "in": "query", "description": description, "schema": schema}


def _get(name: str, summary: str, parameters: list[Any], schema: str) -> dict[str, Any]:
    answers = {"200": _answer("the answer", schema)}
    answers |= {status: _answer(words, "Problem") for status, words in _PROBLEMS.items()}
    return {
        "get": {
            "operationId": name,
            "summary": summary,
            "parameters": parameters,
            "responses": answers,
        }
    }


def _answer(description: str, schema: str) -> dict[str, Any]:
    media_type = "application/ld+json" if schema == "Graph" else "application/json"
    return {"description": description, "content": {media_type: {"schema": _ref(schema)}}}
