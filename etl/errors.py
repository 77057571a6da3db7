"""Errors of the environment. Bad *data* is a value, never one of these.

EtlError
├── SourceError        a source cannot be read at all
├── WorkspaceError     the workspace is missing, held, damaged or of another version
├── ProcessError       a process beside this one has ended before its time
├── StoreError         a triple store refused or failed
├── LinkError          what links are found by, or decided in, cannot be read
├── EndpointError      an endpoint cannot be asked
├── QueryError         a query is unknown, misses a parameter or is not SPARQL
└── ShapesError        a shapes file is not what SHACL allows
"""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class EtlError(Exception):
    """Say in one line what went wrong and where, and in a hint what to do next."""

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


class SourceError(EtlError):
    """A source cannot be read at all."""


class WorkspaceError(EtlError):
    """The workspace is missing, held by another process, damaged or of another version."""


class ProcessError(EtlError):
    """A helper process has ended early."""


class StoreError(EtlError):
    """A triple store refused or failed."""


class LinkError(EtlError):
    """Evidence for links, or a file of decisions, cannot be read."""


class EndpointError(EtlError):
    """An endpoint cannot be asked."""


class QueryError(EtlError):
    """A query is unknown, lacks a parameter or is not SPARQL."""


class ShapesError(EtlError):
    """A shapes file cannot be read or is not what SHACL allows.

    Of a shape that has no IRI, `part_of` is the IRI of the shape that it is a part of.
    """

    def __init__(self, message: str, *, hint: str = "", part_of: str = "") -> None:
        super().__init__(message, hint=hint)
        self.part_of = part_of


def cannot_read(path: Path, error: OSError) -> WorkspaceError:
    """Say that the system does not let us read a file or folder, which may well be sound."""
    return WorkspaceError(
        f"{path}: cannot be read: {(error.strerror or str(error)).lower()}",
        hint="get permission to read it, or run this as its owner",
    )


_LIMITS = {
    (errno.ENOSPC, errno.EDQUOT): ("the disk is full", "make room"),
    (errno.EFBIG,): ("a file would be larger than allowed", "raise the limit 'ulimit -f'"),
    (errno.EMFILE, errno.ENFILE): ("too many files are open", "raise the limit 'ulimit -n'"),
    (errno.ENOMEM,): ("there is not enough memory", "free some, or raise the limit 'ulimit -v'"),
}
_SAID = {  # by Oxigraph, DuckDB, SQLite
    "file descriptors": errno.EMFILE,
    "Out of Memory": errno.ENOMEM,
    "disk is full": errno.ENOSPC,
}

_OWN_LIMIT = re.compile(r"(?:allocate|pin) .* used\)")  # DuckDB, of the memory that we allow it


def limit_reached(error: BaseException | None) -> tuple[str, str] | None:
    """Return which limit of the system an error is about and what to do, or None.

    The error, or one that it came of, has the system's number or its words for that.
    """
    if error is None:
        return None
    said = str(error)
    if _OWN_LIMIT.search(said):
        return "comparing records takes more memory than it may", "allow more: --memory MB"
    number = error.errno if isinstance(error, OSError) else None
    if isinstance(error, MemoryError):
        number = errno.ENOMEM
    number = next((code for words, code in _SAID.items() if words in said), number)
    for numbers, limit in _LIMITS.items():
        if number in numbers or any(os.strerror(each) in said for each in numbers):
            return limit
    return limit_reached(error.__cause__ or error.__context__)


@contextmanager
def readable(path: Path) -> Iterator[None]:
    """Translate the system's refusal to let us read below a folder.

    Raises:
        WorkspaceError: a file or folder may not be read.
    """
    try:
        yield
    except PermissionError as error:
        raise cannot_read(path, error) from error
