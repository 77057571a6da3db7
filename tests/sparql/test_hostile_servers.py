"""Servers that answer nonsense, or without end: one line, in time, and exit code 2."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from commands import Etl
from records import Film, write

SOLUTIONS = "application/sparql-results+json"
SELECT, LIMIT_MB = "SELECT * { ?s ?p ?o } LIMIT 1", 3
Answer = Callable[[socket.socket], None]


def reply(
    body: bytes, kind: str = SOLUTIONS, status: str = "200 OK", more: str = "", length: int = -1
) -> bytes:
    """Write an answer; its `length` may be another than it has."""
    length = len(body) if length < 0 else length
    head = f"HTTP/1.1 {status}\r\nServer: Oxigraph/0.5.0\r\nContent-Type: {kind}\r\n"
    return f"{head}Content-Length: {length}\r\n{more}\r\n".encode() + body


def says(answer: bytes) -> Answer:
    return lambda client: client.sendall(answer)


def hangs_up(answer: bytes) -> Answer:
    def respond(client: socket.socket) -> None:
        client.sendall(answer)
        client.shutdown(socket.SHUT_RDWR)

    return respond


def forever(piece: bytes, *, pause_s: float = 0.0, status: str = "200 OK") -> Answer:
    """Send one piece of a body after the other."""

    def answer(client: socket.socket) -> None:
        head = (
            f"HTTP/1.1 {status}\r\nContent-Type: {SOLUTIONS}\r\nTransfer-Encoding: chunked\r\n\r\n"
        )
        client.sendall(head.encode())
        while True:
            client.sendall(b"%x\r\n%s\r\n" % (len(piece), piece))
            time.sleep(pause_s)

    return answer


def slowly(client: socket.socket) -> None:
    """Send a byte of the head now and then."""
    for byte in reply(b" " * 5000):
        client.sendall(bytes([byte]))
        time.sleep(0.1)


def bomb() -> bytes:
    """Pack 100 MB of spaces into 100 KB."""
    pack = zlib.compressobj(9, zlib.DEFLATED, 31)
    first, next_one = (
        pack.compress(b" " * 1_000_000) + pack.flush(zlib.Z_FULL_FLUSH) for _ in range(2)
    )
    return reply(first + next_one * 99, more="Content-Encoding: gzip\r\n")


def one(binding: str) -> bytes:
    text = f'{{"head":{{"vars":["s"]}},"results":{{"bindings":[{{"s":{binding}}}]}}}}'
    return reply(text.encode())


DIGEST = 'WWW-Authenticate: Digest realm="x", nonce="1", algorithm=FOO, qop="auth"\r\n'
MISBEHAVIOURS: dict[str, tuple[Answer, str]] = {
    "cut short": (hangs_up(reply(b'{"head":', length=5000)), "the connection broke off"),
    "not closed": (says(reply(b'{"head":{"vars":["s"]},"resul')), "found broken JSON"),
    "an IRI that is none": (says(one('{"type":"uri","value":"no iri <>"}')), "found broken JSON"),
    "another kind": (says(reply(b'{"head":{},"boolean":true}')), "another kind of query"),
    "nested": (says(reply(b"[" * 1_000_000)), "found broken JSON"),
    "nothing": (says(reply(b"")), "found nothing at all"),
    "a page": (says(reply(b"<html>hello</html>", "text/html")), "found text/html"),
    "another protocol": (says(b"\0\1SSH-2.0-OpenSSH\r\n"), "the connection broke off"),
    "a head without end": (forever(b"x"), "no answer within 1 s"),
    "slow": (slowly, "no answer within 1 s"),
    "dripping": (forever(b" ", pause_s=0.1), "no answer within 1 s"),
    "endless": (forever(b" " * 100_000), f"the answer has more than {LIMIT_MB} MB"),
    "an endless error": (forever(b"x" * 1000, status="400 Bad"), "not understood: xxx"),
    "a bomb": (says(bomb()), f"the answer has more than {LIMIT_MB} MB"),
    "not packed": (says(reply(b"no gzip", more="Content-Encoding: gzip\r\n")), "decompressing"),
    "an unknown digest": (
        says(reply(b"who", "text/plain", "401 No", DIGEST)),
        "asks to sign in by a digest of an unknown kind",
    ),
}


@contextlib.contextmanager
def serving(answer: Answer) -> Iterator[str]:
    """Answer each request on loopback in one way, and give the server's address."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve(client: socket.socket) -> None:
        with client, contextlib.suppress(OSError):
            while client.recv(1 << 20):
                answer(client)

    def accept() -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = listener.accept()
                threading.Thread(target=serve, args=(client,), daemon=True).start()

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join()


@pytest.fixture
def published(etl: Etl, monkeypatch: pytest.MonkeyPatch) -> Etl:
    """A small graph; and little patience with servers."""
    for name, value in {
        "TIMEOUT": "1",
        "PATIENCE": "0.2",
        "ANSWER_MB": str(LIMIT_MB),
        "USER": "joe",
        "PASSWORD": "hunter2",
    }.items():
        monkeypatch.setenv(f"ETL_STORE_{name}", value)
    Path("seeds").mkdir()
    write(Path("seeds"), Film(6, "Heat", 1995, directors="Michael Mann"))
    assert etl("load", "seeds").exit_code == 0
    return etl


@pytest.mark.parametrize("kind", MISBEHAVIOURS)
def test_a_server_that_misbehaves_is_told_in_one_line_and_in_time(
    published: Etl, kind: str
) -> None:
    answer, said = MISBEHAVIOURS[kind]
    with serving(answer) as url:
        named = published("store", "add", "s", url, "--kind", "Oxigraph")
        assert named.exit_code == 0, named.stderr
        for command in (["sparql", SELECT], ["load", "seeds"]):
            began = time.monotonic()
            result = published(*command, "--store", "s")
            assert result.exit_code == 2, result.stdout
            error, *hint = result.stderr.splitlines()
            assert error.startswith(f"Error: {url}"), result.stderr
            assert said in error or command[0] == "load"
            assert len(hint) <= 1
            assert "hunter2" not in result.stderr
            assert time.monotonic() - began < 20
    assert published("check").exit_code == 0
