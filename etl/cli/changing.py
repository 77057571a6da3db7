"""Commands that change the graph."""

from __future__ import annotations

import os
from dataclasses import fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from etl.cli.carrying import Manner, carry_out
from etl.cli.options import quiet_option, shapes_option, store_option, workspace_option
from etl.cli.session import engine

if TYPE_CHECKING:
    from etl.pipeline.changing import ChangeOptions
    from etl.pipeline.reports import LoadReport
    from etl.workspace import Workspace


@click.command()
@click.argument("sources", metavar="SOURCE...", nargs=-1)
@workspace_option
@store_option
@click.option("--name", help="Call the source so, instead of by its path.")
@click.option("--dry-run", is_flag=True, help="Say what would change, and change nothing.")
@click.option("--strict", is_flag=True, help="Load nothing if any record is kept out.")
@click.option("--allow-removals", is_flag=True, help="Load though most of a source has vanished.")
@click.option("--base-iri", metavar="IRI", help="Begin all IRIs of a new workspace with this.")
@shapes_option
@click.option("--repair", is_flag=True, help="Compare all that --store holds, and mend it.")
@quiet_option
def load(
    sources: tuple[str, ...],
    workspace: Path,
    store: str | None,
    shapes: tuple[Path, ...],
    dry_run: bool,
    repair: bool,
    quiet: bool,
    **options: Any,  # noqa: ANN401 - click checks them
) -> None:
    """Read, validate and load files, folders or globs; print what that changed.

    Loading a source again brings the graph in step with it: what is new is added, what has
    changed is changed, and what the source no longer says goes. With --store, the same is then
    sent to a SPARQL server; with --repair, no source need be named.
    """
    from etl.pipeline.loading import LoadOptions, load

    if repair and store is None:
        raise click.UsageError("--repair mends a SPARQL server: name it with --store")
    if not sources and not repair:
        raise click.UsageError("Missing argument 'SOURCE...'.")

    def change(held: Workspace, settings: ChangeOptions) -> LoadReport:
        given = {each.name: getattr(settings, each.name) for each in fields(settings)}
        given |= options | {"own_shapes": _text(shapes), "processes": os.cpu_count() or 1}
        return load(held, sources, engine(workspace, shapes), LoadOptions(**given))

    manner = Manner(workspace, store, quiet, dry_run=dry_run, repair=repair)
    carry_out(change if sources else None, manner)


@click.command()
@click.argument("run", type=int)
@workspace_option
@store_option
@click.option("--dry-run", is_flag=True, help="Say what would change, and change nothing.")
@quiet_option
def undo(run: int, workspace: Path, store: str | None, dry_run: bool, quiet: bool) -> None:
    """Take a run back: the graph is what the other runs make of it.

    An undo is a run too, and can be undone. `etl runs` lists them.
    """
    from etl.pipeline.revising import undo

    manner = Manner(workspace, store, quiet, dry_run=dry_run)
    carry_out(lambda held, options: undo(held, run, engine(workspace), options), manner)


@click.command()
@click.argument("source")
@workspace_option
@store_option
@click.option("--dry-run", is_flag=True, help="Say what would change, and change nothing.")
@quiet_option
def remove(source: str, workspace: Path, store: str | None, dry_run: bool, quiet: bool) -> None:
    """Take out of the graph all that only this source says."""
    from etl.pipeline.revising import remove

    manner = Manner(workspace, store, quiet, dry_run=dry_run)
    carry_out(lambda held, options: remove(held, source, engine(workspace), options), manner)


@click.command()
@workspace_option
@store_option
@click.option("--dry-run", is_flag=True, help="Say what would change, and change nothing.")
@quiet_option
def replay(workspace: Path, store: str | None, dry_run: bool, quiet: bool) -> None:
    """Try again what is kept out, after its files were mended or the shapes have changed."""
    from etl.pipeline.revising import replay

    manner = Manner(workspace, store, quiet, dry_run=dry_run)
    carry_out(lambda held, options: replay(held, engine(workspace), options), manner)


@click.command()
@workspace_option
@store_option
@click.option("--base-iri", metavar="IRI", help="Begin all IRIs with this from now on.")
@click.option("--dry-run", is_flag=True, help="Say what would change, and change nothing.")
@shapes_option
@quiet_option
def rebuild(
    workspace: Path,
    store: str | None,
    base_iri: str | None,
    dry_run: bool,
    shapes: tuple[Path, ...],
    quiet: bool,
) -> None:
    """Make the graph anew from the catalog, after mapping, shapes or base IRI have changed."""
    from etl.pipeline.revising import rebuild

    checks = engine(workspace, shapes)

    def change(held: Workspace, options: ChangeOptions) -> LoadReport:
        options = replace(options, own_shapes=_text(shapes))
        processes = os.cpu_count() or 1
        return rebuild(held, checks, options, base_iri=base_iri, processes=processes)

    carry_out(change, Manner(workspace, store, quiet, dry_run=dry_run))


def _text(shapes: tuple[Path, ...]) -> str | None:
    """Read shapes of one's own, to be remembered; None leaves those that are."""
    from etl.validation import Shapes

    return Shapes.read(shapes).text if shapes else None


COMMANDS = (load, undo, remove, replay, rebuild)
