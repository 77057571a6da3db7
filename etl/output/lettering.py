"""The letters of a drawing: how wide a text is, how it is shortened, how it is written into SVG."""

from __future__ import annotations

import re
import unicodedata
from html import escape
from itertools import accumulate

from etl.rdf.vocab import PREFIXES

_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_WIDE = frozenset("MWmw@%…")


def breadth(text: str) -> float:
    """Return how wide a text is at most, in units, in letters that are 13 units high."""
    return sum(map(_letter, text))


def _letter(letter: str) -> float:
    if unicodedata.combining(letter):
        return 0
    if unicodedata.east_asian_width(letter) in "WF":
        return 13
    return 12.3 if letter in _WIDE else 9.5 if letter.isupper() else 7.5


def fitted(text: str, room: float) -> str:
    """Shorten a text to its room."""
    if breadth(text) <= room:
        return text
    ends = list(accumulate(map(_letter, text)))
    return text[: sum(end <= room - _letter("…") for end in ends)] + "…"


def written(text: str) -> str:
    """Write a text as content or as an attribute of XML; what XML cannot hold is replaced."""
    return escape(_NO_XML.sub("\ufffd", text))


def shortened(iri: str, base_iri: str) -> str:
    """Write an IRI for people: without the base, or by its prefix."""
    if iri.startswith(base_iri):
        return iri.removeprefix(base_iri)
    found = ((prefix, start) for prefix, start in PREFIXES.items() if iri.startswith(start))
    return next((f"{prefix}:{iri.removeprefix(start)}" for prefix, start in found), iri)
