"""A film and a person as objects, as the graph has them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from etl.records import Rating, Review


class NamedThing(NamedTuple):
    """A film or a person by IRI, and by title or name."""

    iri: str
    name: str


@dataclass(frozen=True, slots=True)
class FilmFacts:
    """A film: what the graph says of it.

    `ids` has its ids by scheme (`imdb`, `tmdb`, …), `facts` the values of fields such as `genres`
    and `duration`, `crew` the people of fields such as `writers`, `characters` the parts of those
    who act, by IRI, and `ratings` what the visitors of each site think.
    """

    iri: str
    title: str
    year: int | None
    ids: Mapping[str, str]
    directors: tuple[NamedThing, ...]
    actors: tuple[NamedThing, ...]
    characters: Mapping[str, tuple[str, ...]]
    crew: Mapping[str, tuple[NamedThing, ...]]
    facts: Mapping[str, tuple[str, ...]]
    synopsis: str | None
    rating: Rating | None
    ratings: Mapping[str, Rating]
    reviews: tuple[Review, ...]


@dataclass(frozen=True, slots=True)
class PersonFacts:
    """A person: what the graph says of somebody.

    `facts` has the values of the fields `born`, `died` and `jobs`, `films` the films of each role,
    such as `directors`, by year.
    """

    iri: str
    name: str
    same_as: tuple[str, ...]
    facts: Mapping[str, tuple[str, ...]]
    films: Mapping[str, tuple[NamedThing, ...]]
