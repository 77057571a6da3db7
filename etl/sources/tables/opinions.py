"""Ratings as a table has them: in columns side by side, or in objects within a cell."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from etl.facts import SITES
from etl.records import NoteKind
from etl.sources.fields import rating_of
from etl.sources.notes import Notes
from etl.sources.tables.cells import ABSENT, Texts, at, chosen, written
from etl.sources.tables.checking import Spec
from etl.sources.tables.maps import ColumnMap

_ENDS = ("best", "worst")


def rating(
    spec: Spec,
    texts: Callable[[Sequence[str]], Texts],
    places: Mapping[str, int],
    map_: ColumnMap,
) -> Callable[[Sequence[str], Notes], object]:
    """Compile the reading of a rating: by its site where that is told."""
    keys, site = spec.keys, spec.keys.get("site", "")
    said = _in_objects(spec, places) if "json" in keys else _in_columns(spec, texts, places, map_)

    def read(cells: Sequence[str], notes: Notes) -> object:
        told = said(cells)
        if not told:
            return {} if site else None
        made = rating_of(site or next(iter(SITES)), told, notes)
        if made and not made.worst <= made.value <= made.best:
            scale = f"a rating from {made.worst} to {made.best}"
            notes.add(f"not read: expected {scale}, found {told['value']}", NoteKind.LOSS)
            made = None
        return ({site: made} if made else {}) if site else made

    return read


def _in_columns(
    spec: Spec,
    texts: Callable[[Sequence[str]], Texts],
    places: Mapping[str, int],
    map_: ColumnMap,
) -> Callable[[Sequence[str]], dict[str, Any]]:
    keys, is_decimal = spec.keys, map_.top.get("decimal") == ","
    counted = next((places[each] for each in spec.texts("count") if each in places), None)
    ends = {end: keys[end] for end in _ENDS if end in keys}

    def said(cells: Sequence[str]) -> dict[str, Any]:
        found = texts(cells)
        if not found:
            return {}
        value = found[0].replace(".", "").replace(",", ".") if is_decimal else found[0]
        return {"value": value, **ends, "count": None if counted is None else cells[counted]}

    return said


def _in_objects(spec: Spec, places: Mapping[str, int]) -> Callable[[Sequence[str]], dict[str, Any]]:
    """Compile the same for objects in one cell, of which the first that fits counts."""
    keys, place = spec.keys, places[spec.keys["value"]]
    absent = {*ABSENT, *keys.get("null", ())}
    paths = {"value": keys["json"], **{k: keys[k] for k in ("count", *_ENDS) if k in keys}}

    def said(cells: Sequence[str]) -> dict[str, Any]:
        for item in chosen(keys, [cells[place]] if cells[place] else []):
            told = {
                key: written(at(item, path)) if isinstance(path, str) else path
                for key, path in paths.items()
            }
            if told["value"] not in absent:
                return told
        return {}

    return said
