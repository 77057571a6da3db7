"""Take out all that only one source says."""

from __future__ import annotations

import os
from collections.abc import Sequence

from etl.errors import SourceError
from etl.operations.options import ChangeOptions
from etl.operations.reports import LoadReport, SourceReport
from etl.operations.transaction import changing
from etl.queries import nearest
from etl.shacl import Engine
from etl.sources.files import Source
from etl.sources.spelling import words
from etl.workspace import Workspace


def remove(workspace: Workspace, name: str, engine: Engine, options: ChangeOptions) -> LoadReport:
    """Take out all that only one source says. It is named by path, name or label.

    Raises:
        SourceError: there is no such source.
    """
    workspace.required()
    with changing(workspace, engine, options) as change:
        with change.building(None) as builder:
            source = named(builder.catalog.sources.standing(), name)
            vanished = builder.catalog.remove(change.report.run or 0, source)
            ended = SourceReport(source.label, source.name, source.root, vanished=vanished)
            change.report.sources.append(ended)
            builder.build()
            change.record(builder)
        change.commit()
    return change.report


def named(sources: Sequence[Source], name: str) -> Source:
    """Return the source that is named by path, name or label.

    Raises:
        SourceError: there is none, or there are several.
    """
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
