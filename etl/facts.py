"""What a record may say of a film beside its title, year, people and rating; and of people.

One table of fields for all that reads, maps or explains them: a new field is a row of `FACTS`
or of `PERSON_FACTS`.

Source: schema.org's types CreativeWork and Movie. Where it wants a thing of which only the name is
known, such as a country or a company, the name stands as text: https://schema.org/docs/datamodel.html
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from pyoxigraph import NamedNode

from etl.rdf.vocab import SCHEMA


class Kind(Enum):
    """How the values of a field are read and written, each in one canonical form."""

    LINE = "a line of text"
    PROSE = "text"
    GENRE = "a genre such as Drama"
    JOB = "a job such as actor"
    LANGUAGE = "a language, as BCP 47 writes it"
    COUNTRY = "a country, by its English name"
    DURATION = "a running time, as xsd:duration"
    DATE = "a date as exact as it is known: 2004, 2004-03, 2004-03-19"
    ADDRESS = "a web address"


@dataclass(frozen=True, slots=True)
class Fact:
    """A field: its name in a record, the property it becomes, and whether it has many values."""

    name: str
    property: NamedNode
    kind: Kind
    many: bool = False


FACTS = {
    fact.name: fact
    for fact in (
        Fact("date", SCHEMA.datePublished, Kind.DATE),
        Fact("duration", SCHEMA.duration, Kind.DURATION),
        Fact("genres", SCHEMA.genre, Kind.GENRE, many=True),
        Fact("languages", SCHEMA.inLanguage, Kind.LANGUAGE, many=True),
        Fact("countries", SCHEMA.countryOfOrigin, Kind.COUNTRY, many=True),
        Fact("certificate", SCHEMA.contentRating, Kind.LINE),
        Fact("keywords", SCHEMA.keywords, Kind.LINE, many=True),
        Fact("overview", SCHEMA.abstract, Kind.PROSE),
        Fact("companies", SCHEMA.productionCompany, Kind.LINE, many=True),
        Fact("collection", SCHEMA.isPartOf, Kind.LINE),
        Fact("images", SCHEMA.image, Kind.ADDRESS, many=True),
        Fact("pages", SCHEMA.sameAs, Kind.ADDRESS, many=True),
    )
}
"""The fields by name, in the order of their triples."""

CREW = {
    "writers": SCHEMA.author,
    "producers": SCHEMA.producer,
    "composers": SCHEMA.musicBy,
    "editors": SCHEMA.editor,
}
"""Those who made a film beside its directors and actors: the field, and the property it becomes."""

CREDITS = {"directors": SCHEMA.director, "actors": SCHEMA.actor, **CREW}
"""All fields that name people, and the property each becomes."""

PERSON_FACTS = {
    fact.name: fact
    for fact in (
        Fact("born", SCHEMA.birthDate, Kind.DATE),
        Fact("died", SCHEMA.deathDate, Kind.DATE),
        Fact("jobs", SCHEMA.jobTitle, Kind.JOB, many=True),
    )
}
"""What a record may say of a person it names, as `FACTS` has it of films."""

TITLE_FIELDS = ("original_title", "alternative_titles")
"""The fields that give other titles of a film."""


@dataclass(frozen=True, slots=True)
class Site:
    """A site that rates films: its name, and the ends of its scale."""

    name: str
    worst: str
    best: str


SITES = {
    "imdb": Site("IMDb", "1", "10"),
    "tmdb": Site("TMDb", "0", "10"),
    "metacritic": Site("Metacritic", "0", "100"),
    "rottentomatoes": Site("Rotten Tomatoes", "0", "100"),
    "movielens": Site("MovieLens", "0.5", "5"),
    "letterboxd": Site("Letterboxd", "0.5", "5"),
    "trakt": Site("Trakt", "1", "10"),
}
"""The sites whose ratings are told apart, by the names that records give them."""


def in_line(facts: Iterable[tuple[str, str]]) -> str:
    """Write what is said of a person as one line: `born=1962-01-17`, a tab, `jobs=actor`."""
    return "\t".join(map("=".join, facts))


def from_line(line: str) -> tuple[tuple[str, str], ...]:
    """Read back what `in_line` wrote."""
    parts = (fact.partition("=") for fact in line.split("\t") if fact)
    return tuple((name, value) for name, _, value in parts)
