"""Single values as film records write them, read without guessing.

Each function returns the value, or raises `Unreadable` with what was expected. What it had
to repair it says to a `Notes`.
"""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from functools import cache

from etl.rdf.identifiers import imdb_title_id, wikidata_id
from etl.records import NoteKind, Rating
from etl.sources import spelling
from etl.sources.notes import Notes as Notes
from etl.sources.notes import Unreadable as Unreadable
from etl.sources.notes import quoted as quoted

YEAR_EXPECTED = "a year such as 2004"

_ABSENT = {"n/a", "\\n", "-", "--"}
_YEAR = re.compile(r"\(?(\d{4})\)?")
_DATE = re.compile(r"(\d{4})-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])")
_RATING = re.compile(r"(\d{1,3}(?:[.,]\d{1,18})?)(?:\s*/\s*10)?")
_NUMBER = re.compile(r"[0-9]{1,18}")
# The articles that film catalogues move behind a title, where none is a word's end by chance.
_ARTICLES = "The|A|An|Le|La|Les|L'|Der|Das|El|Los|Las|Il|Lo|Gli"
_ARTICLE = re.compile(rf"(?s)(.+), ({_ARTICLES})((?:\s*[(\[].*)?)")
_ARTICLE_IN_BRACKETS = re.compile(rf"(?<=[(\[])([^()\[\]]+), ({_ARTICLES})(?=[)\]])")
_TITLE_WITH_YEAR = re.compile(r"(?s).+[(\[](?:1[89]|20)[0-9]{2}[)\]]")


def is_absent(value: str) -> bool:
    """Return whether a value is one of the usual marks of absence."""
    return value.lower() in _ABSENT


def present(text: str, notes: Notes) -> str:
    """Return a value without the space around it; empty for the usual marks of absence."""
    value = text.strip()
    if value.lower() in _ABSENT:
        notes.add(f"{quoted(value)} read as no value", NoteKind.LOSS)
        return ""
    if value and text[-1].isspace():
        notes.add("space at the end of the line dropped")
    return value


def title(text: str, notes: Notes) -> str | None:
    """Read a title; an article behind it, or behind one in brackets, is put back in front."""
    spelled, said = spelling.line(text)
    value = present(spelled, notes)
    if said:
        notes.extend(said)
    if "  " in value or not value.isprintable():
        spaced, value = value, " ".join(value.split())
        if value != spaced:
            notes.add("space between words made one")
    if "," in value and (ordered := in_order(value)) != value:
        notes.add(f"article put back in front: {quoted(value)}")
        value = ordered
    if value.endswith((")", "]")) and _TITLE_WITH_YEAR.fullmatch(value):
        notes.add(f"a title that carries a year: {quoted(value)}")
    return value or None


def in_order(value: str) -> str:
    """Put the articles of a title, and of another in brackets behind it, in front."""
    if match := _ARTICLE.fullmatch(value):
        value = _with_article(match) + match[3]
    return _ARTICLE_IN_BRACKETS.sub(_with_article, value)


def _with_article(match: re.Match[str]) -> str:
    return f"{match[2]}{'' if match[2].endswith(chr(39)) else ' '}{match[1]}"


def year(text: str, notes: Notes) -> int | None:
    """Read a year; a whole ISO date counts as its year."""
    value = present(text, notes)
    if not value:
        return None
    match = _YEAR.fullmatch(value) or _DATE.fullmatch(value)
    if not match or not value.isascii():
        raise Unreadable(YEAR_EXPECTED, value)
    if value != match[1]:
        notes.add(f"{quoted(value)} read as the year {match[1]}")
    if (found := int(match[1])) > _this_year() + 1:
        notes.add(f"a year that is still to come: {found}")
    return found


@cache
def _this_year() -> int:
    return date.today().year


def rating(text: str, notes: Notes) -> Rating | None:
    """Read a rating from 1 to 10; whether it lies on the scale is for the shapes to say."""
    value = present(text, notes)
    if not value:
        return None
    match = _RATING.fullmatch(value)
    if not match or not value.isascii():
        raise Unreadable("a number such as 7.5", value)
    if value != match[1] or "," in value:
        notes.add(f"{quoted(value)} read as {match[1].replace(',', '.')}")
    return Rating(Decimal(match[1].replace(",", ".")))


def imdb_title(text: str, notes: Notes) -> str | None:
    """Read an IMDb page or id; any of their forms is one id."""
    value = present(text, notes)
    if not value:
        return None
    identifier = imdb_title_id(value)
    if identifier is None:
        raise Unreadable("an IMDb title such as https://www.imdb.com/title/tt0338013/", value)
    if identifier not in value:
        notes.add(f"{quoted(value)} read as {identifier}")
    return identifier


def wikidata_item(text: str, notes: Notes) -> str | None:
    """Read a Wikidata item, by its id, IRI or page."""
    value = present(text, notes)
    if not value:
        return None
    identifier = wikidata_id(value)
    if identifier is None:
        raise Unreadable("a Wikidata item such as Q163872", value)
    return identifier


def number(text: str, notes: Notes) -> str | None:
    """Read a record's number, without leading zeros."""
    value = present(text, notes)
    if not value:
        return None
    if not _NUMBER.fullmatch(value):
        raise Unreadable("a number such as 7361", value)
    if value != (shortest := str(int(value))):
        notes.add(f"leading zeros dropped from {quoted(value)}")
    return shortest


def synopsis(text: str, notes: Notes) -> str | None:
    """Read free text: all of it, but for the space around it."""
    value, said = spelling.prose(text.strip().replace("\r\n", "\n"))
    if value.lower() in _ABSENT:
        return present(value, notes) or None
    if said:
        notes.extend(said)
    return value.strip() or None
