"""The people of a record: in a text with commas, in a list, as objects with ids and characters."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from urllib.parse import quote

from etl.facts import PERSON_FACTS
from etl.rdf.identifiers import tmdb_person_id
from etl.records import Credit, NoteKind
from etl.sources import names, spelling
from etl.sources.facts import read_fact
from etl.sources.notes import Loss, Notes, Unreadable, as_json, listed, quoted
from etl.sources.values import is_absent, present

_EXPECTED = "a name, or an object with a `name`"
_NOT_LETTERS = re.compile(r"[\W_]+")

_KEYS = {
    "name": "name",
    "character": "character",
    "characters": "character",
    **dict.fromkeys(("imdb", "imdbid", "imdbnameid", "imdburl", "nconst", "const"), "imdb"),
    **dict.fromkeys(("born", "birthdate", "birthday", "birthyear", "dateofbirth"), "born"),
    **dict.fromkeys(("died", "deathdate", "deathday", "deathyear", "dateofdeath"), "died"),
    **dict.fromkeys(("jobs", "jobtitle", "profession", "primaryprofession", "occupation"), "jobs"),
    **dict.fromkeys(("tmdb", "tmdbid"), "tmdb"),
    **dict.fromkeys(
        ("key", "id", "personid", "nameid", "identifier", "url", "link", "sameas"), "own"
    ),
}
"""What a key in a person's object gives, by its letters alone, in small ones."""


def credits_of(value: object, notes: Notes) -> tuple[Credit, ...]:
    """Read people: a text that names them, or a list of names and objects; each is kept once.

    A credit that is an IMDb id has no name.

    Raises:
        Unreadable: one of them is neither a name nor an id, or is given ids that differ.
    """
    if isinstance(value, str):
        return merged([each for text in value.split("\n") for each in _in_line(text, notes)], notes)
    items = value if isinstance(value, list) else [value]
    objects = _Objects()
    people: list[Credit] = []
    for item in items:
        if isinstance(item, dict):
            credit = objects.person(item)
        elif isinstance(item, str):
            credit, repairs = names.person(item)
            if repairs:
                objects.said += repairs
        else:
            raise Unreadable(_EXPECTED, as_json(item))
        if credit:
            people.append(credit)
    if objects.said:
        notes.extend(objects.said)
    for key, message in objects.unread.items():
        notes.once(key, message, NoteKind.LOSS)
    return merged(people, notes)


def _in_line(text: str, notes: Notes) -> list[Credit]:
    """Read the people that one line names, with commas or another separator between them."""
    value, said = present(text, notes), list[str]()
    if "&" in value or not value.isprintable():
        value, said = spelling.line(value)
    items = names.joined(_split(names.without_remarks(value, said), said), said)
    people = []
    for credit, repairs in names.persons(items):
        if repairs:
            said += repairs
        if credit:
            people.append(credit)
    if said:
        notes.extend(said)
    return people


def _split(value: str, said: list[str]) -> list[str]:
    """Cut a line into names. A comma beside another separator may only stand before a suffix."""
    marks = [mark for mark in ";|," if mark in value]
    separator = marks[0] if marks else ","
    pieces = value.split(separator)
    if len(marks) > 1:
        parts = [part.strip() for piece in pieces for part in piece.split(",")[1:]]
        if marks[1] != "," or not all(map(names.is_suffix, parts)):
            raise Unreadable("names separated by commas", value)
        pieces = [part for piece in pieces for part in piece.split(",")]
    items = [piece.strip() for piece in pieces]
    if separator != ",":
        said.append(f"names separated by {separator!r}")
    if "" in items and any(items):
        said.append("empty name between separators dropped")
    return [item for item in items if item]


def merged(people: Sequence[Credit], notes: Notes) -> tuple[Credit, ...]:
    """Return everybody once, in order, with all their characters."""
    if len({credit[0] for credit in people}) == len(people):
        return tuple(people)
    found: dict[tuple[str, str | None, str], dict[str, None]] = {}
    lives: dict[tuple[str, str | None, str], tuple[tuple[str, str], ...]] = {}
    twice: set[str] = set()
    for name, imdb_id, characters, facts, key in people:
        who = name, imdb_id, key
        known = found.get(who)
        lives[who] = lives.get(who) or facts
        if known is None:
            found[who] = dict.fromkeys(characters)
        elif known.keys() >= set(characters):
            twice.add(name or imdb_id or "")
        else:
            known.update(dict.fromkeys(characters))
    if twice:
        notes.add(f"named more than once: {listed(sorted(twice))}")
    return tuple(
        Credit(name, imdb_id, tuple(characters), lives[name, imdb_id, key], key)
        for (name, imdb_id, key), characters in found.items()
    )


def _read_facts(field: str, value: object) -> tuple[tuple[str, ...], list[str]]:
    notes = Notes()
    found = read_fact(PERSON_FACTS[field], value, notes)
    losses = (Loss(n.message) if n.kind is NoteKind.LOSS else n.message for n in notes.notes)
    return found, list(losses)


_known_facts = lru_cache(maxsize=1 << 15)(_read_facts)


def _key(kind: str, value: object) -> str:
    """Return a key by which a source tells people apart; nothing where a value is no such key."""
    if not isinstance(value, str | int) or isinstance(value, bool):
        return ""
    text = str(value).strip()
    if text in ("", "0") or is_absent(text) or names.looks_like_an_identifier(text):
        return ""
    if (kind == "tmdb" or "themoviedb" in text.lower()) and (number := tmdb_person_id(text)):
        return f"tmdb-{number}"
    return f"key-{quote(text, safe='/:@.')}"


@dataclass(slots=True)
class _Objects:
    """Reads people who are written as objects.

    What was repaired collects in `said`, keys whose values are not read in `unread`.
    """

    said: list[str] = field(default_factory=list)
    unread: dict[str, str] = field(default_factory=dict)

    def person(self, item: Mapping[str, object]) -> Credit | None:
        """Read somebody: a name, perhaps an IMDb id and characters; without a name, nobody."""
        name: object = None
        identifiers: list[str] = []
        characters: list[str] = []
        facts: list[tuple[str, str]] = []
        own = ""
        for key, value in item.items():
            kind = _KEYS.get(key) or _KEYS.get(_NOT_LETTERS.sub("", key).lower())
            if value is None:
                continue
            if kind == "name":
                if name not in (None, value):
                    raise Unreadable("one name", f"{as_json(name)} and {as_json(value)}")
                name = value
            elif kind == "character":
                characters += self._characters(key, value)
            elif kind in PERSON_FACTS:
                facts += self._facts(kind, value)
            elif kind in ("tmdb", "own") and (found := _key(kind, value)) and own in ("", found):
                own = found
            elif identifier := self._identifier(kind, key, value):
                identifiers.append(identifier)
        if not isinstance(name, str) and not (name is None and identifiers):
            raise Unreadable(_EXPECTED, as_json(item))
        credit, repairs = names.person(name or "")
        if repairs:
            self.said += repairs
        if credit is None and not identifiers:
            self.said.append(Loss(f"somebody without a name left out: {quoted(as_json(item))}"))
            return None
        return _put_together(credit, identifiers, characters, self._of_one_life(facts), own)

    def _identifier(self, kind: str | None, key: str, value: object) -> str | None:
        """Read what may be an IMDb id; a key that says `imdb` has to have one."""
        if kind == "imdb":
            if not isinstance(value, str):
                raise Unreadable(names.IMDB_NAME_EXPECTED, as_json(value))
            if is_absent(value.strip()):
                self.said.append(Loss(f"{quoted(value)} read as no value"))
            elif text := value.strip():
                return names.identifier(text, self.said)
        elif kind is None:
            self.unread[key] = "unknown key of a person: its value is not read"
        elif isinstance(value, str) and names.looks_like_an_identifier(value):
            return names.identifier(value.strip(), self.said)
        else:
            self.unread[key] = "no id of a person, or another one: its value is not read"
        return None

    def _facts(self, field: str, value: object) -> list[tuple[str, str]]:
        """Read what is said of somebody; what cannot be read is noted."""
        is_text = isinstance(value, str)
        found, said = (_known_facts if is_text else _read_facts)(field, value)
        self.said += said
        return [(field, each) for each in found]

    def _of_one_life(self, facts: list[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
        """Leave out a death before the birth."""
        told = dict(facts)
        if "died" in told and told["died"][:4] < told.get("born", "")[:4]:
            message = f"died ({told['died']}) before being born ({told['born']}): not read"
            self.said.append(Loss(message))
            facts = [each for each in facts if each[0] != "died"]
        return tuple(facts)

    def _characters(self, key: str, value: object) -> Sequence[str]:
        items = value if isinstance(value, list) else (value,)
        found = []
        for item in items:
            if isinstance(item, str) or type(item) in (int, Decimal):
                character, repairs = names.character(str(item))
                if repairs:
                    self.said += repairs
                if character:
                    found.append(character)
            elif item is not None:
                self.unread[key] = "no text, as a character is: its value is not read"
        return found


def _put_together(
    named: Credit | None,
    identifiers: list[str],
    characters: list[str],
    facts: tuple[tuple[str, str], ...],
    key: str,
) -> Credit | None:
    """Make one credit of what an object says of somebody."""
    name = ""
    if named:
        if not identifiers and not characters and not facts and not key:
            return named
        name = named.name
        if named.imdb_id:
            identifiers.append(named.imdb_id)
    if len(identifiers) > 1 and len(set(identifiers)) > 1:
        of = f" of {name}" if name else ""
        raise Unreadable("one IMDb id of a person", f"{listed(identifiers)}{of}")
    if len(characters) > 1:
        characters = list(dict.fromkeys(characters))
    return Credit(name, identifiers[0] if identifiers else None, tuple(characters), facts, key)
