"""Commands that change the graph."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from etl.cli.options import (
    DATA_SAY_NO,
    DONE,
    dry_run_option,
    quiet_option,
    shapes_option,
    workspace_option,
)
from etl.cli.session import command_line, engine
from etl.cli.telling import Told, load_lines

if TYPE_CHECKING:
    from etl.pipeline.changing import ChangeOptions
    from etl.pipeline.reports import LoadReport

_Options = TypeVar("_Options", bound="ChangeOptions")


@click.command()
@click.argument("sources", metavar="SOURCE...", nargs=-1, required=True)
@workspace_option
@click.option("--name", help="Call the source so, instead of by its path.")
@dry_run_option
@click.option("--strict", is_flag=True, help="Load nothing if any record is kept out.")
@click.option("--allow-removals", is_flag=True, help="Load though most of a source has vanished.")
@click.option("--base-iri", metavar="IRI", help="Begin all IRIs of a new workspace with this.")
@shapes_option
@quiet_option
def load(
    sources: tuple[str, ...],
    workspace: Path,
    shapes: tuple[Path, ...],
    dry_run: bool,
    quiet: bool,
    **rest: Any,  # noqa: ANN401 - click checks them
) -> None:
    """Read, validate and load files, folders or globs; print what that changed.

    Loading a source again brings the graph in step with it: what is new is added, what has
    changed is changed, and what the source no longer says goes.
    """
    from etl.pipeline.loading import LoadOptions, load
    from etl.workspace import Workspace

    processes, checks = os.cpu_count() or 1, engine(workspace, shapes)
    options = partial(LoadOptions, processes=processes, own_shapes=_text(shapes), **rest)
    _change(
        lambda o: load(Workspace(workspace), sources, checks, o),
        options,
        dry_run=dry_run,
        quiet=quiet,
    )


@click.command()
@click.argument("run", type=int)
@workspace_option
@dry_run_option
@quiet_option
def undo(run: int, workspace: Path, **shared: bool) -> None:
    """Take a run back: the graph is what the other runs make of it.

    An undo is a run too, and can be undone. `etl runs` lists them.
    """
    from etl.pipeline.changing import ChangeOptions
    from etl.pipeline.revising import undo
    from etl.workspace import Workspace

    checks = engine(workspace)
    _change(lambda o: undo(Workspace(workspace), run, checks, o), ChangeOptions, **shared)


@click.command()
@click.argument("source")
@workspace_option
@dry_run_option
@quiet_option
def remove(source: str, workspace: Path, **shared: bool) -> None:
    """Take out of the graph all that only this source says."""
    from etl.pipeline.changing import ChangeOptions
    from etl.pipeline.revising import remove
    from etl.workspace import Workspace

    checks = engine(workspace)
    _change(lambda o: remove(Workspace(workspace), source, checks, o), ChangeOptions, **shared)


@click.command()
@workspace_option
@dry_run_option
@quiet_option
def replay(workspace: Path, **shared: bool) -> None:
    """Try again what is kept out, after its files were mended or the shapes have changed."""
    from etl.pipeline.changing import ChangeOptions
    from etl.pipeline.revising import replay
    from etl.workspace import Workspace

    checks = engine(workspace)
    _change(lambda o: replay(Workspace(workspace), checks, o), ChangeOptions, **shared)


@click.command()
@workspace_option
@click.option("--base-iri", metavar="IRI", help="Begin all IRIs with this from now on.")
@click.option("--keep", type=click.IntRange(1), help="Keep so many generations from now on.")
@shapes_option
@dry_run_option
@quiet_option
def rebuild(
    workspace: Path,
    shapes: tuple[Path, ...],
    dry_run: bool,
    quiet: bool,
    **rest: Any,  # noqa: ANN401 - click checks them
) -> None:
    """Make the graph anew from the catalog, after mapping, shapes or base IRI have changed.

    It also mends a damaged store; where the catalog is damaged, it takes that of the generation
    before.
    """
    from etl.pipeline.revising import RebuildOptions, rebuild
    from etl.workspace import Workspace

    processes, checks = os.cpu_count() or 1, engine(workspace, shapes, damaged=True)
    options = partial(RebuildOptions, processes=processes, own_shapes=_text(shapes), **rest)
    _change(
        lambda o: rebuild(Workspace(workspace), checks, o),
        options,
        dry_run=dry_run,
        quiet=quiet,
    )


def _text(shapes: tuple[Path, ...]) -> str | None:
    """Read shapes of one's own, to be remembered; None leaves those that are."""
    from etl.validation import Shapes

    return Shapes.read(shapes).text if shapes else None


def _change(
    change: Callable[[_Options], LoadReport],
    options: Callable[..., _Options],
    *,
    dry_run: bool,
    quiet: bool,
) -> None:
    """Carry out a change and say what it did; of a dry run, print the triples on stdout."""
    from etl.output.changes import Changes
    from etl.progress import Meter

    told = Told(quiet=quiet)
    with Changes() as changes:
        with Meter(quiet=quiet) as meter:
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
    if not quiet:
        for line in load_lines(report, dry_run=dry_run):
            click.echo(line, err=dry_run)
    sys.exit(DATA_SAY_NO if report.kept_out or report.lost else DONE)


COMMANDS = (load, undo, remove, replay, rebuild)
