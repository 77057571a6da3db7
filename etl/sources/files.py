"""Finding the files of a source, and reading their bytes."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from etl.records import Reject
from etl.sources import packed
from etl.sources.description import UNDESCRIBED, SourceDescription

RECORD_LIMIT = 1 << 24
"""Bytes that one record may have; what is larger holds no film, and would take all memory."""

_AT_ONCE = 1 << 16
_NOT_PLAIN = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class Stat:
    """The file system's data about a file, by which a change is noticed.

    `ctime_ns` is None where an older version of us looked: any file differs from that.
    """

    size: int
    mtime_ns: int
    inode: int
    ctime_ns: int | None


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A file of a source: where it is, its path within the source, its `Stat`.

    `problem` says why it cannot be opened, where that shows already. An `other` file lies in a
    folder of the source, and has no suffix of ours. One of an `archive` lies at its path once that
    is unpacked. `form` says how a table is read, as `tables.forms.Form` encodes it; other formats
    are told by the suffix. `joined` are the paths of the other files of its set, `memory_bytes` is
    what reading them may take; 0 leaves that open.
    """

    path: str
    relative: str
    stat: Stat | None = None
    problem: str = ""
    other: bool = False
    form: str = ""
    joined: tuple[str, ...] = ()
    memory_bytes: int = 0
    archive: str = ""


@dataclass(frozen=True, slots=True)
class Source:
    """A source as named on the command line: a folder, or files, under one name.

    `name` is what a source is known by: its resolved path, or what the user called it.
    `whole` is False where only a part of it was named, so that nothing may be taken for gone but
    what lies where the part is `complete`: in a folder of it, with a suffix of which all files are
    named. `description` is what it says of itself. `map` is the column map that
    the user has chosen for its tables: the name of one that ships, or its text. With `reviews`,
    what its owner thinks of films is read too.
    """

    name: str
    label: str
    root: str
    paths: tuple[str, ...]
    whole: bool = True
    complete: frozenset[tuple[str, str]] = frozenset()
    description: SourceDescription = UNDESCRIBED
    map: str = ""
    reviews: bool = False

    @property
    def named(self) -> bool:
        """Return whether the user gave it a name."""
        return self.name != self.root

    def holds(self, path: str) -> bool:
        """Return whether a path lies inside this source, which is more than that path."""
        if path == self.root:
            return False
        return any(
            path == own or path.startswith(own.rstrip(os.sep) + os.sep) for own in self.paths
        )

    @property
    def kept_paths(self) -> list[str]:
        """Return the paths to be remembered of it; of a part, those of the whole."""
        return list(self.paths) if self.whole else [self.root]

    def speaks_for(self, relative: str) -> bool:
        """Return whether a file that was known in it, and is not found any more, has gone."""
        folder, suffix = os.path.dirname(relative) or os.curdir, os.path.splitext(relative)[1]
        return self.whole or (folder, suffix) in self.complete

    @property
    def slug(self) -> str:
        """Name the source in an IRI without showing where it lies on the disk."""
        if self.named:
            return self.name
        return f"{self.label}-{hashlib.sha256(os.fsencode(self.name)).hexdigest()[:8]}"

    @property
    def plain_slug(self) -> str:
        """Name the source in the keys of records that no id is known by."""
        return self.slug if self.named else _NOT_PLAIN.sub("-", self.slug)


LINKS = Source("links", "links", "links", ())
"""What linking finds is kept as the records of this source."""

WIKIDATA = Source(
    "wikidata",
    "wikidata",
    "Wikidata",
    (),
    description=SourceDescription(
        "Wikidata",
        "https://www.wikidata.org/",
        ("https://creativecommons.org/publicdomain/zero/1.0/",),
    ),
)
"""What Wikidata states of linked films is kept as the records of this source, a path an item."""

OURS = (LINKS.name, WIKIDATA.name)
"""The sources that `etl link` fills, which no file does."""


def bare(path: str) -> str:
    """Write a path in small letters, without the suffix that says it is compressed."""
    return path.lower().removesuffix(".gz")


def seen(status: os.stat_result) -> Stat:
    """Keep what the file system says that tells whether a file has changed."""
    return Stat(status.st_size, status.st_mtime_ns, status.st_ino, status.st_ctime_ns)


def stat_of(path: str) -> Stat | None:
    """Return what the file system says of a file, if it says anything."""
    try:
        return seen(os.stat(path))
    except OSError:
        return None


def relative(path: str, root: str) -> str:
    """Cut the source's root off a path of it; a source that is one file gives its name."""
    return path[len(root) :].lstrip(os.sep) or os.path.basename(path)


def reason(error: OSError) -> str:
    """Say why a file cannot be read."""
    return (error.strerror or str(error)).lower()


def shown(path: str) -> str:
    """Write a path for people: from the working directory where it lies below it, on one line."""
    here = str(Path.cwd()) + os.sep
    path = path[len(here) :] if path.startswith(here) else path
    if path.isprintable():
        return path
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in path)


@contextmanager
def opening(found: FoundFile) -> Iterator[BinaryIO | Reject]:
    """Open a file to be read bit by bit; one that cannot be opened is a reject."""
    if found.problem:
        yield Reject(1, "", "a readable file", found.problem)
        return
    try:
        file = packed.opened(found.path)
    except OSError as error:
        yield unreadable(error)
        return
    with file:
        yield file


def read(found: FoundFile) -> bytes | Reject:
    """Read a file's bytes; a file that cannot be opened, or is too large, is a reject."""
    if found.problem:
        return Reject(1, "", "a readable file", found.problem)
    size = found.stat.size if found.stat else 0
    try:
        if size > RECORD_LIMIT:
            return too_long("file", size)
        with packed.opened(found.path) as file:
            data = file.read(RECORD_LIMIT + 1) if size else _all(file)
    except OSError as error:
        return unreadable(error)
    return too_long("file", len(data)) if len(data) > RECORD_LIMIT else data


def _all(file: BinaryIO) -> bytes:
    """Read what has no size, such as a pipe, though no more than a little over the limit."""
    data = bytearray()
    while len(data) <= RECORD_LIMIT and (more := file.read(_AT_ONCE)):
        data += more
    return bytes(data)


def unreadable(error: OSError) -> Reject:
    """Refuse a file that cannot be read."""
    return Reject(1, "", "a readable file", reason(error))


def too_long(what: str, size: int) -> Reject:
    """Refuse a file or a line of so many bytes."""
    expected = f"a {what} of at most {RECORD_LIMIT:,} bytes"
    return Reject(1, "", expected, f"{size:,} bytes" if size else "more")


def full_path(source: Source, path: str) -> str:
    """Turn a path within a source into an absolute one."""
    root = source.root
    return root if os.path.basename(root) == path else os.path.join(root, path)


def beside(path: str, file: str) -> str:
    """Return the path of a file that is joined to another, by its path from there; else that."""
    return os.path.join(os.path.dirname(path), file) if file else path


def opened(source: Source, path: str) -> str:
    """Turn a path within a source into one that a person can open from here."""
    return shown(full_path(source, path))


def within(source: Source, path: str) -> str:
    """Turn a path within a source into one that shows nothing of where the source lies."""
    label = os.path.basename(source.label.rstrip(os.sep)) or source.label
    return label if label == path else f"{label}/{path}"
