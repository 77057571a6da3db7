"""Films and people as triples: a table of named rules, each reading one field.

Source: schema.org's types Movie, Person, AggregateRating, PropertyValue, PerformanceRole.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from pyoxigraph import Literal, NamedNode, Quad, Triple

from etl.identifiers import Iris, imdb_page, wikidata_entity
from etl.resolution import Film, Person, Redirect
from etl.vocab import DCTERMS, FILM, OWL, RDF, SCHEMA, XSD

MAPPING_VERSION = 1
"""To be raised whenever the same records come to give other triples."""

Statement = tuple[NamedNode, NamedNode, NamedNode | Literal]
"""The three terms of a triple: a `Triple` takes time to make, and to take apart again."""

Statements = Iterable[Statement]


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of the mapping: its name, the field it reads, and the triples it makes."""

    name: str
    field: str
    statements: Callable[[Film, NamedNode, Iris], Statements]


def _movie(film: Film, movie: NamedNode, iris: Iris) -> Statements:
    del film, iris
    yield (movie, RDF.type, SCHEMA.Movie)


def _name(film: Film, movie: NamedNode, iris: Iris) -> Statements:
    del iris
    if film.title:
        yield (movie, SCHEMA.name, Literal(film.title))


def _date_published(film: Film, movie: NamedNode, iris: Iris) -> Statements:
    del iris
    if film.year is not None:
        yield (movie, SCHEMA.datePublished, Literal(f"{film.year:04d}", datatype=XSD.gYear))


def _description(film: Film, movie: NamedNode, iris: Iris) -> Statements:
    del iris
    if film.synopsis:
        yield (movie, SCHEMA.description, Literal(film.synopsis))


def _imdb(film: Film, movie: NamedNode, iris: Iris) -> Statements:
    if identifier := film.identifiers.get("imdb"):
        page = NamedNode(imdb_page(identifier))
        yield (movie, SCHEMA.url, page)
        yield (movie, SCHEMA.sameAs, page)
        yield from _identifier(movie, iris, "imdb", identifier)


def _movielens(film: Film, movie: NamedNode, iris: Iris) -> Statements:
    if identifier := film.identifiers.get("movielens"):
        yield from _identifier(movie, iris, "movielens", identifier)


def _wikidata(film: Film, movie: NamedNode, iris: Iris) -> Statements:
    if identifier := film.identifiers.get("wikidata"):
        yield (movie, SCHEMA.sameAs, NamedNode(wikidata_entity(identifier)))
        yield from _identifier(movie, iris, "wikidata", identifier)


def _identifier(movie: NamedNode, iris: Iris, scheme: str, value: str) -> Statements:
    node = iris.part(movie, f"identifier-{scheme}")
    yield (movie, SCHEMA.identifier, node)
    yield (node, RDF.type, SCHEMA.PropertyValue)
    yield (node, SCHEMA.propertyID, Literal(scheme))
    yield (node, SCHEMA.value, Literal(value))


def _director(film: Film, movie: NamedNode, iris: Iris) -> Statements:
    for person in film.directors:
        yield (movie, SCHEMA.director, person_iri(person, iris))


def _actor(film: Film, movie: NamedNode, iris: Iris) -> Statements:
    for person in film.actors:
        yield (movie, SCHEMA.actor, person_iri(person, iris))


def _rating(film: Film, movie: NamedNode, iris: Iris) -> Statements:
    if rating := film.rating:
        node = iris.part(movie, "rating")
        yield (movie, SCHEMA.aggregateRating, node)
        yield (node, RDF.type, SCHEMA.AggregateRating)
        yield (node, SCHEMA.ratingValue, _decimal(rating.value))
        yield (node, SCHEMA.bestRating, _decimal(Decimal(rating.best)))
        yield (node, SCHEMA.worstRating, _decimal(Decimal(rating.worst)))
        if rating.count is not None:
            count = Literal(str(rating.count), datatype=XSD.integer)
            yield (node, SCHEMA.ratingCount, count)


def _performance(film: Film, movie: NamedNode, iris: Iris) -> Statements:
    for number, performance in enumerate(film.performances, start=1):
        node = iris.part(movie, f"role-{number}")
        yield (movie, FILM.performance, node)
        yield (node, RDF.type, SCHEMA.PerformanceRole)
        yield (node, SCHEMA.actor, person_iri(performance.actor, iris))
        yield (node, SCHEMA.characterName, Literal(performance.character))


RULES: tuple[Rule, ...] = (
    Rule("movie", "identifiers", _movie),
    Rule("movie-name", "title", _name),
    Rule("movie-date-published", "year", _date_published),
    Rule("movie-imdb", "imdb", _imdb),
    Rule("movie-movielens", "movielens", _movielens),
    Rule("movie-wikidata", "wikidata", _wikidata),
    Rule("movie-rating", "rating", _rating),
    Rule("movie-director", "directors", _director),
    Rule("movie-actor", "actors", _actor),
    Rule("movie-description", "synopsis", _description),
    Rule("movie-performance", "performances", _performance),
)
"""The mapping of a film, in the order of its triples."""


def film_statements(film: Film, iris: Iris) -> list[Statement]:
    """Turn a film into statements, those of its parts included, its people's not."""
    movie = iris.movie(film.key)
    return [statement for rule in RULES for statement in rule.statements(film, movie, iris)]


def map_film(film: Film, iris: Iris) -> list[Triple]:
    """Turn a film into its triples, those of its parts included, its people's not."""
    return [Triple(*statement) for statement in film_statements(film, iris)]


def explain_film(film: Film, iris: Iris) -> Iterator[tuple[Rule, Triple]]:
    """Turn a film into its triples, each with the rule that made it."""
    movie = iris.movie(film.key)
    for rule in RULES:
        for statement in rule.statements(film, movie, iris):
            yield rule, Triple(*statement)


def person_iri(person: Person, iris: Iris) -> NamedNode:
    """Return a person's IRI: by IMDb id where one is known, else by name."""
    return iris.person(person.key)


PERSON_PROPERTIES = frozenset({RDF.type, SCHEMA.name, SCHEMA.sameAs})
"""All that the mapping says of a person."""


def explain_person(person: Person, iris: Iris) -> Iterator[tuple[str, Triple]]:
    """Turn a person into triples, each with the name of the rule that made it."""
    node = person_iri(person, iris)
    yield "person", Triple(node, RDF.type, SCHEMA.Person)
    yield "person-name", Triple(node, SCHEMA.name, Literal(person.name))
    if person.imdb_id:
        page = NamedNode(imdb_page(person.imdb_id))
        yield "person-imdb", Triple(node, SCHEMA.sameAs, page)
    if person.wikidata_id:
        entity = NamedNode(wikidata_entity(person.wikidata_id))
        yield "person-wikidata", Triple(node, SCHEMA.sameAs, entity)


def map_person(person: Person, iris: Iris) -> list[Triple]:
    """Turn a person into triples."""
    return [triple for _, triple in explain_person(person, iris)]


def with_owl_same_as(quads: Iterable[Quad]) -> Iterator[Quad]:
    """Say of what is the same as a Wikidata item that all that is true of one is of the other.

    `schema:sameAs` says less, and is what the graph has.
    """
    items = wikidata_entity("")
    for quad in quads:
        yield quad
        item = quad.object if quad.predicate == SCHEMA.sameAs else None
        if isinstance(item, NamedNode) and item.value.startswith(items):
            yield Quad(quad.subject, OWL.sameAs, item, quad.graph_name)


def map_redirect(redirect: Redirect, iris: Iris) -> Triple:
    """Say what an IRI has been replaced by that a film or person had before it was linked."""
    mint = iris.movie if redirect.kind == "movie" else iris.person
    return Triple(mint(redirect.old), DCTERMS.isReplacedBy, mint(redirect.new))


@lru_cache(maxsize=1024)
def _decimal(value: Decimal) -> Literal:
    """Write a decimal in canonical form: `8`, `8.5`.

    Source: XSD 1.1 part 2, section 3.3.3.2.
    """
    plain = format(value.normalize(), "f")
    return Literal(plain, datatype=XSD.decimal)


_FIELDS = {
    SCHEMA.name: "title",
    SCHEMA.datePublished: "year",
    SCHEMA.url: "imdb",
    SCHEMA.sameAs: "imdb",
    SCHEMA.identifier: "imdb",
    SCHEMA.value: "imdb",
    SCHEMA.director: "directors",
    SCHEMA.actor: "actors",
    SCHEMA.description: "synopsis",
    FILM.performance: "synopsis",
    SCHEMA.characterName: "synopsis",
    SCHEMA.aggregateRating: "rating",
    SCHEMA.ratingValue: "rating",
    SCHEMA.bestRating: "rating",
    SCHEMA.worstRating: "rating",
    SCHEMA.ratingCount: "rating",
}


_FIELDS_BY_IRI = {predicate.value: field for predicate, field in _FIELDS.items()}


def field_of(predicate: str) -> str:
    """Tell which field of a record a property of a film or of its parts is made from, or ""."""
    return _FIELDS_BY_IRI.get(predicate, "")
