"""The one film or person that a text means, from the surest reading to the loosest."""

from __future__ import annotations

import re
from urllib.parse import unquote

from pyoxigraph import Literal, NamedNode

from etl.errors import QueryError
from etl.queries import Queryable, Term
from etl.queries.lookup.entities import (
    BY_FORMER_IRI,
    BY_IDENTIFIER,
    BY_IRI,
    BY_NAME,
    BY_PAGE,
    FILM,
    PERSON,
    Entity,
    EntityKind,
    best_known,
    directors,
    entities,
    other_names,
)
from etl.queries.lookup.likeness import Named, matched, similar
from etl.queries.syntax import predeclared
from etl.rdf.identifiers import Iris, imdb_page, movielens_id, tmdb_id, wikidata_entity, wikidata_id
from etl.search.asking import FILMS, PEOPLE, Label, SearchIndex
from etl.search.folding import folded
from etl.sources.spelling import words

NEAREST = 5
LISTED = 10

_IDS = {FILM: FILMS, PERSON: PEOPLE}


_NAME_AND_YEAR = re.compile(r"(?P<name>.+?)\s*\(\s*(?P<year>[0-9]{4})\s*\)")


_NUMBERED = {"movielens": movielens_id, "tmdb": tmdb_id}


class GraphLookup:
    """Finds the film or person that is meant, from the surest reading to the loosest.

    Names that are not exactly those of the graph are looked up in an index of it; without one, all
    names are looked at.
    """

    def __init__(self, store: Queryable, iris: Iris, index: SearchIndex | None = None) -> None:
        self._store = store
        self._index = index
        self._read: dict[EntityKind, list[Named]] = {}
        self._iris = iris
        self._prefixes = predeclared(iris)

    def film(self, text: str) -> NamedNode:
        """Return the IRI of the film that is called this: by IRI, identifier, key or name.

        Raises:
            QueryError: there is none, or more than one; its hint lists the candidates.
        """
        return self._only(text, (FILM,)).iri

    def person(self, text: str) -> NamedNode:
        """Return the IRI of the person who is called this: by IRI, identifier, key or name.

        Raises:
            QueryError: there is none, or more than one; its hint lists the candidates.
        """
        return self._only(text, (PERSON,)).iri

    def entity(self, text: str) -> Entity:
        """Return the film or the person called this.

        Raises:
            QueryError: there is none, or more than one; its hint lists the candidates.
        """
        return self._only(text, (FILM, PERSON))

    def _only(self, text: str, kinds: tuple[EntityKind, ...]) -> Entity:
        text = words(text)
        found = self.called(text, kinds) or self._alike(text, kinds)
        if not found:
            raise self._unknown(text, kinds)
        if len(found) > 1:
            raise self._several(text, found)
        return found[0]

    def names(self, text: str, kinds: tuple[EntityKind, ...] = (FILM, PERSON)) -> list[Named]:
        """Return the names that a text may mean: all there are, where there is no index."""
        if self._index is None:
            return [named for kind in kinds for named in self._every(kind)]
        return list(map(_named, self._index.candidates(text, [_IDS[kind] for kind in kinds])))

    def _every(self, kind: EntityKind) -> list[Named]:
        if kind not in self._read:
            found = {each.iri: each for each in entities(self._store, kind)}
            named = [Named(each, each.name, folded(each.name)) for each in found.values()]
            for film, name, why in other_names(self._store) if kind is FILM else ():
                if film in found:
                    named.append(Named(found[film], name, folded(name), why))
            self._read[kind] = named
        return self._read[kind]

    def _alike(self, text: str, kinds: tuple[EntityKind, ...]) -> list[Entity]:
        """Return what is called this but for capitals; else but for diacritics and the like."""
        found = [
            match
            for named in self.names(text, kinds)
            if not named.why and (match := matched(text, named)) and match.manner == "exact"
        ]
        wanted, best = text.casefold(), max((each.score for each in found), default=0)
        alike = [each.entity for each in found if each.score == best]
        same = [e for e in alike if wanted in (e.name.casefold(), e.label.casefold())]
        return list(dict.fromkeys(same or alike))

    def _unknown(self, text: str, kinds: tuple[EntityKind, ...]) -> QueryError:
        match = _NAME_AND_YEAR.fullmatch(text)
        name = match["name"] if match else text
        near = similar(folded(name), self.names(name, kinds), NEAREST)
        labels = dict.fromkeys(each.entity.label for each in near)
        hint = f"did you mean {' or '.join(labels)}?" if labels else ""
        nouns = " or ".join(kind.noun for kind in kinds)
        return QueryError(f"no {nouns} is called {text!r}", hint=hint or "try 'etl search'")

    def _several(self, text: str, found: list[Entity]) -> QueryError:
        plural = found[0].kind.plural if len({entity.kind for entity in found}) == 1 else "things"
        first = sorted(found, key=str)[:LISTED]
        named = len({entity.name for entity in found}) > 1
        listed = ", ".join(self._told_apart(entity, named=named) for entity in first)
        years = " or with its year" if len({entity.year for entity in found}) > 1 else ""
        more = f" and {len(found) - LISTED} more" if len(found) > LISTED else ""
        return QueryError(
            f"{len(found)} {plural} are called {text!r}",
            hint=f"name one by its id{years}: {listed}{more}",
        )

    def _told_apart(self, entity: Entity, *, named: bool) -> str:
        """Write the shortest text that names a thing, and what tells it from its namesakes."""
        iri = entity.iri.value
        is_ours = iri.startswith(self._iris.base)
        short = _key(iri.removeprefix(self._iris.base)) if is_ours else f"<{iri}>"
        if entity.kind is FILM:
            people = ", ".join(directors(self._store, entity))
            told = [entity.name if named else "", entity.year, people and f"by {people}"]
            details = [each for each in told if each]
        else:
            details = [*([entity.name] if named else []), *best_known(self._store, entity)]
        return f"{short} ({', '.join(details)})" if details else short

    def called(self, text: str, kinds: tuple[EntityKind, ...]) -> list[Entity]:
        """Return what a text names exactly, by the surest reading of it that names anything."""
        for reading in (
            self._by_identifier,
            self._by_name_or_number,
            self._by_year,
            self._by_iri,
            self._by_key,
        ):
            if found := [entity for kind in kinds for entity in reading(kind, text)]:
                return found
        return []

    def identified(self, text: str) -> list[Entity]:
        """Return what a text names by an identifier, an IRI or a key."""
        text = words(text)
        readings = (self._by_identifier, self._by_number, self._by_iri, self._by_key)
        found = (
            entity for each in readings for kind in (FILM, PERSON) for entity in each(kind, text)
        )
        return list(dict.fromkeys(found))

    def film_key(self, text: str) -> str | None:
        """Return the key of the one film that a text names by an identifier, an IRI or a key."""
        films = [each.iri.value for each in self.identified(text) if each.kind is FILM]
        return self._key_of(films[0]) if len(films) == 1 else None

    def key_of(self, text: str) -> str | None:
        """Return the key of the film that is called so; None if there is none.

        Raises:
            QueryError: there are several; its hint lists them.
        """
        if not self.called(words(text), (FILM,)):
            return None
        return self._key_of(self.film(text).value)

    def _key_of(self, iri: str) -> str | None:
        movies = f"{self._iris.base}movie/"
        if not iri.startswith(movies):
            return None
        return unquote(iri.removeprefix(movies).replace("_", " "))

    def _select(self, kind: EntityKind, pattern: str, **terms: Term) -> list[Entity]:
        return list(entities(self._store, kind, pattern, terms))

    def _by_identifier(self, kind: EntityKind, text: str) -> list[Entity]:
        text = self._expanded(text)
        imdb, item = kind.identifier(_key(text)), wikidata_id(text)
        if imdb:
            return self._select(kind, BY_PAGE, page=NamedNode(imdb_page(imdb)))
        if item:
            return self._select(kind, BY_PAGE, page=NamedNode(wikidata_entity(item)))
        return [] if text.isdecimal() else self._by_number(kind, _key(text))

    def _by_name_or_number(self, kind: EntityKind, text: str) -> list[Entity]:
        """Read a bare number as a name, such as `1917`, and as an id of MovieLens'."""
        named = self._select(kind, BY_NAME, name=Literal(text))
        numbered = self._by_number(kind, text) if text.isdecimal() else []
        return list(dict.fromkeys([*named, *numbered]))

    def _by_number(self, kind: EntityKind, text: str) -> list[Entity]:
        found = {scheme: parse(text) for scheme, parse in _NUMBERED.items()} if kind is FILM else {}
        return [
            each
            for scheme, number in found.items()
            if number
            for each in self._select(
                kind, BY_IDENTIFIER, scheme=Literal(scheme), value=Literal(number)
            )
        ]

    def _by_year(self, kind: EntityKind, text: str) -> list[Entity]:
        match = _NAME_AND_YEAR.fullmatch(text)
        if match is None:
            return []
        named = self._select(kind, BY_NAME, name=Literal(match["name"]))
        return [entity for entity in named if entity.year == match["year"]]

    def _by_iri(self, kind: EntityKind, text: str) -> list[Entity]:
        try:
            iri = NamedNode(self._expanded(text))
        except ValueError:
            return []
        return self._named_or_moved(kind, iri)

    def _by_key(self, kind: EntityKind, text: str) -> list[Entity]:
        key = _key(self._expanded(text).removeprefix(self._iris.base))
        key = unquote(key.replace("_", " "))
        return self._named_or_moved(kind, kind.iri(self._iris, key)) if key else []

    def _expanded(self, text: str) -> str:
        """Return the IRI that a prefixed name stands for, or what is between brackets."""
        prefix, colon, local = text.partition(":")
        if colon and prefix in self._prefixes and not local.startswith("//"):
            return self._prefixes[prefix] + local
        return text.removeprefix("<").removesuffix(">")

    def _named_or_moved(self, kind: EntityKind, iri: NamedNode) -> list[Entity]:
        return self._select(kind, BY_IRI, entity=iri) or self._select(
            kind, BY_FORMER_IRI, former=iri
        )


def _key(text: str) -> str:
    """Return a key without the folder that it has in an IRI, and in tables."""
    return text.removeprefix("movie/").removeprefix("person/")


def _named(label: Label) -> Named:
    kind = FILM if "/movie/" in label.iri else PERSON
    entity = Entity(kind, NamedNode(label.iri), label.name, label.year)
    return Named(entity, label.text, label.folded, label.why, label.weight)
