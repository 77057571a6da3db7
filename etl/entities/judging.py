"""Attribute violations to records and fields."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import chain

from pyoxigraph import NamedNode

from etl.entities.drafting import Draft, draft
from etl.entities.mapping import PART_PROPERTIES, field_of
from etl.entities.people import describe_person, person_iri
from etl.findings import of_result
from etl.rdf.descriptions import Description, statements
from etl.rdf.identifiers import Iris
from etl.rdf.vocab import SCHEMA
from etl.records import Reason
from etl.resolution.films import Film
from etl.resolution.groups import Member
from etl.resolution.people import Identities, Person
from etl.shacl import Engine, ValidationResult
from etl.sources.values import quoted


def judged(
    drafts: Sequence[Draft], engine: Engine, iris: Iris
) -> Iterator[tuple[Film, ValidationResult]]:
    """Validate each film with the people it names; give each result with its film.

    What is found about a film is the same whatever it is validated with. So films are validated
    together only if no shape can look from one into another, and one by one where something is
    found that belongs to no film or person. A fault of a person is a fault of every film that
    names them.
    """
    together = _judged_together(drafts, engine, iris) if _stay_apart(engine) else None
    if together is not None:
        yield from together
        return
    for each in drafts:
        found: dict[ValidationResult, None] = {}
        for people in _spellings([each]):
            told = [*each.descriptions, *_described(people, iris)]
            results = engine.validate(told).results
            mentioned = set(chain.from_iterable(statements(told))) if results else set()
            found |= dict.fromkeys(each for each in results if each.focus_node in mentioned)
        yield from ((each.film, result) for result in found)


def _judged_together(
    drafts: Sequence[Draft], engine: Engine, iris: Iris
) -> list[tuple[Film, ValidationResult]] | None:
    """Validate films at once; None where something is found that belongs to none of them."""
    found: list[tuple[Film, ValidationResult]] = []
    films: Iterable[Description] = chain.from_iterable(each.descriptions for each in drafts)
    for people in _spellings(drafts):
        results = engine.validate(chain(films, _described(people, iris))).results
        films = ()
        owners = _owners(drafts, people, iris) if results else {}
        for result in results:
            if _entity(result.focus_node) not in owners:
                return None
            found.extend((film, result) for film in owners[_entity(result.focus_node)])
    return found


def _stay_apart(engine: Engine) -> bool:
    """Return whether shapes that follow triples back never leave the film or person they are in."""
    back = engine.walked_back
    return back is not None and back <= PART_PROPERTIES


def _entity(node: object) -> str:
    """Return the IRI of the film or person that a node is, or is a part of."""
    return node.value.partition("#")[0] if isinstance(node, NamedNode) else ""


def _everybody(drafts: Sequence[Draft]) -> dict[Person, None]:
    return dict.fromkeys(chain.from_iterable(each.film.people for each in drafts))


def _described(people: Iterable[Person], iris: Iris) -> Iterator[Description]:
    return (_described_person(person, iris) for person in people)


@lru_cache(maxsize=1 << 16)
def _described_person(person: Person, iris: Iris) -> Description:
    """Describe a person, and remember it."""
    return describe_person(person, iris)


def _spellings(drafts: Sequence[Draft]) -> list[dict[Person, None]]:
    """Put the people of films into groups, in each of which everybody has one name.

    The first has nearly all: only somebody with an id or a key can have several names.
    """
    everybody = _everybody(drafts)
    if not any(person.imdb_id or person.wikidata_id or person.source_key for person in everybody):
        return [everybody]
    groups: list[dict[Person, None]] = [{}]
    count: dict[str, int] = {}
    for person in everybody:
        place = count.get(person.key, 0)
        count[person.key] = place + 1
        if place == len(groups):
            groups.append({})
        groups[place][person] = None
    return groups


def _owners(
    drafts: Sequence[Draft], people: Container[Person], iris: Iris
) -> dict[str, list[Film]]:
    owners: dict[str, list[Film]] = {}
    for each in drafts:
        owners.setdefault(iris.movie(each.film.key).value, []).append(each.film)
        for person in each.film.people:
            if person in people:
                owners.setdefault(person_iri(person, iris).value, []).append(each.film)
    return owners


def at_fault(refused: Draft, engine: Engine, identities: Identities, iris: Iris) -> list[int]:
    """Find the versions of the records that are at fault for a film that does not conform.

    What linking found is at fault where the film's own records conform without it, and without
    what other films say of its people. A record is at fault that does not conform alone, where
    the others together do; otherwise all are. So at least one is.
    """
    group = refused.film.group

    def conforms(members: Sequence[Member], identities: Identities) -> bool:
        some = replace(group, members=tuple(members), linked=None)
        trial = draft(some, identities, iris)
        return not any(result.blocks for _, result in judged([trial], engine, iris))

    records = [member.version for member in group.members]
    links = [group.linked.version] if group.linked else []
    if conforms(group.members, identities.names_only):
        return links or records
    if len(records) == 1:
        return records
    sound = [member for member in group.members if conforms([member], identities)]
    if not sound or not conforms(sound, identities):
        return records
    return [each.version for each in group.members if each not in sound] or links or records


def reason(film: Film, result: ValidationResult, iris: Iris) -> Reason:
    """Put a validation result into words, and name the record's field that it is about.

    Of somebody without a name, the value is the id that the record has instead.
    """
    told = of_result(result)
    nameless = "" if told.value else _nameless(film, told.focus_node, iris)
    stated = _stated(film, told.focus_node, told.path) if told.text else ""
    return Reason(
        message=told.message,
        field=_field(film, told.focus_node, told.path, iris),
        path=told.path,
        value=quoted(stated or nameless) if stated or nameless else told.value,
        shape=told.shape,
        focus_node=told.focus_node,
        component=told.component,
        text=stated or told.text or nameless,
    )


def _nameless(film: Film, focus: str, iris: Iris) -> str:
    """Return the id of the person that a result speaks of, where nothing tells their name."""
    nameless = (person for person in film.people if not person.name)
    found = (each.key for each in nameless if person_iri(each, iris).value == focus)
    return next(found, "")


def _stated(film: Film, focus: str, path: str) -> str:
    """Return what the records say where a path leads to the ends of a rating's scale.

    The mapping adds them, so a message that shows one of them shows nothing of the record.
    """
    rating = film.ratings.get(_site(focus), film.rating)
    if rating is None or path not in _ENDS_OF_SCALE:
        return ""
    return format(rating.value, "f")


def _site(focus: str) -> str:
    """Return the site whose rating a node is, if it is one's."""
    return focus.partition("#rating-")[2]


_ENDS_OF_SCALE = frozenset(map(str, (SCHEMA.bestRating, SCHEMA.worstRating)))


def _field(film: Film, focus: str, path: str, iris: Iris) -> str:
    """Return which field of the record a result speaks of; empty when of none in particular."""
    for role, people in {"directors": film.directors, **film.crew, "actors": film.people}.items():
        if any(person_iri(person, iris).value == focus for person in people):
            return role
    if site := _site(focus):
        return f"ratings.{site}"
    if (role := focus.partition("#role-")[2]) and film.performances[int(role) - 1].span is None:
        return "actors"
    return field_of(path.strip("<>"))
