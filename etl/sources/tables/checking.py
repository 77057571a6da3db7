"""Check the tables of a column map, key by key; what is wrong has its line."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

from rapidfuzz import process

from etl.errors import SourceError
from etl.facts import CREDITS, PERSON_FACTS, SITES
from etl.sources.licences import licence_iri
from etl.sources.tables import language
from etl.sources.tables.positions import line_of
from etl.sources.tables.styles import STYLES

_OF_TEXTS = {"split", "find", "values", "template", "unit", "date", "style"}


@dataclass(frozen=True, slots=True)
class Spec:
    """The columns of one field, and the steps for their texts.

    `keys` are those of the map, checked. `place` is the path of keys that leads to it in the map.
    """

    field: str
    place: tuple[str, ...]
    keys: Mapping[str, Any]

    @property
    def columns(self) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Yield each column that it names, with the path of the key that names it."""
        inside = {"language"} if "json" in self.keys else ()
        keys = ("column", "value", "count", "language", "columns", "first", "text")
        for key in (*keys, *(["date"] if self.field == "reviews" else [])):
            told = self.keys.get(key, ()) if key not in inside else ()
            for column in [told] if isinstance(told, str) else told:
                yield column, (*self.place, key)

    @property
    def paths(self) -> Iterator[str]:
        """Yield what it reads of joined files, as `NAME.column`, whichever way it names that."""
        whole = str(self.keys.get("column", ""))
        named = [
            self.keys.get(key) for key in ("json", "character", "language", "order", *PERSON_FACTS)
        ]
        if "json" not in self.keys or "." in whole:
            yield from (column for column, _ in self.columns)
            return
        for path in (*named, *self.keys.get("id", {}).values(), *self.keys.get("where", ())):
            if path:
                yield path if "." in path else f"{whole}.{path}"
        yield from (column for column, _ in self.columns)

    def texts(self, key: str) -> tuple[str, ...]:
        """Return what a key has that may be a text or a list of them."""
        told = self.keys.get(key, ())
        return (told,) if isinstance(told, str) else tuple(told)


def nearest(text: str, among: Iterable[str]) -> str:
    """Ask whether something similar was meant, if there is anything similar."""
    found = process.extractOne(text, list(among), processor=str.casefold, score_cutoff=60)
    return f"; did you mean {found[0]!r}?" if found else ""


def refuse(file: str, text: str, place: tuple[str, ...], message: str, hint: str = "") -> NoReturn:
    """Refuse a map, and point at a key of it.

    Raises:
        SourceError: always.
    """
    raise SourceError(
        f"{file}:{line_of(text, place)}: {'.'.join(place)}: {message}",
        hint=hint or "docs/tables.md describes column maps",
    )


@dataclass(frozen=True, slots=True)
class Checked:
    """Checks the tables of a map, each by what its keys may hold."""

    file: str
    text: str

    def fail(self, place: tuple[str, ...], message: str) -> NoReturn:
        """Refuse the map."""
        refuse(self.file, self.text, place, message)

    def keys(
        self, place: tuple[str, ...], table: Mapping[str, Any], known: Mapping[str, str]
    ) -> None:
        """Refuse keys that are not known, and values that are not of their kind."""
        for key, value in table.items():
            here = (*place, key)
            if key not in known:
                self.fail(here, f"unknown key {key!r}{nearest(key, known)}")
            self.kind(here, value, known[key])

    def kind(self, here: tuple[str, ...], value: object, expected: str) -> None:
        """Refuse a value that is not of its kind."""
        kinds = language.KINDS.get(expected, (dict,) if "table" in expected else ())
        fits = isinstance(value, kinds) and not isinstance(value, bool) if kinds else True
        if expected == "true":
            fits = value is True
        if isinstance(value, list):
            fits = fits and bool(value) and all(isinstance(each, str) for each in value)
        if not fits:
            self.fail(here, f"expected {expected}, found {value!r}")

    def table(
        self,
        top: Mapping[str, Any],
        name: str,
        needed: Mapping[str, str],
        more: Mapping[str, str],
        within: tuple[str, ...] = (),
    ) -> None:
        """Check a table some of whose keys are needed."""
        table, here = top.get(name), (*within, name)
        if table is None:
            return
        self.keys(here, table, {**needed, **more})
        for key in needed:
            if key not in table:
                self.fail(here, f"no key {key!r} in it")

    def join(self, name: str, join: object, joins: Mapping[str, Any]) -> None:
        """Check what is said of another file of the set."""
        here = ("with", name)
        if not isinstance(join, dict):
            self.fail(here, f"expected a table, found {join!r}")
        self.keys(here, join, language.WITH)
        for key in ("like", "header", "on") if "like" in join else ("recognise", "on"):
            if key not in join:
                self.fail(here, f"no key {key!r} in it")
        if "like" in join:
            self.pattern((*here, "like"), join["like"], groups=False)
        on = join["on"]
        if isinstance(on, dict) and not (
            len(on) == 1 and all(isinstance(each, str) for each in on.values())
        ):
            self.fail((*here, "on"), "expected a column, or one column = another")
        through = str(next(iter(on))).partition(".")[0] if isinstance(on, dict) else ""
        if through in joins and "many" not in joins[through]:
            self.fail((*here, "on"), f"the file {through!r} needs 'many' for this join")
        if instead := join.get("instead"):
            self.table(join, "instead", language.INSTEAD, {}, here)
            if "many" not in join or len(instead["gives"]) != 2:
                message = "expected with 'many', and two columns that it gives"
                self.fail((*here, "instead"), message)
        aggregate = join.get("aggregate", {})
        self.keys((*here, "aggregate"), aggregate, {"mean": language.TEXT, "count": language.TEXT})

    def specs(self, fields: Mapping[str, Any]) -> Iterator[Spec]:
        """Read the fields of a map."""
        for name, told in fields.items():
            here = ("fields", name)
            if name not in language.FIELDS:
                self.fail(here, f"unknown field {name!r}{nearest(name, language.FIELDS)}")
            if name == "ids":
                if not isinstance(told, dict):
                    self.fail(here, "expected a scheme, such as ids.imdb")
                for scheme, each in told.items():
                    if scheme not in language.SCHEMES:
                        known = (
                            nearest(scheme, language.SCHEMES)
                            or f"; known are {', '.join(language.SCHEMES)}"
                        )
                        self.fail((*here, scheme), f"unknown scheme {scheme!r}{known}")
                    yield self.spec(scheme, (*here, scheme), each)
            elif name == "ratings":
                for each in told if isinstance(told, list) else [told]:
                    yield self.spec(name, here, each)
            else:
                yield self.spec(name, here, told)

    def spec(self, name: str, here: tuple[str, ...], told: object) -> Spec:
        """Read one field."""
        if name in language.RATINGS:
            return self.rating(name, here, told)
        if isinstance(told, str):
            return Spec(name, here, {"column": told})
        if not isinstance(told, dict):
            self.fail(here, f"expected a column's name or a table, found {told!r}")
        titles = "titles" in name or name == "original_title"
        known = language.PERSON if name in CREDITS else language.TITLE if titles else language.VALUE
        self.keys(here, told, known)
        if sum(key in told for key in language.SOURCES) != 1:
            self.fail(here, f"expected one of {', '.join(language.SOURCES)}")
        self.details(name, here, told)
        return Spec(name, here, told)

    def details(self, name: str, here: tuple[str, ...], told: Mapping[str, Any]) -> None:
        """Check what only a look into a value shows."""
        for key in ("unless", "find", *(["character"] if "json" not in told else [])):
            if key in told:
                self.pattern((*here, key), told[key], groups=key != "unless")
        if told.get("unit", "min") not in ("min", "h", "s"):
            self.fail((*here, "unit"), f"expected min, h or s, found {told['unit']!r}")
        if "style" in told and name not in STYLES.get(told["style"], ()):
            known = ", ".join(style for style, fields in STYLES.items() if name in fields)
            self.fail((*here, "style"), f"expected {known or 'none for this field'}")
        if "template" in told:
            try:
                told["template"].format("0")
            except (IndexError, KeyError, ValueError):
                self.fail((*here, "template"), "expected a text with {} for the value")
        if "flags" in told and "columns" not in told:
            self.fail((*here, "flags"), "expected with columns, each of which says yes or no")
        if "id" in told:
            self.keys((*here, "id"), told["id"], dict.fromkeys(language.PERSON_IDS, language.TEXT))
        if "json" in told and not told.keys().isdisjoint(("character", "id", *PERSON_FACTS)):
            for key in told.keys() & _OF_TEXTS:
                self.fail(
                    (*here, key), "expected without id, character and what else makes objects"
                )
        for key in ("where", "order", "id", *PERSON_FACTS):
            if key in told and "json" not in told and "." not in str(told.get("column")):
                self.fail((*here, key), "expected with json, or of a joined file's column")

    def pattern(self, here: tuple[str, ...], text: str, *, groups: bool) -> None:
        """Refuse what is no pattern."""
        try:
            found = re.compile(text)
        except re.error as error:
            self.fail(here, f"not a pattern: {error}")
        if groups and found.groups > 1 and not {"h", "m"} & set(found.groupindex):
            self.fail(here, "expected one group, or groups named h and m")

    def rating(self, name: str, here: tuple[str, ...], told: object) -> Spec:
        """Read a rating."""
        if isinstance(told, str):
            told = {"value": told}
        if not isinstance(told, dict):
            self.fail(here, f"expected a column's name or a table, found {told!r}")
        self.keys(here, told, language.RATING)
        if "value" not in told:
            self.fail(here, "no key 'value' in it, the column of the rating")
        if (name == "ratings" or "site" in told) and told.get("site") not in SITES:
            self.fail((*here, "site"), f"expected {language.RATING['site']}")
        ends = told.get("best", 10), told.get("worst", 1)
        if any(isinstance(end, str) for end in ends) and "json" not in told:
            self.fail((*here, "best"), "expected a number; a path is one in json")
        if "json" not in told and ends[0] <= ends[1]:
            message = "expected a scale whose best mark is its highest"
            self.fail((*here, "best"), f"{message}; leave a rating out that has no such scale")
        return Spec(name, here, told)


def check_encoding(checked: Checked, top: Mapping[str, Any]) -> None:
    """Check what a map says of how a table is written."""
    if encoding := top.get("encoding"):
        try:
            "".encode(encoding)
        except LookupError:
            checked.fail(("encoding",), f"no encoding of this name: {encoding!r}")
    if len(top.get("quote", "")) > 1:
        checked.fail(("quote",), "expected one character, or none for no quoting")
    if top.get("kind", "tree") != "tree":
        checked.fail(("kind",), "expected 'tree', of what has no header")
    if top.get("same", "source") != "source":
        checked.fail(("same",), "expected 'source': rows of one key are one film in all its files")
    if "delimiter" in top and not top["delimiter"]:
        checked.fail(("delimiter",), "expected what stands between cells, found nothing")


def check_licence(checked: Checked, top: Mapping[str, Any]) -> None:
    """Check what a map says of the licence of its tables."""
    if "licence" in top and not licence_iri(top["licence"]):
        checked.fail(("licence",), "expected a web address, or an SPDX name such as CC0-1.0")
