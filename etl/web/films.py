"""What the page of a film says."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import urlencode

from pyoxigraph import Literal, NamedNode

from etl.facts import CREDITS
from etl.rdf.identifiers import Iris
from etl.rdf.vocab import FILM, SCHEMA
from etl.resolution.films import Film
from etl.stores.embedded import EmbeddedStore
from etl.web.neighbours import Neighbourhood, neighbourhood
from etl.web.opinions import Opinion, opinions, ratings
from etl.web.origins import Origins, ShownValue, SourceNote, explainer
from etl.web.phrases import decade, duration, site_name
from etl.web.readers import OpenGeneration
from etl.web.site import path_of
from etl.web.tables import BrowseTables

_CAST_SHOWN = 40
_ALIKE = 6
_REVIEWS_SHOWN = 20


@dataclass(frozen=True, slots=True)
class FactLine:
    """A line of the facts: what it is about, and its values."""

    label: str
    values: tuple[ShownValue, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """A member of the cast, with the characters that they play."""

    actor: ShownValue
    characters: tuple[ShownValue, ...]


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

    film: ShownValue
    shared: int


@dataclass(frozen=True, slots=True)
class FilmPage:
    """All that the page of a film says."""

    iri: str
    path: str
    title: ShownValue
    year: str
    line: tuple[str, ...]
    facts: tuple[FactLine, ...]
    parts: tuple[Part, ...]
    more_parts: tuple[Part, ...]
    synopsis: tuple[Span, ...]
    synopsis_notes: tuple[SourceNote, ...]
    abstract: ShownValue | None
    related: tuple[Related, ...]
    around: Neighbourhood | None
    reviews: tuple[Opinion, ...]
    more_reviews: int
    links: tuple[ShownValue, ...]


def film_page(reading: OpenGeneration, iri: NamedNode) -> FilmPage | None:
    """Make the page of a film; None if the graph has none with this IRI."""
    snapshot = reading.snapshot
    found = snapshot.film(snapshot.iris.film_key(iri.value))
    if found is not None:
        known = Origins.told(explainer(reading).explain_film(*found))
    elif SCHEMA.Movie in snapshot.store.types(iri):  # of which only the graph is known
        known = Origins.unknown(quad.triple for quad in snapshot.store.entity(iri))
    else:
        return None
    film = found[0] if found else None
    return _Maker(snapshot.store, snapshot.iris, iri, film, known).page(BrowseTables.ready(reading))


class _Maker:
    """Makes the page of one film of what explains its triples, which come in the right order."""

    def __init__(
        self, store: EmbeddedStore, iris: Iris, iri: NamedNode, film: Film | None, known: Origins
    ) -> None:
        self._store = store
        self._iris = iris
        self._iri = iri
        self._film = film
        self._known = known
        self._names: dict[str, str] = {}

    def page(self, tables: BrowseTables | None) -> FilmPage:
        parts = self._parts()
        reviews = tuple(opinions(self._known, self._iri))
        title = next(iter(self._values(SCHEMA.name)), ShownValue(self._iri.value))
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
            related=self._related(tables),
            around=self._around(tables, title.text),
            reviews=reviews[:_REVIEWS_SHOWN],
            more_reviews=max(0, len(reviews) - _REVIEWS_SHOWN),
            links=tuple(self._links()),
        )

    def _of(
        self, predicate: NamedNode
    ) -> Iterator[tuple[Literal | NamedNode, tuple[SourceNote, ...]]]:
        return self._known.of(self._iri, predicate)

    def _notes(self, predicate: NamedNode) -> tuple[SourceNote, ...]:
        return next((notes for _, notes in self._of(predicate)), ())

    def _values(
        self,
        predicate: NamedNode,
        shown: Callable[[str], str] = str,
        href: Callable[[str], str] = lambda _: "",
    ) -> tuple[ShownValue, ...]:
        return tuple(
            ShownValue(shown(said.value), href(said.value), notes)
            for said, notes in self._of(predicate)
        )

    def _line(self) -> tuple[str, ...]:
        """Return what stands below the title: running time, genres, countries."""
        told = (
            self._values(SCHEMA.duration, duration),
            self._values(SCHEMA.genre),
            self._values(SCHEMA.countryOfOrigin),
        )
        return tuple(", ".join(each.text for each in values[:3]) for values in told if values)

    def _facts(self) -> Iterator[FactLine]:
        for field, label in _CREW_LABELS.items():
            yield FactLine(label, tuple(self._people(CREDITS[field])))
        yield FactLine(
            "Released", self._values(SCHEMA.datePublished, href=_films_of("decade", decade))
        )
        yield FactLine("Running time", self._values(SCHEMA.duration, duration))
        yield FactLine("Rating", tuple(ratings(self._known, self._iri)))
        yield FactLine("Genre", self._values(SCHEMA.genre, href=_films_of("genre")))
        yield FactLine("Country", self._values(SCHEMA.countryOfOrigin, href=_films_of("country")))
        for predicate, label in _FACT_LABELS.items():
            yield FactLine(label, self._values(predicate))
        yield FactLine("Identifiers", tuple(self._identifiers()))

    def _people(self, predicate: NamedNode) -> Iterator[ShownValue]:
        for person, notes in self._of(predicate):
            yield ShownValue(self._name(person.value), path_of(person.value, self._iris), notes)

    def _name(self, person: str) -> str:
        if person not in self._names:
            self._names[person] = name_of(self._store, NamedNode(person))
        return self._names[person]

    def _identifiers(self) -> Iterator[ShownValue]:
        for part, notes in self._of(SCHEMA.identifier):
            scheme, identifier = (
                self._known.value(part, each) for each in (SCHEMA.propertyID, SCHEMA.value)
            )
            yield ShownValue(f"{scheme} {identifier}", notes=notes)

    def _parts(self) -> tuple[Part, ...]:
        """Return the cast in the order of the credits, each with what they play."""
        characters: dict[str, list[ShownValue]] = {}
        for part, notes in self._of(FILM.performance):
            actor = self._known.value(part, SCHEMA.actor)
            value = ShownValue(self._known.value(part, SCHEMA.characterName), notes=notes)
            characters.setdefault(actor, []).append(value)
        return tuple(
            Part(
                ShownValue(self._name(person.value), path_of(person.value, self._iris), notes),
                tuple(characters.get(person.value, ())),
            )
            for person, notes in self._of(SCHEMA.actor)
        )

    def _related(self, tables: BrowseTables | None) -> tuple[Related, ...]:
        """Return the films that share most of this one's cast, once that is known."""
        alike = tables.alike(self._iri.value, _ALIKE) if tables else []
        return tuple(
            Related(ShownValue(title, path_of(film, self._iris)), n) for film, title, n in alike
        )

    def _around(self, tables: BrowseTables | None, title: str) -> Neighbourhood | None:
        """Draw the people of the film and their other films, once these are known."""
        people = dict.fromkeys(
            person.value for role in CREDITS.values() for person, _ in self._of(role)
        )
        shared = tables.shared(self._iri.value, list(people)) if tables else []
        return neighbourhood(title, shared, self._iris)

    def _synopsis(self) -> Iterator[Span]:
        """Cut the synopsis where it says who plays whom."""
        text, place = self._known.value(self._iri, SCHEMA.description), 0
        performances = self._film.performances if self._film else ()
        played = (each for each in performances if each.span is not None)
        for each in sorted(played, key=lambda each: each.span.start if each.span else 0):
            if each.span is None or each.span.start < place:
                continue
            actor = self._iris.person(each.actor.key)
            yield Span(text[place : each.span.start])
            yield Span(
                text[each.span.start : each.span.end],
                each.character,
                self._name(actor.value),
                path_of(actor.value, self._iris),
            )
            place = each.span.end
        if text[place:]:
            yield Span(text[place:])

    def _links(self) -> Iterator[ShownValue]:
        for value in self._values(SCHEMA.sameAs):
            yield ShownValue(site_name(value.text), value.text, value.notes)


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
