"""The time that a pattern or a query of a shape may take."""

from __future__ import annotations

import random
import signal
import sys

import pytest

from etl.errors import ShapesError
from etl.shacl.limits import Limit

ALARMS = hasattr(signal, "setitimer")


@pytest.mark.skipif(not ALARMS, reason="no alarms here")
@pytest.mark.parametrize("longest", [2e-5, 8e-5, 3e-4])
def test_an_alarm_at_any_moment_is_an_error_of_ours_or_nothing(longest: float) -> None:
    chance, late = random.Random(1), 0
    before = signal.getsignal(signal.SIGALRM)
    for _ in range(5000):
        try:
            with Limit(chance.uniform(1e-6, longest), lambda: ShapesError("late")).enforced():
                sum(range(chance.randrange(300)))
        except ShapesError:
            late += 1
    assert late
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)
    assert signal.getsignal(signal.SIGALRM) in (before, signal.SIG_IGN)


@pytest.mark.skipif(not ALARMS, reason="no alarms here")
def test_a_limit_within_another_leaves_that_one_its_time() -> None:
    outer = Limit(0.4, lambda: ShapesError("outer"))
    with pytest.raises(ShapesError, match="outer"), outer.enforced():
        inner = Limit(0.1, lambda: ShapesError("inner"))
        with pytest.raises(ShapesError, match="inner"), inner.enforced():
            while True:
                sys.getrecursionlimit()
        while True:
            sys.getrecursionlimit()
