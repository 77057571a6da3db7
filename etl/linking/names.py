"""Names of people in the forms they are compared in, and how alike two are.

All of it is pure and knows of no source, so that any list of candidates can be scored by it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from rapidfuzz.distance import OSA, JaroWinkler

from etl.resolution.names import folded, titles

_SUFFIXES = {"jr": "jr", "junior": "jr", "sr": "sr", "senior": "sr", "ii": "ii", "iii": "iii"}
_HYPHEN = re.compile(r"(?<=\w)[-‐](?=\w)")


INVERTED_AT_LEAST = 2
"""How many names have to be turned round for a list to count as inverted throughout."""

LIKE_AT_LEAST = 0.85
"""How alike two family names have to be, as Jaro and Winkler count, to be one person's."""


class Name(NamedTuple):
    """A person's name as it is compared: its words in order, and its suffix, such as `jr`."""

    words: tuple[str, ...]
    suffix: str = ""

    @property
    def text(self) -> str:
        """Join the words."""
        return " ".join(self.words)


@lru_cache(maxsize=1 << 16)
def name_of(text: str) -> Name:
    """Read a person's name; one with a comma is inverted: `Carrey, Jim`."""
    family, *others = text.split(",")
    given = [part for part in others if folded(part) not in _SUFFIXES]
    suffixes = [part for part in others if folded(part) in _SUFFIXES]
    words = folded(" ".join((*given, family, *suffixes))).split()
    suffix = _SUFFIXES.get(words[-1], "") if len(words) > 1 else ""
    return Name(tuple(words[:-1] if suffix else words), suffix)


def same(one: str, other: str) -> bool:
    """Tell whether two names have the same words, in whatever script and with or without marks."""
    if one == other or _native(one) == _native(other):
        return True
    first, second = name_of(one), name_of(other)
    if first.suffix != second.suffix or not first.words:
        return False
    return first.words == second.words or "".join(first.words) == "".join(second.words)


@lru_cache(maxsize=1 << 16)
def _native(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


def is_variant(one: str, other: str) -> bool:
    """Return whether two names are one person's names as people write them.

    With or without a suffix, with initials, or with middle names left out. A surname alone is
    nobody's name, and `Jr.` is not `Sr.`
    """
    return any(
        _is_variant(first, second) for first in _hyphenated(one) for second in _hyphenated(other)
    )


def _hyphenated(text: str) -> tuple[Name, ...]:
    """Read a name with its hyphens for spaces, and with what they join as one word."""
    name = name_of(text)
    return (name, name_of(_HYPHEN.sub("", text))) if _HYPHEN.search(text) else (name,)


def _is_variant(first: Name, second: Name) -> bool:
    if first.suffix and second.suffix and first.suffix != second.suffix:
        return False
    if min(len(first.words), len(second.words)) < 2 or set(first.words).isdisjoint(second.words):
        return False
    return _abbreviates(first.words, second.words) or _abbreviates(second.words, first.words)


def _abbreviates(short: tuple[str, ...], long: tuple[str, ...]) -> bool:
    """Return whether a name is another with initials, or without some of its middle names.

    Where the first name is only an initial, no middle name may be left out as well.
    """
    if len(short) > len(long) or short[-1] != long[-1]:
        return False
    if short[0] != long[0] and not _initial_of(short[0], long[0], either=True):
        return False
    if min(len(short[0]), len(long[0])) == 1 and len(short) != len(long):
        return False
    middles = iter(long[1:-1])
    return all(
        any(word == middle or _initial_of(word, middle, either=True) for middle in middles)
        for word in short[1:-1]
    )


def _initial_of(word: str, whole: str, *, either: bool) -> bool:
    """Return whether a word is the initial of another; `either` of them may be the initial."""
    if len(word) > 1 and either:
        return _initial_of(whole, word, either=False)
    return len(word) == 1 and len(whole) > 1 and word == whole[0]


def is_turned(one: str, other: str) -> bool:
    """Return whether two names are the same, or variants, when one of them is turned round.

    `James Thomas` is not `Thomas James`: this is for lists that are inverted throughout. A name
    with a comma says itself which way round it is.
    """
    if set(name_of(one).words).isdisjoint(name_of(other).words):
        return False
    return any(
        same(turned, name) or is_variant(turned, name)
        for first, name in ((one, other), (other, one))
        for turned in _turned(first)
    )


def _turned(text: str) -> Iterator[str]:
    """Turn a name round: its family name, of one word or of all but one, to the other end."""
    name = name_of(text)
    if "," not in text and len(name.words) > 1:
        for words in ((*name.words[1:], name.words[0]), (name.words[-1], *name.words[:-1])):
            yield " ".join((*words, name.suffix)).strip()


def is_inverted(names: Sequence[str], others: Sequence[str]) -> bool:
    """Return whether of two lists of people one is inverted throughout.

    At least two different names have to be in both lists when turned round, and none as it stands.
    """
    turned = [(name, other) for name in names for other in others if is_turned(name, other)]
    different = min(len({name for name, _ in turned}), len({other for _, other in turned}))
    return different >= INVERTED_AT_LEAST and not any(
        same(name, other) or is_variant(name, other) for name in names for other in others
    )


def share_somebody(names: Sequence[str], others: Sequence[str]) -> bool | None:
    """Tell whether two lists of people have somebody in common; None where nobody can tell.

    Nobody can where a list is empty, or where no two names are written in the same script.
    """
    if any(same(name, other) or is_variant(name, other) for name in names for other in others):
        return True
    if is_inverted(names, others):
        return True
    return False if can_be_compared(names, others) else None


def can_be_compared(names: Sequence[str], others: Sequence[str]) -> bool:
    """Return whether both of two lists of names have some in Latin letters."""
    return any(map(_is_latin, names)) and any(map(_is_latin, others))


def are_unlike(names: Sequence[str], others: Sequence[str]) -> bool:
    """Return whether no name of one person can be a name of another.

    Names in different scripts cannot be compared, and so are not unlike.
    """
    latin = [name for name in names if _is_latin(name)]
    known = [name for name in others if _is_latin(name)]
    return bool(latin and known) and not any(_is_like(a, b) for a in latin for b in known)


def _is_like(one: str, other: str) -> bool:
    """Return whether two names may be one person's: the words of one are in the other, or so.

    A given name in common is not enough, a family name is.
    """
    first, second = name_of(one).words, name_of(other).words
    if not first or not second:
        return True  # there is nothing to compare
    within = set(first) <= set(second) or set(second) <= set(first)
    family = JaroWinkler.normalized_similarity(first[-1], second[-1])
    return within or family >= LIKE_AT_LEAST or is_variant(one, other)


@lru_cache(maxsize=1 << 16)
def _is_latin(text: str) -> bool:
    """Return whether a text can be compared with others in Latin letters: it has none of others."""
    if text.isascii():
        return bool(text)
    return all(unicodedata.name(x, "").startswith("LATIN") for x in text if x.isalpha())


def similarity(one: str, other: str) -> float:
    """Return how alike two names' letters are, from 0 to 1; suffixes that differ tell apart."""
    first, second = name_of(one), name_of(other)
    if first.suffix != second.suffix:
        return 0.0
    return JaroWinkler.normalized_similarity(first.text, second.text)


def edits(one: str, other: str, at_most: int = 2) -> int:
    """Count the letters left out, added, changed or swapped between two names.

    More than `at_most` are not counted to the end.

    Source: the optimal string alignment distance, which counts a swap as one.
    """
    first, second = name_of(one), name_of(other)
    if first.suffix != second.suffix:
        return at_most + 1
    return OSA.distance(first.text, second.text, score_cutoff=at_most)


def any_same(name: str, others: Iterable[str]) -> bool:
    """Return whether one of several names is the same."""
    return any(same(name, other) for other in others)


def titles_differ(title: str, others: Sequence[str]) -> bool | None:
    """Tell whether a film's title is none of several; None where none is in the same script."""
    if any(not titles(title).isdisjoint(titles(other)) for other in others):
        return False
    return True if any(_is_latin(title) == _is_latin(other) for other in others) else None
