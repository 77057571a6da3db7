"""Put together what the records say of one film, and tell who its people are.

All of it is pure: the same records give the same film, in whatever order they came.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from etl.characters import Played, played
from etl.records import Credit, FilmRecord, Origin, Rating


@dataclass(frozen=True, slots=True)
class Member:
    """A record of a film with its place and its number in the catalog."""

    origin: Origin
    record: FilmRecord
    version: int = 0


class Person(NamedTuple):
    """Somebody who worked on a film: known by an IMDb id, else by the exact name."""

    name: str
    imdb_id: str | None = None

    @property
    def key(self) -> str:
        """Return what tells them from everybody else."""
        return self.imdb_id or self.name


@dataclass(frozen=True, slots=True)
class Performance:
    """A part in a film: who plays it, and where the synopsis says so, if it does."""

    actor: Person
    character: str
    span: Played | None = None


@dataclass(frozen=True, slots=True)
class Film:
    """One film, with one value for each field; `members` are the records it was made from."""

    key: str
    identifiers: Mapping[str, str]
    title: str | None
    year: int | None
    rating: Rating | None
    directors: tuple[Person, ...]
    actors: tuple[Person, ...]
    synopsis: str | None
    performances: tuple[Performance, ...]
    members: tuple[Member, ...]

    @property
    def people(self) -> tuple[Person, ...]:
        """Everybody the film names, each once."""
        cast = (performance.actor for performance in self.performances)
        return tuple(dict.fromkeys((*self.directors, *self.actors, *cast)))


def resolve(key: str, members: Sequence[Member], identities: Mapping[str, str]) -> Film:
    """Make one film of the records about it.

    The first member that has a value for a field gives it: members come in the order of
    their sources' names, so that the order of loading is of no account, and each source has
    one. `identities` gives the IMDb id of each name that has exactly one in the catalog.
    """
    records = [member.record for member in members]
    directors = _people((record.directors for record in records), identities)
    actors = _people((record.actors for record in records), identities)
    synopsis = next((record.synopsis for record in records if record.synopsis), None)
    return Film(
        key=key,
        identifiers=_identifiers(records),
        title=next((record.title for record in records if record.title), None),
        year=next((record.year for record in records if record.year is not None), None),
        rating=next((record.rating for record in records if record.rating), None),
        directors=directors,
        actors=actors,
        synopsis=synopsis,
        performances=_performances(records, actors, synopsis, identities),
        members=tuple(members),
    )


def _identifiers(records: Sequence[FilmRecord]) -> dict[str, str]:
    """Merge the ids of a film's records; the first record's id of a scheme counts."""
    if len(records) == 1:
        return dict(records[0].identifiers)
    merged: dict[str, str] = {}
    for record in records:
        for scheme, identifier in record.identifiers.items():
            merged.setdefault(scheme, identifier)
    return merged


def _person(credit: Credit, identities: Mapping[str, str]) -> Person:
    return Person(credit.name, credit.imdb_id or identities.get(credit.name))


def _people(lists: Iterable[Sequence[Credit]], identities: Mapping[str, str]) -> tuple[Person, ...]:
    """Join the lists of several records; a person is named once, by the first spelling."""
    people: dict[str, Person] = {}
    for credits_ in lists:
        for credit in credits_:
            person = _person(credit, identities)
            people.setdefault(person.key, person)
    return tuple(people.values())


def _performances(
    records: Sequence[FilmRecord],
    actors: Sequence[Person],
    synopsis: str | None,
    identities: Mapping[str, str],
) -> tuple[Performance, ...]:
    """Collect the parts that a source lists and those that the synopsis names."""
    found: dict[tuple[str, str], Performance] = {}
    for record in records:
        for credit in record.actors:
            person = _person(credit, identities)
            for character in credit.characters:
                key = (character, person.key)
                found.setdefault(key, Performance(person, character))
    by_name = {person.name: person for person in actors}
    for span in played(synopsis or "", by_name):
        person = by_name[span.actor]
        key = (span.character, person.key)
        found.setdefault(key, Performance(person, span.character, span))
    return tuple(found.values())
