"""Try again what is kept out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from etl.catalog.catalog import Catalog
from etl.catalog.entries import Staged
from etl.catalog.kept_out import Scope
from etl.operations.building import Builder
from etl.operations.options import ChangeOptions
from etl.operations.reports import LoadReport
from etl.operations.rereading import Rereading, unclaimed
from etl.operations.transaction import Change, changing
from etl.shacl import Engine
from etl.sources.files import Stat
from etl.workspace import Workspace


def replay(workspace: Workspace, engine: Engine, options: ChangeOptions) -> LoadReport:
    """Try again what is kept out: read its files once more, judge its films by these shapes.

    A record whose file is gone is judged as it was read. Nothing is written if all is as it was.

    Raises:
        WorkspaceError: the workspace cannot be used.
    """
    workspace.required()
    with changing(workspace, engine, options) as change:
        with Catalog.read(workspace.required().catalog) as catalog:  # which may be migrated now
            files = catalog.refusals.files()
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
    before = catalog.refusals.quarantined()
    tried = [source for source in catalog.sources.standing() if source.name in files]
    staged: list[Staged] = []
    kept: list[tuple[str, list[tuple[str, Stat | None, str]]]] = []
    gone = unclaimed(catalog, options)
    for source in tried:
        reread = Rereading(source, files[source.name], catalog)
        staged.extend(reread.staged)
        kept.append((source.name, reread.stats))
        for finding in reread.findings:
            options.found(finding)
    run = change.report.run or 0
    catalog.stage(run, [*staged, *gone])
    for name, stats in kept:
        catalog.files.keep(run, name, stats)
    catalog.try_again()
    builder.build()
    scope: Scope = {(source, path) for source, paths in files.items() for path in paths}
    vanished = Counter(each.source for each in gone)
    change.account(catalog, [(each, vanished[each.name]) for each in tried], scope)
    change.record(builder)
    return bool(staged or gone) or before != catalog.refusals.quarantined()
