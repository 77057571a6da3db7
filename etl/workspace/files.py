"""The files of a generation: how they are listed, and compared with what they were."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Mapping
from pathlib import Path

import msgspec

from etl.errors import cannot_read


class File(msgspec.Struct, frozen=True):
    """The size and digest of a generation's file when it was written."""

    size: int
    sha256: str


class Listing(msgspec.Struct, frozen=True):
    """The files of a generation by their path in it, and the SHA-256 of that list itself.

    An older version of us wrote the list alone.
    """

    files: Mapping[str, File]
    check: str

    @classmethod
    def of(cls, files: Mapping[str, File]) -> Listing:
        """Return the listing of some files."""
        return cls(files, hashlib.sha256(msgspec.json.encode(files)).hexdigest())

    @property
    def sound(self) -> bool:
        """Return whether the list is what was written."""
        return self == Listing.of(self.files)


def unchecked(text: bytes) -> Mapping[str, File] | None:
    """Read a list of files that an older version wrote."""
    try:
        return msgspec.json.decode(text, type=dict[str, File])
    except msgspec.DecodeError:
        return None


def is_file(path: Path) -> bool:
    """Return whether there is a file, and not a folder or the like."""
    status = _status(path)
    return status is not None and stat.S_ISREG(status.st_mode)


def _status(path: Path) -> os.stat_result | None:
    """Look at a file that may be missing.

    Raises:
        WorkspaceError: it may not be looked at.
    """
    try:
        return path.stat()
    except PermissionError as error:
        raise cannot_read(path, error) from error
    except OSError:
        return None


def of_size(path: Path, file: File) -> str:
    """Say what is wrong with a file that should have a size; empty if nothing is.

    Raises:
        WorkspaceError: it may not be looked at.
    """
    status = _status(path)
    if status is None:
        return "missing"
    if not stat.S_ISREG(status.st_mode):
        return "damaged (not a file)"
    size = status.st_size
    return "" if size == file.size else f"damaged ({size} bytes, not {file.size})"


def of_content(path: Path, file: File, digests: dict[int, str]) -> str:
    """Say what is wrong with a file that should have a content; empty if nothing is.

    `digests` has the digests of files that were read before, by inode, and gets this one's.

    Raises:
        WorkspaceError: it may not be read.
    """
    if problem := of_size(path, file):
        return problem
    try:
        inode = path.stat().st_ino
        if inode not in digests:
            digests[inode] = digest(path)
    except PermissionError as error:
        raise cannot_read(path, error) from error
    except OSError as error:
        return f"damaged ({(error.strerror or str(error)).lower()})"
    return "" if digests[inode] == file.sha256 else "damaged (its content has changed)"


def digest(path: Path) -> str:
    """Return the SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
