"""Load on a Spark cluster: the same graph, written as shards."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from etl.cli.options import DATA_SAY_NO, DONE
from etl.cli.session import chosen_map, command_line, engine
from etl.cli.telling import Telling, change_document, load_lines, remarks

if TYPE_CHECKING:
    from etl.spark.loading import SparkReport

# Options of a load that are about a workspace, which a load on Spark has none of.
_OF_A_WORKSPACE = ("store", "dry_run", "strict", "allow_removals", "rehash", "repair", "jobs")
_SAME = ("name", "reviews", "match", "base_iri")


def load_by_spark(
    sources: Sequence[str],
    output: str | None,
    master: str | None,
    given: Mapping[str, Any],
) -> None:
    """Load sources on Spark, say what became of them, and exit; `given` are the other options."""
    from etl.cli.progress import Meter
    from etl.cli.watching import memory_bytes
    from etl.spark.loading import SparkOptions, load_on_spark

    given_as = click.get_current_context().get_parameter_source
    for name in _OF_A_WORKSPACE:
        if given_as(name) is ParameterSource.COMMANDLINE:
            option = "--" + name.replace("_", "-")
            raise click.UsageError(f"{option} is about a workspace: --engine spark has none")
    if output is None or not sources:
        raise click.UsageError("--engine spark needs a SOURCE and --output DIR")
    if given["store"]:
        said = "nothing is published: the server's own loader takes the shards"
        click.echo(f"Note: {given['store']}: {said}", err=True)
    checks = engine(given["workspace"], given["shapes"])
    told = Telling(quiet=given["quiet"], lists=f"{output}/notes", refused=f"{output}/quarantine")
    with told, Meter(quiet=given["quiet"]) as meter:
        options = SparkOptions(
            master=master,
            map=chosen_map(given["columns"], given["format_of_tables"]),
            memory_bytes=memory_bytes(),
            progress=meter.update,
            found=told.tell,
            **{name: given[name] for name in _SAME},
        )
        done = load_on_spark(sources, output, checks, options)
        for severity, number in done.untold.items():
            told.count(severity, number)
    _say(done, output, told, given)
    sys.exit(DATA_SAY_NO if done.load.kept_out else DONE)


def _say(done: SparkReport, output: str, told: Telling, given: Mapping[str, Any]) -> None:
    """Print what a load on Spark did, as lines or as one JSON object."""
    if not given["quiet"]:
        for line in remarks(done.load, f"{output}/disputes", f"{output}/matches"):
            click.echo(line, err=True)
    if given["format_name"] == "json":
        graph = {"triples": done.graph.triples, "hash": done.graph.digest, "rounds": done.rounds}
        document = change_document(done.load, command_line(), dry_run=False) | told.document()
        click.echo(json.dumps(document | {"output": output} | graph, indent=2))
    elif not given["quiet"]:
        for line in load_lines(done.load, dry_run=False):
            click.echo(line)
        rounds = "1 round" if done.rounds == 1 else f"{done.rounds} rounds"
        click.echo(f"{output}: {done.graph}; films were made in {rounds}")
