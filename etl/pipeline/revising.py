"""Revise what has been loaded: take a run back, remove a source, try again, make it anew."""

from __future__ import annotations

import os
from collections.abc import Sequence

from etl.catalog.catalog import Catalog
from etl.errors import SourceError
from etl.identifiers import Iris
from etl.pipeline.changing import ChangeOptions, changing
from etl.pipeline.reports import LoadReport, SourceReport
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
            change.record(builder, [], [])
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
            change.report.sources.append(SourceReport(source.label, vanished=vanished))
            builder.build()
            change.record(builder, [], [source])
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
