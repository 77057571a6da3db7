"""Values of the fields of `FACTS`, each read into its one canonical form.

A reader returns the empty text where a value says nothing, and raises `Unreadable` where it is not
of its kind. What it had to repair it says to a `Notes`.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import cache
from importlib.resources import files
from urllib.parse import urlsplit

from anyascii import anyascii
from pyoxigraph import NamedNode

from etl.facts import Fact, Kind
from etl.records import NoteKind, Title
from etl.sources import spelling
from etl.sources.notes import Notes, Unreadable, as_json, quoted
from etl.sources.values import present, synopsis

_UNKNOWN = re.compile(r"\(no genres listed\)|unknown|none|null|nan|\?+|undefined", re.IGNORECASE)
_SEPARATORS = {Kind.GENRE: "|;,/", Kind.JOB: "|;,", Kind.LANGUAGE: "|;,", Kind.COUNTRY: "|;,"}
# Source: RFC 5646 section 2.1, without what is for private use.
_TAG = re.compile(
    r"([a-z]{2,3})(?:[-_]([a-z]{4}))?(?:[-_]([a-z]{2}|\d{3}))?", re.IGNORECASE | re.ASCII
)
# Source: XSD 1.1 part 2, section 3.3.6, without years, months and signs, which no film lasts.
_ISO_DURATION = re.compile(r"P(?:T(?=\d)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:\.0+)?S)?)", re.ASCII)
_CLOCK = re.compile(r"(\d{1,2}):([0-5]\d)(?::([0-5]\d))?", re.ASCII)
_HOURS = (
    r"h|hrs?|hours?|std|stunden?|horas?|heures?|ore|u|uur|godz|ч|час\w*|t|tim\w*|hod\w*|sa|saat|óra"
)
_MINUTES = r"m|mn|'|′|mins?|minut\w*|мин\w*|dk|dakika|perc"
_SPOKEN = re.compile(
    rf"(?:(\d{{1,2}})\s*(?:{_HOURS})\.?\s*)?(?:(\d{{1,4}})(?:[.,]0+)?\s*(?:(?:{_MINUTES})\.?)?\s*)?",
    re.IGNORECASE,
)
_LONGEST = 100_000  # minutes: the longest film there is lasts 51,420
_ISO_DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?(?:[T ]\d{2}:\d{2}.*)?", re.ASCII)
_DAY_FIRST = re.compile(r"(\d{1,2})[ .-]+(?:de )?([^\W\d]+)\.?(?: de)?[ ,.-]+(\d{4})(?: ?г\.?)?")
_MONTH_FIRST = re.compile(r"([^\W\d]+)\.? (?:(\d{1,2})(?:st|nd|rd|th)?,? )?(\d{4})")
_NUMERIC = re.compile(r"(\d{1,2})([/.])(\d{1,2})\2(\d{4})", re.ASCII)
# How the months begin in the languages of `synonyms.toml`, without accents.
_MONTHS = {
    start: str(number)
    for number, starts in enumerate(
        (
            "jan gen ene sty oca led yan tam",
            "feb fev lut uno sub hel",
            "mar mrt maa bre",
            "apr avr abr kwi dub nis huh",
            "may mai maj mei mag kve tou",
            "jun juin giu cze cerv haz kes iyun",
            "jul juil lug lip cervenec cervence tem hei iyul",
            "aug agu ago aou sie srp elo avg",
            "sep set wrz zar eyl syy sen",
            "oct okt ott out paz rij eki lok",
            "nov noy lis kas marra",
            "dec dez dic dek gru pro ara jou des",
        ),
        start=1,
    )
    for start in starts.split()
}


def read_fact(fact: Fact, value: object, notes: Notes) -> tuple[str, ...]:
    """Read the value of a field: one value, several in a text, or a list.

    A value that is not of its field's kind is noted, and the others are kept.
    """
    found: dict[str, None] = {}
    for text in _texts(fact, value, notes):
        try:
            found[_READERS[fact.kind](text, notes)] = None
        except Unreadable as error:
            notes.unread(error)
    found.pop("", None)
    if not fact.many and len(found) > 1:
        first, *others = found
        notes.add(f"one value kept; not read: {', '.join(others)}", NoteKind.LOSS)
        return (first,)
    return tuple(found)


def _texts(fact: Fact, value: object, notes: Notes) -> Iterator[str]:
    if isinstance(value, str):
        yield from split(fact, value) if fact.many else [value]
    elif isinstance(value, list):
        for each in value:
            yield from _texts(fact, _named(each), notes)
    elif value is not None and not isinstance(value, bool | dict):
        yield str(value)
    elif value is not None:
        notes.add(f"not read: expected {fact.kind.value}, found {as_json(value)}", NoteKind.LOSS)


def _named(value: object) -> object:
    """Take the name out of an object such as `{"id": 18, "name": "Drama"}`."""
    return value["name"] if isinstance(value, dict) and "name" in value else value


def split(fact: Fact, text: str) -> Iterable[str]:
    """Cut a text into values: at lines, `|` or `;`, and where no value has one, at commas."""
    if "\n" in text:
        return [each for line in text.split("\n") for each in split(fact, line)]
    if fact.kind is Kind.COUNTRY and _key(text) in _known("countries"):
        return [text]
    mark = next((each for each in _SEPARATORS.get(fact.kind, "|;") if each in text), None)
    return text.split(mark) if mark and fact.kind is not Kind.ADDRESS else [text]


def titles(value: object, notes: Notes) -> tuple[Title, ...]:
    """Read other titles: texts, or objects with a `title` and a `language`."""
    found: dict[Title, None] = {}
    for each in value if isinstance(value, list) else [value]:
        text, language = each, ""
        if isinstance(each, dict):
            text = each.get("title", each.get("name"))
            told = each.get("language")
            language = _or_nothing(_language, told, notes) if isinstance(told, str) else ""
        if isinstance(text, str):
            if line_ := _line(text, notes):
                found[Title(line_, language)] = None
        elif text is not None:
            notes.add(f"not read: expected a title, found {as_json(text)}", NoteKind.LOSS)
    return tuple(found)


def _or_nothing(reader: Callable[[str, Notes], str], text: str, notes: Notes) -> str:
    try:
        return reader(text, notes)
    except Unreadable as error:
        notes.unread(error)
        return ""


def _line(text: str, notes: Notes) -> str:
    spelled, said = spelling.line(text)
    notes.extend(said)
    return " ".join(present(spelled.strip(), notes).split())


def _genre(text: str, notes: Notes) -> str:
    value = _line(text, notes)
    return "" if _UNKNOWN.fullmatch(value) else value


def _prose(text: str, notes: Notes) -> str:
    return synopsis(text, notes) or ""


def _language(text: str, notes: Notes) -> str:
    value = _line(text, notes)
    if not value or _UNKNOWN.fullmatch(value):
        return ""
    if code := _known("languages").get(_key(value)):
        return code
    match = _TAG.fullmatch(value)
    language = _known("languages").get(match[1].lower()) if match else None
    if match is None or language is None:
        raise Unreadable("a language such as en or English", value)
    script, region = (match[2] or "").title(), (match[3] or "").upper()
    return "-".join(filter(None, (language, script, region)))


def _country(text: str, notes: Notes) -> str:
    value = _genre(text, notes)
    return _known("countries").get(_key(value), value)


def _key(text: str) -> str:
    return text.casefold().replace("’", "'").replace(".", "").replace(" ", "")


def is_known(field: str, text: str) -> bool:
    """Say whether a text names one of the `languages` or `countries`."""
    return _key(text) in _known(field)


@cache
def _known(what: str) -> Mapping[str, str]:
    """Return what each spelling of a language or a country stands for: the code, or the name."""
    table: Mapping[str, Sequence[str]] = tomllib.loads(
        (files("etl.sources") / "terms" / f"{what}.toml").read_text(encoding="utf-8")
    )
    is_code = what == "languages"
    return {
        _key(each): code if is_code else names[0]
        for code, names in table.items()
        for each in (code, *names)
    }


def _duration(text: str, notes: Notes) -> str:
    value = _line(text, notes)
    total = seconds_of(value) if value else 0
    if total is None or total > 60 * _LONGEST:
        raise Unreadable("a running time such as 108 min or PT1H48M", value)
    return duration(total)


def seconds_of(text: str) -> int | None:
    """Read a running time: `1:44`, `1 h 44`, `PT1H44M`, `104 min`, `104`; None is none."""
    match = (
        _ISO_DURATION.fullmatch(text.upper()) or _CLOCK.fullmatch(text) or _SPOKEN.fullmatch(text)
    )
    hours, minutes, *seconds = (int(each or 0) for each in match.groups()) if match else (0, 0)
    return 3600 * hours + 60 * minutes + sum(seconds) if match else None


def duration(seconds: int) -> str:
    """Write a running time in canonical form; none is the empty text.

    Source: XSD 1.1 part 2, section 3.3.6.2.
    """
    hours, rest = divmod(seconds, 3600)
    parts = zip((hours, *divmod(rest, 60)), "HMS", strict=True)
    told = "".join(f"{number}{unit}" for number, unit in parts if number)
    return f"PT{told}" if told else ""


def _date(text: str, notes: Notes) -> str:
    value = _line(text, notes)
    if not value:
        return ""
    if match := _ISO_DATE.fullmatch(value):
        year, month, day = match.groups()
    elif match := _DAY_FIRST.fullmatch(value):
        day, month, year = match[1], _month(match[2]), match[3]
    elif match := _MONTH_FIRST.fullmatch(value):
        month, day, year = _month(match[1]), match[2], match[3]
    elif (match := _NUMERIC.fullmatch(value)) and _is_plain(match):
        day, month, year = match[1], match[3], match[4]
        if int(month) > 12:
            day, month = month, day
    else:
        year = month = day = None
    exact = _exact(year, month, day)
    if not exact:
        raise Unreadable("a date such as 2004-03-19", value)
    if exact != value:
        notes.add(f"{quoted(value)} read as {exact}")
    return exact


def _is_plain(match: re.Match[str]) -> bool:
    """Return whether day and month of a date in numbers cannot be taken for one another."""
    one, other = int(match[1]), int(match[3])
    return match[2] == "." or max(one, other) > 12 or one == other


def _month(name: str) -> str | None:
    plain = anyascii(name).lower()
    found = (_MONTHS.get(plain[:length]) for length in (8, 5, 4, 3))
    return next(filter(None, found), None)


def _exact(year: str | None, month: str | None, day: str | None) -> str:
    """Write a date of the calendar as exactly as it is known; empty if there is no such day."""
    if year is None or (day and not month):
        return ""
    try:
        date(int(year), int(month or 1), int(day or 1))
    except ValueError:
        return ""
    return "-".join([year, *(each.zfill(2) for each in (month, day) if each)])


def _address(text: str, notes: Notes) -> str:
    value = _line(text, notes)
    if not value:
        return ""
    try:
        parts, _ = urlsplit(value), NamedNode(value)
    except ValueError:
        parts = urlsplit("")
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise Unreadable("an address such as https://example.org/poster.jpg", value)
    return value


_READERS: dict[Kind, Callable[[str, Notes], str]] = {
    Kind.LINE: _line,
    Kind.PROSE: _prose,
    Kind.GENRE: _genre,
    Kind.JOB: lambda text, notes: _genre(text.replace("_", " "), notes),
    Kind.LANGUAGE: _language,
    Kind.COUNTRY: _country,
    Kind.DURATION: _duration,
    Kind.DATE: _date,
    Kind.ADDRESS: _address,
}
