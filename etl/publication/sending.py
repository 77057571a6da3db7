"""Send batches of entities to a remote store: one is on its way while the next are made."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TypeVar

import httpx

from etl.sparql.connection import TooLarge
from etl.stores.remote import RemoteStore
from etl.stores.updates import Piece

AHEAD = 2  # batches that are written before an earlier one has been confirmed
_Piece = TypeVar("_Piece", bound=Piece)


@dataclass(frozen=True, slots=True)
class Parcel:
    """Entities that are sent together, and what is to be done when the server has them.

    With `fresh`, nothing of what it may have of them is to go.
    """

    pieces: Sequence[Piece]
    fresh: bool
    confirmed: Callable[[], None]

    @property
    def triples(self) -> int:
        """Count what the server is to hold of them."""
        return sum(len(piece.statements) for piece in self.pieces)


@dataclass(slots=True)
class Published:
    """What was sent to a store."""

    store: str
    entities: int = 0
    triples: int = 0


@dataclass(slots=True)
class Sender:
    """Sends batches, and counts what the server has taken."""

    remote: RemoteStore
    sent: Published
    progress: Callable[[int], None]
    batch_triples: int

    def send(self, batches: Iterable[Parcel]) -> None:
        """Send batches, one after the other; some are written ahead, so that no server waits.

        What `batches` does after it has given the last one is done while that is under way.

        Raises:
            StoreError: the server cannot be reached, or refuses; what it took is confirmed.
        """
        pool = ThreadPoolExecutor(1, thread_name_prefix="publish")
        waiting: deque[tuple[Parcel, Future[None]]] = deque()
        try:
            for batch in batches:
                requests = self.remote.requests(batch.pieces, fresh=batch.fresh)
                waiting.append((batch, pool.submit(self._send, requests, batch)))
                if len(waiting) > AHEAD:
                    self._confirm(*waiting.popleft())
            while waiting:
                self._confirm(*waiting.popleft())
        finally:
            pool.shutdown(cancel_futures=True)

    def _confirm(self, batch: Parcel, answer: Future[None]) -> None:
        answer.result()
        batch.confirmed()
        self.sent.entities += len(batch.pieces)
        self.sent.triples += batch.triples
        self.progress(self.sent.entities)

    def _send(self, requests: Sequence[httpx.Request], batch: Parcel) -> None:
        """Send a batch; in halves, when it is more than the server takes at once."""
        try:
            self.remote.send(requests)
        except TooLarge:
            if len(batch.pieces) == 1:
                raise
            middle = len(batch.pieces) // 2
            self.batch_triples = max(self.batch_triples // 2, 1)
            for half in (batch.pieces[:middle], batch.pieces[middle:]):
                part = replace(batch, pieces=half)
                self._send(self.remote.requests(half, fresh=batch.fresh), part)

    def together(self, pieces: Iterable[_Piece]) -> Iterator[list[_Piece]]:
        """Put pieces together, as many as are no burden for the server; fewer at the beginning.

        So the server has something to do while there is little yet.
        """
        together: list[_Piece] = []
        triples, most = 0, self.batch_triples // 8
        for piece in pieces:
            if together and triples + len(piece.statements) > most:
                yield together
                together, triples = [], 0
                most = min(2 * most, self.batch_triples)
            together.append(piece)
            triples += len(piece.statements)
        if together:
            yield together
