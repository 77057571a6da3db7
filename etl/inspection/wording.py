"""Where a record speaks of a triple: the field, the line within the record, the words."""

from __future__ import annotations

from dataclasses import dataclass, replace

from pyoxigraph import Literal, NamedNode, Triple

from etl.entities.people import person_iri
from etl.facts import CREDITS, FACTS, PERSON_FACTS, TITLE_FIELDS
from etl.rdf.identifiers import FILM_SCHEMES, Iris, imdb_page
from etl.rdf.vocab import SCHEMA
from etl.records import Credit, FilmRecord, Rating
from etl.resolution.films import Film, Performance, Person


@dataclass(frozen=True, slots=True)
class Wording:
    """The words of a record that bear out a triple, or speak against it."""

    field: str
    line: int
    value: str
    agrees: bool = True


def wording(
    field: str, triple: Triple, film: Film, record: FilmRecord, iris: Iris
) -> Wording | None:
    """Find what a record says about a triple that a rule made from a field."""
    if field in CREDITS:
        return credit_wording(field, triple.object, record, film, iris)
    if field == "performances":
        return _performance_wording(triple, film, record, iris)
    if field == "titles":
        return _title_wording(triple, record)
    if field in FACTS:
        return _fact_wording(field, triple, record)
    if field == "ratings":
        site = _part(triple).rpartition("#rating-")[2]
        return _told(f"ratings.{site}", record, record.ratings.get(site), film.ratings.get(site))
    if field == "reviews":
        return _review_wording(triple, film, record, iris)
    if field == "identifiers":
        field = next(scheme for scheme in record.identifiers)
    if field in FILM_SCHEMES:
        return _told(field, record, record.identifiers.get(field), film.identifiers.get(field))
    if field == "year" and record.year is not None and field not in record.lines:
        return _told("date", record, record.facts["date"][0], str(film.year))
    return _told(field, record, getattr(record, field), getattr(film, field))


def _told(field: str, record: FilmRecord, value: object, chosen: object) -> Wording | None:
    """Say what a record has in a field, and whether it is what the film has."""
    if not value:
        return None
    text = str(value.value) if isinstance(value, Rating) else str(value)
    return Wording(field, record.lines.get(field, 1), text, value == chosen)


def _review_wording(triple: Triple, film: Film, record: FilmRecord, iris: Iris) -> Wording | None:
    """Find what a record says in a review, by its mark where it has one."""
    part, movie = _part(triple).removesuffix("-rating"), iris.movie(film.key)
    for each in record.reviews:
        if iris.review(movie, each.name).value == part:
            said = each.text if each.value is None or triple.predicate == SCHEMA.reviewBody else ""
            line = record.lines.get("reviews", 1)
            return Wording("reviews", line, said or str(each.value))
    return None


def _part(triple: Triple) -> str:
    """Return the IRI of the part of a film that a triple is about, or leads to."""
    ends = (each.value for each in (triple.subject, triple.object) if isinstance(each, NamedNode))
    return next((iri for iri in ends if "#" in iri), "")


def _title_wording(triple: Triple, record: FilmRecord) -> Wording | None:
    """Find where a record gives another title of the film."""
    said = triple.object
    if not isinstance(said, Literal):
        return None
    for text, language in record.titles:
        if text == said.value and language == (said.language or ""):
            is_original = "original_title" in record.lines and text == record.titles[0].text
            field = TITLE_FIELDS[not is_original]
            return Wording(field, record.lines.get(field, 1), text)
    return None


def _fact_wording(field: str, triple: Triple, record: FilmRecord) -> Wording | None:
    """Find the value that a triple has among those that a record gives, else what it gives."""
    values = record.facts.get(field)
    said = triple.object
    if not values or not isinstance(said, Literal | NamedNode):
        return None
    agrees = said.value in values
    value = said.value if agrees else ", ".join(values)
    return Wording(field, record.lines.get(field, 1), value, agrees)


def credit_wording(
    field: str, iri: object, record: FilmRecord, film: Film, iris: Iris
) -> Wording | None:
    """Find where a record names a person, by any spelling that stands for them in the film."""
    for credit in record.credited(field):
        if person_iri(_person(credit, film), iris) == iri:
            return Wording(field, record.lines.get(field, 1), _written(credit))
    return None


def _person(credit: Credit, film: Film) -> Person:
    """Tell who in a film a credit is."""
    alone = Person(credit.name, credit.imdb_id)
    if credit.imdb_id or alone in film.people:
        return alone
    return {person.name: person for person in film.people}.get(credit.name, alone)


def _written(credit: Credit) -> str:
    """Return what a record has for a person: the name, else the id."""
    return credit.name or credit.imdb_id or ""


def person_wording(
    field: str, triple: Triple, record: FilmRecord, film: Film, iris: Iris
) -> Wording | None:
    """Find where a record says of somebody, whom it names in a field, what a triple is about."""
    iri = triple.subject
    found = credit_wording(field, iri, record, film, iris)
    if found is None:
        return None
    if fact := FACT_OF_PERSON.get(triple.predicate):
        credits_ = (c for c in record.credited(field) if person_iri(_person(c, film), iris) == iri)
        told = [value for c in credits_ for name, value in c.facts if name == fact]
        agrees = isinstance(triple.object, Literal) and triple.object.value in told
        return replace(found, value=", ".join(told), agrees=agrees) if told else None
    if not _gives(record, field, found.value, triple):
        return None
    agrees = triple.predicate != SCHEMA.name or triple.object == Literal(found.value)
    return replace(found, agrees=agrees)


FACT_OF_PERSON = {fact.property: name for name, fact in PERSON_FACTS.items()}
"""The field that each property of a person is made from."""


def _gives(record: FilmRecord, field: str, name: str, triple: Triple) -> bool:
    """Return whether a credit says what a triple about the person says: an id, or that they are."""
    credits_ = record.credited(field)
    if triple.predicate == SCHEMA.name:
        return any(credit.name == name for credit in credits_)
    if triple.predicate != SCHEMA.sameAs:
        return True
    return any(
        _written(credit) == name
        and credit.imdb_id
        and isinstance(triple.object, NamedNode)
        and triple.object.value == imdb_page(credit.imdb_id)
        for credit in credits_
    )


def _performance_wording(
    triple: Triple, film: Film, record: FilmRecord, iris: Iris
) -> Wording | None:
    """Find the words of a synopsis that say who played a part, or the credit that does."""
    node = triple.object if triple.subject == iris.movie(film.key) else triple.subject
    number = int(node.value.rpartition("-")[2]) if isinstance(node, NamedNode) else 0
    performance = film.performances[number - 1]
    span = performance.span
    if span is None:
        return _part_wording(performance, record, film)
    if record.synopsis is None or record.synopsis != film.synopsis:
        return None
    line = record.lines.get("synopsis", 1) + record.synopsis.count("\n", 0, span.start)
    return Wording("synopsis", line, span.justification(record.synopsis))


def _part_wording(performance: Performance, record: FilmRecord, film: Film) -> Wording | None:
    """Find the credit that gives somebody a part."""
    for credit in record.actors:
        same = performance.actor.key == _person(credit, film).key
        if performance.character in credit.characters and same:
            value = f"{_written(credit)}: {performance.character}"
            return Wording("actors", record.lines.get("actors", 1), value)
    return None
