"""Processes that answer queries: so many at once, and killed where they exceed their limits."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from etl.errors import EtlError
from etl.process.limits import MB
from etl.queries.syntax import syntax_error
from etl.web.answers import Answer, AnswerTerms, Lane, Lanes, busy
from etl.web.quotas import PER_SECOND
from etl.web.worker import QueryUnanswered, Question, Worker
from etl.workspace.generations import Generation

SECONDS, MEMORY_BYTES = 10.0, 1000 * MB
_ROOM = {Lane.FAST: 8, Lane.MIDDLE: 12, Lane.SLOW: 3, Lane.STANDING: 12}
_WAITING = 64
_SPARE = 4  # processes that are kept ready once others are lost
_MARGIN_S = 1.0  # after its limit a process ends by itself


@dataclass(frozen=True, slots=True)
class Limits:
    """What a query may take, and how many requests a client may send in a second; 0 is no limit."""

    seconds: float = SECONDS
    memory_bytes: int = MEMORY_BYTES
    answer_bytes: int = 100 * MB
    per_second: float = PER_SECOND


class QueryWorkers:
    """Answers queries about the generation that is `current`, in processes of their own."""

    def __init__(self, limits: Limits, current: Callable[[], Generation]) -> None:
        self.limits = limits
        self._current = current
        self.asked = self.started = 0
        self._lanes = Lanes(_ROOM)
        self._terms = AnswerTerms(
            limits.seconds, limits.answer_bytes, self._replenish, self._give_back
        )
        self._waiting = 0
        self._idle: list[Worker] = []
        self._all = set[Worker]()
        self._tasks = set[asyncio.Task[None]]()
        self._lifeline = os.pipe()  # the processes end when nobody holds our end of it

    @property
    def slow(self) -> int:
        """Count the queries that take long."""
        return self._lanes.count(Lane.SLOW, Lane.STANDING)

    async def ask(self, question: Question) -> Answer:
        """Answer a question; the answer is to be closed.

        Raises:
            QueryError: it is no query, or one that may crash the engine.
            Unanswered: there are too many queries, or this one is refused, or exceeds a limit.
        """
        self.asked += 1
        text = question.encode()
        await self._enter()
        try:
            worker = await self._taken()
        except BaseException:
            self._lanes.fast.release()
            raise
        answer = Answer(worker, self._lanes, self._terms)
        try:
            await answer.begin(text)
        except SyntaxError as error:
            answer.close()
            raise syntax_error(error, question.query, question.prefixes) from error
        except BaseException:
            answer.close()
            raise
        return answer

    async def _enter(self) -> None:
        """Wait for a place in the fast lane."""
        if not self._lanes.fast.locked():
            await self._lanes.fast.acquire()
            return
        if self._waiting >= _WAITING:
            raise busy()
        self._waiting += 1
        try:
            async with asyncio.timeout(self.limits.seconds):
                await self._lanes.fast.acquire()
        except TimeoutError as error:
            raise busy() from error
        finally:
            self._waiting -= 1

    async def _taken(self) -> Worker:
        """Return a process for the current generation; those for others are ended."""
        generation = self._current()
        while self._idle:
            worker = self._idle.pop()
            if worker.generation is generation and worker.process.returncode is None:
                return worker
            self._end(worker)
        try:
            return await self._start(generation)
        except QueryUnanswered:
            if generation.store.exists():
                raise
        return await self._start(self._current())  # it was deleted meanwhile

    async def _start(self, generation: Generation) -> Worker:
        limits = self.limits
        seconds, lifeline = limits.seconds + _MARGIN_S, self._lifeline[0]
        worker = await Worker.started(generation, limits.memory_bytes, seconds, lifeline)
        self._all.add(worker)
        self.started += 1
        return worker

    def _give_back(self, worker: Worker, fit: bool) -> None:
        """Keep a process for the next query, or end it and start another in its place."""
        if fit and worker.process.returncode is None and not worker.stood_back:
            self._idle.append(worker)
            return
        self._end(worker)
        self._replenish()

    def _replenish(self) -> None:
        """Start a process in the place of one that no other query can have."""
        if len(self._idle) + len(self._tasks) < _SPARE:
            task = asyncio.get_running_loop().create_task(self.prepare())
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def prepare_all(self) -> None:
        """Start a process, and others beside what goes on meanwhile."""
        await self.prepare()
        for _ in range(_SPARE):
            self._replenish()

    async def prepare(self) -> None:
        """Start a process before it is needed."""
        with suppress(EtlError, OSError):
            self._idle.append(await self._start(self._current()))

    def _end(self, worker: Worker) -> None:
        worker.kill()
        self._all.discard(worker)

    async def close(self) -> None:
        """End all processes."""
        for task in self._tasks:
            task.cancel()
        for worker in list(self._all):
            self._end(worker)
            await worker.process.wait()
        for end in self._lifeline:
            os.close(end)
