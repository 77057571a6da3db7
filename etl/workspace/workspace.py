"""The generations of a workspace: which one readers see, and how the next one takes its place."""

from __future__ import annotations

import contextlib
import os
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from etl.errors import WorkspaceError, readable
from etl.workspace.entries import expect_entries, misplaced, writable
from etl.workspace.generations import MEND, Damage, Generation
from etl.workspace.pointer import Pointer, replace

KEPT_GENERATIONS = 3
_PAUSES_S = (0.02, 0.05, 0.1, 0.2, 0.4, 0.8)  # within what an interrupted change may take


class Workspace:
    """The folder of catalog, graph and all else that is kept, by default `.etl`."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._current = Pointer(path / "current")
        self._committed = Pointer(path / "committed")
        self.abandoned: list[Generation] = []  # complete, never made current, deleted by `writing`
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
            raise WorkspaceError(str(damage), hint=damage.remedy)
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
        """List the generations that the graph can be made from, the newest first."""
        newest = self._newest()
        return [each for each in reversed(self._all()) if each.number <= newest]

    def newest(self) -> Generation:
        """Return the generation that readers see, or saw before it was damaged."""
        return self._generation(self._newest())

    @property
    def is_new(self) -> bool:
        """Return whether nothing has been loaded yet."""
        return not self._current.path.exists() and not self._newest()

    def damages(self) -> Iterator[Damage]:
        """Yield the damage of each entry of the workspace; this reads all files."""
        elsewhere = list(misplaced(self.path))
        yield from elsewhere
        yield from self._unreadable([damage.path for damage in elsewhere])
        newest, digests = self._newest(), dict[int, str]()
        if newest and not self.newest().path.exists():
            yield Damage(self.newest().path, "missing")
        for generation in self._all():
            if generation.number <= newest:
                yield from generation.damages(digests)
            if generation.number == newest and not generation.listing.exists():
                yield Damage(generation.listing, "missing", content=False)

    def _unreadable(self, told: Sequence[Path]) -> Iterator[Damage]:
        """Tell which small files do not say what they should, but for those that were told."""
        for path, read in (
            (self._current.path, self._named),
            (self._committed.path, self._committed.number),
            (self._keep, self.kept),
        ):
            try:
                read()
            except WorkspaceError as error:
                if path not in told:
                    problem = str(error).removeprefix(f"{path}: ")
                    yield Damage(path, problem, content=False, remedy=error.hint or MEND)
        if self._all() and not self._current.path.exists():
            yield Damage(self._current.path, "missing", content=False)

    def unnamed(self) -> list[Generation]:
        """List the complete generations that were never made current: a command was killed."""
        newest = self._newest()
        return [each for each in self._all() if each.number > newest and each.complete]

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
        """Set the number of generations to keep."""
        expect_entries(self.path)
        with writable(self.path):
            replace(self._keep, f"{number}\n")

    @contextlib.contextmanager
    def writing(self, command: str, waiting: Callable[[str], None]) -> Iterator[Generation]:
        """Hold the workspace and give the next generation, empty, to be built.

        It is thrown away on leaving unless `commit` was called. When another process holds
        the workspace, `waiting` is told who, once, and then this waits.

        Raises:
            WorkspaceError: the folder cannot be written.
        """
        expect_entries(self.path)
        try:
            self._generations.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            reason = error.strerror or str(error)
            message = f"{self.path}: cannot be made: {reason.lower()}"
            raise WorkspaceError(message, hint="choose another --workspace") from error
        with self._lock(command, waiting):
            with readable(self._generations):
                before = self._newest()
            try:
                with writable(self.path):
                    generation = self._begun(before)
                yield generation
            finally:
                self._clean(self._newest() if self._current.path.exists() else before)

    def _begun(self, number: int) -> Generation:
        """Make the folder of the generation after one, beside nothing but what is to be kept."""
        if number and self._number(self._committed) != number:
            self._committed.write(number)
        self.abandoned = self.unnamed()
        self._clean(number)
        generation = self._generation(number + 1)
        generation.path.mkdir()
        return generation

    def commit(self, generation: Generation) -> None:
        """Make a finished generation the one that readers see: written through, then renamed."""
        before = self._generation(self._newest())
        generation.seal(before)
        self._current.write(generation.number)
        self._committed.write(generation.number)

    def discard_damaged(self) -> None:
        """Delete older generations that are not what they were when they were written."""
        newest, digests = self._newest(), dict[int, str]()
        for generation in self._all():
            if generation.number < newest and any(generation.damages(digests)):
                _delete(generation.path)

    @contextlib.contextmanager
    def _lock(self, command: str, waiting: Callable[[str], None]) -> Iterator[None]:
        from filelock import FileLock, Timeout  # which readers have no need of

        lock = FileLock(self.path / "lock")
        holder = self.path / "holder"
        with writable(self.path):
            try:
                lock.acquire(timeout=0)
            except Timeout:
                with contextlib.suppress(OSError):
                    waiting(holder.read_text("utf-8").strip())
                lock.acquire()
        try:
            with writable(self.path):
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
        with readable(self._generations):
            names = [path.name for path in self._generations.iterdir()]
        return [self._generation(number) for number in sorted(map(_number, names)) if number]

    def _named(self) -> Generation | None:
        """Return the generation that `current` names, or the newest where there is no such file.

        Raises:
            WorkspaceError: the file does not name a generation, or an older one than it did.
        """
        newest = self._newest()
        path, number = self._current.path, self._current.number()
        if number is None and not newest:
            return None
        generation = self._generation(number or newest)
        if generation.number < newest:
            message = f"damaged: names generation {number}, and {newest} is the newest"
            raise WorkspaceError(f"{path}: {message}", hint=MEND)
        with readable(self._generations):
            there = generation.path.is_dir()
        if not there:
            message = f"damaged: names generation {generation.number}, which is not there"
            raise WorkspaceError(f"{path}: {message}", hint=MEND)
        return generation

    def _newest(self) -> int:
        """Return the number of the generation that was committed last, as far as can be told.

        Where one of the two files that name it is lost, a newer complete generation is taken for
        committed. A reader does not wait for writers: `committed`, which they write last, is
        read first.
        """
        numbers = [self._number(self._committed), self._number(self._current)]
        if None in numbers:
            numbers += [each.number for each in self._all() if each.complete]
        return max((number for number in numbers if number), default=0)

    @staticmethod
    def _number(pointer: Pointer) -> int | None:
        """Return the number in a pointer, or None where it is lost or damaged."""
        try:
            return pointer.number()
        except WorkspaceError as error:
            if isinstance(error.__cause__, PermissionError):
                raise
            return None

    def _clean(self, newest: int) -> None:
        """Delete unfinished generations, and those too old for any reader."""
        for generation in self._all():
            if generation.number > newest or generation.number <= newest - self.kept():
                _delete(generation.path)


def _delete(folder: Path) -> None:
    """Delete a folder, in which an interrupted store may still be writing what it had begun."""
    for pause_s in _PAUSES_S:
        shutil.rmtree(folder, ignore_errors=True)
        if not folder.exists():
            return
        time.sleep(pause_s)


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 9 else 0
