"""Commands that change the graph."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from etl.cli.options import DATA_SAY_NO, DONE, quiet_option, workspace_option
from etl.cli.session import command_line, engine
from etl.cli.telling import Told, load_lines

if TYPE_CHECKING:
    from etl.pipeline.changing import ChangeOptions
    from etl.pipeline.reports import LoadReport


@click.command()
@click.argument("sources", metavar="SOURCE...", nargs=-1, required=True)
@workspace_option
@click.option("--name", help="Call the source so, instead of by its path.")
@click.option("--dry-run", is_flag=True, help="Say what would change, and change nothing.")
@click.option("--strict", is_flag=True, help="Load nothing if any record is kept out.")
@click.option("--allow-removals", is_flag=True, help="Load though most of a source has vanished.")
@click.option("--base-iri", metavar="IRI", help="Begin all IRIs of a new workspace with this.")
@quiet_option
def load(sources: tuple[str, ...], workspace: Path, quiet: bool, **options: Any) -> None:  # noqa: ANN401 - click checks them
    """Read, validate and load files, folders or globs; print what that changed.

    Loading a source again brings the graph in step with it: what is new is added, what has
    changed is changed, and what the source no longer says goes.
    """
    from etl.pipeline.loading import LoadOptions, load
    from etl.progress import Meter
    from etl.workspace import Workspace

    told = Told(quiet=quiet)
    with Meter(quiet=quiet) as meter:
        settings = LoadOptions(
            command=command_line(),
            processes=os.cpu_count() or 1,
            progress=meter.update,
            waiting=meter.say,
            found=told.tell,
            **options,
        )
        report = load(Workspace(workspace), sources, engine(), settings)
    told.end()
    if not quiet:
        for line in load_lines(report, dry_run=settings.dry_run):
            click.echo(line)
    sys.exit(DATA_SAY_NO if report.kept_out else DONE)


@click.command()
@click.argument("run", type=int)
@workspace_option
@click.option("--dry-run", is_flag=True, help="Say what would change, and change nothing.")
@quiet_option
def undo(run: int, workspace: Path, dry_run: bool, quiet: bool) -> None:
    """Take a run back: the graph is what the other runs make of it.

    An undo is a run too, and can be undone. `etl runs` lists them.
    """
    from etl.pipeline.revising import undo
    from etl.workspace import Workspace

    _revise(lambda options: undo(Workspace(workspace), run, engine(), options), dry_run, quiet)


@click.command()
@click.argument("source")
@workspace_option
@click.option("--dry-run", is_flag=True, help="Say what would change, and change nothing.")
@quiet_option
def remove(source: str, workspace: Path, dry_run: bool, quiet: bool) -> None:
    """Take out of the graph all that only this source says."""
    from etl.pipeline.revising import remove
    from etl.workspace import Workspace

    _revise(lambda options: remove(Workspace(workspace), source, engine(), options), dry_run, quiet)


@click.command()
@workspace_option
@click.option("--dry-run", is_flag=True, help="Say what would change, and change nothing.")
@quiet_option
def replay(workspace: Path, dry_run: bool, quiet: bool) -> None:
    """Try again what is kept out, after its files were mended or the shapes have changed."""
    from etl.pipeline.revising import replay
    from etl.workspace import Workspace

    _revise(lambda options: replay(Workspace(workspace), engine(), options), dry_run, quiet)


@click.command()
@workspace_option
@click.option("--base-iri", metavar="IRI", help="Begin all IRIs with this from now on.")
@click.option("--dry-run", is_flag=True, help="Say what would change, and change nothing.")
@quiet_option
def rebuild(workspace: Path, base_iri: str | None, dry_run: bool, quiet: bool) -> None:
    """Make the graph anew from the catalog, after mapping, shapes or base IRI have changed."""
    from etl.pipeline.revising import rebuild
    from etl.workspace import Workspace

    def change(options: ChangeOptions) -> LoadReport:
        processes = os.cpu_count() or 1
        held = Workspace(workspace)
        return rebuild(held, engine(), options, base_iri=base_iri, processes=processes)

    _revise(change, dry_run, quiet)


def _revise(change: Callable[[ChangeOptions], LoadReport], dry_run: bool, quiet: bool) -> None:
    """Carry out a change of what has been loaded, and print what it changed."""
    from etl.pipeline.changing import ChangeOptions
    from etl.progress import Meter

    told = Told(quiet=quiet)
    with Meter(quiet=quiet) as meter:
        report = change(
            ChangeOptions(
                command=command_line(),
                dry_run=dry_run,
                progress=meter.update,
                waiting=meter.say,
                found=told.tell,
            )
        )
    told.end()
    if not quiet:
        for line in load_lines(report, dry_run=dry_run):
            click.echo(line)
    sys.exit(DATA_SAY_NO if report.kept_out else DONE)


COMMANDS = (load, undo, remove, replay, rebuild)
