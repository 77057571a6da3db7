"""Carry out a change: print findings and results, and publish it to a remote store."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from etl.cli.interrupts import take_back_in_order
from etl.cli.options import DATA_SAY_NO, DONE
from etl.cli.session import command_line
from etl.cli.telling import (
    Telling,
    change_document,
    change_lines,
    load_lines,
    published_line,
    remarks,
)
from etl.cli.watching import memory_bytes
from etl.errors import EtlError

if TYPE_CHECKING:
    from etl.operations.options import ChangeOptions
    from etl.operations.reports import LoadReport
    from etl.publication.sending import Published

_Options = TypeVar("_Options", bound="ChangeOptions")


@dataclass(frozen=True, slots=True)
class Manner:
    """How to carry out a change: where, whether to keep it, and how to report it.

    A `format_name` of json prints one object instead of lines, or of a dry run's triples. Where
    no record is looked at, nothing is said of the sources, nor of what is kept out.
    """

    workspace: Path
    store: str | None = None
    dry_run: bool = False
    quiet: bool = False
    format_name: str = "text"
    reads: bool = True

    @property
    def as_json(self) -> bool:
        """Return whether one JSON object is to be printed."""
        return self.format_name == "json"


def carry_out(
    change: Callable[[_Options], LoadReport],
    options: Callable[..., _Options],
    manner: Manner,
    *,
    repair: bool = False,
) -> None:
    """Carry out a change, print what it did, publish it to a remote store, and exit."""
    from etl.publication.outbox import Outboxes
    from etl.publication.targets import Target

    take_back_in_order()
    if manner.store is not None:  # a wrong name is told before anything is done
        Target.named(Outboxes(manner.workspace), manner.store)
    report, document = _changed(change, options, manner)
    if not manner.dry_run and (report.run is None or report.committed):
        bring_in_step(manner, document, repair=repair)
    else:
        print_document(manner, document | {"publication": None})
    kept_out = report.kept_out and manner.reads
    sys.exit(DATA_SAY_NO if kept_out or report.lost else DONE)


def _changed(
    change: Callable[[_Options], LoadReport], options: Callable[..., _Options], manner: Manner
) -> tuple[LoadReport, dict[str, Any]]:
    """Carry out a change and say what it did; of a dry run, print the triples on stdout."""
    from etl.cli.progress import Meter
    from etl.output.changes import Changes

    told, dry_run = Telling(quiet=manner.quiet), manner.dry_run
    with Changes() as changes:
        with told, Meter(quiet=manner.quiet) as meter:
            settings = options(
                command=command_line(),
                dry_run=dry_run,
                memory_bytes=memory_bytes(),
                progress=meter.update,
                waiting=meter.say,
                found=told.tell,
                **({"changed": changes.add} if dry_run and not manner.as_json else {}),
            )
            report = change(settings)
        for entity in changes.entities():
            sys.stdout.buffer.writelines(entity.lines)
    sys.stdout.buffer.flush()
    lines = load_lines if manner.reads else change_lines
    _say(manner, report, lines(report, dry_run=dry_run))
    return report, change_document(report, command_line(), dry_run=dry_run) | told.document()


def nothing_done(manner: Manner) -> dict[str, Any]:
    """Return the document of a command that changes nothing here."""
    told = Telling(quiet=True).document()
    return change_document(None, command_line(), dry_run=manner.dry_run) | told


def tell_and_send(
    manner: Manner, report: LoadReport | None, lines: Iterable[str], more: dict[str, Any]
) -> None:
    """Print what linking did, and publish it; `more` is added to the document."""
    _say(manner, report, lines)
    document = change_document(report, command_line(), dry_run=manner.dry_run)
    bring_in_step(manner, document | more)


def tell_plan(manner: Manner, requests: Sequence[tuple[str, int]]) -> None:
    """Say how many requests of each kind linking would make."""
    print_document(manner, nothing_done(manner) | {"requests": dict(requests)})
    for kind, count in () if manner.as_json else requests:
        click.echo(f"{kind}: at most {count} requests")


def _say(manner: Manner, report: LoadReport | None, lines: Iterable[str]) -> None:
    """Say what a change did: on stdout, unless other data go there.

    Raises:
        EtlError: nothing can be printed; the change is committed all the same, if it was.
    """
    if manner.quiet:
        return
    for line in remarks(report):
        click.echo(line, err=True)
    try:
        for line in lines if manner.dry_run or not manner.as_json else ():
            click.echo(line, err=manner.dry_run)
    except BrokenPipeError:
        raise
    except OSError as error:
        done = f"; run {report.run} is committed" if report and report.committed else ""
        reason = (error.strerror or str(error)).lower()
        raise EtlError(f"standard output: {reason}{done}", hint="see: etl runs") from error


def bring_in_step(
    manner: Manner, document: dict[str, Any] | None = None, *, repair: bool = False
) -> None:
    """Publish the changes to a store, if one is named, and print what was sent.

    A `document` of what was changed before is printed with that, whether or not it succeeds.
    """
    document = {} if document is None else document
    try:
        published = _published(manner, repair=repair)
    except EtlError as error:
        print_document(manner, document | {"publication": {"error": str(error)}})
        raise
    print_document(manner, document | {"publication": asdict(published) if published else None})
    if published and not manner.quiet and not manner.as_json:
        click.echo(published_line(published))


def _published(manner: Manner, *, repair: bool) -> Published | None:
    if manner.store is None or manner.dry_run:
        return None
    from etl.cli.progress import Meter
    from etl.publication.outbox import Outboxes
    from etl.publication.publishing import PublishOptions, publish
    from etl.publication.targets import Target
    from etl.workspace import Workspace

    target = Target.named(Outboxes(manner.workspace), manner.store)
    with Meter(quiet=manner.quiet) as meter:
        options = PublishOptions(repair, meter.update, meter.say)
        return publish(Workspace(manner.workspace), target, options)


def print_document(manner: Manner, document: dict[str, Any]) -> None:
    """Print what a change did as one JSON object, if that is asked for."""
    if manner.as_json:
        click.echo(json.dumps(document, indent=2))
