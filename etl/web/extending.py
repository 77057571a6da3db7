"""The properties of films and people that a table may tell, and may be given.

Source: the Reconciliation Service API 0.2, section 4 (data extension service).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pyoxigraph import Literal, NamedNode, QuerySolutions

from etl.queries import fill
from etl.queries.lookup import FILM, PERSON, EntityKind
from etl.rdf.vocab import SCHEMA, XSD
from etl.stores.embedded import EmbeddedStore

_AT_MOST = 50  # values of a property


@dataclass(frozen=True, slots=True)
class TableProperty:
    """A property that a table may tell, and may be given: its id, its name, and its path."""

    name: str
    path: str
    kind: EntityKind | None = None


def _own(*names: str) -> dict[str, TableProperty]:
    """Name properties of schema.org's, in words."""
    words = {name: "".join(f" {c.lower()}" if c.isupper() else c for c in name) for name in names}
    return {name: TableProperty(word, f"<{SCHEMA.iri}{name}>") for name, word in words.items()}


def _people(**names: str) -> dict[str, TableProperty]:
    return {key: TableProperty(name, f"<{SCHEMA.iri}{key}>", PERSON) for key, name in names.items()}


PROPERTIES: dict[str, dict[str, TableProperty]] = {
    "Movie": {
        **_own("name", "alternateName", "datePublished", "duration", "genre", "inLanguage"),
        **_own("countryOfOrigin", "contentRating", "keywords", "abstract", "description"),
        **_people(director="director", actor="actor", author="writer", producer="producer"),
        **_people(musicBy="composer", editor="editor"),
        "rating": TableProperty("rating", f"{SCHEMA.aggregateRating}/{SCHEMA.ratingValue}"),
        "sameAs": TableProperty("pages elsewhere", str(SCHEMA.sameAs)),
    },
    "Person": {
        **_own("name", "birthDate", "deathDate", "jobTitle"),
        "sameAs": TableProperty("pages elsewhere", str(SCHEMA.sameAs)),
        "film": TableProperty("film", f"^({SCHEMA.director}|{SCHEMA.actor}|{SCHEMA.author})", FILM),
    },
}
"""What can be asked for and told, by type."""


def values(
    store: EmbeddedStore, base: str, iri: NamedNode, wanted: TableProperty
) -> Iterator[dict[str, Any]]:
    """Yield the values of a property of a thing, each as the API writes it."""
    text = f"""SELECT DISTINCT ?value ?name WHERE {{
      VALUES ?thing {{ UNDEF }}
      ?thing {wanted.path} ?value .
      OPTIONAL {{ ?value {SCHEMA.name} ?name }}
    }} ORDER BY ?value LIMIT {_AT_MOST}"""
    answer = store.query(fill(text, {"thing": iri}))
    for value, name in answer if isinstance(answer, QuerySolutions) else ():
        if isinstance(value, NamedNode):
            is_ours = value.value.startswith(base) and isinstance(name, Literal)
            label = name.value if isinstance(name, Literal) else ""
            yield (
                {"id": value.value.removeprefix(base), "name": label}
                if is_ours
                else {"str": value.value}
            )
        elif isinstance(value, Literal):
            yield _plain(value)


def _plain(value: Literal) -> dict[str, Any]:
    match value.datatype:
        case XSD.gYear | XSD.integer:
            return {"int": int(value.value)}
        case XSD.decimal:
            return {"float": float(value.value)}
        case XSD.date:
            return {"date": f"{value.value}T00:00:00Z"}
        case _:
            return {"str": value.value}
