"""Invented films as the mapping describes them, the same in every run, some with faults."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice
from typing import TypeAlias

from pyoxigraph import BlankNode, Literal, NamedNode

from etl.entities.mapping import describe_film
from etl.entities.people import describe_person
from etl.rdf.descriptions import Description
from etl.rdf.identifiers import Iris
from etl.rdf.vocab import RDF, SCHEMA, XSD
from etl.records import Rating
from etl.resolution.films import Film, Performance
from etl.resolution.groups import Group
from etl.resolution.people import Person

_FIRST = "James Mary José Zoë François Björn Łukasz Mei Akira Olga Иван Agnès Penélope Tom".split()
_LAST = "Smith O'Connor García Müller Nguyễn Kurosawa Dvořák Carrey Winslet Петров D'Arcy".split()
_WORDS = "the of love night day city last first king dark river house gold star café über".split()
_PEOPLE = 5000
_IRIS = Iris()

Value: TypeAlias = NamedNode | BlankNode | Literal


@dataclass
class Sample:
    """What is said of one film, its people and parts."""

    iri: NamedNode
    descriptions: list[Description]

    def part(self, name: str) -> NamedNode:
        """Return the IRI of a part of the film, or the film's own if the part has no name."""
        return _IRIS.part(self.iri, name) if name else self.iri


@dataclass(frozen=True)
class Fault:
    """Something wrong with a film: other values for a property of the film or of a part."""

    name: str
    part: str
    predicate: NamedNode
    values: tuple[Value, ...] = ()

    def spoil(self, sample: Sample) -> None:
        """Put the fault into a film; the part `stranger` is an actor that no other film has."""
        subject = sample.part(self.part)
        if self.part == "stranger":
            sample.descriptions.append((sample.iri, (SCHEMA.actor,), (subject,)))
            sample.descriptions.append((subject, (RDF.type,), (SCHEMA.Person,)))
        sample.descriptions = [
            _without(self.predicate, each) if each[0] == subject else each
            for each in sample.descriptions
        ]
        if self.values:
            sample.descriptions.append((subject, (self.predicate,), (self.values,)))


def _without(predicate: NamedNode, told: Description) -> Description:
    node, properties, cells = told
    kept = [each for each in zip(properties, cells, strict=True) if each[0] != predicate]
    return node, tuple(name for name, _ in kept), tuple(cell for _, cell in kept)


def _typed(datatype: NamedNode, text: str) -> tuple[Literal]:
    return (Literal(text, datatype=datatype),)


FAULTS = (
    Fault("no title", "", SCHEMA.name),
    Fault("two titles", "", SCHEMA.name, (Literal("One"), Literal("Another"))),
    Fault("title in spaces", "", SCHEMA.name, (Literal(" Alone "),)),
    Fault("title in the wrong encoding", "", SCHEMA.name, (Literal("Caf\ufffd"),)),
    Fault("year as text", "", SCHEMA.datePublished, (Literal("2004"),)),
    Fault("year too early", "", SCHEMA.datePublished, _typed(XSD.gYear, "1776")),
    Fault("another address", "", SCHEMA.url, (NamedNode("https://example.org/film"),)),
    Fault("director as text", "", SCHEMA.director, (Literal("Jane Campion"),)),
    Fault("actor as blank node", "", SCHEMA.actor, (BlankNode("somebody"),)),
    Fault("actor without class", "", SCHEMA.actor, (NamedNode("http://localhost/x"),)),
    Fault("empty genre", "", SCHEMA.genre, (Literal(""),)),
    Fault("no running time", "", SCHEMA.duration, _typed(XSD.duration, "PT0S")),
    Fault("language in words", "", SCHEMA.inLanguage, (Literal("English"),)),
    Fault("rating above best", "rating", SCHEMA.ratingValue, _typed(XSD.decimal, "11.5")),
    Fault("count ill-formed", "rating", SCHEMA.ratingCount, _typed(XSD.integer, "3e5")),
    Fault("no worst rating", "rating", SCHEMA.worstRating),
    Fault("counted nobody", "rating", SCHEMA.ratingCount, _typed(XSD.integer, "0")),
    Fault("identifier of no kind", "identifier-imdb", SCHEMA.propertyID, (Literal("isbn"),)),
    Fault("identifier ill-formed", "identifier-imdb", SCHEMA.value, (Literal("nm0000001"),)),
    Fault("nameless person", "stranger", SCHEMA.name),
    Fault("unknown person", "stranger", SCHEMA.name, (Literal("N/A"),)),
    Fault("several people", "stranger", SCHEMA.name, (Literal("Joel; Ethan"),)),
    Fault("no character", "role-1", SCHEMA.characterName),
    Fault("outsider", "role-1", SCHEMA.actor, (_IRIS.person("nobody"),)),
)


def films(count: int, fault_percent: float = 2.0, seed: int = 1) -> Iterator[Sample]:
    """Yield films, of which a few per cent have a fault each."""
    chance = random.Random(seed)
    for number in range(1, count + 1):
        film = _film(number, chance)
        told = describe_film(film, _IRIS)
        told += (describe_person(person, _IRIS) for person in film.people)
        sample = Sample(_IRIS.movie(film.key), told)
        if chance.random() * 100 < fault_percent:
            chance.choice(FAULTS).spoil(sample)
        yield sample


def chunks(samples: Iterable[Sample], size: int) -> Iterator[list[Description]]:
    """Yield what is said of so many films at a time, each person once, as loading does."""
    remaining = iter(samples)
    while chunk := list(islice(remaining, size)):
        yield list(dict.fromkeys(each for sample in chunk for each in sample.descriptions))


def _film(number: int, chance: random.Random) -> Film:
    imdb_id = f"tt{number:07d}"
    title = " ".join(chance.choices(_WORDS, k=1 + number % 5)).title()
    cast = tuple({_person(chance): None for _ in range(chance.randint(4, 14))})
    rating = Rating(Decimal(chance.randint(10, 100)) / 10, count=chance.randint(1, 99_999))
    return Film(
        key=imdb_id,
        identifiers={"imdb": imdb_id, "movielens": str(number)},
        title=f"{title} {number}",
        year=chance.randint(1920, 2024),
        rating=rating,
        directors=cast[:1],
        actors=cast[1:],
        synopsis=" ".join(chance.choices(_WORDS, k=50)),
        performances=tuple(Performance(actor, f"Captain {number}") for actor in cast[1:2]),
        group=Group(imdb_id, "", ()),
        titles=(),
        facts={},
        crew={},
        ratings={},
    )


def _person(chance: random.Random) -> Person:
    """Draw somebody, some far more often than others; every second has an IMDb id."""
    number = int(_PEOPLE * chance.random() ** 3)
    name = f"{_FIRST[number % len(_FIRST)]} {_LAST[number // len(_FIRST) % len(_LAST)]} {number}"
    return Person(name, f"nm{number:07d}" if number % 2 else None)
