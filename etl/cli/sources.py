"""Commands about the sources: what they hold, which comes first, where they disagree."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import click

from etl.cli.carrying import Manner, carry_out
from etl.cli.grouping import Commands, OptionGroup, option
from etl.cli.options import (
    dry_run_option,
    json_option,
    output_options,
    quiet_option,
    store_option,
    workspace_option,
)
from etl.cli.session import engine, opened, write


@click.group(cls=Commands, invoke_without_command=True)
@workspace_option
@output_options
@click.pass_context
def sources(
    context: click.Context, workspace: Path, format_name: str | None, output: Path | None
) -> None:
    """List the sources: their ranks, formats, files, records and films, licence and path.

    If sources have different values for a field of a film, the first source in this list that has a
    value gives it, unless the field has ranks of its own. Those without a rank are sorted by name.
    """
    if context.invoked_subcommand:
        return
    from etl.inspection.holdings import COLUMNS, rows
    from etl.output import Rows

    with opened(workspace) as snapshot:
        known = snapshot.catalog.sources
        listed = list(rows(known.standing(), known.holdings(), known.ranks))
    write(Rows(COLUMNS, listed), format_name, output)


@sources.command()
@click.argument("order", metavar="[SOURCE]...", nargs=-1)
@option(
    "--fields",
    group=OptionGroup.SOURCES,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help='TOML file with ranks of single fields, such as synopsis = ["plots", "seed"].',
)
@option("--reset", group=OptionGroup.SOURCES, is_flag=True, help="Forget all ranks.")
@workspace_option
@store_option
@dry_run_option
@json_option
@quiet_option
def rank(
    order: tuple[str, ...],
    fields: Path | None,
    reset: bool,
    workspace: Path,
    **shared: Any,  # noqa: ANN401 - click checks them
) -> None:
    """Set which sources come first (remembered).

    If several sources have a value for a field, the first SOURCE that has one gives it; sources
    that are not named follow, sorted by name. --fields replaces all ranks that were set for single
    fields. Films whose values depend on the ranks are changed, and 'etl undo' changes them back.
    """
    from etl.operations.rank import RankOptions, rank, read_ranks
    from etl.workspace import Workspace

    if reset == bool(order or fields):
        raise click.UsageError("name the sources in their order, or give --fields or --reset alone")
    own = read_ranks(fields) if fields else {} if reset else None
    options = partial(RankOptions, order=order if order or reset else None, fields=own)
    held, checks = Workspace(workspace), engine(workspace)
    manner = Manner(workspace, reads=False, **shared)
    carry_out(lambda o: rank(held, checks, o), options, manner)


@sources.command()
@click.argument("field", required=False)
@workspace_option
@output_options
def disagreements(
    field: str | None, workspace: Path, format_name: str | None, output: Path | None
) -> None:
    """List where sources disagree, with both values.

    A FIELD is title, year, date, duration, genres, rating, ratings or another for which one source
    counts. Two titles disagree if they are not names of one film, two lists if they have no entry
    in common. Texts, addresses and people are not compared.
    """
    from etl.inspection.disagreeing import COLUMNS, rows
    from etl.output import Rows

    with opened(workspace) as snapshot:
        write(Rows(COLUMNS, rows(snapshot, field)), format_name, output, snapshot.iris.base)


COMMANDS = (sources,)
