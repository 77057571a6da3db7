"""A workspace that holds what a server holds, for those who only read: a copy that is kept up."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from pyoxigraph import QuerySolutions

from etl.catalog.catalog import Catalog
from etl.errors import EtlError, StoreError
from etl.process.temporary import temporary_folder
from etl.provenance.counting import tally_of
from etl.rdf.identifiers import Iris
from etl.rdf.vocab import SCHEMA
from etl.search.writing import IndexWriter
from etl.stores.embedded import EmbeddedStore
from etl.stores.remote import RemoteStore
from etl.stores.servers import Endpoints
from etl.workspace import Workspace

LOOK_S = 30.0
_ANY_FILM = f"SELECT ?s {{ ?s a {SCHEMA.Movie} }} LIMIT 1"


@contextmanager
def mirrored(
    where: Endpoints, published_by: Workspace | None, look_s: float = LOOK_S
) -> Iterator[Workspace]:
    """Give a workspace with a copy of what a server holds, made anew when that has another run.

    Its catalog is that of the workspace that published it, else one that knows nothing. The server
    is asked for its newest run every so many seconds.

    Raises:
        StoreError: the server fails, or holds no films of ours.
    """
    with temporary_folder(prefix="mirror-") as folder:
        mirror, done = _Mirror(Workspace(folder), where, published_by), threading.Event()
        mirror.copy()
        threading.Thread(target=mirror.follow, args=(done, look_s), daemon=True).start()
        try:
            yield mirror.workspace
        finally:
            done.set()


@dataclass(slots=True)
class _Mirror:
    workspace: Workspace
    where: Endpoints
    published_by: Workspace | None
    run: str = ""

    def follow(self, done: threading.Event, look_s: float) -> None:
        """Copy the server again whenever it has another run; one that is away is asked later."""
        while not done.wait(look_s):
            with suppress(EtlError):
                if self._newest_run(self._iris()) != self.run:
                    self.copy()

    def copy(self) -> None:
        """Copy what the server holds into the next generation."""
        iris = self._iris()
        self.run = self._newest_run(iris)
        with self.workspace.writing("etl serve", lambda _: None) as generation:
            store = self._store(generation.store, iris)
            if self.published_by is not None:
                shutil.copyfile(self.published_by.required().catalog, generation.catalog)
            else:
                catalog = Catalog.create(generation.catalog, iris)
                catalog.settings.set(tally=tally_of(store).encode())
                catalog.close()
            with IndexWriter(generation.search, iris.base, new=True) as index:
                index.make(store)
            store.close()
            self.workspace.commit(generation)

    def _store(self, path: Path, iris: Iris) -> EmbeddedStore:
        """Make a store of what the server holds."""
        store, file = EmbeddedStore.write(path), path.with_suffix(".nq")
        opened = RemoteStore.opened(self.where, iris.provenance_graph)
        with opened as remote, file.open("wb") as target:
            target.writelines(remote.lines_of_all())
        store.add_file(file)
        store.finish()
        file.unlink()
        return store

    def _iris(self) -> Iris:
        """Return what mints the IRIs in the server."""
        if self.published_by is not None:
            with Catalog.read(self.published_by.required().catalog) as catalog:
                return catalog.iris
        with RemoteStore.opened(self.where, Iris().provenance_graph) as remote:
            for row in cast(QuerySolutions, remote.query(_ANY_FILM)):
                return Iris(row["s"].value.rpartition("movie/")[0])
        hint = "run: etl load SOURCE --store URL"
        raise StoreError(f"{self.where.query}: holds no films", hint=hint)

    def _newest_run(self, iris: Iris) -> str:
        with RemoteStore.opened(self.where, iris.provenance_graph) as remote:
            return next((run for run, _ in remote.runs(iris.base)), "")
