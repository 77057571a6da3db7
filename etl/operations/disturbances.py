"""When a change cannot go on: what is said then, and the generation to begin from."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager

import duckdb

from etl.catalog.connection import reads_whole
from etl.errors import EtlError, WorkspaceError, limit_reached
from etl.workspace import Workspace
from etl.workspace.entries import cannot_write
from etl.workspace.generations import Generation


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


def soundest(workspace: Workspace) -> Generation:
    """Return the newest generation of a workspace, which may be damaged, with a sound catalog.

    Where the list of a generation's files is lost, all of its catalog is read.

    Raises:
        WorkspaceError: nothing has been loaded, no sound catalog is left, or one may not be read.
    """
    if workspace.is_new:
        return workspace.required()
    for generation in workspace.candidates():
        if generation.has_sound_catalog() and (
            generation.complete or reads_whole(generation.catalog)
        ):
            return generation
    raise WorkspaceError(
        f"{workspace.path}: no sound catalog is left",
        hint=f"delete {workspace.path} and load your sources again",
    )
