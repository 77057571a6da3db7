"""A thread that ends a command which takes too much time or memory.

The engines let go of Python while they work, and look at nothing. So a thread ends the process,
in the middle of whatever it does. Nothing may need to be taken back then but temporary files,
which the thread removes: only commands that change nothing are watched.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import click

from etl.cli.options import (
    MEMORY,
    NOT_DONE,
    TIMEOUT,
    file_timeout_option,
    memory_option,
    read_elsewhere,
)
from etl.process.limits import COMPARING_BYTES, FILE_S, MB, QUERY_S, Bounds, memory_taken
from etl.process.temporary import remove_temporary

_LOOK_S = 0.05


def file_bounds() -> Bounds:
    """Return the limits for reading a foreign file of RDF."""
    return _bounds(FILE_S)


def memory_bytes() -> int:
    """Return how much memory comparing records may take in this command."""
    most = _bounds(FILE_S).memory_bytes
    given = click.get_current_context().meta[MEMORY] is not None
    return most if given else min(most, COMPARING_BYTES)


def held_bytes() -> int:
    """Return how much memory may be taken by a graph that is held while it is validated.

    That is a third of what the command may take: validation takes at most as much again.
    """
    return file_bounds().memory_bytes // 3 or sys.maxsize


def _bounds(default_s: float) -> Bounds:
    """Return the limits that this command has by its options, or by the environment."""
    context = click.get_current_context()
    for key, option in ((TIMEOUT, file_timeout_option), (MEMORY, memory_option)):
        if key not in context.meta:  # a command without the option
            read_elsewhere(context, option)
    return Bounds.given(context.meta[TIMEOUT], context.meta[MEMORY], default_s)


def query_bounds(seconds: float, memory_bytes: int) -> Bounds:
    """Return the limits for the queries of others, with these defaults."""
    _bounds(seconds)
    meta = click.get_current_context().meta
    megabytes = meta[MEMORY]
    return Bounds(
        seconds if meta[TIMEOUT] is None else meta[TIMEOUT],
        memory_bytes if megabytes is None else int(megabytes * MB),
    )


class Watch:
    """Looks how long this process works on the first solution, and how much memory it takes."""

    def __init__(self, given: Bounds, *, timed: bool) -> None:
        self._given = given
        self._until = time.monotonic() + given.seconds if timed and given.seconds else None

    def answered(self) -> None:
        """Stop the clock: the first solution is there."""
        self._until = None

    def look(self, done: threading.Event) -> None:
        """Look again and again until all is done; end the process if a limit is passed."""
        most = self._given.memory_bytes
        while not done.wait(_LOOK_S):
            until = self._until
            if until is not None and time.monotonic() > until:
                hint = "ask for less, or give it more time with --timeout SECONDS (0: no limit)"
                _end(f"no solution within {self._given.seconds:g} s", hint)
            if most and memory_taken() > most:
                hint = "ask for less, or allow more with --memory MB (0: no limit)"
                _end(f"this takes more than {most // MB} MB of memory", hint)


@contextmanager
def watched(*, timed: bool = True) -> Iterator[Watch]:
    """Enforce the limits of a command; its clock runs if it is timed."""
    watch, done = Watch(_bounds(QUERY_S), timed=timed), threading.Event()
    thread = threading.Thread(target=watch.look, args=[done], name="limits", daemon=True)
    thread.start()
    try:
        yield watch
    finally:
        done.set()
        thread.join()


def _end(message: str, hint: str) -> None:
    with suppress(OSError):
        os.write(2, f"Error: {message}\nHint: {hint}\n".encode())
    remove_temporary()
    os._exit(NOT_DONE)
