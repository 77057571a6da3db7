"""Revise what has been loaded: take a run back, remove a source, try again, make it anew."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from etl.catalog.catalog import Catalog
from etl.catalog.entries import Place, Staged
from etl.errors import SourceError, StoreError
from etl.findings import Finding, Severity
from etl.generations import Generation
from etl.identifiers import Iris
from etl.output.changes import Changes, differing
from etl.pipeline.building import Builder
from etl.pipeline.changing import Change, ChangeOptions, changing, mending
from etl.pipeline.counting import counted
from etl.pipeline.reading import full_path
from etl.pipeline.refusing import Scope
from etl.pipeline.reports import GraphDiff, LoadReport, SourceReport
from etl.pipeline.rereading import Rereading
from etl.pipeline.workers import Workers
from etl.queries import nearest
from etl.sources.files import Source, Stat, shown
from etl.sources.kinds import unclaimed_reject
from etl.sources.spelling import words
from etl.stores.embedded import EmbeddedStore
from etl.validation import Engine
from etl.workspace import Workspace


def undo(workspace: Workspace, run: int, engine: Engine, options: ChangeOptions) -> LoadReport:
    """Take a run back: the graph is what the other runs make of it.

    An undo is itself a run, and can be undone. Its report counts the records of the files in which
    others stand now than before: as loaded those that stand again.

    Raises:
        WorkspaceError: there is no such run, it is undone already, or it changed no record.
    """
    workspace.required()
    with changing(workspace, engine, options) as change:
        with change.building(None) as builder:
            catalog = builder.catalog
            taken = catalog.runs.undo(run, change.report.run or 0)
            comparison = builder.build()
            vanished = Counter[str]()
            for each in taken:
                vanished[each.source] += each.vanished
            ended = [(s, vanished[s.name]) for s in catalog.all_sources() if s.name in vanished]
            scope: Scope = {(each.source, each.path) for each in taken}
            change.account(catalog, comparison, ended, scope, why=False)
            change.record(builder)
        change.commit()
    return change.report


def remove(workspace: Workspace, name: str, engine: Engine, options: ChangeOptions) -> LoadReport:
    """Take out all that only one source says. It is named by path, name or label.

    Raises:
        SourceError: there is no such source.
    """
    workspace.required()
    with changing(workspace, engine, options) as change:
        with change.building(None) as builder:
            source = _source(builder.catalog.sources(), name)
            vanished = builder.catalog.remove(change.report.run or 0, source)
            ended = SourceReport(source.label, source.name, source.root, vanished=vanished)
            change.report.sources.append(ended)
            builder.build()
            change.record(builder)
        change.commit()
    return change.report


def replay(workspace: Workspace, engine: Engine, options: ChangeOptions) -> LoadReport:
    """Try again what is kept out: read its files once more, judge its films by these shapes.

    A record whose file is gone is judged as it was read. Nothing is written if all is as it was.

    Raises:
        WorkspaceError: the workspace cannot be used.
    """
    workspace.required()
    with changing(workspace, engine, options) as change:
        with Catalog.read(workspace.required().catalog) as catalog:  # which may be migrated now
            files = catalog.kept_out()
        if files:
            with change.building(None) as builder:
                changed = _try_again(change, builder, files, options)
            if changed:
                change.commit()
            else:
                change.report.run = None
    return change.report


def _try_again(
    change: Change, builder: Builder, files: Mapping[str, Sequence[str]], options: ChangeOptions
) -> bool:
    """Try files again; say whether that has changed anything, be it only the reasons."""
    catalog = builder.catalog
    before = catalog.quarantined()
    tried = [source for source in catalog.sources() if source.name in files]
    staged: list[Staged] = []
    kept: list[tuple[str, list[tuple[str, Stat | None]]]] = []
    gone = _unclaimed(catalog, options)
    for source in tried:
        reread = Rereading(source, files[source.name], catalog, change.engine)
        staged.extend(reread.staged)
        kept.append((source.name, reread.stats))
        for finding in reread.findings:
            options.found(finding)
    run = change.report.run or 0
    catalog.stage(run, [*staged, *gone])
    for name, stats in kept:
        catalog.files.keep(run, name, stats)
    catalog.try_again()
    comparison = builder.build()
    scope: Scope = {(source, path) for source, paths in files.items() for path in paths}
    vanished = Counter(each.source for each in gone)
    change.account(catalog, comparison, [(each, vanished[each.name]) for each in tried], scope)
    change.record(builder)
    return bool(staged or gone) or before != catalog.quarantined()


def _unclaimed(catalog: Catalog, options: ChangeOptions) -> list[Staged]:
    """Let go of files of which nothing was ever read, because they are no records: say so of each.

    Older versions took any file that was named for a record.
    """
    known = {source.name: source for source in catalog.all_sources()}
    staged: list[Staged] = []
    for origin, reject in catalog.files.never_read():
        path = full_path(known[origin.source], origin.path)
        if kind := unclaimed_reject(path, reject):
            message = f"no format reads this: {kind}; it no longer counts as a record"
            options.found(Finding(Severity.INFO, message, shown(path)))
            staged.append(Staged.gone(Place(origin.source, origin.path, "", origin.line)))
    return staged


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
            builder.catalog.stage(builder.run, _unclaimed(builder.catalog, options))
            comparison = builder.build(workers)
            sources = builder.catalog.sources()
            scope: Scope = {(source.name, None) for source in sources}
            ended = [(source, 0) for source in sources]
            change.account(builder.catalog, comparison, ended, scope)
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


def _source(sources: Sequence[Source], name: str) -> Source:
    path, spelled = os.path.realpath(name), words(name.rstrip("/"))
    for source in sources:
        if path == source.name or words(name) == words(source.name):
            return source
    labelled = [source for source in sources if words(source.label) == spelled]
    if len(labelled) == 1:
        return labelled[0]
    if labelled:
        paths = ", ".join(source.name for source in labelled)
        raise SourceError(f"{name}: several sources are called so", hint=f"name one of: {paths}")
    labels = [source.label for source in sources]
    near = nearest(name, labels) or labels
    raise SourceError(f"{name}: no such source", hint=f"there is: {', '.join(near) or 'none'}")
