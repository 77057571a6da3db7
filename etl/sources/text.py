"""The text format: one film in a file, `key: value` lines, then a synopsis.

movieId: 7361
title: Eternal Sunshine of the Spotless Mind
…
(blank line)
synopsis:
Free text to the end of the file.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from rapidfuzz import process

from etl.facts import CREDITS, CREW, FACTS
from etl.records import FilmRecord, NoteKind, Reject
from etl.sources.decoding import decode
from etl.sources.fields import MORE, READERS, SINGULAR, Bad, film_record, read_more
from etl.sources.files import FoundFile, read
from etl.sources.notes import Notes, Unreadable, quoted
from etl.sources.raw import Raw, digest

SUFFIX = ".txt"
KEYS = {
    "movielens": "movieId",
    "title": "title",
    "year": "year",
    "imdb": "url",
    "rating": "ratingValue",
    "directors": "directors",
    "actors": "actors",
    "synopsis": "synopsis",
}
EXPECTED = dict(KEYS)
"""The fields that a file is expected to have: where one is not there, that is noted."""
KEYS |= {
    "wikidata": "wikidata",
    "tmdb": "tmdb",
    "original_title": "originalTitle",
    "alternative_titles": "alternativeTitles",
    **{field: field for field in (*CREW, *FACTS)},
}
"""The key in the file that each field of a record is read from."""

_FIELDS = {key.lower(): field for field, key in KEYS.items()}
_FIELDS |= {singular: plural for plural, singular in SINGULAR.items()}
_SEVERAL = {*CREDITS, "alternative_titles", *(name for name, fact in FACTS.items() if fact.many)}
_EXACT = {key: field for field, key in KEYS.items()}


@dataclass(frozen=True, slots=True)
class _Entry:
    line: int
    key: str
    value: str


def parse(text: str) -> FilmRecord | Reject:
    """Read one record from the text of its file."""
    notes = Notes()
    try:
        return _parse(text, notes)
    except Bad as bad:
        return bad.reject(text)


def _parse(text: str, notes: Notes) -> FilmRecord:
    if not text or text.isspace():
        raise Bad(1, "", "a record such as `title: …`", "an empty file")
    lines = text.split("\n")
    entries, synopsis = _header(lines, notes)
    read = {field: _read(field, entry, notes) for field, entry in entries.items()}
    where = {field: entry.line for field, entry in entries.items()}
    if synopsis is not None:
        where["synopsis"] = synopsis.line
        notes.at(synopsis.line, "synopsis")
        read["synopsis"] = READERS["synopsis"](synopsis.value, notes)
    _note_missing(where, notes)
    return film_record(read, where, notes)


def _header(lines: list[str], notes: Notes) -> tuple[dict[str, _Entry], _Entry | None]:
    """Read the keys up to `synopsis:`, and the text behind it."""
    entries: dict[str, _Entry] = {}
    more: dict[str, list[str]] = {}
    for number, line in enumerate(lines, start=1):
        if not line or line.isspace():
            continue
        key, colon, value = line.partition(":")
        field = _EXACT.get(key) or _FIELDS.get(key.strip().lower())
        if not colon or (field is None and " " in key.strip()):
            raise Bad(number, "", "`key: value`, or `synopsis:` before free text", quoted(line))
        notes.at(number, key)
        if field is None:
            if not notes.is_full:
                notes.add(_unknown(key), NoteKind.LOSS)
            continue
        if key != KEYS[field]:
            notes.add(f"key {quoted(key)} read as {KEYS[field]!r}")
        if field == "synopsis":
            return _with_more(entries, more), _free_text(number, [value, *lines[number:]])
        entry = _Entry(number, KEYS[field], value)
        if field not in entries:
            entries[field] = entry
        elif field in _SEVERAL:
            notes.add(f"second {entry.key!r} line joined to line {entries[field].line}")
            more.setdefault(field, []).append(value)
        else:
            entries[field] = _merged(entries[field], entry, notes)
    return _with_more(entries, more), None


def _with_more(entries: dict[str, _Entry], more: Mapping[str, list[str]]) -> dict[str, _Entry]:
    """Join to the people of a line those of other lines with the same key."""
    for field, texts in more.items():
        entries[field] = replace(entries[field], value="\n".join([entries[field].value, *texts]))
    return entries


def _free_text(number: int, lines: list[str]) -> _Entry:
    """Take the lines from `number` on as a synopsis; its line is the first that is not blank."""
    text = "\n".join(lines)
    blank = text[: len(text) - len(text.lstrip())].count("\n")
    return _Entry(number + blank, KEYS["synopsis"], text)


def _unknown(key: str) -> str:
    nearest = process.extractOne(key.strip()[:60], list(KEYS.values()), score_cutoff=75)
    hint = f"; did you mean {nearest[0]!r}?" if nearest else ""
    return f"unknown key {quoted(key)}: its value is not read{hint}"


def _merged(first: _Entry, second: _Entry, notes: Notes) -> _Entry:
    """Join a key that is given twice, where that needs no choice."""
    one, two = first.value.strip(), second.value.strip()
    if one == two or not two:
        notes.add(f"repeated key, as on line {first.line}")
        return first
    if not one:
        notes.add(f"repeated key: line {first.line} is empty")
        return second
    found = f"{quoted(one)} on line {first.line} and {quoted(two)}"
    raise Bad(second.line, second.key, "one value", found)


def _read(field: str, entry: _Entry, notes: Notes) -> object:
    notes.at(entry.line, entry.key)
    try:
        if field in MORE:
            return read_more(field, entry.value, notes)
        return READERS[field](entry.value, notes)
    except Unreadable as error:
        raise Bad(entry.line, entry.key, error.expected, error.found) from error


def _note_missing(where: Mapping[str, int], notes: Notes) -> None:
    for field, key in EXPECTED.items():
        if field not in where:
            notes.at(1, key)
            notes.add(f"no {key!r} line", NoteKind.ABSENCE)


def cut(found: FoundFile) -> Iterator[Raw]:
    """Read a file whole: it is one record, in Unicode's form NFC."""
    data = read(found)
    decoded = decode(data) if isinstance(data, bytes) else data
    if isinstance(decoded, Reject):
        kept = decoded.found if isinstance(data, Reject) else digest(data)
        yield Raw("", 1, "", kept, decoded)
        return
    if not unicodedata.is_normalized("NFC", decoded):
        decoded = unicodedata.normalize("NFC", decoded)
    yield Raw("", 1, decoded, digest(decoded.encode("utf-8", "surrogatepass")))
