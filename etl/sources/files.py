"""Finding the files of a source, and turning their bytes into text."""

from __future__ import annotations

import codecs
import glob
import hashlib
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from etl.errors import SourceError
from etl.records import Reject

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark is its beginning
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_SNIFFED = 65_536  # bytes that are looked at to name an encoding


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
    be taken for gone.
    """

    name: str
    label: str
    root: str
    paths: tuple[str, ...]
    whole: bool = True

    @property
    def named(self) -> bool:
        """Say whether the user gave it a name."""
        return self.name != self.root

    def holds(self, path: str) -> bool:
        """Say whether a path lies inside this source."""
        return path != self.root and path.startswith(self.root.rstrip(os.sep) + os.sep)

    @property
    def slug(self) -> str:
        """Name the source in an IRI without showing where it lies on the disk."""
        if self.named:
            return self.name
        return f"{self.label}-{hashlib.sha256(self.name.encode()).hexdigest()[:8]}"


def sources(arguments: Sequence[str], name: str | None, known: Sequence[Source]) -> list[Source]:
    """Turn what was named on the command line into sources.

    A file or folder inside a source that is already known, or is named beside it, is a part of
    that source.

    Raises:
        SourceError: an argument names nothing, or a known name is used for another place.
    """
    paths = [path for argument in arguments for path in _expand(argument)]
    if name is not None:
        return [_named(name, paths)]
    whole = [Source(path, os.path.basename(path) or path, path, (path,)) for path in paths]
    outermost = [s for s in whole if not any(other.holds(s.root) for other in whole)]
    return [_known(source, known) for source in dict.fromkeys(outermost)]


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
        yield Found(folder, _relative(folder, root), problem=_reason(error))
        return
    for entry in entries:
        if entry.name.startswith("."):
            continue
        if entry.is_dir(follow_symlinks=False):
            yield from _walk(entry.path, root, suffixes)
        elif entry.name.endswith(suffixes):
            yield _found(entry.path, root)


def _found(path: str, root: str) -> Found:
    try:
        status = os.stat(path)
    except FileNotFoundError:
        problem = f"a link to nowhere ({os.readlink(path)})" if os.path.islink(path) else "no file"
        return Found(path, _relative(path, root), problem=problem)
    except OSError as error:
        return Found(path, _relative(path, root), problem=_reason(error))
    stat = Stat(status.st_size, status.st_mtime_ns, status.st_ino)
    return Found(path, _relative(path, root), stat)


def _relative(path: str, root: str) -> str:
    """Cut the source's root off a path of it; a source that is one file gives its name."""
    return path[len(root) :].lstrip(os.sep) or os.path.basename(path)


def _reason(error: OSError) -> str:
    return (error.strerror or str(error)).lower()


def shown(path: str) -> str:
    """Shorten a path for people: relative to the working directory where it lies below it."""
    here = str(Path.cwd()) + os.sep
    return path[len(here) :] if path.startswith(here) else path


def read(found: Found) -> bytes | Reject:
    """Read a file's bytes; a file that cannot be opened is a reject."""
    if found.problem:
        return Reject(1, "", "a readable file", found.problem)
    try:
        with open(found.path, "rb", buffering=0) as file:
            return file.read()
    except OSError as error:
        return Reject(1, "", "a readable file", _reason(error))


def decode(data: bytes) -> str | Reject:
    r"""Turn a file's bytes into text, its lines ended by `\n`; other than Unicode is refused.

    A guess of another encoding goes into the message, never into the graph.
    """
    encoding, mark = next(
        ((name, bom) for bom, name in _BOMS if data.startswith(bom)), ("utf-8", b"")
    )
    try:
        text = data[len(mark) :].decode(encoding)
    except UnicodeDecodeError as error:
        return _undecodable(data, encoding, error)
    if "\0" in text:
        return Reject(1, "", "text", f"binary data (a NUL byte on line {_line(text)})")
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def _line(text: str) -> int:
    return text.count("\n", 0, text.index("\0")) + 1


def _undecodable(data: bytes, encoding: str, error: UnicodeDecodeError) -> Reject:
    line = data.count(b"\n", 0, error.start) + 1
    if b"\0" in data[:_SNIFFED]:
        return Reject(line, "", "text", "binary data")
    guess = _encoding(data[max(0, error.start - _SNIFFED // 2) :][:_SNIFFED])
    found = f"a byte that is not (0x{data[error.start]:02X}); it looks like {guess}"
    remedy = f"save the file as UTF-8, for instance: iconv -f {guess} -t utf-8"
    return Reject(line, "", f"{encoding.upper()} text", f"{found}: {remedy}")


def _encoding(sample: bytes) -> str:
    """Name the encoding that a text is most likely in."""
    from charset_normalizer import from_bytes  # takes 0.1 s to import, and is seldom needed

    best = from_bytes(sample).best()
    return best.encoding.replace("_", "-") if best else "windows-1252"
