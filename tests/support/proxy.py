"""What stands between us and a server: a proxy that cuts, delays and answers with errors."""

from __future__ import annotations

import contextlib
import http.client
import random
import socket
import ssl
import struct
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

PAGE = b"<html><head><title>Sign in</title></head><body><h1>Please sign in</h1></body></html>"


class Fault:
    """One thing that goes wrong with a request; `applied` says whether the server gets it."""

    def __init__(self, name: str, *, applied: bool = False) -> None:
        self.name = name
        self.applied = applied

    def __repr__(self) -> str:
        return f"{self.name} {'after' if self.applied else 'before'}"


PASSING = [
    Fault(name, applied=applied)
    for applied in (False, True)
    for name in ("reset", "half", "500", "502", "503", "429")
]
FAULTS = [*PASSING, Fault("413"), Fault("413", applied=True), Fault("page"), Fault("hang")]


class Proxy(ThreadingHTTPServer):
    """Passes requests on to a server; with `likely`, so often something goes wrong."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 50

    def __init__(
        self,
        url: str,
        *,
        seed: int = 0,
        secret: str | None = None,
        certificate: tuple[str, str] | None = None,
    ) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.upstream = urlsplit(url)
        self.likely = 0.0
        self.faults = list(FAULTS)
        self.next: list[Fault] = []
        self.at_most: int | None = None
        self.secret = secret
        self.echo = False
        self.chance = random.Random(seed)
        self.scheme = "http"
        if certificate is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*certificate)
            self.socket = context.wrap_socket(self.socket, server_side=True)
            self.scheme = "https"

    @property
    def url(self) -> str:
        """Give its address."""
        return f"{self.scheme}://127.0.0.1:{self.server_address[1]}"

    def fault(self) -> Fault | None:
        """Choose what goes wrong with a request."""
        if self.next:
            return self.next.pop(0)
        return self.chance.choice(self.faults) if self.chance.random() < self.likely else None

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of a connection that somebody has cut."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Proxy

    def log_message(self, *_: Any) -> None:
        """Keep quiet."""

    def do_GET(self) -> None:
        self._pass_on()

    def do_POST(self) -> None:
        self._pass_on()

    def _pass_on(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        proxy = self.server
        if proxy.secret is not None and self.headers.get("Authorization") != proxy.secret:
            said = f"Who is {self.headers.get('Authorization', 'that')}?".encode()
            self._answer(401, {"WWW-Authenticate": 'Basic realm="films"'}, said)
            return
        fault = proxy.fault()
        if fault is None and proxy.at_most is not None and len(body) > proxy.at_most:
            fault = Fault("413")
        if fault is None:
            self._answer(*self._forwarded(body))
        else:
            self._go_wrong(fault, body)

    def _forwarded(self, body: bytes) -> tuple[int, dict[str, str], bytes]:
        upstream = self.server.upstream
        connection = http.client.HTTPConnection(upstream.hostname or "", upstream.port, timeout=60)
        with contextlib.closing(connection):
            kept = {k: v for k, v in self.headers.items() if k.lower() not in ("connection", "te")}
            kept["Accept-Encoding"] = "identity"
            connection.request(self.command, self.path, body or None, kept)
            answer = connection.getresponse()
            headers = {
                name: value
                for name, value in answer.getheaders()
                if name.lower() not in ("content-length", "transfer-encoding", "connection")
            }
            return answer.status, headers, answer.read()

    def _go_wrong(self, fault: Fault, body: bytes) -> None:
        answer = self._forwarded(body) if fault.applied else (200, {}, b"x" * 1000)
        match fault.name:
            case "reset":
                self._reset()
            case "half":
                self.send_response_only(200 if answer[0] == 204 else answer[0])
                for name, value in answer[1].items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(answer[2]) + 100))
                self.end_headers()
                self.wfile.write(answer[2][: len(answer[2]) // 2])
                self.wfile.flush()
                self._reset()
            case "hang":
                time.sleep(1.5)
                self._reset()
            case "page":
                self._answer(200, {"Content-Type": "text/html"}, PAGE)
            case status:
                more = {
                    "429": {"Retry-After": "0"},
                    "307": {"Location": "http://elsewhere.example/"},
                }
                said = f"you are {self.headers.get('Authorization')}\n".encode()
                text = said if self.server.echo else b"something is wrong here\nand more of it"
                self._answer(int(status), more.get(status, {}), text)

    def _answer(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self.send_response_only(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if status != 204:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _reset(self) -> None:
        """Cut the connection as a crash does."""
        with contextlib.suppress(OSError):
            linger = struct.pack("ii", 1, 0)
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self.close_connection = True
        with contextlib.suppress(OSError):
            self.connection.close()


@contextlib.contextmanager
def proxied(url: str, **options: Any) -> Iterator[Proxy]:
    """Put a proxy before a server."""
    proxy = Proxy(url, **options)
    thread = threading.Thread(target=proxy.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield proxy
    finally:
        proxy.shutdown()
        thread.join()
        proxy.server_close()
