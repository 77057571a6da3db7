"""Publish the graph: bring a remote store in step with the current generation."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from itertools import groupby
from pathlib import Path

from filelock import FileLock, Timeout

from etl.entities import MAPPING_VERSION
from etl.errors import StoreError
from etl.process.garbage import uncollected
from etl.process.progress import Progress, silent
from etl.provenance.runs import date_time
from etl.publication.comparing import differing, provenance_graphs
from etl.publication.outbox import Outbox, Outboxes
from etl.publication.seeding import Seed
from etl.publication.sending import Parcel, Published, Sender
from etl.publication.targets import Target, keep
from etl.rdf.vocab import DCTERMS
from etl.stores.remote import RemoteStore
from etl.stores.servers import check_graph
from etl.stores.updates import Piece
from etl.workspace import Workspace
from etl.workspace.snapshot import Snapshot

# What the store holds beside what films and people are made of: redirects, and provenance.
BESIDE = (
    "{{ ?s {replaced} ?o }} UNION "
    '{{ GRAPH ?g {{ ?s ?p ?o }} FILTER(!STRSTARTS(STR(?s), "{movies}")) }}'
)
_SECOND = len("2026-01-01T00:00:00")  # a server may write the time zone otherwise
PAGE = 5_000  # subjects that are taken out of the outbox at once


@dataclass(frozen=True, slots=True)
class PublishOptions:
    """How to publish, and whom to tell. `repair` first compares all that the server holds."""

    repair: bool = False
    progress: Progress = silent
    waiting: Callable[[str], None] = field(default=lambda _: None)


def publish(workspace: Workspace, target: Target, options: PublishOptions) -> Published:
    """Bring a remote store in step with the current generation, sending what has changed.

    Interrupted, it goes on where it stopped when it is called again.

    Raises:
        StoreError: the server cannot be reached, or refuses; or it holds what is not ours.
        WorkspaceError: nothing has been loaded yet.
    """
    outboxes = Outboxes(workspace.path)
    alone = _alone(outboxes.lock_file(target.name), options.waiting)
    with uncollected(), alone, Snapshot.opened(workspace.required()) as snapshot:
        iris = snapshot.iris
        check_graph(target.where, f"{iris.base}graph/films")
        keep(outboxes, target)
        with outboxes.open(target.name) as outbox:
            graphs = provenance_graphs(iris.base, outbox.bases)
            with RemoteStore.opened(target.where, *graphs) as remote:
                return _Publication(workspace, snapshot, outbox, remote).publish(options)


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
    """One publication on its way."""

    def __init__(
        self, workspace: Workspace, snapshot: Snapshot, outbox: Outbox, remote: RemoteStore
    ) -> None:
        self._workspace = workspace
        self._number = snapshot.generation.number
        self._catalog = snapshot.catalog
        self._base = snapshot.iris.base
        self._outbox = outbox
        self._remote = remote
        self._store = snapshot.store
        self._beside: list[str] = []
        self._sizes: tuple[int, int] | None = None

    def publish(self, options: PublishOptions) -> Published:
        """Find what the server does not hold as it should, and send it."""
        sent = Published(self._outbox.name)
        if self._outbox.state == "new" and not options.repair:
            self._begin()
        elif not options.repair:
            self._expect_no_newer()
        first = self._outbox.state != "done"
        if options.repair or self._outbox.whole(self._number) or (first and not self._made_so()):
            self._compare()
        elif first:
            total = sum(self._catalog.counts())
            self._seed(self._sender(sent, options.progress, total, fresh=True))
        self._empty(sent, options.progress)
        if self._outbox.held:
            if not self._complete():
                self._compare()
                self._empty(sent, options.progress)
            self._outbox.set(held=None)
        return sent

    def _compare(self) -> None:
        """Put all subjects into the outbox that the server does not hold as it should."""
        bases = [self._base, *self._outbox.bases]
        subjects = differing(self._workspace, self._store, self._remote, bases)
        self._outbox.fill(self._number, subjects, self._base)

    def _made_so(self) -> bool:
        """Return whether the graph here is what today's mapping makes of the catalog."""
        return self._catalog.settings.mapping == MAPPING_VERSION

    def _begin(self) -> None:
        """Begin a first publication.

        Raises:
            StoreError: the server holds something below our base IRI that is not from here.
        """
        held = self._remote.sizes()
        if any(held) and self._remote.holds_any(self._base):
            raise StoreError(
                f"{self._outbox.name}: holds things below {self._base} "
                "that were not published from this workspace",
                hint="publish to a --graph of its own, or add --repair to replace them by "
                "this workspace's graph",
            )
        self._outbox.begin(self._number, self._base, held)

    def _expect_no_newer(self) -> None:
        """Refuse to publish from a workspace that was taken from a copy of it.

        Raises:
            StoreError: the server was sent a run that this workspace knows nothing of.
        """
        iris = self._catalog.iris
        known = {iris.run(run.run).value: run.started for run in self._catalog.runs.all()}
        for run, started in self._remote.runs(self._base):
            if run not in known or date_time(known[run]).value[:_SECOND] != started[:_SECOND]:
                raise StoreError(
                    f"{self._outbox.name}: holds {run.removeprefix(self._base)}, started at "
                    f"{started}, which this workspace lacks: is it an older copy?",
                    hint="publish from the newer workspace, or add --repair to replace what the "
                    "server holds by this workspace's graph",
                )

    def _seed(self, sender: Sender) -> None:
        """Send all that the catalog makes; put what else the store holds into the outbox."""
        sender.send(self._seeds(sender))
        self._outbox.fill(self._number, self._beside, self._base)

    def _seeds(self, sender: Sender) -> Iterator[Parcel]:
        """Yield all that the catalog makes, then look what else there is here."""
        yield from Seed(self._catalog, self._outbox).batches(sender)
        pattern = BESIDE.format(replaced=DCTERMS.isReplacedBy, movies=f"{self._base}movie/")
        self._beside = list(self._store.subjects(pattern))
        self._sizes = self._store.sizes()

    def _complete(self) -> bool:
        """Return whether the server holds as much more as it should after a first publication."""
        both = zip(self._outbox.held, self._sizes or self._store.sizes(), strict=True)
        expected = [before + here for before, here in both]
        return list(self._remote.sizes()) == expected

    def _empty(self, sent: Published, progress: Progress) -> None:
        """Send what is in the outbox."""
        total = sent.entities + self._outbox.count()
        sender = self._sender(sent, progress, total, fresh=False)
        sender.send(self._batches(sender))

    def _sender(self, sent: Published, progress: Progress, total: int, *, fresh: bool) -> Sender:
        where = self._remote.where
        documents = fresh and where.takes_documents
        triples = where.kind.document_triples if documents else where.kind.update_triples
        return Sender(
            self._remote, sent, lambda done: progress("entities sent", done, total), triples
        )

    def _batches(self, sender: Sender) -> Iterator[Parcel]:
        for pieces in sender.together(self._pieces()):
            subjects = [subject for piece in pieces for subject in piece.subjects]
            confirmed = partial(self._outbox.confirm, self._number, subjects)
            yield Parcel(pieces, fresh=False, confirmed=confirmed)

    def _pieces(self) -> Iterator[Piece]:
        after = ""
        while page := self._outbox.pending(after, PAGE):
            for entity, pending in groupby(page, lambda each: each.entity):
                subjects = tuple(each.entity + each.part for each in pending)
                about = [quad for subject in subjects for quad in self._store.about(subject)]
                yield Piece(entity, subjects, list(about))
            after = page[-1].entity
