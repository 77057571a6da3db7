"""Films and people by what a user calls them: a name, an identifier, an IRI.

`GraphLookup` finds the one thing that is meant, or says why it cannot; `search` ranks
everything that a text may mean.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import unquote

from pyoxigraph import Literal, NamedNode, QuerySolutions
from rapidfuzz import fuzz, process

from etl.errors import QueryError
from etl.identifiers import (
    Iris,
    imdb_name_id,
    imdb_page,
    imdb_title_id,
    wikidata_entity,
    wikidata_id,
)
from etl.queries import Queryable, Term, fill
from etl.vocab import SCHEMA

NEAREST = 5
LISTED = 10
_CUTOFF = 70


@dataclass(frozen=True, slots=True)
class Kind:
    """One of the two kinds of things that have names."""

    noun: str
    plural: str
    term: NamedNode
    identifier: Callable[[str], str | None]
    iri: Callable[[Iris, str], NamedNode]


FILM = Kind("film", "films", SCHEMA.Movie, imdb_title_id, Iris.movie)
PERSON = Kind("person", "people", SCHEMA.Person, imdb_name_id, Iris.person)


@dataclass(frozen=True, slots=True)
class Entity:
    """A film or a person of the graph. Its year is None when unknown, and for people."""

    kind: Kind
    iri: NamedNode
    name: str
    year: str | None = None

    @property
    def label(self) -> str:
        """The name, with the year where there is one: `Emma (1996)`."""
        return f"{self.name} ({self.year})" if self.year else self.name

    def __str__(self) -> str:
        return f"{self.label} <{self.iri.value}>"


_ENTITIES = """
PREFIX dcterms: <http://purl.org/dc/terms/>
PREFIX schema: <https://schema.org/>
SELECT ?entity ?name ?year
WHERE {
  {pattern}
  ?entity a {class} ;
    schema:name ?name .
  OPTIONAL { ?entity schema:datePublished ?year }
}
"""
_ALL = ""
_BY_IRI = "VALUES ?entity { UNDEF }"
_BY_NAME = "VALUES ?name { UNDEF }"
_BY_PAGE = "VALUES ?page { UNDEF }\n  ?entity schema:sameAs ?page ."
_BY_FORMER_IRI = "VALUES ?former { UNDEF }\n  ?former dcterms:isReplacedBy ?entity ."


def entities(
    store: Queryable, kind: Kind, pattern: str = _ALL, terms: Mapping[str, Term] | None = None
) -> Iterator[Entity]:
    """Yield the films or the people of a graph, each of them once, in no order."""
    text = _ENTITIES.replace("{pattern}", pattern).replace("{class}", str(kind.term))
    solutions = store.query(fill(text, terms or {}))
    assert isinstance(solutions, QuerySolutions)  # noqa: S101  # each text above is a SELECT
    seen: set[NamedNode] = set()
    for iri, name, year in solutions:
        if isinstance(iri, NamedNode) and isinstance(name, Literal) and iri not in seen:
            seen.add(iri)
            yield Entity(kind, iri, name.value, year.value if year is not None else None)


_NAME_AND_YEAR = re.compile(r"(?P<name>.+?)\s*\(\s*(?P<year>[0-9]{4})\s*\)")


class GraphLookup:
    """Finds the film or person that is meant, from the surest reading to the loosest."""

    def __init__(self, store: Queryable, iris: Iris) -> None:
        self._store = store
        self._iris = iris

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

    def _only(self, text: str, kinds: tuple[Kind, ...]) -> Entity:
        text = unicodedata.normalize("NFC", text.strip())
        for reading in (
            self._by_identifier,
            self._by_name,
            self._by_year,
            self._by_iri,
            self._by_key,
        ):
            found = [entity for kind in kinds for entity in reading(kind, text)]
            if found:
                return _single(text, found)
        everything = [entity for kind in kinds for entity in entities(self._store, kind)]
        found = _ignoring_case(text, everything)
        if found:
            return _single(text, found)
        raise _unknown(text, kinds, everything)

    def _select(self, kind: Kind, pattern: str, **terms: Term) -> list[Entity]:
        return list(entities(self._store, kind, pattern, terms))

    def _by_identifier(self, kind: Kind, text: str) -> list[Entity]:
        imdb, item = kind.identifier(_key(text)), wikidata_id(text)
        if imdb:
            return self._select(kind, _BY_PAGE, page=NamedNode(imdb_page(imdb)))
        if item:
            return self._select(kind, _BY_PAGE, page=NamedNode(wikidata_entity(item)))
        return []

    def _by_name(self, kind: Kind, text: str) -> list[Entity]:
        return self._select(kind, _BY_NAME, name=Literal(text))

    def _by_year(self, kind: Kind, text: str) -> list[Entity]:
        match = _NAME_AND_YEAR.fullmatch(text)
        if match is None:
            return []
        named = self._select(kind, _BY_NAME, name=Literal(match["name"]))
        return [entity for entity in named if entity.year == match["year"]]

    def _by_iri(self, kind: Kind, text: str) -> list[Entity]:
        try:
            iri = NamedNode(text.removeprefix("<").removesuffix(">"))
        except ValueError:
            return []
        return self._named_or_moved(kind, iri)

    def _by_key(self, kind: Kind, text: str) -> list[Entity]:
        key = unquote(_key(text).replace("_", " "))
        return self._named_or_moved(kind, kind.iri(self._iris, key)) if key else []

    def _named_or_moved(self, kind: Kind, iri: NamedNode) -> list[Entity]:
        return self._select(kind, _BY_IRI, entity=iri) or self._select(
            kind, _BY_FORMER_IRI, former=iri
        )


def _key(text: str) -> str:
    """Return a key without the folder that it has in an IRI, and in tables."""
    return text.removeprefix("movie/").removeprefix("person/")


def _single(text: str, found: list[Entity]) -> Entity:
    if len(found) == 1:
        return found[0]
    plural = found[0].kind.plural if len({entity.kind for entity in found}) == 1 else "things"
    listed = sorted(map(str, found))
    years = " or with its year" if any(entity.year for entity in found) else ""
    more = f" and {len(listed) - LISTED} more" if len(listed) > LISTED else ""
    raise QueryError(
        f"{len(found)} {plural} are called {text!r}",
        hint=f"say which, by its IRI{years}: {', '.join(listed[:LISTED])}{more}",
    )


def _ignoring_case(text: str, everything: Iterable[Entity]) -> list[Entity]:
    wanted = text.casefold()
    return [
        entity
        for entity in everything
        if wanted in (entity.name.casefold(), entity.label.casefold())
    ]


def _unknown(text: str, kinds: tuple[Kind, ...], everything: list[Entity]) -> QueryError:
    match = _NAME_AND_YEAR.fullmatch(text)
    wanted = folded(match["name"] if match else text)
    nearest = [match.entity.label for match in _similar(wanted, everything, NEAREST)]
    hint = f"did you mean {' or '.join(dict.fromkeys(nearest))}?" if nearest else ""
    nouns = " or ".join(kind.noun for kind in kinds)
    return QueryError(f"no {nouns} is called {text!r}", hint=hint or "try 'etl search'")


@dataclass(frozen=True, slots=True)
class Match:
    """Something that a text may mean, how it was found, and how near it is (0 to 100)."""

    entity: Entity
    manner: str
    score: float


_PLAIN = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i"}
)
_NOT_WORD = re.compile(r"[\W_]+")


def folded(text: str) -> str:
    """Return a text without capitals, diacritics and punctuation, one space between words.

    A text of nothing but punctuation stays as it is.
    """
    if not text.isascii():
        decomposed = unicodedata.normalize("NFKD", text.casefold())
        text = "".join(c for c in decomposed if not unicodedata.combining(c)).translate(_PLAIN)
    text = text.lower()
    return _NOT_WORD.sub(" ", text.replace("'", "").replace("’", "")).strip() or text.strip()


def search(store: Queryable, text: str, limit: int = 20) -> list[Match]:
    """Return the films and people that a text may mean, the surest first.

    First those of exactly this name, then those whose name begins with it, then those that
    have all of its words; only if there are none, those that are spelt much like it.
    Capitals, diacritics and punctuation do not count. A film's year is one of its words.
    """
    wanted = folded(text)
    if not wanted:
        return []
    everything = [entity for kind in (FILM, PERSON) for entity in entities(store, kind)]
    matches = [
        Match(entity, manner, 100.0)
        for entity in everything
        if (manner := _manner(wanted, folded(entity.name), entity.year))
    ]
    matches.sort(key=_rank)
    return matches[:limit] or _similar(wanted, everything, limit)


_MANNERS = ("exact", "prefix", "words", "similar")


def _rank(match: Match) -> tuple[int, float, int, str, str]:
    entity = match.entity
    manner = _MANNERS.index(match.manner)
    return manner, -match.score, len(entity.name), entity.label, entity.iri.value


def _manner(wanted: str, name: str, year: str | None) -> str | None:
    if name == wanted or f"{name} {year}" == wanted:
        return "exact"
    if name.startswith(wanted):
        return "prefix"
    words = [*name.split(), year or ""]
    if all(any(word.startswith(part) for word in words) for part in wanted.split()):
        return "words"
    return None


def _similar(wanted: str, everything: list[Entity], limit: int) -> list[Match]:
    """Return what is spelt much like a folded text, the nearest first.

    Whole names are compared first, since that is fast; what is left, word by word.
    """
    names = [folded(entity.name) for entity in everything]
    rough = process.extract(wanted, names, scorer=fuzz.WRatio, score_cutoff=60, limit=20 * limit)
    matches = [
        Match(everything[index], "similar", score)
        for name, _, index in rough
        if (score := _likeness(wanted, name)) >= _CUTOFF
    ]
    return sorted(matches, key=_rank)[:limit]


def _likeness(wanted: str, name: str) -> float:
    """Return how well each word wanted is found in a name, from 0 to 100."""
    words, parts = name.split(), wanted.split()
    by_word = sum(max((fuzz.ratio(part, word) for word in words), default=0.0) for part in parts)
    return max(fuzz.ratio(wanted, name), by_word / len(parts)) if parts else 0.0
