"""One process that answers queries over a store, as the server sees it."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Self

import msgspec

from etl.errors import EtlError
from etl.queries.syntax import column_order, refuse_endless
from etl.web.answering import FRAME, NO_SYNTAX, PIECE, REFUSED
from etl.workspace.generations import Generation

_CPU_CLOCK = 2  # of a process: CPUCLOCK_SCHED of the kernel


class QueryUnanswered(EtlError):
    """A query got no answer: its `status` says why, and `retry_s` when to ask again, if ever."""

    def __init__(self, status: int, message: str, hint: str = "", retry_s: int = 0) -> None:
        super().__init__(message, hint=hint)
        self.status = status
        self.retry_s = retry_s


@dataclass(frozen=True, slots=True)
class Question:
    """A query, the graphs that it is about (None: those it names), and the formats of answers.

    An empty format says that the client takes none that we have for that kind of answer.
    """

    query: str
    prefixes: Mapping[str, str]
    solutions: str = "json"
    graph: str = "ttl"
    default_graphs: list[str] | None = None
    named_graphs: list[str] | None = None

    def encode(self) -> bytes:
        """Write it as a line of JSON, with the prefixes that it may use, and beside it the columns.

        These are in the order of the query; None says that the engine has them so.

        Raises:
            QueryError: it may crash the engine.
        """
        refuse_endless(self.query)
        text = self.query
        used = {name: iri for name, iri in self.prefixes.items() if f"{name}:" in text}
        columns = column_order(text) if "*" in text else None
        return msgspec.json.encode((replace(self, prefixes=used), columns)) + b"\n"


@dataclass(eq=False, slots=True)
class Worker:
    """A process that answers over a generation's store; `told` says why we have killed it."""

    process: asyncio.subprocess.Process
    generation: Generation
    received: bytearray = field(default_factory=bytearray)
    told: QueryUnanswered | None = None
    stood_back: bool = False

    @classmethod
    async def started(
        cls, generation: Generation, memory_bytes: int, seconds: float, lifeline: int
    ) -> Self:
        """Start a process; it ends by itself after so many seconds with one query.

        It also ends when nobody can write to the pipe `lifeline` any more.

        Raises:
            Unanswered: it has ended at once.
        """
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-P", "-c", "from etl.web.answering import main; main()"),
            *(str(generation.store), str(memory_bytes), str(seconds), str(lifeline)),
            env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            pass_fds=[lifeline],
        )
        worker = cls(process, generation)
        await worker.frame()
        return worker

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
        await self._receive(FRAME.size)
        kind, length = FRAME.unpack_from(self.received)
        await self._receive(FRAME.size + length)
        data = bytes(self.received[FRAME.size : FRAME.size + length])
        del self.received[: FRAME.size + length]
        if kind == REFUSED:
            status, message, hint = json.loads(data)
            if status == NO_SYNTAX:
                raise SyntaxError(message)
            raise QueryUnanswered(status, message, hint)
        return kind, data

    async def _receive(self, length: int) -> None:
        """Wait until so many bytes have come."""
        assert self.process.stdout is not None  # noqa: S101 - it was started so
        while len(self.received) < length:
            some = await self.process.stdout.read(2 * PIECE)
            if not some:
                raise await self._ended()
            self.received += some

    async def _ended(self) -> QueryUnanswered:
        code = await self.process.wait()
        if self.told is not None:
            return self.told
        match -code:
            case signal.SIGABRT:
                return QueryUnanswered(
                    507, "the query takes more memory than it may", "ask for less"
                )
            case signal.SIGALRM:
                return QueryUnanswered(504, "the query takes too long", "ask for less")
            case _:
                return QueryUnanswered(500, "the query ended the process that answered it")

    def kill(self, told: QueryUnanswered | None = None) -> None:
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

    def stand_back(self, niceness: int) -> None:
        """Let others go first from now on; that is not to be taken back."""
        self.stood_back = True
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, self.process.pid, niceness)

    def stop(self) -> None:
        """Let it stand still."""
        with suppress(ProcessLookupError):
            self.process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        """Let it compute again."""
        with suppress(ProcessLookupError):
            self.process.send_signal(signal.SIGCONT)
