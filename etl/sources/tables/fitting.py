"""What the values of a field have to be like, so that a column may give it."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import partial

from etl.facts import CREDITS, FACTS
from etl.sources.facts import is_known, split
from etl.sources.tables.columns import SheetColumn

_MOST = 0.6  # of the values have to be of a field's kind
MEDIA = re.compile(
    r"\b(?:dvd|blu-?ray|bd|vhs|uhd|4k|hdd|mkv|avi|mp4|stream\w*|netflix|dis[ck]s?|steelbook"
    r"|диск\w*|болванк\w*)\b",
    re.IGNORECASE,
)
"""What a film may be on."""

_PAGE = re.compile(
    r"https?://(?:[\w-]+\.)*(?:imdb|themoviedb|wikipedia|wikidata|letterboxd|rottentomatoes"
    r"|metacritic|kinopoisk|filmweb|allocine|filmaffinity|csfd|mymovies|moviepilot|sensacine"
    r"|adorocinema|svenskfilmdatabas|moviemeter|filmportal|ofdb|trakt|boxd)\.",
    re.IGNORECASE,
)
_COMPANY = re.compile(
    r"\b(?:pictures|films?|filmes|studios?|bros|productions?|produzioni|produktion\w*|producciones"
    r"|entertainment|media|gmbh|ag|ab|inc|ltd|company|fox|disney|artists|\w+film|\w+фильм)\b",
    re.IGNORECASE,
)
_BARE = re.compile(r"\W*(\d+)\W*")  # a number with nothing but punctuation about it
_GENRE = re.compile(
    r"dram|kom[oöeé]d|com[eé]d|comm?edi|thrill|horr|terror|action|akc|ac[cç]i?[oóã]|azion|crim|krim"
    r"|polic|sci|s-?f\b|fant|roman|do[ck]u|anim|west|advent|abent|avent|avven|przyg|war|krieg|guer"
    r"|wojen|oorlog|krig|music|musi[ck]|myst|noir|sport|fami|kinder|hist|biogra|драм|комед|трилл"
    r"|ужас|боев|детект|крим|фант|мело|док|мульт|приключ|воен|истор|spann|misd|jeugd|rysar|skräck"
    r"|äventyr|suspen|giallo|erot|short|kurz|experiment|nouvelle|peplum",
    re.IGNORECASE,
)
_MARK = re.compile(r"[1-4]|\d[.,]5|[^\dGRUX]?")  # of one's own, not MPAA's or BBFC's letters
_FLAGS = frozenset(
    "yes no y n x ja nein oui non si sí nee nej nei tak nie sim não да нет ano ne evet".split()
)
_PROSE = 30  # characters that a description has on average
_GROWN = 21  # years, from which all may see a film
_NEAR = 3  # years between the making of a film and its release


def _is_rating(column: SheetColumn) -> bool:
    return column.share(lambda v: re.match(r"\d{1,3}(?:[.,]\d+)?(?:\s?/\s?\d+|%)?$", v)) > _MOST


def _few_words(column: SheetColumn) -> bool:
    return column.is_text and column.length < 200


FITS: dict[str, Callable[[SheetColumn], bool]] = {
    "title": lambda c: c.is_text and c.length < 120 and c.different > 0.5,
    "original_title": lambda c: c.is_text and c.length < 120,
    "alternative_titles": lambda c: c.is_text,
    "year": lambda c: c.years > _MOST,
    "date": lambda c: c.dates > _MOST or c.years > _MOST,
    "duration": lambda c: c.durations > 0.3 or _is_minutes(c),
    "genres": lambda c: (
        (_few_words(c) or c.nested > _MOST)
        and c.length < 80
        and (c.share(_GENRE.search) > 0.3 or c.nested > _MOST)
    ),
    "countries": lambda c: _are_known(c, "countries", 0.3),
    "languages": lambda c: _are_known(c, "languages", 0.5),
    "certificate": lambda c: (
        c.length < 20
        and c.different < 0.7
        and max(c.floats, default=0) <= _GROWN
        and c.share(_MARK.fullmatch) < 0.3
    ),
    "keywords": lambda c: c.is_text or c.nested > _MOST,
    "overview": lambda c: c.is_text and c.share(MEDIA.search) < 0.2 and c.length > _PROSE,
    "synopsis": lambda c: c.is_text,
    "companies": lambda c: _few_words(c) or c.nested > _MOST,
    "collection": lambda c: _few_words(c),
    "images": lambda c: c.addresses > _MOST,
    "pages": lambda c: c.share(_PAGE.match) > _MOST and c.imdb < _MOST,
    "rating": _is_rating,
    "votes": lambda c: c.numbers > _MOST,
    "imdb": lambda c: c.imdb > _MOST,
    "tmdb": lambda c: c.share(str.isdecimal) > _MOST,
    "movielens": lambda c: c.share(str.isdecimal) > _MOST,
    "wikidata": lambda c: c.wikidata > _MOST,
    "key": lambda c: c.different == 1 and c.length < 40 and not _are_counted(c),
    "kind": lambda c: c.is_text and c.different < 0.3,
    "personal": _is_rating,
    **dict.fromkeys(
        CREDITS,
        lambda c: (
            (c.names > 0.4 and c.share(_COMPANY.search) < 0.2)
            or c.nested > _MOST
            or c.turned is not None
        ),
    ),
}
"""What the values of a field have to be like."""


def _are_counted(column: SheetColumn) -> bool:
    """Tell numbers that only count the rows: `7`, `7.`, `#7`, `007`."""
    found = [_BARE.fullmatch(value) for value in column.values]
    numbers = sorted(int(match[1]) for match in found if match)
    return len(numbers) > 2 and numbers == [numbers[0] + n for n in range(len(numbers))]


def _is_minutes(column: SheetColumn) -> bool:
    numbers = column.floats
    middle = numbers[len(numbers) // 2] if numbers else 0
    return column.numbers > _MOST and 20 <= middle <= 400


def may_give(column: SheetColumn, field: str) -> bool:
    """Say whether the values of a column do not speak against its giving a field."""
    return FITS[field](column) and column.share(lambda v: v.casefold() in _FLAGS) < _MOST


def _are_known(column: SheetColumn, field: str, least: float) -> bool:
    """Tell a column by those of its values that name a country or a language."""
    cut = partial(split, FACTS[field])
    known = column.share(lambda v: any(is_known(field, w) for w in cut(v.replace("/", ","))))
    return column.nested > _MOST or (_few_words(column) and known > least)


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
