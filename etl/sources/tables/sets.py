"""Find the other files of a set beside the table of its films."""

from __future__ import annotations

import os
from dataclasses import replace

from etl.sources.files import Stat, bare, stat_of
from etl.sources.tables.forms import Beside, Form, Kind, map_of
from etl.sources.tables.looking import look
from etl.sources.tables.recognition import as_form


def with_joined(form: Form, path: str, suffixes: tuple[str, ...]) -> Form:
    """Add to a table's form the files of its folder that its map joins, as they are now.

    A file is told by its columns; of several, the first by name is taken. Those of `suffixes` are
    records.
    """
    columns = map_of(form.map)
    joins = {name: columns.join(name) for name in columns.joined}
    wanted = {
        name: join for name, join in joins.items() if join.through or join.ours in form.header
    }
    found: dict[str, Beside] = {}
    instead: dict[str, Beside] = {}
    for name, stat in _others(path, suffixes) if wanted else ():
        other = os.path.join(os.path.dirname(path), name)
        try:
            sheet = look(other, columns)
        except OSError:
            continue
        if sheet is None or sheet.kind != Kind.DELIMITED:
            continue
        for key, join in wanted.items():
            if key not in found and {*join.recognise, join.theirs} <= set(sheet.header):
                found[key] = Beside(key, name, as_form(sheet, form.map), stat)
            elif join.lists and {*join.lists.recognise, join.theirs} <= set(sheet.header):
                instead.setdefault(key, Beside(key, name, as_form(sheet, form.map), stat))
    found = instead | found
    kept = {key: each for key, each in found.items() if wanted[key].through in ("", *found)}
    return replace(form, joined=tuple(kept[key] for key in wanted if key in kept))


def _others(path: str, suffixes: tuple[str, ...]) -> list[tuple[str, Stat]]:
    folder, own = os.path.split(path)
    try:
        names = sorted(entry.name for entry in os.scandir(folder) if entry.is_file())
    except OSError:
        return []
    return [
        (name, stat)
        for name in names
        if name != own and not name.startswith(".") and not bare(name).endswith(suffixes)
        if (stat := stat_of(os.path.join(folder, name)))
    ]
