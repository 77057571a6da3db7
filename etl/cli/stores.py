"""Commands that name remote stores."""

from __future__ import annotations

from pathlib import Path

import click

from etl.cli.grouping import Commands, OptionGroup, option
from etl.cli.options import output_options, workspace_option
from etl.cli.session import write


@click.group(cls=Commands)
def store() -> None:
    """Give names to SPARQL servers that the graph is published to.

    The option --store of other commands takes such a name.
    """


@store.command()
@click.argument("name")
@click.argument("url", required=False)
@workspace_option
@option(
    "--kind",
    group=OptionGroup.SERVER,
    metavar="KIND",
    show_default="what the server says",
    help="Kind of the server, such as Fuseki; the list is above.",
)
@option(
    "--graph",
    group=OptionGroup.SERVER,
    metavar="IRI",
    show_default="the default graph",
    help="Named graph on the server into which ours is written.",
)
@option("--query-url", group=OptionGroup.SERVER, metavar="URL", help="URL for queries.")
@option("--update-url", group=OptionGroup.SERVER, metavar="URL", help="URL for updates.")
@option(
    "--graph-store-url",
    group=OptionGroup.SERVER,
    metavar="URL",
    help="URL of the Graph Store Protocol.",
)
def add(name: str, url: str | None, workspace: Path, **details: str | None) -> None:
    """Give a name to a SPARQL server, by its base URL or its endpoints.

    A KIND is Oxigraph, Fuseki, GraphDB, RDF4J, Virtuoso, Blazegraph, QLever, Stardog or Neptune.

    User name and password are never given on the command line. They are read from ETL_STORE_USER
    and ETL_STORE_PASSWORD, from ETL_STORE_TOKEN, or from a netrc file.
    """
    from etl.publication.outbox import Outboxes
    from etl.publication.targets import Described, Target, give_name

    target = Target(name, Described(url, **details).endpoints())
    give_name(Outboxes(workspace), target)
    click.echo(f"{name}: {target.where.kind.name} at {target.where.query}", err=True)


@store.command("list")
@workspace_option
@output_options
def list_stores(workspace: Path, format_name: str | None, output: Path | None) -> None:
    """List the servers, and what waits to be sent to each."""
    from etl.output import Rows
    from etl.publication.outbox import Outboxes
    from etl.publication.targets import known

    columns = ("store", "kind", "query", "update", "graph", "waiting")
    write(Rows(columns, known(Outboxes(workspace))), format_name, output)


@store.command()
@click.argument("name")
@workspace_option
def remove(name: str, workspace: Path) -> None:
    """Forget a server, which keeps its data."""
    from etl.publication.outbox import Outboxes
    from etl.publication.targets import forget

    forget(Outboxes(workspace), name)


COMMANDS = (store,)
