"""What the values of a field have to be like, so that a column may give it."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from etl.facts import CREDITS
from etl.sources.tables.columns import Column

_MOST = 0.6  # of the values have to be of a field's kind
_MEDIA = re.compile(r"\b(?:dvd|blu-?ray|bd|vhs|uhd|4k|stream\w*|netflix)\b", re.IGNORECASE)
_GROWN = 21  # years, from which all may see a film
_NEAR = 3  # years between the making of a film and its release


def _is_rating(column: Column) -> bool:
    return column.share(lambda v: re.match(r"\d{1,3}(?:[.,]\d+)?(?:\s?/\s?\d+|%)?$", v)) > _MOST


def _few_words(column: Column) -> bool:
    return column.is_text and column.length < 200


FITS: dict[str, Callable[[Column], bool]] = {
    "title": lambda c: c.is_text and c.length < 120,
    "original_title": lambda c: c.is_text and c.length < 120,
    "alternative_titles": lambda c: c.is_text,
    "year": lambda c: c.years > _MOST,
    "date": lambda c: c.dates > _MOST or c.years > _MOST,
    "duration": lambda c: c.durations > 0.3 or _is_minutes(c),
    "genres": lambda c: (
        (_few_words(c) or c.nested > _MOST) and c.length < 80 and not c.share(_MEDIA.search) > 0.3
    ),
    "countries": lambda c: _few_words(c) or c.nested > _MOST,
    "languages": lambda c: _few_words(c) or c.nested > _MOST,
    "certificate": lambda c: (
        c.length < 20 and c.different < 0.7 and max(c.floats, default=0) <= _GROWN
    ),
    "keywords": lambda c: c.is_text or c.nested > _MOST,
    "overview": lambda c: c.is_text,
    "synopsis": lambda c: c.is_text,
    "companies": lambda c: _few_words(c) or c.nested > _MOST,
    "collection": lambda c: _few_words(c),
    "images": lambda c: c.addresses > _MOST,
    "pages": lambda c: c.addresses > _MOST,
    "rating": _is_rating,
    "votes": lambda c: c.numbers > _MOST,
    "imdb": lambda c: c.imdb > _MOST,
    "tmdb": lambda c: c.share(str.isdecimal) > _MOST,
    "movielens": lambda c: c.share(str.isdecimal) > _MOST,
    "wikidata": lambda c: c.wikidata > _MOST,
    "key": lambda c: c.different == 1 and c.length < 40,
    "kind": lambda c: c.is_text and c.different < 0.3,
    "personal": _is_rating,
    **dict.fromkeys(CREDITS, lambda c: c.names > 0.4 or c.nested > _MOST or c.turned is not None),
}
"""What the values of a field have to be like."""


def _is_minutes(column: Column) -> bool:
    numbers = column.floats
    middle = numbers[len(numbers) // 2] if numbers else 0
    return column.numbers > _MOST and 20 <= middle <= 400


def agree(year: int, date: int, rows: Sequence[Sequence[str]]) -> bool:
    """Say whether the dates in one column mostly lie close to the years in another."""
    found = (
        (int(one[0]), int(other[0]))
        for row in rows
        if max(year, date) < len(row)
        and (one := re.search(r"\d{4}", row[year]))
        and (other := re.search(r"\d{4}", row[date]))
    )
    near = [abs(one - other) <= _NEAR for one, other in found]
    return sum(near) >= len(near) / 2
