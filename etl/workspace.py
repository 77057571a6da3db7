"""The workspace on disk: generations, one atomic switch between them, one writer at a time.

    .etl/
      current             the number of the generation that readers see
      generations/0007/   catalog.duckdb and store/, which belong together
      lock                held by the one process that writes

A generation is never changed once `current` names it. A writer builds the next one beside it
and switches by one rename: that rename is the commit, of catalog and store at once. What a
killed writer left behind is a generation that nothing names; the next writer deletes it.
"""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from etl.errors import WorkspaceError

KEPT_GENERATIONS = 3


@dataclass(frozen=True, slots=True)
class Generation:
    """One state of catalog and store."""

    number: int
    path: Path

    @property
    def catalog(self) -> Path:
        """Return where the catalog lies."""
        return self.path / "catalog.duckdb"

    @property
    def store(self) -> Path:
        """Return where the embedded store lies."""
        return self.path / "store"


class Workspace:
    """The folder that holds everything we keep, `.etl` unless told otherwise."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._pointer = path / "current"
        self._generations = path / "generations"

    def current(self) -> Generation | None:
        """Return the generation that readers see, or None before the first load.

        Raises:
            WorkspaceError: the pointer cannot be read, or what it names is not there.
        """
        try:
            text = self._pointer.read_text("ascii").strip()
        except FileNotFoundError:
            return None
        except (OSError, UnicodeDecodeError) as error:
            raise WorkspaceError(
                f"{self._pointer}: cannot be read: {error}", hint="check its permissions"
            ) from error
        if not text.isdigit():
            raise self._damaged(f"{self._pointer}: expected a number, found {text[:20]!r}")
        generation = self._generation(int(text))
        if not generation.catalog.is_file() or not generation.store.is_dir():
            raise self._damaged(f"{generation.path}: catalog or store is missing")
        return generation

    def required(self) -> Generation:
        """Return the generation that readers see.

        Raises:
            WorkspaceError: nothing has been loaded yet, or the workspace is damaged.
        """
        generation = self.current()
        if generation is None:
            raise WorkspaceError(
                f"{self.path}: nothing has been loaded yet", hint="run: etl load SOURCE"
            )
        return generation

    @contextlib.contextmanager
    def writing(self, command: str, waiting: Callable[[str], None]) -> Iterator[Generation]:
        """Hold the workspace and give the next generation, empty, to be built.

        It is thrown away on leaving unless `commit` was called. When another process holds
        the workspace, `waiting` is told who, once, and then this waits.

        Raises:
            WorkspaceError: the folder cannot be written.
        """
        try:
            self._generations.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise WorkspaceError(
                f"{self.path}: cannot be made: {error.strerror}", hint="choose another --workspace"
            ) from error
        with self._lock(command, waiting):
            current = self.current()
            number = current.number if current else 0
            self._clean(number)
            generation = self._generation(number + 1)
            generation.path.mkdir()
            try:
                yield generation
            finally:
                self._clean(number)

    def commit(self, generation: Generation) -> None:
        """Make a finished generation the one that readers see: written through, then renamed."""
        _sync_tree(generation.path)
        written = self._pointer.with_suffix(".new")
        with written.open("w", encoding="ascii") as file:
            file.write(f"{generation.number}\n")
            file.flush()
            os.fsync(file.fileno())
        written.replace(self._pointer)
        _sync(self.path)

    @contextlib.contextmanager
    def _lock(self, command: str, waiting: Callable[[str], None]) -> Iterator[None]:
        lock = FileLock(self.path / "lock")
        holder = self.path / "holder"
        try:
            lock.acquire(timeout=0)
        except Timeout:
            with contextlib.suppress(OSError):
                waiting(holder.read_text("utf-8").strip())
            lock.acquire()
        try:
            holder.write_text(f"process {os.getpid()} ({command})\n", "utf-8")
            yield
        finally:
            holder.unlink(missing_ok=True)
            lock.release()

    def _generation(self, number: int) -> Generation:
        return Generation(number, self._generations / f"{number:04d}")

    def _clean(self, base: int) -> None:
        """Delete unfinished generations, and those too old for any reader.

        `base` is the generation that was current when the lock was taken.
        """
        current = self.current()
        newest = current.number if current else base
        for path in self._generations.iterdir():
            number = int(path.name) if path.name.isdigit() else 0
            if number > newest or number <= newest - KEPT_GENERATIONS:
                shutil.rmtree(path, ignore_errors=True)

    def _damaged(self, message: str) -> WorkspaceError:
        return WorkspaceError(
            f"{message}: the workspace is damaged",
            hint=f"delete {self.path} and load your sources again",
        )


def _sync(path: Path) -> None:
    """Have the system write a file or a folder's entries through to the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _sync_tree(path: Path) -> None:
    for folder, _, names in os.walk(path):
        for name in names:
            _sync(Path(folder, name))
        _sync(Path(folder))
    _sync(path.parent)
