"""Send batches of entities to a remote store: one is on its way while the next is made."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

from etl.stores.connection import TooLarge
from etl.stores.remote import RemoteStore
from etl.stores.updates import Piece

_Piece = TypeVar("_Piece", bound=Piece)


@dataclass(frozen=True, slots=True)
class Batch:
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

    def send(self, batches: Iterable[Batch]) -> None:
        """Send batches, one after the other.

        Raises:
            StoreError: the server cannot be reached, or refuses; what it took is confirmed.
        """
        with ThreadPoolExecutor(1, thread_name_prefix="publish") as pool:
            under_way: tuple[Batch, Future[None]] | None = None
            for batch in batches:
                self._confirm(under_way)
                under_way = batch, pool.submit(self._replace, batch.pieces, batch.fresh)
            self._confirm(under_way)

    def _confirm(self, under_way: tuple[Batch, Future[None]] | None) -> None:
        if under_way is not None:
            batch, answer = under_way
            answer.result()
            batch.confirmed()
            self.sent.entities += len(batch.pieces)
            self.sent.triples += batch.triples
            self.progress(self.sent.entities)

    def _replace(self, pieces: Sequence[Piece], fresh: bool) -> None:
        """Send pieces; in halves, when they are more than the server takes at once."""
        try:
            self.remote.replace(pieces, fresh=fresh)
        except TooLarge:
            if len(pieces) == 1:
                raise
            middle = len(pieces) // 2
            self.batch_triples = max(self.batch_triples // 2, 1)
            self._replace(pieces[:middle], fresh)
            self._replace(pieces[middle:], fresh)

    def together(self, pieces: Iterable[_Piece]) -> Iterator[list[_Piece]]:
        """Put pieces together, as many as are no burden for the server."""
        together: list[_Piece] = []
        triples = 0
        for piece in pieces:
            if together and triples + len(piece.statements) > self.batch_triples:
                yield together
                together, triples = [], 0
            together.append(piece)
            triples += len(piece.statements)
        if together:
            yield together
