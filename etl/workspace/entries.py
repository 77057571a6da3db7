"""Misplaced entries of a workspace, and entries that may not be written."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from etl.errors import WorkspaceError, readable
from etl.workspace.generations import Damage

_FILES = """current current.new committed committed.new keep keep.new lock holder
    settings.json settings.new""".split()
_FULL = (errno.ENOSPC, errno.EDQUOT)  # whoever holds the workspace for a change says that


def misplaced(workspace: Path) -> Iterator[Damage]:
    """Yield each entry of a workspace that is a folder where a file should be, or the reverse."""
    for path in (workspace / name for name in _FILES):
        if path.exists() and not path.is_file():
            yield _other(path, "a file", "a folder" if path.is_dir() else "something else")
    generations = workspace / "generations"
    folders = [workspace, generations, workspace / "stores"]
    with readable(generations):
        if generations.is_dir():
            folders += sorted(path for path in generations.iterdir() if path.name.isdigit())
        for path in folders:
            if path.exists() and not path.is_dir():
                yield _other(path, "a folder", "a file")


def _other(path: Path, expected: str, found: str) -> Damage:
    remedy = f"move {path} away"
    return Damage(path, f"expected {expected}, found {found}", content=False, remedy=remedy)


def expect_entries(workspace: Path) -> None:
    """Refuse a workspace in which something lies where something else should.

    Raises:
        WorkspaceError: an entry is a folder where a file should be, or the reverse.
    """
    for damage in misplaced(workspace):
        raise WorkspaceError(str(damage), hint=damage.remedy)


@contextmanager
def writable(workspace: Path) -> Iterator[None]:
    """Translate the system's refusal to write to a workspace; a full disk is passed on.

    Raises:
        WorkspaceError: a file or folder of the workspace cannot be written.
    """
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise
        raise cannot_write(workspace, error) from error


def cannot_write(workspace: Path, error: OSError) -> WorkspaceError:
    """Say that the system refuses to write to a workspace, and why."""
    reason = (error.strerror or str(error)).lower()
    return WorkspaceError(
        f"{error.filename or workspace}: cannot be written: {reason}",
        hint="get permission to write there, or choose another --workspace",
    )
