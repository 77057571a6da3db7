"""A SPARQL endpoint on loopback that misbehaves as told, and remembers what it was asked."""

from __future__ import annotations

import gzip
import json
import re
import select
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

JSON = "application/sparql-results+json"


def film(identifier: str) -> list[dict[str, Any]]:
    """Say of a film what the endpoint knows: nothing of every fifth."""
    number = int(identifier[2:])
    if number % 5 == 0:
        return []
    item = {"type": "uri", "value": f"http://www.wikidata.org/entity/Q{number}"}
    subject = {"type": "literal", "value": identifier}
    title = {"type": "literal", "value": f"Film {number}", "xml:lang": "en"}
    says = {"type": "literal", "value": "title"}
    return [{"subject": subject, "item": item, "says": says, "value": title}]


def answer(subjects: Sequence[str], names: Sequence[str]) -> bytes:
    """Write the right answer about films."""
    found = [solution for subject in subjects for solution in film(subject)]
    head = {"vars": list(names)}
    return json.dumps({"head": head, "results": {"bindings": found}}).encode()


class Misbehaving:
    """The endpoint: `script` tells how it behaves, request by request, and well after that."""

    def __init__(self, script: Sequence[str] = (), slow_s: float = 0.0) -> None:
        self.script = list(script)
        self.slow_s = slow_s
        self.asked: list[list[str]] = []
        self.answered: list[str] = []
        self.agents: set[str] = set()
        self.authorizations: set[str | None] = set()
        self.callers: set[tuple[str, int]] = set()
        self.url = ""
        self.in_flight = 0
        self.most_in_flight = 0
        self.lock = threading.Lock()

    def behave(self, request: BaseHTTPRequestHandler) -> None:
        """Answer one request."""
        with self.lock:
            self.in_flight += 1
            self.most_in_flight = max(self.most_in_flight, self.in_flight)
            self.agents.add(request.headers.get("User-Agent", ""))
            self.authorizations.add(request.headers.get("Authorization"))
            self.callers.add(request.client_address)
            query = parse_qs(request.rfile.read(int(request.headers.get("Content-Length") or 0)))
            text = query[b"query"][0].decode() if query else ""
            subjects = re.findall(r'"(tt\d+)"', text)
            self.asked.append(subjects)
            behaviour = self.script.pop(0) if self.script else "well"
        try:
            time.sleep(self.slow_s)
            response = self._response(request, behaviour, subjects)
        finally:
            with self.lock:
                self.in_flight -= 1  # who has the answer may ask again at once
        with suppress(OSError):  # whoever asked has gone
            _send(request, *response)

    def _response(
        self, request: BaseHTTPRequestHandler, behaviour: str, subjects: list[str]
    ) -> tuple[int, dict[str, str], bytes]:
        right = answer(subjects, ["subject", "item", "says", "value"])
        status, _, wait = behaviour.partition(" ")
        headers: dict[str, str] = {}
        body, kind, code = right, JSON, 200
        match status:
            case "well":
                self.answered.extend(subjects)
            case "429" | "503" | "500" | "403":
                body, kind, code = b"Too much of it", "text/plain", int(status)
                headers = {"Retry-After": wait} if wait else {}
            case "slow":  # until whoever asked gives up
                select.select([request.connection], [], [], 10)
            case "bomb":  # 10 MB of spaces
                body, headers = gzip.compress(b" " * 10_000_000), {"Content-Encoding": "gzip"}
            case "nested":
                body = b"[" * 100_000
            case "truncated":
                body = right[: len(right) // 2]
            case "cut":
                headers = {"Content-Length": str(len(right) * 2)}
            case "stack-trace":
                body = right[:-20] + b"\njava.util.concurrent.TimeoutException"
            case "error-text":
                body, kind = b"Error: set a User-Agent", "text/plain"
            case "html":
                body, kind = b"<html><title>Sorry</title></html>", "text/html"
            case "html-as-json":
                body = b"<html><title>Sorry</title></html>"
            case "302" | "307":
                body, kind, code = b"", "text/plain", int(status)
                headers = {"Location": self.url + "/elsewhere"}
            case "other-variables":
                body = answer(subjects, ["subject", "thing"])
            case "other-film":
                body = answer([*subjects, "tt9999999"], ["subject", "item", "says", "value"])
            case "half-a-letter":  # one half of a surrogate pair
                body = right.replace(b'"Film ', rb'"\ud800 ')
            case "not-solutions":
                body = b'{"boolean": true}'
        return code, {"Content-Type": kind, "Content-Length": str(len(body))} | headers, body


def _send(request: BaseHTTPRequestHandler, code: int, headers: dict[str, str], body: bytes) -> None:
    request.send_response(code)
    for name, value in headers.items():
        request.send_header(name, value)
    request.end_headers()
    request.wfile.write(body)


@contextmanager
def misbehaving(
    script: Sequence[str] = (), slow_s: float = 0.0, protocol: str = "HTTP/1.0"
) -> Iterator[Misbehaving]:
    """Serve an endpoint that misbehaves; with the protocol HTTP/1.1, it keeps connections."""
    endpoint = Misbehaving(script, slow_s)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = protocol

        def do_POST(self) -> None:
            endpoint.behave(self)

        def do_GET(self) -> None:
            endpoint.behave(self)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    endpoint.url = f"http://127.0.0.1:{server.server_port}/sparql"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield endpoint
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
