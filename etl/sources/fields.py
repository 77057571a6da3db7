"""The fields of a film record in any format: what reads each, and how they make a record."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from etl.rdf.identifiers import FILM_SCHEMES
from etl.records import FilmRecord, Reject
from etl.sources import people, values
from etl.sources.notes import Notes

_REJECT_TEXT_LIMIT = 65_536  # characters of a reject's text that the catalog keeps


class Bad(Exception):
    """Carries what is wrong with one line of a record out of the reading of it."""

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
    "rating": values.rating,
    "directors": people.credits_of,
    "actors": people.credits_of,
    "synopsis": values.synopsis,
}
"""What reads a field from text; each may raise `Unreadable`."""


def film_record(read: Mapping[str, Any], where: Mapping[str, int], notes: Notes) -> FilmRecord:
    """Make a record of what was read, and of the line that each field was read from.

    Raises:
        Bad: nothing in it tells the film from others.
    """
    identifiers = {scheme: read[scheme] for scheme in FILM_SCHEMES if read.get(scheme)}
    if not identifiers:
        line = where.get("movielens") or where.get("imdb") or 1
        raise Bad(line, "movieId", "a number, or an IMDb title in `url:`", "neither")
    return FilmRecord(
        identifiers=identifiers,
        title=read.get("title"),
        year=read.get("year"),
        rating=read.get("rating"),
        directors=read.get("directors") or (),
        actors=read.get("actors") or (),
        synopsis=read.get("synopsis"),
        lines=where,
        notes=tuple(notes.notes),
    )
