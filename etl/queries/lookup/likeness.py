"""How much two names are alike."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from rapidfuzz import fuzz, process

from etl.queries.lookup.entities import Entity

_CUTOFF, _SAME = 70, 100


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


_MANNERS = ("identifier", "exact", "prefix", "words", "similar")


def rank(match: Match) -> tuple[int, float, int, str, str]:
    """Return what to sort matches by, the surest first."""
    entity = match.entity
    manner = _MANNERS.index(match.manner)
    return manner, -match.score, len(entity.name), entity.label, entity.iri.value


def similar(wanted: str, everything: list[Entity], limit: int) -> list[Match]:
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
    return sorted(matches, key=rank)[:limit]


def nearest_texts(text: str, texts: Iterable[str], limit: int) -> list[str]:
    """Return the texts that are spelt much like one, the nearest first."""
    wanted = folded(text)
    scored = [(_likeness(wanted, folded(each)), each) for each in texts]
    best = max((score for score, _ in scored), default=0.0)
    enough = best if best == _SAME else _CUTOFF
    near = sorted((-score, each) for score, each in scored if score >= enough)
    return [each for _, each in near[:limit]]


def _likeness(wanted: str, name: str) -> float:
    """Return how well each word wanted is found in a name, from 0 to 100."""
    words, parts = name.split(), wanted.split()
    by_word = sum(max((fuzz.ratio(part, word) for word in words), default=0.0) for part in parts)
    return max(fuzz.ratio(wanted, name), by_word / len(parts)) if parts else 0.0
