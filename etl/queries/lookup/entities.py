"""The films and people of a graph, and the queries that find them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from pyoxigraph import Literal, NamedNode, QuerySolutions

from etl.facts import CREDITS
from etl.queries import Queryable, Term, fill
from etl.rdf.identifiers import Iris, imdb_name_id, imdb_title_id
from etl.rdf.vocab import SCHEMA


@dataclass(frozen=True, slots=True)
class EntityKind:
    """One of the two kinds of things that have names."""

    noun: str
    plural: str
    term: NamedNode
    identifier: Callable[[str], str | None]
    iri: Callable[[Iris, str], NamedNode]


FILM = EntityKind("film", "films", SCHEMA.Movie, imdb_title_id, Iris.movie)
PERSON = EntityKind("person", "people", SCHEMA.Person, imdb_name_id, Iris.person)


@dataclass(frozen=True, slots=True)
class Entity:
    """A film or a person of the graph. Its year is None when unknown, and for people."""

    kind: EntityKind
    iri: NamedNode
    name: str
    year: str | None = None

    @property
    def label(self) -> str:
        """The name, with the year where there is one: `Emma (1996)`."""
        return f"{self.name} ({self.year})" if self.year else self.name

    def __str__(self) -> str:
        return f"{self.label} <{self.iri.value}>"


_ENTITIES = """
PREFIX dcterms: <http://purl.org/dc/terms/>
PREFIX schema: <https://schema.org/>
SELECT ?entity ?name ?year
WHERE {
  {pattern}
  ?entity a {class} ;
    schema:name ?name .
  OPTIONAL { ?entity schema:datePublished ?year }
}
"""
ALL = ""
BY_IRI = "VALUES ?entity { UNDEF }"
BY_NAME = "VALUES ?name { UNDEF }"
BY_PAGE = "VALUES ?page { UNDEF }\n  ?entity schema:sameAs ?page ."
BY_IDENTIFIER = """VALUES ?scheme { UNDEF }
  VALUES ?value { UNDEF }
  ?node schema:value ?value ;
    schema:propertyID ?scheme .
  ?entity schema:identifier ?node ."""
BY_FORMER_IRI = "VALUES ?former { UNDEF }\n  ?former dcterms:isReplacedBy ?entity ."


def entities(
    store: Queryable, kind: EntityKind, pattern: str = ALL, terms: Mapping[str, Term] | None = None
) -> Iterator[Entity]:
    """Yield the films or the people of a graph, each of them once, in no order."""
    text = _ENTITIES.replace("{pattern}", pattern).replace("{class}", str(kind.term))
    solutions = store.query(fill(text, terms or {}))
    assert isinstance(solutions, QuerySolutions)  # noqa: S101  # each text above is a SELECT
    seen: set[NamedNode] = set()
    for iri, name, year in solutions:
        if isinstance(iri, NamedNode) and isinstance(name, Literal) and iri not in seen:
            seen.add(iri)
            yield Entity(kind, iri, name.value, _year(year))


_OTHER_NAMES = """
PREFIX film: <https://w3id.org/reelgraph/film#>
PREFIX schema: <https://schema.org/>
SELECT ?film ?name ?why
WHERE {
  { ?film schema:alternateName ?name BIND("also known as" AS ?why) }
  UNION
  { ?film film:performance/schema:characterName ?name BIND("character" AS ?why) }
}
"""


def other_names(store: Queryable) -> Iterator[tuple[NamedNode, str, str]]:
    """Yield other titles of films, and characters in them: the film, the name, which of both."""
    solutions = store.query(_OTHER_NAMES)
    assert isinstance(solutions, QuerySolutions)  # noqa: S101  # the text above is a SELECT
    for film, name, why in solutions:
        yield film, name.value, why.value


def _year(date: Term | None) -> str | None:
    return date.value[:4] if isinstance(date, Literal) else None


_DIRECTORS_OF = f"""
SELECT ?name WHERE {{
  VALUES ?film {{ UNDEF }}
  ?film {SCHEMA.director} ?person .
  ?person {SCHEMA.name} ?name .
}}
ORDER BY ?name LIMIT 3
"""
_FILMS_OF = """
PREFIX schema: <https://schema.org/>
SELECT ?film ?name ?year (MAX(?count) AS ?ratings)
WHERE {
  VALUES ?person { UNDEF }
  ?film {roles} ?person ;
    schema:name ?name .
  OPTIONAL { ?film schema:datePublished ?year }
  OPTIONAL { ?film schema:aggregateRating/schema:ratingCount ?count }
}
GROUP BY ?film ?name ?year
ORDER BY DESC(?ratings) ?year ?name ?film
LIMIT 2
""".replace("{roles}", "|".join(map(str, CREDITS.values())))


def directors(store: Queryable, film: Entity) -> list[str]:
    """Return the names of a film's directors."""
    solutions = store.query(fill(_DIRECTORS_OF, {"film": film.iri}))
    assert isinstance(solutions, QuerySolutions)  # noqa: S101  # the text above is a SELECT
    return [name.value for (name,) in solutions]


def best_known(store: Queryable, entity: Entity) -> list[str]:
    """Return two films of a person by title and year, those with most ratings; none of a film."""
    if entity.kind is FILM:
        return []
    solutions = store.query(fill(_FILMS_OF, {"person": entity.iri}))
    assert isinstance(solutions, QuerySolutions)  # noqa: S101  # the text above is a SELECT
    return [Entity(FILM, film, name.value, _year(year)).label for film, name, year, _ in solutions]
