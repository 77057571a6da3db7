"""What the page of a film says."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import cast
from urllib.parse import urlencode

from pyoxigraph import Literal, NamedNode, Triple

from etl.facts import CREDITS, SITES
from etl.rdf.identifiers import Iris
from etl.rdf.vocab import FILM, SCHEMA
from etl.resolution.films import Film
from etl.stores.embedded import EmbeddedStore
from etl.web.origins import Note, Origins, Value, explainer, origins
from etl.web.phrases import decade, duration, plain, site_name
from etl.web.readers import Reading
from etl.web.site import path_of
from etl.web.tables import Tables

_CAST_SHOWN = 40
_ALIKE = 6


@dataclass(frozen=True, slots=True)
class Fact:
    """A line of the facts: what it is about, and its values."""

    label: str
    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """A member of the cast, with the characters that they play."""

    actor: Value
    characters: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of the synopsis; one that names a character says who plays it."""

    text: str
    character: str = ""
    actor: str = ""
    href: str = ""


@dataclass(frozen=True, slots=True)
class Related:
    """Another film, and how many of this one's cast are in it."""

    film: Value
    shared: int


@dataclass(frozen=True, slots=True)
class FilmPage:
    """All that the page of a film says."""

    iri: str
    path: str
    title: Value
    year: str
    line: tuple[str, ...]
    facts: tuple[Fact, ...]
    parts: tuple[Part, ...]
    more_parts: tuple[Part, ...]
    synopsis: tuple[Span, ...]
    synopsis_notes: tuple[Note, ...]
    abstract: Value | None
    related: tuple[Related, ...]
    links: tuple[Value, ...]


def film_page(reading: Reading, iri: NamedNode) -> FilmPage | None:
    """Make the page of a film; None if the graph has none with this IRI."""
    snapshot = reading.snapshot
    found = snapshot.film(snapshot.iris.film_key(iri.value))
    if found is None:
        return None
    known = origins(explainer(reading).explain_film(*found))
    return _Maker(snapshot.store, snapshot.iris, iri, found[0], known).page(_related(reading, iri))


def _related(reading: Reading, iri: NamedNode) -> tuple[Related, ...]:
    """Return the films that share most of a film's cast, once that is known."""
    tables = Tables.ready(reading)
    alike = tables.alike(iri.value, _ALIKE) if tables else []
    iris = reading.snapshot.iris
    return tuple(Related(Value(title, path_of(film, iris)), n) for film, title, n in alike)


class _Maker:
    """Makes the page of one film of what explains its triples, which come in the right order."""

    def __init__(
        self, store: EmbeddedStore, iris: Iris, iri: NamedNode, film: Film, known: Origins
    ) -> None:
        self._store = store
        self._iris = iris
        self._iri = iri
        self._film = film
        self._known = known
        self._names: dict[NamedNode, str] = {}

    def page(self, related: tuple[Related, ...]) -> FilmPage:
        parts = self._parts()
        title = next(iter(self._values(SCHEMA.name)), Value(self._film.key))
        year = next((each.text[:4] for each in self._values(SCHEMA.datePublished)), "")
        return FilmPage(
            iri=self._iri.value,
            path=path_of(self._iri.value, self._iris),
            title=title,
            year=year,
            line=self._line(),
            facts=tuple(fact for fact in self._facts() if fact.values),
            parts=parts[:_CAST_SHOWN],
            more_parts=parts[_CAST_SHOWN:],
            synopsis=tuple(self._synopsis()),
            synopsis_notes=self._notes(SCHEMA.description),
            abstract=next(iter(self._values(SCHEMA.abstract)), None),
            related=related,
            links=tuple(self._links()),
        )

    def _of(self, predicate: NamedNode) -> Iterator[tuple[Triple, tuple[Note, ...]]]:
        for triple, notes in self._known.items():
            if triple.subject == self._iri and triple.predicate == predicate:
                yield triple, notes

    def _notes(self, predicate: NamedNode) -> tuple[Note, ...]:
        return next((notes for _, notes in self._of(predicate)), ())

    def _values(
        self,
        predicate: NamedNode,
        shown: Callable[[str], str] = str,
        href: Callable[[str], str] = lambda _: "",
    ) -> tuple[Value, ...]:
        return tuple(
            Value(shown(said.value), href(said.value), notes)
            for triple, notes in self._of(predicate)
            if isinstance(said := triple.object, Literal | NamedNode)
        )

    def _line(self) -> tuple[str, ...]:
        """Return what stands below the title: running time, genres, countries."""
        told = (
            self._values(SCHEMA.duration, duration),
            self._values(SCHEMA.genre),
            self._values(SCHEMA.countryOfOrigin),
        )
        return tuple(", ".join(each.text for each in values[:3]) for values in told if values)

    def _facts(self) -> Iterator[Fact]:
        for field, label in _CREW_LABELS.items():
            yield Fact(label, tuple(self._people(CREDITS[field])))
        yield Fact("Released", self._values(SCHEMA.datePublished, href=_films_of("decade", decade)))
        yield Fact("Running time", self._values(SCHEMA.duration, duration))
        yield Fact("Rating", tuple(self._ratings()))
        yield Fact("Genre", self._values(SCHEMA.genre, href=_films_of("genre")))
        yield Fact("Country", self._values(SCHEMA.countryOfOrigin, href=_films_of("country")))
        for predicate, label in _FACT_LABELS.items():
            yield Fact(label, self._values(predicate))
        yield Fact("Identifiers", tuple(self._identifiers()))

    def _people(self, predicate: NamedNode) -> Iterator[Value]:
        for triple, notes in self._of(predicate):
            person = cast(NamedNode, triple.object)
            yield Value(self._name(person), path_of(person.value, self._iris), notes)

    def _name(self, person: NamedNode) -> str:
        if person not in self._names:
            self._names[person] = name_of(self._store, person)
        return self._names[person]

    def _part(self, triple: Triple, predicate: NamedNode) -> str:
        """Return what a part of the film has for a property."""
        for each in self._known:
            if each.subject == triple.object and each.predicate == predicate:
                return each.object.value if isinstance(each.object, Literal | NamedNode) else ""
        return ""

    def _ratings(self) -> Iterator[Value]:
        for triple, notes in self._of(SCHEMA.aggregateRating):
            site = cast(NamedNode, triple.object).value.partition("#rating-")[2]
            value, best = (
                plain(self._part(triple, each)) for each in (SCHEMA.ratingValue, SCHEMA.bestRating)
            )
            by = f" ({SITES[site].name})" if site in SITES else ""
            votes = self._part(triple, SCHEMA.ratingCount)
            count = f", {int(votes):,} votes" if votes.isdecimal() else ""
            yield Value(f"{value} of {best}{by}{count}", notes=notes)

    def _identifiers(self) -> Iterator[Value]:
        for triple, notes in self._of(SCHEMA.identifier):
            scheme, identifier = (
                self._part(triple, each) for each in (SCHEMA.propertyID, SCHEMA.value)
            )
            yield Value(f"{scheme} {identifier}", notes=notes)

    def _parts(self) -> tuple[Part, ...]:
        """Return the cast in the order of the credits, each with what they play."""
        characters: dict[str, list[Value]] = {}
        for triple, notes in self._of(FILM.performance):
            actor = self._part(triple, SCHEMA.actor)
            value = Value(self._part(triple, SCHEMA.characterName), notes=notes)
            characters.setdefault(actor, []).append(value)
        return tuple(
            Part(
                Value(self._name(person), path_of(person.value, self._iris), notes),
                tuple(characters.get(person.value, ())),
            )
            for triple, notes in self._of(SCHEMA.actor)
            if isinstance(person := triple.object, NamedNode)
        )

    def _synopsis(self) -> Iterator[Span]:
        """Cut the synopsis where it says who plays whom."""
        text, place = self._film.synopsis or "", 0
        played = (each for each in self._film.performances if each.span is not None)
        for each in sorted(played, key=lambda each: each.span.start if each.span else 0):
            if each.span is None or each.span.start < place:
                continue
            actor = self._iris.person(each.actor.key)
            yield Span(text[place : each.span.start])
            yield Span(
                text[each.span.start : each.span.end],
                each.character,
                self._name(actor),
                path_of(actor.value, self._iris),
            )
            place = each.span.end
        if text[place:]:
            yield Span(text[place:])

    def _links(self) -> Iterator[Value]:
        for value in self._values(SCHEMA.sameAs):
            yield Value(site_name(value.text), value.text, value.notes)


def name_of(store: EmbeddedStore, iri: NamedNode) -> str:
    """Return the name or title of something; its IRI if it has none."""
    for quad in store.about(iri.value):
        if quad.predicate == SCHEMA.name and isinstance(quad.object, Literal):
            return quad.object.value
    return iri.value


_CREW_LABELS = {
    "directors": "Directed by",
    "writers": "Written by",
    "producers": "Produced by",
    "composers": "Music by",
    "editors": "Edited by",
}
_FACT_LABELS = {
    SCHEMA.inLanguage: "Language",
    SCHEMA.contentRating: "Certificate",
    SCHEMA.productionCompany: "Companies",
    SCHEMA.isPartOf: "Part of",
    SCHEMA.alternateName: "Also known as",
    SCHEMA.keywords: "Keywords",
    SCHEMA.image: "Pictures",
}


def _films_of(facet: str, shown: Callable[[str], str] = str) -> Callable[[str], str]:
    """Return what leads from a value to the list of films that have it."""
    return lambda value: f"/films?{urlencode({facet: shown(value)})}"
