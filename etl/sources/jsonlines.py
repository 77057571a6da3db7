"""JSON Lines: one film in a line, as a JSON object.

{"movieId": 6, "imdb": "tt0113277", "title": "Heat", "year": 1995, "rating": 8.3,
 "directors": ["Michael Mann"], "actors": [{"name": "Val Kilmer", "character": "Chris Shiherlis"}]}

Source: jsonlines.org (lines end in a line feed, the text is UTF-8), RFC 8259.
"""

from __future__ import annotations

import codecs
import hashlib
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from functools import partial
from typing import Any, BinaryIO

import msgspec

from etl.facts import CREDITS, CREW, FACTS
from etl.records import FilmRecord, NoteKind, Rating, Reject
from etl.sources import people, values
from etl.sources.decoding import decode, wide_encoding
from etl.sources.fields import MORE, READERS, SINGULAR, Bad, film_record, read_more
from etl.sources.files import RECORD_LIMIT, FoundFile, opening, too_long, unreadable
from etl.sources.notes import Notes, Unreadable, as_json, composed, quoted
from etl.sources.raw import Raw, digest, distinct
from etl.sources.repeated_keys import refuse_repeated_keys

KEYS = {
    "movielens": "movieId",
    "title": "title",
    "year": "year",
    "imdb": "imdb",
    "rating": "rating",
    "directors": "directors",
    "actors": "actors",
    "synopsis": "synopsis",
    "wikidata": "wikidata",
    "tmdb": "tmdb",
    "original_title": "originalTitle",
    "alternative_titles": "alternativeTitles",
    "ratings": "ratings",
    **{field: field for field in (*CREW, *FACTS)},
}
"""The key in the object that each field of a record is read from."""

_FIELDS = {key.lower(): field for field, key in KEYS.items()} | {
    **dict.fromkeys(("movielens", "movielensid"), "movielens"),
    **dict.fromkeys(("imdbid", "imdburl"), "imdb"),
    "tmdbid": "tmdb",
    "wikidataid": "wikidata",
    "url": "imdb",
    "ratingvalue": "rating",
    "ratingcount": "rating_count",
    **{singular: plural for plural, singular in SINGULAR.items()},
    "id": "",  # names the record in its file, and says nothing of the film
}
_DIGITS = 18
_DIGITS_READ = 4300  # what Python reads as a whole number
_DEPTH = 200  # a film has three
_NOT_DEEP = f"lists and objects within each other at most {_DEPTH} deep"
_KEY_LENGTH = 200  # a longer one is a text, and names nothing
_STRING_OR_BRACKET = re.compile(rb'"(?:[^"\\]|\\.)*+(?:"|\\?\Z)|[\[\]{}]', re.DOTALL)
_HALF_PAIR = re.compile(
    r"\\u[dD][89abAB]..(?!\\u[dD][c-fC-F])|(?<!\\u[dD][89abAB]..)\\u[dD][c-fC-F].."
)


class _Named(msgspec.Struct):
    """What may tell a record from the others in its file."""

    id: Any = None
    movieId: Any = None  # noqa: N815 - as the file has it
    imdb: Any = None
    url: Any = None
    wikidata: Any = None
    tmdb: Any = None


def _number(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation as error:
        raise Unreadable("a number whose exponent has at most 18 digits", text) from error


_NAMED = msgspec.json.Decoder(_Named)
_ANY = msgspec.json.Decoder(float_hook=_number)


def cut(found: FoundFile) -> Iterator[Raw]:
    """Read a file line by line, however large it is; an empty line is none.

    A record is known by its `id`, else by its film's, so that it may move within its file.
    """
    with opening(found) as file:
        if isinstance(file, Reject):
            yield Raw("", 1, "", file.found, file)
            return
        try:
            yield from _cut(file)
        except OSError as error:
            reject = unreadable(error)
            yield Raw("", 1, "", reject.found, reject)


def _cut(file: BinaryIO) -> Iterator[Raw]:
    seen: Counter[str] = Counter()
    for number, line in enumerate(iter(partial(file.readline, RECORD_LIMIT), b""), start=1):
        if number == 1 and (encoding := wide_encoding(line.removeprefix(codecs.BOM_UTF8))):
            yield Raw("", 1, "", encoding, Reject(1, "", "UTF-8 text", encoding))
            return
        if len(line) == RECORD_LIMIT and not line.endswith(b"\n"):
            yield _too_long(number, line, file, seen)
        elif raw := cut_line(number, line, seen):
            yield raw


def cut_line(number: int, line: bytes, seen: Counter[str]) -> Raw | None:
    """Cut one line of a file into a record; an empty line is none. `seen` counts the names."""
    if len(line) - line.endswith(b"\n") >= RECORD_LIMIT:
        mark = digest(line)
        return Raw(distinct("", mark, seen), number, "", mark, too_long("line", len(line)))
    data = line.removeprefix(codecs.BOM_UTF8)  # also in between, where files were put together
    return _raw(number, data.rstrip(b"\r\n"), seen) if data and not data.isspace() else None


def _too_long(number: int, line: bytes, file: BinaryIO, seen: Counter[str]) -> Raw:
    """Pass over a line that is too long to be read."""
    mark, size = hashlib.sha256(line), len(line)
    while line and not line.endswith(b"\n"):
        line = file.readline(RECORD_LIMIT)
        mark.update(line)
        size += len(line)
    digest = mark.hexdigest()
    return Raw(distinct("", digest, seen), number, "", digest, too_long("line", size))


def _raw(number: int, data: bytes, seen: Counter[str]) -> Raw:
    mark = digest(data)
    brackets = data.count(b"[") + data.count(b"{")
    too_deep = brackets > _DEPTH and _is_too_deep(data)
    key = distinct("" if too_deep else _key(data), mark, seen)
    try:
        text: str | Reject = data.decode()
    except UnicodeDecodeError:
        text = decode(data)
    if too_deep and isinstance(text, str):
        text = Bad(1, "", _NOT_DEEP, "more").reject(text)
    if isinstance(text, Reject):
        return Raw(key, number, "", mark, text)
    return Raw(key, number, text, mark)


def _is_too_deep(data: bytes) -> bool:
    """Return whether a line has more brackets within each other than can be read."""
    depth = 0
    for token in _STRING_OR_BRACKET.finditer(data):
        if token[0] in (b"[", b"{"):
            depth += 1
        elif token[0] in (b"]", b"}"):
            depth -= 1
        if depth > _DEPTH:
            return True
    return False


def _key(data: bytes) -> str:
    try:
        named = _NAMED.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return ""
    told = (named.id, named.movieId, named.imdb, named.url, named.wikidata, named.tmdb)
    for each in told:
        if type(each) is int or (type(each) is str and each != ""):
            key = str(each)
            return composed(key) if len(key) <= _KEY_LENGTH else ""
    return ""


def parse(text: str) -> FilmRecord | Reject:
    """Read one record from its line."""
    try:
        return _parse(text, Notes())
    except Bad as bad:
        return bad.reject(text)
    except RecursionError:
        return Bad(1, "", _NOT_DEEP, "more").reject(text)


def _parse(text: str, notes: Notes) -> FilmRecord:
    item = _decoded(text)
    if not isinstance(item, dict):
        raise Bad(1, "", "a JSON object", quoted(as_json(item)))
    refuse_repeated_keys(text, item, notes)
    read: dict[str, Any] = {}
    for key, value in item.items():
        field = _FIELDS.get(key) or _FIELDS.get(key.strip().lower().replace("_", ""))
        notes.at(1, composed(key))
        if field is None:
            notes.add("unknown key: its value is not read", NoteKind.UNREAD)
        elif field and value is not None:
            _keep(read, field, key, value, _read(field, key, value, notes))
    _rate(read)
    return film_record(read, dict.fromkeys(read, 1), notes)


def _decoded(text: str) -> object:
    try:
        return _ANY.decode(text)
    except Unreadable as error:
        raise Bad(1, "", error.expected, error.found) from error
    except msgspec.ValidationError as error:
        raise Bad(1, "", f"a whole number of at most {_DIGITS_READ:,} digits", "more") from error
    except (msgspec.DecodeError, UnicodeEncodeError) as error:
        found = str(error).lower()
        if half := _HALF_PAIR.search(text):
            found += f"; is {half[0]} half of a surrogate pair?"
        raise Bad(1, "", "a JSON object", found) from error


def _keep(read: dict[str, Any], field: str, key: str, given: object, value: object) -> None:
    """Keep a field's value; a second key for it may say the same."""
    if read.setdefault(field, value) != value:
        another = quoted(given if isinstance(given, str) else as_json(given))
        raise Bad(1, key, f"one value for {KEYS.get(field, field)!r}", f"another, {another}")


def _rate(read: dict[str, Any]) -> None:
    count, rating = read.pop("rating_count", None), read.get("rating")
    if count is not None and isinstance(rating, Rating):
        read["rating"] = replace(rating, count=int(count))


def _read(field: str, key: str, value: object, notes: Notes) -> object:
    try:
        if field in MORE:
            return read_more(field, value, notes)
        if field in CREDITS:
            return people.credits_of(value, notes)
        if field == "rating_count":
            return values.number(_scalar(value), notes)
        return READERS[field](_scalar(value), notes)
    except Unreadable as error:
        raise Bad(1, key, error.expected, error.found) from error


def _scalar(value: object) -> str:
    """Return a text or a number as text."""
    match value:
        case str():
            return value
        case bool():
            raise Unreadable("a text or a number", str(value).lower())
        case int():
            return str(value)
        case Decimal() if value.adjusted() < _DIGITS and value == value.to_integral_value():
            return str(int(value))  # 1995.0, as tables with gaps export a year
        case Decimal():
            return str(value)
        case _:
            raise Unreadable("a text or a number", as_json(value))
