"""Which films that share no id are one: in plain Python, over all of them at once.

This says again what docs/linking.md says under "Films of several sources", and shares nothing with
the product but the forms in which titles and names are compared.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from etl.rdf.identifiers import FILM_SCHEMES
from etl.records import FilmRecord, LinkRecord
from etl.resolution.names import exact_titles, loose_titles, words_of_name

Told = tuple[str, FilmRecord | LinkRecord]
"""A record and its source."""


@dataclass
class Facts:
    """What the records of a film say together."""

    sources: set[str]
    exact: set[str]
    loose: set[str]
    years: set[int]
    people: set[str]
    ids: dict[str, set[str]]


def facts_of(told: Sequence[Told]) -> Facts:
    own = [record for _, record in told if isinstance(record, FilmRecord)]
    titles = {t for r in own for t in (r.title, *(other.text for other in r.titles)) if t}
    credits_ = [credit for record in own for credit in (*record.directors, *record.actors)]
    names = {words_of_name(credit.name) for credit in credits_}
    ids: dict[str, set[str]] = {}
    for _, record in told:
        for scheme, each in record.identifiers.items():
            if scheme in FILM_SCHEMES and scheme != "record":
                ids.setdefault(scheme, set()).add(each)
    return Facts(
        sources={source for source, record in told if isinstance(record, FilmRecord)},
        exact={form for title in titles for form in exact_titles(title)},
        loose={form for title in titles for form in loose_titles(title)},
        years={record.year for record in own if record.year is not None},
        people={each for each in names | {c.imdb_id for c in credits_} if each},
        ids=ids,
    )


def agreement(one: Facts, other: Facts) -> str:
    """Say how titles and years agree: exactly, nearly, both nearly, or not at all."""
    if one.exact & other.exact and one.years & other.years:
        return "exact"
    apart = {abs(year - another) for year in one.years for another in other.years}
    if one.exact & other.exact and 1 in apart:
        return "near"
    looser = one.exact & other.loose or one.loose & other.exact
    if looser and 0 in apart:
        return "near"
    return "far" if looser and 1 in apart else ""


class Heap:
    """Films that are one so far, and what is known of them."""

    def __init__(self, films: Mapping[str, Facts]) -> None:
        self.films = dict(films)
        self.sources = {s for each in films.values() for s in each.sources}
        self.people = {p for each in films.values() for p in each.people}
        self.contested = False

    def ids(self, scheme: str) -> set[str]:
        return {i for each in self.films.values() for i in each.ids.get(scheme, ())}

    def clashes(self, other: Heap) -> bool:
        return any(
            self.ids(scheme) and other.ids(scheme) and self.ids(scheme) != other.ids(scheme)
            for scheme in FILM_SCHEMES
        )

    def is_of_others(self, other: Heap) -> bool:
        return bool(self.people) and bool(other.people) and not self.people & other.people

    def agreements(self, other: Heap) -> set[str]:
        return {
            agreement(one, another)
            for one in self.films.values()
            for another in other.films.values()
            if not one.sources & another.sources
        }


def matched(films: Mapping[str, Sequence[Told]]) -> dict[str, str]:
    """Give each film that is one with a stronger one the key of that."""
    facts = {film: facts_of(told) for film, told in films.items()}
    heaps = [Heap({film: each}) for film, each in facts.items() if each.sources]
    for rung in ("witness", "near", "title"):
        for pile in list(hanging_together(rung, heaps)):
            heaps = settled(rung, heaps, pile)
    return {
        film: strongest(heap.films)
        for heap in heaps
        for film in heap.films
        if film != strongest(heap.films)
    }


def concerns(rung: str, one: Heap, other: Heap) -> bool:
    how = one.agreements(other)
    match rung:
        case "witness":
            return "exact" in how and bool(one.people & other.people)
        case "near":
            return "near" in how and bool(one.people & other.people) and not one.clashes(other)
        case _:
            return "exact" in how


def hanging_together(rung: str, heaps: Sequence[Heap]) -> Iterator[list[Heap]]:
    left = list(heaps)
    while left:
        pile = [left.pop()]
        for each in pile:  # which grows meanwhile
            near = [other for other in left if concerns(rung, each, other)]
            pile += near
            left = [other for other in left if other not in near]
        if len(pile) > 1:
            yield pile


def settled(rung: str, heaps: Sequence[Heap], pile: Sequence[Heap]) -> list[Heap]:
    pairs = list(combinations(pile, 2))
    namesakes = rung == "title" and not any(
        concerns(rung, a, b) and not (a.is_of_others(b) or a.clashes(b) or a.sources & b.sources)
        for a, b in pairs
    )
    if namesakes:
        return list(heaps)
    broken = any(each.contested for each in pile) or any(
        a.clashes(b) or a.sources & b.sources or (rung == "title" and a.is_of_others(b))
        for a, b in pairs
    )
    if broken:
        for each in pile:
            each.contested = True
        return list(heaps)
    whole = Heap({film: each for heap in pile for film, each in heap.films.items()})
    return [*(heap for heap in heaps if heap not in pile), whole]


def strongest(films: Mapping[str, Facts]) -> str:
    def rank(film: str) -> tuple[int, str]:
        scheme = film.partition("-")[0]
        return (FILM_SCHEMES.index(scheme) if scheme in FILM_SCHEMES else 0), film

    return min(films, key=rank)
