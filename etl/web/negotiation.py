"""Which form of an answer a client would rather have.

Source: RFC 9110, section 12.5.1 (`Accept`) and 12.4.2 (quality values).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

HTML = "text/html"


@dataclass(frozen=True, slots=True)
class GraphForm:
    """A way to write a graph: its suffix, the writer's name, its media type, its title."""

    suffix: str
    format: str
    media_type: str
    title: str


GRAPH_FORMS = (
    GraphForm(".ttl", "ttl", "text/turtle", "Turtle"),
    GraphForm(".nt", "nt", "application/n-triples", "N-Triples"),
    GraphForm(".jsonld", "jsonld", "application/ld+json", "JSON-LD"),
    GraphForm(".rdf", "rdfxml", "application/rdf+xml", "RDF/XML"),
)
BY_MEDIA_TYPE = {form.media_type: form for form in GRAPH_FORMS}
BY_SUFFIX = {form.suffix: form for form in GRAPH_FORMS}


def preferred(accept: str, offered: Sequence[str]) -> str | None:
    """Return the media type that a client likes best; the first of several it likes alike.

    None says that it takes none of them; without a header it takes all.
    """
    return _preferred(accept, tuple(offered))


@lru_cache(64)
def _preferred(accept: str, offered: tuple[str, ...]) -> str | None:
    wanted = [_range(each) for each in accept.split(",") if each.strip()]
    if not wanted:
        return offered[0]
    qualities = {each: _quality(each, wanted) for each in offered}
    best = max(offered, key=lambda each: qualities[each])
    return best if qualities[best] > 0 else None


def _range(text: str) -> tuple[str, float]:
    """Read a media range: `text/*;q=0.5`. What is no number counts as refused."""
    name, *parameters = (part.strip().lower() for part in text.split(";"))
    quality = next((each[2:] for each in parameters if each.startswith("q=")), "1")
    try:
        return name, min(max(float(quality), 0.0), 1.0)
    except ValueError:
        return name, 0.0


def _quality(media_type: str, wanted: Sequence[tuple[str, float]]) -> float:
    """Return the quality that the most specific of the ranges which fit gives a media type."""
    for name in (media_type, f"{media_type.partition('/')[0]}/*", "*/*"):
        found = [quality for each, quality in wanted if each == name]
        if found:
            return max(found)
    return 0.0
