"""What the columns of a table are called: their names, compared with a table of synonyms."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path

from anyascii import anyascii
from rapidfuzz import fuzz

from etl.facts import CREDITS
from etl.sources.facts import is_known
from etl.sources.tables.columns import plain
from etl.sources.tables.writing import NAMED_SITES

_LOOSE = 90  # of 100, how alike names have to be
_CUT = re.compile(r"[^\W\d_]{3}\.")
_CUT_LENGTH = 4
_LOOSE_LENGTH = 6  # letters: shorter names are alike by chance
_NOISE = re.compile(r"\b(?:film|films|filmu|filmens|movie|movies|the|of|s|names?|list|main|top)\b")
UNIT = re.compile(r"(?:[ (\[,]|\bin )+(?:min(?:s|ut\w*)?|dk|dakika|h)\.?[)\]]?$")
UNSURE = {"mit", "avec", "distribution", "star", "stars", "casting"}
"""What a cast is called, and something else too: with whom a film was seen, who shows it."""

_OTHER = {  # sections that are of no field
    *("own", "ambiguous", "others", "characters"),
    *("players", "roles", "directing", "titles", "originals"),
}
_NUMBERED = re.compile(r"(.*?)[ _-]?\(?\d{1,2}\)?(?:[ _-](\D*))?")
_SMALL = re.compile(r"\b(?:do|da|de|di|du|des|von|van|na|no|pa|w|in|on)\b")
_CODES = "us|usa|uk|vf|de|dt|dtsch|en|engl|fr|es|it|nl|sv|se|pl|pt|br|ru|cz|sk|da|no|fi|hu|tr"
_CODE = re.compile(rf" (?:{_CODES})$|^(?:{_CODES}) ")
_OF_PLACE = ("date", "title", "certificate")  # fields that differ from country to country


@cache
def sections() -> Mapping[str, Sequence[str]]:
    """Return the words of each field, and those of `_OTHER`."""
    return tomllib.loads(Path(__file__).with_name("synonyms.toml").read_text("utf-8"))


@cache
def _synonyms() -> dict[str, list[str]]:
    """Return the fields of each synonym, of which the first counts whose kind its values are of."""
    found: dict[str, list[str]] = {}
    for name, words in sections().items():
        for word in () if name in _OTHER else map(plain, words):
            for each in {word, " ".join(_SMALL.sub(" ", word).split()) or word}:
                found.setdefault(each, []).append(name)
    return found


@cache
def beginning(section: str) -> re.Pattern[str]:
    """Return what finds a beginning of a word that a section of the synonyms has."""
    return re.compile(rf"\b(?:{'|'.join(map(plain, sections()[section]))})")


@cache
def whole(section: str) -> re.Pattern[str]:
    """Return what finds a name that a section has, perhaps with a number behind it."""
    return re.compile(rf"^(?:{'|'.join(map(plain, sections()[section]))})(?: \d+)?$")


def unnumbered(raw: str) -> str | None:
    """Return a name without its number; None if it has none."""
    match = _NUMBERED.fullmatch(plain(raw))
    return f"{match[1]} {match[2] or ''}".strip() if match else None


def exact(raw: str) -> Sequence[str]:
    """Return the fields of which a name is a synonym."""
    known = _synonyms()
    return known.get(plain(raw)) or known.get(plain(raw.lower())) or ()


def _stripped(raw: str) -> Iterable[str]:
    """Compare a name without numbers, units, sites, codes and words that say nothing."""
    name = plain(raw.lower())
    numberless = unnumbered(raw)
    rest = name if numberless is None else numberless
    of_site = _SMALL.sub(" ", NAMED_SITES.sub(" ", rest))
    for each in (rest, UNIT.sub("", name), _NOISE.sub(" ", rest), of_site, _CODE.sub("", name)):
        if found := _synonyms().get(" ".join(each.split())):
            return found
    first, _, place = name.rpartition(" ")
    if first and is_known("countries", place):
        return [field for field in _synonyms().get(first, ()) if field in _OF_PLACE]
    return {found for part in raw.split("/") for found in exact(part)}


def _shortened(raw: str) -> Iterable[str]:
    """Compare a name whose words may be cut off by a point: `Orig. title`, `Dir.`; `Réal`."""
    name = UNIT.sub("", anyascii(raw).lower().strip()).rstrip(" ,").replace("-", "")
    if _CUT.search(name):
        fits = re.compile(r"[^\W_]*".join(map(re.escape, name.split(".")))).fullmatch
        found = {field for word, fields in _synonyms().items() if fits(word) for field in fields}
        return found if len(found) == 1 else ()
    if len(name) < _CUT_LENGTH:
        return ()
    begun = (fields for word, fields in _synonyms().items() if word.startswith(name))
    found = {field for fields in begun for field in fields}
    return found & CREDITS.keys() if len(found) == 1 else ()


def _loose(raw: str) -> Sequence[str]:
    name = plain(raw)
    if len(name) < _LOOSE_LENGTH:
        return ()
    scored = (
        (fuzz.ratio(name, word), found)
        for word, found in _synonyms().items()
        if len(word) >= _LOOSE_LENGTH
    )
    score, found = max(scored)
    return found if score >= _LOOSE else ()


def _worded(raw: str) -> Iterable[str]:
    """Take people by one word of a name, since names of people cannot be mistaken for much else."""
    words = set(plain(raw).split()) - UNSURE
    found = {field for word in words for field in exact(word) if field in CREDITS}
    return found or ({"directors"} if beginning("directing").search(plain(raw)) else ())


CANDIDATES = (exact, _stripped, _shortened, _loose, _worded)
"""What gives the fields that a name may mean, the surest first."""
