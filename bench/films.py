"""Invented films as triples, the same ones in every run, some with faults that shapes find."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import TypeAlias

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from etl.identifiers import Iris
from etl.vocab import FILM, RDF, SCHEMA, XSD

_FIRST = "James Mary José Zoë François Björn Łukasz Mei Akira Olga Иван Agnès Penélope Tom".split()
_LAST = "Smith O'Connor García Müller Nguyễn Kurosawa Dvořák Carrey Winslet Петров D'Arcy".split()
_WORDS = "the of love night day city last first king dark river house gold star café über".split()
_GENRES = "Drama Comedy Romance Sci-Fi Thriller".split()

Value: TypeAlias = NamedNode | BlankNode | Literal


@dataclass
class Film:
    """One film's triples, with those of its people and parts."""

    iri: NamedNode
    triples: list[Triple]

    def part(self, name: str) -> NamedNode:
        """Return the IRI of a part of the film, or the film's own if the part has no name."""
        return IRIS.part(self.iri, name) if name else self.iri

    def add(self, predicate: NamedNode, value: Value) -> None:
        """State one more property of the film."""
        self.triples.append(Triple(self.iri, predicate, value))


@dataclass(frozen=True)
class Fault:
    """Something wrong with a film: other values for a property of the film or of a part."""

    name: str
    part: str
    predicate: NamedNode
    values: tuple[Value, ...] = ()

    def spoil(self, film: Film) -> None:
        """Put the fault into a film; the part `stranger` is an actor that no other film has."""
        subject = film.part(self.part)
        if self.part == "stranger":
            film.triples += _person(film, SCHEMA.actor, subject, "Nobody Else")
        film.triples = [
            triple
            for triple in film.triples
            if triple.subject != subject or triple.predicate != self.predicate
        ]
        film.triples += [Triple(subject, self.predicate, value) for value in self.values]


def _decimal(text: str) -> Literal:
    return Literal(text, datatype=XSD.decimal)


def _integer(text: str) -> Literal:
    return Literal(text, datatype=XSD.integer)


IRIS = Iris()

FAULTS = (
    Fault("no title", "", SCHEMA.name),
    Fault("two titles", "", SCHEMA.name, (Literal("One"), Literal("Another"))),
    Fault("title in spaces", "", SCHEMA.name, (Literal(" Alone "),)),
    Fault("year as text", "", SCHEMA.datePublished, (Literal("2004"),)),
    Fault("year too early", "", SCHEMA.datePublished, (Literal("1776", datatype=XSD.gYear),)),
    Fault("another address", "", SCHEMA.url, (NamedNode("https://example.org/film"),)),
    Fault("director as text", "", SCHEMA.director, (Literal("Jane Campion"),)),
    Fault("actor as blank node", "", SCHEMA.actor, (BlankNode("somebody"),)),
    Fault("actor without class", "", SCHEMA.actor, (NamedNode("http://localhost/x"),)),
    Fault("no people", "", SCHEMA.director),
    Fault("empty genre", "", SCHEMA.genre, (Literal(""),)),
    Fault("no duration", "", SCHEMA.duration, (Literal("PT0S", datatype=XSD.duration),)),
    Fault("language in words", "", SCHEMA.inLanguage, (Literal("English"),)),
    Fault("rating above best", "rating", SCHEMA.ratingValue, (_decimal("11.5"),)),
    Fault("count ill-formed", "rating", SCHEMA.ratingCount, (_integer("3e5"),)),
    Fault("no worst rating", "rating", SCHEMA.worstRating),
    Fault("no ratings", "rating", SCHEMA.ratingCount, (_integer("0"),)),
    Fault("identifier of no kind", "identifier-imdb", SCHEMA.propertyID, (Literal("isbn"),)),
    Fault("identifier ill-formed", "identifier-imdb", SCHEMA.value, (Literal("nm0000001"),)),
    Fault("nameless person", "stranger", SCHEMA.name),
    Fault("unknown person", "stranger", SCHEMA.name, (Literal("N/A"),)),
    Fault("several people", "stranger", SCHEMA.name, (Literal("Joel; Ethan"),)),
    Fault("no character", "role-1", SCHEMA.characterName),
    Fault("outsider", "role-1", SCHEMA.actor, (IRIS.person("nm9999999"),)),
)


def films(count: int, fault_percent: float = 2.0, seed: int = 1) -> Iterator[Film]:
    """Yield films, of which a few per cent have a fault each."""
    choose = random.Random(seed)
    people = max(20, count // 2)
    for number in range(1, count + 1):
        film = _film(number, people, choose)
        if choose.random() * 100 < fault_percent:
            choose.choice(FAULTS).spoil(film)
        yield film


def chunks(all_films: Iterable[Film], size: int) -> Iterator[list[Triple]]:
    """Yield the triples of so many films at a time, each triple once, as loading does."""
    remaining = iter(all_films)
    while chunk := list(islice(remaining, size)):
        yield list(dict.fromkeys(triple for film in chunk for triple in film.triples))


def _film(number: int, people: int, choose: random.Random) -> Film:
    imdb_id = f"tt{number:07d}"
    iri = IRIS.movie(imdb_id)
    film = Film(iri, [Triple(iri, RDF.type, SCHEMA.Movie)])
    page = NamedNode(f"https://www.imdb.com/title/{imdb_id}/")
    title = " ".join(choose.choices(_WORDS, k=1 + number % 5)).title()
    film.add(SCHEMA.name, Literal(f"{title} {number}"))
    film.add(SCHEMA.datePublished, Literal(str(choose.randint(1920, 2024)), datatype=XSD.gYear))
    film.add(SCHEMA.url, page)
    film.add(SCHEMA.sameAs, page)
    film.add(SCHEMA.description, Literal(" ".join(choose.choices(_WORDS, k=50))))
    film.add(SCHEMA.genre, Literal(choose.choice(_GENRES)))
    film.add(SCHEMA.duration, Literal(f"PT{choose.randint(60, 200)}M", datatype=XSD.duration))
    film.add(SCHEMA.inLanguage, Literal(choose.choice(["en", "fr", "pt-BR"])))
    film.triples += _identifier(film, "imdb", imdb_id)
    film.triples += _identifier(film, "movielens", str(number))
    if choose.random() > 0.12:
        film.triples += _rating(film, f"{1 + choose.random() * 9:.1f}", choose.randint(1, 99_999))
    film.triples += _cast(film, people, choose)
    return film


def _identifier(film: Film, kind: str, value: str) -> Iterator[Triple]:
    node = film.part(f"identifier-{kind}")
    yield Triple(film.iri, SCHEMA.identifier, node)
    yield Triple(node, RDF.type, SCHEMA.PropertyValue)
    yield Triple(node, SCHEMA.propertyID, Literal(kind))
    yield Triple(node, SCHEMA.value, Literal(value))


def _rating(film: Film, value: str, count: int) -> Iterator[Triple]:
    node = film.part("rating")
    yield Triple(film.iri, SCHEMA.aggregateRating, node)
    yield Triple(node, RDF.type, SCHEMA.AggregateRating)
    yield Triple(node, SCHEMA.ratingValue, Literal(value, datatype=XSD.decimal))
    yield Triple(node, SCHEMA.bestRating, Literal("10", datatype=XSD.decimal))
    yield Triple(node, SCHEMA.worstRating, Literal("1", datatype=XSD.decimal))
    yield Triple(node, SCHEMA.ratingCount, Literal(str(count), datatype=XSD.integer))


def _cast(film: Film, people: int, choose: random.Random) -> Iterator[Triple]:
    """Yield one director and some actors, the first of them with a character."""
    for index in range(choose.randint(4, 12)):
        number = int(people * choose.random() ** 3)
        person = IRIS.person_by_imdb_id(f"nm{number:07d}")
        first, last = _FIRST[number % len(_FIRST)], _LAST[number // len(_FIRST) % len(_LAST)]
        yield from _person(
            film, SCHEMA.actor if index else SCHEMA.director, person, f"{first} {last} {number}"
        )
        yield Triple(person, SCHEMA.sameAs, NamedNode(f"https://www.imdb.com/name/nm{number:07d}/"))
        if index == 1:
            role = film.part("role-1")
            yield Triple(film.iri, FILM.performance, role)
            yield Triple(role, RDF.type, SCHEMA.PerformanceRole)
            yield Triple(role, SCHEMA.actor, person)
            yield Triple(role, SCHEMA.characterName, Literal(f"Captain {last}"))


def _person(film: Film, property_: NamedNode, person: NamedNode, name: str) -> Iterator[Triple]:
    yield Triple(film.iri, property_, person)
    yield Triple(person, RDF.type, SCHEMA.Person)
    yield Triple(person, SCHEMA.name, Literal(name))
