"""What a saved query may ask for: kinds of values, each read into one RDF term."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Protocol

from pyoxigraph import Literal, NamedNode, QueryBoolean, QuerySolutions, QueryTriples

from etl.errors import QueryError
from etl.rdf.vocab import XSD
from etl.sources import spelling

Term = NamedNode | Literal


class Queryable(Protocol):
    """Anything that answers SPARQL queries."""

    def query(self, sparql: str, /) -> QuerySolutions | QueryBoolean | QueryTriples:
        """Answer one query."""


class Lookup(Protocol):
    """Finds the film or person that a user means."""

    def film(self, text: str) -> NamedNode:
        """Return the IRI of a film, or raise `QueryError`."""

    def person(self, text: str) -> NamedNode:
        """Return the IRI of a person, or raise `QueryError`."""


def _film(text: str, lookup: Lookup) -> Term:
    return lookup.film(text)


def _person(text: str, lookup: Lookup) -> Term:
    return lookup.person(text)


def _year(text: str, _: Lookup) -> Term:
    if not re.fullmatch(r"\s*[0-9]{4}\s*", text):
        raise QueryError(f"expected a year such as 2004, found {text!r}")
    return Literal(text.strip(), datatype=XSD.gYear)


def _number(text: str, _: Lookup) -> Term:
    match = re.fullmatch(r"\s*(?P<whole>[+-]?[0-9]{1,18})(?P<rest>\.[0-9]{1,18})?\s*", text)
    if match is None:
        raise QueryError(f"expected a number such as 7 or 7.5, found {text!r}")
    if match["rest"]:
        return Literal(match["whole"] + match["rest"], datatype=XSD.decimal)
    return Literal(str(int(match["whole"])), datatype=XSD.integer)


_SPACE = re.compile(r"[^\S\t\n\r ]")  # what is written for a space in titles, but is another


def _text(text: str, _: Lookup) -> Term:
    return Literal(_SPACE.sub(" ", spelling.line(text)[0]))


KINDS: dict[str, Callable[[str, Lookup], Term]] = {
    "film": _film,
    "person": _person,
    "year": _year,
    "number": _number,
    "text": _text,
}
