"""One client alone cannot keep the server busy: whoever asks too often is told to wait."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.types import Scope

from etl.web.quotas import Quotas
from website import Website, served


@pytest.fixture(scope="module")
def behind_a_proxy(served_workspace: Path) -> Iterator[Website]:
    """A server behind a proxy, which answers ten requests of a client, then one a second."""
    with served(served_workspace, "--rate", "1", "--proxies", "1") as running:
        yield running


def test_whoever_asks_too_often_is_told_when_to_ask_again(behind_a_proxy: Website) -> None:
    def ask(*seen: str) -> int:
        headers = {"X-Forwarded-For": ", ".join(seen)}
        answer = behind_a_proxy.client.get("/healthz", headers=headers)
        if answer.status_code == 429:
            assert 1 <= int(answer.headers["retry-after"]) <= 2
            assert answer.headers["content-security-policy"]
            assert answer.headers["access-control-allow-origin"] == "*"
            assert "you ask too often" in answer.text
        return answer.status_code

    statuses = [ask("192.0.2.1") for _ in range(15)]
    assert statuses[:10] == [200] * 10
    assert statuses[-1] == 429
    assert ask("192.0.2.2") == 200
    assert ask("192.0.2.7", "192.0.2.1") == 429  # what a client says itself does not count
    assert [ask("127.0.0.1") for _ in range(20)] == [200] * 20
    assert [ask() for _ in range(20)] == [200] * 20
    told = behind_a_proxy.get("/metrics").text
    assert 'reelgraph_requests_total{status="429"}' in told


def scope(address: str, *forwarded: str) -> Scope:
    headers = [(b"x-forwarded-for", each.encode()) for each in forwarded]
    return {"type": "http", "client": (address, 1), "headers": headers}


@pytest.mark.parametrize(
    ("proxies", "address", "forwarded", "same_as"),
    [
        (0, "192.0.2.1", ["192.0.2.9"], "192.0.2.1"),
        (1, "10.0.0.1", ["192.0.2.9, 192.0.2.1"], "192.0.2.1"),
        (1, "10.0.0.1", ["192.0.2.9", "192.0.2.1:4711"], "192.0.2.1"),
        (2, "10.0.0.1", ["192.0.2.9, 192.0.2.1, 10.0.0.2"], "192.0.2.1"),
        (2, "192.0.2.1", ["192.0.2.9"], "192.0.2.1"),
        (0, "::ffff:192.0.2.1", [], "192.0.2.1"),
        (0, "2001:db8:1:2::7", [], "2001:db8:1:2:ffff::"),
        (1, "10.0.0.1", ["[2001:db8:1:2::7]:443"], "2001:db8:1:2::1"),
        (1, "10.0.0.1", ["unknown"], "nonsense"),
    ],
)
def test_a_client_is_told_by_its_address_or_by_what_our_proxies_saw(
    proxies: int, address: str, forwarded: list[str], same_as: str
) -> None:
    quotas = Quotas(per_second=1, proxies=proxies)
    while not quotas.wait_s(scope(address, *forwarded)):
        pass
    quotas.proxies = 0
    assert quotas.wait_s(scope(same_as)) > 0
    assert quotas.wait_s(scope("198.51.100.7")) == 0


def test_this_machine_is_not_limited_and_nobody_is_where_there_is_no_limit() -> None:
    quotas = Quotas(per_second=1)
    for address in ("127.0.0.1", "127.8.8.8", "::1", "::ffff:127.0.0.1"):
        assert not any(quotas.wait_s(scope(address)) for _ in range(50))
    quotas.per_second = 0
    assert not any(quotas.wait_s(scope("192.0.2.1")) for _ in range(50))


@given(
    st.floats(0.1, 100),
    st.lists(st.tuples(st.sampled_from("abc"), st.floats(0, 30)), max_size=200),
)
def test_no_client_is_answered_more_often_than_it_may(
    per_second: float, asked: list[tuple[str, float]]
) -> None:
    quotas, now, answered = Quotas(per_second), 0.0, dict[str, list[float]]()
    for client, pause in asked:
        now += pause / per_second
        wait_s = quotas.taken(client, now)
        assert wait_s >= 0
        if wait_s:
            assert quotas.taken(client, now + wait_s * 1.001) == 0
            now += wait_s * 1.001
        answered.setdefault(client, []).append(now)
    for times in answered.values():
        for first in range(len(times)):
            for last in range(first, len(times)):
                allowed = per_second * (10 + times[last] - times[first]) + 1
                assert last - first + 1 <= allowed * 1.001


def test_memory_of_clients_is_bounded() -> None:
    quotas = Quotas(per_second=1)
    for number in range(20_000):
        quotas.taken(str(number), 0.0)
    assert len(quotas._full_at) == 10_000
