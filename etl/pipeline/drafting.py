"""Films on their way into the graph: drafted as triples, and judged by the shapes.

All of it is pure, so that it can run in other processes too.
"""

from __future__ import annotations

import gc
import os
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import NamedTuple, cast

from pyoxigraph import NamedNode, Quad, RdfFormat, Triple, serialize

from etl.catalog.entries import Group, MemberRow, groups_of
from etl.identifiers import Iris
from etl.mapping import map_film, map_person, person_iri
from etl.provenance import derivations
from etl.resolution import Film, Member, resolve
from etl.validation import Engine, ValidationResult


@dataclass(frozen=True, slots=True)
class Draft:
    """A film on its way into the graph, with the triples it would have there."""

    group: Group
    film: Film
    triples: list[Triple]


def draft(
    group: Group, members: Sequence[Member], identities: Mapping[str, str], iris: Iris
) -> Draft:
    """Draft a film from some of its group's members."""
    film = resolve(group.film, members, identities)
    return Draft(group, film, map_film(film, iris))


def judged(
    drafts: Sequence[Draft], engine: Engine, iris: Iris
) -> Iterator[tuple[Film, ValidationResult]]:
    """Validate each film with the people it names; give each result with its film.

    What is found about a film is the same whatever it is validated with. So films are validated
    together only by shapes that look ahead, and one by one where something is found that belongs
    to no film or person. A fault of a person is a fault of every film that names them.
    """
    if engine.looks_ahead_only:
        results = engine.validate(_with_people(drafts, iris)).results
        owners = _owners(drafts, iris) if results else {}
        if all(_entity(result) in owners for result in results):
            for result in results:
                for film in owners[_entity(result)]:
                    yield film, result
            return
    for each in drafts:
        triples = list(_with_people([each], iris))
        results = engine.validate(triples).results
        mentioned = {term for triple in triples for term in triple} if results else set()
        for result in results:
            if result.focus_node in mentioned:
                yield each.film, result


def _entity(result: ValidationResult) -> str:
    """Return the IRI of the film or person that a result is about, without its part."""
    focus = result.focus_node
    return focus.value.partition("#")[0] if isinstance(focus, NamedNode) else ""


def _with_people(drafts: Sequence[Draft], iris: Iris) -> Iterator[Triple]:
    for each in drafts:
        yield from each.triples
    for person in dict.fromkeys(person for each in drafts for person in each.film.people):
        yield from map_person(person, iris)


def _owners(drafts: Sequence[Draft], iris: Iris) -> dict[str, list[Film]]:
    owners: dict[str, list[Film]] = {}
    for each in drafts:
        owners.setdefault(iris.movie(each.film.key).value, []).append(each.film)
        for person in each.film.people:
            owners.setdefault(person_iri(person, iris).value, []).append(each.film)
    return owners


def statements(
    each: Draft, sources: Mapping[str, NamedNode], iris: Iris
) -> Iterable[Triple | Quad]:
    """Give all that the store is to hold of a film: its triples, and what it derives from."""
    return chain(each.triples, derivations(each.film, sources, iris))


class Task(NamedTuple):
    """Films of a fresh store for another process, as the catalog has them."""

    rows: list[MemberRow]
    iris: Iris
    sources: dict[str, NamedNode]


class Prepared(NamedTuple):
    """What another process made of a task.

    `quads` has the films that the shapes find nothing about, as N-Quads; `remarked` are the
    keys of the others, which are left to be judged by whoever can say why.
    """

    quads: bytes
    remarked: frozenset[str]
    map_s: float
    validate_s: float


_engine: Engine | None = None


def remember(engine: Engine) -> None:
    """Have this process, which does nothing else, judge with an engine."""
    gc.disable()  # records and triples form no cycles
    if hasattr(os, "nice"):
        os.nice(5)  # the store's loader, which all wait for in the end, goes first
    global _engine
    _engine = engine


def prepare(task: Task) -> Prepared:
    """Draft and judge films, with the engine that this process remembers."""
    if _engine is None:
        raise RuntimeError("remember an engine first")
    started = time.perf_counter()
    drafts = [draft(group, group.members, {}, task.iris) for group in groups_of(task.rows)]
    drafted = time.perf_counter()
    remarked = frozenset(film.key for film, _ in judged(drafts, _engine, task.iris))
    validated = time.perf_counter()
    clean = (each for each in drafts if each.film.key not in remarked)
    mixed = chain.from_iterable(statements(each, task.sources, task.iris) for each in clean)
    quads = serialize(cast(Iterable[Quad], mixed), format=RdfFormat.N_QUADS) or b""
    ended = time.perf_counter()
    return Prepared(quads, remarked, drafted - started + ended - validated, validated - drafted)
