"""A film as schema.org's terms say it, whichever way it is written: as an object for the map.

A node is a dictionary: `@id`, `@type` with the names of types, and each of schema.org's properties
by its name, with a list of texts, numbers and nodes.

Source: https://schema.org/Movie, https://schema.org/PerformanceRole, https://schema.org/Rating
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, TypeAlias

from etl.facts import SITES
from etl.rdf.identifiers import FILM_SCHEMES
from etl.sources.tables.cells import written

JsonNode: TypeAlias = Mapping[str, Any]
Find: TypeAlias = Callable[[object], object]
"""Gives the node that a value refers to, if it is known; else the value."""

OTHERS = frozenset(
    "TVSeries TVSeason TVEpisode TVMiniSeries Series Season Episode MovieSeries MovieClip Clip "
    "VideoGame RadioSeries RadioEpisode".split()
)
"""The types of what is no film, and comes where films do."""

TYPES = frozenset({"Movie", *OTHERS})

_PEOPLE = ("director", "actor", "author", "creator", "producer", "musicBy", "editor")
_LIFE = {"born": "birthDate", "died": "deathDate"}
_NAMES = ("productionCompany", "countryOfOrigin", "inLanguage", "genre", "keywords", "isPartOf")
_TEXTS = ("duration", "datePublished", "dateCreated", "contentRating", "description", "abstract")
_READ = {*_PEOPLE, *_NAMES, *_TEXTS, "name", "alternateName", "url", "sameAs", "identifier"} | {
    *("@id", "@type", "image", "aggregateRating", "performance", "actors", "directors"),
}
_TITLE = re.compile(r"(?:^|/)title/(tt[0-9]{7,10})(?:[/?#]|$)|^(tt[0-9]{7,10})$")
_NAME = re.compile(r"(?:^|/)name/(nm[0-9]{7,10})(?:[/?#]|$)|^(nm[0-9]{7,10})$")
_NAMES_ALONE = ("http:", "https:", "_:")  # of nodes of which nothing else is known
_SITES = {site.name: name for name, site in SITES.items()}


def film(node: JsonNode, find: Find) -> dict[str, Any]:
    """Make an object of a film's node, with other nodes taken into it; of another, its type."""
    kind = next((each for each in node["@type"] if each in TYPES), "")
    item: dict[str, Any] = {"@type": kind, "@id": node.get("@id", "")}
    if kind != "Movie":
        return item
    names = [text for each in node.get("name", ()) if (text := _text(each))]
    others = [text for each in node.get("alternateName", ()) if (text := _text(each))]
    item["name"], item["alternateName"] = next(iter(names), ""), [*names[1:], *others]
    for key in _TEXTS:
        item[key] = next((text for each in node.get(key, ()) if (text := _text(each))), "")
    for key in _NAMES:
        item[key] = [text for each in node.get(key, ()) if (text := _name_of(find(each)))]
    for key in _PEOPLE:
        item[key] = list(_people(node.get(key, ()), find))
    item["actor"] += _people(node.get("actors", ()), find)
    item["actor"] += _people(node.get("performance", ()), find)
    item["director"] += _people(node.get("directors", ()), find)
    item["image"] = [text for each in node.get("image", ()) if (text := _address(find(each)))]
    item["aggregateRating"] = [_rating(find(each)) for each in node.get("aggregateRating", ())]
    item |= _identifiers(node, find)
    return item | {key: "…" for key in node if key not in _READ}


def _text(value: object) -> str:
    """Give a text or a number as text; a node none."""
    if isinstance(value, Mapping):
        return written(value.get("@value"))
    return written(value) if isinstance(value, str | int | float) else ""


def _first(node: JsonNode, *keys: str) -> str:
    """Give the first text that a node has under some keys."""
    values = (value for key in keys for value in node.get(key, ()))
    return next((text for each in values if (text := _text(each))), "")


def _name_of(value: object) -> str:
    if isinstance(value, Mapping) and "@value" not in value:
        return _first(value, "name", "alternateName")
    return "" if (text := _text(value)).startswith(_NAMES_ALONE) else text


def _address(value: object) -> str:
    if isinstance(value, Mapping):
        return _first(value, "url", "contentUrl") or str(value.get("@id", ""))
    return _text(value)


def _addresses(node: JsonNode) -> Iterator[str]:
    """Give the addresses that a node goes by."""
    yield str(node.get("@id", ""))
    for key in ("url", "sameAs", "identifier"):
        yield from map(_address, node.get(key, ()))


def _people(
    values: Iterable[object], find: Find, *, inside: bool = False
) -> Iterator[dict[str, Any]]:
    """Give people with their ids and parts; a role has its actor in it. Organisations are none."""
    for value in map(find, values):
        if isinstance(value, Mapping) and "@value" not in value:
            character = [text for each in value.get("characterName", ()) if (text := _text(each))]
            if inner := [each for key in ("actor", "director") for each in value.get(key, ())]:
                for one in () if inside else _people(inner, find, inside=True):
                    yield {**one, "character": character}
            elif (name := _first(value, "name")) and "Organization" not in value.get("@type", ()):
                told = {field: _first(value, key) for field, key in _LIFE.items()}
                jobs = [text for each in value.get("jobTitle", ()) if (text := _text(each))]
                yield {"name": name, "imdb": _match(_NAME, _addresses(value)), "jobs": jobs} | told
        elif (text := _text(value)) and not text.startswith(_NAMES_ALONE):
            yield {"name": text}


def _match(pattern: re.Pattern[str], texts: Iterator[str]) -> str:
    found = (pattern.search(text) for text in texts)
    return next((match[1] or match[2] for match in found if match), "")


def _rating(value: object) -> dict[str, str]:
    """Give a rating; a scale that is not told is from 1 to 5."""
    if not isinstance(value, Mapping):
        return {"value": _text(value), "best": "5", "worst": "1", "site": ""}
    author = next(iter(map(_name_of, value.get("author", ()))), "")
    return {
        "value": _first(value, "ratingValue"),
        "count": _first(value, "ratingCount", "reviewCount"),
        "best": _first(value, "bestRating") or "5",
        "worst": _first(value, "worstRating") or "1",
        "site": _SITES.get(author, ""),
    }


def _identifiers(node: JsonNode, find: Find) -> dict[str, Any]:
    """Give a film's ids by scheme, and its pages."""
    found: dict[str, Any] = {"imdb": _match(_TITLE, _addresses(node))}
    for value in map(find, node.get("identifier", ())):
        if isinstance(value, Mapping):
            scheme = _first(value, "propertyID").lower()
            if scheme in FILM_SCHEMES and scheme != "record":
                found[scheme] = _first(value, "value") or found.get(scheme, "")
    pages = [_address(each) for key in ("url", "sameAs") for each in node.get(key, ())]
    return found | {"pages": [each for each in pages if each.startswith(("http:", "https:"))]}
