"""The sources that arguments of a command name, and the files that each stands for.

A folder is a source, and all in it is its own. Files of one folder that are named together are
named as that folder's source too, because a shell turns `records/*.txt` into them: it is the same
source as `records`, of which only these files are looked at. Where they are all that the folder has
of their suffix they speak for `records/*.txt`, so that what was there before has gone. A file that
is named alone, in a folder that is no source, is a source of its own. What is known stays so.
"""

from __future__ import annotations

import glob
import os
import shlex
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NoReturn

from etl.errors import SourceError
from etl.sources.claims import form_of, joined_files
from etl.sources.files import OURS, Source, bare, shown
from etl.sources.finding import is_document
from etl.sources.formats import SUFFIXES
from etl.sources.kinds import FileKind, unclaimed
from etl.sources.spelling import words

_REFUSED_SHOWN = 3


def sources(
    arguments: Sequence[str],
    name: str | None,
    known: Sequence[Source],
    chosen: str | None = None,
) -> list[Source]:
    """Turn what was named on the command line into sources.

    The `chosen` column map is theirs from now on; with None, each keeps the one that it has.

    A file or folder inside a source that is already known, or is named beside it, is a part of
    that source.

    A source with a name of its own may have moved: its records are known by their paths in it.

    Raises:
        SourceError: an argument names nothing, or a file that no format claims; or the name is
            empty.
    """
    name = None if name is None else words(name)
    if name == "":
        raise SourceError(
            "--name: expected a name, found nothing", hint="leave it out, or give one"
        )
    if name in OURS:
        raise SourceError(f"--name: {name!r} is reserved for the results of linking")
    named = dict.fromkeys(path for argument in arguments for path in _expand(argument))
    earlier = next((each for each in known if name is not None and words(each.name) == name), None)
    owner_of = _Known(known).owner

    def map_of(path: str) -> str:
        owner = earlier if name is not None else owner_of(path)
        return chosen if chosen is not None else owner.map if owner else ""

    paths = _claimed(list(named), map_of)
    if name is not None:
        found = _named(earlier.name if earlier else name, paths)
        return [replace(found, map=map_of(paths[0]))]
    outermost = [path for path in paths if not any(str(up) in named for up in Path(path).parents)]
    joined: dict[str, list[Source]] = {}
    for source in _owners(outermost, known):
        joined.setdefault(source.name, []).append(source)
    everything = set(paths)
    completed = (_completed(_joined(parts), everything) for parts in joined.values())
    return [each if chosen is None else replace(each, map=chosen) for each in completed]


def remembered(known: Sequence[Source]) -> list[Source]:
    """Return all sources that are known, to be looked at once more.

    Raises:
        SourceError: none is known, or one is no longer where it was.
    """
    found = [source for source in known if source.name not in OURS]
    if not found:
        raise SourceError("no source is known yet", hint="name files or folders: etl load SOURCE")
    for source in found:
        for path in source.paths:
            if not os.path.lexists(path):
                hint = f"to take its records out of the graph, run: etl remove {source.label}"
                raise SourceError(f"{shown(path)}: no such file or folder", hint=hint)
    return found


def _expand(argument: str) -> list[str]:
    """Resolve a path or a glob to absolute paths, in order."""
    if os.path.lexists(argument):
        return [_absolute(argument)]
    if glob.has_magic(argument):
        if found := sorted(glob.glob(argument, recursive=True)):
            return [_absolute(path) for path in found]
        raise SourceError(f"{argument}: no file matches", hint="check the pattern")
    raise SourceError(f"{argument}: no such file or folder", hint="check the path")


def _absolute(path: str) -> str:
    """Resolve the folder a path lies in, but not the path itself: a link may lead nowhere."""
    target = os.path.realpath(path)
    return target if os.path.isdir(target) else str(Path(path).parent.resolve() / Path(path).name)


def _claimed(paths: list[str], map_of: Callable[[str], str]) -> list[str]:
    """Leave out what only tells about files named beside it, or is joined to one of them.

    All else that no format reads is refused.

    Raises:
        SourceError: there is such a file.
    """
    files = [path for path in paths if not os.path.isdir(path)]
    alone = len(paths) == 1
    told = ((path, unclaimed(path, map_of(path), alone=alone)) for path in files)
    refused = {path: kind for path, kind in told if kind}
    in_doubt = refused or any(bare(path).endswith(SUFFIXES) for path in files[1:])
    claimed = (path for path in files if in_doubt and path not in refused)
    joined = {
        other for path in claimed for other in joined_files(form_of(path, map_of(path)), path)
    }
    dropped = joined | {path for path in refused if is_document(path)}
    rest = [path for path in paths if path not in dropped]
    if not rest or any(path in refused for path in rest):
        _refuse([(path, refused[path]) for path in rest or paths if path in refused])
    return rest


def _refuse(refused: list[tuple[str, FileKind]]) -> NoReturn:
    told = [f"{shown(path)}: {kind}" for path, kind in refused[:_REFUSED_SHOWN]]
    if len(refused) > _REFUSED_SHOWN:
        more = len(refused) - _REFUSED_SHOWN
        told.append(f"and {more} more file{'s' if more > 1 else ''}")
    path, kind = refused[0]
    remedy = kind.remedy.replace("{path}", shlex.quote(shown(path)))
    *most, last = SUFFIXES
    raise SourceError(
        f"{'; '.join(told)}: no format reads that",
        hint=f"{remedy}; nothing was loaded (docs/formats.md lists what can be: known tables, "
        f"{', '.join(most)}, {last} and others)",
    )


def _named(name: str, paths: Sequence[str]) -> Source:
    root = paths[0] if len(paths) == 1 else os.path.commonpath(paths)
    return Source(name, name, root, tuple(paths))


def _owners(paths: Sequence[str], known: Sequence[Source]) -> Iterator[Source]:
    """Yield the source that each path is, or is a part of."""
    owner_of = _Known(known).owner
    owned = {path: owner_of(path) for path in paths}
    strangers = (path for path, owner in owned.items() if owner is None and not os.path.isdir(path))
    counts = Counter(map(os.path.dirname, strangers))
    together = {folder for folder, count in counts.items() if count > 1}
    for path, owner in owned.items():
        if owner is not None:
            yield owner
        elif folder := _outermost_above(path, together):
            yield replace(_source(folder), paths=(path,), whole=False)
        else:
            yield _source(path)


def _outermost_above(path: str, folders: set[str]) -> str:
    return next((str(up) for up in reversed(Path(path).parents) if str(up) in folders), "")


def _source(path: str) -> Source:
    return Source(path, words(os.path.basename(path)) or path, path, (path,))


class _Known:
    """The sources that are known, by where they lie and by what they hold."""

    def __init__(self, known: Sequence[Source]) -> None:
        self._by_root = {source.root: source for source in reversed(known)}
        self._by_path = {path: each for each in reversed(known) for path in each.paths}

    def owner(self, path: str) -> Source | None:
        """Return the source that a path is, or is a part of."""
        if path in self._by_root:
            return self._by_root[path]
        for above in (*map(str, reversed(Path(path).parents)), path):
            if above in self._by_path:
                return replace(self._by_path[above], paths=(path,), whole=False)
        return None


def _joined(parts: Sequence[Source]) -> Source:
    """Join the parts of a source that are named; one of them may be the whole."""
    whole = [part for part in parts if part.whole]
    paths = {path for part in parts for path in part.paths}
    return whole[0] if whole else replace(parts[0], paths=tuple(sorted(paths)))


def _completed(source: Source, named: set[str]) -> Source:
    """Say for which files a part speaks: of which suffixes all files of a folder are named."""
    if source.whole:
        return source
    files = {path for path in source.paths if not os.path.isdir(path)}
    of_kind = {(os.path.dirname(path), os.path.splitext(path)[1]) for path in files}
    complete = frozenset(
        (os.path.relpath(folder, source.root), suffix)
        for folder, suffix in of_kind
        if all(path in named for path in _files(folder, suffix))
    )
    return replace(source, complete=complete)


def _files(folder: str, suffix: str) -> Iterator[str]:
    """Yield the files of a folder that `*` and a suffix would match."""
    try:
        entries = list(os.scandir(folder))
    except OSError:
        return
    for entry in entries:
        is_hidden = entry.name.startswith(".")
        if os.path.splitext(entry.name)[1] == suffix and not (is_hidden or entry.is_dir()):
            yield os.path.join(folder, entry.name)
