"""Processes that answer queries: so many at once, and killed where they exceed their limits.

A query begins in the fast lane. One that has computed for `PATIENCE_S` goes on in the slow lane,
where it gives way to all others; where that is full it is ended, to be asked again later. So a few
endless queries, or a crowd of them, never hold up those that are answered at once.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from etl.process.limits import MB
from etl.queries.syntax import syntax_error
from etl.web.answering import END
from etl.web.worker import Question, Unanswered, Worker

SECONDS, MEMORY_BYTES = 10.0, 1000 * MB
SHORT_S, PATIENCE_S = 0.05, 0.2  # of computing
_LOOK_S = 0.05
_GROWN_BYTES = 300 * MB  # a process that has taken more is replaced
_RETRY_S = 2
_GIVING_WAY, _STANDING_BACK = 5, 15  # how nice a process is
_SPARE = 2  # processes that are kept ready after one was ended
_MARGIN_S = 1.0  # after its limit a process ends by itself


@dataclass(frozen=True, slots=True)
class Limits:
    """What queries may take: each of time, memory and length, all together of processes.

    `fast` and `slow` count the queries of each lane, `waiting` those before them. 0 is no limit of
    time or memory.
    """

    seconds: float = SECONDS
    memory_bytes: int = MEMORY_BYTES
    answer_bytes: int = 100 * MB
    fast: int = 8
    slow: int = 3
    waiting: int = 64


class Answer:
    """The answer to a query, while it comes; whoever has it closes it."""

    def __init__(self, workers: Workers, worker: Worker) -> None:
        self._workers = workers
        self._worker = worker
        self._slow = self._done = self._closed = False
        self._first = b""
        self.is_graph = False
        loop, seconds = asyncio.get_running_loop(), workers.limits.seconds
        message = f"no whole answer within {seconds:g} s"
        late = Unanswered(504, message, "ask for less, or set a LIMIT")
        self._timers = [
            loop.call_later(seconds, worker.kill, late),
            loop.call_later(_LOOK_S, self._look, worker.computed_s()),
        ]

    async def begin(self, question: bytes) -> None:
        """Ask, and wait until it is known that there is an answer.

        Raises:
            SyntaxError: the engine cannot parse the query.
            Unanswered: there is no answer.
        """
        self._worker.ask(question)
        _, kind = await self._frame()
        self.is_graph = kind == b"graph"
        self._first = (await self._frame())[1] if not self._done else b""

    async def pieces(self) -> AsyncIterator[bytes]:
        """Give the text of the answer.

        Raises:
            Unanswered: it is too long, or the rest of it does not come.
        """
        most, piece = self._workers.limits.answer_bytes, self._first
        while True:
            most -= len(piece)
            if most < 0:
                raise Unanswered(507, "the answer is too long", "set a LIMIT")
            if piece:
                yield piece
            if self._done:
                return
            _, piece = await self._frame()

    async def whole(self) -> bytes:
        """Return all of its text, and close it."""
        try:
            return b"".join([piece async for piece in self.pieces()])
        finally:
            self.close()

    async def _frame(self) -> tuple[bytes, bytes]:
        try:
            kind, data = await self._worker.frame()
        except (SyntaxError, Unanswered):
            self._done = self._worker.process.returncode is None and self._worker.told is None
            raise
        if kind == END:
            self._done = int(data) < _GROWN_BYTES
            return kind, b""
        return kind, data

    def _look(self, before_s: float) -> None:
        """Look how long the query computes: it gives way to others, then to all others."""
        computed_s = self._worker.computed_s() - before_s
        if computed_s >= SHORT_S:
            self._worker.stand_back(_GIVING_WAY)
        if computed_s < PATIENCE_S:
            loop = asyncio.get_running_loop()
            self._timers[-1] = loop.call_later(_LOOK_S, self._look, before_s)
        else:
            self._grow_slow()

    def _grow_slow(self) -> None:
        """Go on in the slow lane, or end where that is full."""
        if self._workers.slow >= self._workers.limits.slow:
            self._worker.kill(_busy("long queries"))
            return
        self._slow = True
        self._worker.stand_back(_STANDING_BACK)
        self._workers.slow += 1
        self._workers.fast.release()

    def close(self) -> None:
        """Free the lane, and the process where it is fit to answer another query."""
        if self._closed:
            return
        self._closed = True
        for timer in self._timers:
            timer.cancel()
        if self._slow:
            self._workers.slow -= 1
        else:
            self._workers.fast.release()
        self._workers.give_back(self._worker, fit=self._done)


def _busy(what: str = "queries") -> Unanswered:
    return Unanswered(503, f"too many {what} at once", "ask again later", _RETRY_S)


class Workers:
    """Answers queries in processes of their own."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.fast = asyncio.Semaphore(limits.fast)
        self.slow = self.asked = self.started = 0
        self._waiting = 0
        self._idle: list[Worker] = []
        self._all = set[Worker]()
        self._tasks = set[asyncio.Task[None]]()

    async def ask(self, store: Path, question: Question) -> Answer:
        """Answer a question over a store; the answer is to be closed.

        Raises:
            QueryError: it is no query, or one that may crash the engine.
            Unanswered: there are too many queries, or this one is refused, or exceeds a limit.
        """
        self.asked += 1
        text = question.encode()
        await self._enter()
        try:
            answer = Answer(self, await self._taken(store))
        except BaseException:
            self.fast.release()
            raise
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
        if self._waiting >= self.limits.waiting:
            raise _busy()
        self._waiting += 1
        try:
            async with asyncio.timeout(self.limits.seconds):
                await self.fast.acquire()
        except TimeoutError as error:
            raise _busy() from error
        finally:
            self._waiting -= 1

    async def _taken(self, store: Path) -> Worker:
        """Return a process that answers over a store; those for another store are ended."""
        while self._idle:
            worker = self._idle.pop()
            if worker.store == store and worker.process.returncode is None:
                return worker
            self._end(worker)
        return await self._start(store)

    async def _start(self, store: Path) -> Worker:
        limits = self.limits
        seconds = limits.seconds + _MARGIN_S
        worker = await Worker.started(store, limits.memory_bytes, seconds)
        self._all.add(worker)
        self.started += 1
        return worker

    def give_back(self, worker: Worker, *, fit: bool) -> None:
        """Keep a process for the next query, or end it and start another in its place."""
        is_fit = fit and worker.process.returncode is None and not worker.stood_back
        if is_fit:
            self._idle.append(worker)
            return
        self._end(worker)
        if len(self._idle) < _SPARE:
            task = asyncio.get_running_loop().create_task(self.prepare(worker.store))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def prepare(self, store: Path) -> None:
        """Start a process before it is needed."""
        with suppress(Unanswered, OSError):
            self._idle.append(await self._start(store))

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
