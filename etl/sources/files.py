"""Finding the files of a source, and reading their bytes."""

from __future__ import annotations

import glob
import hashlib
import os
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from io import RawIOBase
from pathlib import Path
from typing import BinaryIO

from etl.errors import SourceError
from etl.records import Reject
from etl.sources.description import FILE, UNDESCRIBED, Description
from etl.sources.spelling import words

RECORD_LIMIT = 1 << 24
"""Bytes that one record may have; what is larger holds no film, and would take all memory."""

_AT_ONCE = 1 << 16


@dataclass(frozen=True, slots=True)
class Stat:
    """What the file system says of a file: unchanged while all of it is unchanged."""

    size: int
    mtime_ns: int
    inode: int


@dataclass(frozen=True, slots=True)
class Found:
    """A file of a source: where it is, its path within the source, its `Stat`.

    `problem` says why it cannot be opened, where that shows already.
    """

    path: str
    relative: str
    stat: Stat | None = None
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Source:
    """What was named on the command line: a folder, or files, under one name.

    `name` is what a source is known by: its resolved path, or what the user called it.
    `whole` is False where only a part of a known source was named, so that nothing of it may
    be taken for gone. `description` is what it says of itself.
    """

    name: str
    label: str
    root: str
    paths: tuple[str, ...]
    whole: bool = True
    description: Description = UNDESCRIBED

    @property
    def named(self) -> bool:
        """Say whether the user gave it a name."""
        return self.name != self.root

    def holds(self, path: str) -> bool:
        """Say whether a path lies inside this source, which is more than that path."""
        if path == self.root:
            return False
        return any(
            path == own or path.startswith(own.rstrip(os.sep) + os.sep) for own in self.paths
        )

    @property
    def slug(self) -> str:
        """Name the source in an IRI without showing where it lies on the disk."""
        if self.named:
            return self.name
        return f"{self.label}-{hashlib.sha256(os.fsencode(self.name)).hexdigest()[:8]}"


LINKS = Source("links", "links", "links", ())
"""What linking finds is kept as the records of this source."""


def sources(arguments: Sequence[str], name: str | None, known: Sequence[Source]) -> list[Source]:
    """Turn what was named on the command line into sources.

    A file or folder inside a source that is already known, or is named beside it, is a part of
    that source.

    A source with a name of its own may have moved: its records are known by their paths in it.

    Raises:
        SourceError: an argument names nothing, or the name is empty.
    """
    name = None if name is None else words(name)
    if name == "":
        raise SourceError(
            "--name: expected a name, found nothing", hint="leave it out, or give one"
        )
    if name == LINKS.name:
        raise SourceError(f"--name: {name!r} is what linking's own source is called")
    paths = [path for argument in arguments for path in _expand(argument)]
    if name is not None:
        earlier = (source.name for source in known if words(source.name) == name)
        return [_named(next(earlier, name), paths)]
    whole = [Source(path, words(os.path.basename(path)) or path, path, (path,)) for path in paths]
    named = {source.root: source for source in whole}
    outermost = [
        s for s in named.values() if not any(str(up) in named for up in Path(s.root).parents)
    ]
    return [_known(source, known) for source in outermost]


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


def _named(name: str, paths: Sequence[str]) -> Source:
    root = paths[0] if len(paths) == 1 else os.path.commonpath(paths)
    return Source(name, name, root, tuple(paths))


def _known(source: Source, known: Sequence[Source]) -> Source:
    """Give the known source that this one is, or is a part of, else this one."""
    for other in known:
        if other.holds(source.root):
            return replace(other, paths=source.paths, whole=False)
        if other.root == source.root:
            return other
    return source


def find(source: Source, suffixes: Sequence[str]) -> Iterator[Found]:
    """Find the files of a source, in order of path; a folder gives those with a suffix we read."""
    for path in source.paths:
        if os.path.isdir(path):
            yield from _walk(path, source.root, tuple(suffixes))
        else:
            yield _found(path, source.root)


def _walk(folder: str, root: str, suffixes: tuple[str, ...]) -> Iterator[Found]:
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError as error:
        problem = f"a folder that cannot be opened ({_reason(error)})"
        yield Found(folder, _relative(folder, root), problem=problem)
        return
    for entry in entries:
        if entry.name.startswith(".") or entry.name == FILE:
            continue
        if not _is_unicode(entry.name):
            name = os.fsencode(_relative(entry.path, root)).decode("utf-8", "backslashreplace")
            yield Found(entry.path, name, problem="a name that is not UTF-8")
        elif entry.is_dir(follow_symlinks=False):
            yield from _walk(entry.path, root, suffixes)
        elif entry.name.lower().endswith(suffixes):
            yield _found(entry.path, root, regular=True)


def _is_unicode(name: str) -> bool:
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def _found(path: str, root: str, *, regular: bool = False) -> Found:
    """Look at a file. Where it has to be `regular`, a pipe is none: it may keep us waiting."""
    try:
        status = os.stat(path)
    except FileNotFoundError:
        problem = f"a link to nowhere ({os.readlink(path)})" if os.path.islink(path) else "no file"
        return Found(path, _relative(path, root), problem=problem)
    except OSError as error:
        return Found(path, _relative(path, root), problem=_reason(error))
    if regular and not stat.S_ISREG(status.st_mode):
        return Found(path, _relative(path, root), problem="something that is no file")
    seen = Stat(status.st_size, status.st_mtime_ns, status.st_ino)
    return Found(path, _relative(path, root), seen)


def _relative(path: str, root: str) -> str:
    """Cut the source's root off a path of it; a source that is one file gives its name."""
    return path[len(root) :].lstrip(os.sep) or os.path.basename(path)


def _reason(error: OSError) -> str:
    return (error.strerror or str(error)).lower()


def shown(path: str) -> str:
    """Write a path for people: from the working directory where it lies below it, on one line."""
    here = str(Path.cwd()) + os.sep
    path = path[len(here) :] if path.startswith(here) else path
    if path.isprintable():
        return path
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in path)


@contextmanager
def opening(found: Found) -> Iterator[BinaryIO | Reject]:
    """Open a file to be read bit by bit; one that cannot be opened is a reject."""
    if found.problem:
        yield Reject(1, "", "a readable file", found.problem)
        return
    try:
        file = open(found.path, "rb")  # noqa: SIM115 - closed below
    except OSError as error:
        yield unreadable(error)
        return
    with file:
        yield file


def read(found: Found) -> bytes | Reject:
    """Read a file's bytes; a file that cannot be opened, or is too large, is a reject."""
    if found.problem:
        return Reject(1, "", "a readable file", found.problem)
    size = found.stat.size if found.stat else 0
    try:
        if size > RECORD_LIMIT:
            return too_long("file", size)
        with open(found.path, "rb", buffering=0) as file:
            data = file.read() if size else _all(file)
    except OSError as error:
        return unreadable(error)
    return too_long("file", len(data)) if len(data) > RECORD_LIMIT else data


def _all(file: RawIOBase) -> bytes:
    """Read what has no size, such as a pipe, though no more than a little over the limit."""
    data = bytearray()
    while len(data) <= RECORD_LIMIT and (more := file.read(_AT_ONCE)):
        data += more
    return bytes(data)


def unreadable(error: OSError) -> Reject:
    """Refuse a file that cannot be read."""
    return Reject(1, "", "a readable file", _reason(error))


def too_long(what: str, size: int) -> Reject:
    """Refuse a file or a line of so many bytes."""
    expected = f"a {what} of at most {RECORD_LIMIT:,} bytes"
    return Reject(1, "", expected, f"{size:,} bytes" if size else "more")
