"""Make the graph anew from the catalog."""

from __future__ import annotations

from dataclasses import dataclass

from etl.catalog.kept_out import Scope
from etl.errors import StoreError
from etl.findings import Finding, Severity
from etl.operations.counting import counted
from etl.operations.options import ChangeOptions
from etl.operations.reports import GraphDiff, LoadReport
from etl.operations.rereading import unclaimed
from etl.operations.transaction import Change, mending
from etl.output.changes import Changes, differing
from etl.process.workers import Workers
from etl.rdf.identifiers import Iris
from etl.shacl import Engine
from etl.stores.embedded import EmbeddedStore
from etl.workspace import Workspace
from etl.workspace.generations import Generation


@dataclass(frozen=True, slots=True)
class RebuildOptions(ChangeOptions):
    """How to make a graph anew.

    `base_iri` is what all IRIs begin with from now on, `keep` how many generations are kept.
    So many `processes` map and validate beside this one.
    """

    base_iri: str | None = None
    keep: int | None = None
    processes: int = 0


def rebuild(workspace: Workspace, engine: Engine, options: RebuildOptions) -> LoadReport:
    """Make the graph anew from the catalog, by today's mapping and these shapes.

    The old store is only read to tell the difference, so that it may be damaged. Where the
    catalog is damaged, that of an older generation takes its place.

    Raises:
        WorkspaceError: nothing has been loaded, or no sound catalog is left.
    """
    if workspace.is_new:
        workspace.required()
    if options.keep and not options.dry_run:
        workspace.keep(options.keep)
    with mending(workspace, engine, options) as change:
        iris = Iris.below(options.base_iri) if options.base_iri else None
        with (
            change.building(iris, afresh=True) as builder,
            Workers(options.processes, engine) as workers,
        ):
            builder.catalog.stage(builder.run, unclaimed(builder.catalog, options))
            builder.build(workers)
            sources = builder.catalog.sources.standing()
            scope: Scope = {(source.name, None) for source in sources}
            ended = [(source, 0) for source in sources]
            change.account(builder.catalog, ended, scope)
            builder.store.finish()
            old = workspace.newest()
            _tell_what_is_lost(change, old, options)
            difference = _difference(builder.store, old, options)
            if difference is not None:
                change.report.graph = difference
            change.record(builder)
        change.commit()
        if change.report.committed:
            workspace.discard_damaged()
    return change.report


def _tell_what_is_lost(change: Change, old: Generation, options: ChangeOptions) -> None:
    """Say that the catalog of an older generation has taken the place of a damaged one."""
    used = change.current.number if change.current else 0
    if used < old.number:
        change.report.lost = True
        message = (
            f"damaged; the graph is made from generation {used}: "
            "load your sources again, to bring back what was read after that"
        )
        options.found(Finding(Severity.VIOLATION, message, str(old.catalog)))


def _difference(after: EmbeddedStore, old: Generation, options: ChangeOptions) -> GraphDiff | None:
    """Compare the new store with the old one, if that is sound."""
    try:
        if old.has_sound_store():
            return _compared(EmbeddedStore.read(old.store), after, options)
        problem = "damaged"
    except (StoreError, OSError, RuntimeError) as error:  # an older version listed no files
        problem = str(error).partition("\n")[0]
    message = f"{problem}, so nothing can be compared with it"
    options.found(Finding(Severity.WARNING, message, str(old.store)))
    return None


def _compared(before: EmbeddedStore, after: EmbeddedStore, options: ChangeOptions) -> GraphDiff:
    with Changes() as changes:
        for sign, quads in differing(before.export(), after.export()):
            changes.add(sign, quads)
            options.changed(sign, quads)
        return counted((entity.iri for entity in changes.entities()), before, after)
