"""Which records make which film, and who its people are: in plain Python, slow and obvious.

This says again what docs/architecture.md says under "Entities" and "Taking back", and shares
nothing with the catalog and its SQL. What a film is, given its records and its people's ids, is
left to the product's own `resolve` and mapping; what conforms is left to its shapes.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from pyoxigraph import Quad

from etl.entities.drafting import draft
from etl.entities.judging import judged
from etl.entities.mapping import map_film
from etl.entities.people import map_person, map_redirect
from etl.rdf.identifiers import Iris, name_key
from etl.records import Credit, FilmRecord, Link, LinkRecord, Origin, Reject
from etl.resolution.films import Film, resolve
from etl.resolution.groups import Group, LinkMember, Member
from etl.resolution.people import Identities, Person, Redirect
from etl.shacl import Engine
from matching_oracle import Told, matched

IRIS = Iris()


class Spot(NamedTuple):
    """Where a record stands: its source, the path within that, and its key within the file."""

    source: str
    path: str
    key: str


class Said(NamedTuple):
    """What a run has read at a spot: a record, one that cannot be read, or None if it has gone."""

    line: int
    item: FilmRecord | LinkRecord | Reject | None


History = Sequence[Mapping[Spot, Said]]
"""What each run has read, in the order of the runs; only of runs that stand."""

Ranks = Mapping[str, Sequence[str]]
"""Sources that come first, in order; by field, of all fields under the empty name."""

Chosen = dict[Spot, tuple[Said, ...]]
"""For each spot the records that it may give, the best first."""

Members = Sequence[Member | LinkMember]

Films = dict[str, list[Member | LinkMember]]
"""The records of each film, and what linking found about it."""


@dataclass(frozen=True)
class Mention:
    """A name in a record of a film: its id by the record, by linking, and by all there is."""

    film: str
    name: str
    own: str | None
    linked: str | None
    id: str | None


class Dispute(NamedTuple):
    """What a record says of an id or of a film, which another contradicts."""

    about: str
    subject: str
    said: str
    place: Origin


@dataclass(frozen=True)
class Resolved:
    """What a history comes to: films with their records, and who everybody is."""

    films: Films
    identities: Identities
    people: set[Person]
    redirects: set[Redirect]
    disputes: set[Dispute]
    ranks: Ranks

    def graph(self) -> set[Quad]:
        """Give the triples, by the product's own mapping."""
        films = [self._film(*each) for each in self.films.items()]
        triples = [triple for film in films for triple in map_film(film, IRIS)]
        triples += [triple for person in self.people for triple in map_person(person, IRIS)]
        triples += [map_redirect(redirect, IRIS) for redirect in self.redirects]
        return {Quad(*triple) for triple in triples}

    def _film(self, key: str, members: Members) -> Film:
        """Make a film; what one source gives, the one gives that ranks first."""
        film = resolve(group_of(key, members, self.ranks), self.identities)
        for field in ("title", "year", "rating"):
            ordered = sorted(_records_in(members), key=lambda each: _rank(each, field, self.ranks))
            said = [getattr(each.record, field) for each in ordered]
            assert getattr(film, field) == next((each for each in said if each is not None), None)
        return film


def resolved(history: History, engine: Engine, ranks: Ranks) -> Resolved:
    """Resolve what was read: what the shapes refuse gives way to what stood there before."""
    chosen = _readable(history)
    same = _films_by_movielens(chosen.values())
    alone = _grouped(list(chosen), chosen, same, {})
    matches = matched({film: _told(members) for film, members in alone.items()})
    disputes = _disputes(_grouped(list(chosen), chosen, same, matches))
    own = (said for said in chosen.values() if isinstance(said[0].item, FilmRecord))
    same_by_own = _films_by_movielens(own)
    names: dict[str, str] | None = None
    while True:
        spots = list(chosen)
        everything = _grouped(spots, chosen, same, matches)
        counting = {film: _counting(members, ranks) for film, members in everything.items()}
        if names is None:  # as with films, which records conform is of no account
            names = _names_of_ids(chosen, _People(everything, counting, {}))
        people = _People(everything, counting, names)
        films = {film: members for film, members in counting.items() if _records_in(members)}
        refused = {
            spots[member.version]
            for film, members in films.items()
            for member in _at_fault(film, members, people.known, engine, ranks)
        }
        if not refused:
            redirects = people.redirects(films) | _film_redirects(films, everything, same_by_own)
            redirects |= {Redirect("movie", *each) for each in matches.items() if each[1] in films}
            named = people.named(films)
            return Resolved(films, people.known, named, redirects, disputes, ranks)
        for spot in refused:
            chosen[spot] = chosen[spot][1:]
        chosen = {spot: said for spot, said in chosen.items() if said}


def _told(members: Members) -> list[Told]:
    return [(member.origin.source, member.record) for member in members]


def _readable(history: History) -> Chosen:
    """Give what can be read at each spot since it was last empty, the newest first."""
    found: defaultdict[Spot, list[Said]] = defaultdict(list)
    for run in history:
        for spot, said in run.items():
            if said.item is None:
                found[spot].clear()
            elif isinstance(said.item, FilmRecord | LinkRecord):
                found[spot].insert(0, said)
    return {spot: tuple(said) for spot, said in found.items() if said}


def _record(said: Said) -> FilmRecord | LinkRecord:
    assert isinstance(said.item, FilmRecord | LinkRecord)
    return said.item


def _records_in(members: Members) -> list[Member]:
    return [member for member in members if isinstance(member, Member)]


def _links_in(members: Members) -> list[LinkMember]:
    return [member for member in members if isinstance(member, LinkMember)]


def group_of(film: str, members: Members, ranks: Ranks) -> Group:
    records, links = _records_in(members), _links_in(members)
    first = {
        field: [each.version for each in sorted(records, key=lambda r: _rank(r, field, ranks))]
        for field in ranks
        if field
    }
    return Group(film, "", tuple(records), next(iter(links), None), first)


def _rank(member: Member | LinkMember, field: str, ranks: Ranks) -> tuple[Any, ...]:
    """Rank a record for a field: by the field's ranks, by those of all fields, by its place."""
    source, path, line = member.origin.source, member.origin.path, member.origin.line
    orders = (ranks.get(each, ()) for each in (field, ""))
    places = (order.index(source) if source in order else len(order) for order in orders)
    return (*places, source, path, line)


def _films_by_movielens(chosen: Iterable[tuple[Said, ...]]) -> dict[str, str]:
    """Tell which film a MovieLens id is, where all newest records that say so agree."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for said, *_ in chosen:
        ids = _record(said).identifiers
        if "imdb" in ids and "movielens" in ids:
            found[ids["movielens"]].add(ids["imdb"])
    return {number: min(films) for number, films in found.items() if len(films) == 1}


def _names_of_ids(chosen: Chosen, people: _People) -> dict[str, str]:
    """Name those whom a record gives by their id alone, as most of the other records do."""
    told: defaultdict[str, Counter[str]] = defaultdict(Counter)
    before: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for newest, *older in chosen.values():
        for said in (newest, *older):
            record = _record(said)
            named = {(each.imdb_id, each.name) for each in record.credits if each.name}
            for who, name in named if isinstance(record, FilmRecord) else ():
                if who:
                    (told if said is newest else before)[who][name] += 1
    for who, name, count in people.named_by_links():
        told[who][name] += count
    return {
        who: min(names, key=lambda name: (-names[name], name))
        for who, names in {**before, **told}.items()
    }


def _grouped(
    spots: Sequence[Spot], chosen: Chosen, same: Mapping[str, str], matches: Mapping[str, str]
) -> Films:
    """Put records together by film; a member's `version` is the place of its spot in the list."""
    films: defaultdict[str, list[Member | LinkMember]] = defaultdict(list)
    for number, spot in enumerate(spots):
        said = chosen[spot][0]
        record = _record(said)
        ids = record.identifiers
        film = ids.get("imdb") or same.get(ids["movielens"]) or f"movielens-{ids['movielens']}"
        film = matches.get(film, film)
        origin = Origin(spot.source, spot.path, said.line)
        if isinstance(record, FilmRecord):
            films[film].append(Member(origin, record, number))
        else:
            films[film].append(LinkMember(origin, record, number))
    return films


def _disputes(films: Films) -> set[Dispute]:
    """Give what the newest records say of MovieLens ids that cannot all be so."""
    claims = set[Dispute]()
    for film, members in films.items():
        for member in members:
            if number := member.record.identifiers.get("movielens"):
                claims.add(Dispute("id", number, film, member.origin))
                if isinstance(member, Member):
                    claims.add(Dispute("film", film, number, member.origin))
    said = Counter((about, subject) for about, subject, _ in {claim[:3] for claim in claims})
    return {claim for claim in claims if said[claim[:2]] > 1}


def _counting(members: Members, ranks: Ranks) -> list[Member | LinkMember]:
    """Keep of each source the last record by path and line; the sources by ranks and names.

    Those that a source tells by a key of its own are parts of one record, and all count.
    """
    kept: dict[tuple[str, int | None], Member | LinkMember] = {}
    for member in sorted(members, key=lambda m: (m.origin.source, m.origin.path, m.origin.line)):
        is_part = set(member.record.identifiers) == {"record"}
        kept[member.origin.source, member.version if is_part else None] = member
    return sorted(kept.values(), key=lambda each: _rank(each, "", ranks))


def _at_fault(
    film: str, members: Members, known: Identities, engine: Engine, ranks: Ranks
) -> Members:
    """Give the records that have to give way for a film to conform; none if it does."""

    def conforms(some: Members, known: Identities) -> bool:
        trial = draft(group_of(film, some, ranks), known, IRIS)
        return not any(result.blocks for _, result in judged([trial], engine, IRIS))

    if conforms(members, known):
        return []
    own = _records_in(members)
    if conforms(own, known.names_only):
        return _links_in(members)
    sound = [member for member in own if conforms([member], known)]
    if len(own) > 1 and sound and conforms(sound, known):
        return [member for member in own if member not in sound]
    return own


class _People:
    """Tells who the people of films are, by all records and by what linking found."""

    def __init__(self, everything: Films, counting: Films, names: Mapping[str, str]) -> None:
        self._counting = counting
        self._links = [
            (film, link)
            for film, members in counting.items()
            if _records_in(everything[film])
            for member in _links_in(members)
            for link in member.record.links
            if link.kind == "person" and link.holds
        ]
        self._items = self._pairs()
        self._keyed = self._ids_of_keys()
        self._ids = self._names_with_one_id()
        elsewhere = self._items | {item: imdb for imdb, item in self._items.items()}
        self.known = Identities(self._ids, elsewhere, names, self._keyed)

    def _pairs(self) -> dict[str, str]:
        """Tell which Wikidata item goes with which IMDb id, where one goes with one."""
        pairs = {
            (link.imdb_id, link.wikidata_id)
            for _, link in self._links
            if link.imdb_id and link.wikidata_id
        }
        imdb, wikidata = Counter(one for one, _ in pairs), Counter(other for _, other in pairs)
        return {one: other for one, other in pairs if imdb[one] == wikidata[other] == 1}

    def _who(self, link: Link) -> str | None:
        by_item = {item: imdb for imdb, item in self._items.items()}
        return link.imdb_id or by_item.get(link.wikidata_id or "") or link.wikidata_id

    def _names_with_one_id(self) -> dict[str, str]:
        ids: defaultdict[str, set[str]] = defaultdict(set)
        for members in self._counting.values():
            for member in members:
                for credit in member.record.credits:
                    if (own := self._own(credit)) and credit.name:
                        ids[credit.name].add(own)
        for _, link in self._links:
            if who := self._who(link):
                ids[link.subject].add(who)
        return {name: min(found) for name, found in ids.items() if len(found) == 1}

    def _by_name(self, name: str, members: Members) -> str | None:
        """Tell who a name is: the only id that it has anywhere, or the only one in its film."""
        credits_ = (credit for member in members for credit in member.record.credits)
        ids = {own for credit in credits_ if credit.name == name and (own := self._own(credit))}
        return self._ids.get(name) or (min(ids) if len(ids) == 1 else None)

    def _own(self, credit: Credit) -> str | None:
        """Tell the id that a credit gives, or that goes with the key that it gives."""
        return credit.imdb_id or self._keyed.get(credit.key)

    def _ids_of_keys(self) -> dict[str, str]:
        """Tell the ids of namesakes whom a source tells apart: what their films call them, or keys.

        They are namesakes whose name has several keys in a source, or several ids. A source whose
        keys are all different counts its credits, if three names have several; what else it says
        of keys is not believed either.
        """
        keys: defaultdict[tuple[str, str, str], set[str]] = defaultdict(set)
        uses: defaultdict[str, list[str]] = defaultdict(list)
        called: defaultdict[str, set[tuple[str, str]]] = defaultdict(set)
        for film, members in self._counting.items():
            for member in _records_in(members):
                for key, name in {(each.key, each.name) for each in member.record.credits}:
                    if key and name:
                        scheme = key.partition("-")[0]
                        owner = member.origin.source if scheme == "key" else ""
                        keys[name, scheme, owner].add(key)
                        called[key].add((film, name))
                for key in {each.key for each in member.record.credits if each.name} - {""}:
                    if key.startswith("key-"):
                        uses[member.origin.source].append(key)
        ids: defaultdict[str, set[str]] = defaultdict(set)
        for each in (each for members in self._counting.values() for each in members):
            for credit in each.record.credits:
                if credit.imdb_id and credit.name:
                    ids[credit.name].add(credit.imdb_id)
        found = {scope: held for scope, held in keys.items() if len(held) > 1}
        owners = Counter(owner for _, _, owner in found)
        once = {owner for owner, used in uses.items() if len(set(used)) == len(used)}
        found = {
            scope: held
            for scope, held in keys.items()
            if (scope in found and not (scope[2] in once and owners[scope[2]] > 2))
            or (len(ids[scope[0]]) > 1 and scope[2] not in once)
        }
        told = {key for held in found.values() for key in held}
        linked = {(film, link.subject, self._who(link)) for film, link in self._links}
        pairs: set[tuple[str, str, str]] = set()
        for (name, scheme, owner), held in found.items():
            for key in held:
                for film, written in called[key]:
                    if written == name:
                        given = {
                            credit.imdb_id
                            for member in self._counting[film]
                            for credit in member.record.credits
                            if credit.name == name
                        } | {who for where, who_, who in linked if (where, who_) == (film, name)}
                        pairs |= {(key, f"{scheme} {owner}", id_) for id_ in given if id_}
        of_key = Counter(key for key, _, _ in pairs)
        of_id = Counter((scope, id_) for _, scope, id_ in pairs)
        known = {
            key: id_ for key, scope, id_ in pairs if of_key[key] == 1 and of_id[scope, id_] == 1
        }
        return {key: known.get(key, key) for key in told}

    def named_by_links(self) -> Iterator[tuple[str, str, int]]:
        """Give the IMDb ids that links give names in the records of their films; how many do."""
        found = Counter(
            (link.imdb_id, link.subject)
            for film, link in self._links
            if link.imdb_id
            and any(
                credit.name == link.subject
                for member in self._counting[film]
                for credit in member.record.credits
            )
        )
        yield from ((who, name, count) for (who, name), count in found.items() if who)

    def _mentions(self, films: Films) -> Iterator[Mention]:
        """Give everybody whom a record of a film names, once for each id that it gives them."""
        linked = {(film, link.subject): self._who(link) for film, link in self._links}
        for film, members in films.items():
            for member in members:
                named = {(each.name, self._own(each), each.key) for each in member.record.credits}
                for written, own, _ in named:
                    name = written or self.known.names.get(own or "", "")
                    by_link = linked.get((film, written))
                    known = own or by_link or self._by_name(written, members)
                    yield Mention(film, name, own, by_link, known)

    def named(self, films: Films) -> set[Person]:
        """Give all people, each with one name: the one that most records give, else the first."""
        spellings: defaultdict[str, Counter[str]] = defaultdict(Counter)
        people: set[Person] = set()
        lives = self._lives(films)
        for mention in self._mentions(films):
            if mention.id is None:
                people.add(Person(mention.name, facts=lives.get(("name", mention.name), ())))
            else:
                spellings[mention.id][mention.name] += 1
        for who, names in spellings.items():
            name = min(names, key=lambda name: (not name, -names[name], name))
            if who.startswith("Q"):
                people.add(Person(name, None, who, lives.get(("id", who), ())))
            elif not who.startswith("nm"):
                people.add(Person(name, facts=lives.get(("id", who), ()), source_key=who))
            else:
                item = self._items.get(who)
                people.add(Person(name, who, item, lives.get(("id", who), ())))
        return people

    def _lives(self, films: Films) -> dict[tuple[str, str], tuple[tuple[str, str], ...]]:
        """Tell of everybody when they were born and died, and what they do, by most records."""
        said: defaultdict[tuple[str, str], Counter[tuple[str, str]]] = defaultdict(Counter)
        linked = {(film, link.subject): self._who(link) for film, link in self._links}
        for film, members in films.items():
            for member in members:
                told: dict[tuple[str, str | None, str], tuple[tuple[str, str], ...]] = {}
                for credit in member.record.credits:
                    who = credit.name, self._own(credit), credit.key
                    told[who] = told.get(who) or credit.facts
                for (name, own, _), facts in told.items():
                    known = own or linked.get((film, name)) or self._by_name(name, members)
                    said[("id", known) if known else ("name", name)].update(facts)
        return {who: _life(counts) for who, counts in said.items()}

    def redirects(self, films: Films) -> set[Redirect]:
        """Give the names that stood for people before linking, unless they still stand for some."""
        mentions = list(self._mentions(films))
        linked = {mention.id for mention in mentions if mention.linked}
        nameless = {mention.name for mention in mentions if mention.id is None}
        return {
            Redirect("person", name_key(mention.name), mention.id)
            for mention in mentions
            if mention.own is None and mention.id in linked and mention.id is not None
            if mention.name not in nameless
        } | {
            Redirect("person", key, known)
            for key, known in self._keyed.items()
            if key != known and known in linked
        }


def _life(said: Counter[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """Choose among dates: the year most records give, its most exact date; and keep all jobs."""
    born, died = (_date(said, field) for field in ("born", "died"))
    if born and died:
        exact = min(len(born), len(died))
        if died[:exact] < born[:exact]:
            died = ""
    jobs = sorted(value for field, value in said if field == "jobs")
    told = [("born", born), ("died", died), *(("jobs", job) for job in jobs)]
    return tuple((field, value) for field, value in told if value)


def _date(said: Counter[tuple[str, str]], field: str) -> str:
    dates = {value: count for (name, value), count in said.items() if name == field}
    years: Counter[str] = Counter()
    for value, count in dates.items():
        years[value[:4]] += count
    best = min(years, key=lambda year: (-years[year], year), default="")
    of_year = [value for value in dates if value[:4] == best]
    return min(of_year, key=lambda value: (-len(value), -dates[value], value), default="")


def _film_redirects(films: Films, everything: Films, own: Mapping[str, str]) -> set[Redirect]:
    """Give the keys that films had before linking found their IMDb ids, which no source tells."""
    found: set[Redirect] = set()
    for film, members in films.items():
        if _links_in(everything[film]):
            for member in _records_in(members):
                ids = member.record.identifiers
                if "imdb" not in ids and ids["movielens"] not in own:
                    found.add(Redirect("movie", f"movielens-{ids['movielens']}", film))
    return {redirect for redirect in found if redirect.old != redirect.new}
