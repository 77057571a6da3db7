"""People as triples, and the redirects of their IRIs and those of films.

Source: schema.org's type Person.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

from pyoxigraph import Literal, NamedNode, Triple

from etl.entities.terms import term
from etl.facts import PERSON_FACTS
from etl.rdf.descriptions import Cell, Description, triples
from etl.rdf.identifiers import Iris, imdb_page, wikidata_entity
from etl.rdf.vocab import DCTERMS, RDF, SCHEMA
from etl.resolution.people import Person, Redirect

_RULES = {
    SCHEMA.name: "person-name",
    RDF.type: "person",
    **{fact.property: f"person-{name}" for name, fact in PERSON_FACTS.items()},
}
_OF_PERSON = (RDF.type, SCHEMA.name)
_OF_UNNAMED_PERSON = (RDF.type, SCHEMA.sameAs)
_OF_PERSON_ELSEWHERE = (*_OF_PERSON, SCHEMA.sameAs)


def person_iri(person: Person, iris: Iris) -> NamedNode:
    """Return a person's IRI: by an id where one is known, else by a source's key or the name."""
    return iris.person(person.key)


def describe_person(person: Person, iris: Iris) -> Description:
    """Describe a person; one of whom only the id is known has no name, as the shapes will say."""
    node, name = person_iri(person, iris), Literal(person.name)
    elsewhere = tuple(page for _, page in _elsewhere(person))
    if person.facts:
        return _with_facts(person, node, elsewhere)
    if not elsewhere:
        return node, _OF_PERSON, (SCHEMA.Person, name)
    if not person.name:
        return node, _OF_UNNAMED_PERSON, (SCHEMA.Person, elsewhere)
    return node, _OF_PERSON_ELSEWHERE, (SCHEMA.Person, name, elsewhere)


def _with_facts(person: Person, node: NamedNode, elsewhere: tuple[NamedNode, ...]) -> Description:
    told: dict[NamedNode, Cell] = {RDF.type: SCHEMA.Person}
    if person.name:
        told[SCHEMA.name] = Literal(person.name)
    if elsewhere:
        told[SCHEMA.sameAs] = elsewhere
    for fact in PERSON_FACTS.values():
        if values := tuple(value for name, value in person.facts if name == fact.name):
            told[fact.property] = tuple(term(fact.kind, value) for value in values)
    return node, tuple(told), tuple(told.values())


def _elsewhere(person: Person) -> Iterator[tuple[str, NamedNode]]:
    if person.imdb_id:
        yield "person-imdb", NamedNode(imdb_page(person.imdb_id))
    if person.wikidata_id:
        yield "person-wikidata", NamedNode(wikidata_entity(person.wikidata_id))


def explain_person(person: Person, iris: Iris) -> Iterator[tuple[str, Triple]]:
    """Turn a person into triples, each with the name of the rule that made it."""
    links = {page: rule for rule, page in _elsewhere(person)}
    for triple in map_person(person, iris):
        rule = _RULES.get(triple.predicate)
        yield rule or links[cast(NamedNode, triple.object)], triple


def map_person(person: Person, iris: Iris) -> list[Triple]:
    """Turn a person into triples."""
    return list(triples([describe_person(person, iris)]))


def map_redirect(redirect: Redirect, iris: Iris) -> Triple:
    """Map the redirect from the IRI that a film or person had before it was linked."""
    mint = iris.movie if redirect.kind == "movie" else iris.person
    return Triple(mint(redirect.old), DCTERMS.isReplacedBy, mint(redirect.new))
