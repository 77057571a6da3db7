"""Commands that change the graph."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

from etl.cli.carrying import Manner, bring_in_step, carry_out, nothing_done
from etl.cli.grouping import OptionGroup, command, option
from etl.cli.options import (
    Whole,
    as_option,
    changing_memory_option,
    columns_option,
    dry_run_option,
    jobs_option,
    json_option,
    quiet_option,
    shapes_option,
    store_option,
    workspace_option,
)
from etl.cli.session import chosen_map, engine


@command()
@click.argument("sources", metavar="[SOURCE]...", nargs=-1)
@workspace_option
@store_option
@option("--name", group=OptionGroup.SOURCES, help="Name of the source, instead of its path.")
@columns_option
@as_option
@option(
    "--reviews/--no-reviews",
    group=OptionGroup.SOURCES,
    default=None,
    help="Load a viewer's own ratings and diary as reviews (remembered).",
)
@dry_run_option
@option(
    "--strict",
    group=OptionGroup.SAFETY,
    is_flag=True,
    help="Load nothing if any record is kept out.",
)
@option(
    "--allow-removals",
    group=OptionGroup.SAFETY,
    is_flag=True,
    help="Load even if most of a source's records are gone.",
)
@option(
    "--rehash",
    group=OptionGroup.SOURCES,
    is_flag=True,
    help="Read all files, even those that look unchanged.",
)
@option(
    "--match",
    group=OptionGroup.SOURCES,
    type=click.Choice(["title", "witness"]),
    help="Match films without a common id by title (the default), or by a person too.",
)
@option(
    "--base-iri",
    group=OptionGroup.SOURCES,
    metavar="IRI",
    help="First part of all IRIs that a new workspace makes.",
)
@shapes_option
@changing_memory_option
@jobs_option
@option(
    "--repair",
    group=OptionGroup.PLACES,
    is_flag=True,
    help="Compare the whole graph on the server with ours, and correct the server.",
)
@option(
    "--engine",
    "runs_on",
    group=OptionGroup.CLUSTER,
    type=click.Choice(["local", "spark"]),
    default="local",
    show_default=True,
    help="Load here, or on Apache Spark into shards.",
)
@option(
    "--master",
    group=OptionGroup.CLUSTER,
    metavar="URL",
    envvar="SPARK_MASTER",
    show_envvar=True,
    show_default="Spark's own configuration, else all cores here",
    help="Master of the Spark cluster.",
)
@option(
    "-o",
    "--output",
    "folder",
    group=OptionGroup.CLUSTER,
    metavar="DIR",
    help="Folder for the shards that --engine spark writes.",
)
@json_option
@quiet_option
def load(runs_on: str, master: str | None, folder: str | None, **given: Any) -> None:  # noqa: ANN401 - click checks them
    """Bring the graph in step with files and folders of records.

    A SOURCE is a file, a folder, an archive or a glob. Its records are read, validated and loaded,
    and the changes are printed. Loading a source again adds new records, replaces changed ones and
    removes those that the source no longer has. Without SOURCE, all sources that were loaded before
    are loaded again.

    --store also sends the changes to a SPARQL server. --repair without SOURCE reads no source; it
    only corrects the server. --engine spark makes the same graph on a cluster, as files.
    """
    if runs_on == "spark":
        from etl.cli.clustering import load_by_spark

        load_by_spark(given.pop("sources"), folder, master, given)
    typed = (
        click.get_current_context().get_parameter_source("master") is ParameterSource.COMMANDLINE
    )
    if folder or (master and typed):
        raise click.UsageError("--output and --master belong to --engine spark")
    _load_here(**given)


def _load_here(sources: tuple[str, ...], workspace: Path, **given: Any) -> None:  # noqa: ANN401 - click checks them
    """Load into the workspace, and publish it."""
    from etl.operations.load import LoadOptions, load
    from etl.workspace import Workspace

    shapes, repair = given.pop("shapes"), given.pop("repair")
    columns, format_of_tables = given.pop("columns"), given.pop("format_of_tables")
    manner = Manner(
        workspace, *(given.pop(name) for name in ("store", "dry_run", "quiet", "format_name"))
    )
    if repair and manner.store is None:
        raise click.UsageError("--repair needs a SPARQL server: add --store NAME")
    about = columns or format_of_tables or given["name"] or given["reviews"] is not None
    if not sources and about:
        raise click.UsageError("--name, --columns, --as and --reviews need a SOURCE")
    if not sources and repair:
        bring_in_step(manner, nothing_done(manner), repair=True)
        return
    checks = engine(workspace, shapes)
    options = partial(
        LoadOptions,
        processes=given.pop("jobs"),
        own_shapes=_text(shapes),
        map=chosen_map(columns, format_of_tables),
        **given,
    )
    held = Workspace(workspace)
    carry_out(lambda o: load(held, sources, checks, o), options, manner, repair=repair)


@command()
@click.argument("run", type=int)
@workspace_option
@store_option
@dry_run_option
@json_option
@quiet_option
def undo(run: int, workspace: Path, **shared: Any) -> None:  # noqa: ANN401 - click checks them
    """Undo a run: the graph becomes as if that run had not happened.

    RUN is the number of a run, as 'etl runs' lists it. An undo is a run too, and can itself be
    undone. --dry-run shows the triples first.
    """
    from etl.operations.options import ChangeOptions
    from etl.operations.undo import undo
    from etl.workspace import Workspace

    checks = engine(workspace)
    held, manner = Workspace(workspace), Manner(workspace, reads=False, **shared)
    carry_out(lambda o: undo(held, run, checks, o), ChangeOptions, manner)


@command()
@click.argument("source")
@workspace_option
@store_option
@dry_run_option
@json_option
@quiet_option
def remove(source: str, workspace: Path, **shared: Any) -> None:  # noqa: ANN401 - click checks them
    """Remove a source and every fact that only it states.

    SOURCE is the name that 'etl sources' lists.
    """
    from etl.operations.options import ChangeOptions
    from etl.operations.remove import remove
    from etl.workspace import Workspace

    checks = engine(workspace)
    held, manner = Workspace(workspace), Manner(workspace, **shared)
    carry_out(lambda o: remove(held, source, checks, o), ChangeOptions, manner)


@command()
@workspace_option
@store_option
@dry_run_option
@json_option
@quiet_option
def replay(workspace: Path, **shared: Any) -> None:  # noqa: ANN401 - click checks them
    """Read and validate again the records that are kept out.

    Run this after changing the shapes, or after correcting some files of a large source. It reads
    only what is kept out; 'etl load' reads all files that have changed.
    """
    from etl.operations.options import ChangeOptions
    from etl.operations.replay import replay
    from etl.workspace import Workspace

    checks = engine(workspace)
    held, manner = Workspace(workspace), Manner(workspace, **shared)
    carry_out(lambda o: replay(held, checks, o), ChangeOptions, manner)


@command()
@workspace_option
@store_option
@option(
    "--base-iri",
    group=OptionGroup.PLACES,
    metavar="IRI",
    help="First part of all IRIs, from now on.",
)
@option(
    "--keep",
    group=OptionGroup.PLACES,
    type=Whole(1),
    metavar="N",
    help="Number of states of the workspace to keep, with the current one, from now on.",
)
@shapes_option
@changing_memory_option
@jobs_option
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
    jobs: int,
    **rest: Any,  # noqa: ANN401 - click checks them
) -> None:
    """Make the graph anew from the catalog.

    Run this after an update of Reelgraph that asks for it, after changing the shapes, to set
    another --base-iri, or when the store is damaged. If the catalog is damaged too, that of the
    state before is used.
    """
    from etl.operations.rebuild import RebuildOptions, rebuild
    from etl.workspace import Workspace

    checks = engine(workspace, shapes, damaged=True)
    options = partial(RebuildOptions, processes=jobs, own_shapes=_text(shapes), **rest)
    manner = Manner(workspace, store, dry_run, quiet, format_name)
    carry_out(lambda o: rebuild(Workspace(workspace), checks, o), options, manner)


def _text(shapes: tuple[Path, ...]) -> str | None:
    """Read shapes of one's own, to be remembered; None leaves those that are."""
    from etl.shacl import Shapes

    return Shapes.read(shapes).text if shapes else None


COMMANDS = (load, undo, remove, replay, rebuild)
