"""HTTP as it comes in: a head may be so long, and take so long, and no more."""

from __future__ import annotations

import asyncio

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

LONGEST_HEAD = 1 << 16  # bytes
HEAD_S = 20.0


class Http(HttpToolsProtocol):
    """A connection, which is closed when the head of a request does not end."""

    _head_bytes = 0
    _is_head = True
    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Expect a request in good time."""
        super().connection_made(transport)
        self._begin_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Expect nothing any more."""
        self._end_head()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Read what has come, unless a head has become too long."""
        if self.transport.is_closing():
            return
        was_head = self._is_head
        super().data_received(data)
        if was_head and self._is_head:
            self._head_bytes += len(data)
            if self._head_bytes > LONGEST_HEAD:
                self.send_400_response(f"the head of a request may have {LONGEST_HEAD:,} bytes\n")

    def on_message_begin(self) -> None:
        """Begin to read a request."""
        self._begin_head()
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """Go on once a head has been read."""
        self._end_head()
        super().on_headers_complete()

    def _begin_head(self) -> None:
        self._end_head()
        self._is_head, self._head_bytes = True, 0
        self._deadline = self.loop.call_later(HEAD_S, self.transport.close)

    def _end_head(self) -> None:
        self._is_head = False
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None
