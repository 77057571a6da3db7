"""What the system, the catalog or the store say when a change cannot go on."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager

import duckdb

from etl.errors import EtlError, WorkspaceError, limit_reached
from etl.workspace import Workspace
from etl.workspace.entries import cannot_write


@contextmanager
def undisturbed(workspace: Workspace) -> Iterator[None]:
    """Translate what the system, the catalog or the store say when they cannot go on.

    Raises:
        WorkspaceError: the disk is full, a limit of the system is reached, a file is damaged.
    """
    try:
        yield
    except (OSError, RuntimeError, MemoryError, duckdb.Error, EtlError) as error:
        if limit := limit_reached(error):
            message = f"{workspace.path}: {limit[0]}; the graph is unchanged"
            hint = f"{limit[1]}, then run the same command again"
            raise WorkspaceError(message, hint=hint) from error
        if isinstance(error, EtlError | BrokenPipeError):
            raise
        if isinstance(error, OSError) and error.errno in _FORBIDDEN:
            raise cannot_write(workspace.path, error) from error
        first = str(error).partition("\n")[0] or type(error).__name__
        message = f"{workspace.path}: {first}; the graph is unchanged"
        raise WorkspaceError(message, hint="run: etl check") from error


_FORBIDDEN = (errno.EROFS, errno.EACCES, errno.EPERM)
