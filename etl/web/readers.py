"""The snapshot that requests read: shared by all, and replaced when a newer generation is there."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar, cast

from etl.rdf.identifiers import Iris
from etl.workspace import Workspace
from etl.workspace.generations import Generation
from etl.workspace.snapshot import Snapshot, undamaged

_Made = TypeVar("_Made")
_PREPARING = "preparing"  # the name of a thread


@dataclass(slots=True)
class _Held:
    """An open generation, how many keep it open, and what has been made of it once for all."""

    snapshot: Snapshot
    opened: ExitStack
    readers: int = 0
    prepared: Future[Any] = field(default_factory=Future)
    made: dict[str, Future[Any]] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def __lt__(self, other: _Held) -> bool:
        return self.snapshot.generation.number < other.snapshot.generation.number


@dataclass(frozen=True, slots=True)
class OpenGeneration:
    """What one request reads: a snapshot of its own thread, and what its generation has in common.

    All of it is one generation, whatever is loaded meanwhile.
    """

    snapshot: Snapshot
    _held: _Held

    def once(self, name: str, make: Callable[[], _Made]) -> _Made:
        """Return what `make` gives, which is called once for each generation; others wait for it.

        What failed is tried again by whoever asks next.
        """
        with self._held.lock:
            is_first = name not in self._held.made
            future: Future[_Made] = self._held.made.setdefault(name, Future())
        if not is_first:
            return future.result()
        try:
            future.set_result(make())
        except BaseException as error:
            del self._held.made[name]
            future.set_exception(error)
            raise
        return future.result()

    @property
    def prepared(self) -> Future[Any]:
        """What is made of a generation beside all requests, as soon as it is opened."""
        return self._held.prepared


class Readers:
    """Opens the current generation for many threads; an old one is closed by its last reader."""

    def __init__(
        self, workspace: Workspace, prepare: Callable[[OpenGeneration], object] = lambda _: None
    ) -> None:
        self._workspace = workspace
        self._pointer = str(workspace.path / "current")
        self._prepare = prepare  # called beside all requests, when a generation has been opened
        self._lock = threading.Lock()
        self._newest: _Held | None = None
        self._ready: _Held | None = None  # the newest of which all is made
        self._seen: tuple[int, int] | None = None

    @contextmanager
    def reading(self, *, ready: bool = False) -> Iterator[OpenGeneration]:
        """Open the current generation for one thread; where it has to be `ready`, the last that is.

        Raises:
            WorkspaceError: nothing has been loaded, or the workspace is damaged.
            StoreError: the store or the search index is damaged.
        """
        held = self._take(ready)
        try:
            with undamaged(held.snapshot.generation), held.snapshot.apart() as snapshot:
                yield OpenGeneration(snapshot, held)
        finally:
            self._leave(held)

    @property
    def is_preparing(self) -> bool:
        """Tell whether something is still being made of a generation."""
        return any(each.name == _PREPARING for each in threading.enumerate())

    def current(self) -> tuple[Generation, Iris]:
        """Return the current generation and what mints its IRIs, without reading it."""
        with self._lock:
            snapshot = self._current().snapshot
            return snapshot.generation, snapshot.iris

    def close(self) -> None:
        """Close what no request reads any more."""
        with self._lock:
            for held in (self._newest, self._ready):
                if held is not None:
                    self._let_go(held)
            self._newest = self._ready = None

    def _take(self, ready: bool) -> _Held:
        with self._lock:
            held = self._current()
            if ready and self._ready is not None and not held.prepared.done():
                held = self._ready
            held.readers += 1
            return held

    def _leave(self, held: _Held) -> None:
        with self._lock:
            self._let_go(held)

    def _let_go(self, held: _Held) -> None:
        held.readers -= 1
        if not held.readers:
            held.opened.close()

    def _current(self) -> _Held:
        """Return the newest generation, opened; by one file it shows if there is another."""
        seen = self._stamp()
        if self._newest is not None and seen == self._seen:
            return self._newest
        generation = self._workspace.required()
        before = self._newest
        if before is None or before.snapshot.generation != generation:
            opened = ExitStack()
            snapshot = opened.enter_context(Snapshot.opened(generation))
            self._newest = _Held(snapshot, opened)
            self._newest.readers += 2  # as the newest, and by the thread
            preparing = threading.Thread(
                target=self._make_ready, args=(self._newest,), name=_PREPARING, daemon=True
            )
            preparing.start()
            if before is not None:
                self._let_go(before)
        self._seen = seen
        return cast(_Held, self._newest)

    def _make_ready(self, held: _Held) -> None:
        """Make what is to be made of a generation; an error is for those who ask for that."""
        try:
            with held.snapshot.apart() as snapshot:
                held.prepared.set_result(self._prepare(OpenGeneration(snapshot, held)))
        except Exception as error:  # noqa: BLE001 - raised again where it can be answered
            held.prepared.set_exception(error)
        with self._lock:
            old: _Held | None = held
            if self._newest is not None and (self._ready is None or self._ready < held):
                old, self._ready = self._ready, held
            if old is not None:
                self._let_go(old)

    def _stamp(self) -> tuple[int, int] | None:
        try:
            status = os.stat(self._pointer)
        except OSError:
            return None
        return status.st_ino, status.st_mtime_ns
