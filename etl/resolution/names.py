"""Titles and names in the forms they are compared in, in whatever script and spelling.

All of it is pure and knows of no source.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

from anyascii import anyascii

_MARKS = re.compile(r"['’‘`´]")  # written or not: O'Connell
_OTHER = re.compile(r"[\W_]+")
_ARTICLES = "the a an le la les l der die das el los las il lo gli".split()
_MOVED_ARTICLE = re.compile(r"(?s)(.+), (\w+|L')$", re.IGNORECASE)
_BRACKETED = re.compile(r"^(.*?)\s*\(([^()]+)\)\s*(.*)$")
_AKA = re.compile(r"^\s*a\.?\s?k\.?\s?a\.?:?\s+", re.IGNORECASE)
_SUBTITLE = re.compile(r":\s+|\s+[-–—:]\s+")
_BRAND = re.compile(r"^\S.*?['’]s?\s+(?=\S)")
_ARTICLES_IN_FRONT = {"the", "a", "an"}
_LEFT_OUT = {"part"}
_FIRST = {"i", "1", "one"}  # part of a title that is often left out
_WRITTEN = {
    word: str(number)
    for words in (
        "ii iii iv v vi vii viii ix x xi xii xiii",
        "two three four five six seven eight nine ten eleven twelve thirteen",
    )
    for number, word in enumerate(words.split(), start=2)
} | {"dr": "doctor", "st": "saint", "mr": "mister", "vs": "versus", "vol": "volume"}


@lru_cache(maxsize=1 << 16)
def folded(text: str) -> str:
    """Return a text in small letters of ASCII, its words separated by single spaces."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    plain = anyascii(_MARKS.sub("", plain)).casefold()
    return _OTHER.sub(" ", _MARKS.sub("", plain)).strip()


def title_spellings(text: str) -> tuple[str, ...]:
    """Return the ways in which another list may write a film's title, as it is written first."""
    return tuple(dict.fromkeys(_in_front(part) for part in (text, *_parts(text)) if part))


def titles(text: str) -> frozenset[str]:
    """Return the forms under which a film's title is looked up.

    An article moved behind is put in front, brackets hold another title or nothing of
    account, `a.k.a.` goes, and `&` is `and`.
    """
    return frozenset(form for part in _parts(text) if (form := _title(part)))


def _parts(text: str) -> Iterator[str]:
    yield text
    if match := _BRACKETED.match(text):
        before, within, behind = match.groups()
        yield f"{before} {behind}".strip()
        if not within.strip().isdigit():
            yield _AKA.sub("", within)
        yield from _parts_of_rest(before, behind)


def _parts_of_rest(before: str, behind: str) -> Iterator[str]:
    """Look into a second pair of brackets: `Seven (a.k.a. Se7en) (Sieben)`."""
    if "(" in behind:
        yield before
        yield from list(_parts(f"{before} {behind}"))[1:]


def _title(text: str) -> str:
    return folded(_in_front(text).replace("&", " and ")).replace(" ", "")


def _in_front(text: str) -> str:
    """Put an article back in front that stands behind a title: `Matrix, The`."""
    text = text.strip()
    match = _MOVED_ARTICLE.match(text)
    if match and folded(match[2]) in _ARTICLES:
        return f"{match[2]}{'' if match[2].endswith(chr(39)) else ' '}{match[1]}"
    return text


def exact_titles(text: str) -> frozenset[str]:
    """Return the forms by which two films are called the same.

    Beside what `titles` does, an article in front goes, as do `part` and a first part's number;
    `II` and `two` are `2`, and `Dr.` is `doctor`, or `drive` at the end.
    """
    return frozenset(form for part in _parts(text) if (form := _exact(part)))


def loose_titles(text: str) -> frozenset[str]:
    """Return looser forms of a title: without its subtitle, or its title, or a brand in front."""
    parts = [part for part in _parts(text) if part]
    looser = {_BRAND.sub("", part) for part in parts}
    for part in parts:
        first, *others = _SUBTITLE.split(part)
        looser.update((first, *others[-1:]))
    return frozenset(filter(None, map(_exact, looser))) - exact_titles(text)


def _exact(text: str) -> str:
    words = folded(_in_front(text).replace("&", " and ")).split()
    if len(words) > 1 and words[0] in _ARTICLES_IN_FRONT:
        words = words[1:]
    if len(words) > 2 and words[-2] in _LEFT_OUT and words[-1] in _FIRST:
        words = words[:-2]
    if len(words) > 1 and words[-1] == "dr":
        words[-1] = "drive"
    words = [word for word in words if word not in _LEFT_OUT] or words
    return "".join(_WRITTEN.get(word, word) for word in words)


@lru_cache(maxsize=1 << 16)
def words_of_name(text: str) -> str:
    """Return the words of a person's name in the order of the alphabet, whichever way round."""
    return " ".join(sorted(folded(text).split()))
