"""What every answer has in common: headers that bind the browser, a limit on what is sent, counts.

Source: Content Security Policy Level 3; Fetch, section 3.6 (`X-Content-Type-Options`).
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from math import ceil

from starlette.datastructures import MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from etl.web.quotas import Quotas

LARGEST_REQUEST = 1 << 20  # bytes of a body
_BODY_S = 20.0  # for each piece of it
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


class _Refused(Exception):
    """A body is longer than we read, or does not come."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


class Guard:
    """Puts the headers on every answer, refuses what is too long or too often, counts requests."""

    def __init__(self, app: ASGIApp, counts: Counts, quotas: Quotas) -> None:
        self._app = app
        self._counts = counts
        self._quotas = quotas

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
            if wait_s := self._quotas.wait_s(scope):
                await _too_often(wait_s)(scope, receive, guarded)
            else:
                await self._app(scope, _bounded(receive), guarded)
        except _Refused as error:
            refusal = PlainTextResponse(f"{error}\n", error.status, {"Connection": "close"})
            await refusal(scope, receive, guarded)
        finally:
            self._counts.add(status, time.monotonic() - started)


def _too_often(wait_s: float) -> PlainTextResponse:
    """Refuse a request of a client that has asked too often."""
    headers = {"Retry-After": str(ceil(wait_s)), "Access-Control-Allow-Origin": "*"}
    return PlainTextResponse("you ask too often\nask again later, and less often\n", 429, headers)


def _bounded(receive: Receive) -> Receive:
    """Receive a body up to what is allowed, whatever its length is said to be.

    Raises:
        _Refused: there is more of it, or it does not come in time.
    """
    received, is_whole = 0, False

    async def bounded() -> Message:
        nonlocal received, is_whole
        try:
            async with asyncio.timeout(None if is_whole else _BODY_S):
                message = await receive()
        except TimeoutError as error:
            raise _Refused(408, "the rest of the request did not come") from error
        is_whole = not message.get("more_body", False)
        received += len(message.get("body", b""))
        if received > LARGEST_REQUEST:
            text = f"a request may have a body of at most {LARGEST_REQUEST:,} bytes"
            raise _Refused(413, text)
        return message

    return bounded
