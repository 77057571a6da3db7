"""Take a run back."""

from __future__ import annotations

from collections import Counter

from etl.catalog.kept_out import Scope
from etl.operations.options import ChangeOptions
from etl.operations.reports import LoadReport
from etl.operations.transaction import changing
from etl.shacl import Engine
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
            builder.build()
            vanished = Counter[str]()
            for each in taken:
                vanished[each.source] += each.vanished
            ended = [(s, vanished[s.name]) for s in catalog.sources.all() if s.name in vanished]
            scope: Scope = {(each.source, each.path) for each in taken}
            change.account(catalog, ended, scope, why=False)
            change.record(builder)
        change.commit()
    return change.report
