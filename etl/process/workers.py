"""Processes beside this one, for loads that are worth it.

Each is a Python of its own that reads work from its standard input and writes results to its
standard output, as pickles with their length before them. It ends when its input does, and so
with this process, however that ends.
"""

from __future__ import annotations

import gc
import os
import pickle
import queue
import struct
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from itertools import chain, cycle, islice
from typing import IO, Any, Self, TypeVar

from etl.errors import ProcessError

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")

WORTH_PROCESSES = 5  # items: so many are worked on here while the processes start
_AHEAD = 2  # items that a process has been given before it is asked for the first one's result
_LENGTH = struct.Struct("!Q")


class Workers:
    """Processes beside this one: started when it is worth it, and ended with this context.

    What they do is a function of an engine, which each of them has, and of an item.
    """

    def __init__(self, processes: int, engine: object) -> None:
        self._processes = processes
        self._engine = engine
        self._workers: list[_Worker] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for worker in self._workers:
            worker.end()
        self._workers.clear()

    def map(
        self, function: Callable[[Any, _Item], _Result], items: Iterable[_Item]
    ) -> Iterator[_Result]:
        """Apply a function to items, in order: here, and in the processes once that is worth it.

        Raises:
            ProcessError: a process was killed, or had no memory left.
        """
        remaining = iter(items)
        here = list(islice(remaining, WORTH_PROCESSES))
        if self._processes < 1 or len(here) < WORTH_PROCESSES:
            yield from (function(self._engine, item) for item in chain(here, remaining))
            return
        results = self._results(function, remaining)
        yield from (function(self._engine, item) for item in here)
        yield from results

    def _results(
        self, function: Callable[[Any, _Item], _Result], items: Iterator[_Item]
    ) -> Iterator[_Result]:
        """Give work to the processes in turn, a few items ahead, and return its results."""
        if not self._workers:
            engine = pickle.dumps(self._engine, pickle.HIGHEST_PROTOCOL)
            self._workers = [_Worker(engine) for _ in range(self._processes)]
        given = zip(items, cycle(self._workers), strict=False)
        waiting = deque[_Worker]()

        def give(count: int) -> None:
            for item, worker in islice(given, count):
                worker.give(pickle.dumps((function, item), pickle.HIGHEST_PROTOCOL))
                waiting.append(worker)

        def results() -> Iterator[_Result]:
            while waiting:
                result = waiting.popleft().result()
                give(1)
                yield result

        give(_AHEAD * len(self._workers))
        return results()


class _Worker:
    """One process beside this one."""

    def __init__(self, engine: bytes) -> None:
        serve_it = f"from {__name__} import serve; serve()"
        self._process = process = subprocess.Popen(  # noqa: S603 - this program
            [sys.executable, "-P", "-c", serve_it],  # -P: nothing of the folder we are in
            env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            process_group=0 if os.name == "posix" else None,  # out of the reach of Ctrl-C
        )
        if process.stdin is None or process.stdout is None:
            raise RuntimeError("a process was started without pipes")
        self._work, self._answers = process.stdin, process.stdout
        self._results = queue.SimpleQueue[bytes | None]()
        threading.Thread(target=self._receive, name="results", daemon=True).start()
        self.give(engine)

    def _receive(self) -> None:
        """Take results from the process as they come, so that it need not wait to go on."""
        while (result := _read(self._answers)) is not None:
            self._results.put(result)
        self._results.put(None)

    def give(self, work: bytes) -> None:
        """Give the process something to do."""
        try:
            _write(self._work, work)
        except OSError as error:
            raise _ended() from error

    def result(self) -> Any:  # noqa: ANN401 - whatever the work's function gives
        """Return the next result, or raise what the process raised."""
        answer = self._results.get()
        if answer is None:
            raise _ended()
        value, error = pickle.loads(answer)  # noqa: S301 - our own process wrote it
        if error is not None:
            raise error
        return value

    def end(self) -> None:
        """End the process, whatever it does."""
        self._process.kill()
        self._process.wait()
        self._answers.close()
        with suppress(OSError):  # what it was given can no longer be written
            self._work.close()


def _ended() -> ProcessError:
    return ProcessError(
        "a helper process was killed or ran out of memory; the graph is unchanged",
        hint="run the same command again",
    )


def _write(stream: IO[bytes], message: bytes) -> None:
    stream.write(_LENGTH.pack(len(message)))
    stream.write(message)
    stream.flush()


def _read(stream: IO[bytes]) -> bytes | None:
    """Read a message; None where the stream ends before one is complete."""
    try:
        head = stream.read(_LENGTH.size)
        if len(head) < _LENGTH.size:
            return None
        (length,) = _LENGTH.unpack(head)
        message = stream.read(length)
    except (OSError, ValueError):  # the stream was closed meanwhile
        return None
    return message if len(message) == length else None


def serve() -> None:
    """Do what standard input says, until it ends: this process does nothing else."""
    messages = queue.SimpleQueue[bytes]()
    results = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what is printed goes where errors go
    threading.Thread(target=_listen, args=(messages,), daemon=True).start()
    gc.disable()  # records and triples form no cycles
    if hasattr(os, "nice"):
        os.nice(5)  # the store's loader, which all wait for in the end, goes first
    engine = pickle.loads(messages.get())  # noqa: S301 - our own process wrote it
    while True:
        function, item = pickle.loads(messages.get())  # noqa: S301
        answer = _answer(function, engine, item)
        try:
            _write(results, answer)
        except OSError:  # the parent is gone, and whoever wanted the result
            os._exit(0)


def _answer(function: Callable[[Any, Any], object], engine: object, item: object) -> bytes:
    """Return what a function gives or raises, as a pickle of the two."""
    try:
        return pickle.dumps((function(engine, item), None), pickle.HIGHEST_PROTOCOL)
    except Exception as error:  # noqa: BLE001 - raised again where it can be answered
        return pickle.dumps((None, error), pickle.HIGHEST_PROTOCOL)


def _listen(messages: queue.SimpleQueue[bytes]) -> None:
    """Take what comes in; when nothing comes any more, the parent is gone, and so are we."""
    with os.fdopen(0, "rb") as stream:
        while (message := _read(stream)) is not None:
            messages.put(message)
    os._exit(0)
