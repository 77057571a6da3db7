"""Commands that look at what is held: its runs, and whether all is well."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from etl.cli.options import DATA_SAY_NO, output_options, store_option, workspace_option
from etl.cli.session import opened, write


@click.command()
@workspace_option
@output_options
def runs(workspace: Path, format_name: str | None, output: Path | None) -> None:
    """List each run: when it was, what it read and changed.

    As JSON it says all: of each source the path, the files, their bytes and a digest of its
    records, of each generation that is kept what it takes on the disk.
    """
    from etl.inspection.history import COLUMNS, document, row
    from etl.output import Rows
    from etl.workspace import Workspace

    with opened(workspace) as (catalog, _):
        held = catalog.runs.all()
        taken = Workspace(workspace).disk()
    documents = [document(run, taken) for run in held]
    write(Rows(COLUMNS, map(row, held), documents), format_name, output)


@click.command()
@workspace_option
@store_option
@output_options
def check(workspace: Path, store: str | None, format_name: str | None, output: Path | None) -> None:
    """Prove that nothing is damaged, and all is as it should be.

    All files are read, and the store has to hold exactly what the catalog gives: films, people, and
    what is said of runs, sources and how much there is. With --store, prove it of that server too.
    """
    from etl.inspection.checking import check
    from etl.output import Rows
    from etl.progress import Meter
    from etl.workspace import Workspace

    with Meter(quiet=False) as meter:
        health = check(Workspace(workspace), meter.update)
    taken = health.bytes_taken
    generations = "1 generation" if len(taken) == 1 else f"{len(taken)} generations"
    click.echo(f"disk: {generations}, {sum(taken.values()) / 1e6:.1f} MB", err=True)
    if health.graph is not None:
        click.echo(f"graph: {health.graph}", err=True)
    for generation in health.unnamed:
        told = "complete but never the current one, since a command was killed"
        click.echo(f"Note: {generation.path}: {told}; the next change deletes it", err=True)
    if not health.remedy:
        agreed = f"{health.films} films, {health.people} people"
        click.echo(f"store and catalog agree: {agreed}", err=True)
        if store is not None:
            _check_server(workspace, store, format_name, output)
        return
    rows = [(str(each.path), each.problem) for each in health.damages]
    rows += [(each.entity.value, each.problem) for each in health.differences]
    write(Rows(("place", "problem"), rows), format_name, output)
    faults = "a file is damaged" if health.damages else "store and catalog differ"
    click.echo(f"Error: {workspace}: {faults}", err=True)
    click.echo(f"Hint: {health.remedy}", err=True)
    sys.exit(DATA_SAY_NO)


def _check_server(
    workspace: Path, store: str, format_name: str | None, output: Path | None
) -> None:
    """Prove that a server holds exactly what the catalog says, or say where it does not."""
    from etl.outbox import Outboxes
    from etl.output import Rows
    from etl.publication.comparing import compared
    from etl.targets import Target
    from etl.workspace import Workspace

    found = compared(Workspace(workspace), Target.named(Outboxes(workspace), store))
    if not found:
        click.echo(f"{store} and catalog agree", err=True)
        return
    rows = Rows(("entity", "missing triples", "surplus triples"), found)
    write(rows, format_name, output)
    click.echo(f"Error: {store} and catalog differ", err=True)
    click.echo(f"Hint: run: etl load --repair --store {store}", err=True)
    sys.exit(DATA_SAY_NO)


COMMANDS = (runs, check)
