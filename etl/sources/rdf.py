"""Files of RDF, which are validated as they are: read as triples, not as records."""

from __future__ import annotations

import io
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import BinaryIO

from pyoxigraph import NamedNode, RdfFormat, Triple, parse

from etl.errors import SourceError
from etl.sources import positions
from etl.sources.files import shown
from etl.sources.positions import Pattern
from etl.vocab import SCHEMA

FORMATS: Mapping[str, RdfFormat] = {
    ".jsonld": RdfFormat.JSON_LD,
    ".nq": RdfFormat.N_QUADS,
    ".nt": RdfFormat.N_TRIPLES,
    ".rdf": RdfFormat.RDF_XML,
    ".trig": RdfFormat.TRIG,
    ".ttl": RdfFormat.TURTLE,
    ".xml": RdfFormat.RDF_XML,
}
"""The format of a file of RDF by its suffix."""

_POSITION = re.compile(r"Parser error at line \d+ (between columns \d+ and \d+|column \d+): ")
_HTTP = "http://schema.org/"

# What schema.org's context says of how our terms are written; all others are texts there.
_CONTEXT = (
    rb'"@context": {"@vocab": "https://schema.org/", "id": "@id", "type": "@type",'
    rb' "url": {"@type": "@id"}, "sameAs": {"@type": "@id"}}'
)
_CONTEXT_ADDRESS = re.compile(
    rb'"@context"\s*:\s*"https?:(?://|\\/\\/)(?:www\.)?schema\.org(?:/|\\/)?"'
)


def is_rdf(path: str) -> bool:
    """Say whether a path names a file of RDF."""
    return Path(path).suffix.lower() in FORMATS and not os.path.isdir(path)


def read(path: str) -> Iterator[Triple]:
    """Yield the triples of all graphs of a file; schema.org's `http:` terms become `https:`.

    Raises:
        SourceError: the file cannot be read, or is not of its format.
    """
    form = FORMATS[Path(path).suffix.lower()]
    try:
        base_iri = Path(path).resolve().as_uri()
        with open(path, "rb") as file:
            for quad in parse(_known_context(file, form), form, base_iri=base_iri):
                yield _in_https(quad.triple)
    except OSError as error:
        raise SourceError(
            f"{shown(path)}: cannot be read: {error.strerror or error}",
            hint="check the path and its permissions",
        ) from error
    except (SyntaxError, ValueError) as error:
        raise SourceError(
            f"{shown(path)}{_line(error)}: not {form.name}: {_reason(error)}",
            hint="mend the file, or give it the suffix of its format",
        ) from error


def lines(path: str, wanted: Iterable[Pattern]) -> dict[Pattern, int]:
    """Find the first lines that fit patterns, in a file that can be read, where that is certain."""
    form, base_iri = FORMATS[Path(path).suffix.lower()], Path(path).resolve().as_uri()

    def read(text: str) -> Iterator[Triple]:
        known = _known_context(io.BytesIO(text.encode()), form)
        return (_in_https(quad.triple) for quad in parse(known, form, base_iri=base_iri))

    return positions.lines(path, form, wanted, read)


def _known_context(file: BinaryIO, form: RdfFormat) -> BinaryIO:
    """Put schema.org's JSON-LD context in the place of its address: nothing is fetched."""
    if form != RdfFormat.JSON_LD:
        return file
    return io.BytesIO(_CONTEXT_ADDRESS.sub(_CONTEXT, file.read()))


def _in_https(triple: Triple) -> Triple:
    subject, predicate, object_ = triple
    new_subject = _https(subject) if isinstance(subject, NamedNode) else subject
    new_predicate = _https(predicate)
    new_object = _https(object_) if isinstance(object_, NamedNode) else object_
    if new_subject is subject and new_predicate is predicate and new_object is object_:
        return triple  # to make another one takes its time
    return Triple(new_subject, new_predicate, new_object)


def _https(iri: NamedNode) -> NamedNode:
    if iri.value.startswith(_HTTP):
        return NamedNode(SCHEMA.iri + iri.value.removeprefix(_HTTP))
    return iri


def _line(error: Exception) -> str:
    line = getattr(error, "lineno", None)
    return f":{line}" if line else ""


def _reason(error: Exception) -> str:
    text = str(getattr(error, "msg", None) or error)
    if "remote contexts" in text:
        return "its @context has an address, and nothing is fetched"
    return _POSITION.sub("", text).partition("\n")[0]
