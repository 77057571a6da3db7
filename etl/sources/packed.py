"""Compressed files and archives: what is in them, within limits of size and ratio.

A compressed file is read as it is unpacked. An archive's files are unpacked together, into a
temporary folder, once the first of them is to be read.
"""

from __future__ import annotations

import gzip
import io
import os
import re
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from functools import partial
from pathlib import Path, PurePosixPath
from types import TracebackType
from typing import IO, Any, BinaryIO, NamedTuple, Self, TypeAlias

from etl.errors import limit_reached
from etl.process.temporary import temporary_folder

SIZE_LIMIT = 1 << 36
"""Bytes that a compressed file may have once unpacked, or all files of an archive together."""

RATIO_LIMIT = 200
"""How many times larger than packed they may be, beyond the first 100 MB."""

MEMBERS_LIMIT = 1_000_000
"""Files that an archive may have."""

_ANY_RATIO = 100_000_000  # bytes
_GZIP, _TAR, _TAR_AT = b"\x1f\x8b", b"ustar", 257
_ZIPS = (b"PK\x03\x04", b"PK\x05\x06")
_COMPRESSED = (_GZIP, b"BZh", b"\xfd7zXZ\x00")  # as a tar archive may be
_OFFICE = re.compile(r"\[Content_Types\]\.xml|mimetype|(?:xl|word)/.*")  # in ZIP files too
_AT_ONCE = 1 << 18
_BROKEN = (
    *(zipfile.BadZipFile, tarfile.TarError, gzip.BadGzipFile, zlib.error, EOFError),
    *(NotImplementedError, RuntimeError, ValueError),  # by which zipfile refuses what it cannot
)
_Content: TypeAlias = Callable[[], IO[bytes] | None] | None


class Unpackable(OSError):
    """Something packed that cannot be unpacked, or may not be."""

    def __init__(self, message: str) -> None:
        super().__init__(0, message)


class ArchiveMember(NamedTuple):
    """A file of an archive: its path in it, and how many bytes it has."""

    name: str
    size: int


def opened(path: str) -> io.BufferedReader:
    """Open a file to be read from its beginning; one that gzip has compressed is unpacked.

    Raises:
        OSError: it cannot be opened; what reading raises is an OSError too.
    """
    file = open(path, "rb")  # noqa: SIM115 - whoever called closes it
    if not stat.S_ISREG(os.fstat(file.fileno()).st_mode) or file.peek(2)[:2] != _GZIP:
        return file
    return io.BufferedReader(_Gunzipped(file), _AT_ONCE)


def head_of(path: str, size: int) -> bytes:
    """Return the first bytes of a file as `opened` gives them, as far as they can be unpacked.

    Raises:
        OSError: it cannot be read.
    """
    head = bytearray()
    with opened(path) as file, suppress(Unpackable):
        while len(head) < size and (more := file.read1(size - len(head))):
            head += more
    return bytes(head)


def is_gzip(path: Path) -> bool:
    """Return whether gzip has compressed a file."""
    with path.open("rb") as file:
        return file.read(2) == _GZIP


class _Gunzipped(io.RawIOBase):
    """The bytes of a file that gzip has compressed; what is wrong with it is an OSError."""

    def __init__(self, file: BinaryIO) -> None:
        self._file, self._gzip = file, gzip.GzipFile(fileobj=file)
        self._limit, self._size = limit_of(os.fstat(file.fileno()).st_size), 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int:  # noqa: ANN401 - as `io` has it
        with _as_unpackable("gzip file"):
            data = self._gzip.read1(len(buffer))  # so that all that stands before a fault is given
        self._size += len(data)
        if self._size > self._limit:
            raise _too_large()
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        self._gzip.close()
        self._file.close()
        super().close()


def limit_of(packed: int) -> int:
    """Return how many bytes may come of so many."""
    return min(SIZE_LIMIT, max(_ANY_RATIO, packed * RATIO_LIMIT))


def _too_large() -> Unpackable:
    return Unpackable(
        f"more than {RATIO_LIMIT} times its size, or {SIZE_LIMIT >> 30} GiB, once it is unpacked"
    )


@contextmanager
def _as_unpackable(what: str) -> Iterator[None]:
    try:
        yield
    except _BROKEN as error:
        cut_off = isinstance(error, EOFError | tarfile.ReadError) or "truncated" in str(error)
        told = "cut off" if cut_off else f"damaged or of an unknown kind ({error})"
        told = "encrypted" if "encrypted" in str(error) else told
        raise Unpackable(f"a {what} that is {told}") from error


def is_archive(path: str) -> bool:
    """Say whether a file is a ZIP or a tar archive, by its content; office documents are none."""
    if not os.path.isfile(path):  # a pipe can be read only once
        return False
    try:
        with open(path, "rb") as file:
            head = file.read(512)
        if head.startswith(_ZIPS):
            return not _is_office(path)
        if head.startswith(_TAR, _TAR_AT):
            return True
        return head.startswith(_COMPRESSED) and _holds_tar(path)
    except OSError:
        return False


def _is_office(path: str) -> bool:
    try:
        with zipfile.ZipFile(path) as archive:
            return any(map(_OFFICE.fullmatch, archive.namelist()))
    except _BROKEN:
        return False


def _holds_tar(path: str) -> bool:
    try:
        with tarfile.open(path, "r|*"):
            return True
    except _BROKEN:
        return False


def members(path: str) -> list[ArchiveMember]:
    """List the files of an archive in order of path, but for what is hidden in it.

    Raises:
        OSError: it cannot be read.
    """
    return sorted({member.name: member for member, _ in _walk(path, contents=False)}.values())


def _walk(path: str, *, contents: bool) -> Iterator[tuple[ArchiveMember, _Content]]:
    """Yield the files of an archive, each with its content, or without any content."""
    with _as_unpackable("ZIP or tar archive"), ExitStack() as stack:
        total, limit = 0, limit_of(os.stat(path).st_size)
        walk = _zipped if zipfile.is_zipfile(path) else _tarred
        for number, (member, content) in enumerate(walk(path, stack, contents=contents)):
            total += member.size
            if total > limit:
                raise _too_large()
            if number >= MEMBERS_LIMIT:
                raise Unpackable(f"an archive of more than {MEMBERS_LIMIT:,} files")
            if is_plain(member.name):
                yield member, content


def _zipped(
    path: str, stack: ExitStack, *, contents: bool
) -> Iterator[tuple[ArchiveMember, _Content]]:
    archive = stack.enter_context(zipfile.ZipFile(path))
    for info in archive.infolist():
        if not info.is_dir():
            opened = partial(archive.open, info)
            yield ArchiveMember(info.filename, info.file_size), opened if contents else None


def _tarred(
    path: str, stack: ExitStack, *, contents: bool
) -> Iterator[tuple[ArchiveMember, _Content]]:
    archive = stack.enter_context(tarfile.open(path, "r|*"))  # noqa: SIM115
    for info in archive:
        if info.isreg():
            opened = partial(archive.extractfile, info)
            yield ArchiveMember(info.name, info.size), opened if contents else None


def is_plain(name: str) -> bool:
    """Return whether a path stays inside its archive, and no part of it is hidden."""
    parts = PurePosixPath(name).parts
    hidden = any(part.startswith((".", "__MACOSX")) for part in parts)
    return bool(parts) and not (hidden or name.startswith("/") or "\\" in name or "\0" in name)


class Unpacking:
    """Temporary folders in which the files of archives lie as long as somebody reads them.

    `problems` says by its place there why a file could not be unpacked.
    """

    def __init__(self) -> None:
        self.problems: dict[str, str] = {}
        self._stack = ExitStack()
        self._folders: dict[str, Path] = {}
        self._done: set[str] = set()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stack.close()

    def place(self, archive: str, name: str) -> str:
        """Return where a file of an archive lies once it is unpacked."""
        if archive not in self._folders:
            self._folders[archive] = self._stack.enter_context(temporary_folder())
        return os.path.join(self._folders[archive], name)

    def unpack(self, archive: str) -> None:
        """Unpack all files of an archive, if that is not done yet.

        Raises:
            OSError: there is no room for them, or the archive cannot be read any more.
        """
        if archive in self._done:
            return
        self._done.add(archive)
        for member, content in _walk(archive, contents=True):
            place = Path(self.place(archive, member.name))
            try:
                place.parent.mkdir(parents=True, exist_ok=True)
                _copy(content, place)
            except (FileExistsError, NotADirectoryError, IsADirectoryError):
                self.problems[str(place)] = "a path that is both a file's and a folder's"
            except OSError as error:
                if limit_reached(error):
                    raise
                self.problems[str(place)] = (error.strerror or str(error)).lower()


def _copy(content: _Content, place: Path) -> None:
    with _as_unpackable("file of an archive"), place.open("wb") as file:
        opened = content() if content else None
        if opened:
            with opened:
                for data in iter(partial(opened.read, _AT_ONCE), b""):
                    file.write(data)
