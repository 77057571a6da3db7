"""The workspace on disk: generations, one atomic switch between them, one writer at a time.

    .etl/
      current             the number of the generation that readers see
      generations/0007/   catalog.duckdb and store/, which belong together, and files.json
      keep                how many generations are kept, where that is not the default
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
from pathlib import Path

from filelock import FileLock, Timeout

from etl.errors import WorkspaceError
from etl.generations import Damage, Generation, sync

KEPT_GENERATIONS = 3
MEND = "run: etl rebuild"


class Workspace:
    """The folder that holds everything we keep, `.etl` unless told otherwise."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._pointer = path / "current"
        self._generations = path / "generations"
        self._keep = path / "keep"

    def current(self) -> Generation | None:
        """Return the generation that readers see, or None before the first load.

        Raises:
            WorkspaceError: the workspace is damaged.
        """
        named = self._named()
        if named is None:
            return None
        if damage := named.missing():
            raise WorkspaceError(str(damage), hint=MEND)
        return named

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

    def candidates(self) -> list[Generation]:
        """List the generations that the graph can be made from, the most trustworthy first."""
        newest = self._newest()
        there = [each for each in self._all() if each.number <= newest]
        return sorted(there, key=lambda each: (each.complete, each.number), reverse=True)

    def newest(self) -> Generation:
        """Return the generation that readers see, or saw before it was damaged."""
        return self._generation(self._newest())

    @property
    def is_new(self) -> bool:
        """Say whether nothing has been loaded yet."""
        return not self._pointer.exists() and not self._newest()

    def damages(self) -> Iterator[Damage]:
        """Tell what is wrong with any file of the workspace; this reads them all."""
        try:
            if self._named() and not self._pointer.exists():
                yield Damage(self._pointer, "missing")
        except WorkspaceError as error:
            yield Damage(self._pointer, str(error).removeprefix(f"{self._pointer}: "))
        try:
            self.kept()
        except WorkspaceError as error:
            yield Damage(self._keep, str(error).removeprefix(f"{self._keep}: "))
        newest, digests = self._newest(), dict[int, str]()
        for generation in self._all():
            if generation.number <= newest:
                yield from generation.damages(digests)
            if generation.number == newest and not generation.listing.exists():
                yield Damage(generation.listing, "missing", content=False)

    def disk(self) -> dict[int, int]:
        """Return the bytes that each generation takes beside those before it, by its number."""
        known: dict[int, int] = {}
        taken: dict[int, int] = {}
        for generation in self._all():
            new = {inode: size for inode, size in generation.sizes().items() if inode not in known}
            taken[generation.number] = sum(new.values())
            known |= new
        return taken

    def kept(self) -> int:
        """Return how many generations are kept.

        Raises:
            WorkspaceError: that is not set to a number.
        """
        try:
            text = self._keep.read_text("ascii").strip()
        except FileNotFoundError:
            return KEPT_GENERATIONS
        except (OSError, UnicodeDecodeError):
            text = ""
        if not text.isdigit() or int(text) < 1:
            raise WorkspaceError(
                f"{self._keep}: expected a number such as {KEPT_GENERATIONS}, found {text[:20]!r}",
                hint=f"run: etl rebuild --keep {KEPT_GENERATIONS}",
            )
        return int(text)

    def keep(self, number: int) -> None:
        """Keep so many generations from now on."""
        self._replace(self._keep, number)

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
            number = self._newest()
            self._clean(number)
            generation = self._generation(number + 1)
            generation.path.mkdir()
            try:
                yield generation
            finally:
                self._clean(self._newest() if self._pointer.exists() else number)

    def commit(self, generation: Generation) -> None:
        """Make a finished generation the one that readers see: written through, then renamed."""
        before = self._generation(self._newest())
        generation.seal(before)
        self._replace(self._pointer, generation.number)

    def discard_damaged(self) -> None:
        """Delete older generations that are not what they were when they were written."""
        newest, digests = self._newest(), dict[int, str]()
        for generation in self._all():
            if generation.number < newest and any(generation.damages(digests)):
                shutil.rmtree(generation.path, ignore_errors=True)

    def _replace(self, path: Path, number: int) -> None:
        written = path.with_suffix(".new")
        with written.open("w", encoding="ascii") as file:
            file.write(f"{number}\n")
            file.flush()
            os.fsync(file.fileno())
        written.replace(path)
        sync(self.path)

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

    def _all(self) -> list[Generation]:
        """List what lies there, finished or not, oldest first."""
        if not self._generations.is_dir():
            return []
        names = [path.name for path in self._generations.iterdir()]
        return [self._generation(int(name)) for name in sorted(names, key=_number) if _number(name)]

    def _named(self) -> Generation | None:
        """Return the generation that the pointer names.

        Where there is no pointer that is the newest complete one: a first load may have been
        killed just before it wrote the pointer.

        Raises:
            WorkspaceError: the pointer does not name a generation.
        """
        try:
            text = self._pointer.read_text("ascii").strip()
        except (FileNotFoundError, NotADirectoryError):
            return next((each for each in reversed(self._all()) if each.complete), None)
        except (OSError, UnicodeDecodeError) as error:
            raise WorkspaceError(f"{self._pointer}: damaged: {error}", hint=MEND) from error
        generation = self._generation(_number(text))
        if not generation.path.is_dir():
            found = repr(text[:20])
            raise WorkspaceError(
                f"{self._pointer}: damaged: expected the number of a generation, found {found}",
                hint=MEND,
            )
        return generation

    def _newest(self) -> int:
        """Return the number of the current generation, or of the newest where that is damaged."""
        try:
            named = self._named()
        except WorkspaceError:
            there = self._all()
            named = max(there, key=lambda each: (each.complete, each.number), default=None)
        return named.number if named else 0

    def _clean(self, newest: int) -> None:
        """Delete unfinished generations, and those too old for any reader."""
        for generation in self._all():
            if generation.number > newest or generation.number <= newest - self.kept():
                shutil.rmtree(generation.path, ignore_errors=True)


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() else 0
