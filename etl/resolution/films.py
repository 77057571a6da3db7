"""Put together what the records say of one film, and tell who its people are.

All of it is pure: the same records give the same film, in whatever order they came.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import chain
from typing import Any, NamedTuple, TypeVar

from etl.facts import CREW, from_line
from etl.rdf.identifiers import name_key
from etl.records import Credit, FilmRecord, Link, LinkRecord, Rating, Review, Title
from etl.resolution.characters import Played, played, same_character
from etl.resolution.groups import Group


class Person(NamedTuple):
    """Somebody who worked on a film: known by an IMDb id, else a Wikidata item, else the name.

    The name is empty where no record gives one for the id. `facts` are what all records together
    say of somebody, each a field of `PERSON_FACTS` and a value; in a film, nobody has any.
    """

    name: str
    imdb_id: str | None = None
    wikidata_id: str | None = None
    facts: tuple[tuple[str, str], ...] = ()

    @property
    def key(self) -> str:
        """Return what tells them from everybody else."""
        return self.imdb_id or self.wikidata_id or name_key(self.name)


def person_of(name: str, imdb: str | None, wikidata: str | None, facts: str | None) -> Person:
    """Make a person of a row of the catalog."""
    return Person(name, imdb, wikidata, from_line(facts) if facts else ())


@lru_cache(maxsize=1 << 16)
def _person(name: str, imdb: str | None, wikidata: str | None) -> Person:
    """Make a person, the same for the same: most play in film after film."""
    return Person(name, imdb, wikidata)


_NOTHING: Mapping[str, Any] = {}
_NOBODY: Mapping[str, str] = _NOTHING  # which other processes can be sent, and nobody changes


class Identities(NamedTuple):
    """Who people are, as all records of the catalog tell it together.

    `by_name` gives the id of each name that has exactly one, `elsewhere` the Wikidata item that
    goes with an IMDb id and the other way round, `names` the name of somebody whose IMDb id a
    record gives alone.
    """

    by_name: Mapping[str, str] = _NOBODY
    elsewhere: Mapping[str, str] = _NOBODY
    names: Mapping[str, str] = _NOBODY

    @property
    def names_only(self) -> Identities:
        """Return the names alone, for a film as if no other told the ids of its people."""
        return Identities(names=self.names)


NO_IDENTITIES = Identities()


class Redirect(NamedTuple):
    """A movie's or person's key before a link gave them an id, and the key they have now."""

    kind: str
    old: str
    new: str


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
    people = _People(identities, found.links if found else ())
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


def _crew(records: Sequence[FilmRecord], people: _People) -> Mapping[str, tuple[Person, ...]]:
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


class _People:
    """Tells who the names in one film are."""

    def __init__(self, identities: Identities, links: Sequence[Link]) -> None:
        self._identities = identities
        self._by_name = identities.by_name
        self.links = [link for link in links if link.kind == "person" and link.holds]
        self._linked = {link.subject: self._id(link) for link in self.links}

    def _id(self, link: Link) -> str:
        item = link.wikidata_id or ""
        return link.imdb_id or self._identities.elsewhere.get(item, item)

    def person(self, credit: Credit) -> Person:
        """Tell who a credit is: by its own id, by a link in this film, or by the name alone."""
        name, known = credit.name, credit.imdb_id
        if known is None:
            known = self._linked.get(name) or self._by_name.get(name)
        elif not name:
            name = self._identities.names.get(known, "")
        if known is None or known.startswith("Q"):
            return _person(name, None, known)
        return _person(name, known, self._identities.elsewhere.get(known))

    def of(self, lists: Iterable[Sequence[Credit]]) -> tuple[Person, ...]:
        """Join the lists of several records; a person is named once, by the first spelling."""
        people: dict[str, Person] = {}
        for credits_ in lists:
            for credit in credits_:
                person = self.person(credit)
                people.setdefault(person.key, person)
        return tuple(people.values())


def _performances(
    records: Sequence[FilmRecord | LinkRecord],
    actors: Sequence[Person],
    synopsis: str | None,
    people: _People,
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
