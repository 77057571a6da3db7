"""An endpoint is asked politely, believed only when its answer has the right shape, and once."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import ExitStack, closing
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from endpoint import Misbehaving, misbehaving
from etl.errors import EndpointError
from etl.linking.cache import Cache
from etl.linking.endpoint import Endpoint
from etl.linking.inquiry import POLITE, Inquiry, required_contact
from etl.linking.wikidata import FILMS, Row
from etl.sparql.patience import Trouble, Unanswered

QUESTION = replace(FILMS, batch=4)
HASTY = replace(POLITE, answer_s=1, answer_mb=1)
FILM_IDS = [f"tt{number:07}" for number in range(1, 9)]


def right(identifier: str) -> list[Row]:
    number = int(identifier[2:])
    item = f"http://www.wikidata.org/entity/Q{number}"
    return [] if number % 5 == 0 else [(item, "title", f"Film {number}")]


RIGHT = {each: right(each) for each in FILM_IDS}


class Asked:
    """One run against an endpoint: what it was told, how long it waited, why it stopped."""

    def __init__(self, endpoint: Misbehaving, folder: Path, limit: int | None = None) -> None:
        self.waits: list[float] = []
        before = len(endpoint.asked)
        with (
            Cache.open(folder / "answers.sqlite", endpoint.url) as cache,
            closing(Endpoint(endpoint.url, "tests@example.org", HASTY)) as client,
        ):
            inquiry = Inquiry(cache, client, limit=limit, sleep=self.waits.append)
            self.answers = inquiry.ask(QUESTION, FILM_IDS)
        self.sizes = [len(subjects) for subjects in endpoint.asked[before:]]
        self.stopped, self.left = inquiry.stopped, inquiry.left
        self.requests = inquiry.requests


def test_who_asks_says_who_they_are_and_asks_once(tmp_path: Path) -> None:
    with misbehaving() as endpoint:
        first, second = Asked(endpoint, tmp_path), Asked(endpoint, tmp_path)
    assert endpoint.agents == {
        f"reelgraph/{version('reelgraph')} (tests@example.org) SPARQLWrapper"
    }
    assert (first.answers, first.sizes, first.left) == (RIGHT, [4, 4], 0)
    assert (second.answers, second.sizes, second.left) == (RIGHT, [], 0)


def test_all_requests_of_a_run_go_over_one_connection(tmp_path: Path) -> None:
    with misbehaving(["well", "429"], protocol="HTTP/1.1") as endpoint:
        assert Asked(endpoint, tmp_path).sizes == [4, 4, 4]
    assert len(endpoint.callers) == 1


def test_the_password_of_a_store_is_not_told_to_an_endpoint(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ETL_STORE_TOKEN", "t0ken")
    with misbehaving() as endpoint:
        assert Asked(endpoint, tmp_path).answers == RIGHT
    assert endpoint.authorizations == {None}


@pytest.mark.parametrize("contact", [None, "", "me"])
def test_without_a_contact_nobody_is_asked(contact: str | None) -> None:
    with pytest.raises(EndpointError) as refused:
        required_contact(contact)
    assert str(refused.value) == (
        "the endpoint's operators ask for a contact, such as an e-mail address or a page"
    )
    assert refused.value.hint == (
        "give yours with --contact or ETL_CONTACT, or link without an endpoint: --offline"
    )


# How the endpoint behaves, then the sizes of the batches asked for, and the waits between them.
TROUBLES = [
    (["429 7"], [4, 4, 4], [7.0]),
    (["503 0"], [4, 4, 4], [0.0]),
    (["429"], [4, 4, 4], [60.0]),
    (["500"], [4, 2, 2, 2, 2], [2.0]),
    (["500", "500"], [4, 2, 1, *[1] * 8][:10], [2.0, 4.0]),
    (["slow"], [4, 2, 2, 2, 2], [2.0]),
    (["bomb"], [4, 2, 2, 2, 2], [2.0]),
    (["429 1", "429 1", "429 1"], [4, 4, 4, 4, 4], [1.0, 2.0, 4.0]),
    (["nested"], [4, 2, 2, 2, 2], [2.0]),
    (["truncated"], [4, 2, 2, 2, 2], [2.0]),
    (["cut"], [4, 2, 2, 2, 2], [2.0]),
    (["stack-trace"], [4, 2, 2, 2, 2], [2.0]),
    (["error-text"], [4, 2, 2, 2, 2], [2.0]),
    (["html"], [4, 2, 2, 2, 2], [2.0]),
    (["html-as-json"], [4, 2, 2, 2, 2], [2.0]),
    (["other-variables"], [4, 2, 2, 2, 2], [2.0]),
    (["other-film"], [4, 2, 2, 2, 2], [2.0]),
    (["half-a-letter"], [4, 2, 2, 2, 2], [2.0]),
    (["not-solutions"], [4, 2, 2, 2, 2], [2.0]),
    (["well", "500"], [4, 4, 2, 2], [2.0]),
]


@pytest.mark.parametrize(("script", "sizes", "waits"), TROUBLES)
def test_after_trouble_it_waits_or_asks_for_less_and_gets_all(
    tmp_path: Path, script: list[str], sizes: list[int], waits: list[float]
) -> None:
    with misbehaving(script) as endpoint:
        asked = Asked(endpoint, tmp_path)
    assert (asked.answers, asked.left, asked.stopped) == (RIGHT, 0, "")
    assert (asked.sizes, asked.waits) == (sizes, waits)
    assert endpoint.most_in_flight == 1


@pytest.mark.parametrize(
    ("behaviour", "said"),
    [
        ("403", "it refuses us: status 403"),
        ("307", "it refuses us: status 307, it has moved to {url}/elsewhere"),
        ("302", "it refuses us: status 302, it has moved to {url}/elsewhere"),
        ("429 86400", "it asks us to wait, for 86400 seconds"),
    ],
)
def test_when_it_is_refused_it_stops_at_once_and_says_what_is_left(
    tmp_path: Path, behaviour: str, said: str
) -> None:
    with misbehaving(["well", behaviour]) as endpoint:
        asked = Asked(endpoint, tmp_path)
    assert asked.stopped == said.format(url=endpoint.url)
    assert asked.answers == {each: RIGHT[each] for each in FILM_IDS[:4]}
    assert (asked.requests, asked.left) == (2, 4)


def test_a_request_to_be_left_alone_is_obeyed_by_the_next_run_too(tmp_path: Path) -> None:
    with misbehaving(["429 86400"]) as endpoint:
        Asked(endpoint, tmp_path)
        again = Asked(endpoint, tmp_path)
    assert again.sizes == []
    assert again.stopped == "the endpoint asked to be left alone; 1440 minutes of that remain"


def test_it_gives_up_after_so_many_failures_in_a_row(tmp_path: Path) -> None:
    with misbehaving(["html"] * 50) as endpoint:
        asked = Asked(endpoint, tmp_path)
    assert asked.answers == {}
    assert asked.sizes == [4, 2, 1, 1, 1, 1]
    assert asked.left == 8
    assert asked.stopped.startswith(
        "6 requests in a row failed; last: expected JSON, found text/html"
    )


def test_a_size_that_was_too_much_is_not_sent_again_by_the_next_run(tmp_path: Path) -> None:
    with misbehaving(["500", "well", "403"]) as endpoint:
        first, second = Asked(endpoint, tmp_path), Asked(endpoint, tmp_path)
    assert (first.sizes, second.sizes) == ([4, 2, 2], [2, 2, 2])
    assert second.answers == RIGHT


def test_a_limit_ends_the_run_and_the_next_goes_on(tmp_path: Path) -> None:
    with misbehaving() as endpoint:
        first, second = Asked(endpoint, tmp_path, limit=1), Asked(endpoint, tmp_path)
    assert (first.sizes, first.left, first.stopped) == ([4], 4, "--limit 1 is reached")
    assert (second.sizes, second.answers) == ([4], RIGHT)


def test_nobody_at_home_is_said_at_once(tmp_path: Path) -> None:
    with misbehaving() as endpoint:
        pass
    with pytest.raises(EndpointError) as refused:
        Asked(endpoint, tmp_path)
    assert str(refused.value) == f"{endpoint.url}: cannot be reached: Connection refused"
    assert refused.value.hint == (
        "check the network and the address, or link without: etl link --offline"
    )


def test_who_goes_away_later_is_waited_for_and_is_asked_for_no_less(tmp_path: Path) -> None:
    waits: list[float] = []
    first = {each: RIGHT[each] for each in FILM_IDS[:4]}
    with Cache.open(tmp_path / "answers.sqlite", "somewhere") as cache:
        with misbehaving() as endpoint:
            client = Endpoint(endpoint.url, "tests@example.org", HASTY)
            inquiry = Inquiry(cache, client, sleep=waits.append)
            assert inquiry.ask(QUESTION, FILM_IDS[:4]) == first
        assert inquiry.ask(QUESTION, FILM_IDS) == first
        assert cache.batch(QUESTION) == 4
    assert (inquiry.requests, inquiry.left, waits) == (7, 4, [2.0, 4.0, 8.0, 16.0, 32.0, 64.0])
    assert inquiry.stopped.startswith("6 requests in a row failed; last: no connection")


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("http://nosuch.invalid/sparql", "not known"),
        ("nonsense", "expected an address such as https://example.org/sparql"),
        ("file:///etc/hostname", "expected an address such as https://example.org/sparql"),
        ("http://localhost:99999/sparql", "Port out of range 0-65535"),
        ("http://a\x01b/sparql", "Invalid non-printable ASCII character"),
    ],
)
def test_where_there_is_no_network_or_no_such_address_is_said_at_once(
    url: str, reason: str
) -> None:
    started = time.monotonic()
    with pytest.raises(Unanswered, match=reason) as failed:
        Endpoint(url, "tests@example.org").select(QUESTION, FILM_IDS)
    assert failed.value.trouble is Trouble.AWAY
    assert time.monotonic() - started < 30


def test_who_never_accepts_is_not_waited_for_as_long_as_for_an_answer() -> None:
    with socket.socket() as full, ExitStack() as waiting:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        for _ in range(4):  # nobody accepts them, and more than these are not let in
            caller = waiting.enter_context(socket.socket())
            caller.setblocking(False)
            caller.connect_ex(full.getsockname())
        url = f"http://127.0.0.1:{full.getsockname()[1]}/sparql"
        with pytest.raises(Unanswered, match="timed out") as failed:
            patience = replace(POLITE, connect_s=0.3)
            Endpoint(url, "tests@example.org", patience).select(QUESTION, FILM_IDS)
    assert failed.value.trouble is Trouble.AWAY


def test_behind_a_proxy_it_is_the_proxy_that_has_to_be_there(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def answers() -> dict[str, list[Row]]:
        inside = Endpoint("http://inside.invalid/sparql", "tests@example.org", HASTY)
        return inside.select(QUESTION, FILM_IDS)

    with misbehaving() as endpoint:
        monkeypatch.setenv("http_proxy", endpoint.url.removesuffix("/sparql"))
        assert answers() == RIGHT
        monkeypatch.setenv("no_proxy", "inside.invalid")
        with pytest.raises(Unanswered) as failed:
            answers()
    assert failed.value.trouble is Trouble.AWAY
    assert endpoint.asked == [FILM_IDS]
    monkeypatch.delenv("no_proxy")
    with pytest.raises(Unanswered, match="Connection refused") as failed:
        answers()
    assert failed.value.trouble is Trouble.AWAY


def test_what_was_not_answered_is_counted_once_and_not_asked_again(tmp_path: Path) -> None:
    with (
        misbehaving(["500"] * 2) as endpoint,
        Cache.open(tmp_path / "answers.sqlite", endpoint.url) as cache,
    ):
        client = Endpoint(endpoint.url, "tests@example.org", HASTY)
        inquiry = Inquiry(cache, client, sleep=lambda _: None)
        for _ in range(2):
            answers = inquiry.ask(QUESTION, FILM_IDS[:3])
            assert (len(answers), inquiry.left) == (2, 1)
    assert [len(each) for each in endpoint.asked] == [3, 1, 1, 1]


BEHAVIOURS = [
    *("well", "429", "429 3", "403", "500", "truncated", "cut", "stack-trace", "error-text"),
    *("html", "html-as-json", "302", "307", "other-variables", "other-film", "not-solutions"),
]


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(script=st.lists(st.sampled_from(BEHAVIOURS), max_size=12))
def test_whatever_it_does_nothing_wrong_is_recorded_and_nothing_asked_twice(
    tmp_path_factory: pytest.TempPathFactory, script: list[str]
) -> None:
    folder = tmp_path_factory.mktemp("run")
    with misbehaving(script) as endpoint:
        for _ in range(40):
            asked = Asked(endpoint, folder)
            assert asked.answers.items() <= RIGHT.items()
            assert asked.left == len(RIGHT) - len(asked.answers)
            if not asked.left:
                break
        assert asked.answers == RIGHT
    assert endpoint.most_in_flight == 1
    assert sorted(endpoint.answered) == FILM_IDS


CHILD = """
import sys
from dataclasses import replace
from pathlib import Path
from etl.linking.cache import Cache
from etl.linking.endpoint import Endpoint
from etl.linking.inquiry import Inquiry
from etl.linking.wikidata import FILMS
url, path, films = sys.argv[1], Path(sys.argv[2]), sys.argv[3:]
with Cache.open(path, url) as cache:
    Inquiry(cache, Endpoint(url, "tests@example.org")).ask(replace(FILMS, batch=1), films)
"""


def test_a_killed_run_goes_on_without_asking_again(tmp_path: Path) -> None:
    with misbehaving(slow_s=0.05) as endpoint:
        arguments = [sys.executable, "-c", CHILD, endpoint.url, str(tmp_path / "answers.sqlite")]
        child = subprocess.Popen([*arguments, *FILM_IDS], env=os.environ)
        while len(endpoint.asked) < 4:
            time.sleep(0.01)
        child.send_signal(signal.SIGKILL)
        child.wait()
        finished = [subjects for subjects in endpoint.asked[:-1] if subjects]
        subprocess.run([*arguments, *FILM_IDS], check=True)
    again = endpoint.asked[len(finished) + 1 :]
    assert [each for each in again if each in finished] == []
    assert {each for subjects in endpoint.asked for each in subjects} == set(FILM_IDS)
