"""A server that strangers can reach: nothing else is read, nobody is held up, memory comes back."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from etl.web.guarding import LARGEST_REQUEST
from thoroughness import examples
from website import Website, served

SECONDS = 2


@pytest.fixture(scope="module")
def target(served_workspace: Path) -> Iterator[Website]:
    """A server that gives queries little time."""
    with served(served_workspace, "--timeout", str(SECONDS)) as running:
        yield running
    assert running.said == []


def memory_of(process: int) -> int:
    """Give the bytes of memory that a process takes."""
    status = Path(f"/proc/{process}/status")
    if not status.exists():
        pytest.skip("only Linux tells the memory of a process")
    lines = dict(line.split(":", 1) for line in status.read_text().splitlines())
    return int(lines["VmRSS"].split()[0]) * 1024


def raw(site: Website, request: bytes) -> bytes:
    """Send bytes as they are, and give all that comes back."""
    address = "127.0.0.1", int(site.url.rsplit(":", 1)[1].strip("/"))
    with socket.create_connection(address, timeout=30) as connection:
        connection.sendall(request)
        received = b""
        while more := connection.recv(1 << 16):
            received += more
        return received


def get(path: str) -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode()


@pytest.mark.parametrize(
    "path",
    [
        "/static/../site.py",
        "/static/../../../pyproject.toml",
        "/static/%2e%2e/site.py",
        "/static/..%2fsite.py",
        "/static//etc/passwd",
        "/static/%2fetc%2fpasswd",
        "/static/..\\site.py",
        "/../../../../etc/passwd",
        "/movie/../../../../etc/passwd",
        "/queries/../saved",
        "/queries/..%2f..%2fpyproject",
        "/static/",
        "/static/yasgui",
        "//etc/passwd",
    ],
)
def test_no_path_leads_to_another_file(target: Website, path: str) -> None:
    answer = raw(target, get(path))
    status = int(answer.split(b" ", 2)[1])
    assert status in (307, 400, 404, 405), answer[:200]
    assert b"root:" not in answer
    assert b"[project]" not in answer
    assert b"import" not in answer


@pytest.mark.parametrize(
    "path",
    [
        "/movie/x%0d%0aSet-Cookie:%20a=b",
        "/person/x%0d%0aSet-Cookie:%20a=b.ttl",
        "/films?sort=%0d%0aSet-Cookie:%20a=b",
        "/queries/x%0d%0aSet-Cookie:%20a=b",
        "/search?q=%0d%0aSet-Cookie:%20a=b",
        "/editor?name=%0d%0aSet-Cookie:%20a=b",
        "/sparql?query=ASK{}&default-graph-uri=urn:x%0d%0aSet-Cookie:%20a=b",
    ],
)
def test_no_header_can_be_put_in(target: Website, path: str) -> None:
    head = raw(target, get(path)).partition(b"\r\n\r\n")[0]
    assert b"set-cookie" not in head.lower()


@pytest.mark.parametrize(
    "path",
    [
        "/movie/%FF%FE",
        "/person/%00",
        "/movie/%",
        "/search?q=%ED%A0%80",
        "/films?decade=%00",
        "/movie/" + "x" * 20_000,
    ],
)
def test_odd_bytes_break_nothing(target: Website, path: str) -> None:
    answer = raw(target, get(path))
    assert int(answer.split(b" ", 2)[1]) in (200, 400, 404, 431), answer[:200]


def test_a_huge_body_is_refused_and_not_kept(target: Website) -> None:
    before = memory_of(target.process.pid)

    def body() -> Iterator[bytes]:
        for _ in range(100):
            yield b"x" * 1_000_000

    for kind in ("application/sparql-query", "application/x-www-form-urlencoded"):
        try:
            answer = target.client.post("/sparql", content=body(), headers={"Content-Type": kind})
        except httpx.TransportError:  # it was closed before we had sent all
            continue
        assert answer.status_code == 413
    whole = target.client.post(
        "/sparql", content=b" " * (LARGEST_REQUEST + 1), headers={"Content-Type": "text/x"}
    )
    assert whole.status_code in (413, 415)
    assert memory_of(target.process.pid) - before < 50_000_000
    assert target.get("/healthz").status_code == 200


def test_clients_that_send_slowly_hold_nobody_up(target: Website) -> None:
    address = "127.0.0.1", int(target.url.rsplit(":", 1)[1].strip("/"))
    slow = [socket.create_connection(address) for _ in range(100)]
    try:
        for connection in slow:
            connection.sendall(b"GET /movie/tt0113277 HTTP/1.1\r\nHost: x\r\nX-Slow: ")
        for _ in range(5):
            assert target.get("/movie/tt0113277").status_code == 200
    finally:
        for connection in slow:
            connection.close()


def test_a_head_that_is_too_long_or_does_not_end_is_dropped(served_workspace: Path) -> None:
    hasty = "import etl.web.transport as t; t.HEAD_S = 0.5; from etl.__main__ import main; main()"
    with served(served_workspace, program=("-c", hasty)) as site:
        long = b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-Long: " + b"x" * 70_000
        assert raw(site, long).startswith(b"HTTP/1.1 400 ")
        for begun in (b"", b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-Slow: "):
            started = time.monotonic()
            assert raw(site, begun) == b""
            assert time.monotonic() - started < 10
        assert raw(site, get("/healthz")).startswith(b"HTTP/1.1 200 ")


def test_clients_that_read_nothing_keep_no_process(target: Website) -> None:
    address = "127.0.0.1", int(target.url.rsplit(":", 1)[1].strip("/"))
    query = b"query=SELECT * { ?a ?b ?c . ?d ?e ?f }"
    head = f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(query)}"
    request = f"POST /sparql HTTP/1.1\r\nHost: x\r\n{head}\r\n\r\n".encode() + query
    deaf = [socket.create_connection(address) for _ in range(5)]
    try:
        for connection in deaf:
            connection.sendall(request)
        time.sleep(SECONDS + 1)
        metrics = target.get("/metrics").text
        assert "reelgraph_queries_long 0\n" in metrics
        answer = target.client.post("/sparql", data={"query": "ASK { ?s ?p ?o }"})
        assert answer.json()["boolean"] is True
    finally:
        for connection in deaf:
            connection.close()


def test_memory_is_back_where_it_was_after_many_requests(target: Website) -> None:
    paths = [
        "/movie/tt0113277",
        "/person/Al_Pacino",
        "/films?decade=1990s",
        "/nothing",
        "/search?q=heat",
        "/movie/tt0338013.jsonld",
        "/queries/films-by-decade",
    ]

    def ask(number: int) -> int:
        return target.get(paths[number % len(paths)]).status_code

    with ThreadPoolExecutor(8) as crowd:
        list(crowd.map(ask, range(examples(400, 2_000))))  # until the threads' own memory is there
        before = memory_of(target.process.pid)
        statuses = set(crowd.map(ask, range(examples(400, 10_000))))
    assert statuses == {200, 404}
    after = memory_of(target.process.pid)
    assert after - before < 40_000_000, (before, after)
