"""A map bound to the header of a file: closures that read a field each from a row's cells."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec

from etl.records import FilmRecord, NoteKind, Reject
from etl.sources.fields import Bad, film_record
from etl.sources.notes import Notes, Unreadable
from etl.sources.tables.cells import Texts
from etl.sources.tables.checking import Spec, nearest
from etl.sources.tables.collected import Collected, FieldPlaces, rows_in
from etl.sources.tables.language import FOLLOWING, SCHEMES
from etl.sources.tables.maps import ColumnMap
from etl.sources.tables.opinions import review
from etl.sources.tables.reading import CellReader, Cells, names_of, place_of, reader_of, texts_of

_KEY_LENGTH = 160
_NOT_KEY = re.compile(r"[\W_]+")
_CELLS = msgspec.json.Decoder(list[str])
_EITHER = ("first", "count")  # keys of which one column is enough


@dataclass(slots=True)
class Plan:
    """How rows of one header are read.

    Of a row only the cells at the places in `used` are kept, which the map calls `names`. The first
    `says` of them tell of the film, the rest are lines of joined files. `missing` are columns of
    the map that the header lacks, `unused` those that the map does not know.
    """

    map: ColumnMap
    header: tuple[str, ...]
    used: list[int] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    says: int = 0
    keys: dict[str, str] = field(default_factory=dict)
    missing: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)
    unused: list[str] = field(default_factory=list)
    _readers: list[tuple[str, str, str, CellReader]] = field(default_factory=list)
    _naming: list[Callable[[Cells], Texts]] = field(default_factory=list)
    _following: list[Callable[[Cells], Texts]] = field(default_factory=list)
    _opinion: Callable[[Cells, Notes], object] | None = None
    _films: tuple[int, frozenset[str]] | None = None
    _places: dict[str, Callable[[Cells], tuple[str, int]]] = field(default_factory=dict)
    _collected: dict[tuple[int, int], list[Collected]] = field(default_factory=dict)

    @classmethod
    def bound(
        cls,
        map_: ColumnMap,
        header: Sequence[str],
        files: Mapping[str, str] | None = None,
        *,
        reviews: bool = False,
    ) -> Plan:
        """Bind a map to a header; columns are told by their names, whatever their case.

        Where the header has the cells of joined files behind it, `files` names these. Without
        `reviews`, it only says which rows have one.
        """
        plan = cls(map_, tuple(header))
        places = {name.casefold(): n for n, name in reversed(list(enumerate(header)))}
        places |= {name: n for n, name in reversed(list(enumerate(header)))}
        found: dict[str, int] = {}
        for columns in map_.named_columns():
            for column, _ in columns:
                place = places.get(column, places.get(column.casefold()))
                if place is not None:
                    found[column] = place
            had = {key for column, key in columns if column in found and key[-1] in _EITHER}
            plan.missing += (
                each for each in columns if each[0] not in found and each[1] not in had
            )
        joined = (c for s in map_.specs if map_.joins(s) for c, _ in s.columns)
        found |= {column: places[column] for column in joined if column in places}
        opinion = map_.reviews
        own = (column for column, _ in opinion.columns) if opinion else ()
        found |= {c: places[n] for c in own if (n := c if c in places else c.casefold()) in places}
        films = map_.top.get("films")
        if films and films["column"] in found:
            plan._films = found[films["column"]], frozenset(map(str.casefold, films["in"]))
        specs = [spec for spec in map_.specs if reviews or spec is not opinion]
        if opinion and not reviews:
            plan._opinion = review(opinion, found, map_.top.get("null", ()))
        reading = {c: p for s in specs for c, _ in s.columns if (p := found.get(c)) is not None}
        lines = {name: p for n in files or () if (p := places.get(name := f"{n}#line")) is not None}
        plan.used = list(dict.fromkeys((*reading.values(), *lines.values())))
        plan.names, plan.says = list(reading), len({*reading.values()})
        within = {place: n for n, place in enumerate(plan.used)}
        at = {column: within[place] for column, place in (reading | lines).items()}
        for spec in specs:
            if any(column in at for column, _ in spec.columns):
                plan._add(spec, at, files or {})
        known = {
            *found.values(),
            *lines.values(),
            *(places.get(c, -1) for c in map_.top.get("ignore", ())),
        }
        plan.unused = [name for n, name in enumerate(header) if n not in known]
        return plan

    def expect(self, file: str, *, everything: bool) -> None:
        """Refuse a header that lacks the title, or with `everything` any column of the map.

        Raises:
            SourceError: it does; the message has the nearest column.
        """
        if self.missing and (everything or "title" not in self.keys):
            column, key = self.missing[0]
            meant = nearest(column, self.header)
            self.map.fail(
                key,
                f"{file} has no column {column!r}{meant}",
                hint=f"its columns are {', '.join(self.header)}",
            )

    def _add(self, spec: Spec, at: Mapping[str, int], files: Mapping[str, str]) -> None:
        joined = self.map.joins(spec)
        if joined in at:
            collected = Collected.of(spec, self.map, files)
            self.keys |= collected.columns
            self._collected.setdefault((at[joined], at[f"{joined}#line"]), []).append(collected)
            return
        texts = texts_of(spec, at, self.map)
        columns = [column for column, _ in spec.columns if column in at]
        column = f"{columns[0]} to {columns[-1]}" if "flags" in spec.keys else columns[0]
        if spec.field == "key":
            self._naming.insert(0, texts)
            return
        if spec.field in SCHEMES:
            self._naming.append(texts)
        elif spec.field in FOLLOWING:
            self._following.append(texts)
        name, key = names_of(spec)
        self.keys.setdefault(key, column)
        if joined in files:
            self._places[key] = place_of(spec, at, files)
        self._readers.append((name, key, column, reader_of(spec, texts, at, self.map)))

    def left_out(self, row: Cells) -> str | None:
        """Return the kind of a whole row that is not a film."""
        if self._films is None:
            return None
        place, wanted = self._films
        kind = row[place].strip()
        unnamed = self.map.top["films"].get("none", "without a kind")
        return None if kind.casefold() in wanted else kind or unnamed

    def withholds(self, row: Cells) -> bool:
        """Say whether a whole row has a viewer's own review, which is not read."""
        return self._opinion is not None and bool(self._opinion(row, Notes()))

    def no_place(self, keys: Iterable[str]) -> list[str]:
        """Give those keys of a tree that the map neither reads nor passes over."""
        ignored = tuple(self.map.top.get("ignore", ()))
        below = tuple(f"{each}." for each in ignored)
        return [key for key in keys if key not in ignored and not key.startswith(below)]

    def key(self, cells: Cells) -> str:
        """Return what tells a record from others of its file, wherever it stands in it.

        That is its key, else its strongest id, else its title, year and directors.
        """
        for naming in self._naming:
            if texts := _told(naming, cells):
                return str(texts[0])[:_KEY_LENGTH]
        told = (each for texts in self._following for each in _told(texts, cells))
        parts = (each["name"] if isinstance(each, dict) else each for each in told)
        return _NOT_KEY.sub("-", " ".join(parts).casefold()).strip("-")[:_KEY_LENGTH]

    def parse(self, text: str) -> FilmRecord | Reject:
        """Read a record from its cells, as `Raw.text` has them, with keys that have no place."""
        told, notes = _CELLS.decode(text), Notes()
        cells, unread = told[: len(self.used)], told[len(self.used) :]
        for key in unread:
            notes.at(1, key)
            notes.add("the graph has no place for it", NoteKind.UNREAD)
        try:
            return self._record(cells, notes)
        except Bad as bad:
            shown = dict(zip((self.header[n] for n in self.used), cells, strict=True))
            return bad.reject(msgspec.json.encode(shown).decode())

    def _record(self, cells: Cells, notes: Notes) -> FilmRecord:
        read: dict[str, Any] = {"ratings": {}}
        places = FieldPlaces()
        for name, key, column, reader in self._readers:
            file, line = self._places[key](cells) if key in self._places else ("", 1)
            notes.at(line, column, file)
            try:
                value = reader(cells, notes)
            except Unreadable as error:
                notes.unread(error)
                continue
            _keep(read, name, value)
            if value and file:
                places.lines[key], places.files[key] = line, file
        for (items, lines), fields in self._collected.items():
            rows = rows_in(cells[items], cells[lines])
            for each in fields:
                _keep(read, each.name, each.read(rows, notes, places))
        if not read.get("title"):
            raise Bad(1, self.keys["title"], "a title", "none")
        if not any(scheme in read for scheme in SCHEMES):
            read["record"] = self.key(cells) or "unnamed"  # whose row tells it from others
        where = dict.fromkeys(read, 1) | places.lines
        return film_record(read, where, notes, places.files, places.rows)


def _keep(read: dict[str, Any], name: str, value: Any) -> None:  # noqa: ANN401 - by its field
    if name == "ratings":
        read["ratings"].update(value)
    elif value:
        read[name] = value


def _told(texts: Callable[[Cells], Texts], cells: Cells) -> Texts:
    try:
        return texts(cells)
    except Unreadable:
        return []
