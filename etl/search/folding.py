"""Texts as they are compared: in small letters of ASCII, without diacritics and punctuation."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from zlib import crc32

from anyascii import anyascii

_WORD = re.compile(r"[a-z0-9]+")
_NOT_WORD = re.compile(r"[^a-z0-9]+")
ARTICLES = tuple("the a an la le les l el los las der die das il lo un une".split())
_SMALL = frozenset((*ARTICLES, *"of and in on at to for de du des".split()))
_HASHED = 9  # letters; what comes behind them is compared in full


def folded(text: str) -> str:
    """Return a text in small letters of ASCII, one space between words.

    Other scripts are spelt in Latin letters. A text of nothing but punctuation stays as it is.
    """
    plain = (text if text.isascii() else anyascii(text)).lower().replace("'", "")
    return _NOT_WORD.sub(" ", plain).strip() or plain.strip()


def words(name: str) -> list[str]:
    """Return the words of a folded text, as the index tells them apart."""
    return _WORD.findall(name)


def turned(text: str) -> str:
    """Return a text with what stands behind its last comma put first: `Pacino, Al`."""
    before, comma, after = text.rpartition(",")
    return f"{after.strip()} {before.strip()}" if comma else text


def core(name: str) -> str:
    """Return a folded text without the article it begins with, unless that is all of it."""
    first, _, rest = name.partition(" ")
    return rest if rest and first in ARTICLES else name


def telling(parts: Iterable[str]) -> list[str]:
    """Return those words that are no articles or prepositions; all where there are no others."""
    every = list(parts)
    return [word for word in every if word not in _SMALL] or every


def forms(word: str) -> Iterator[int]:
    """Yield the hash of the beginning of a word, and of it with each letter left out.

    Two words of which one is the other with one letter typed wrong have such a hash in common.
    """
    start = word[:_HASHED].encode()
    yield crc32(start)
    if len(start) > 1:
        yield from {crc32(start[:place] + start[place + 1 :]) for place in range(len(start))}
