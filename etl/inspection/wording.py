"""Where a record speaks of a triple: the field, the line within the record, the words."""

from __future__ import annotations

from dataclasses import dataclass, replace

from pyoxigraph import Literal, NamedNode, Triple

from etl.entities.people import person_iri
from etl.facts import CREDITS, FACTS, PERSON_FACTS, TITLE_FIELDS
from etl.rdf.identifiers import FILM_SCHEMES, Iris, imdb_page
from etl.rdf.vocab import SCHEMA
from etl.records import Credit, FilmRecord, Rating
from etl.resolution.films import Film, Performance
from etl.resolution.people import Person


@dataclass(frozen=True, slots=True)
class Wording:
    """The words of a record that bear out a triple, or speak against it.

    `file` is a joined one that they stand in, by its path from the record's, and `line` its.
    """

    field: str
    line: int
    value: str
    agrees: bool = True
    file: str = ""

    @classmethod
    def of(cls, field: str, record: FilmRecord, value: str, agrees: bool = True) -> Wording:
        """Find the line of a value in a field."""
        line = record.rows.get(field, {}).get(value) or record.lines.get(field, 1)
        return cls(field, line, value, agrees, record.files.get(field, ""))


def wordings(
    field: str, triple: Triple, film: Film, record: FilmRecord, iris: Iris
) -> list[Wording]:
    """Find what a record says about a triple that a rule made from a field."""
    if field in CREDITS:
        credit = _credit(field, triple.object, record, film, iris)
        return _naming(field, credit, record) if credit else []
    if field == "performances":
        return _performance_wordings(triple, film, record, iris)
    found = _wording(field, triple, film, record, iris)
    return [found] if found else []


def _wording(
    field: str, triple: Triple, film: Film, record: FilmRecord, iris: Iris
) -> Wording | None:
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
    return Wording.of(field, record, text, value == chosen)


def _review_wording(triple: Triple, film: Film, record: FilmRecord, iris: Iris) -> Wording | None:
    """Find what a record says in a review, by its mark where it has one."""
    part, movie = _part(triple).removesuffix("-rating"), iris.movie(film.key)
    for each in record.reviews:
        if iris.review(movie, each.name).value == part:
            said = each.text if each.value is None or triple.predicate == SCHEMA.reviewBody else ""
            return Wording.of("reviews", record, said or str(each.value))
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
            return Wording.of(field, record, text)
    return None


def _fact_wording(field: str, triple: Triple, record: FilmRecord) -> Wording | None:
    """Find the value that a triple has among those that a record gives, else what it gives."""
    values = record.facts.get(field)
    said = triple.object
    if not values or not isinstance(said, Literal | NamedNode):
        return None
    agrees = said.value in values
    value = said.value if agrees else ", ".join(values)
    return Wording.of(field, record, value, agrees)


def _credit(field: str, iri: object, record: FilmRecord, film: Film, iris: Iris) -> Credit | None:
    """Find the credit of a record that is somebody's, by any spelling that stands for them."""
    credits_ = record.credited(field)
    return next((c for c in credits_ if person_iri(_person(c, film), iris) == iri), None)


def _naming(field: str, credit: Credit, record: FilmRecord, character: str = "") -> list[Wording]:
    """Find where a record gives somebody a credit or a part, and their name if that is elsewhere.

    The name is elsewhere where rows of people are joined to those of the credits.
    """
    who = credit.imdb_id or credit.name
    named = _of_person("name", field, credit, record, credit.name)
    told = who if named else _written(credit)
    rows, value = record.rows.get(field, {}), f"{told}: {character}" if character else told
    row = rows.get(f"{who}: {character}") or rows.get(credit.key) or rows.get(who)
    line = row or record.lines.get(field, 1)
    part = "character" if character else "imdb" if named else "name"
    found = Wording(
        f"{field}.{part}" if rows else field, line, value, file=record.files.get(field, "")
    )
    return [found, named] if named else [found]


def _of_person(
    key: str, field: str, credit: Credit, record: FilmRecord, value: str
) -> Wording | None:
    """Find where a file of people, which is joined to that of the credits, says something."""
    file = record.files.get(f"person.{key}", "")
    line = record.rows.get(file, {}).get(credit.imdb_id or credit.name)
    return Wording(f"{field}.{key}", line, value, file=file) if line and value else None


def _person(credit: Credit, film: Film) -> Person:
    """Tell who in a film a credit is."""
    alone = Person(credit.name, credit.imdb_id)
    if credit.imdb_id:
        return alone
    people = {each.source_key: each for each in film.people if each.name == credit.name}
    if credit.key in people:
        return people[credit.key]
    if alone in film.people:
        return alone
    return people.get(None) or next(iter(people.values()), alone)


def _written(credit: Credit) -> str:
    """Return what a record has for a person: the name, else the id."""
    return credit.name or credit.imdb_id or ""


def person_wordings(
    field: str, triple: Triple, record: FilmRecord, film: Film, iris: Iris
) -> list[Wording]:
    """Find where a record says of somebody, whom it names in a field, what a triple is about."""
    iri = triple.subject
    credit = _credit(field, iri, record, film, iris)
    if credit is None:
        return []
    first, *more = _naming(field, credit, record)
    if fact := FACT_OF_PERSON.get(triple.predicate):
        credits_ = (c for c in record.credited(field) if person_iri(_person(c, film), iris) == iri)
        told = [value for c in credits_ for name, value in c.facts if name == fact]
        agrees = isinstance(triple.object, Literal) and triple.object.value in told
        value = ", ".join(told)
        found = _of_person(fact, field, credit, record, value) or replace(first, value=value)
        return [replace(found, agrees=agrees)] if told else []
    name = _written(credit)
    if not _gives(record, field, name, triple):
        return []
    if triple.predicate == SCHEMA.name:
        return [replace(each, agrees=triple.object == Literal(name)) for each in more or [first]]
    return [first]


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


def _performance_wordings(
    triple: Triple, film: Film, record: FilmRecord, iris: Iris
) -> list[Wording]:
    """Find the words of a synopsis that say who played a part, or the credit that does."""
    node = triple.object if triple.subject == iris.movie(film.key) else triple.subject
    number = int(node.value.rpartition("-")[2]) if isinstance(node, NamedNode) else 0
    performance = film.performances[number - 1]
    span = performance.span
    if span is None:
        found = _part_wordings(performance, record, film)
        return found if triple.predicate == SCHEMA.actor else found[:1]
    if record.synopsis is None or record.synopsis != film.synopsis:
        return []
    told = Wording.of("synopsis", record, span.justification(record.synopsis))
    return [replace(told, line=told.line + record.synopsis.count("\n", 0, span.start))]


def _part_wordings(performance: Performance, record: FilmRecord, film: Film) -> list[Wording]:
    """Find the credit that gives somebody a part."""
    for credit in record.actors:
        same = performance.actor.key == _person(credit, film).key
        if performance.character in credit.characters and same:
            return _naming("actors", credit, record, performance.character)
    return []
