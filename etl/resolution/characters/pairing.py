"""Pairs of a character and who plays it, and names in brackets that no cast has."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from etl.resolution.characters.brackets import (
    BRACKET,
    FULL_NAME,
    SURNAME,
    BracketReading,
    Cast,
    Meant,
)
from etl.resolution.characters.joining import LongerNames
from etl.resolution.characters.names import LONGEST, CalledName, name_before, names_before
from etl.resolution.characters.words import PARTICLES, TITLES

_COUPLE = re.compile(r"(\S+)\s+(?:and|&)\s+$")
_TITLE_AND = 20  # characters in which a title and an `and` are looked for


@dataclass(frozen=True, slots=True)
class Played:
    """A character and who plays it, with where the text says so: `text[start:end]`.

    `wording` is how the words in the bracket were understood.
    """

    character: str
    actor: str
    start: int
    end: int
    wording: BracketReading = FULL_NAME

    def justification(self, text: str) -> str:
        """Return the words that say so, and how they say it, if not by the full name."""
        said = text[self.start : self.end]
        if self.wording == FULL_NAME:
            return said
        return f"{said}, by {self.wording.name}, confidence {self.wording.confidence:g}"


def played(text: str, cast: Iterable[str]) -> list[Played]:
    """Return the characters that a text names before their actors, each pair once, in order."""
    members = Cast(cast)
    if "(" not in text or not members.actors:
        return []
    found = list(_pairs(text, members))
    if not found:
        return []
    called = [(pair.character, pair.actor, pair.start, pair.end) for pair in found]
    names = LongerNames(text, members.actors, called)
    firsts: dict[tuple[str, str], Played] = {}
    for pair in found:
        firsts.setdefault((pair.character, pair.actor), pair)
    pairs: dict[tuple[str, str], Played] = {}
    for pair in firsts.values():
        name = names.lengthened(pair.character, pair.actor)
        longer = pair if name == pair.character else replace(pair, character=name)
        pairs.setdefault((name, pair.actor), longer)
    return list(pairs.values())


def unlisted(text: str, cast: Iterable[str]) -> list[str]:
    """Return names in brackets behind a character's that are not in the cast, but may belong to it.

    Only another list of the film's cast can tell.
    """
    members = Cast(cast)
    found: dict[str, None] = {}
    for bracket in BRACKET.finditer(text):
        words = bracket[1].split()
        if (
            _looks_like_a_name(words)
            and not members.meant(bracket[1])
            and name_before(text, bracket.start())
        ):
            found[" ".join(words)] = None
    return list(found)


def _looks_like_a_name(words: Sequence[str]) -> bool:
    return 1 < len(words) <= LONGEST and all(
        (word[0].isupper() and not any(letter.isdigit() for letter in word)) or word in PARTICLES
        for word in words
    )


def _pairs(text: str, cast: Cast) -> Iterator[Played]:
    for bracket in BRACKET.finditer(text):
        meant = cast.meant(bracket[1])
        if not meant:
            continue
        for name, member in zip(_named(text, bracket.start(), meant, cast), meant, strict=False):
            if member:
                yield Played(name.text, member.actor, name.start, bracket.end(), member.wording)


def _named(text: str, end: int, meant: Sequence[Meant | None], cast: Cast) -> Sequence[CalledName]:
    """Return the characters before a bracket: one for each actor that it means, or none."""
    if len(meant) > 1:
        return names_before(text, end, len(meant))
    surname = meant[0] is not None and meant[0].wording is SURNAME
    comma = text[max(0, end - 2) : end].rstrip()
    if comma.endswith(",") and not surname:
        end -= 2 if text[end - 1] == " " else 1
    name = name_before(text, end)
    if not name or (surname and name.text in cast.actors):
        return []
    couple = _COUPLE.search(text, max(0, name.start - _TITLE_AND), name.start)
    return [] if couple and couple[1] in TITLES else [name]
