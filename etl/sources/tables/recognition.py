"""Recognition of a table: the map of its header."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from etl.sources.tables.forms import TREES, Form, TableKind, map_of, mark_of
from etl.sources.tables.looking import Sheet, look, named
from etl.sources.tables.maps import ColumnMap
from etl.sources.tables.plans import Plan
from etl.sources.tables.shipped import SHIPPED

_LOST = 4  # of so many columns that tell a map's files, one may be lacking
_OF_KIND = {TableKind.NFO: "kodi_nfo", TableKind.LINKED: "schema_org", TableKind.RDF: "schema_org"}
"""The map of each kind of tree that a module of its own reads."""


def recognise(path: str, chosen: str = "") -> Form | None:
    """Find out how a table is read: by the map that was chosen, else by one that claims it.

    `chosen` is the name of a map that ships, or a map's text, as `Form.map` has it. None says that
    it is no table, or that no map claims it.

    Raises:
        OSError: the file cannot be read.
    """
    if chosen:
        sheet = look(path, map_of(chosen).top)
        return as_form(sheet, chosen, named_by_map=_reads(chosen, sheet)) if sheet else None
    sheet = look(path)
    if sheet and sheet.kind in _OF_KIND:
        return as_form(sheet, _OF_KIND[sheet.kind], named_by_map=True)
    if sheet and (name := _claimant(sheet.kind, sheet.header, sheet.delimiter, sheet.first)):
        return as_form(sheet, name, named_by_map=True)
    if sheet and sheet.kind is not TableKind.DELIMITED:
        return None
    tops = {name: top for name in SHIPPED if "begin" in (top := map_of(name).top)}
    within = ((name, look(path, top)) for name, top in tops.items())
    return next((as_form(found, name) for name, found in within if found), None)


@lru_cache(maxsize=256)
def _claimant(kind: TableKind, header: tuple[str, ...], delimiter: str, first: str) -> str:
    """Name the map that claims tables of a header, of which a folder may have thousands."""
    sheet = Sheet(kind, header, delimiter=delimiter, first=first)
    claims = [(claim, name) for name in SHIPPED if (claim := _claim(sheet, map_of(name)))]
    return max(claims)[1] if claims else ""


def _claim(sheet: Sheet, columns: ColumnMap) -> tuple[bool, int, int] | None:
    """Say whether a map is of trees, count the columns that it knows, and, below 0, those it lacks.

    None is no claim.
    """
    is_of_trees = columns.top.get("kind") == "tree"
    if is_of_trees and sheet.kind not in TREES:
        return None
    if columns.top.get("delimiter", sheet.delimiter) != sheet.delimiter:
        return None
    if "begin" in columns.top:
        return None
    if pattern := columns.top.get("like"):
        is_like = len(sheet.header) == len(columns.top["header"])
        is_like = is_like and re.fullmatch(pattern, sheet.first) is not None
        return (False, len(sheet.header), 0) if is_like else None
    header = {name.casefold() for name in sheet.header}
    lost = sum(name.casefold() not in header for name in columns.recognise)
    if not columns.recognise or lost * _LOST > len(columns.recognise):
        return None
    plan = Plan.bound(columns, sheet.header)
    known = len(sheet.header) - len(plan.unused)
    return (is_of_trees, known, -len(plan.missing)) if "title" in plan.keys else None


def as_form(
    sheet: Sheet, chosen: str, *, named_by_map: bool = False, top: Mapping[str, Any] | None = None
) -> Form:
    """Say how a table is read by a map, which names the columns of a tree that it knows.

    What a map says at its `top` is what it says of the films' own table.
    """
    top, header = map_of(chosen).top if top is None else top, sheet.header
    if named_by_map and sheet.kind in TREES:
        header = _columns_of(chosen)
    return Form(
        kind=sheet.kind,
        map=chosen,
        mark=mark_of(chosen),
        header=named(top["header"]) if "header" in top else header,
        delimiter=top.get("delimiter", sheet.delimiter),
        quote=top.get("quote", '"'),
        encoding=top.get("encoding", sheet.encoding),
        has_header="header" not in top,
        begins="begin" in top,
        rows=sheet.path,
        above=sheet.above,
    )


def _reads(chosen: str, sheet: Sheet) -> bool:
    """Say whether a map that ships is of a tree's kind, or knows its title; a user's may be."""
    if sheet.kind in _OF_KIND:
        return chosen not in SHIPPED or chosen == _OF_KIND[sheet.kind]
    return chosen in SHIPPED and "title" in Plan.bound(map_of(chosen), sheet.header).keys


@lru_cache(maxsize=256)
def _columns_of(chosen: str) -> tuple[str, ...]:
    return map_of(chosen).named


def told(form: Form, plan: Plan) -> str:
    """Say what a file was recognised as, what it lacks of that, and what of it is not read."""
    parts = [form.columns.name]
    if plan.missing:
        parts.append(f"without {', '.join(dict(plan.missing))}")
    if plan.unused:
        parts.append(f"not read: {', '.join(plan.unused)}")
    if form.joined:
        parts.append(f"with {', '.join(each.path for each in form.joined)}")
    found = {each.name for each in form.joined}
    if lacking := [name for name in form.columns.joined if name not in found]:
        parts.append(f"not beside it: {', '.join(lacking)}")
    return "; ".join(parts)
