"""What a source says, as it says it: records, their place, and what could not be read."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from dataclasses import field as dataclass_field
from decimal import Decimal
from enum import StrEnum
from itertools import chain
from typing import Any, NamedTuple

import msgspec

from etl.rdf.identifiers import FILM_SCHEMES

_NOTHING: Mapping[str, Any] = {}  # which nobody changes


class Credit(NamedTuple):
    """A person as one record names them, with the parts they play there, if it says.

    The name is empty where the record gives an IMDb id alone. `facts` are fields of `PERSON_FACTS`
    and values, `key` what tells them from namesakes: one of `PERSON_KEYS`, a dash, and a key.
    """

    name: str
    imdb_id: str | None = None
    characters: tuple[str, ...] = ()
    facts: tuple[tuple[str, str], ...] = ()
    key: str = ""


class Title(NamedTuple):
    """Another title of a film, and its language as BCP 47 writes it, if that is told."""

    text: str
    language: str = ""


@dataclass(frozen=True, slots=True)
class Rating:
    """An average of votes on a scale from `worst` to `best`."""

    value: Decimal
    best: Decimal = Decimal(10)
    worst: Decimal = Decimal(1)
    count: int | None = None


class Review(NamedTuple):
    """What a viewer thinks of a film: a mark on a scale, a text, or both; and since which day.

    The viewer is known as whoever's `source` this is, which `viewer` names for people.
    """

    value: Decimal | None = None
    best: Decimal = Decimal(10)
    worst: Decimal = Decimal(1)
    date: str = ""
    text: str = ""
    source: str = ""
    viewer: str = ""

    @property
    def name(self) -> str:
        """Tell it from others of its film: a viewer has one of a day."""
        return f"{self.source}-{self.date or 'undated'}"


class NoteKind(StrEnum):
    """What a note is about; what matters most comes first."""

    LOSS = "loss"  # something that the record says was not read, or was guessed at
    REPAIR = "repair"  # something was read as what it stands for
    FORMAT = "format"  # what a file was recognised as
    ABSENCE = "absence"  # the record says nothing of a field
    UNREAD = "unread"  # the record says something that the graph has no place for


@dataclass(frozen=True, slots=True)
class Note:
    """Something that was not read, was repaired, or is not there.

    `file` is one that is joined to the record's, by its path from there; the line is that file's.
    """

    line: int
    field: str
    message: str
    kind: NoteKind = dataclass_field(default=NoteKind.REPAIR, compare=False)
    file: str = ""


@dataclass(frozen=True, slots=True)
class Link:
    """What linking found out about one film, or about one person that a film names.

    `subject` is the film's title or the person's name as our records have it, `object_label`
    the title or name elsewhere. `predicate` is empty where there is no link, and `reason` says
    why. `rivals` are others that came into question, `characters` the parts that the evidence
    gives the person in this film. `decided` is what people have said: ids, `none`, or `not` an id.

    Source: SSSOM, whose names the fields have.
    """

    kind: str  # film or person
    subject: str
    predicate: str = ""
    imdb_id: str | None = None
    wikidata_id: str | None = None
    object_label: str = ""
    rung: str = ""
    justification: str = ""
    confidence: float = 0.0
    evidence: str = ""
    rivals: tuple[str, ...] = ()
    reason: str = ""
    characters: tuple[str, ...] = ()
    decided: tuple[str, ...] = ()

    @property
    def holds(self) -> bool:
        """Return whether subject and object are the same, so that the graph may say so."""
        return self.predicate == "skos:exactMatch" and bool(self.imdb_id or self.wikidata_id)


@dataclass(frozen=True, slots=True)
class FilmRecord:
    """One film as one record describes it; None and () mean that the record is silent.

    `identifiers` maps a scheme (`imdb`, `movielens`, `wikidata`) to an id, `facts` a field of
    `FACTS` to its values, `crew` a field of `CREW` to people, `ratings` a site of `SITES` to what
    its visitors think; `rating` is one of unknown origin, `reviews` are single viewers'. `titles`
    are others than `title`. `lines` maps each field to the line of the record that it was read
    from, counting from 1, or to the line of the joined file that `files` names for it, by its path
    from the record's file. `rows` maps a field and a value of it (of people the id or name, or `id:
    character`) to its own row there; `person.name` in `files` is a file of people, a key of `rows`.
    """

    identifiers: Mapping[str, str]
    title: str | None = None
    year: int | None = None
    rating: Rating | None = None
    directors: tuple[Credit, ...] = ()
    actors: tuple[Credit, ...] = ()
    synopsis: str | None = None
    titles: tuple[Title, ...] = ()
    facts: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: _NOTHING)
    crew: Mapping[str, tuple[Credit, ...]] = field(default_factory=lambda: _NOTHING)
    ratings: Mapping[str, Rating] = field(default_factory=lambda: _NOTHING)
    reviews: tuple[Review, ...] = ()
    lines: Mapping[str, int] = field(default_factory=dict)
    notes: tuple[Note, ...] = ()
    files: Mapping[str, str] = field(default_factory=lambda: _NOTHING)
    rows: Mapping[str, Mapping[str, int]] = field(default_factory=lambda: _NOTHING)

    @property
    def key(self) -> str:
        """Name the film by the strongest id the record has: `tt…`, else `<scheme>-<id>`."""
        ids = self.identifiers
        scheme = next(each for each in (*FILM_SCHEMES, *ids) if each in ids)
        strongest = ids[scheme]
        return strongest if scheme == FILM_SCHEMES[0] else f"{scheme}-{strongest}"

    @property
    def credits(self) -> tuple[Credit, ...]:
        """Give everybody the record names, directors first."""
        if self.crew:
            return tuple(chain(self.directors, self.actors, *self.crew.values()))
        return (*self.directors, *self.actors)

    def credited(self, role: str) -> tuple[Credit, ...]:
        """Return the people whom the record names in a field of `CREDITS`."""
        match role:
            case "directors":
                return self.directors
            case "actors":
                return self.actors
            case _:
                return self.crew.get(role, ())


@dataclass(frozen=True, slots=True)
class LinkRecord:
    """All that linking found about one film: the links of the film and of the people it names.

    `identifiers` are the film's own ids and those that were found. `actors` are people whom the
    cast of no record names, but a synopsis does.
    """

    identifiers: Mapping[str, str]
    actors: tuple[Credit, ...] = ()
    links: tuple[Link, ...] = ()

    @property
    def credits(self) -> tuple[Credit, ...]:
        """Give everybody the record adds to the film."""
        return self.actors


@dataclass(frozen=True, slots=True)
class Reject:
    """A record that cannot be read: which field, what was expected, what was found.

    `text` is the record as it stood in the file, so that nothing is lost. `file` is one that is
    joined to that of the records, by its path from there, if the row stands in it.
    """

    line: int
    field: str
    expected: str
    found: str
    text: str = ""
    file: str = ""

    @property
    def message(self) -> str:
        """Say it without the place: `year: expected a year such as 2004, found 'two'`."""
        subject = f"{self.field}: " if self.field else ""
        return f"{subject}expected {self.expected}, found {self.found}"


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a record stands: source, file as it can be opened, line of its beginning."""

    source: str
    path: str
    line: int

    def __str__(self) -> str:
        return f"{self.path}:{self.line}"


@dataclass(frozen=True, slots=True)
class Heading:
    """What names a record that is kept out: a film record, or a link record, which has only ids."""

    identifiers: Mapping[str, str]
    title: str | None = None
    lines: Mapping[str, int] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=lambda: _NOTHING)


_ENCODER = msgspec.json.Encoder()
_FILM = msgspec.json.Decoder(FilmRecord)
_HEADING = msgspec.json.Decoder(Heading)
_LINKS = msgspec.json.Decoder(LinkRecord)
_REJECT = msgspec.json.Decoder(Reject)


def encode(item: FilmRecord | LinkRecord | Reject) -> str:
    """Turn a record or a reject into the JSON text that the catalog keeps."""
    return _ENCODER.encode(item).decode()


def digest_of(record: FilmRecord | LinkRecord) -> str:
    """Return what tells a record that was not read from a file from another."""
    return hashlib.sha256(_ENCODER.encode(record)).hexdigest()


def decode_film(text: str) -> FilmRecord:
    """Read back a film record that `encode` wrote."""
    return _FILM.decode(text)


def decode_links(text: str) -> LinkRecord:
    """Read back a link record that `encode` wrote, in this version of us or an older one."""
    return _LINKS.decode(text)


def decode_heading(text: str) -> Heading:
    """Read the heading of a film record or a link record that `encode` wrote."""
    return _HEADING.decode(text)


def decode_reject(text: str) -> Reject:
    """Read back a reject that `encode` wrote."""
    return _REJECT.decode(text)


@dataclass(frozen=True, slots=True)
class Reason:
    """Why the shapes refuse a film: one validation result, in words.

    `field` is the field of the record that it speaks of, `path` the property, `value` the
    offending term as a person reads it, `text` all of it, `shape` and `component` the IRIs of
    the shape and of its constraint component; each is empty where there is none.
    """

    message: str
    field: str
    path: str
    value: str
    shape: str
    focus_node: str
    component: str = ""
    text: str = ""
