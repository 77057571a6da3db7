"""Publish the graph: bring a remote store in step with the current generation."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path

from filelock import FileLock, Timeout

from etl.catalog.catalog import Catalog
from etl.errors import StoreError
from etl.identifiers import Iris
from etl.outbox import Outbox, Outboxes, Pending
from etl.pipeline.comparing import copied, differing
from etl.pipeline.reports import Progress, silent
from etl.stores.connection import TooLarge
from etl.stores.embedded import EmbeddedStore
from etl.stores.remote import RemoteStore
from etl.stores.servers import check_graph
from etl.stores.updates import Piece
from etl.targets import Target, keep
from etl.workspace import Generation, Workspace

PAGE = 5_000  # subjects that are taken out of the outbox at once


@dataclass(frozen=True, slots=True)
class PublishOptions:
    """How to publish, and whom to tell. `repair` first compares all that the server holds."""

    repair: bool = False
    progress: Progress = silent
    waiting: Callable[[str], None] = field(default=lambda _: None)


@dataclass(slots=True)
class Published:
    """What was sent to a store."""

    store: str
    entities: int = 0
    triples: int = 0


def publish(workspace: Workspace, target: Target, options: PublishOptions) -> Published:
    """Bring a remote store in step with the current generation, sending what has changed.

    Interrupted, it goes on where it stopped when it is called again.

    Raises:
        StoreError: the server cannot be reached, or refuses; or it holds what is not ours.
        WorkspaceError: nothing has been loaded yet.
    """
    outboxes = Outboxes(workspace.path)
    with _alone(outboxes.lock_file(target.name), options.waiting):
        generation = workspace.required()
        with Catalog.read(generation.catalog) as catalog:
            iris = catalog.iris
        check_graph(target.where, f"{iris.base}graph/films")
        keep(outboxes, target)
        with (
            outboxes.open(target.name) as outbox,
            RemoteStore.opened(target.where, iris.provenance_graph) as remote,
        ):
            publication = _Publication(workspace, generation, iris, outbox, remote)
            if options.repair or outbox.needs_all(generation.number):
                publication.find(repair=options.repair)
            return publication.send(options.progress)


@contextmanager
def _alone(path: Path, waiting: Callable[[str], None]) -> Iterator[None]:
    """Hold a store for publishing to it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    lock = FileLock(path)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        waiting("the process that publishes to this store")
        lock.acquire()
    try:
        yield
    finally:
        lock.release()


class _Publication:
    """One publication on its way: reads a generation, and empties the outbox into a server."""

    def __init__(
        self,
        workspace: Workspace,
        generation: Generation,
        iris: Iris,
        outbox: Outbox,
        remote: RemoteStore,
    ) -> None:
        self._workspace = workspace
        self._number = generation.number
        self._iris = iris
        self._outbox = outbox
        self._remote = remote
        self._store = EmbeddedStore.read(generation.store)
        self._batch_triples = remote.where.kind.batch_triples

    def find(self, *, repair: bool) -> None:
        """Put all subjects into the outbox that the server does not hold as it should.

        Raises:
            StoreError: we have never published there, but it holds something below our base IRI.
        """
        base = self._iris.base
        if self._outbox.published or repair:
            bases = [base, *self._outbox.bases]
            with copied(self._workspace, self._remote) as copy:
                found = differing(self._store, copy, bases, self._remote)
                subjects = [each.subject for each in found]
            self._outbox.fill(self._number, subjects, base, fresh=False)
        elif self._remote.holds_any(base):
            raise StoreError(
                f"{self._outbox.name}: holds things below {base} that were not published from here",
                hint="publish to a --graph of its own, or add --repair to have this workspace's "
                "graph take their place",
            )
        else:
            self._outbox.fill(self._number, self._store.subjects(), base, fresh=True)

    def send(self, progress: Progress) -> Published:
        """Send what is in the outbox: one batch is on its way while the next is made."""
        done, total = Published(self._outbox.name), self._outbox.count()
        with ThreadPoolExecutor(1, thread_name_prefix="publish") as sender:
            under_way: tuple[_Batch, Future[None]] | None = None
            for batch in self._batches():
                self._confirm(under_way, done)
                progress("entities sent", done.entities, total)
                if batch.fresh:
                    self._outbox.mark(batch.pending)
                under_way = batch, sender.submit(self._replace, batch.pieces, batch.fresh)
            self._confirm(under_way, done)
            progress("entities sent", done.entities, total)
        return done

    def _confirm(self, sent: tuple[_Batch, Future[None]] | None, done: Published) -> None:
        """Wait until the server has taken a batch, and take it out of the outbox."""
        if sent is not None:
            batch, answer = sent
            answer.result()
            self._outbox.confirm(self._number, batch.pending)
            done.entities += len(batch.pieces)
            done.triples += batch.triples

    def _replace(self, pieces: list[Piece], fresh: bool) -> None:
        """Send pieces; in halves, when they are more than the server takes at once."""
        try:
            self._remote.replace(pieces, fresh=fresh)
        except TooLarge:
            if len(pieces) == 1:
                raise
            middle = len(pieces) // 2
            self._batch_triples = max(self._batch_triples // 2, 1)
            self._replace(pieces[:middle], fresh)
            self._replace(pieces[middle:], fresh)

    def _batches(self) -> Iterator[_Batch]:
        batch = _Batch()
        for entity, pending in self._waiting():
            piece = self._piece(entity, pending)
            if batch.pieces and batch.triples + len(piece.quads) > self._batch_triples:
                yield batch
                batch = _Batch()
            batch.pieces.append(piece)
            batch.pending += pending
            batch.triples += len(piece.quads)
        if batch.pieces:
            yield batch

    def _waiting(self) -> Iterator[tuple[str, list[Pending]]]:
        after = ""
        while page := self._outbox.pending(after, PAGE):
            for entity, pending in groupby(page, lambda each: each.entity):
                yield entity, list(pending)
            after = page[-1].entity

    def _piece(self, entity: str, pending: Iterable[Pending]) -> Piece:
        subjects = tuple(each.entity + each.part for each in pending)
        quads = [quad for subject in subjects for quad in self._store.about(subject)]
        return Piece(entity, subjects, quads)


@dataclass(slots=True)
class _Batch:
    """Entities that are sent together."""

    pieces: list[Piece] = field(default_factory=list)
    pending: list[Pending] = field(default_factory=list)
    triples: int = 0

    @property
    def fresh(self) -> bool:
        """Tell whether the server has nothing of any of them."""
        return all(each.fresh for each in self.pending)
