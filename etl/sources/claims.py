"""Which format claims a file of a source: that of its suffix, else the column map of a table."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from types import MappingProxyType

from etl.errors import SourceError
from etl.sources.files import FoundFile, Source, Stat, bare, beside, shown
from etl.sources.finding import find
from etl.sources.formats import SUFFIXES
from etl.sources.packed import Unpacking
from etl.sources.tables import recognition
from etl.sources.tables.checking import nearest
from etl.sources.tables.forms import Form, map_of
from etl.sources.tables.plans import Plan
from etl.sources.tables.sets import with_joined, with_lost
from etl.sources.tables.shipped import SHIPPED

_NOTHING: Mapping[str, tuple[Stat, str]] = MappingProxyType({})

AUTOMATIC = "auto"
"""The name by which a source lets go of a map that was chosen for it."""


def find_claimed(
    source: Source,
    unpacking: Unpacking,
    known: Mapping[str, tuple[Stat, str]] = _NOTHING,
    *,
    rehash: bool = False,
) -> Iterator[FoundFile]:
    """Find the files of a source, each with its form; those that no format claims are `other`.

    `known` has the files that were read before, by their path within the source. An archive that
    has not changed since is not unpacked, but with `rehash`. A file that was joined before stays
    so, even if its content does not show any more what it is.

    Raises:
        SourceError: the map that was chosen for the source does not fit a file that is named.
    """
    maps = {source.map} if source.map else {"", *SHIPPED}
    others, joined = list[FoundFile](), set[str]()
    for archive, files in groupby(find(source, SUFFIXES, unpacking), attrgetter("archive")):
        held: Iterable[FoundFile] = list(files) if archive else files  # noqa: B031 - one of them
        if archive:
            if same := _as_before(held, _NOTHING if rehash else known, maps, source):
                yield from same
                continue
            unpacking.unpack(archive)
        for found in held:
            if problem := found.problem or unpacking.problems.get(found.path, ""):
                yield replace(found, problem=problem)
                continue
            if not source.map and bare(found.path).endswith(SUFFIXES[0]):
                if found.path not in joined:
                    yield found
                continue
            alone = found.path == source.root
            form = form_of(found.path, source.map, alone=alone, reviews=source.reviews)
            if found.other and not form:
                others.append(found)
            else:
                if form and (before := known.get(found.relative, ("", ""))[1]):
                    form = with_lost(form, before, found.path)
                paths = joined_files(form, found.path)
                joined.update(paths)
                yield replace(found, form=form, other=False, joined=paths)
    yield from (found for found in others if found.path not in joined)


def _as_before(
    files: Iterable[FoundFile],
    known: Mapping[str, tuple[Stat, str]],
    maps: Collection[str],
    source: Source,
) -> list[FoundFile]:
    """Return the files of an archive that were read before, if that has not changed since.

    Nor may another map read them now than did then, or reviews be read that were not.
    """
    found = [(file, *known[file.relative]) for file in files if file.relative in known]
    if any(file.stat != stat or _map(form) not in maps for file, stat, form in found):
        return []
    forms = (Form.decode(form) for _, _, form in found if form)
    if any(form.reviews != (source.reviews and _has_reviews(form)) for form in forms):
        return []
    return [replace(file, form=form, other=False) for file, _, form in found]


def _has_reviews(form: Form) -> bool:
    return form.columns.reviews is not None


def _map(form: str) -> str:
    return Form.decode(form).map if form else ""


def joined_files(form: str, path: str) -> tuple[str, ...]:
    """Return the paths of the files that are joined to a table."""
    joined = Form.decode(form).joined if form else ()
    return tuple(beside(path, each.path) for each in joined)


def form_of(path: str, chosen: str = "", *, alone: bool = True, reviews: bool = False) -> str:
    """Return how a table is read, by the map that was chosen or by one that ships; else nothing.

    A map that was chosen has to fit a file that is named `alone`; of other files it reads those
    that have most of its columns. With `reviews`, these are read where the map knows any.

    Raises:
        SourceError: it does not.
    """
    if not os.path.isfile(path):  # of which a pipe can be read only once
        return ""
    is_text = bare(path).endswith(SUFFIXES[0])
    maps = [chosen] if chosen and (alone or not is_text) else []
    if not is_text and not (chosen and alone):
        maps.append("")
    for each in maps:
        try:
            form = recognition.recognise(path, each)
        except OSError:
            return ""
        if form is not None and (_fits(form, path, alone=alone) if each else _is_sure(form, path)):
            form = replace(form, reviews=reviews and _has_reviews(form))
            return with_joined(form, path, SUFFIXES).encode()
    return ""


def _is_sure(form: Form, path: str) -> bool:
    """Say whether a map reads a file that lies where this one does, and has its suffix.

    JSON Lines with keys of our own are no table; those of somebody's API are.
    """
    top, folder = form.columns.top, os.path.basename(os.path.dirname(path))
    is_ours = bare(path).endswith(SUFFIXES) and top.get("kind") != "tree"
    return not is_ours and folder not in top.get("not_in", ())


def _fits(form: Form, path: str, *, alone: bool) -> bool:
    plan = Plan.bound(form.columns, form.header)
    if alone:
        plan.expect(shown(path), everything=form.map not in SHIPPED)
        return True
    return "title" in plan.keys and len(plan.missing) <= len(plan.used)


def own_map(path: Path) -> str:
    """Read and check a column map of the user's, and return it as `Source.map` has it.

    Raises:
        SourceError: it cannot be read, or is not a column map.
    """
    try:
        text = path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise SourceError(
            f"{shown(str(path))}: cannot be read: {error}", hint="a column map is TOML in UTF-8"
        ) from error
    chosen = f"# {shown(str(path))}\n{text}"
    map_of(chosen)
    return chosen


def shipped_map(name: str) -> str:
    """Return the map that is meant by a name of `--as`.

    Raises:
        SourceError: there is no such map.
    """
    if name == AUTOMATIC:
        return ""
    if name not in SHIPPED:
        raise SourceError(
            f"--as: no format is called {name!r}{nearest(name, SHIPPED)}",
            hint=f"there are {', '.join(SHIPPED)}, and {AUTOMATIC} to tell it by the content",
        )
    return name


def told(form: str) -> str:
    """Say what a table was recognised as."""
    decoded = Form.decode(form)
    files = {each.name: each.path for each in decoded.joined}
    return recognition.told(decoded, Plan.bound(decoded.columns, decoded.wide, files))
