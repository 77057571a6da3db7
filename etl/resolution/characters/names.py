"""The name that stands before a place in a text: `Howard's technician Stan (`.

- A name is the longest row of capitalised words before the place. Particles and `of` may stand
  between them (`Vincent van Gogh`, `King of Qin`); a possessive ends it (`Howard's wife Hollis`),
  unless the place is right behind it (`Lenny Weinrib's (`), and so does a sentence's end.
- A title belongs to the name, as in a film's credits: `Dr. Cawley`, `Captain Vidal`. What stands
  before the title does not: `Playboy Captain Danilo`. Neither do an article, an origin
  (`Italian Major Rinaldi`), and what somebody is said to be where a sentence begins:
  `Old`, `Housewife`, `Well-dressed`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from etl.resolution.characters.words import (
    ARTICLES,
    FUNCTION_WORDS,
    NATIONS,
    PARTICLES,
    QUOTES,
    RANKS,
    SUFFIXES,
    THINGS,
    TITLES,
    ends_sentence,
    is_description,
    is_name_word,
    is_possessive,
    title_place,
    without_possessive,
)

WINDOW = 120  # characters before a place in which its name is looked for
LONGEST = 8  # words of a name; more are a heading, or a list without commas
BREAK_MARKS = ",;:!?()…—–\n"  # what no name goes across
BREAKS = re.compile(f"[{BREAK_MARKS}]")
_WITHIN_SENTENCE = ",;)"  # behind the other breaks a sentence may begin
_INDEFINITE = ("a", "an", "A", "An")  # no name, but somebody: `an American (`
_JOINT = re.compile(r",?\s+(and|&)\s+$|,\s+$")
_MARKS = re.compile('["“”„«»]')


class CalledName(NamedTuple):
    """A name as a text has it, and where it begins there."""

    text: str
    start: int


def name_before(text: str, end: int) -> CalledName | None:
    """Return the name that ends where a bracket or a word that joins begins."""
    window = end - WINDOW if end > WINDOW else 0
    part = BREAKS.split(text[window:end])[-1]
    pieces = part.split()
    place = end - len(part)
    if place == window and window and pieces and not text[window - 1].isspace():
        del pieces[0]  # it may have been cut in two
    if not pieces:
        return None
    if place and text[place - 1] == "," and SUFFIXES.issuperset(pieces):
        name = name_before(text, place - 1)
        return name and CalledName(f"{name.text} {' '.join(pieces)}", name.start)
    words = pieces
    if is_possessive(pieces[-1]):
        words = [*pieces[:-1], without_possessive(pieces[-1])]
    begins = not place or text[place - 1] not in _WITHIN_SENTENCE
    first = last_name(words, begins=begins)
    if not 0 < len(words) - first <= LONGEST:
        return None
    if _ends_quotation(part, pieces[-1][-1]):
        return None
    for piece in reversed(pieces[first:]):
        end = text.rindex(piece, 0, end)
    return CalledName(unquoted(" ".join(words[first:])), end)


def _ends_quotation(part: str, mark: str) -> bool:
    """Return whether a quotation ends with a part of a text, and begins before it."""
    return (mark == '"' and part.count('"') % 2 == 1) or (mark == "”" and "“" not in part)


def names_before(text: str, end: int, count: int) -> list[CalledName]:
    """Return the names listed before a place, in order: `Helen and Angie (`; none if fewer.

    A title alone has the surname of the last one: `Mr. and Mrs. Davidson`.
    """
    found: list[CalledName] = []
    while name := name_before(text, end):
        found.insert(0, name)
        joint = _JOINT.search(text, max(0, name.start - 8), name.start)
        if len(found) == count or not joint or (len(found) == 1 and not joint[1]):
            break
        end = joint.start()
    if len(found) < count:
        return []
    surname = found[-1].text.split()[-1]
    return [
        CalledName(f"{name.text} {surname}", name.start) if name.text in TITLES else name
        for name in found
    ]


def last_name(pieces: Sequence[str], *, begins: bool) -> int:
    """Return where the longest name at the end of a row of words begins, its length if none.

    `begins` says whether a sentence may begin with the row.
    """
    first = end = len(pieces)
    while first > 0 and _belongs(pieces, first - 1, end):
        first -= 1
    begun = _begun(pieces, first, begins=begins)
    while first < end and _is_no_beginning(pieces[first:], begun=begun):
        first += 1
    while first < end - 1 and (
        (begun and is_description(pieces[first])) or _is_origin(pieces, first)
    ):
        first += 1
    if first == end - 1 and first and pieces[first - 1] in _INDEFINITE:
        return end
    return title_place(pieces, first)


def _belongs(pieces: Sequence[str], place: int, end: int) -> bool:
    """Return whether a word belongs to the name behind it, or is its last one."""
    piece = pieces[place]
    before = pieces[place - 1] if place else ""
    if is_possessive(piece) or ends_sentence(piece, before):
        return False
    if piece == "of":
        return is_name_word(before) and before not in FUNCTION_WORDS and before not in THINGS
    if piece == "the":
        return before == "of"
    if piece in SUFFIXES:
        return place == end - 1  # nothing of a name comes behind its suffix
    return piece in PARTICLES or is_name_word(piece)


def _begun(pieces: Sequence[str], first: int, *, begins: bool) -> bool:
    """Return whether a sentence begins with a word, or with words that are part of no name."""
    if first < len(pieces) and pieces[first][0] in QUOTES:
        return True
    while first and (pieces[first - 1] in FUNCTION_WORDS or is_description(pieces[first - 1])):
        first -= 1
    if not first:
        return begins
    return ends_sentence(pieces[first - 1], pieces[first - 2] if first > 1 else "")


def _is_no_beginning(pieces: Sequence[str], *, begun: bool) -> bool:
    """Return whether the first of some words is no part of a name; `“The Kid”` is all name."""
    piece = pieces[0]
    if piece[0].isdigit():
        return piece.isdigit() or len(pieces) > 1
    word = piece.lstrip(QUOTES)
    if word in FUNCTION_WORDS:
        if word != piece and pieces[-1][-1] in QUOTES:
            return False
        return begun or len(pieces) == 1 or word in ARTICLES
    return not is_name_word(piece)


def _is_origin(pieces: Sequence[str], place: int) -> bool:
    """Return whether a word tells where somebody comes from, and is no nickname."""
    if pieces[place] not in NATIONS:
        return False
    return len(pieces) - place > 2 or pieces[place + 1] in RANKS


def unquoted(name: str) -> str:
    """Return a name without quotation marks around all of it, or one that lacks its other."""
    inner = name.strip(QUOTES)
    marks = _MARKS.findall(name)
    if not marks or not _MARKS.search(inner):
        return inner
    if len(marks) == 1:
        return _MARKS.sub("", name)
    if len(marks) % 2:
        return name[:-1] if _MARKS.fullmatch(name[-1]) else name[1:]
    return name
