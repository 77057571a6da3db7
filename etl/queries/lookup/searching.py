"""Everything that a text may mean, ranked."""

from __future__ import annotations

from collections.abc import Iterable

from etl.queries.lookup.likeness import CUTOFF, NEAR, Named, NameMatch, matched, rank, similar
from etl.queries.lookup.meaning import GraphLookup
from etl.search.asking import ENOUGH
from etl.search.folding import folded
from etl.sources.spelling import words


def search(lookup: GraphLookup, text: str, limit: int = 20) -> list[NameMatch]:
    """Return the films and people that a text may mean, the surest first, each once.

    First those of exactly this name, then what the text identifies, those whose name begins with
    it, those that have all of its words; where they are few and none is exact, those that are spelt
    much like it.
    """
    text = words(text)
    wanted = folded(text)
    if not wanted:
        return []
    identified = [Named(each, each.name, folded(each.name)) for each in lookup.identified(text)]
    names = lookup.names(text)
    matches = [match for named in names if (match := matched(text, named))]
    if len(matches) < ENOUGH and not any(each.manner == "exact" for each in matches):
        found = {each.named for each in matches}
        others = [named for named in names if named not in found]
        matches += similar(wanted, others, limit, NEAR if matches else CUTOFF)
    return _each_once([*matches, *(NameMatch(each, "identifier") for each in identified)])[:limit]


def _each_once(matches: Iterable[NameMatch]) -> list[NameMatch]:
    """Sort matches, and leave of each film or person the best."""
    best: dict[str, NameMatch] = {}
    for match in sorted(matches, key=rank):
        best.setdefault(match.entity.iri.value, match)
    return list(best.values())
