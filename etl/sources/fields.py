"""The fields of a film record in any format: what reads each, and how they make a record."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from etl.facts import CREDITS, CREW, FACTS, SITES, TITLE_FIELDS
from etl.rdf.identifiers import FILM_SCHEMES, imdb_title_id, tmdb_id, wikidata_id
from etl.records import FilmRecord, NoteKind, Rating, Reject
from etl.sources import facts, people, values
from etl.sources.notes import Notes, as_json

_REJECT_TEXT_LIMIT = 65_536  # characters of a reject's text that the catalog keeps


class Bad(Exception):
    """A fault in one line of a record, raised out of its reading."""

    def __init__(self, line: int, key: str, expected: str, found: str) -> None:
        super().__init__(line, key, expected, found)
        self.line, self.key, self.expected, self.found = line, key, expected, found

    def reject(self, text: str) -> Reject:
        """Refuse a record, whose text is kept."""
        kept = text[:_REJECT_TEXT_LIMIT]
        return Reject(self.line, self.key, self.expected, self.found, kept)


READERS: dict[str, Callable[[str, Notes], object]] = {
    "movielens": values.number,
    "title": values.title,
    "year": values.year,
    "imdb": values.imdb_title,
    "wikidata": values.wikidata_item,
    "tmdb": values.number,
    "rating": values.rating,
    "synopsis": values.synopsis,
    **dict.fromkeys(CREDITS, people.credits_of),
}
"""What reads a field from text; each may raise `Unreadable`."""

SINGULAR = {name: name.removesuffix("s") for name in (*CREDITS, *FACTS) if name.endswith("s")} | {
    "countries": "country",
    "companies": "company",
}
"""What sources also call a field of several values."""

MORE = (*TITLE_FIELDS, "ratings", *FACTS)
"""The fields that `read_more` reads, of texts and of other values."""


def read_more(field: str, value: object, notes: Notes) -> object:
    """Read a field of `MORE`; what cannot be read of it is noted, and never refuses a record."""
    if field in TITLE_FIELDS:
        return facts.titles(value, notes)
    if field == "ratings":
        return _ratings(value, notes)
    return facts.read_fact(FACTS[field], value, notes)


def _ratings(value: object, notes: Notes) -> dict[str, Rating]:
    """Read ratings by site: a number on the site's scale, or an object with its own."""
    found: dict[str, Rating] = {}
    for site, told in value.items() if isinstance(value, dict) else ():
        if site not in SITES:
            known = ", ".join(SITES)
            notes.add(f"rating not read: expected one of {known}, found {site!r}", NoteKind.LOSS)
        elif rating := rating_of(site, told if isinstance(told, dict) else {"value": told}, notes):
            found[site] = rating
    if value is not None and not isinstance(value, dict):
        notes.add(f"not read: expected ratings by site, found {as_json(value)}", NoteKind.LOSS)
    return found


def rating_of(site: str, told: Mapping[str, object], notes: Notes) -> Rating | None:
    """Make a rating of its `value`, and of `count`, `best` and `worst` where they are told."""
    scale = SITES[site]
    number = _number(told.get("value"))
    if number is None:
        if told.get("value") not in (None, ""):
            found = as_json(told["value"])
            notes.add(f"not read: expected a number such as 7.5, found {found}", NoteKind.LOSS)
        return None
    count = _number(told.get("count"))
    return Rating(
        number,
        _number(told.get("best")) or Decimal(scale.best),
        worst if (worst := _number(told.get("worst"))) is not None else Decimal(scale.worst),
        int(count) if count else None,
    )


def _number(value: object) -> Decimal | None:
    """Read a number, with or without the end of its scale: `7.5`, `7,5`, `85%`, `7.5/10`."""
    if isinstance(value, bool) or value is None:
        return None
    text = str(value).strip().removesuffix("%").partition("/")[0].strip()
    if text.count(",") == 1 and len(text.partition(",")[2]) != 3:
        text = text.replace(",", ".")
    try:
        number = Decimal(text.replace(",", ""))
    except InvalidOperation:
        return None
    return number if number.is_finite() and abs(number.adjusted()) < 18 else None


def film_record(
    read: Mapping[str, Any],
    where: Mapping[str, int],
    notes: Notes,
    files: Mapping[str, str] | None = None,
    rows: Mapping[str, Mapping[str, int]] | None = None,
) -> FilmRecord:
    """Make a record of what was read, and of the line that each field was read from.

    That line is of the record, or of the joined file that `files` has for the field; `rows` as in
    `FilmRecord`.

    Raises:
        Bad: nothing in it tells the film from others.
    """
    pages = {page: _id_of(page) for page in read.get("pages") or ()}
    told = {**dict(filter(None, pages.values())), **read}
    identifiers = {scheme: told[scheme] for scheme in FILM_SCHEMES if told.get(scheme)}
    if len(identifiers) > 1:
        identifiers.pop("record", None)
    if not identifiers:
        line = where.get("movielens") or where.get("imdb") or 1
        raise Bad(
            line, "movieId", "an id: `movieId`, `url` (at IMDb), `tmdb` or `wikidata`", "none"
        )
    more = {name: found for name in FACTS if (found := read.get(name))}
    if pages:
        more["pages"] = tuple(page for page, known in pages.items() if not known)
    year = read.get("year")
    if "date" in more:
        year = _agreeing_year(year, more["date"][0], notes)
    return FilmRecord(
        identifiers=identifiers,
        title=read.get("title"),
        year=year,
        rating=read.get("rating"),
        directors=read.get("directors") or (),
        actors=read.get("actors") or (),
        synopsis=read.get("synopsis"),
        titles=tuple(dict.fromkeys(each for name in TITLE_FIELDS for each in read.get(name) or ())),
        facts=more,
        crew={role: found for role in CREW if (found := read.get(role))},
        ratings=read.get("ratings") or {},
        reviews=read.get("reviews") or (),
        lines=where,
        notes=tuple(notes.notes),
        files=files or {},
        rows=rows or {},
    )


def _id_of(page: str) -> tuple[str, str] | None:
    """Return the scheme and the id of the film that a page is about, where it tells one."""
    for scheme, parse in _PAGES.items():
        if identifier := parse(page):
            return scheme, identifier
    return None


_PAGES = {"imdb": imdb_title_id, "wikidata": wikidata_id, "tmdb": tmdb_id}


def _agreeing_year(year: int | None, date: str, notes: Notes) -> int:
    if year is not None and int(date[:4]) != year:
        notes.once("date", f"{date} is not of the year {year}, which the film is given")
    return int(date[:4]) if year is None else year
