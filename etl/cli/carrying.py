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
    from etl.progress import Meter
    from etl.targets import Target
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
    from etl.progress import Meter
    from etl.targets import Target
    from etl.workspace import Workspace

    held = Workspace(manner.workspace)
    target = Target.named(Outboxes(held.path), manner.store) if manner.store else None
    kept_out, settled = 0, True
    with Meter(quiet=manner.quiet) as meter:
        if change is not None:
            report = _changed(change, held, manner, meter)
            kept_out, settled = report.kept_out, report.run is None or report.committed
        if target is not None and settled and not manner.dry_run:
            _publish(held, target, manner, meter)
    sys.exit(DATA_SAY_NO if kept_out else DONE)


def _changed(
    change: Callable[[Workspace, ChangeOptions], LoadReport],
    held: Workspace,
    manner: Manner,
    meter: Meter,
) -> LoadReport:
    from etl.pipeline.changing import ChangeOptions

    told = Told(quiet=manner.quiet)
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
    meter.clear()
    told.end()
    if not manner.quiet:
        for line in load_lines(report, dry_run=manner.dry_run):
            click.echo(line)
    return report


def _publish(held: Workspace, target: Target, manner: Manner, meter: Meter) -> None:
    from etl.pipeline.publishing import PublishOptions, publish

    options = PublishOptions(manner.repair, meter.update, meter.say)
    published = publish(held, target, options)
    meter.clear()
    if not manner.quiet:
        click.echo(published_line(published))
