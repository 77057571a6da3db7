"""How much two names are alike."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from etl.queries.lookup.entities import Entity
from etl.search.folding import core, folded, telling, turned

CUTOFF, NEAR, _SAME = 70, 75, 100


@dataclass(frozen=True, slots=True)
class Named:
    """A name of a film or a person; of two alike, the one with more `weight` is better known.

    `why` says what name it is, where it is not the title or the person's name: a character's.
    """

    entity: Entity
    text: str
    folded: str
    why: str = ""
    weight: int = 0


@dataclass(frozen=True, slots=True)
class NameMatch:
    """A name that a text may mean, how it was found, and how near it is (0 to 100)."""

    named: Named
    manner: str
    score: float = 100

    @property
    def entity(self) -> Entity:
        """Return what has the name."""
        return self.named.entity

    @property
    def why(self) -> str:
        """Say why this was found."""
        return self.named.why or self.manner


_MANNERS = ("exact", "identifier", "prefix", "words", "similar")


def rank(match: NameMatch) -> tuple[int, bool, float, int, int, str, str]:
    """Return what to sort matches by, the surest first."""
    named, entity = match.named, match.entity
    manner = _MANNERS.index(match.manner)
    known = (-match.score, -named.weight, len(entity.name))
    return manner, bool(named.why), *known, entity.label, entity.iri.value


def matched(text: str, named: Named) -> NameMatch | None:
    """Say how a text names something, if it does so without any typing error.

    Capitals, diacritics, punctuation and articles do not count, and the words of a person's name
    may be turned around with a comma. A film's year is one of its words.
    """
    wanted, year = folded(text), named.entity.year or ""
    spellings, names = {wanted, folded(turned(text))}, {named.folded, f"{named.folded} {year}"}
    if spellings & names:
        return NameMatch(named, "exact")
    if {*map(core, spellings)} & {*map(core, names)}:
        return NameMatch(named, "exact", _SAME - 1)
    if named.folded.startswith(wanted):
        return NameMatch(named, "prefix")
    words = [*named.folded.split(), year]
    if all(any(word.startswith(part) for word in words) for part in telling(wanted.split())):
        return NameMatch(named, "words")
    return None


def similar(wanted: str, names: list[Named], limit: int, cutoff: float = CUTOFF) -> list[NameMatch]:
    """Return what is spelt much like a folded text, the nearest first.

    Whole names are compared first, since that is fast; what is left, word by word. Of names with
    the same words, the shortest is nearest.
    """
    from rapidfuzz import fuzz, process  # which takes a while

    texts = [named.folded for named in names]
    rough = process.extract(wanted, texts, scorer=fuzz.WRatio, score_cutoff=60, limit=20 * limit)
    matches = [
        NameMatch(names[index], "similar", score + fuzz.ratio(wanted, name) / 100)
        for name, _, index in rough
        if (score := _likeness(wanted, name)) >= cutoff
    ]
    return sorted(matches, key=rank)[:limit]


def nearest_texts(text: str, texts: Iterable[str], limit: int) -> list[str]:
    """Return the texts that are spelt much like one, the nearest first."""
    wanted = folded(text)
    scored = [(_likeness(wanted, folded(each)), each) for each in texts]
    best = max((score for score, _ in scored), default=0.0)
    enough = best if best == _SAME else CUTOFF
    near = sorted((-score, each) for score, each in scored if score >= enough)
    return [each for _, each in near[:limit]]


def _likeness(wanted: str, name: str) -> float:
    """Return how well each word wanted is found in a name, from 0 to 100."""
    from rapidfuzz import fuzz

    words, parts = name.split(), wanted.split()
    by_word = sum(max((fuzz.ratio(part, word) for word in words), default=0.0) for part in parts)
    return max(fuzz.ratio(wanted, name), by_word / len(parts)) if parts else 0.0
