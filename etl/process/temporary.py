"""Temporary files and folders, which are removed even where a process ends at once."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

_there: set[Path] = set()


@contextmanager
def temporary_folder(parent: Path | None = None, prefix: str = "etl-") -> Iterator[Path]:
    """Make a folder, and remove it with all that is in it."""
    with TemporaryDirectory(dir=parent, prefix=prefix) as folder, _noted(Path(folder)):
        yield Path(folder)


@contextmanager
def temporary_file(path: Path) -> Iterator[Path]:
    """Remove a file in the end, unless it was renamed."""
    with _noted(path):
        try:
            yield path
        finally:
            path.unlink(missing_ok=True)


@contextmanager
def _noted(path: Path) -> Iterator[None]:
    _there.add(path)
    try:
        yield
    finally:
        _there.discard(path)


def remove_temporary() -> None:
    """Remove all temporary files and folders, before this process ends at once."""
    for path in list(_there):
        with suppress(OSError):
            path.unlink()
        shutil.rmtree(path, ignore_errors=True)
