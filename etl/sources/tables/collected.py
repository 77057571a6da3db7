"""Fields that are collected of the rows of joined files, each value with the line it stands on."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import msgspec

from etl.facts import CREDITS, PERSON_FACTS
from etl.records import Credit, Title
from etl.sources.notes import Notes, Unreadable
from etl.sources.people import credits_of, merged
from etl.sources.tables.cells import Texts, fits, is_nameless
from etl.sources.tables.checking import Spec
from etl.sources.tables.language import RATINGS
from etl.sources.tables.maps import ColumnMap
from etl.sources.tables.reading import SEVERAL, CellReader, names_of, objects_of, reader_of

JoinedRows: TypeAlias = list[tuple[object, list[int]]]
"""The rows of a film in a joined file, each with its line and those of the rows it leads to."""

_ITEMS = msgspec.json.Decoder(list[object])
_LINES = msgspec.json.Decoder(list[list[int | None]])


def rows_in(items: str, lines: str) -> JoinedRows:
    """Read the two cells that a film has of a joined file in which it has many rows."""
    told = [[line or 1 for line in each] for each in _LINES.decode(lines or "[]")]
    return list(zip(_ITEMS.decode(items or "[]"), told, strict=True))


@dataclass(slots=True)
class FieldPlaces:
    """Where a record has its fields: `lines`, `files` and `rows` of a `FilmRecord`."""

    lines: dict[str, int] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    rows: dict[str, dict[str, int]] = field(default_factory=dict)

    def add(self, name: str, value: str, line: int) -> int:
        """Add the line of a value, unless it has one; return the one that it has."""
        return self.rows.setdefault(name, {}).setdefault(value, line)


@dataclass(frozen=True, slots=True)
class Collected:
    """Reads the field `name` of the rows of a joined file, and of those that they lead to.

    `files` are the names and paths of these files, in the order of a row's lines; `parts` are the
    keys of a person that each of them tells, that of the name first. Rows that are not `wanted` say
    nothing; `texts` and `reader` take one as a row with one cell. `key` is that of the field in
    `FieldPlaces`, `columns` are those of the field and of what is said of people. `others` are the
    files that tell of people alone, `person_files` says what they tell, as `FilmRecord.files` does.
    """

    name: str
    key: str
    columns: Mapping[str, str]
    wanted: Mapping[str, Any]
    files: Sequence[tuple[str, str]]
    parts: Sequence[tuple[int, Sequence[str]]]
    others: Sequence[tuple[int, str]]
    person_files: Mapping[str, str]
    texts: Callable[[Texts], Texts]
    reader: CellReader

    @classmethod
    def of(cls, spec: Spec, map_: ColumnMap, files: Mapping[str, str]) -> Collected:
        """Compile the reading of a field; `files` are the paths of joined files by name."""
        joined, (name, key) = map_.joins(spec), names_of(spec)
        names = [joined, *(each for each in files if map_.join(each).through == joined)]
        paths = _paths_of_people(spec.keys, joined) if name in CREDITS else {}
        parts: dict[int, list[str]] = {}
        for part, path in paths.items():
            head = path.partition(".")[0]
            parts.setdefault(names.index(head) if head in names else 0, []).append(part)
        texts = objects_of(spec, map_)
        return cls(
            name,
            key,
            {key: joined} | {f"{name}.{part}": path for part, path in paths.items()},
            spec.keys.get("where", {}),
            [(each, files[each]) for each in names],
            list(parts.items()),
            [(n, files[names[n]]) for n in parts if n],
            {f"person.{key}": files[names[n]] for n, keys in parts.items() if n for key in keys},
            texts,
            reader_of(spec, texts, {joined: 0}, map_),
        )

    def read(self, rows: JoinedRows, notes: Notes, places: FieldPlaces) -> Any:  # noqa: ANN401 - by its field
        """Read the field; what cannot be read of a row is noted at its line."""
        found, (file, path) = list[Any](), self.files[0]
        for item, lines in rows:
            if not fits(self.wanted, item):
                continue
            notes.at(lines[0], file, path)
            try:
                told = self._told(item, lines, notes, places)
            except Unreadable as error:
                notes.unread(error)
                continue
            if told:
                places.lines.setdefault(self.key, lines[0])
                places.files[self.key] = path
                if self.name not in SEVERAL:
                    return told
                found += told
        if found:
            places.files |= self.person_files
        notes.at(places.lines.get(self.key, 1), file, path)
        return merged(found, notes) if self.name in CREDITS else tuple(dict.fromkeys(found))

    def _told(self, item: object, lines: Sequence[int], notes: Notes, places: FieldPlaces) -> Any:  # noqa: ANN401 - by its field
        if self.name in CREDITS:
            return self._people(item, lines, notes, places)
        cell: Any = msgspec.json.encode([item]).decode() if self.name in RATINGS else item
        told = self.reader([cell], notes)
        for value in told if self.name in SEVERAL else ():
            places.add(self.key, value.text if isinstance(value, Title) else value, lines[0])
        return told

    def _people(
        self, item: object, lines: Sequence[int], notes: Notes, places: FieldPlaces
    ) -> list[Credit]:
        """Read the people of a row; what is noted of them stands at the line that says it."""
        found = list[Credit]()
        for told in self.texts([item]):
            person = told if isinstance(told, dict) else {"name": told}
            if is_nameless(person, notes):
                continue
            quick = Notes()
            credits_ = credits_of([person], quick)
            if quick.notes:
                credits_ = self._by_file(person, lines, notes)
            for credit in credits_:
                self._place(credit, lines, places)
            found += credits_
        return found

    def _by_file(
        self, person: Mapping[str, object], lines: Sequence[int], notes: Notes
    ) -> tuple[Credit, ...]:
        """Read somebody, what each file tells of them at its own line."""
        whole = Credit("")
        for n, keys in self.parts:
            notes.at(lines[n], *self.files[n])
            part = {key: person[key] for key in keys if person.get(key)}
            for each in credits_of([{"name": whole.name, **part}], notes) if part else ():
                whole = _put_together(whole, each)
        return (whole,) if whole.name or whole.imdb_id else ()

    def _place(self, credit: Credit, lines: Sequence[int], places: FieldPlaces) -> None:
        who = credit.imdb_id or credit.name
        if places.add(self.key, who, lines[0]) != lines[0]:
            for character in credit.characters:
                places.add(self.key, f"{who}: {character}", lines[0])
        if credit.key:  # by which two of one name have rows of their own
            places.add(self.key, credit.key, lines[0])
        for n, path in self.others:
            places.add(path, who, lines[n])


def _put_together(one: Credit, other: Credit) -> Credit:
    """Make one credit of what two files say of somebody."""
    name, imdb_id, characters, facts, key = other
    own = one.name or name, imdb_id or one.imdb_id, characters or one.characters
    return Credit(*own, one.facts + facts, key or one.key)


def _paths_of_people(keys: Mapping[str, Any], joined: str) -> dict[str, str]:
    """Return the column that tells each key of a person, as `NAME.column`, the name's first."""
    ids = keys.get("id", {})
    told = {"name": keys.get("json"), "imdb": ids.get("imdb")}
    told |= {"tmdb": ids.get("tmdb"), "id": ids.get("own")}
    told |= {key: keys.get(key) for key in ("character", *PERSON_FACTS)}
    return {key: path if "." in path else f"{joined}.{path}" for key, path in told.items() if path}
