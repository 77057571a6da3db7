"""Processes beside this one, for loads that are worth it."""

from __future__ import annotations

import multiprocessing
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from itertools import islice
from typing import Self, TypeVar

from etl.pipeline.drafting import remember
from etl.validation import Engine

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")

WORTH_PROCESSES = 2  # items that are worked on here before processes are started: that takes time


class Workers:
    """Processes beside this one, started when there is enough to do, and ended with this context.

    `processes` counts this one too.
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

    @property
    def running(self) -> bool:
        """Say whether the processes have been started."""
        return self._pool is not None

    def map(
        self, function: Callable[[_Item], _Result], items: Iterable[_Item]
    ) -> Iterator[_Result]:
        """Apply a function to items, in order: here, and in the processes once that is worth it."""
        remaining = iter(items)
        if not self.running:
            first = list(islice(remaining, WORTH_PROCESSES))
            yield from map(function, first)
            if self._processes < 2 or len(first) < WORTH_PROCESSES:
                yield from map(function, remaining)
                return
        yield from self.ahead(function, remaining)

    def ahead(
        self, function: Callable[[_Item], _Result], items: Iterable[_Item]
    ) -> Iterator[_Result]:
        """Apply a function to items in the processes, in order, a few before they are asked for."""
        if self._pool is None:
            context = multiprocessing.get_context("spawn")
            self._pool = ProcessPoolExecutor(
                self._processes - 1,
                mp_context=context,
                initializer=remember,
                initargs=(self._engine,),
            )
        waiting: deque[Future[_Result]] = deque()
        for item in items:
            waiting.append(self._pool.submit(function, item))
            if len(waiting) > self._processes:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
