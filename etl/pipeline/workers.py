"""Processes beside this one, for loads that are worth it."""

from __future__ import annotations

import multiprocessing
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from itertools import chain, islice
from typing import Self, TypeVar

from etl.pipeline.drafting import remember
from etl.validation import Engine

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")

WORTH_PROCESSES = 5  # items: so many are worked on here while the processes start


class Workers:
    """Processes beside this one: started when it is worth it, and ended with this context."""

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
        here = list(islice(remaining, WORTH_PROCESSES))
        if self._processes < 1 or len(here) < WORTH_PROCESSES:
            yield from map(function, chain(here, remaining))
        else:
            yield from self.ahead(function, remaining, map(function, here))

    def ahead(
        self,
        function: Callable[[_Item], _Result],
        items: Iterable[_Item],
        meanwhile: Iterable[_Result] = (),
    ) -> Iterator[_Result]:
        """Apply a function to items in the processes, in order, a few before they are asked for.

        `meanwhile` comes first, and is worked out here while the processes start.
        """
        if self._pool is None:
            context = multiprocessing.get_context("spawn")
            self._pool = ProcessPoolExecutor(
                self._processes, context, initializer=remember, initargs=(self._engine,)
            )
        remaining = iter(items)
        waiting = deque(
            self._pool.submit(function, item) for item in islice(remaining, self._processes + 1)
        )
        yield from meanwhile
        for item in remaining:
            waiting.append(self._pool.submit(function, item))
            yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
