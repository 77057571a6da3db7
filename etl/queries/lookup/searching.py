"""Everything that a text may mean, ranked."""

from __future__ import annotations

from etl.queries import Queryable
from etl.queries.lookup.entities import FILM, PERSON, entities
from etl.queries.lookup.likeness import Match, folded, rank, similar
from etl.queries.lookup.meaning import GraphLookup
from etl.rdf.identifiers import Iris
from etl.sources.spelling import words


def search(store: Queryable, text: str, limit: int = 20, iris: Iris | None = None) -> list[Match]:
    """Return the films and people that a text may mean, the surest first.

    First what the text identifies, then those of exactly this name, then those whose name begins
    with it, then those that have all of its words; only if there are none, those that are spelt
    much like it. Capitals, diacritics and punctuation do not count. A film's year is one of its
    words.
    """
    wanted = folded(words(text))
    if not wanted:
        return []
    lookup = GraphLookup(store, iris or Iris())
    found = [entity for entity in lookup.identified(text) if folded(entity.name) != wanted]
    everything = [entity for kind in (FILM, PERSON) for entity in entities(store, kind)]
    matches = [Match(entity, "identifier", 100.0) for entity in found]
    matches += [
        Match(entity, manner, 100.0)
        for entity in everything
        if entity not in found and (manner := _manner(wanted, folded(entity.name), entity.year))
    ]
    matches.sort(key=rank)
    return matches[:limit] or similar(wanted, everything, limit)


def _manner(wanted: str, name: str, year: str | None) -> str | None:
    if name == wanted or f"{name} {year}" == wanted:
        return "exact"
    if name.startswith(wanted):
        return "prefix"
    words = [*name.split(), year or ""]
    if all(any(word.startswith(part) for word in words) for part in wanted.split()):
        return "words"
    return None
