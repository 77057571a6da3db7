"""Find the other files of a set beside the table of its films."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import partial

from etl.sources.files import bare, beside, stat_of
from etl.sources.tables.forms import Beside, Form, TableKind, map_of
from etl.sources.tables.looking import Sheet, look
from etl.sources.tables.maps import ColumnMap, Join
from etl.sources.tables.recognition import as_form

_LOST = "a file without the header that it had"


def with_joined(form: Form, path: str, suffixes: tuple[str, ...]) -> Form:
    """Add to a table's form the files of its folder that its map joins, as they are now.

    A file is told by its columns, or by its first line if it has no header; of several, the first
    by name is taken. Those of `suffixes` are records, unless they are told by their first line.
    """
    columns, wanted = map_of(form.map), _wanted(form)
    found: dict[str, Beside] = {}
    instead: dict[str, Beside] = {}
    for name in _others(path) if wanted else ():
        other, is_record = os.path.join(os.path.dirname(path), name), bare(name).endswith(suffixes)
        possible = {k: j for k, j in wanted.items() if k not in found and (j.like or not is_record)}
        if not possible or not (stat := stat_of(other)):
            continue
        for key, sheet in _sheets(other, columns, possible):
            said = partial(as_form, sheet, form.map, top=columns.written(key))
            if _is_it(sheet, possible[key]):
                found[key] = Beside(key, name, said(), stat)
            elif (lists := wanted[key].lists) and _has(sheet, lists.recognise, wanted[key].theirs):
                instead.setdefault(key, Beside(key, name, said(), stat))
    found = instead | found
    kept = {key: each for key, each in found.items() if wanted[key].through in ("", *found)}
    return replace(form, joined=tuple(kept[key] for key in wanted if key in kept))


def with_lost(form: str, before: str, path: str) -> str:
    """Add to a form the files that were joined before, are there, and are told by nothing now."""
    now, then = Form.decode(form), Form.decode(before)
    if now.map != then.map:
        return form
    here, joins = {each.name: each for each in now.joined}, _wanted(now)
    lost = {
        each.name: replace(each, stat=stat, problem=_LOST)
        for each in then.joined
        if each.name in joins.keys() - here and (stat := stat_of(beside(path, each.path)))
    }
    if not lost:
        return form
    every = here | {
        name: replace(each, problem="") if joins[name].through in lost else each
        for name, each in lost.items()
    }
    return replace(now, joined=tuple(every[name] for name in joins if name in every)).encode()


def _wanted(form: Form) -> dict[str, Join]:
    """Return what may be joined to a table of this header."""
    columns = map_of(form.map)
    joins = {name: columns.join(name) for name in columns.joined}
    return {name: join for name, join in joins.items() if join.through or join.ours in form.header}


def _sheets(
    path: str, columns: ColumnMap, joins: Mapping[str, Join]
) -> Iterable[tuple[str, Sheet]]:
    """Look at a file as each join would have it; those with a header have it alike."""
    looked: dict[str, Sheet | None] = {}
    for key, join in joins.items():
        way = key if join.like else ""
        try:
            if way not in looked:
                looked[way] = look(path, columns.written(key))
        except OSError:
            return
        sheet = looked[way]
        if sheet and sheet.kind == TableKind.DELIMITED:
            yield key, sheet


def _is_it(sheet: Sheet, join: Join) -> bool:
    if not join.like:
        return _has(sheet, join.recognise, join.theirs)
    is_like = re.fullmatch(join.like, sheet.first) is not None
    return is_like and len(sheet.rows[0]) == len(sheet.header)


def _has(sheet: Sheet, columns: Iterable[str], key: str) -> bool:
    return {*columns, key} <= set(sheet.header)


def _others(path: str) -> list[str]:
    folder, own = os.path.split(path)
    try:
        names = sorted(entry.name for entry in os.scandir(folder) if entry.is_file())
    except OSError:
        return []
    return [name for name in names if name != own and not name.startswith(".")]
