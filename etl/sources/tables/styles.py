"""Ways to write a value that no pattern of a map expresses, each by its name and field."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from etl.facts import CREDITS
from etl.sources.names import is_suffix
from etl.sources.values import in_order

# Source: MovieLens' movies.csv and movies.dat: `Amber Signal, The (Bernsteinfunk, Der) (1987)`.
_YEAR = re.compile(r"\s*\((\d{4})(?:\s*[-–]\s*\d{0,4})?\)\s*$")
_BRACKET = re.compile(r"\s*\(([^()]+)\)$")
_ALSO = re.compile(r"a\.?k\.?a\.?:?\s+", re.IGNORECASE)
_PART_OF_TITLE = re.compile(r"(?:part|vol|no|chapter|episode)\b.*|.*\d.*", re.IGNORECASE)
_GOES_ON = re.compile(r"(?:\bor|:|-)$", re.IGNORECASE)


def _movielens(text: str) -> tuple[str, list[str]]:
    """Take a title and the other titles in brackets behind it apart."""
    rest, others = _YEAR.sub("", text), list[str]()
    while (match := _BRACKET.search(rest)) and match.start():
        inner = match[1].strip()
        before = rest[: match.start()].rstrip()
        if _PART_OF_TITLE.fullmatch(inner) or _GOES_ON.search(before):
            break
        others.append(in_order(_ALSO.sub("", inner)))
        rest = before
    return in_order(rest.strip()), others[::-1]


def _movielens_title(text: str) -> list[str]:
    return [_movielens(text)[0]]


def _movielens_others(text: str) -> list[str]:
    return _movielens(text)[1]


def _movielens_year(text: str) -> list[str]:
    match = _YEAR.search(text)
    return [match[1]] if match else []


def _surname_first(text: str) -> list[str]:
    """Turn names round; commas may stand between them too: `Petit, Anne, Weber, Karl`."""
    parts = [part.strip() for part in text.split(",")]
    if len(parts) > 2 and len(parts) % 2 == 0 and not any(map(is_suffix, parts)):
        return [
            f"{first} {last}".strip() for last, first in zip(parts[::2], parts[1::2], strict=True)
        ]
    last, _, first = map(str.strip, text.partition(","))
    return [f"{first} {last}" if first and not is_suffix(first) else text]


STYLES: Mapping[str, Mapping[str, Callable[[str], list[str]]]] = {
    "movielens": {
        "title": _movielens_title,
        "alternative_titles": _movielens_others,
        "year": _movielens_year,
    },
    "surname_first": dict.fromkeys(CREDITS, _surname_first),
}
"""What a style makes of a text, by the field that it is for."""
