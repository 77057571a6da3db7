"""Where a record speaks of a triple: the field, the line within the record, the words."""

from __future__ import annotations

from dataclasses import dataclass

from pyoxigraph import Literal, NamedNode, Triple

from etl.entities.mapping import person_iri
from etl.rdf.identifiers import Iris, imdb_page
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
    if field in ("directors", "actors"):
        return credit_wording(field, triple.object, record, film, iris)
    if field == "performances":
        return _performance_wording(triple, film, record, iris)
    if field == "identifiers":
        field = next(scheme for scheme in record.identifiers)
    value = record.value(field)
    if value is None:
        return None
    chosen = film.identifiers.get(field) if field in film.identifiers else getattr(film, field)
    text = str(value.value) if isinstance(value, Rating) else str(value)
    return Wording(field, record.lines.get(field, 1), text, value == chosen)


def credit_wording(
    field: str, iri: object, record: FilmRecord, film: Film, iris: Iris
) -> Wording | None:
    """Find where a record names a person, by any spelling that stands for them in the film."""
    for credit in getattr(record, field):
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


def spells(found: Wording, triple: Triple) -> bool:
    """Tell whether a record spells a person's name as the graph does, where a triple says it."""
    return triple.predicate != SCHEMA.name or triple.object == Literal(found.value)


def gives(record: FilmRecord, field: str, name: str, triple: Triple) -> bool:
    """Tell whether a credit says what a triple about the person says: an id, or that they are."""
    credits_ = record.directors if field == "directors" else record.actors
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
