"""The answer to a query while it comes, and the lanes in which queries are computed.

A query begins in the fast lane. One that has computed for `SHORT_S`, or whose answer is long, goes
on in the middle lane, where others go first. One that has computed for `PATIENCE_S` goes on in the
slow lane or, where that is full, stands still until it has room. Where nothing has room the query
is ended, to be asked again later. So endless queries, however many, never hold up those that are
answered at once, and only a few of them take memory.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from enum import Enum, auto

from etl.web.answering import END, PIECE
from etl.web.worker import QueryUnanswered, Worker

SHORT_S, PATIENCE_S = 0.05, 0.2  # of computing
RETRY_S = 2
_LOOK_S = 0.02
_GIVING_WAY, _STANDING_BACK = 10, 15  # how nice a process is
_GROWN_BYTES = 300_000_000  # a process that has taken more is replaced


class Lane(Enum):
    """Where a query is computed; it may go on to the lanes below."""

    FAST = auto()
    MIDDLE = auto()
    SLOW = auto()
    STANDING = auto()


class Lanes:
    """The answers in each lane: at most so many. For a place in the fast lane one may wait."""

    def __init__(self, room: dict[Lane, int]) -> None:
        self.fast = asyncio.Semaphore(room[Lane.FAST])
        self._room = room
        self._within: dict[Lane, dict[Answer, None]] = {lane: {} for lane in Lane}

    def count(self, *lanes: Lane) -> int:
        """Count the answers in some lanes."""
        return sum(len(self._within[lane]) for lane in lanes)

    def move(self, answer: Answer, *lanes: Lane) -> Lane | None:
        """Move an answer to the first of some lanes that has room; None if none of them has."""
        for lane in lanes:
            if len(self._within[lane]) < self._room[lane]:
                self._leave(answer)
                self._within[lane][answer] = None
                return lane
        return None

    def end(self, answer: Answer) -> None:
        """Free the place of an answer; who stands still longest goes on in the slow lane."""
        self._leave(answer)
        standing = next(iter(self._within[Lane.STANDING]), None)
        if standing is not None and self.move(standing, Lane.SLOW):
            standing.go_on()

    def _leave(self, answer: Answer) -> None:
        if answer.lane is Lane.FAST:
            self.fast.release()
        self._within[answer.lane].pop(answer, None)


@dataclass(frozen=True, slots=True)
class AnswerTerms:
    """What an answer may take, and who is told that its process is lost, or free again."""

    seconds: float
    answer_bytes: int
    lost: Callable[[], None]
    closed: Callable[[Worker, bool], None]


class Answer:
    """The answer to a query, while it comes; whoever has it closes it."""

    def __init__(self, worker: Worker, lanes: Lanes, terms: AnswerTerms) -> None:
        self.lane = Lane.FAST
        self.is_graph = False
        self._worker, self._lanes, self._terms = worker, lanes, terms
        self._left_bytes = terms.answer_bytes
        self._first = b""
        self._ended = self._fit = False
        loop = asyncio.get_running_loop()
        self._timers = [
            loop.call_later(terms.seconds, self._late),
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
        _, self._first = await self._frame()
        if not self._ended and len(self._first) < PIECE:
            await self._frame()  # only the last piece is so short
        if not self._ended and self.lane is Lane.FAST and not self._go_to(Lane.MIDDLE):
            raise busy("long answers")

    @property
    def is_whole(self) -> bool:
        """Return whether all of it has come."""
        return self._ended

    async def pieces(self) -> AsyncIterator[bytes]:
        """Give the text of the answer.

        Raises:
            Unanswered: it is too long, or the rest of it does not come.
        """
        piece = self._first
        while True:
            self._left_bytes -= len(piece)
            if self._left_bytes < 0:
                raise QueryUnanswered(507, "the answer is too long", "set a LIMIT")
            if piece:
                yield piece
            if self._ended:
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
        except (SyntaxError, QueryUnanswered):
            self._fit = self._worker.told is None  # it has said why, and is there for others
            raise
        if kind == END:
            self._ended, self._fit = True, int(data) < _GROWN_BYTES
            return kind, b""
        return kind, data

    def _late(self) -> None:
        if self.lane is Lane.STANDING:
            self._worker.kill(busy("long queries"))
        message = f"no whole answer within {self._terms.seconds:g} s"
        self._worker.kill(QueryUnanswered(504, message, "ask for less, or set a LIMIT"))

    def _look(self, before_s: float) -> None:
        """Look how long the query computes, and whether it is in the right lane."""
        computed_s = self._worker.computed_s() - before_s
        if computed_s >= SHORT_S and not self._worker.stood_back:
            self._worker.stand_back(_GIVING_WAY)
            self._terms.lost()
            if self.lane is Lane.FAST:
                self._go_to(Lane.MIDDLE)
        if computed_s < PATIENCE_S:
            loop = asyncio.get_running_loop()
            self._timers[-1] = loop.call_later(_LOOK_S, self._look, before_s)
        else:
            self._worker.stand_back(_STANDING_BACK)
            self._go_to(Lane.SLOW, Lane.STANDING)

    def _go_to(self, *lanes: Lane) -> bool:
        """Go on in the first of some lanes that has room, or end; return whether there is one."""
        lane = self._lanes.move(self, *lanes)
        if lane is None:
            self._worker.kill(busy("long queries"))
            return False
        self.lane = lane
        if lane is Lane.STANDING:
            self._worker.stop()
        return True

    def go_on(self) -> None:
        """Go on in the slow lane after standing still."""
        self.lane = Lane.SLOW
        self._worker.go_on()

    def close(self) -> None:
        """Free the lane, and the process where it is fit to answer another query."""
        if not self._timers:
            return
        for timer in self._timers:
            timer.cancel()
        self._timers.clear()
        self._lanes.end(self)
        self._terms.closed(self._worker, self._fit)


def busy(what: str = "queries") -> QueryUnanswered:
    """Return the refusal of a query because there are too many."""
    return QueryUnanswered(503, f"too many {what} at once", "ask again later", RETRY_S)
