"""Commands that change the graph."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path
from typing import Any

import click

from etl.cli.carrying import Manner, bring_in_step, carry_out, nothing_done
from etl.cli.options import (
    as_option,
    columns_option,
    comparing_memory_option,
    dry_run_option,
    json_option,
    quiet_option,
    shapes_option,
    store_option,
    workspace_option,
)
from etl.cli.session import chosen_map, engine


@click.command()
@click.argument("sources", metavar="[SOURCE]...", nargs=-1)
@workspace_option
@store_option
@click.option("--name", help="Call the source so, instead of by its path.")
@columns_option
@as_option
@dry_run_option
@click.option("--strict", is_flag=True, help="Load nothing if any record is kept out.")
@click.option("--allow-removals", is_flag=True, help="Load though most of a source has vanished.")
@click.option("--rehash", is_flag=True, help="Read files too that look as when last read.")
@click.option(
    "--match",
    type=click.Choice(["title", "witness"]),
    help="Match films of several sources by title and year alone (which is so until you say "
    "otherwise), or only if somebody is in both; remembered.",
)
@click.option("--base-iri", metavar="IRI", help="Begin all IRIs of a new workspace with this.")
@shapes_option
@comparing_memory_option
@click.option("--repair", is_flag=True, help="Compare all that --store holds, and mend it.")
@json_option
@quiet_option
def load(
    sources: tuple[str, ...],
    workspace: Path,
    shapes: tuple[Path, ...],
    store: str | None,
    dry_run: bool,
    repair: bool,
    quiet: bool,
    format_name: str,
    columns: Path | None,
    format_of_tables: str | None,
    **rest: Any,  # noqa: ANN401 - click checks them
) -> None:
    """Bring the graph in step with files and folders of records.

    Files, folders and globs are read, validated and loaded, and what that changed is printed. When
    a source is loaded again, what is new is added, what has changed is changed, and what the source
    no longer says goes. Without SOURCE, that is done with all sources that were loaded before. With
    --store, the same is then sent to a SPARQL server; --repair alone reads no source.
    """
    from etl.operations.load import LoadOptions, load
    from etl.workspace import Workspace

    manner = Manner(workspace, store, dry_run, quiet, format_name)
    if repair and store is None:
        raise click.UsageError("--repair mends a SPARQL server: name it with --store")
    if not sources and (columns or format_of_tables or rest["name"]):
        raise click.UsageError("--name, --columns and --as are about a SOURCE: name it")
    if not sources and repair:
        bring_in_step(manner, nothing_done(manner), repair=True)
        return
    processes, checks = os.cpu_count() or 1, engine(workspace, shapes)
    options = partial(
        LoadOptions,
        processes=processes,
        own_shapes=_text(shapes),
        map=chosen_map(columns, format_of_tables),
        **rest,
    )
    held = Workspace(workspace)
    carry_out(lambda o: load(held, sources, checks, o), options, manner, repair=repair)


@click.command()
@click.argument("run", type=int)
@workspace_option
@store_option
@dry_run_option
@json_option
@quiet_option
def undo(run: int, workspace: Path, **shared: Any) -> None:  # noqa: ANN401 - click checks them
    """Take a run back: the graph is what the other runs make of it.

    An undo is a run too, and can be undone. `etl runs` lists them.
    """
    from etl.operations.options import ChangeOptions
    from etl.operations.undo import undo
    from etl.workspace import Workspace

    checks = engine(workspace)
    held, manner = Workspace(workspace), Manner(workspace, reads=False, **shared)
    carry_out(lambda o: undo(held, run, checks, o), ChangeOptions, manner)


@click.command()
@click.argument("source")
@workspace_option
@store_option
@dry_run_option
@json_option
@quiet_option
def remove(source: str, workspace: Path, **shared: Any) -> None:  # noqa: ANN401 - click checks them
    """Take out of the graph all that only this source says."""
    from etl.operations.options import ChangeOptions
    from etl.operations.remove import remove
    from etl.workspace import Workspace

    checks = engine(workspace)
    held, manner = Workspace(workspace), Manner(workspace, **shared)
    carry_out(lambda o: remove(held, source, checks, o), ChangeOptions, manner)


@click.command()
@workspace_option
@store_option
@dry_run_option
@json_option
@quiet_option
def replay(workspace: Path, **shared: Any) -> None:  # noqa: ANN401 - click checks them
    """Try again what is kept out.

    That makes sense after its files were mended, or the shapes have changed.
    """
    from etl.operations.options import ChangeOptions
    from etl.operations.replay import replay
    from etl.workspace import Workspace

    checks = engine(workspace)
    held, manner = Workspace(workspace), Manner(workspace, **shared)
    carry_out(lambda o: replay(held, checks, o), ChangeOptions, manner)


@click.command()
@workspace_option
@store_option
@click.option("--base-iri", metavar="IRI", help="Begin all IRIs with this from now on.")
@click.option("--keep", type=click.IntRange(1), help="Keep so many generations from now on.")
@shapes_option
@comparing_memory_option
@dry_run_option
@json_option
@quiet_option
def rebuild(
    workspace: Path,
    shapes: tuple[Path, ...],
    store: str | None,
    dry_run: bool,
    quiet: bool,
    format_name: str,
    **rest: Any,  # noqa: ANN401 - click checks them
) -> None:
    """Make the graph anew from the catalog.

    That is to be done after mapping, shapes or base IRI have changed. It also mends a damaged
    store; where the catalog is damaged, it takes that of the generation before.
    """
    from etl.operations.rebuild import RebuildOptions, rebuild
    from etl.workspace import Workspace

    processes, checks = os.cpu_count() or 1, engine(workspace, shapes, damaged=True)
    options = partial(RebuildOptions, processes=processes, own_shapes=_text(shapes), **rest)
    manner = Manner(workspace, store, dry_run, quiet, format_name)
    carry_out(lambda o: rebuild(Workspace(workspace), checks, o), options, manner)


def _text(shapes: tuple[Path, ...]) -> str | None:
    """Read shapes of one's own, to be remembered; None leaves those that are."""
    from etl.shacl import Shapes

    return Shapes.read(shapes).text if shapes else None


COMMANDS = (load, undo, remove, replay, rebuild)
