"""The command that drafts a column map, or tells other engines how a table is read by one."""

from __future__ import annotations

from pathlib import Path

import click

from etl.cli.grouping import OptionGroup, command, option
from etl.cli.options import as_option, columns_option


@command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@columns_option
@as_option
@option(
    "--export",
    group=OptionGroup.OUTPUT,
    type=click.Choice(["yarrrml"]),
    help="Print the map of the table, with the mapping to schema.org, for other engines.",
)
def columns(
    file: Path, columns: Path | None, format_of_tables: str | None, export: str | None
) -> None:
    """Draft a column map for a table.

    A column map tells which column gives which field of a film. It is printed as TOML, for you to
    check and edit; the first records read by it are printed on standard error. Columns that give
    no field are listed in a comment. Then load: etl load FILE --columns films.toml

    --export prints a map as YARRRML instead: that of --columns, or that of the format of --as, or,
    without both, that of the format which is recognised. Fields that YARRRML cannot express are
    listed in a comment.
    """
    if export:
        from etl.cli.session import chosen_map
        from etl.inspection.yarrrml.document import yarrrml
        from etl.rdf.identifiers import Iris

        click.echo(yarrrml(file, chosen_map(columns, format_of_tables) or "", Iris()), nl=False)
        return
    if columns or format_of_tables:
        raise click.UsageError("--columns and --as need --export")
    from etl.inspection.drafting import draft, records_of

    text, sheet = draft(file)
    click.echo(text, nl=False)
    for line in records_of(text, sheet):
        click.echo(line, err=True)


COMMANDS = (columns,)
