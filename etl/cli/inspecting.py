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
    """Prove that the store holds exactly what the catalog says."""
    from etl.output import Rows
    from etl.pipeline.checking import differences

    with opened(workspace) as (catalog, store):
        found = list(differences(catalog, store))
        films, people = catalog.counts()
    if not found:
        click.echo(f"store and catalog agree: {films} films, {people} people", err=True)
        return
    rows = [(each.entity, each.missing, each.surplus) for each in found]
    write(Rows(("entity", "missing triples", "surplus triples"), rows), format_name, output)
    click.echo("Error: store and catalog differ", err=True)
    click.echo(f"Hint: delete {workspace} and load your sources again", err=True)
    sys.exit(DATA_SAY_NO)


COMMANDS = (runs, check)
