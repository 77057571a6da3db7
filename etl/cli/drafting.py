"""The command that drafts a column map."""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def columns(file: Path) -> None:
    """Draft a column map for a table.

    It says which column gives which field of a film.

    The map goes to standard output, as TOML to be checked and changed; the first records that it
    gives go to standard error. What a column gives that has no line of its own stands in a comment.
    """
    from etl.inspection.drafting import draft, records_of

    text, sheet = draft(file)
    click.echo(text, nl=False)
    for line in records_of(text, sheet):
        click.echo(line, err=True)


COMMANDS = (columns,)
