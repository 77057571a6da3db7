"""Carry out a change: tell what is found, print what it did, send it to a remote store."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from etl.cli.options import DATA_SAY_NO, DONE
from etl.cli.session import command_line
from etl.cli.telling import Told, load_lines, published_line

if TYPE_CHECKING:
    from etl.pipeline.changing import ChangeOptions
    from etl.pipeline.reports import LoadReport
    from etl.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Manner:
    """How to carry out a change: where, and whether to say, to keep and to mend anything."""

    workspace: Path
    store: str | None
    quiet: bool
    dry_run: bool = False
    repair: bool = False


def carry_out(
    change: Callable[[Workspace, ChangeOptions], LoadReport] | None, manner: Manner
) -> None:
    """Carry out a change, or none, then bring the store in step that is named; and exit."""
    from etl.outbox import Outboxes
    from etl.targets import Target
    from etl.workspace import Workspace

    if manner.store is not None:  # a wrong name is told before anything is done
        Target.named(Outboxes(manner.workspace), manner.store)
    kept_out, settled = 0, True
    if change is not None:
        report = _changed(change, Workspace(manner.workspace), manner)
        kept_out, settled = report.kept_out, report.run is None or report.committed
    if settled and not manner.dry_run:
        bring_in_step(manner.workspace, manner.store, quiet=manner.quiet, repair=manner.repair)
    sys.exit(DATA_SAY_NO if kept_out else DONE)


def bring_in_step(
    workspace: Path, store: str | None, *, quiet: bool = False, repair: bool = False
) -> None:
    """Send what has changed to a store, if one is named, and say what was sent."""
    if store is None:
        return
    from etl.outbox import Outboxes
    from etl.pipeline.publishing import PublishOptions, publish
    from etl.progress import Meter
    from etl.targets import Target
    from etl.workspace import Workspace

    target = Target.named(Outboxes(workspace), store)
    with Meter(quiet=quiet) as meter:
        options = PublishOptions(repair, meter.update, meter.say)
        published = publish(Workspace(workspace), target, options)
    if not quiet:
        click.echo(published_line(published))


def _changed(
    change: Callable[[Workspace, ChangeOptions], LoadReport], held: Workspace, manner: Manner
) -> LoadReport:
    from etl.pipeline.changing import ChangeOptions
    from etl.progress import Meter

    told = Told(quiet=manner.quiet)
    with Meter(quiet=manner.quiet) as meter:
        report = change(
            held,
            ChangeOptions(
                command=command_line(),
                dry_run=manner.dry_run,
                progress=meter.update,
                waiting=meter.say,
                found=told.tell,
            ),
        )
    told.end(report)
    if not manner.quiet:
        for line in load_lines(report, dry_run=manner.dry_run):
            click.echo(line)
    return report
