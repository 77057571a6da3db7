"""Put together what the records say of one film.

All of it is pure: the same records give the same film, in whatever order they came.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any, TypeVar

from etl.facts import CREW
from etl.records import Credit, FilmRecord, LinkRecord, Rating, Review, Title
from etl.resolution.characters import Played, played, same_character
from etl.resolution.groups import Group
from etl.resolution.people import Identities, People, Person

_NOTHING: Mapping[str, Any] = {}  # which other processes can be sent, and nobody changes


@dataclass(frozen=True, slots=True)
class Performance:
    """A part in a film: who plays it, and where the synopsis says so, if it does."""

    actor: Person
    character: str
    span: Played | None = None


@dataclass(frozen=True, slots=True)
class Film:
    """One film, with one value for each field; `group` is what it was made from."""

    key: str
    identifiers: Mapping[str, str]
    title: str | None
    year: int | None
    rating: Rating | None
    directors: tuple[Person, ...]
    actors: tuple[Person, ...]
    synopsis: str | None
    performances: tuple[Performance, ...]
    group: Group
    titles: tuple[Title, ...]
    facts: Mapping[str, tuple[str, ...]]
    crew: Mapping[str, tuple[Person, ...]]
    ratings: Mapping[str, Rating]
    reviews: tuple[Review, ...] = ()

    @property
    def people(self) -> tuple[Person, ...]:
        """Everybody the film names, each once."""
        cast = (performance.actor for performance in self.performances)
        crew = chain.from_iterable(self.crew.values())
        return tuple(dict.fromkeys((*self.directors, *self.actors, *cast, *crew)))

    def credited(self, role: str) -> tuple[Person, ...]:
        """Return the people whom the film has in a field of `CREDITS`."""
        match role:
            case "directors":
                return self.directors
            case "actors":
                return self.actors
            case _:
                return self.crew.get(role, ())


def resolve(group: Group, identities: Identities) -> Film:
    """Make one film of the records about it.

    The first member that has a value for a field gives it, so that the order of loading is of no
    account: the first of all, or of the field's own order. What linking found comes last.
    """
    records = [member.record for member in group.members]
    ranked = {field: [each.record for each in group.ordered(field)] for field in group.first}
    found = group.linked.record if group.linked else None
    everything: list[FilmRecord | LinkRecord] = [*records, found] if found else [*records]
    people = People(identities, everything)
    directors = people.of(record.directors for record in records)
    actors = people.of(record.actors for record in everything)
    synopsis = next(
        (each.synopsis for each in ranked.get("synopsis", records) if each.synopsis), None
    )
    title = next((each.title for each in ranked.get("title", records) if each.title), None)
    year = next((each.year for each in ranked.get("year", records) if each.year is not None), None)
    return Film(
        key=group.film,
        identifiers=_merged(record.identifiers for record in everything),
        title=title,
        year=year,
        rating=next((each.rating for each in ranked.get("rating", records) if each.rating), None),
        directors=directors,
        actors=actors,
        synopsis=synopsis,
        performances=_performances(everything, actors, synopsis, people),
        group=group,
        titles=_titles(records, title),
        facts=_facts(records, ranked, year),
        crew=_crew(records, people),
        ratings=_merged(each.ratings for each in ranked.get("ratings", records)),
        reviews=_reviews(records),
    )


def _reviews(records: Sequence[FilmRecord]) -> tuple[Review, ...]:
    """Collect reviews by viewer and day; of several, the first mark and the first text count."""
    found: dict[str, Review] = {}
    for each in chain.from_iterable(record.reviews for record in records):
        held = found.setdefault(each.name, each)
        if held.value is None:
            held = each._replace(text=held.text)
        found[each.name] = held._replace(text=held.text or each.text)
    return tuple(found[name] for name in sorted(found))


def _titles(records: Sequence[FilmRecord], title: str | None) -> tuple[Title, ...]:
    """Collect the other titles of a film, each once; one without its language gives way."""
    told = chain.from_iterable(record.titles for record in records)
    found = dict.fromkeys(each for each in told if each.text != title)
    texts = {each.text for each in found if each.language}
    return tuple(each for each in found if each.language or each.text not in texts)


def _facts(
    records: Sequence[FilmRecord], ranked: Mapping[str, Sequence[FilmRecord]], year: int | None
) -> Mapping[str, tuple[str, ...]]:
    """Merge what records say in the fields of `FACTS`; a date counts that is of the film's year."""
    if not any(record.facts for record in records):
        return _NOTHING
    dates = chain.from_iterable(
        record.facts.get("date", ()) for record in ranked.get("date", records)
    )
    date = next(((each,) for each in dates if each[:4] == str(year)), ())
    found = _merged(record.facts for record in records)
    own = {
        name: each.facts[name]
        for name, order in ranked.items()
        for each in reversed(order)
        if name in each.facts
    }
    return {name: values for name, values in {**found, **own, "date": date}.items() if values}


def _crew(records: Sequence[FilmRecord], people: People) -> Mapping[str, tuple[Person, ...]]:
    if not any(record.crew for record in records):
        return _NOTHING
    return {
        role: found
        for role in CREW
        if (found := people.of(record.credited(role) for record in records))
    }


_Value = TypeVar("_Value")


def _merged(told: Iterable[Mapping[str, _Value]]) -> Mapping[str, _Value]:
    """Merge what is said under names; what is said first of a name counts."""
    first, *others = told
    if not any(others):
        return first
    merged = dict(first)
    for each in others:
        for name, value in each.items():
            merged.setdefault(name, value)
    return merged


def _performances(
    records: Sequence[FilmRecord | LinkRecord],
    actors: Sequence[Person],
    synopsis: str | None,
    people: People,
) -> tuple[Performance, ...]:
    """Collect the parts that a source lists, those that the synopsis names, and linking's."""
    found: dict[tuple[str, str], Performance] = {}
    for record in records:
        for credit in (each for each in record.actors if each.characters):
            person = people.person(credit)
            for character in credit.characters:
                key = (character, person.key)
                found.setdefault(key, Performance(person, character))
    by_name = {person.name: person for person in actors if person.name}
    for span in played(synopsis or "", by_name):
        person = by_name[span.actor]
        key = (span.character, person.key)
        listed = found.get(key, Performance(person, span.character))
        found[key] = replace(listed, span=listed.span or span)
    performances = list(found.values())
    by_key = {person.key: person for person in actors} if people.links else {}
    for link in people.links:
        actor = by_key.get(people.person(Credit(link.subject)).key)
        for character in link.characters if actor else ():
            if actor and not any(
                each.actor == actor and same_character(each.character, character)
                for each in performances
            ):
                performances.append(Performance(actor, character))
    return tuple(performances)
