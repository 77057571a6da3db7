r"""Sets of characters, and those that patterns have names for: `\d`, `\p{Lu}`, `\p{IsThai}`.

Source: XML Schema 1.0 part 2, appendix F.1; XML 1.0 section 2.3 for names. Categories are those of
the version of Unicode that Python has.
"""

from __future__ import annotations

import sys
import unicodedata
from bisect import bisect
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from itertools import chain, pairwise
from typing import Self, TypeAlias

from etl.shacl.literals import NAME_MORE, NAME_START
from etl.shacl.patterns.blocks import block

CodeRange: TypeAlias = tuple[int, int]
"""The first and the last code point of a range."""

# Nothing has been assigned between these two, nor after the second's few hundred.
_UNASSIGNED = range(0x33480, 0xE0000)
_LAST_ASSIGNED = 0xE01EF
_PRIVATE: tuple[CodeRange, ...] = ((0xF0000, 0xFFFFD), (0x100000, 0x10FFFD))


@dataclass(frozen=True, slots=True)
class Characters:
    """A set of code points, as ranges in order that do not touch."""

    ranges: tuple[CodeRange, ...]

    @classmethod
    def of(cls, ranges: Iterable[CodeRange]) -> Self:
        """Make a set of ranges in any order."""
        merged: list[CodeRange] = []
        for first, last in sorted(ranges):
            if merged and first <= merged[-1][1] + 1:
                merged[-1] = merged[-1][0], max(last, merged[-1][1])
            else:
                merged.append((first, last))
        return cls(tuple(merged))

    def __contains__(self, code: int) -> bool:
        place = bisect(self.ranges, (code, sys.maxunicode)) - 1
        return place >= 0 and code <= self.ranges[place][1]

    def __or__(self, other: Characters) -> Characters:
        return Characters.of((*self.ranges, *other.ranges))

    def __invert__(self) -> Characters:
        edges = ((-1, -1), *self.ranges, (sys.maxunicode + 1, 0))
        gaps = ((before[1] + 1, after[0] - 1) for before, after in pairwise(edges))
        return Characters(tuple(gap for gap in gaps if gap[0] <= gap[1]))

    def __sub__(self, other: Characters) -> Characters:
        return ~(~self | other)


CATEGORIES = frozenset(
    "L Lu Ll Lt Lm Lo M Mn Mc Me N Nd Nl No P Pc Pd Ps Pe Pi Pf Po Z Zs Zl Zp S Sm Sc Sk So"
    " C Cc Cf Co Cn".split()
)
_ESCAPES = frozenset("dwsic")
_BLOCK = "Is"


def is_name(name: str) -> bool:
    r"""Say whether characters have this name, which is given without backslash: `d`, `IsThai`."""
    if name.startswith(_BLOCK):
        return block(name.removeprefix(_BLOCK)) is not None
    return name in _ESCAPES or name in CATEGORIES


def named(name: str) -> Characters:
    """Return the characters that have a name."""
    if name.startswith(_BLOCK):
        return Characters.of(block(name.removeprefix(_BLOCK)) or ())
    return _escape(name) if name in _ESCAPES else _category(name)


@cache
def _escape(letter: str) -> Characters:
    match letter:
        case "d":
            return _category("Nd")
        case "w":
            return ~(_category("P") | _category("Z") | _category("C"))
        case "s":
            return Characters.of((ord(each), ord(each)) for each in " \t\n\r")
        case "i":
            return _listed(NAME_START)
        case _:
            return _listed(NAME_MORE)


def _listed(text: str) -> Characters:
    """Read what stands between the brackets of a class without escapes: `A-Z_`."""
    found: list[CodeRange] = []
    place = 0
    while place < len(text):
        width = 2 if text[place + 1 : place + 2] == "-" and place + 2 < len(text) else 0
        found.append((ord(text[place]), ord(text[place + width])))
        place += width + 1
    return Characters.of(found)


@cache
def _category(name: str) -> Characters:
    if name == "Cn":
        return ~Characters.of(chain.from_iterable(_categories().values()))
    found = (ranges for category, ranges in _categories().items() if category.startswith(name))
    assigned = Characters.of(chain.from_iterable(found))
    return assigned | _category("Cn") if name == "C" else assigned


@cache
def _categories() -> dict[str, list[CodeRange]]:
    """Return the code points of each category but the unassigned; it takes some 25 ms."""
    found: dict[str, list[CodeRange]] = {"Co": [*_PRIVATE]}
    for codes in (range(_UNASSIGNED.start), range(_UNASSIGNED.stop, _LAST_ASSIGNED + 1)):
        start, current = codes.start, unicodedata.category(chr(codes.start))
        for code in codes:
            category = unicodedata.category(chr(code))
            if category != current:
                found.setdefault(current, []).append((start, code - 1))
                start, current = code, category
        found.setdefault(current, []).append((start, codes.stop - 1))
    del found["Cn"]
    return found


def case_variants(characters: Characters) -> Characters:
    """Return some characters and all that differ from one of them in case alone.

    Source: XQuery 1.0 and XPath 2.0 Functions and Operators, section 7.6.1.1, flag i.
    """
    upper, lower = _by_case()
    variants: set[int] = set()
    for code in {each for codes in lower.values() for each in codes}:
        if code in characters:
            text = chr(code)
            variants.update(upper[text.upper()], lower[text.lower()])
    return characters | Characters.of((each, each) for each in variants)


@cache
def _by_case() -> tuple[dict[str, list[int]], dict[str, list[int]]]:
    """Return the characters that have case, by what they are in upper and in lower case."""
    upper: dict[str, list[int]] = {}
    lower: dict[str, list[int]] = {}
    for code in range(_UNASSIGNED.start):
        text = chr(code)
        if text.lower() != text or text.upper() != text:
            upper.setdefault(text.upper(), []).append(code)
            lower.setdefault(text.lower(), []).append(code)
    return upper, lower
