"""Queries without an end are ended, and hold nobody up; SERVICE reaches nobody."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlencode

import httpx
import pytest

from website import Website, served

PRODUCT = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
PATHS = "SELECT (COUNT(*) AS ?n) { ?a (!schema:x|^!schema:x)* ?b . ?b (!schema:x|^!schema:x)* ?c }"
PATTERN = 'SELECT * { ?s ?p ?o . ?x ?y ?z . ?u ?v ?w FILTER(REGEX(CONCAT(?z, ?o, ?w), "q{9}")) }'
SORTED = "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i } ORDER BY ?c ?f"
_NUMBERS = f"{{ {'1 ' * 1000} }}"
VALUES = f"SELECT * {{ {' '.join(f'VALUES ?v{n} {_NUMBERS}' for n in range(4))} }} ORDER BY ?v0"
RUNAWAYS = [PRODUCT, PATHS, PATTERN, SORTED, VALUES]
SMALL = "SELECT ?n { <http://localhost:8000/movie/tt0113277> <https://schema.org/name> ?n }"
SECONDS = 2


@pytest.fixture(scope="module")
def hasty(served_workspace: Path) -> Iterator[Website]:
    """A server that gives queries little time and memory."""
    with served(served_workspace, "--timeout", str(SECONDS), "--memory", "400") as running:
        yield running


def ask(site: Website, query: str) -> httpx.Response:
    return site.client.post("/sparql", data={"query": query})


@pytest.mark.parametrize("query", RUNAWAYS, ids=["product", "paths", "pattern", "sorted", "values"])
def test_a_query_without_an_end_is_ended_and_told_so(hasty: Website, query: str) -> None:
    started = time.monotonic()
    answer = ask(hasty, query)
    assert answer.status_code in (504, 507), answer.text
    assert "ask for less" in answer.text
    assert time.monotonic() - started < SECONDS + 3
    assert ask(hasty, SMALL).status_code == 200


def test_a_dozen_runaways_hold_no_small_query_up(served_workspace: Path) -> None:
    with served(served_workspace, "--timeout", "8") as site, ThreadPoolExecutor(12) as crowd:
        started = [crowd.submit(ask, site, PRODUCT) for _ in range(12)]
        for _ in range(30):
            assert ask(site, SMALL).status_code == 200
        assert not all(each.done() for each in started)
        answers = [each.result() for each in started]
    assert {answer.status_code for answer in answers} == {503, 504}
    refused = [answer for answer in answers if answer.status_code == 503]
    assert all(int(answer.headers["retry-after"]) > 0 for answer in refused)


LARGE = f"VALUES ?a {{ {' '.join(map(str, range(1200)))} }} VALUES ?b {{ {'1 ' * 1000} }}"


def test_a_long_query_stands_still_until_there_is_room_for_it(served_workspace: Path) -> None:
    with served(served_workspace, "--timeout", "6") as site, ThreadPoolExecutor(8) as crowd:
        endless = [crowd.submit(ask, site, PRODUCT) for _ in range(5)]
        time.sleep(3)
        long = ask(site, f"SELECT (COUNT(*) AS ?n) {{ {LARGE} FILTER(?a + ?b > 0) }}")
        assert long.status_code == 200, long.text
        assert int(long.json()["results"]["bindings"][0]["n"]["value"]) == 1_200_000
        assert {each.result().status_code for each in endless} <= {503, 504}


def test_after_an_answer_that_took_much_memory_another_process_goes_on(
    served_workspace: Path,
) -> None:
    small = "import etl.web.answers as a; a._GROWN_BYTES = 1; from etl.__main__ import main; main()"
    with served(served_workspace, program=("-c", small)) as site:
        for count in range(1, 4):
            started = time.monotonic()
            assert ask(site, SMALL).json()["results"]["bindings"]
            assert ask(site, f"SELECT * {{ {LARGE} }} LIMIT 10000").content.endswith(b"]}}")
            assert time.monotonic() - started < 9, "it does not wait until it is killed"
            told = site.get("/metrics").text.rpartition("processes_started_total ")[2]
            assert int(told.split()[0]) >= 2 * count


def test_a_query_that_would_crash_the_engine_is_refused(hasty: Website) -> None:
    nested = "SELECT * { " + "{ " * 20_000 + "}" * 20_000 + " }"
    assert ask(hasty, nested).status_code == 400
    assert ask(hasty, SMALL).status_code == 200


class Listener:
    """Somebody on loopback who notes that they were called."""

    def __init__(self) -> None:
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.calls = 0
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self.socket.accept()
            except OSError:
                return
            self.calls += 1
            connection.close()


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * { SERVICE <%s> { ?s ?p ?o } }",
        "SELECT * { BIND(1 AS ?x)SERVICE<%s>{?s ?p ?o} }",
        "SELECT * { SERVICE SILENT <%s> { ?s ?p ?o } }",
        "SELECT * { VALUES ?where { <%s> } SERVICE ?where { ?s ?p ?o } }",
        "SELECT * { \\u0053ERVICE <%s> { ?s ?p ?o } }",
        "ASK { FILTER EXISTS { SERVICE <%s> { ?s ?p ?o } } }",
    ],
)
def test_service_reaches_nobody(hasty: Website, text: str) -> None:
    listener = Listener()
    with listener.socket:
        answer = ask(hasty, text % f"http://127.0.0.1:{listener.port}/")
        time.sleep(0.1)
    assert listener.calls == 0
    assert answer.status_code in (200, 400, 403)


def test_from_and_other_addresses_are_not_fetched(hasty: Website) -> None:
    listener = Listener()
    with listener.socket:
        where = f"http://127.0.0.1:{listener.port}/"
        ask(hasty, f"SELECT * FROM <{where}> {{ ?s ?p ?o }}")
        hasty.get("/sparql?" + urlencode({"query": SMALL, "default-graph-uri": where}))
        time.sleep(0.1)
    assert listener.calls == 0


def test_when_the_server_is_killed_its_processes_end(served_workspace: Path) -> None:
    with served(served_workspace) as site, ThreadPoolExecutor(1) as beside:
        busy = beside.submit(ask, site, PRODUCT)
        time.sleep(0.5)
        children = _children(site.process.pid)
        site.process.kill()
        site.process.wait()
        with pytest.raises(httpx.HTTPError):
            busy.result()
        until = time.monotonic() + 5
        while time.monotonic() < until and any(Path(f"/proc/{each}").exists() for each in children):
            time.sleep(0.05)
    assert children
    assert not any(Path(f"/proc/{each}").exists() for each in children)


def _children(process: int) -> list[int]:
    found = Path(f"/proc/{process}/task/{process}/children")
    if not found.exists():
        pytest.skip("only Linux tells the children of a process")
    return [int(each) for each in found.read_text().split()]
