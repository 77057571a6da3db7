"""Ratings of sites and reviews of viewers, as a table has them: in columns, or within a cell."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from etl.facts import FACTS, SITES
from etl.records import NoteKind, Rating, Review
from etl.sources.facts import read_fact
from etl.sources.fields import rating_of
from etl.sources.notes import Notes
from etl.sources.tables.cells import ABSENT, Texts, at, chosen, trimmed, written
from etl.sources.tables.checking import Spec
from etl.sources.tables.maps import ColumnMap
from etl.sources.values import synopsis

_ENDS = ("best", "worst")
_EXACT = len("2004-03-19")
_SPOKEN_DATE = re.compile(r"\w{3} (\w{3}) (\d\d) [\d:]{8} (\d{4})")  # Sat Mar 12 00:00:00 2016


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
        made = _on_scale(site, told, notes)
        return ({site: made} if made else {}) if site else made

    return read


def review(
    spec: Spec, places: Mapping[str, int], null: Sequence[str]
) -> Callable[[Sequence[str], Notes], tuple[Review, ...]]:
    """Compile the reading of what a viewer thinks of a film; nothing said is no review."""
    keys = spec.keys
    value = next((places[each] for each in spec.texts("value") if each in places), None)
    text = places.get(keys.get("text", ""))
    days = [places[each] for each in spec.texts("date") if each in places]
    absent = {*ABSENT, *null, *keys.get("null", ())}
    ends = {end: keys[end] for end in _ENDS if end in keys}

    def read(cells: Sequence[str], notes: Notes) -> tuple[Review, ...]:
        mark, said = ("" if n is None else trimmed(cells[n]) for n in (value, text))
        told = {"value": mark, **ends} if mark not in absent else {}
        made = _on_scale(keys.get("site", ""), told, notes) if told else None
        prose = synopsis(said, notes) or ""
        if made is None:
            return (Review(date=_day(cells, days, notes), text=prose),) if prose else ()
        scale = made.value, made.best, made.worst
        return (Review(*scale, _day(cells, days, notes), prose),)

    return read


def _day(cells: Sequence[str], places: Sequence[int], notes: Notes) -> str:
    """Read the first day that is told; what is no whole day is none."""
    for place in places:
        if text := trimmed(cells[place]):
            spoken = _SPOKEN_DATE.fullmatch(text)
            text = " ".join(spoken.group(2, 1, 3)) if spoken else text.partition("T")[0]
            found = read_fact(FACTS["date"], text, Notes() if spoken else notes)
            return found[0] if found and len(found[0]) == _EXACT else ""
    return ""


def _on_scale(site: str, told: Mapping[str, Any], notes: Notes) -> Rating | None:
    made = rating_of(site or next(iter(SITES)), told, notes)
    if made and not made.worst <= made.value <= made.best:
        scale = f"a rating from {made.worst} to {made.best}"
        notes.add(f"not read: expected {scale}, found {told['value']}", NoteKind.LOSS)
        return None
    return made


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
