"""Films and people as triples: a table of named rules, each reading one field.

Source: schema.org's types Movie, Person, AggregateRating, PropertyValue, PerformanceRole.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import cast

from pyoxigraph import Literal, NamedNode, Quad, Triple

from etl.rdf.descriptions import Cell, Description, triples
from etl.rdf.identifiers import Iris, imdb_page, wikidata_entity
from etl.rdf.vocab import DCTERMS, FILM, OWL, RDF, SCHEMA, XSD
from etl.resolution.films import Film, Person, Redirect

MAPPING_VERSION = 2
"""To be raised whenever the same records come to give other triples."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of the mapping: its name, the field it reads, and what it says of which nodes."""

    name: str
    field: str
    describe: Callable[[Film, NamedNode, Iris], Iterable[Description]]


# The properties that rules give, each once: nodes that share them are soon found to be alike.
_TYPE = (RDF.type,)
_NAME = (SCHEMA.name,)
_DATE_PUBLISHED = (SCHEMA.datePublished,)
_DESCRIPTION = (SCHEMA.description,)
_IMDB_PAGE = (SCHEMA.url, SCHEMA.sameAs)
_SAME_AS = (SCHEMA.sameAs,)
_IDENTIFIER = (SCHEMA.identifier,)
_OF_IDENTIFIER = (RDF.type, SCHEMA.propertyID, SCHEMA.value)
_DIRECTOR = (SCHEMA.director,)
_ACTOR = (SCHEMA.actor,)
_RATING = (SCHEMA.aggregateRating,)
_OF_RATING = (RDF.type, SCHEMA.ratingValue, SCHEMA.bestRating, SCHEMA.worstRating)
_OF_COUNTED_RATING = (*_OF_RATING, SCHEMA.ratingCount)
_PERFORMANCE = (FILM.performance,)
_OF_PERFORMANCE = (RDF.type, SCHEMA.actor, SCHEMA.characterName)


def _movie(film: Film, movie: NamedNode, iris: Iris) -> Iterator[Description]:
    del film, iris
    yield movie, _TYPE, (SCHEMA.Movie,)


def _name(film: Film, movie: NamedNode, iris: Iris) -> Iterator[Description]:
    del iris
    if film.title:
        yield movie, _NAME, (Literal(film.title),)


def _date_published(film: Film, movie: NamedNode, iris: Iris) -> Iterator[Description]:
    del iris
    if film.year is not None:
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


def _movielens(film: Film, movie: NamedNode, iris: Iris) -> Iterator[Description]:
    if identifier := film.identifiers.get("movielens"):
        yield from _identifier(movie, iris, "movielens", identifier)


def _wikidata(film: Film, movie: NamedNode, iris: Iris) -> Iterator[Description]:
    if identifier := film.identifiers.get("wikidata"):
        yield movie, _SAME_AS, (NamedNode(wikidata_entity(identifier)),)
        yield from _identifier(movie, iris, "wikidata", identifier)


def _identifier(movie: NamedNode, iris: Iris, scheme: str, value: str) -> Iterator[Description]:
    node = iris.part(movie, f"identifier-{scheme}")
    yield movie, _IDENTIFIER, (node,)
    yield node, _OF_IDENTIFIER, (SCHEMA.PropertyValue, _scheme(scheme), Literal(value))


def _director(film: Film, movie: NamedNode, iris: Iris) -> Iterator[Description]:
    if film.directors:
        people = tuple(person_iri(person, iris) for person in film.directors)
        yield movie, _DIRECTOR, (people,)


def _actor(film: Film, movie: NamedNode, iris: Iris) -> Iterator[Description]:
    if film.actors:
        people = tuple(person_iri(person, iris) for person in film.actors)
        yield movie, _ACTOR, (people,)


def _rating(film: Film, movie: NamedNode, iris: Iris) -> Iterator[Description]:
    if rating := film.rating:
        node = iris.part(movie, "rating")
        value, best, worst = map(
            _decimal, (rating.value, Decimal(rating.best), Decimal(rating.worst))
        )
        yield movie, _RATING, (node,)
        if rating.count is None:
            yield node, _OF_RATING, (SCHEMA.AggregateRating, value, best, worst)
        else:
            count = Literal(str(rating.count), datatype=XSD.integer)
            cells = (SCHEMA.AggregateRating, value, best, worst, count)
            yield node, _OF_COUNTED_RATING, cells


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


def describe_film(film: Film, iris: Iris) -> list[Description]:
    """Describe a film and its parts, its people not; each node once."""
    movie = iris.movie(film.key)
    properties: list[NamedNode] = []
    cells: list[Cell] = []
    parts: list[Description] = []
    for rule in RULES:
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
    for rule in RULES:
        for triple in triples(rule.describe(film, movie, iris)):
            yield rule, triple


def person_iri(person: Person, iris: Iris) -> NamedNode:
    """Return a person's IRI: by the IMDb id or Wikidata item where one is known, else by name."""
    return iris.person(person.key)


PART_PROPERTIES = frozenset({SCHEMA.identifier, SCHEMA.aggregateRating, FILM.performance})
"""The properties by which a film has its parts, and nothing else has them."""


_PERSON_RULES = {SCHEMA.name: "person-name", RDF.type: "person"}
_OF_PERSON = (RDF.type, SCHEMA.name)
_OF_UNNAMED_PERSON = (RDF.type, SCHEMA.sameAs)
_OF_PERSON_ELSEWHERE = (*_OF_PERSON, SCHEMA.sameAs)


def describe_person(person: Person, iris: Iris) -> Description:
    """Describe a person; one of whom only the id is known has no name, as the shapes will say."""
    node, name = person_iri(person, iris), Literal(person.name)
    elsewhere = tuple(page for _, page in _elsewhere(person))
    if not elsewhere:
        return node, _OF_PERSON, (SCHEMA.Person, name)
    if not person.name:
        return node, _OF_UNNAMED_PERSON, (SCHEMA.Person, elsewhere)
    return node, _OF_PERSON_ELSEWHERE, (SCHEMA.Person, name, elsewhere)


def _elsewhere(person: Person) -> Iterator[tuple[str, NamedNode]]:
    if person.imdb_id:
        yield "person-imdb", NamedNode(imdb_page(person.imdb_id))
    if person.wikidata_id:
        yield "person-wikidata", NamedNode(wikidata_entity(person.wikidata_id))


def explain_person(person: Person, iris: Iris) -> Iterator[tuple[str, Triple]]:
    """Turn a person into triples, each with the name of the rule that made it."""
    links = {page: rule for rule, page in _elsewhere(person)}
    for triple in map_person(person, iris):
        rule = _PERSON_RULES.get(triple.predicate)
        yield rule or links[cast(NamedNode, triple.object)], triple


def map_person(person: Person, iris: Iris) -> list[Triple]:
    """Turn a person into triples."""
    return list(triples([describe_person(person, iris)]))


def specimen() -> Iterator[Triple]:
    """Yield triples with each class and each property that a graph of ours can have."""
    for vocabulary in (SCHEMA, FILM):
        for term in vocabulary:
            yield Triple(term, RDF.type, term)
            yield Triple(term, term, term)
    yield Triple(DCTERMS.isReplacedBy, DCTERMS.isReplacedBy, DCTERMS.isReplacedBy)


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


@lru_cache(maxsize=16)
def _scheme(name: str) -> Literal:
    return Literal(name)


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
