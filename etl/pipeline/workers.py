"""Processes beside this one, for loads that are worth it."""

from __future__ import annotations

import gc
import multiprocessing
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from itertools import chain, islice
from typing import Self, TypeVar

from etl.validation import Engine

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")

WORTH_PROCESSES = 5  # items: so many are worked on here while the processes start


class Workers:
    """Processes beside this one: started when it is worth it, and ended with this context.

    What they do is a function of an engine, which each of them has, and of an item.
    """

    def __init__(self, processes: int, engine: Engine) -> None:
        self._processes = processes
        self._engine = engine
        self._pool: ProcessPoolExecutor | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)

    def map(
        self, function: Callable[[Engine, _Item], _Result], items: Iterable[_Item]
    ) -> Iterator[_Result]:
        """Apply a function to items, in order: here, and in the processes once that is worth it."""
        remaining = iter(items)
        here = list(islice(remaining, WORTH_PROCESSES))
        if self._processes < 1 or len(here) < WORTH_PROCESSES:
            yield from (function(self._engine, item) for item in chain(here, remaining))
            return
        ahead = self._ahead(function, remaining)
        yield from (function(self._engine, item) for item in here)
        yield from ahead

    def _ahead(
        self, function: Callable[[Engine, _Item], _Result], items: Iterator[_Item]
    ) -> Iterator[_Result]:
        """Apply a function to items in the processes, in order, a few before they are asked for."""
        if self._pool is None:
            context = multiprocessing.get_context("spawn")
            self._pool = ProcessPoolExecutor(
                self._processes, context, initializer=_remember, initargs=(self._engine,)
            )
        pool = self._pool
        waiting = deque(
            pool.submit(_apply, function, item) for item in islice(items, self._processes + 1)
        )

        def results() -> Iterator[_Result]:
            while waiting:
                first = waiting.popleft()
                waiting.extend(pool.submit(_apply, function, item) for item in islice(items, 1))
                yield first.result()

        return results()


_engine: Engine | None = None


def _remember(engine: Engine) -> None:
    """Have this process, which does nothing else, work with an engine."""
    gc.disable()  # records and triples form no cycles
    if hasattr(os, "nice"):
        os.nice(5)  # the store's loader, which all wait for in the end, goes first
    global _engine
    _engine = engine


def _apply(function: Callable[[Engine, _Item], _Result], item: _Item) -> _Result:
    if _engine is None:
        raise RuntimeError("remember an engine first")
    return function(_engine, item)
