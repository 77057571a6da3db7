"""When to ask a server again: the one policy of retries, for every request that we send.

Source: RFC 9110 sections 10.2.3 and 15 (Retry-After, status codes).
"""

from __future__ import annotations

import os
import random
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from email.utils import parsedate_to_datetime
from enum import Enum
from typing import TYPE_CHECKING, Self

from etl.errors import StoreError

if TYPE_CHECKING:
    import httpx


class Trouble(Enum):
    """The reason why a request failed, which decides the next step."""

    HEAVY = "it takes too long"  # ask again, for less if possible
    BUSY = "it asks us to wait"  # wait, then ask again
    AWAY = "it cannot be reached"  # ask again
    BROKEN = "its answer cannot be used"  # ask again, for less if possible, and not often
    REFUSED = "it refuses us"  # stop

    @classmethod
    def of(cls, status: int) -> Trouble:
        """Return what a status that is no success means."""
        if status in (429, 503):
            return cls.BUSY
        return cls.HEAVY if status in (500, 502, 504) else cls.REFUSED


@dataclass(eq=False)
class Unanswered(Exception):
    """One trial of a request gave no answer that can be used.

    `wait_s` is how long the server asks to be left alone; `response` is what it said, if anything.
    """

    trouble: Trouble
    reason: str
    wait_s: float | None = None
    response: httpx.Response | None = None

    def __str__(self) -> str:
        return self.reason


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait for an answer, and to try again when a server is away or overloaded.

    A server that has never answered is given up sooner than one that did. An answer that is kept
    in memory has at most `answer_mb`. Pauses grow up to `longest_pause_s`, and are longer or
    shorter at random by the part `spread`.
    """

    answer_s: float = 300.0
    answer_mb: float = 500.0
    connect_s: float = 10.0
    first_s: float = 2.0
    again_s: float = 60.0
    pause_s: float = 0.1
    longest_pause_s: float = 10.0
    spread: float = 0.25

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Self:
        """Read ETL_STORE_TIMEOUT and ETL_STORE_PATIENCE, in seconds, and ETL_STORE_ANSWER_MB.

        Raises:
            StoreError: one is not a number above zero.
        """
        given = cls()
        for name, part, unit in (
            ("ETL_STORE_TIMEOUT", "answer_s", "seconds"),
            ("ETL_STORE_PATIENCE", "again_s", "seconds"),
            ("ETL_STORE_ANSWER_MB", "answer_mb", "megabytes"),
        ):
            if text := environment.get(name):
                if not re.fullmatch(r"[0-9]{1,6}(\.[0-9]+)?", text) or float(text) == 0:
                    raise StoreError(f"{name}: expected a number of {unit}, found {text!r}")
                given = replace(given, **{part: float(text)})
        return given

    def pause(self, failures: int, wait_s: float | None = None) -> float:
        """Return how many seconds to wait after so many failures in a row.

        The pause is twice as long each time. Where the server says how long to wait, that counts,
        but from the second failure on it is no shorter than our own pause before.
        """
        doubled = failures if wait_s is None else failures - 1
        pause = min(self.pause_s * ((1 << min(doubled, 30)) // 2), self.longest_pause_s)
        pause *= random.uniform(1 - self.spread, 1 + self.spread)  # noqa: S311 - no secret
        return max(pause, wait_s or 0.0)


@dataclass(slots=True)
class Trials:
    """The trials of one request: at least two, and then for a time that depends on `met`.

    `met` says whether the server has ever answered.
    """

    patience: Patience
    met: bool
    _failures: int = field(default=0, init=False)
    _end: float = field(default=0.0, init=False)

    def wait(self, wait_s: float | None = None) -> bool:
        """Wait after a failure until the next trial; without waiting, say that there is none."""
        now = time.monotonic()
        if not self._failures:
            again_s, first_s = self.patience.again_s, self.patience.first_s
            self._end = now + (again_s if self.met else min(first_s, again_s))
        elif now >= self._end:
            return False
        self._failures += 1
        most = self.patience.again_s if wait_s else self._end - now
        time.sleep(min(self.patience.pause(self._failures, wait_s), most))
        return True


def retry_after(text: str | None) -> float | None:
    """Read the header Retry-After, seconds or a date; None where it says neither."""
    text = (text or "").strip()
    if re.fullmatch(r"[0-9]{1,9}", text):
        return float(text)
    try:
        return max(0.0, parsedate_to_datetime(text).timestamp() - time.time())
    except (ValueError, OverflowError):
        return None
