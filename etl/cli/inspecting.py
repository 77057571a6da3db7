"""Commands that look at what is held: its runs, and whether all is well."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from etl.cli.options import DATA_SAY_NO, output_options, store_option, workspace_option
from etl.cli.session import opened, write

if TYPE_CHECKING:
    from pyoxigraph import NamedNode


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
@store_option
@output_options
def check(workspace: Path, store: str | None, format_name: str | None, output: Path | None) -> None:
    """Prove that the store holds exactly what the catalog says, and a --store the same."""
    from etl.output import Rows
    from etl.pipeline.checking import differences

    with opened(workspace) as (catalog, graph):
        found = [(each.entity, each.missing, each.surplus) for each in differences(catalog, graph)]
        films, people = catalog.counts()
    which, hint = "store", f"delete {workspace} and load your sources again"
    if store is not None and not found:
        found = _differing(workspace, store)
        which, hint = store, f"run: etl load --repair --store {store}"
    if not found:
        click.echo(f"{which} and catalog agree: {films} films, {people} people", err=True)
        return
    rows = Rows(("entity", "missing triples", "surplus triples"), found)
    write(rows, format_name, output)
    click.echo(f"Error: {which} and catalog differ", err=True)
    click.echo(f"Hint: {hint}", err=True)
    sys.exit(DATA_SAY_NO)


def _differing(workspace: Path, store: str) -> list[tuple[NamedNode, int, int]]:
    """Compare a remote store with the current generation."""
    from pyoxigraph import NamedNode

    from etl.outbox import Outboxes
    from etl.pipeline.comparing import compared
    from etl.targets import Target
    from etl.workspace import Workspace

    target = Target.named(Outboxes(workspace), store)
    differing = compared(Workspace(workspace), target)
    return [(NamedNode(entity), missing, surplus) for entity, missing, surplus in differing]


COMMANDS = (runs, check)
