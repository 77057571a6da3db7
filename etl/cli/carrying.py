"""Carry out a change: tell what is found, print what it did, send it to a remote store."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from etl.cli.interrupts import take_back_in_order
from etl.cli.options import DATA_SAY_NO, DONE
from etl.cli.session import command_line
from etl.cli.telling import Told, load_lines, published_line
from etl.errors import EtlError

if TYPE_CHECKING:
    from etl.pipeline.changing import ChangeOptions
    from etl.pipeline.reports import LoadReport

_Options = TypeVar("_Options", bound="ChangeOptions")


@dataclass(frozen=True, slots=True)
class Manner:
    """How to carry out a change: where, and whether to keep and to say anything."""

    workspace: Path
    store: str | None = None
    dry_run: bool = False
    quiet: bool = False


def carry_out(
    change: Callable[[_Options], LoadReport],
    options: Callable[..., _Options],
    manner: Manner,
    *,
    repair: bool = False,
) -> None:
    """Carry out a change and say what it did, then bring a remote store in step; and exit."""
    from etl.outbox import Outboxes
    from etl.targets import Target

    take_back_in_order()
    if manner.store is not None:  # a wrong name is told before anything is done
        Target.named(Outboxes(manner.workspace), manner.store)
    report = _changed(change, options, manner)
    if not manner.dry_run and (report.run is None or report.committed):
        bring_in_step(manner, repair=repair)
    sys.exit(DATA_SAY_NO if report.kept_out or report.lost else DONE)


def _changed(
    change: Callable[[_Options], LoadReport], options: Callable[..., _Options], manner: Manner
) -> LoadReport:
    """Carry out a change and say what it did; of a dry run, print the triples on stdout."""
    from etl.output.changes import Changes
    from etl.progress import Meter

    told, dry_run = Told(quiet=manner.quiet), manner.dry_run
    with Changes() as changes:
        with Meter(quiet=manner.quiet) as meter:
            settings = options(
                command=command_line(),
                dry_run=dry_run,
                progress=meter.update,
                waiting=meter.say,
                found=told.tell,
                **({"changed": changes.add} if dry_run else {}),
            )
            report = change(settings)
        told.end(report)
        for entity in changes.entities():
            sys.stdout.buffer.writelines(entity.lines)
    sys.stdout.buffer.flush()
    if not manner.quiet:
        _say(load_lines(report, dry_run=dry_run), report, err=dry_run)
    return report


def _say(lines: Iterable[str], report: LoadReport, *, err: bool) -> None:
    """Print what a change did.

    Raises:
        EtlError: nothing can be printed; the change is committed all the same, if it was.
    """
    try:
        for line in lines:
            click.echo(line, err=err)
    except BrokenPipeError:
        raise
    except OSError as error:
        done = f"; run {report.run} is committed" if report.committed else ""
        reason = (error.strerror or str(error)).lower()
        raise EtlError(f"standard output: {reason}{done}", hint="see: etl runs") from error


def bring_in_step(manner: Manner, *, repair: bool = False) -> None:
    """Send what has changed to a store, if one is named, and say what was sent."""
    if manner.store is None or manner.dry_run:
        return
    from etl.outbox import Outboxes
    from etl.progress import Meter
    from etl.publication.publishing import PublishOptions, publish
    from etl.targets import Target
    from etl.workspace import Workspace

    target = Target.named(Outboxes(manner.workspace), manner.store)
    with Meter(quiet=manner.quiet) as meter:
        options = PublishOptions(repair, meter.update, meter.say)
        published = publish(Workspace(manner.workspace), target, options)
    if not manner.quiet:
        click.echo(published_line(published))
