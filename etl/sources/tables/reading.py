"""Compile the reading of one field of a map from the cells of a row."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

from etl.facts import CREDITS, FACTS
from etl.sources.fields import MORE, READERS, read_more
from etl.sources.notes import Notes
from etl.sources.tables.cells import ABSENT, Texts, flagged, steps
from etl.sources.tables.checking import Spec
from etl.sources.tables.credited import people
from etl.sources.tables.maps import ColumnMap
from etl.sources.tables.opinions import rating, review

Cells: TypeAlias = Sequence[str]
CellReader: TypeAlias = Callable[[Cells, Notes], Any]

SEVERAL = {"alternative_titles", *CREDITS, *(name for name, fact in FACTS.items() if fact.many)}
"""The fields that may have several values."""

_BESIDE = ("count", "language")  # columns that only say more of the value in another


def names_of(spec: Spec) -> tuple[str, str]:
    """Name what a field gives in a record, and the key under which the record has its place."""
    if "site" in spec.keys and spec.field != "reviews":
        return "ratings", f"ratings.{spec.keys['site']}"
    return spec.field, spec.field


def place_of(
    spec: Spec, at: Mapping[str, int], files: Mapping[str, str]
) -> Callable[[Cells], tuple[str, int]]:
    """Compile the way from a row to the file and line of a field: those of its first value."""
    columns = [(at[column], column.partition(".")[0]) for column, _ in spec.columns if column in at]
    places = [(n, files.get(head, ""), at.get(f"{head}#line")) for n, head in columns]

    def place(cells: Cells) -> tuple[str, int]:
        told = (each for each in places if cells[each[0]].strip() not in ABSENT)
        _, file, line = next(told, places[0])
        return file, 1 if line is None else int(cells[line] or 1)

    return place


def objects_of(spec: Spec, map_: ColumnMap) -> Callable[[Texts], Texts]:
    """Compile the way from an object that is read from JSON to the texts of a field."""
    return steps(spec.field, spec.keys, map_.top.get("null", ()), of_objects=True)


def texts_of(spec: Spec, at: Mapping[str, int], map_: ColumnMap) -> Callable[[Cells], Texts]:
    """Compile the way from a row to the texts of a field."""
    made = steps(spec.field, spec.keys, map_.top.get("null", ()))
    if "flags" in spec.keys:
        columns = [(column, at[column]) for column, _ in spec.columns if column in at]
        return lambda cells: made(flagged(cells, columns))
    places = [at[column] for column, key in spec.columns if column in at and key[-1] not in _BESIDE]
    if len(places) == 1:
        [place] = places
        return lambda cells: made([cells[place]])
    if "first" in spec.keys:
        return lambda cells: next((found for p in places if (found := made([cells[p]]))), [])
    return lambda cells: made([cells[place] for place in places])


def reader_of(
    spec: Spec, texts: Callable[[Any], Texts], at: Mapping[str, int], map_: ColumnMap
) -> CellReader:
    """Compile the reading of a field."""
    name = spec.field
    if name == "reviews":
        return review(spec, at, map_.top.get("null", ()))
    if name in ("rating", "ratings"):
        return rating(spec, texts, at, map_)
    if name in CREDITS:
        return people(spec, texts)
    if name in MORE:
        is_many = name in SEVERAL
        language = at.get(spec.keys.get("language", "")) if "json" not in spec.keys else None

        def more(cells: Cells, notes: Notes) -> object:
            found: Any = texts(cells)
            if not found:
                return ()
            if language is not None:
                found = [{"title": text, "language": cells[language]} for text in found]
            return read_more(name, found if is_many and len(found) > 1 else found[0], notes)

        return more
    read = READERS[name]

    def scalar(cells: Cells, notes: Notes) -> object:
        found = texts(cells)
        return read(_whole(found[0]) if name == "year" else found[0], notes) if found else None

    return scalar


def _whole(text: str) -> str:
    """Drop the zeros that a table with gaps writes behind a whole number: `1995.0`."""
    return text.removesuffix(".0")
