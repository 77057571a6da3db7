"""Finding the files of a source, and turning their bytes into text."""

from __future__ import annotations

import codecs
import hashlib
import os
import re
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

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
# Files that tell people about a folder, and are no data of it.
_DOCUMENTS = re.compile(r"(?i:readme|licen[cs]e|copying|notice|authors|citation|changelog)(\.\w+)?")
# What texts in Western European languages are made of, but for Icelandic; and what none has.
_WESTERN = re.compile("[\t\n\r -~\xa0¡£©«®°´·º»¿À-ÏÑ-ÖØ-Üß-ïñ-öø-üÿŒœŸ€…‘’“”–—]*")
_UNWESTERN = re.compile("[À-ÿ]{3}")


@dataclass(frozen=True, slots=True)
class Stat:
    """What the file system says of a file: unchanged while all of it is unchanged."""

    size: int
    mtime_ns: int
    inode: int


@dataclass(frozen=True, slots=True)
class Found:
    """A file of a source: where it is, its path within the source, its `Stat`.

    `problem` says why it cannot be opened, where that shows already. An `other` file lies in a
    folder of the source, and no format claims it.
    """

    path: str
    relative: str
    stat: Stat | None = None
    problem: str = ""
    other: bool = False


@dataclass(frozen=True, slots=True)
class Source:
    """What was named on the command line: a folder, or files, under one name.

    `name` is what a source is known by: its resolved path, or what the user called it.
    `whole` is False where only a part of it was named, so that nothing may be taken for gone but
    what lies where the part is `complete`: in a folder of it, with a suffix of which all files are
    named. `description` is what it says of itself.
    """

    name: str
    label: str
    root: str
    paths: tuple[str, ...]
    whole: bool = True
    complete: frozenset[tuple[str, str]] = frozenset()
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
    def kept_paths(self) -> list[str]:
        """Return the paths to be remembered of it; of a part, those of the whole."""
        return list(self.paths) if self.whole else [self.root]

    def speaks_for(self, relative: str) -> bool:
        """Say whether a file that was known in it, and is not found any more, has gone."""
        folder, suffix = os.path.dirname(relative) or os.curdir, os.path.splitext(relative)[1]
        return self.whole or (folder, suffix) in self.complete

    @property
    def slug(self) -> str:
        """Name the source in an IRI without showing where it lies on the disk."""
        if self.named:
            return self.name
        return f"{self.label}-{hashlib.sha256(os.fsencode(self.name)).hexdigest()[:8]}"


LINKS = Source("links", "links", "links", ())
"""What linking finds is kept as the records of this source."""


def find(source: Source, suffixes: Sequence[str]) -> Iterator[Found]:
    """Find the files of a source, in order of path; in a folder, those without our suffix apart."""
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
        if entry.name.startswith("."):
            continue
        is_folder = entry.is_dir(follow_symlinks=False)
        if is_folder and _is_workspace(entry.path):
            continue
        if not is_folder and not entry.name.lower().endswith(suffixes):
            if not is_document(entry.path):
                yield Found(entry.path, _relative(entry.path, root), other=True)
        elif not _is_unicode(entry.name):
            name = os.fsencode(_relative(entry.path, root)).decode("utf-8", "backslashreplace")
            yield Found(entry.path, name, problem="a name that is not UTF-8")
        elif is_folder:
            yield from _walk(entry.path, root, suffixes)
        else:
            yield _found(entry.path, root, regular=True)


def is_document(path: str) -> bool:
    """Say whether a file that is no record tells about those beside it, as a `README` does."""
    name = os.path.basename(path)
    return name == FILE or bool(_DOCUMENTS.fullmatch(name))


def _is_workspace(folder: str) -> bool:
    """Say whether a folder is a workspace of ours, which holds no records."""
    return all(os.path.exists(os.path.join(folder, name)) for name in ("generations", "lock"))


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
