"""Films on their way into the graph: drafted as triples, and judged by the shapes.

All of it is pure, so that it can run in other processes too.
"""

from __future__ import annotations

import time
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, starmap
from typing import NamedTuple, cast

from pyoxigraph import NamedNode, Quad, RdfFormat, Triple, serialize

from etl.entities.deriving import derivations
from etl.entities.mapping import PERSON_PROPERTIES, describe_film, describe_person, person_iri
from etl.entities.tally import Tally
from etl.rdf.descriptions import Description, statements
from etl.rdf.identifiers import Iris
from etl.resolution.films import NO_IDENTITIES, Film, Identities, Member, Person, resolve
from etl.resolution.groups import Group, MemberRow, groups_of
from etl.shacl import Engine, ValidationResult

CHUNK_FILMS = 1000  # are made at once


@dataclass(frozen=True, slots=True)
class Draft:
    """A film on its way into the graph, with what would be said of it there."""

    group: Group
    film: Film
    descriptions: list[Description]


def draft(group: Group, members: Sequence[Member], identities: Identities, iris: Iris) -> Draft:
    """Draft a film from some of its group's members."""
    film = resolve(group.film, members, identities)
    return Draft(group, film, describe_film(film, iris))


def judged(
    drafts: Sequence[Draft], engine: Engine, iris: Iris
) -> Iterator[tuple[Film, ValidationResult]]:
    """Validate each film with the people it names; give each result with its film.

    What is found about a film is the same whatever it is validated with. So films are validated
    together only if no shape can look from one into another, and one by one where something is
    found that belongs to no film or person. A fault of a person is a fault of every film that
    names them.
    """
    together = _judged_together(drafts, engine, iris) if _stay_apart(drafts, engine, iris) else None
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


def _stay_apart(drafts: Sequence[Draft], engine: Engine, iris: Iris) -> bool:
    """Say whether shapes that follow triples back never leave the film or person they are in."""
    walked_back = engine.walked_back
    if not walked_back:
        return walked_back is not None
    told = chain.from_iterable(each.descriptions for each in drafts)
    if not walked_back.isdisjoint(PERSON_PROPERTIES):
        told = chain(told, _described(_everybody(drafts), iris))
    back = statements(each for each in told if not walked_back.isdisjoint(each[1]))
    return all(_entity(value) == _entity(node) for node, name, value in back if name in walked_back)


def _entity(node: object) -> str:
    """Return the IRI of the film or person that a node is, or is a part of."""
    return node.value.partition("#")[0] if isinstance(node, NamedNode) else ""


def _everybody(drafts: Sequence[Draft]) -> dict[Person, None]:
    return dict.fromkeys(chain.from_iterable(each.film.people for each in drafts))


def _described(people: Iterable[Person], iris: Iris) -> Iterator[Description]:
    return (_described_person(person, iris) for person in people)


@lru_cache(maxsize=20_000)
def _described_person(person: Person, iris: Iris) -> Description:
    """Describe a person, and remember it: many play in film after film."""
    return describe_person(person, iris)


def _spellings(drafts: Sequence[Draft]) -> list[dict[Person, None]]:
    """Put the people of films into groups, in each of which everybody has one name.

    The first has nearly all: only somebody with an id can have several names.
    """
    everybody = _everybody(drafts)
    if not any(person.imdb_id or person.wikidata_id for person in everybody):
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


def stored(each: Draft, sources: Mapping[str, NamedNode], iris: Iris) -> Iterable[Triple | Quad]:
    """Give all that the store is to hold of a film: its triples, and what it derives from."""
    return chain(
        starmap(Triple, statements(each.descriptions)), derivations(each.film, sources, iris)
    )


class Prepared(NamedTuple):
    """Films that the shapes find nothing about, ready for the store, each by its key.

    `quads` is all that the store is to hold of them, as N-Quads; `tally` counts it.
    """

    films: tuple[str, ...]
    quads: bytes
    tally: Tally
    map_s: float
    validate_s: float


NOTHING = Prepared((), b"", Tally(), 0.0, 0.0)


def prepare(
    engine: Engine, groups: Iterable[Group], iris: Iris, sources: Mapping[str, NamedNode]
) -> Prepared:
    """Draft and judge films whose people have no identities but those in their records."""
    started = time.perf_counter()
    drafts = [draft(group, group.members, NO_IDENTITIES, iris) for group in groups]
    drafted = time.perf_counter()
    remarked = {film.key for film, _ in judged(drafts, engine, iris)}
    validated = time.perf_counter()
    clean = [each for each in drafts if each.film.key not in remarked]
    told = list(statements(chain.from_iterable(each.descriptions for each in clean)))
    derived = chain.from_iterable(derivations(each.film, sources, iris) for each in clean)
    mixed = chain(starmap(Triple, told), derived)
    quads = serialize(cast(Iterable[Quad], mixed), format=RdfFormat.N_QUADS) or b""
    tally = Tally.of(told)
    ended = time.perf_counter()
    films = tuple(each.film.key for each in clean)
    mapped_s = drafted - started + ended - validated
    return Prepared(films, quads, tally, mapped_s, validated - drafted)


class Task(NamedTuple):
    """Films for another process to make, as the catalog has them; one record makes each."""

    rows: list[MemberRow]
    iris: Iris
    sources: Mapping[str, NamedNode]


def prepare_rows(engine: Engine, task: Task) -> tuple[Task, Prepared]:
    """Draft and judge the films of a task; give it back with them."""
    return task, prepare(engine, groups_of(task.rows), task.iris, task.sources)
