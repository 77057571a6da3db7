"""Finding the files of a source, and turning their bytes into text."""

from __future__ import annotations

import codecs
import glob
import hashlib
import os
import re
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

from etl.errors import SourceError
from etl.records import Reject
from etl.sources.description import FILE, UNDESCRIBED, Description

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark is its beginning
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_SNIFFED = 65_536  # bytes that are looked at to name an encoding
_LINE_END = re.compile(r"\r\n|\r|\n")
# What texts in Western European languages are made of, but for Icelandic; and what none has.
_WESTERN = re.compile("[\t\n\r -~\xa0¡£©«®°´·º»¿À-ÏÑ-ÖØ-Üß-ïñ-öø-üÿŒœŸ€…‘’“”–—]*")
_UNWESTERN = re.compile("[À-ÿ]{3}")


@dataclass(frozen=True, slots=True)
class Stat:
    """What the file system says of a file: unchanged while all of it is unchanged.

    `ctime_ns` is None where an older version of us looked: any file differs from that.
    """

    size: int
    mtime_ns: int
    inode: int
    ctime_ns: int | None


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
    if name is not None and not name.strip():
        raise SourceError(
            "--name: expected a name, found nothing", hint="leave it out, or give one"
        )
    if name == LINKS.name:
        raise SourceError(f"--name: {name!r} is what linking's own source is called")
    paths = [path for argument in arguments for path in _expand(argument)]
    if name is not None:
        return [_named(name, paths)]
    whole = [Source(path, os.path.basename(path) or path, path, (path,)) for path in paths]
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
    seen = Stat(status.st_size, status.st_mtime_ns, status.st_ino, status.st_ctime_ns)
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
        yield Reject(1, "", "a readable file", _reason(error))
        return
    with file:
        yield file


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
    data = data[len(mark) :]
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        return _undecodable(data, encoding, error)
    if "\0" in text:
        line = _line(text[: text.index("\0")])
        found = _unmarked(data) or "binary data (a NUL byte)"
        return Reject(line, "", "text", found)
    text = text.lstrip("\ufeff")  # a second mark, where files were put together
    return _LINE_END.sub("\n", text) if "\r" in text else text


def _line(before: str) -> int:
    """Count the line on which a text goes on after `before`."""
    return len(_LINE_END.findall(before)) + 1


def _undecodable(data: bytes, encoding: str, error: UnicodeDecodeError) -> Reject:
    line = _line(data[: error.start].decode(encoding, "replace"))
    expected = f"{encoding.upper()} text"
    if encoding != "utf-8":
        return Reject(line, "", expected, f"bytes that are not ({error.reason})")
    if b"\0" in data[:_SNIFFED]:
        return Reject(line, "", "text", _unmarked(data) or "binary data")
    guess = _encoding(data[max(0, error.start - _SNIFFED // 2) :][:_SNIFFED])
    found = f"a byte that is not (0x{data[error.start]:02X}); it looks like {guess}"
    return Reject(line, "", expected, f"{found}: {_remedy(guess)}")


def _remedy(encoding: str) -> str:
    return f"save the file as UTF-8, for instance: iconv -f {encoding} -t utf-8"


def _unmarked(data: bytes) -> str:
    """Tell UTF-16 that lacks its mark by its NULs: every other byte of most of our letters."""
    sample = data[:_SNIFFED]
    for encoding, high in (("utf-16le", 1), ("utf-16be", 0)):
        zeros = sample[high::2].count(0)
        if zeros * 2 > len(sample[high::2]) and 0 not in sample[1 - high :: 2]:
            return f"{encoding} without a byte order mark: {_remedy(encoding)}"
    return ""


def _encoding(sample: bytes) -> str:
    """Name the encoding that a text is most likely in, as `iconv` calls it.

    The commonest one is told by rule: on a short text, guessing by statistics often errs.
    """
    from charset_normalizer import from_bytes  # takes 0.1 s to import, and is seldom needed

    western = sample.decode("cp1252", "replace")
    if _WESTERN.fullmatch(western) and not _UNWESTERN.search(western):
        return "windows-1252"
    best = from_bytes(sample).best()
    name = codecs.lookup(best.encoding).name if best else "cp1252"
    return re.sub("^cp(?=125[0-8]$)", "windows-", name)
