"""A film or a person as one nested object of schema.org's, as search engines read it.

What a page carries in a script is for them: no term of ours, no language of a text, people with
their names inside. The exact graph is what the address answers as JSON-LD.

Source: schema.org's types Movie, Person, PerformanceRole; Google's documentation of the structured
data for movies, which requires `name` and `image`, and recommends the others below.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from markupsafe import Markup
from pyoxigraph import Literal, NamedNode

from etl.rdf.vocab import FILM, RDF, SCHEMA, XSD
from etl.stores.embedded import EmbeddedStore

Json = dict[str, Any]
_REQUIRED = ("name", "image")
_RECOMMENDED = ("dateCreated", "director", "aggregateRating")
_NUMBERS = {XSD.decimal: float, XSD.integer: int}
_IN_A_SCRIPT = str.maketrans({"<": "\\u003c", ">": "\\u003e", "&": "\\u0026"})


def described(store: EmbeddedStore, iri: NamedNode) -> Json:
    """Return what the graph says of a film or a person as one object."""
    return {"@context": "https://schema.org", **_object(store, iri, whole=True)}


def in_a_script(document: Json) -> Markup:
    """Write an object so that nothing in it ends the script around it."""
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    return Markup(text.translate(_IN_A_SCRIPT))  # noqa: S704 - nothing of HTML is left in it


def lacking(document: Json) -> tuple[list[str], list[str]]:
    """Return what Google's result for a movie requires and recommends, and the object has not."""
    required = [name for name in _REQUIRED if name not in document]
    recommended = [name for name in _RECOMMENDED if name not in document]
    rating = document.get("aggregateRating")
    ratings = rating if isinstance(rating, list) else [rating] if rating else []
    if ratings and not any("ratingCount" in each for each in ratings):
        recommended.append("ratingCount")
    return required, recommended


def _object(store: EmbeddedStore, iri: NamedNode, *, whole: bool) -> Json:
    """Return an object for a node; of somebody inside another only type and name."""
    found: dict[str, list[Any]] = {}
    roles: dict[str, Json] = {}
    for name, value in sorted(_said(store, iri), key=str):
        if name == FILM.performance.value and isinstance(value, NamedNode):
            role = _object(store, value, whole=True)
            roles.setdefault(role.get("actor", {}).get("@id", value.value), role)
        elif name.startswith(SCHEMA.iri) and (whole or name == SCHEMA.name.value):
            found.setdefault(name.removeprefix(SCHEMA.iri), []).append(_value(store, iri, value))
    if actors := found.get("actor"):
        found["actor"] = [roles.get(each["@id"], each) for each in actors]
    kinds = [kind.removeprefix(SCHEMA.iri) for kind in _types(store, iri)]
    return {
        **({"@type": kinds[0]} if kinds else {}),
        "@id": iri.value,
        **{name: each[0] if len(each) == 1 else each for name, each in found.items()},
    }


def _said(store: EmbeddedStore, iri: NamedNode) -> Iterator[tuple[str, Any]]:
    for quad in store.about(iri.value):
        if quad.predicate != RDF.type:
            yield quad.predicate.value, quad.object


def _types(store: EmbeddedStore, iri: NamedNode) -> list[str]:
    about = store.about(iri.value)
    return [str(each.object)[1:-1] for each in about if each.predicate == RDF.type]


def _value(store: EmbeddedStore, whole: NamedNode, value: Any) -> Any:  # noqa: ANN401 - JSON
    if isinstance(value, Literal):
        return _NUMBERS.get(value.datatype, str)(value.value)
    if value.value.startswith(f"{whole.value}#"):
        return _object(store, value, whole=True)
    if "/person/" in value.value and _types(store, value):
        return _object(store, value, whole=False)
    return value.value
