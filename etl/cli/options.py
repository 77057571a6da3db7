"""What the commands have in common: options, and the codes they exit with."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

DONE, DATA_SAY_NO, NOT_DONE = 0, 1, 2
CUT_OFF = 141  # nobody reads on: what a shell gives for a program that SIGPIPE ended

_Command = TypeVar("_Command", bound=Callable[..., Any])

workspace_option = click.option(
    "--workspace",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path(".etl"),
    envvar="ETL_WORKSPACE",
    show_default=True,
    show_envvar=True,
    help="The folder that holds catalog and graph.",
)
dry_run_option = click.option(
    "--dry-run",
    is_flag=True,
    help="Print the triples that would leave (-) and enter (+) the graph; change nothing.",
)
shapes_option = click.option(
    "--shapes",
    "shapes",
    type=click.Path(path_type=Path),
    multiple=True,
    metavar="FILE",
    help="Shapes of your own, in Turtle or a folder of it, that count beside ours; repeatable. "
    "The workspace remembers those of a load.",
)
SHAPE_TIMEOUT = "ETL_SHAPE_TIMEOUT"
store_option = click.option(
    "--store",
    metavar="NAME|URL",
    envvar="ETL_STORE",
    show_envvar=True,
    help="A SPARQL server, by the name that 'etl store add' gave it, or by its URL.",
)
quiet_option = click.option("-q", "--quiet", is_flag=True, help="Print errors only.")


def output_options(command: _Command) -> _Command:
    """Add `--format` and `--output`."""
    add_format = click.option(
        "-f",
        "--format",
        "format_name",
        metavar="FORMAT",
        help="table, csv, tsv, json, xml or markdown for rows; ttl, nt, nq, jsonld or rdfxml for "
        "graphs; sarif too for findings. Without it: by the file's suffix, else a table on a "
        "terminal, TSV when piped.",
    )
    add_output = click.option(
        "-o",
        "--output",
        type=click.Path(dir_okay=False, path_type=Path),
        help="Write to this file instead of standard output.",
    )
    return add_format(add_output(command))
