"""The command that drafts a column map."""

from __future__ import annotations

from pathlib import Path

import click

from etl.cli.grouping import command


@command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def columns(file: Path) -> None:
    """Draft a column map for a table.

    A column map tells which column gives which field of a film. It is printed as TOML, for you to
    check and edit; the first records read by it are printed on standard error. Columns that give
    no field are listed in a comment. Then load: etl load FILE --columns films.toml
    """
    from etl.inspection.drafting import draft, records_of

    text, sheet = draft(file)
    click.echo(text, nl=False)
    for line in records_of(text, sheet):
        click.echo(line, err=True)


COMMANDS = (columns,)
