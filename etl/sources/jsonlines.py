"""JSON Lines: one film in a line, as a JSON object.

{"movieId": 6, "imdb": "tt0113277", "title": "Heat", "year": 1995, "rating": 8.3,
 "directors": ["Michael Mann"], "actors": [{"name": "Val Kilmer", "character": "Chris Shiherlis"}]}

Source: jsonlines.org (lines end in a line feed, the text is UTF-8), RFC 8259.
"""

from __future__ import annotations

import codecs
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

import msgspec

from etl.identifiers import imdb_name_id
from etl.records import Credit, FilmRecord, NoteKind, Rating, Reject
from etl.sources import values
from etl.sources.fields import READERS, Bad, film_record
from etl.sources.files import Found, decode, opening
from etl.sources.raw import Raw, digest
from etl.sources.values import Notes, Unreadable, quoted

KEYS = {
    "movielens": "movieId",
    "title": "title",
    "year": "year",
    "imdb": "imdb",
    "rating": "rating",
    "directors": "directors",
    "actors": "actors",
    "synopsis": "synopsis",
}
"""The key in the object that each field of a record is read from."""

_FIELDS = {key.lower(): field for field, key in KEYS.items()} | {
    "movielens": "movielens",
    "url": "imdb",
    "ratingvalue": "rating",
    "ratingcount": "rating_count",
    "director": "directors",
    "actor": "actors",
    "id": "",  # names the record in its file, and says nothing of the film
}
_DIGITS = 18
_CHARACTERS = ("character", "characters")


class _Named(msgspec.Struct):
    """What may tell a record from the others in its file."""

    id: int | str | None = None
    movieId: int | str | None = None  # noqa: N815 - as the file has it
    imdb: str | None = None
    url: str | None = None


_NAMED = msgspec.json.Decoder(_Named)
_ANY = msgspec.json.Decoder(float_hook=Decimal)


def cut(found: Found) -> Iterator[Raw]:
    """Read a file line by line, however large it is; an empty line is none.

    A record is known by its `id`, else by its film's, so that it may move within its file.
    """
    seen: Counter[str] = Counter()
    with opening(found) as file:
        if isinstance(file, Reject):
            yield Raw("", 1, "", file.found, file)
            return
        for number, line in enumerate(file, start=1):
            data = line.removeprefix(codecs.BOM_UTF8) if number == 1 else line
            if data and not data.isspace():
                yield _raw(number, data.rstrip(b"\r\n"), seen)


def _raw(number: int, data: bytes, seen: Counter[str]) -> Raw:
    mark = digest(data)
    key = _key(data) or mark[:16]
    seen[key] += 1
    if seen[key] > 1:
        key = f"{key} ({seen[key]})"
    try:
        text: str | Reject = data.decode()
    except UnicodeDecodeError:
        text = decode(data)
    if isinstance(text, Reject):
        return Raw(key, number, "", mark, text)
    return Raw(key, number, unicodedata.normalize("NFC", text), mark)


def _key(data: bytes) -> str:
    try:
        named = _NAMED.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return ""
    for each in (named.id, named.movieId, named.imdb, named.url):
        if each is not None and each != "":
            return str(each)
    return ""


def parse(text: str) -> FilmRecord | Reject:
    """Read one record from its line."""
    try:
        return _parse(text, Notes())
    except Bad as bad:
        return bad.reject(text)


def _parse(text: str, notes: Notes) -> FilmRecord:
    try:
        item = _ANY.decode(text)
    except (msgspec.DecodeError, UnicodeEncodeError) as error:
        raise Bad(1, "", "a JSON object", str(error).lower()) from error
    if not isinstance(item, dict):
        raise Bad(1, "", "a JSON object", quoted(_shown(item)))
    read: dict[str, Any] = {}
    for key, value in item.items():
        field = _FIELDS.get(key.strip().lower())
        notes.at(1, key)
        if field is None:
            notes.add("unknown key: its value is not read", NoteKind.LOSS)
        elif field and value is not None:
            _keep(read, field, key, _read(field, key, value, notes))
    _rate(read)
    return film_record(read, dict.fromkeys(read, 1), notes)


def _keep(read: dict[str, Any], field: str, key: str, value: object) -> None:
    """Keep a field's value; a second key for it may say the same."""
    if read.setdefault(field, value) != value:
        raise Bad(1, key, f"one value for {KEYS.get(field, field)!r}", f"another, {value!r}")


def _rate(read: dict[str, Any]) -> None:
    count, rating = read.pop("rating_count", None), read.get("rating")
    if count is not None and isinstance(rating, Rating):
        read["rating"] = replace(rating, count=int(count))


def _read(field: str, key: str, value: object, notes: Notes) -> object:
    try:
        if field in ("directors", "actors") and not isinstance(value, str):
            return _credits(value, notes)
        if field == "rating_count":
            return values.number(_scalar(value), notes)
        return READERS[field](_scalar(value), notes)
    except Unreadable as error:
        raise Bad(1, key, error.expected, error.found) from error


def _scalar(value: object) -> str:
    """Give a text or a number as text."""
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
            raise Unreadable("a text or a number", _shown(value))


def _credits(value: object, notes: Notes) -> tuple[Credit, ...]:
    items = value if isinstance(value, list) else [value]
    people = [credit for item in items if (credit := _credit(item, notes)).name]
    unique = {(person.name, person.imdb_id): person for person in reversed(people)}
    if len(unique) < len(people):
        counts = Counter(person.name for person in people)
        twice = sorted(name for name, count in counts.items() if count > 1)
        notes.add(f"named more than once: {', '.join(twice)}")
    return tuple(person for person in people if unique.pop((person.name, person.imdb_id), None))


def _credit(item: object, notes: Notes) -> Credit:
    """Read a person: a name, or an object with `name`, and perhaps an IMDb id and characters."""
    if isinstance(item, str):
        return Credit(_name(item, notes))
    if not isinstance(item, dict) or not isinstance(item.get("name"), str):
        raise Unreadable("a name, or an object with a `name`", _shown(item))
    identifiers = (item.get("imdb"), item.get("id"))
    known = (imdb_name_id(each) for each in identifiers if isinstance(each, str))
    return Credit(
        name=_name(item["name"], notes),
        imdb_id=next(filter(None, known), None),
        characters=tuple(_characters(item, notes)),
    )


def _name(text: str, notes: Notes) -> str:
    return " ".join(values.plain(values.present(text, notes), notes).split())


def _characters(item: Mapping[str, object], notes: Notes) -> Iterable[str]:
    for key in _CHARACTERS:
        found = item.get(key)
        for character in found if isinstance(found, list) else [found]:
            if isinstance(character, str) and (name := _name(character, notes)):
                yield name


def _shown(value: object) -> str:
    return msgspec.json.encode(value).decode()
