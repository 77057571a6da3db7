"""Films as triples: a table of named rules, each reading one field.

Source: schema.org's types Movie, AggregateRating, PropertyValue, PerformanceRole.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

from pyoxigraph import Literal, NamedNode, Triple

from etl.entities.opinions import rating, ratings, reviews
from etl.entities.people import person_iri
from etl.entities.terms import term
from etl.facts import CREDITS, CREW, FACTS, Fact
from etl.rdf.descriptions import Cell, Description, triples
from etl.rdf.identifiers import Iris, imdb_page, tmdb_page, wikidata_entity
from etl.rdf.vocab import DCTERMS, FILM, RDF, SCHEMA, XSD
from etl.resolution.films import Film

_Describe: TypeAlias = Callable[[Film, NamedNode, Iris], Iterable[Description]]


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of the mapping: its name, the field it reads, and what it says of which nodes."""

    name: str
    field: str
    describe: _Describe


# The properties that rules give, each once: nodes that share them are soon found to be alike.
_TYPE = (RDF.type,)
_NAME = (SCHEMA.name,)
_ALTERNATE_NAME = (SCHEMA.alternateName,)
_DATE_PUBLISHED = (SCHEMA.datePublished,)
_DESCRIPTION = (SCHEMA.description,)
_IMDB_PAGE = (SCHEMA.url, SCHEMA.sameAs)
_SAME_AS = (SCHEMA.sameAs,)
_IDENTIFIER = (SCHEMA.identifier,)
_OF_IDENTIFIER = (RDF.type, SCHEMA.propertyID, SCHEMA.value)
_PERFORMANCE = (FILM.performance,)
_OF_PERFORMANCE = (RDF.type, SCHEMA.actor, SCHEMA.characterName)


def _movie(film: Film, movie: NamedNode, iris: Iris) -> Iterator[Description]:
    del film, iris
    yield movie, _TYPE, (SCHEMA.Movie,)


def _name(film: Film, movie: NamedNode, iris: Iris) -> Iterator[Description]:
    del iris
    if film.title:
        yield movie, _NAME, (Literal(film.title),)


def _alternate_name(film: Film, movie: NamedNode, iris: Iris) -> Iterator[Description]:
    del iris
    if film.titles:
        titles = (Literal(each.text, language=each.language or None) for each in film.titles)
        yield movie, _ALTERNATE_NAME, (tuple(titles),)


def _date_published(film: Film, movie: NamedNode, iris: Iris) -> Iterator[Description]:
    del iris
    if film.year is not None and "date" not in film.facts:
        year = Literal(f"{film.year:04d}", datatype=XSD.gYear)
        yield movie, _DATE_PUBLISHED, (year,)


def _description(film: Film, movie: NamedNode, iris: Iris) -> Iterator[Description]:
    del iris
    if film.synopsis:
        yield movie, _DESCRIPTION, (Literal(film.synopsis),)


def _imdb(film: Film, movie: NamedNode, iris: Iris) -> Iterator[Description]:
    if identifier := film.identifiers.get("imdb"):
        page = NamedNode(imdb_page(identifier))
        yield movie, _IMDB_PAGE, (page, page)
        yield from _identifier(movie, iris, "imdb", identifier)


def _elsewhere(scheme: str) -> _Describe:
    page = _PAGES.get(scheme)

    def describe(film: Film, movie: NamedNode, iris: Iris) -> Iterator[Description]:
        if identifier := film.identifiers.get(scheme):
            if page:
                yield movie, _SAME_AS, (NamedNode(page(identifier)),)
            yield from _identifier(movie, iris, scheme, identifier)

    return describe


_PAGES = {"wikidata": wikidata_entity, "tmdb": tmdb_page}


def _identifier(movie: NamedNode, iris: Iris, scheme: str, value: str) -> Iterator[Description]:
    node = iris.part(movie, f"identifier-{scheme}")
    yield movie, _IDENTIFIER, (node,)
    yield node, _OF_IDENTIFIER, (SCHEMA.PropertyValue, _scheme(scheme), Literal(value))


def _credited(role: str) -> _Describe:
    properties = (CREDITS[role],)

    def describe(film: Film, movie: NamedNode, iris: Iris) -> Iterator[Description]:
        if people := film.credited(role):
            yield movie, properties, (tuple(person_iri(person, iris) for person in people),)

    return describe


def _fact(fact: Fact) -> _Describe:
    properties = (fact.property,)

    def describe(film: Film, movie: NamedNode, iris: Iris) -> Iterator[Description]:
        del iris
        if values := film.facts.get(fact.name):
            yield movie, properties, (tuple(term(fact.kind, value) for value in values),)

    return describe


def _performance(film: Film, movie: NamedNode, iris: Iris) -> Iterator[Description]:
    if not film.performances:
        return
    nodes = tuple(iris.part(movie, f"role-{n}") for n in range(1, len(film.performances) + 1))
    yield movie, _PERFORMANCE, (nodes,)
    for node, performance in zip(nodes, film.performances, strict=True):
        actor, character = person_iri(performance.actor, iris), Literal(performance.character)
        yield node, _OF_PERFORMANCE, (SCHEMA.PerformanceRole, actor, character)


RULES: tuple[Rule, ...] = (
    Rule("movie", "identifiers", _movie),
    Rule("movie-name", "title", _name),
    Rule("movie-alternate-name", "titles", _alternate_name),
    Rule("movie-date-published", "year", _date_published),
    Rule("movie-imdb", "imdb", _imdb),
    *(Rule(f"movie-{each}", each, _elsewhere(each)) for each in ("movielens", "tmdb", "wikidata")),
    Rule("movie-rating", "rating", rating),
    Rule("movie-rating-by-site", "ratings", ratings),
    Rule("movie-review", "reviews", reviews),
    Rule("movie-director", "directors", _credited("directors")),
    Rule("movie-actor", "actors", _credited("actors")),
    Rule("movie-description", "synopsis", _description),
    Rule("movie-performance", "performances", _performance),
    *(Rule(f"movie-{role}", role, _credited(role)) for role in CREW),
    *(Rule(f"movie-{name}", name, _fact(fact)) for name, fact in FACTS.items()),
)
"""The mapping of a film, in the order of its triples."""


_OF_SOME = tuple(rule for rule in RULES if rule.field in CREW or rule.field in FACTS)
_OF_EVERY = tuple(rule for rule in RULES if rule not in _OF_SOME)


def _rules(film: Film) -> Iterator[Rule]:
    """Yield the rules that have something to say of a film."""
    yield from _OF_EVERY
    if film.crew or film.facts:
        for rule in _OF_SOME:
            if rule.field in film.crew or rule.field in film.facts:
                yield rule


def describe_film(film: Film, iris: Iris) -> list[Description]:
    """Describe a film and its parts, its people not; each node once."""
    movie = iris.movie(film.key)
    properties: list[NamedNode] = []
    cells: list[Cell] = []
    parts: list[Description] = []
    for rule in _rules(film):
        for found in rule.describe(film, movie, iris):
            if found[0] is movie:
                properties += found[1]
                cells += found[2]
            else:
                parts.append(found)
    return [(movie, tuple(properties), tuple(cells)), *parts]


def map_film(film: Film, iris: Iris) -> list[Triple]:
    """Turn a film into its triples, those of its parts included, its people's not."""
    return list(triples(describe_film(film, iris)))


def explain_film(film: Film, iris: Iris) -> Iterator[tuple[Rule, Triple]]:
    """Turn a film into its triples, each with the rule that made it."""
    movie = iris.movie(film.key)
    for rule in _rules(film):
        for triple in triples(rule.describe(film, movie, iris)):
            yield rule, triple


PART_PROPERTIES = frozenset(
    {
        *(SCHEMA.identifier, SCHEMA.aggregateRating, FILM.performance),
        *(SCHEMA.review, SCHEMA.reviewRating),
    }
)
"""The properties by which a film has its parts, and nothing else has them."""


def specimen() -> Iterator[Triple]:
    """Yield triples with each class and each property that a graph of ours can have."""
    for vocabulary in (SCHEMA, FILM):
        for each in vocabulary:
            yield Triple(each, RDF.type, each)
            yield Triple(each, each, each)
    yield Triple(DCTERMS.isReplacedBy, DCTERMS.isReplacedBy, DCTERMS.isReplacedBy)


@lru_cache(maxsize=16)
def _scheme(name: str) -> Literal:
    return Literal(name)


_FIELDS = {
    **{fact.property: name for name, fact in FACTS.items()},
    **{term: role for role, term in CREDITS.items()},
    SCHEMA.name: "title",
    SCHEMA.alternateName: "titles",
    SCHEMA.datePublished: "year",
    SCHEMA.url: "imdb",
    SCHEMA.sameAs: "imdb",
    SCHEMA.identifier: "imdb",
    SCHEMA.value: "imdb",
    SCHEMA.description: "synopsis",
    FILM.performance: "synopsis",
    SCHEMA.characterName: "synopsis",
    SCHEMA.aggregateRating: "rating",
    SCHEMA.ratingValue: "rating",
    SCHEMA.bestRating: "rating",
    SCHEMA.worstRating: "rating",
    SCHEMA.ratingCount: "rating",
    **dict.fromkeys((SCHEMA.review, SCHEMA.reviewRating, SCHEMA.reviewBody), "reviews"),
}


_FIELDS_BY_IRI = {predicate.value: field for predicate, field in _FIELDS.items()}


def field_of(predicate: str) -> str:
    """Return which field of a record a property of a film or of its parts is made from, or ""."""
    return _FIELDS_BY_IRI.get(predicate, "")
