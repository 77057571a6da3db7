"""How long one pattern or one query of a shape may take on one node."""

from __future__ import annotations

import contextlib
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType

from etl.errors import ShapesError

SHAPE_TIMEOUT_S = 20.0
_AGAIN_S = 0.1  # in case what is to be stopped lets nothing through


class _Alarm(BaseException):
    """The time is over; no error, so that what is interrupted does not handle it."""


@dataclass(frozen=True, slots=True)
class Limit:
    """A time in seconds, and the error that says what has taken longer."""

    seconds: float
    error: Callable[[], ShapesError]

    def checked(self, deadline: float | None) -> float:
        """Return the deadline of what has begun just now, or one that has not passed yet.

        Raises:
            ShapesError: it has passed.
        """
        now = time.monotonic()
        if deadline is None:
            return now + self.seconds
        if now > deadline:
            raise self.error()
        return deadline

    @contextmanager
    def enforced(self) -> Iterator[None]:
        """Interrupt what takes longer: only in the main thread, and where there are alarms.

        Raises:
            ShapesError: it was interrupted.
        """
        if threading.current_thread() is not threading.main_thread() or not _HAS_ALARMS:
            yield
            return
        is_over = False

        def ring(_: int, frame: FrameType | None) -> None:
            is_outside = frame is None or frame.f_code.co_filename == contextlib.__file__
            if not (is_over or is_outside):  # where nobody would catch it; it rings again
                raise _Alarm

        before = signal.signal(signal.SIGALRM, ring)
        started = time.monotonic()
        left, interval = signal.getitimer(signal.ITIMER_REAL)
        try:
            try:
                signal.setitimer(signal.ITIMER_REAL, self.seconds, _AGAIN_S)
                yield
            finally:
                is_over = True
        except _Alarm:
            raise self.error() from None
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            late = signal.SIG_IGN if before == signal.SIG_DFL else before
            signal.signal(signal.SIGALRM, late)  # another thread may get the alarm only now
            if left:  # the alarm of what this is part of
                left = max(left - (time.monotonic() - started), _AGAIN_S)
                signal.setitimer(signal.ITIMER_REAL, left, interval)


_HAS_ALARMS = hasattr(signal, "setitimer")
