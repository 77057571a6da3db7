"""What Wikidata states of films: a question about a batch of items, the records in its answer.

Only statements of the best rank count, as in Wikidata's own direct properties: preferred ones
where there are any, deprecated ones never.

Source: Wikibase's RDF dump format, "Statement types", "Value representation" and "Truthy
statements"; P453 (character, an item) and P4633 (character, a text) qualify a member of the cast.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import Any

from pyoxigraph import Literal

from etl.facts import CREDITS, CREW, FACTS, Kind
from etl.linking.candidates import part
from etl.linking.wikidata import ITEMS, EndpointQuestion, Row
from etl.rdf.identifiers import imdb_name_id, imdb_title_id, tmdb_id, wikidata_id
from etl.records import Credit, FilmRecord, NoteKind
from etl.sources.facts import read_fact, titles
from etl.sources.notes import Notes
from etl.sources.spelling import words
from etl.sources.wikidata import OF_FILMS, OF_PEOPLE, Property, ValueKind

ENGLISH, ANY_LANGUAGE = "en", "mul"
_SECONDS = {"Q11574": 1, "Q7727": 60, "Q25235": 3600}
_LENGTHS = {"9": 4, "10": 7, "11": 10}  # of a date, by its precision: a year, a month, a day
_FILM_IDS: Mapping[str, Callable[[str], str | None]] = {
    "imdb": imdb_title_id,
    "tmdb": lambda text: tmdb_id(f"tmdb-{text}"),
}
_CAST = [each.id for each in OF_FILMS if each.field == "actors"]
_PEOPLE = "|".join(f"wdt:{each.id}" for each in OF_FILMS if each.value is ValueKind.PERSON)
_NAMED = "|".join(
    f"wdt:{each.id}" for each in OF_FILMS if each.value in (ValueKind.ITEM, ValueKind.PERSON)
)
_ROLE = (
    f"?subject {'|'.join(f'p:{each}' for each in _CAST)} ?statement . "
    "?statement a wikibase:BestRank"
)
_PLAYED_BY = "|".join(f"ps:{each}" for each in _CAST)


@cache
def facts_question(language: str) -> EndpointQuestion:
    """Ask what is stated of films, by their items, with names in a language and in English.

    A row is of the film, or of an item that it leads to: which, what is said (a property, or
    `label`), the value, and its precision, unit or language.
    """
    variables = ("subject", "of", "says", "value", "more")
    unions = "\n  UNION ".join(
        f"{{ VALUES ?subject {{ %VALUES% }} {pattern} BIND({Literal(says)} AS ?says) }}"
        for says, pattern in _patterns(language)
    )
    query = f"SELECT ?{' ?'.join(variables)} WHERE {{\n  {unions}\n}}"
    return EndpointQuestion("facts", query, variables, 50, ITEMS.term)


def _patterns(language: str) -> Iterator[tuple[str, str]]:
    """Yield what is asked for, and the pattern that finds it."""
    for each in OF_FILMS:
        for pattern in _found(each, "?subject"):
            yield each.id, pattern
    for each in OF_PEOPLE:
        for pattern in _found(each, "?of"):
            yield each.id, f"?subject {_PEOPLE} ?of . {pattern}"
    for qualifier in ("P453", "P4633"):
        yield qualifier, f"{_ROLE} ; {_PLAYED_BY} ?of ; pq:{qualifier} ?value ."
    wanted = dict.fromkeys((language, ANY_LANGUAGE, ENGLISH))
    known = ", ".join(str(Literal(each)) for each in wanted)
    label = f"rdfs:label ?value . BIND(LANG(?value) AS ?more) FILTER(?more IN ({known}))"
    yield "label", f"?subject {label}"
    yield "label", f"?subject {_NAMED} ?of . ?of {label}"
    yield "label", f"{_ROLE} ; pq:P453 ?of . ?of {label}"


def _found(each: Property, about: str) -> Iterator[str]:
    """Yield the patterns that find the values of a property."""
    if each.value is not ValueKind.QUANTITY:
        more = " BIND(LANG(?value) AS ?more)" if each.value is ValueKind.TEXT else ""
        yield f"{about} wdt:{each.id} ?value .{more}"
    if each.value in (ValueKind.TIME, ValueKind.QUANTITY):
        number, more = (
            ("timeValue", "timePrecision")
            if each.value is ValueKind.TIME
            else ("quantityAmount", "quantityUnit")
        )
        yield (
            f"{about} p:{each.id} ?statement . ?statement a wikibase:BestRank ; psv:{each.id} ?node"
            f" . ?node wikibase:{number} ?value ; wikibase:{more} ?more ."
        )


def film_facts(item: str, rows: Sequence[Row], language: str) -> FilmRecord | None:
    """Read the answer to `facts_question` about one film; None where nothing is stated."""
    if not rows:
        return None
    stated = _Stated(rows, language)
    read = defaultdict[str, dict[Any, None]](dict)
    properties = defaultdict[str, list[str]](list)
    for each in OF_FILMS:
        if values := stated.read(each):
            read[each.field] |= dict.fromkeys(values)
            properties[each.field].append(each.id)
    ids = {scheme: next(iter(read[scheme])) for scheme in ("imdb", "tmdb") if read[scheme]}
    dates = sorted(read["date"], key=lambda date: (date[:4], -len(date), date))
    read["date"] = dict.fromkeys(dates)
    return FilmRecord(
        identifiers={"wikidata": item, **ids},
        title=stated.name("") or None,
        year=int(dates[0][:4]) if dates else None,
        directors=tuple(read["directors"]),
        actors=tuple(read["actors"]),
        titles=tuple(read["original_title"]),
        facts={name: tuple(read[name]) for name in FACTS if read[name]},
        crew={role: tuple(read[role]) for role in CREW if read[role]},
        lines=dict.fromkeys(properties, 1),
        notes=tuple(stated.notes.notes),
        files={name: ", ".join(ids) for name, ids in properties.items()},
    )


class _Stated:
    """What an answer says of one film, which is the item "", and of the items that it leads to."""

    def __init__(self, rows: Iterable[Row], language: str) -> None:
        self._said = defaultdict[tuple[str, str], list[tuple[str, str]]](list)
        for of, says, value, more in sorted(set(rows)):
            self._said[wikidata_id(of) or of, says].append((value, more))
        self._languages = (language, ANY_LANGUAGE, ENGLISH)
        self.notes = Notes()

    def read(self, each: Property) -> Sequence[Any]:
        """Read the values of a property of the film; what cannot be read is noted."""
        self.notes.at(1, each.label)
        if fact := FACTS.get(each.field):
            texts = self._texts(each, "", in_english=fact.kind in (Kind.LANGUAGE, Kind.COUNTRY))
            found = (value for text in texts for value in read_fact(fact, text, self.notes))
            return list(found) if fact.many or each.value is ValueKind.TIME else self._only(found)
        if each.field in CREDITS:
            return self._credits(each)
        if each.field == "original_title":
            told = self._said["", each.id]
            texts_ = [{"title": text, "language": tag.replace("mul", "")} for text, tag in told]
            return titles(texts_, self.notes)
        return self._only(_FILM_IDS[each.field](text) for text in self._texts(each, ""))

    def name(self, item: str, *, in_english: bool = False) -> str:
        """Return what an item is called in the language that is wanted, else in English."""
        told = {language: value for value, language in self._said[item, "label"]}
        wanted = (ENGLISH, ANY_LANGUAGE) if in_english else self._languages
        return words(next((told[each] for each in wanted if each in told), ""))

    def _texts(self, each: Property, about: str, *, in_english: bool = False) -> list[str]:
        """Write the values of a property of the film, or of an item, for those who read values."""
        match each.value:
            case ValueKind.TEXT:
                return [value for value, _ in self._said[about, each.id]]
            case ValueKind.TIME:
                return _dates(self._said[about, each.id])
            case ValueKind.QUANTITY:
                return list(filter(None, map(self._seconds, self._said[about, each.id])))
            case ValueKind.ITEM | ValueKind.PERSON:
                return list(self._named(about, each.id, in_english=in_english).values())

    def _named(self, about: str, says: str, *, in_english: bool = False) -> dict[str, str]:
        """Name the items among some values: those that Wikidata has had longest come first."""
        found = (wikidata_id(value) for value, _ in self._said[about, says])
        items = sorted(filter(None, found), key=lambda each: int(each[1:]))
        names = {each: self.name(each, in_english=in_english) for each in items}
        if nameless := [each for each, name in names.items() if not name]:
            self._lose(f"{', '.join(nameless)} has no name in English or the language asked for")
        return {each: name for each, name in names.items() if name}

    def _credits(self, each: Property) -> list[Credit]:
        credits_ = []
        for item, name in self._named("", each.id).items():
            parts = [value for value, _ in self._said[item, "P4633"]]
            parts += self._named(item, "P453").values()
            played = tuple(dict.fromkeys(filter(None, map(part, parts))))
            told = {own.field: self._of_person(own, item) for own in OF_PEOPLE}
            imdb_id = told.pop("imdb_id", None)
            facts = tuple((field, value) for field, value in told.items() if value)
            credits_.append(Credit(name, imdb_id, played if each.id in _CAST else (), facts))
        return credits_

    def _of_person(self, each: Property, item: str) -> str | None:
        texts = self._texts(each, item)
        read = map(imdb_name_id, texts) if each.value is ValueKind.TEXT else texts
        return next(iter(self._only(read)), None)

    def _seconds(self, told: tuple[str, str]) -> str:
        """Write a quantity as a duration; nothing if its unit is none of time."""
        amount, unit = told[0], wikidata_id(told[1])
        try:
            return f"PT{round(Decimal(amount) * _SECONDS[unit or ''])}S"
        except (InvalidOperation, KeyError, OverflowError, ValueError):
            self._lose(f"expected a time in hours, minutes or seconds, found {amount} {unit}")
            return ""

    def _only(self, values: Iterable[str | None]) -> list[str]:
        """Return the one value there is; of several, none."""
        found = sorted(set(filter(None, values)))
        if len(found) > 1:
            self._lose(f"several values: {', '.join(found)}")
        return found if len(found) == 1 else []

    def _lose(self, message: str) -> None:
        self.notes.add(f"not read: {message}", NoteKind.LOSS)


def _dates(told: Iterable[tuple[str, str]]) -> list[str]:
    """Write times as exactly as they are known; where no precision is told, that is the year."""
    lengths: dict[str, int] = {}
    for time, precision in told:  # without it first
        lengths[time] = _LENGTHS.get(precision, 0) if precision else _LENGTHS["9"]
    return [time[:length] for time, length in lengths.items() if length and time[:1].isdigit()]
