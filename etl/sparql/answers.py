"""Answers with limits: each is read within a time and a size, whatever the server sends."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import httpx


class Deadlines:
    """Times within which requests have to be answered, their whole answers included.

    The client waits for each piece of an answer by itself, so that a server that sends a byte now
    and then could keep it for ever. When the time is up, the connections are cut here.

    Source: httpx, "Extensions", `trace`: by it the client says which connections it makes.
    """

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._sockets: list[socket.socket] = []

    @contextmanager
    def watched(self, request: httpx.Request) -> Iterator[httpx.Request]:
        """Send a request, and read its answer, within the time.

        Raises:
            httpx.ReadTimeout: the time was up before.
        """
        request.extensions["trace"] = self._connected
        over = threading.Event()
        timer = threading.Timer(self.seconds, self._cut, [over])
        timer.daemon = True
        timer.start()
        try:
            yield request
        except httpx.HTTPError as error:
            if over.is_set():
                raise httpx.ReadTimeout("the answer has not ended", request=request) from error
            raise
        finally:
            timer.cancel()

    def _connected(self, event: str, about: dict[str, Any]) -> None:
        """Remember the socket of a connection that was made."""
        if event.endswith((".connect_tcp.complete", ".start_tls.complete")):
            self._sockets = [each for each in self._sockets if each.fileno() >= 0]
            self._sockets.append(about["return_value"].get_extra_info("socket"))

    def _cut(self, over: threading.Event) -> None:
        over.set()
        for each in self._sockets:
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)


class Stream:
    """What arrives in chunks, none of them empty, to be read like a file."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks
        self._left = b""

    def read(self, size: int) -> bytes:
        """Return at most so many bytes; none when all has arrived."""
        chunk = self._left or next(self._chunks, b"")
        self._left = chunk[size:]
        return chunk[:size]


def shortened(response: httpx.Response, most: int) -> httpx.Response:
    """Read an answer, of at most so many bytes once it is unpacked, and close it.

    It is cut loose of its stream, which knows it in turn, and of its request: this may be
    megabytes, and would wait for the garbage collector.
    """
    content = bytearray()
    try:
        for chunk in response.iter_bytes():
            content += chunk
            if len(content) >= most:
                break
    finally:
        response.close()
        for each in (*response.history, response):
            each.stream = httpx.ByteStream(b"")
    packed = ("content-encoding", "content-length", "transfer-encoding")
    kept = [each for each in response.headers.multi_items() if each[0].lower() not in packed]
    return httpx.Response(response.status_code, headers=kept, content=bytes(content[:most]))
