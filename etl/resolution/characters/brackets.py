"""Whom a bracket behind a name means: `(Jim Carrey)`, `(Hawke)`, `(A and B, respectively)`.

Only members of the film's cast are ever meant. A bracket may hold

- the name as the cast has it, or in another spelling: other accents, hyphens, full stops and
  capitals, with or without names in the middle or a suffix;
- a surname that just one member of the cast bears;
- several of these, for as many characters.

`played by`, a title (`Sir John Hurt`), a possessive (`Vanessa Redgrave's`) and a remark (`voice`,
`uncredited`, `in his film debut`) are no part of the name. A remark alone is nobody.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple

from anyascii import anyascii

from etl.resolution.characters.words import (
    PARTICLES,
    QUOTES,
    SUFFIX_WORDS,
    TITLES,
    is_possessive,
    without_possessive,
)

# A bracket; it may have another at its end: `(Charles Lane (actor))`.
BRACKET = re.compile(r"\(([^()\n]{2,80})(?:\([^()\n]{1,40}\)[^\S\n]*)?\)")
_INTRODUCTION = re.compile(
    r"(?:(?:[a-z]+ )*(?:played|portrayed|voiced|performed) (?:[a-z]+ )*by"
    r"|(?:the )?voice of|voice:)\s+"
    r"|(?:(?:an?|the|actor|actress|comedian|singer|uncredited|unbilled|young)\s+)+",
    re.IGNORECASE,
)
_REMARK = re.compile(
    r"(?:[,;:]\s*|\s+)(?:voice(?: only)?|uncredited|unbilled|cameo|archive footage|again"
    r"|respectively|in (?:a|an|his|her|their) [a-z -]+)$",
    re.IGNORECASE,
)
_APART = re.compile(r"\s*,\s*(?:(?:and|&)\s+)?|\s+(?:and|&)\s+")
_MARKS = re.compile(r"[\W_]+")


class BracketReading(NamedTuple):
    """How a bracket words a name, and how sure the pairs are that it gives so."""

    name: str
    confidence: float


FULL_NAME = BracketReading("full name", 0.99)
SPELLING = BracketReading("another spelling", 0.97)
SURNAME = BracketReading("surname", 0.97)


class Meant(NamedTuple):
    """A member of the cast whom a bracket means, and how it says so."""

    actor: str
    wording: BracketReading


class Cast:
    """The members of a film's cast, by all that brackets may call them."""

    def __init__(self, actors: Iterable[str]) -> None:
        self.actors = frozenset(actors)
        self._words: set[str] = set()

    def meant(self, bracket: str) -> list[Meant | None]:
        """Return whom a bracket means: for each of the characters before it, or for none.

        None stands for somebody who is not in the cast.
        """
        content = " ".join(bracket.split())
        if content in self.actors:
            return [Meant(content, FULL_NAME)]
        if content.isdigit() or not self._mentions(content):
            return []
        plain = self._plain(content)
        one = self._member(plain) or self._remarked(plain)
        if one:
            return [one]
        parts = _APART.split(plain)
        several = [self._member(part) for part in parts]
        return several if len(parts) > 1 and any(several) else []

    def _mentions(self, content: str) -> bool:
        """Return whether a text has a word of any of the names."""
        if not self._words:
            self._learn()
        return not self._words.isdisjoint(_folded_words(content))

    def _learn(self) -> None:
        """Take down what the actors may be called; most films have nothing to be looked up."""
        self._spelled: dict[str, set[str]] = defaultdict(set)
        self._ends: dict[tuple[str, str], set[str]] = defaultdict(set)
        self._surnames: dict[str, set[str]] = defaultdict(set)
        for actor in self.actors:
            words = _folded_words(actor)
            self._words.update(words)
            self._spelled["".join(words)].add(actor)
            bare = [word for word in words if word not in SUFFIX_WORDS]
            if len(bare) > 1:
                self._ends[bare[0], bare[-1]].add(actor)
            for first in range(1, len(bare)):
                self._surnames["".join(bare[first:])].add(actor)

    def _plain(self, content: str) -> str:
        """Return a bracket's content without what is no part of a name."""
        content = content.strip("[] ")
        content = _REMARK.sub("", _introduced(content))
        if is_possessive(content):
            content = without_possessive(content)
        first, _, rest = content.partition(" ")
        return rest if rest and first in TITLES and content not in self.actors else content

    def _member(self, name: str) -> Meant | None:
        """Return the one member of the cast whom a name or a surname means."""
        if name in self.actors:
            return Meant(name, FULL_NAME)
        words = _folded_words(name)
        spelled = self._spelled.get("".join(words))
        if spelled:
            return _only(spelled, SPELLING)
        bare = [word for word in words if word not in SUFFIX_WORDS]
        if not bare or not (name.lstrip(QUOTES)[:1].isupper() or name.split()[0] in PARTICLES):
            return None
        if len(bare) > 1:
            near = {each for each in self._ends.get((bare[0], bare[-1]), ()) if _alike(words, each)}
            if near:
                return _only(near, SPELLING)
        surname = self._surnames.get("".join(bare), set())
        return _only({each for each in surname if _same_suffix(words, each)}, SURNAME)

    def _remarked(self, content: str) -> Meant | None:
        """Return the member of the cast whose full name stands before a comma and a remark."""
        name, comma, remark = content.partition(", ")
        meant = self._member(name) if comma and remark[:1].islower() else None
        return meant if meant and meant.wording is not SURNAME else None


def _introduced(content: str) -> str:
    """Return a bracket's content behind words such as `played by`."""
    words = _INTRODUCTION.match(content)
    return content[words.end() :] if words else content


def _only(actors: set[str], wording: BracketReading) -> Meant | None:
    return Meant(next(iter(actors)), wording) if len(actors) == 1 else None


def _folded_words(name: str) -> list[str]:
    """Return the words of a name in small letters of ASCII, without marks."""
    if name.isascii():
        plain = name.lower()
        if plain.replace(" ", "").isalpha():
            return plain.split()
    else:
        plain = anyascii(name).lower()
    words = (_MARKS.sub("", word) for word in plain.split())
    return [word for word in words if word]


def _alike(words: list[str], actor: str) -> bool:
    """Return whether two names with the same ends differ only by names that one of them lacks."""
    others = _folded_words(actor)
    if not _same_suffix(words, actor):
        return False
    return set(words) <= set(others) or set(others) - SUFFIX_WORDS <= set(words)


def _same_suffix(words: list[str], actor: str) -> bool:
    """Return whether the suffix of a name, where it has one, is that of a member of the cast."""
    suffix = SUFFIX_WORDS.intersection(words)
    return not suffix or suffix == SUFFIX_WORDS.intersection(_folded_words(actor))
