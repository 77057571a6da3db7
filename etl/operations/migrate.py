"""Bring a workspace of an older version up to date."""

from __future__ import annotations

import shutil

from etl.catalog.catalog import Catalog
from etl.catalog.migrations import VERSION
from etl.entities.deriving import disputed
from etl.entities.drafting import CHUNK_FILMS
from etl.operations.options import ChangeOptions
from etl.provenance.counting import tally_of
from etl.provenance.recording import describe
from etl.publication.outbox import Outboxes
from etl.resolution.groups import groups_of
from etl.search.writing import IndexWriter
from etl.stores.embedded import EmbeddedStore
from etl.workspace import Workspace
from etl.workspace.generations import Generation


def migrate(workspace: Workspace, options: ChangeOptions) -> int | None:
    """Bring a workspace of an older version up to date; give the catalog's version before.

    The next generation is the current one with its catalog migrated.

    Raises:
        WorkspaceError: a newer version wrote it, or it is to be left as it is.
    """
    current = workspace.current()
    if current is None or Catalog.version(current.catalog) == VERSION:
        return None
    if options.dry_run:
        with Catalog.read(current.catalog):  # which refuses it, and says what to run
            return None
    with workspace.writing(options.command, options.waiting) as following:
        current = workspace.required()
        found = Catalog.version(current.catalog)
        shutil.copyfile(current.catalog, following.catalog)
        EmbeddedStore.checkpoint(current.store, following.store)
        Outboxes(workspace.path).note(following.number, _bring_up_to_date(following, options))
        workspace.commit(following)
    return found


def _bring_up_to_date(generation: Generation, options: ChangeOptions) -> set[str]:
    """Migrate a generation's catalog, say in its store what this version says of it, index that.

    Give the subjects about which the store says something else now.
    """
    catalog = Catalog.write(generation.catalog, options.memory_bytes)
    store = EmbeddedStore.write(generation.store)
    store.touched = set()
    try:
        tally = tally_of(store)
        catalog.settings.set(tally=tally.encode())
        describe(catalog, store, tally, catalog.runs.all())
        for rows, _ in catalog.resolved.pages(CHUNK_FILMS, records=2):
            store.add([q for group in groups_of(rows) for q in disputed(group, catalog.iris)])
        store.finish()
        with IndexWriter(generation.search, catalog.iris.base, new=True) as index:
            index.make(store)
        return store.touched
    finally:
        store.close()
        catalog.close()
