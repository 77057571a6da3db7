"""What is to be linked: the films of the graph with their people, as our records have them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from etl.linking.candidates import ACTOR, DIRECTOR
from etl.linking.films import FilmMention
from etl.linking.people import Mention
from etl.records import FilmRecord
from etl.resolution.characters import unlisted
from etl.resolution.films import NO_IDENTITIES, Identities, Member, resolve


@dataclass(frozen=True, slots=True)
class Subject:
    """A film with its people.

    `own` are the ids that its own records give, `unlisted` names that only a synopsis has, in
    brackets, and `earlier` what linking has found before.
    """

    film: FilmMention
    own: dict[str, str]
    people: tuple[Mention, ...]
    unlisted: tuple[str, ...] = ()
    earlier: FilmRecord | None = None

    @property
    def place(self) -> str:
        """Name the place of the film's link record: it stays when the film gets another key."""
        return FilmRecord(self.own).key


def subject(key: str, members: Sequence[Member], identities: Identities = NO_IDENTITIES) -> Subject:
    """Look at a film as its own records make it, whatever linking has found."""
    own = [member for member in members if not member.record.links]
    earlier = [member.record for member in members if member.record.links]
    film = resolve(key, own, identities.names_only)
    directors = tuple(person.name for person in film.directors)
    actors = tuple(person.name for person in film.actors)
    imdb_id = film.identifiers.get("imdb")
    roles: dict[str, set[str]] = {}
    ids: dict[str, str | None] = {}
    for role, people in ((DIRECTOR, film.directors), (ACTOR, film.actors)):
        for person in people:
            roles.setdefault(person.name, set()).add(role)
            ids.setdefault(person.name, person.imdb_id)
    return Subject(
        film=FilmMention(key, film.title or "", film.year, imdb_id, directors, actors),
        own=dict(own[0].record.identifiers) | dict(film.identifiers),
        people=tuple(Mention(name, ids[name], frozenset(roles[name])) for name in roles),
        unlisted=tuple(unlisted(film.synopsis or "", roles)),
        earlier=earlier[0] if earlier else None,
    )
