"""Revise what has been loaded: take a run back, remove a source, try again, make it anew."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence

from etl.catalog.catalog import Catalog
from etl.catalog.entries import Staged
from etl.errors import SourceError
from etl.identifiers import Iris
from etl.pipeline.building import Builder
from etl.pipeline.changing import Change, ChangeOptions, changing
from etl.pipeline.reading import Rereading
from etl.pipeline.refusing import Scope
from etl.pipeline.reports import LoadReport, SourceReport
from etl.pipeline.workers import Workers
from etl.queries import nearest
from etl.sources.files import Source
from etl.validation import Engine
from etl.workspace import Workspace


def undo(workspace: Workspace, run: int, engine: Engine, options: ChangeOptions) -> LoadReport:
    """Take a run back: the graph is what the other runs make of it.

    An undo is itself a run, and can be undone.

    Raises:
        WorkspaceError: there is no such run, it is undone already, or it changed no record.
    """
    with changing(workspace, engine, options) as change:
        with change.building(_iris(workspace)) as builder:
            builder.catalog.undo(run, change.report.run or 0)
            builder.build()
            change.record(builder)
        change.commit()
    return change.report


def remove(workspace: Workspace, name: str, engine: Engine, options: ChangeOptions) -> LoadReport:
    """Take out all that only one source says. It is named by path, name or label.

    Raises:
        SourceError: there is no such source.
    """
    with changing(workspace, engine, options) as change:
        with change.building(_iris(workspace)) as builder:
            source = _source(builder.catalog.sources(), name)
            vanished = builder.catalog.remove(change.report.run or 0, source)
            change.report.sources.append(SourceReport(source.label, source.name, vanished=vanished))
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
    with changing(workspace, engine, options) as change:
        with Catalog.read(workspace.required().catalog) as catalog:
            iris, files = catalog.iris, catalog.kept_out()
        if files:
            with change.building(iris) as builder:
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
    for source in tried:
        reread = Rereading(source, files[source.name], catalog, change.engine)
        staged.extend(reread.staged)
        catalog.keep_files(source.name, reread.stats)
        for finding in reread.findings:
            options.found(finding)
    if staged:
        catalog.stage(change.report.run or 0, staged)
    catalog.try_again()
    comparison = builder.build()
    scope: Scope = {(source, path) for source, paths in files.items() for path in paths}
    change.account(catalog, comparison, [(source, 0) for source in tried], scope)
    change.record(builder)
    return bool(staged) or before != catalog.quarantined()


def rebuild(
    workspace: Workspace,
    engine: Engine,
    options: ChangeOptions,
    *,
    base_iri: str | None = None,
    processes: int = 0,
) -> LoadReport:
    """Make the graph anew from the catalog, by today's mapping and these shapes.

    `base_iri` is what all IRIs begin with from now on; so many `processes` map and validate
    beside this one.

    Raises:
        WorkspaceError: the workspace cannot be used.
    """
    with changing(workspace, engine, options) as change:
        old = _iris(workspace)
        iris = Iris.below(base_iri) if base_iri else old
        with change.building(iris, afresh=True) as builder, Workers(processes, engine) as workers:
            catalog = builder.catalog
            comparison = builder.build(workers)
            sources = catalog.sources()
            scope: Scope = {(source.name, None) for source in sources}
            change.account(catalog, comparison, [(source, 0) for source in sources], scope)
            change.record(builder)
        change.commit()
    return change.report


def _iris(workspace: Workspace) -> Iris:
    with Catalog.read(workspace.required().catalog) as catalog:
        return catalog.iris


def _source(sources: Sequence[Source], name: str) -> Source:
    path = os.path.realpath(name)
    for source in sources:
        if name == source.name or path == source.name:
            return source
    labelled = [source for source in sources if source.label == name.rstrip("/")]
    if len(labelled) == 1:
        return labelled[0]
    if labelled:
        paths = ", ".join(source.name for source in labelled)
        raise SourceError(f"{name}: several sources are called so", hint=f"name one of: {paths}")
    labels = [source.label for source in sources]
    near = nearest(name, labels) or labels
    raise SourceError(f"{name}: no such source", hint=f"there is: {', '.join(near) or 'none'}")
