"""Write the keys of a drafted column map, each as the values of its columns want it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

import msgspec

from etl.facts import CREDITS, SITES
from etl.sources.tables.cells import parsed
from etl.sources.tables.columns import SheetColumn, plain
from etl.sources.tables.language import FIELDS, SCHEMES
from etl.sources.tables.looking import Sheet

_SITE_WORDS = {
    "imdb": "imdb",
    "tmdb": "tmdb",
    "meta": "metacritic",
    "tomato": "rottentomatoes",
    "rotten": "rottentomatoes",
    "letterboxd": "letterboxd",
    "movielens": "movielens",
    "trakt": "trakt",
}
NAMED_SITES = re.compile(
    r"\b(?:imdb|tmdb|letterboxd|rotten tomatoes|film ?affinity|film ?web|kino ?poisk|kp"
    r"|allo ?cine|csfd|movie ?pilot|douban)\b"
)
"""What the names of columns have that rate films as a site does, of ours or of others."""

_AVERAGE = re.compile(r"aver|avg|durchschn|moyen|promed|medi[ao]|gemidd|snitt|sredn", re.IGNORECASE)
_FILMS = re.compile(
    r"movies?|films?|feature film|spielfilme?|tv ?movie|short|kurzfilm|pel[ií]cula|speelfilm"
    r"|l[aå]ngfilm|filme|фильм|long[- ]m[eé]trage|documentary|video",
    re.IGNORECASE,
)
_FORMATS = (
    (r"\d{1,2}\.\d{1,2}\.\d{4}", "%d.%m.%Y"),
    (r"\d{1,2}-\d{1,2}-\d{4}", "%d-%m-%Y"),
)
_WITH_YEAR = re.compile(r"\((?:1[89]|20)\d\d\)\s*$")
_MOST = 0.6
_FEW = 10  # numbers, which tell no scale
_SEPARATED = ("genres", "countries", "languages", "keywords", "companies")


def quoted(text: str) -> str:
    """Write a text as TOML has it."""
    return msgspec.json.encode(text).decode().replace("\x7f", "\\u007f")


def comment(text: str) -> str:
    """Write a text so that it may stand in a comment, on one line."""
    return "".join(c if c.isprintable() else " " for c in text)


def order(name: str) -> int:
    """Return the place of a field in a draft."""
    named = ["kind", "key", *SCHEMES, *FIELDS, "votes", "personal"]
    return named.index(name)


def head(sheet: Sheet, encoding: str, fields: Mapping[str, Sequence[SheetColumn]]) -> Iterator[str]:
    """Write what stands above the fields."""
    yield "# A draft: check it, and load with --columns; docs/tables.md describes the language."
    yield "map = 1"
    if encoding != "utf-8":
        yield f"encoding = {quoted(encoding)} # a guess by the file's bytes"
    if sheet.delimiter != "," or len(sheet.header) == 1:
        yield f"delimiter = {quoted(sheet.delimiter)}"
    if sheet.path:
        yield f"rows = {quoted(sheet.path)}"
    ratings = [value for column in fields.get("rating", ()) for value in column.values]
    if any(re.fullmatch(r"\d+,\d{1,2}", value) for value in ratings):
        yield 'decimal = ","'
    if kinds := fields.get("kind"):
        yield from _films(kinds[0])


def _films(column: SheetColumn) -> Iterator[str]:
    found = list(dict.fromkeys(column.values))
    films = [value for value in found if _FILMS.fullmatch(value)]
    others = [value for value in found if value not in films]
    line = f"films = {{ column = {quoted(column.name)}, in = {_list(films)} }}"
    if films and others:
        yield line
    yield (
        f"# {quoted(column.name)} also has: {comment(', '.join(others[:8]))}"
        if others
        else (f"# {quoted(column.name)} has only films")
    )


def field_lines(
    name: str, columns: Sequence[SheetColumn], fields: Mapping[str, Sequence[SheetColumn]]
) -> Iterator[str]:
    """Write the line of a field, or of each rating."""
    if name in ("kind", "votes", "personal") or (
        name == "key" and any(scheme in fields for scheme in SCHEMES)
    ):
        return
    if name == "rating":
        yield from _ratings(columns, fields.get("votes", ()))
        return
    key = f"ids.{name}" if name in SCHEMES else name
    parts = [_source(columns), *_parts(name, columns[0])]
    if name == "title" and "year" not in fields and columns[0].share(_WITH_YEAR.search) > _MOST:
        for each in ("title", "alternative_titles", "year"):
            yield f'{each} = {{ {parts[0]}, style = "movielens" }}'
        return
    if len(parts) == 1 and len(columns) == 1:
        yield f"{key} = {quoted(columns[0].name)}"
    else:
        yield f"{key} = {{ {', '.join(parts)} }}"


def _source(columns: Sequence[SheetColumn]) -> str:
    if len(columns) == 1:
        return f"column = {quoted(columns[0].name)}"
    return f"columns = {_list([column.name for column in columns])}"


def _list(texts: Sequence[str]) -> str:
    return f"[{', '.join(map(quoted, texts))}]"


def _parts(name: str, column: SheetColumn) -> Iterator[str]:
    """Yield the keys that a field's values want beside the column."""
    if name == "imdb" and column.addresses:
        yield r"find = 'tt\d{7,}'"
    if name == "duration" and column.numbers > column.durations:
        yield 'unit = "min"'
    if (
        name == "duration"
        and column.share(str.isdecimal) < 0.9
        and (
            column.share(re.compile(r"\d+ min$").match) > 0.1
            and column.share(re.compile(r"\d+ Seasons?$").match)
        )
    ):
        yield r"find = '^\d+ min$'"
    if name == "date":
        for pattern, told in _FORMATS:
            if column.share(re.compile(pattern).fullmatch) > 0.3:
                yield f'date = [{quoted(told)}, "%Y-%m-%d", "%Y"]'
        if slashed := [v.split("/") for v in column.values if re.fullmatch(r"\d+/\d+/\d{4}", v)]:
            american = any(int(parts[1]) > 12 for parts in slashed)
            european = any(int(parts[0]) > 12 for parts in slashed)
            if american != european:
                yield f'date = "{"%m/%d/%Y" if american else "%d/%m/%Y"}"'
    if column.nested > 0.6:
        yield f"json = {quoted(_json_path(column))}"
    elif name in CREDITS:
        yield from _people(column)
    elif name in _SEPARATED and column.separator.strip():
        yield f"split = {quoted(column.separator.strip())}"


def _people(column: SheetColumn) -> Iterator[str]:
    """Say what stands between people, unless it is a comma, `;` or `|`, which need not be told."""
    if column.turned is not None:
        if column.turned:
            yield f"split = {quoted(column.turned)}"
        yield 'style = "surname_first"'
        return
    marks = [mark for mark in column.between_names if mark != "\n"]
    if not {mark.strip() for mark in marks} <= {",", ";", "|"}:
        yield f"split = {quoted(marks[0]) if len(marks) == 1 else _list(marks)}"


def _json_path(column: SheetColumn) -> str:
    values = (parsed(value) for value in column.values if value[0] in "[{")
    items = (item for value in values for item in (value if isinstance(value, list) else [value]))
    return next(("name" for item in items if isinstance(item, dict) and "name" in item), "")


def site_of(name: str) -> str:
    """Return the site that a column's name speaks of, if any."""
    return next((site for word, site in _SITE_WORDS.items() if word in name), "")


def _ratings(columns: Sequence[SheetColumn], votes: Sequence[SheetColumn]) -> Iterator[str]:
    """Write the ratings of sites, and one of no site with the scale that they seem to have."""
    sites: list[str] = []
    for number, column in enumerate(columns):
        name = plain(column.name)
        site = site_of(name)
        count = f", count = {quoted(votes[0].name)}" if votes and not number else ""
        if site in SITES:
            sites.append(f"{{ value = {quoted(column.name)}{count}, site = {quoted(site)} }}")
            continue
        is_sites = (
            count or NAMED_SITES.search(name) or _AVERAGE.search(name) or "%" in column.values[0]
        )
        if is_sites and (scale := _scale(column)):
            best, worst = scale
            told = f"{{ value = {quoted(column.name)}{count}, best = {best}, worst = {worst} }}"
            yield f"rating = {told} # the scale is a guess by the values"
        else:
            yield f"# rating = {{ value = {quoted(column.name)} }} # whose, and on which scale?"
    if sites:
        yield f"ratings = [{', '.join(sites)}]"


def _scale(column: SheetColumn) -> tuple[str, str] | None:
    """Guess a scale by its lowest and highest value; marks of which less is better have none."""
    if column.share(lambda value: value.endswith("%")) > _MOST:
        return "100", "0"
    numbers = column.floats
    are_marks = numbers and numbers[-1] <= 10 and all((2 * each).is_integer() for each in numbers)
    if len(numbers) < _FEW or are_marks:
        return None
    best = next((end for end in (5, 10, 100) if numbers[-1] <= end), 0)
    if not best:
        return None
    worst = "0" if numbers[0] < 0.5 or best == 100 else "0.5" if numbers[0] < 1 else "1"
    return str(best), worst


def example(column: SheetColumn) -> str:
    """Show a few values of a column."""
    shown = list(dict.fromkeys(value[:40] for value in column.values[:50]))[:3]
    return " · ".join(map(comment, shown))
