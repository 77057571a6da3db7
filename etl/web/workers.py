"""Processes that answer queries: so many at once, and killed where they exceed their limits.

A query begins in the fast lane. One that is not done after `PATIENCE_S` goes on in the slow lane,
where it gives way to all others; where that is full it is ended, to be asked again later. So a few
endless queries, or a crowd of them, never hold up those that are answered at once.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
import time
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from etl.errors import EtlError
from etl.process.limits import MB
from etl.queries.syntax import column_order, refuse_endless, syntax_error
from etl.web.answering import END, FRAME, NO_SYNTAX, REFUSED

SECONDS, MEMORY_BYTES = 10.0, 1000 * MB
PATIENCE_S = 0.2  # of computing
_LOOK_S = 0.05
_CPU_CLOCK = 2  # of a process: CPUCLOCK_SCHED of the kernel
_STANDING_BACK = 15  # how nice a process in the slow lane is
_GROWN_BYTES = 300 * MB  # a process that has taken more is replaced
_RETRY_S = 2
_SPARE = 4  # processes that are kept ready
_MARGIN_S = 1.0  # after its limit a process ends by itself


class Unanswered(EtlError):
    """A query got no answer: its `status` says why, and `retry_s` when to ask again, if ever."""

    def __init__(self, status: int, message: str, hint: str = "", retry_s: int = 0) -> None:
        super().__init__(message, hint=hint)
        self.status = status
        self.retry_s = retry_s


@dataclass(frozen=True, slots=True)
class Limits:
    """What queries may take: each of time, memory and length, all together of processes.

    `fast` and `slow` count the queries of each lane, `waiting` those before them. 0 is no limit of
    time or memory.
    """

    seconds: float = SECONDS
    memory_bytes: int = MEMORY_BYTES
    answer_bytes: int = 100 * MB
    fast: int = 16
    slow: int = 3
    waiting: int = 64


@dataclass(frozen=True, slots=True)
class Question:
    """A query, the graphs that it is about (None: those it names), and the formats of answers.

    An empty format says that the client takes none that we have for that kind of answer.
    """

    query: str
    prefixes: dict[str, str]
    solutions: str = "json"
    graph: str = "ttl"
    default_graphs: list[str] | None = None
    named_graphs: list[str] | None = None

    def encode(self) -> bytes:
        """Write it as a line of JSON, with the columns of the answer in the order of the query.

        Raises:
            QueryError: it may crash the engine.
        """
        refuse_endless(self.query)
        question = asdict(self) | {"columns": column_order(self.query)}
        return json.dumps(question).encode() + b"\n"


@dataclass(eq=False, slots=True)
class _Worker:
    """A process that answers over one store; `told` says why we have killed it."""

    process: asyncio.subprocess.Process
    store: Path
    told: Unanswered | None = None

    def ask(self, question: bytes) -> None:
        """Send it a question."""
        assert self.process.stdin is not None  # noqa: S101 - it was started so
        self.process.stdin.write(question)

    async def frame(self) -> tuple[bytes, bytes]:
        """Return the next frame.

        Raises:
            SyntaxError: the engine cannot parse the query.
            Unanswered: it has refused the query, or has ended.
        """
        assert self.process.stdout is not None  # noqa: S101 - it was started so
        try:
            kind, length = FRAME.unpack(await self.process.stdout.readexactly(FRAME.size))
            data = await self.process.stdout.readexactly(length)
        except (asyncio.IncompleteReadError, OSError) as error:
            raise await self._ended() from error
        if kind == REFUSED:
            status, message, hint = json.loads(data)
            if status == NO_SYNTAX:
                raise SyntaxError(message)
            raise Unanswered(status, message, hint)
        return kind, data

    async def _ended(self) -> Unanswered:
        code = await self.process.wait()
        if self.told is not None:
            return self.told
        match -code:
            case signal.SIGABRT:
                return Unanswered(507, "the query takes more memory than it may", "ask for less")
            case signal.SIGALRM:
                return Unanswered(504, "the query takes too long", "ask for less")
            case _:
                return Unanswered(500, "the query ended the process that answered it")

    def kill(self, told: Unanswered | None = None) -> None:
        """End it, whatever it does."""
        self.told = self.told or told
        with suppress(ProcessLookupError):
            self.process.kill()

    def computed_s(self) -> float:
        """Return for how long it has computed; elsewhere than on Linux, what the clock shows."""
        if not sys.platform.startswith("linux"):
            return time.monotonic()
        with suppress(OSError):
            return time.clock_gettime((~self.process.pid << 3) | _CPU_CLOCK)
        return 0.0

    def stand_back(self) -> None:
        """Let all others go first from now on."""
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, self.process.pid, _STANDING_BACK)


class Answer:
    """The answer to a query, while it comes; whoever has it closes it."""

    def __init__(self, workers: Workers, worker: _Worker) -> None:
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
        """Look whether the query has used up its patience; then see it into the slow lane."""
        if self._worker.computed_s() - before_s < PATIENCE_S:
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
        self._worker.stand_back()
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
        self._workers.give_back(self._worker, fit=self._done and not self._slow)


def _busy(what: str = "queries") -> Unanswered:
    return Unanswered(503, f"too many {what} at once", "ask again later", _RETRY_S)


class Workers:
    """Answers queries in processes of their own."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.fast = asyncio.Semaphore(limits.fast)
        self.slow = self.asked = self.started = 0
        self._waiting = 0
        self._idle: list[_Worker] = []
        self._all = set[_Worker]()
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

    async def _taken(self, store: Path) -> _Worker:
        """Return a process that answers over a store; those for another store are ended."""
        while self._idle:
            worker = self._idle.pop()
            if worker.store == store and worker.process.returncode is None:
                return worker
            self._end(worker)
        return await self._start(store)

    async def _start(self, store: Path) -> _Worker:
        limits = self.limits
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-P", "-c", "from etl.web.answering import main; main()"),
            *(str(store), str(limits.memory_bytes), str(limits.seconds + _MARGIN_S)),
            env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            process_group=0,  # out of the reach of Ctrl-C
        )
        worker = _Worker(process, store)
        self._all.add(worker)
        self.started += 1
        await worker.frame()
        return worker

    def give_back(self, worker: _Worker, *, fit: bool) -> None:
        """Keep a process for the next query, or end it and start another in its place."""
        is_fit = fit and worker.process.returncode is None and worker.told is None
        if is_fit and len(self._idle) < _SPARE:
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

    def _end(self, worker: _Worker) -> None:
        worker.kill()
        self._all.discard(worker)

    async def close(self) -> None:
        """End all processes."""
        for task in self._tasks:
            task.cancel()
        for worker in list(self._all):
            self._end(worker)
            await worker.process.wait()
