"""The one way from records to the triples of films, for the main process and its helpers.

It needs no catalog and no database: what goes in and what comes out can be sent to other processes.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence, Set
from itertools import chain
from typing import NamedTuple

from pyoxigraph import NamedNode

from etl.entities.drafting import Draft, draft, stored_text
from etl.entities.judging import at_fault, judged
from etl.entities.tally import Tally
from etl.rdf.identifiers import Iris
from etl.resolution.films import Film
from etl.resolution.groups import MemberRow, groups_of
from etl.resolution.people import Identities
from etl.search.entries import Entry, credited, entry
from etl.shacl import Engine, ValidationResult


class Batch(NamedTuple):
    """Films to be made: their records as the catalog has them, and who the people are.

    `sources` has the IRI of each source by its name, `standing` are the films that the graph has
    already.
    """

    rows: Sequence[MemberRow]
    identities: Identities
    iris: Iris
    sources: Mapping[str, NamedNode]
    standing: Set[str] = frozenset()


class Judged(NamedTuple):
    """A film that the shapes find something about, and the versions that are at fault."""

    film: Film
    results: Sequence[ValidationResult]
    at_fault: Sequence[int]

    @property
    def blocked(self) -> bool:
        """Return whether the film may not enter the graph."""
        return any(result.blocks for result in self.results)


class Built(NamedTuple):
    """Films as the graph should have them, with the results of validation.

    `new` is all that the store is to hold of those that it has nothing of, as N-Quads, `added` how
    many they are, `tally` counts their triples, `entries` are what the films are found by, and
    `credited` counts the credits of people in them. `changed` has the same for each of the others,
    by its key. A film that is blocked is in neither.
    """

    films: int
    new: bytes
    added: int
    tally: Tally
    entries: Sequence[Entry]
    credited: Mapping[str, int]
    changed: Sequence[tuple[str, bytes]]
    judged: Sequence[Judged]
    map_s: float
    validate_s: float


def build_batch(engine: Engine, batch: Batch) -> Built:
    """Resolve, describe, judge and write the films of a batch."""
    started = time.perf_counter()
    drafts = drafted(batch)
    described = time.perf_counter()
    found = _judged(drafts, engine, batch)
    validated = time.perf_counter()
    blocked = {each.film.key for each in found if each.blocked}
    fit = [each for each in drafts if each.film.key not in blocked]
    new = [each for each in fit if each.film.key not in batch.standing]
    added = stored_text(new, batch.sources, batch.iris)
    changed = [
        (each.film.key, stored_text([each], batch.sources, batch.iris))
        for each in fit
        if each.film.key in batch.standing
    ]
    ended = time.perf_counter()
    return Built(
        films=len(drafts),
        new=added,
        added=len(new),
        tally=Tally.of_descriptions(chain.from_iterable(each.descriptions for each in new)),
        entries=[entry(batch.iris.movie(each.film.key).value, each.descriptions) for each in new],
        credited=credited(chain.from_iterable(each.descriptions for each in new)),
        changed=changed,
        judged=found,
        map_s=described - started + ended - validated,
        validate_s=validated - described,
    )


def drafted(batch: Batch) -> list[Draft]:
    """Resolve and describe the films of a batch."""
    return [draft(group, batch.identities, batch.iris) for group in groups_of(batch.rows)]


def judge_batch(engine: Engine, batch: Batch) -> list[Judged]:
    """Resolve, describe and judge films; give those that something is found about."""
    return _judged(drafted(batch), engine, batch)


def _judged(drafts: Sequence[Draft], engine: Engine, batch: Batch) -> list[Judged]:
    found: dict[str, list[ValidationResult]] = {}
    for film, result in judged(drafts, engine, batch.iris) if drafts else ():
        found.setdefault(film.key, []).append(result)
    return list(_with_faults(drafts, found, engine, batch))


def _with_faults(
    drafts: Sequence[Draft],
    found: Mapping[str, Sequence[ValidationResult]],
    engine: Engine,
    batch: Batch,
) -> Iterator[Judged]:
    for each in drafts:
        if results := found.get(each.film.key):
            faulty = each.film.group.versions
            if any(result.blocks for result in results):
                faulty = at_fault(each, engine, batch.identities, batch.iris)
            yield Judged(each.film, results, faulty)
