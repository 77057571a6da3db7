"""Commands that look at what is held: its runs, and whether all is well."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from etl.cli.options import DATA_SAY_NO, output_options, workspace_option
from etl.cli.session import opened, write


@click.command()
@workspace_option
@output_options
def runs(workspace: Path, format_name: str | None, output: Path | None) -> None:
    """List what was loaded when, and what it changed."""
    from etl.output import Rows

    columns = (
        *("run", "started", "seconds", "command"),
        *("records", "kept out", "films", "people", "undone by"),
    )
    with opened(workspace) as (catalog, _):
        rows = [
            (
                run.run,
                run.started,
                round(run.seconds, 2),
                run.command,
                sum(source["loaded"] for source in run.report["sources"]),
                sum(s["rejected"] + s["quarantined"] for s in run.report["sources"]),
                _signed(run.report["films"]),
                _signed(run.report["people"]),
                run.undone_by,
            )
            for run in catalog.runs()
        ]
    write(Rows(columns, rows), format_name, output)


def _signed(diff: dict[str, int]) -> str:
    return f"+{diff['added']} ~{diff['changed']} -{diff['removed']}"


@click.command()
@workspace_option
@output_options
def check(workspace: Path, format_name: str | None, output: Path | None) -> None:
    """Prove that no file is damaged, and that the store holds exactly what the catalog says."""
    from etl.output import Rows
    from etl.pipeline.checking import check
    from etl.progress import Meter
    from etl.workspace import Workspace

    with Meter(quiet=False) as meter:
        health = check(Workspace(workspace), meter.update)
    taken = health.bytes_taken
    generations = "1 generation" if len(taken) == 1 else f"{len(taken)} generations"
    click.echo(f"disk: {generations}, {sum(taken.values()) / 1e6:.1f} MB", err=True)
    if not health.remedy:
        agreed = f"{health.films} films, {health.people} people"
        click.echo(f"store and catalog agree: {agreed}", err=True)
        return
    rows = [(str(each.path), each.problem) for each in health.damages]
    rows += [(each.entity.value, each.problem) for each in health.differences]
    write(Rows(("place", "problem"), rows), format_name, output)
    faults = "a file is damaged" if health.damages else "store and catalog differ"
    click.echo(f"Error: {workspace}: {faults}", err=True)
    click.echo(f"Hint: {health.remedy}", err=True)
    sys.exit(DATA_SAY_NO)


COMMANDS = (runs, check)
