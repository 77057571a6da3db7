"""Commands about remote stores: giving them a name, and what else has to be known of them."""

from __future__ import annotations

from pathlib import Path

import click

from etl.cli.options import output_options, workspace_option
from etl.cli.session import write


@click.group()
def store() -> None:
    """Name the SPARQL servers that hold the graph too.

    Options such as --store of other commands take these names.
    """


@store.command()
@click.argument("name")
@click.argument("url", required=False)
@workspace_option
@click.option(
    "--kind",
    help="Oxigraph, Fuseki, GraphDB, RDF4J, Virtuoso, Blazegraph, QLever, Stardog or Neptune; "
    "without it, the server is asked.",
)
@click.option("--graph", metavar="IRI", help="Our graph there, instead of the default graph.")
@click.option("--query-url", metavar="URL", help="Where it answers queries.")
@click.option("--update-url", metavar="URL", help="Where it takes updates.")
@click.option("--graph-store-url", metavar="URL", help="Where it has the Graph Store Protocol.")
def add(name: str, url: str | None, workspace: Path, **details: str | None) -> None:
    """Give a SPARQL server a name: by its base URL, or by its endpoints.

    User and password never go here: they are read from ETL_STORE_USER and ETL_STORE_PASSWORD, or
    ETL_STORE_TOKEN, or a netrc file.
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
    """List the stores, and how many entities each has yet to be sent."""
    from etl.output import Rows
    from etl.publication.outbox import Outboxes
    from etl.publication.targets import known

    columns = ("store", "kind", "query", "update", "graph", "waiting")
    write(Rows(columns, known(Outboxes(workspace))), format_name, output)


@store.command()
@click.argument("name")
@workspace_option
def remove(name: str, workspace: Path) -> None:
    """Forget a store. What the server holds stays there."""
    from etl.publication.outbox import Outboxes
    from etl.publication.targets import forget

    forget(Outboxes(workspace), name)


COMMANDS = (store,)
