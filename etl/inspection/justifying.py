"""Why a link holds: the part of an explanation that linking's own records give."""

from __future__ import annotations

from collections.abc import Iterator

from pyoxigraph import NamedNode, Triple

from etl.entities.people import person_iri
from etl.rdf.identifiers import Iris, imdb_page, wikidata_entity
from etl.rdf.vocab import SCHEMA
from etl.records import Link, LinkRecord
from etl.resolution.characters import same_character
from etl.resolution.films import Film


def film_links(field: str, triple: Triple, film: Film, record: LinkRecord) -> Iterator[Link]:
    """Find the links behind a triple of a film that a rule made from a field."""
    for link in record.links:
        if link.kind == "film" and link.holds and field in ("imdb", "wikidata"):
            identifier = link.imdb_id if field == "imdb" else link.wikidata_id
            if identifier and identifier == film.identifiers.get(field):
                yield link
        elif field == "performances" and link.holds and _is_part(link, triple, film):
            yield link


def _is_part(link: Link, triple: Triple, film: Film) -> bool:
    """Return whether a link's evidence gives the part that a triple of a performance is about."""
    node = triple.object if triple.predicate.value.endswith("#performance") else triple.subject
    if not isinstance(node, NamedNode) or link.kind != "person":
        return False
    performance = film.performances[int(node.value.rpartition("-")[2]) - 1]
    return link.subject == performance.actor.name and any(
        same_character(performance.character, each) for each in link.characters
    )


def credit_links(
    field: str, person: object, film: Film, record: LinkRecord, iris: Iris
) -> Iterator[Link]:
    """Find the links behind a credit that only linking's record has."""
    if field != "actors":
        return
    names = {credit.name for credit in record.actors}
    for link in person_links(person, film, record, iris):
        if link.subject in names:
            yield link


def person_links(person: object, film: Film, record: LinkRecord, iris: Iris) -> Iterator[Link]:
    """Return the links that identify a person in a film."""
    known = {each.name: person_iri(each, iris) for each in film.people}
    for link in record.links:
        if link.kind == "person" and link.holds and known.get(link.subject) == person:
            yield link


def is_about(link: Link, triple: Triple, record: LinkRecord) -> bool:
    """Return whether a link says what a triple of a person says.

    That there is such a person it says only of those whom no other record names.
    """
    if triple.predicate != SCHEMA.sameAs:
        return any(credit.name == link.subject for credit in record.actors)
    pages = [wikidata_entity(link.wikidata_id)] if link.wikidata_id else []
    pages += [imdb_page(link.imdb_id)] if link.imdb_id else []
    return isinstance(triple.object, NamedNode) and triple.object.value in pages


def told(link: Link) -> str:
    """Put a link into words: both names, its confidence, and the rival candidates."""
    ids = " ".join(filter(None, (link.imdb_id, link.wikidata_id)))
    called = f" = {link.object_label!r}" if link.object_label else ""
    rivals = f"; rivals: {', '.join(link.rivals)}" if link.rivals else "; no rivals"
    return f"{link.subject!r}{called} ({ids}), confidence {link.confidence:g}{rivals}"
