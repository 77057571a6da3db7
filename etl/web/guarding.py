"""What every answer has in common: headers that bind the browser, a limit on what is sent, counts.

Source: Content Security Policy Level 3; Fetch, section 3.6 (`X-Content-Type-Options`).
"""

from __future__ import annotations

import time
from collections import Counter

from starlette.datastructures import MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LARGEST_REQUEST = 1 << 20  # bytes of a body
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
_HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
}


class Counts:
    """How many requests were answered, by status, and how long that took."""

    def __init__(self) -> None:
        self.by_status = Counter[int]()
        self.seconds = 0.0

    def add(self, status: int, seconds: float) -> None:
        """Count a request."""
        self.by_status[status] += 1
        self.seconds += seconds


class _TooLarge(Exception):
    """A body is longer than we read."""


class Guard:
    """Puts the headers on every answer, refuses bodies that are too long, and counts requests."""

    def __init__(self, app: ASGIApp, counts: Counts) -> None:
        self._app = app
        self._counts = counts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request by what is guarded."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started, status = time.monotonic(), 0

        async def guarded(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        try:
            await self._app(scope, _bounded(receive), guarded)
        except _TooLarge:
            text = f"a request may have a body of at most {LARGEST_REQUEST:,} bytes\n"
            refusal = PlainTextResponse(text, 413, {"Connection": "close"})
            await refusal(scope, receive, guarded)
        finally:
            self._counts.add(status, time.monotonic() - started)


def _bounded(receive: Receive) -> Receive:
    """Receive a body up to what is allowed, whatever its length is said to be.

    Raises:
        _TooLarge: there is more of it.
    """
    received = 0

    async def bounded() -> Message:
        nonlocal received
        message = await receive()
        received += len(message.get("body", b""))
        if received > LARGEST_REQUEST:
            raise _TooLarge
        return message

    return bounded
