"""What is to be linked: the films of the graph with their people, as our records have them."""

from __future__ import annotations

from dataclasses import dataclass, replace

from etl.linking.candidates import ACTOR, DIRECTOR
from etl.linking.films import FilmMention
from etl.linking.people import Mention
from etl.rdf.identifiers import film_id
from etl.records import FilmRecord, LinkRecord
from etl.resolution.characters import unlisted
from etl.resolution.films import resolve
from etl.resolution.groups import Group
from etl.resolution.people import NO_IDENTITIES, Identities
from etl.sources.files import WIKIDATA


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
    earlier: LinkRecord | None = None

    @property
    def place(self) -> str:
        """Name the place of the film's link record: it stays when the film gets another key."""
        return FilmRecord(self.own).key

    def item(self, links: LinkRecord | None) -> str | None:
        """Return the Wikidata item of the film: that of its link, else that of its own records."""
        held = (each for each in links.links if each.kind == "film" and each.holds) if links else ()
        return next((each.wikidata_id for each in held), None) or self.own.get("wikidata")


def subject(group: Group, identities: Identities = NO_IDENTITIES) -> Subject:
    """Look at a film as its own records make it, whatever is found or stated elsewhere.

    People whose name no record gives are left out: a link is known by the name it is about.
    """
    own = tuple(each for each in group.members if each.origin.source != WIKIDATA.name)
    group = replace(group, members=own)
    film = resolve(replace(group, linked=None), identities.names_only)
    named = {
        DIRECTOR: [person for person in film.directors if person.name],
        ACTOR: [person for person in film.actors if person.name],
    }
    directors, actors = (tuple(person.name for person in people) for people in named.values())
    imdb_id = film.identifiers.get("imdb")
    roles: dict[str, set[str]] = {}
    ids: dict[str, str | None] = {}
    for role, people in named.items():
        for person in people:
            roles.setdefault(person.name, set()).add(role)
            ids.setdefault(person.name, person.imdb_id)
    return Subject(
        film=FilmMention(film.key, film.title or "", film.year, imdb_id, directors, actors),
        own=_own(group),
        people=tuple(Mention(name, ids[name], frozenset(roles[name])) for name in roles),
        unlisted=tuple(unlisted(film.synopsis or "", roles)),
        earlier=group.linked.record if group.linked else None,
    )


def _own(group: Group) -> dict[str, str]:
    """Return the ids of a film by those of its records that share ids with its strongest.

    Those of records that are only matched with it are not its own: a link that had them would
    make the match last.
    """
    told = [member.record.identifiers for member in group.everything]
    known = {film_id(group.film)}
    while more := {each for ids in told if known & ids.items() for each in ids.items()} - known:
        known |= more
    records = [member.record.identifiers for member in group.members]
    own: dict[str, str] = {}
    for ids in [each for each in records if known & each.items()] or records:
        own |= {**ids, **own}
    return own
