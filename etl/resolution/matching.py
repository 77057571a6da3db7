"""Which films that share no id are one: by their titles, their years and who worked on them.

All of it is pure. What is told of films decides, in whatever order they come: the surest way to
find a match goes first, and films that have become one count as one for the next. Where films
that cannot all be one hang together by one way, none of them is joined by that, nor by a less
sure one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, combinations
from typing import NamedTuple, Self

from etl.rdf.identifiers import film_rank, imdb_name_id
from etl.resolution.components import components
from etl.resolution.names import words_of_name


class MatchRung(NamedTuple):
    """One way to match two films: what it takes, and how sure it is."""

    name: str
    takes: str
    confidence: float


DECIDED = MatchRung("decision", "a person said so", 1.0)
WITNESS = MatchRung("match-witness", "title and year agree, and a director or an actor", 0.998)
NEAR = MatchRung(
    "match-near",
    "a director or an actor agrees, and the title with the year one off, or part of it with "
    "the year",
    0.99,
)
TITLE = MatchRung("match-title", "title and year agree, and one side names nobody", 0.99)
OPEN = MatchRung(
    "match-open",
    "title and year agree, if only nearly, and people do not tell whether they are one",
    0.5,
)

RUNGS = (DECIDED, WITNESS, NEAR, TITLE)
"""The ways to match films, the surest first; what is `OPEN` is for a person to decide."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A film as its ids alone put it together: what all its records say of it.

    `ids` are each of a scheme, `people` the words of names as `words_of_name` gives them.
    """

    film: str
    sources: frozenset[str]
    ids: frozenset[tuple[str, str]]
    people: frozenset[str]


class Pair(NamedTuple):
    """Two films that may be one, each with the title and the year that agree with the other's.

    A `near` pair agrees only in a part of the title, or its years are one apart; if it is both, it
    is 2. One that is `decided` is one film because somebody said so.
    """

    one: str
    other: str
    near: int = 0
    titles: tuple[str, str] = ("", "")
    years: tuple[int | None, int | None] = (None, None)
    decided: bool = False


class Match(NamedTuple):
    """Two films that are one, or that might be; `key` is that of the film they are now, or None.

    `film` is known by its key without the match, and has one if it is one with a stronger film;
    `other` is that, or one between them. `witness` is somebody who is in both, as `words_of_name`
    gives the name; `reason` says why they were not joined.
    """

    film: str
    other: str
    key: str | None
    rung: str
    title: str
    year: int | None
    other_title: str
    other_year: int | None
    witness: str
    reason: str

    @classmethod
    def of(
        cls, film: str, pair: Pair, witness: str, rung: MatchRung, key: str | None, why: str
    ) -> Self:
        """Say what has become of one of a pair of films."""
        mine, theirs = (0, 1) if film == pair.one else (1, 0)
        titles, years = pair.titles, pair.years
        told = titles[mine], years[mine], titles[theirs], years[theirs]
        return cls(film, pair[:2][theirs], key, rung.name, *told, witness, why)

    def evidence(self, names: Iterable[str]) -> str:
        """Say what both films have: titles, years, and the witness as one of the names has it."""
        written = (name for name in names if words_of_name(name) == self.witness)
        told = [
            ", ".join(filter(None, (title, str(year or ""))))
            for title, year in ((self.title, self.year), (self.other_title, self.other_year))
        ]
        return "; ".join(filter(None, (*dict.fromkeys(told), next(written, self.witness))))


@dataclass(frozen=True)
class _Group:
    """Films that are one so far."""

    films: frozenset[str]
    sources: frozenset[str]
    ids: Mapping[str, frozenset[str]]
    people: frozenset[str]

    @classmethod
    def of(cls, films: Iterable[Seen]) -> _Group:
        """Put films together."""
        told = list(films)
        ids = defaultdict[str, set[str]](set)
        for scheme, each in chain.from_iterable(film.ids for film in told):
            ids[scheme].add(each)
        return cls(
            frozenset(film.film for film in told),
            frozenset().union(*(film.sources for film in told)),
            {scheme: frozenset(each) for scheme, each in ids.items()},
            frozenset().union(*(film.people for film in told)),
        )

    def differs(self, other: _Group) -> str:
        """Name a scheme of which two films have different ids, or nothing."""
        shared = sorted(self.ids.keys() & other.ids.keys())
        return next((each for each in shared if self.ids[each] != other.ids[each]), "")

    def is_of_others(self, other: _Group) -> bool:
        """Say whether both name people, and nobody is in both."""
        return bool(self.people and other.people) and self.people.isdisjoint(other.people)


_ONLY_NEARLY = "title and year agree only nearly"
_Barred = Collection[frozenset[str]]


class Matching:
    """Films of which some may be one, put together rung by rung."""

    def __init__(self, films: Mapping[str, Seen], barred: _Barred = ()) -> None:
        self._films = films
        self._barred = barred
        self._groups = {film: _Group.of([seen]) for film, seen in films.items()}
        self._contested = set[str]()
        self._joined: list[tuple[int, Pair, str]] = []
        self._left: list[Match] = []

    def matches(self, pairs: Iterable[Pair], rungs: Sequence[MatchRung] = RUNGS) -> list[Match]:
        """Return the pairs that make one film of several, and those that only might."""
        known = [
            pair
            for pair in pairs
            if {pair.one, pair.other} <= self._films.keys()
            and frozenset(pair[:2]) not in self._barred
        ]
        for rank, rung in enumerate(rungs):
            edges = [pair for pair in known if self._concerns(rung, pair)]
            for component in self._components(edges):
                self._settle(rank, rung, component)
        self._offer(known)
        inside = defaultdict[frozenset[str], list[tuple[int, Pair, str]]](list)
        for each in self._joined:
            inside[self._groups[each[1].one].films].append(each)
        found = [match for each in inside.items() for match in _tree(*each, rungs)]
        return sorted([*found, *self._left], key=lambda each: (each.film, each.other, each.rung))

    def _ends(self, pair: Pair) -> tuple[_Group, _Group]:
        return self._groups[pair.one], self._groups[pair.other]

    def _concerns(self, rung: MatchRung, pair: Pair) -> bool:
        """Tell whether a rung joins two films, or would if nothing else spoke against it.

        Films of one title and year that cannot be one concern the last rung too: which of them
        a third one is, that names nobody, cannot be told.
        """
        one, other = self._ends(pair)
        if one is other:
            return False
        if rung is DECIDED:
            return pair.decided
        if rung is TITLE:
            return not pair.near
        if one.people.isdisjoint(other.people):
            return False
        return not pair.near if rung is WITNESS else pair.near == 1 and not one.differs(other)

    def _supports(self, rung: MatchRung, pair: Pair) -> bool:
        one, other = self._ends(pair)
        return rung is not TITLE or not (
            one.is_of_others(other) or one.differs(other) or one.sources & other.sources
        )

    def _components(self, edges: Sequence[Pair]) -> Iterator[list[Pair]]:
        """Give the pairs that hang together."""
        ends = [tuple(group.films for group in self._ends(pair)) for pair in edges]
        numbers = components((one, other) for one, other in ends)
        found = defaultdict[int, list[Pair]](list)
        for pair, (one, _) in zip(edges, ends, strict=True):
            found[numbers[one]].append(pair)
        yield from found.values()

    def _settle(self, rank: int, rung: MatchRung, pairs: Sequence[Pair]) -> None:
        """Make one film of those that hang together, unless that contradicts something."""
        supporting = [pair for pair in pairs if self._supports(rung, pair)]
        if not supporting:
            return
        groups = {group.films: group for pair in pairs for group in self._ends(pair)}
        reason = self._against(rung, sorted(groups.values(), key=lambda each: min(each.films)))
        told = [(pair, self._witness(pair)) for pair in supporting]
        films = frozenset[str]().union(*groups)
        if reason:
            self._contested |= films
            for pair, witness in told:
                film = max(pair[:2], key=film_rank)
                self._left.append(Match.of(film, pair, witness, rung, None, reason))
            return
        self._joined += [(rank, *each) for each in told]
        whole = _Group.of(self._films[film] for film in films)
        self._groups.update(dict.fromkeys(films, whole))

    def _offer(self, pairs: Iterable[Pair]) -> None:
        """List the pairs of which nothing says whether they are one, if nothing better is there.

        Where title and year both agree only nearly, two people have to be in both. Such a pair is
        not joined even so: the parts of a film may come out within a year, with one cast.
        """
        for pair in pairs:
            one, other = self._ends(pair)
            if (
                self._contested.isdisjoint(pair[:2])
                and not one.is_of_others(other)
                and not (one.differs(other) or one.sources & other.sources)
                and (pair.near <= 1 or _count(one.people & other.people) > 1)
            ):
                film, witness = max(pair[:2], key=film_rank), self._witness(pair)
                why = _ONLY_NEARLY if pair.near > 1 else "nobody who worked on it is known in both"
                self._left.append(Match.of(film, pair, witness, OPEN, None, why))

    def _witness(self, pair: Pair) -> str:
        one, other = self._ends(pair)
        return min(one.people & other.people, default="")

    def _against(self, rung: MatchRung, groups: Sequence[_Group]) -> str:
        """Say why films cannot all be one, or nothing."""
        films = frozenset[str]().union(*(group.films for group in groups))
        if any(barred <= films for barred in self._barred):
            return "somebody decided otherwise"
        if not films.isdisjoint(self._contested):
            return "what agrees better contradicts itself"
        for one, other in combinations(groups, 2):
            if scheme := one.differs(other):
                return f"several ids of {scheme}"
            if rung is not DECIDED and one.sources & other.sources:
                return "several films of one source"
            if rung is TITLE and one.is_of_others(other):
                return "several films of other people"
        return ""


def _count(people: Collection[str]) -> int:
    """Count people of whom names are known, or ids, or both."""
    ids = sum(imdb_name_id(each) is not None for each in people)
    return max(ids, len(people) - ids)


def _tree(
    films: frozenset[str], inside: Sequence[tuple[int, Pair, str]], rungs: Sequence[MatchRung]
) -> Iterator[Match]:
    """Give one match for each film but the strongest, by the surest way to that."""
    key = min(films, key=film_rank)
    reached = {key}
    while reached != films:
        rank, pair, witness = min(
            (each for each in inside if (each[1].one in reached) != (each[1].other in reached)),
            key=lambda each: (each[0], *map(film_rank, sorted(each[1][:2], key=film_rank))),
        )
        film = pair.other if pair.one in reached else pair.one
        reached.add(film)
        yield Match.of(film, pair, witness, rungs[rank], key, "")
