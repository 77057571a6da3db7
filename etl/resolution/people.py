"""Who the people of a film are: by their ids, by links, by their names in all films together.

All of it is pure, as is how films are put together.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import chain
from typing import Any, NamedTuple

from etl.facts import from_line
from etl.rdf.identifiers import name_key
from etl.records import Credit, FilmRecord, Link, LinkRecord


class Person(NamedTuple):
    """Somebody who worked on a film: known by an IMDb id, else a Wikidata item, else the name.

    The name is empty where no record gives one for the id. `facts` are what all records together
    say of somebody, each a field of `PERSON_FACTS` and a value; in a film, nobody has any.
    Of namesakes without an id, `source_key` is by what a source tells one from the others.
    """

    name: str
    imdb_id: str | None = None
    wikidata_id: str | None = None
    facts: tuple[tuple[str, str], ...] = ()
    source_key: str | None = None

    @property
    def key(self) -> str:
        """Return what tells them from everybody else."""
        return self.imdb_id or self.wikidata_id or self.source_key or name_key(self.name)


def person_of(
    name: str, imdb: str | None, wikidata: str | None, facts: str | None, key: str | None
) -> Person:
    """Make a person of a row of the catalog."""
    return Person(name, imdb, wikidata, from_line(facts) if facts else (), key)


@lru_cache(maxsize=1 << 16)
def _person(name: str, known: str | None, wikidata: str | None) -> Person:
    """Make a person, the same for the same: most play in film after film."""
    if known is None or known.startswith("Q"):
        return Person(name, None, known)
    if known.startswith("nm"):
        return Person(name, known, wikidata)
    return Person(name, source_key=known)


_NOTHING: Mapping[str, Any] = {}
_NOBODY: Mapping[str, str] = _NOTHING  # which other processes can be sent, and nobody changes


class Identities(NamedTuple):
    """Who people are, as all records of the catalog tell it together.

    `by_name` gives the id of each name that has exactly one, `elsewhere` the Wikidata item that
    goes with an IMDb id and the other way round, `names` the name of somebody whose IMDb id a
    record gives alone. `keyed` gives the ids of those whom a source tells from namesakes by a key:
    another id that is known for it, else the key.
    """

    by_name: Mapping[str, str] = _NOBODY
    elsewhere: Mapping[str, str] = _NOBODY
    names: Mapping[str, str] = _NOBODY
    keyed: Mapping[str, str] = _NOBODY

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


class People:
    """Tells who the names in one film are, of which these are the records."""

    def __init__(self, identities: Identities, records: Sequence[FilmRecord | LinkRecord]) -> None:
        self._identities, self._records = identities, records
        self._by_name = identities.by_name
        links = chain.from_iterable(each.links for each in records if isinstance(each, LinkRecord))
        self.links = [link for link in links if link.kind == "person" and link.holds]
        self._linked = {link.subject: self._id(link) for link in self.links}
        self._in_film: Mapping[str, str] | None = None

    def _id(self, link: Link) -> str:
        item = link.wikidata_id or ""
        return link.imdb_id or self._identities.elsewhere.get(item, item)

    def person(self, credit: Credit) -> Person:
        """Tell who a credit is: by its own id or key, by a link in this film, or by the name.

        Of several ids that a name has, it is the one that this film gives it elsewhere.
        """
        name, known = credit.name, self._own(credit)
        if known is None:
            known = self._linked.get(name) or self._by_name.get(name) or self._given(name)
        elif not name:
            name = self._identities.names.get(known, "")
        return _person(name, known, self._identities.elsewhere.get(known or ""))

    def _own(self, credit: Credit) -> str | None:
        """Return the id that a credit itself gives, or stands for where only a key tells who."""
        if credit.key and credit.imdb_id is None:
            return self._identities.keyed.get(credit.key)
        return credit.imdb_id

    def _given(self, name: str) -> str | None:
        """Return the id that the film's credits give a name, where they give it one."""
        if self._in_film is None:
            found: dict[str, set[str]] = {}
            for record in self._records:
                for credit in record.credits:
                    if (own := self._own(credit)) and credit.name:
                        found.setdefault(credit.name, set()).add(own)
            self._in_film = {each: min(ids) for each, ids in found.items() if len(ids) == 1}
        return self._in_film.get(name)

    def of(self, lists: Iterable[Sequence[Credit]]) -> tuple[Person, ...]:
        """Join the lists of several records; a person is named once, by the first spelling."""
        people: dict[str, Person] = {}
        for credits_ in lists:
            for credit in credits_:
                person = self.person(credit)
                people.setdefault(person.key, person)
        return tuple(people.values())
