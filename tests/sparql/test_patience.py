"""When a server is asked again: one policy, whoever asks."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from endpoint import Misbehaving, misbehaving
from etl.errors import StoreError
from etl.sparql.connection import Connection
from etl.sparql.credentials import Credentials
from etl.sparql.patience import Patience, Trials, Trouble, retry_after

STEADY = Patience(pause_s=1.0, longest_pause_s=8.0, spread=0.0)


def test_retry_after_is_read_as_seconds_or_as_a_date() -> None:
    date = format_datetime(datetime.now(UTC) + timedelta(seconds=90), usegmt=True)
    assert retry_after("120") == 120
    assert retry_after(date) == pytest.approx(90, abs=2)
    assert retry_after("Wed, 21 Oct 2015 07:28:00 GMT") == 0
    for text in ("soon", "-1", "²", "9" * 400, "", None):
        assert retry_after(text) is None


def test_pauses_are_twice_as_long_each_time_up_to_the_longest() -> None:
    assert [STEADY.pause(failures) for failures in range(1, 7)] == [1, 2, 4, 8, 8, 8]
    assert STEADY.pause(100_000) == 8


def test_what_a_server_asks_for_counts_but_asked_again_it_is_no_less_than_the_pause_before() -> (
    None
):
    assert [STEADY.pause(failures, 0.0) for failures in range(1, 5)] == [0, 1, 2, 4]
    assert [STEADY.pause(failures, 3.0) for failures in range(1, 5)] == [3, 3, 3, 4]


def test_pauses_differ_at_random_by_a_part() -> None:
    pauses = {replace(STEADY, spread=0.25).pause(1) for _ in range(100)}
    assert len(pauses) > 1
    assert 0.75 <= min(pauses) < max(pauses) <= 1.25


@pytest.mark.parametrize(
    ("status", "trouble"),
    [
        *((status, Trouble.BUSY) for status in (429, 503)),
        *((status, Trouble.HEAVY) for status in (500, 502, 504)),
        *((status, Trouble.REFUSED) for status in (302, 400, 401, 404, 413, 501)),
    ],
)
def test_a_status_means_the_same_to_whoever_asks(status: int, trouble: Trouble) -> None:
    assert Trouble.of(status) is trouble


@pytest.mark.parametrize(("met", "within_s"), [(False, 0.2), (True, 0.5)])
def test_there_are_two_trials_and_more_until_the_time_is_up(met: bool, within_s: float) -> None:
    started, trials = (
        time.monotonic(),
        Trials(Patience(first_s=0.2, again_s=0.5, pause_s=0.05), met),
    )
    while trials.wait():
        pass
    assert within_s <= time.monotonic() - started < within_s + 0.2
    assert Trials(Patience(again_s=1e-9), met).wait()


@contextmanager
def asking(
    script: list[str], patience: Patience
) -> Iterator[tuple[Misbehaving, Callable[[], int]]]:
    """Serve an endpoint that misbehaves, and give what asks it and returns the status."""
    with misbehaving(script) as endpoint:
        connection = Connection(endpoint.url, patience=patience, credentials=Credentials())
        try:
            yield (
                endpoint,
                lambda: connection.send(connection.request("GET", endpoint.url)).status_code,
            )
        finally:
            connection.close()


@pytest.mark.parametrize("wait", ["1", "date"])
def test_a_store_is_left_alone_for_as_long_as_it_asks(wait: str) -> None:
    if wait == "date":  # dates are told in whole seconds
        wait = format_datetime(datetime.now(UTC) + timedelta(seconds=2), usegmt=True)
    with asking([f"503 {wait}", "well"], Patience(pause_s=0.01)) as (endpoint, ask):
        started = time.monotonic()
        assert ask() == 200
        assert 0.9 <= time.monotonic() - started < 5
    assert len(endpoint.asked) == 2


def test_a_store_is_not_left_alone_for_longer_than_our_patience() -> None:
    patience = Patience(pause_s=0.01, again_s=0.1, first_s=0.1)
    with asking(["503 86400"] * 9, patience) as (endpoint, ask):
        started = time.monotonic()
        with pytest.raises(StoreError, match="the server failed: Too much of it"):
            ask()
        assert time.monotonic() - started < 5
    assert len(endpoint.asked) == 2
