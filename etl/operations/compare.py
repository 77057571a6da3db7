"""What has changed in the graph between two runs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from pyoxigraph import Quad

from etl.operations.options import ChangeOptions
from etl.operations.transaction import changing
from etl.shacl import Engine
from etl.workspace import Workspace


def compare(
    workspace: Workspace, first: int, last: int, engine: Engine, options: ChangeOptions
) -> None:
    """Tell `options.changed` what leaves and enters between the graphs after two runs.

    Each is told as it differs from today's graph, the first the other way round, so that what is in
    both cancels out. All records are judged by the shapes of today. Nothing is committed.

    Raises:
        WorkspaceError: there is no such run.
    """
    workspace.required()
    changed = options.changed

    def turned(sign: str, quads: Iterable[Quad]) -> None:
        changed("+" if sign == "-" else "-", quads)

    for run, told in ((first, turned), (last, changed)):
        with (
            changing(workspace, engine, replace(options, dry_run=True, changed=told)) as change,
            change.building(None) as builder,
        ):
            builder.catalog.runs.go_back(run, change.report.run or 0)
            builder.build()
