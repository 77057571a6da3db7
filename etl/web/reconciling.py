"""Which film or person of the graph a cell of somebody's table means, scored as links are.

A film is judged by the ladder of linking: its title, its year, and a director or an actor in
common. Where the table names nobody, an exact title and year that only one film has suffices.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from pyoxigraph import Literal, NamedNode, QuerySolutions

from etl.linking.candidates import FilmCandidate
from etl.linking.films import FilmMention, TitleIndex, link_by_id
from etl.linking.ladder import FILM_TITLE, PERSON_ID, PERSON_NAME, PERSON_SIMILAR
from etl.queries import Queryable, fill
from etl.queries.lookup import FILM, PERSON, Entity, EntityKind, NameMatch, best_known, search
from etl.queries.lookup.entities import directors
from etl.rdf.identifiers import imdb_name_id, imdb_title_id
from etl.rdf.vocab import SCHEMA
from etl.resolution.matching import TITLE
from etl.resolution.names import exact_titles, words_of_name
from etl.web.readers import OpenGeneration

LONGEST = 200  # characters of a cell that are looked for
_CANDIDATES = 25
_YEAR = re.compile(r"\d{4}")
_ALONE = 0.8  # how sure the only one of a name is, where nothing else is told
_LIKE = 0.6  # how sure the most similar name is


@dataclass(frozen=True, slots=True)
class Asked:
    """A cell, what kinds of things it may name, and what else the row says."""

    text: str
    kinds: Sequence[EntityKind] = (FILM, PERSON)
    limit: int = 5
    said: Mapping[str, Sequence[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Candidate:
    """What a cell may mean, how sure that is (0 to 100), and whether it certainly does."""

    entity: Entity
    score: float
    match: bool


def candidates(reading: OpenGeneration, asked: Asked) -> list[Candidate]:
    """Return what a cell may mean, the surest first."""
    snapshot = reading.snapshot
    lookup = snapshot.lookup()
    texts = dict.fromkeys(text[:LONGEST] for text in (asked.text, *asked.said.get("imdb", ())))
    found = {
        match.entity.iri.value: match
        for text in reversed(texts)
        for match in search(lookup, text, _CANDIDATES)
        if match.entity.kind in asked.kinds
    }
    told = [match for match in found.values() if match.named.why != "character"]
    films = [match for match in told if match.entity.kind is FILM]
    people = [match for match in told if match.entity.kind is PERSON]
    judged = [*_films(snapshot.store, asked, films), *_people(snapshot.store, asked, people)]
    ids = (asked.text, snapshot.iris.base + asked.text)
    meant = [each for each in judged if each.entity.iri.value in ids]
    certain = meant or [each for each in judged if each.match]
    if meant or len(certain) > 1:  # a film and a person of one name, say
        judged = [replace(each, match=False) for each in judged if each not in meant]
        judged += [replace(each, score=100.0, match=True) for each in meant]
    judged.sort(key=lambda e: (-e.score, e.entity.name != asked.text, e.entity.iri.value))
    return judged[: asked.limit]


def described(store: Queryable, entity: Entity) -> str:
    """Tell a thing from its namesakes: year and directors of a film, two films of a person."""
    if entity.kind is PERSON:
        return ", ".join(best_known(store, entity))
    people = ", ".join(directors(store, entity))
    return ", ".join(filter(None, (entity.year, people and f"by {people}")))


_OF_FILM = f"""SELECT ?what ?value WHERE {{
  VALUES ?film {{ UNDEF }}
  {{ ?film {SCHEMA.name}|{SCHEMA.alternateName} ?value BIND("title" AS ?what) }}
  UNION {{ ?film {SCHEMA.datePublished} ?value BIND("year" AS ?what) }}
  UNION {{ ?film {SCHEMA.director}/{SCHEMA.name} ?value BIND("director" AS ?what) }}
  UNION {{ ?film {SCHEMA.actor}/{SCHEMA.name} ?value BIND("actor" AS ?what) }}
  UNION {{ ?film {SCHEMA.sameAs} ?value BIND("page" AS ?what) }}
}}"""
_OF_PERSON = f"""SELECT ?what ?value WHERE {{
  VALUES ?person {{ UNDEF }}
  {{ ?film {SCHEMA.director}|{SCHEMA.actor}|{SCHEMA.author} ?person ; {SCHEMA.name} ?value
     BIND("film" AS ?what) }}
  UNION {{ ?person {SCHEMA.sameAs} ?value BIND("page" AS ?what) }}
  UNION {{ ?person {SCHEMA.birthDate} ?value BIND("born" AS ?what) }}
}}"""


def _told(store: Queryable, text: str, variable: str, iri: NamedNode) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    answer = store.query(fill(text, {variable: iri}))
    for what, value in answer if isinstance(answer, QuerySolutions) else ():
        if isinstance(what, Literal) and isinstance(value, Literal | NamedNode):
            found.setdefault(what.value, []).append(value.value)
    return found


def _films(store: Queryable, asked: Asked, found: Sequence[NameMatch]) -> Iterator[Candidate]:
    known = {match.entity.iri.value: _candidate(match.entity, store) for match in found}
    said = asked.said
    years = [int(year[0]) for text in said.get("year", ()) if (year := _YEAR.search(text))]
    own = next(filter(None, map(imdb_title_id, (asked.text, *said.get("imdb", ())))), None)
    mention = FilmMention(
        asked.text,
        asked.text,
        next(iter(years), None),
        own,
        tuple(said.get("director", ())),
        tuple(said.get("actor", ())),
    )
    same = [each for each in known.values() if own and each.imdb_id == own]
    if same:
        is_id = imdb_title_id(asked.text) is not None
        outcome = link_by_id(replace(mention, title="") if is_id else mention, same)
    else:
        outcome = TitleIndex(c for c in known.values() if not _is_other(own, c)).link(mention)
    called = [c for c in known.values() if _same_title(asked.text, c) and not _is_other(own, c)]
    of_year = [c for c in called if mention.year in c.years]
    names_nobody = not (mention.directors or mention.actors)
    for match in found:
        each = known[match.entity.iri.value]
        score = _LIKE * match.score / 100
        if outcome.candidate is each and outcome.rung:
            score = max(score, outcome.rung.confidence)
        if of_year == [each]:
            score = max(score, TITLE.confidence if names_nobody else FILM_TITLE.confidence)
        elif called == [each] and mention.year is None:
            score = max(score, _ALONE)
        certain = outcome.linked is each or (of_year == [each] and names_nobody)
        yield Candidate(match.entity, round(100 * score, 1), certain)


def _candidate(entity: Entity, store: Queryable) -> FilmCandidate:
    told = _told(store, _OF_FILM, "film", entity.iri)
    pages = map(imdb_title_id, (entity.iri.value.rpartition("/")[2], *told.get("page", ())))
    return FilmCandidate(
        tuple(told.get("title", ())) or (entity.name,),
        tuple(int(date[:4]) for date in told.get("year", ())),
        next(filter(None, pages), None),
        directors=tuple(told.get("director", ())),
        actors=tuple(told.get("actor", ())),
        evidence=entity.iri.value,
    )


def _is_other(own: str | None, film: FilmCandidate) -> bool:
    """Return whether a film has another id than the row says."""
    return None not in (own, film.imdb_id) and own != film.imdb_id


def _same_title(text: str, film: FilmCandidate) -> bool:
    wanted = exact_titles(text)
    return any(wanted & exact_titles(title) for title in film.titles)


def _people(store: Queryable, asked: Asked, found: Sequence[NameMatch]) -> Iterator[Candidate]:
    words = words_of_name(asked.text)
    own = next(filter(None, map(imdb_name_id, (asked.text, *asked.said.get("imdb", ())))), None)
    films = {form for title in asked.said.get("film", ()) for form in exact_titles(title)}
    same = [match for match in found if words_of_name(match.entity.name) == words]
    for match in found:
        told = _told(store, _OF_PERSON, "person", match.entity.iri)
        ids = map(imdb_name_id, (match.entity.iri.value.rpartition("/")[2], *told.get("page", ())))
        score, certain = _LIKE * match.score / 100, False
        theirs = {form for title in told.get("film", ()) for form in exact_titles(title)}
        if own:
            certain = own in ids
            score = PERSON_ID.confidence if certain else score
        elif match in same and films:
            certain = bool(films & theirs)
            score = PERSON_NAME.confidence if certain else score
        elif match in same and len(same) == 1:
            score, certain = _ALONE, True
        elif films & theirs:
            score = max(score, PERSON_SIMILAR.confidence * match.score / 100)
        if asked.said.get("born") and told.get("born"):
            certain = certain and any(
                each[:4] == told["born"][0][:4] for each in asked.said["born"]
            )
        yield Candidate(match.entity, round(100 * score, 1), certain)
