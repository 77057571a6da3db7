"""The command that shows the graph in a browser."""

from __future__ import annotations

from pathlib import Path

import click

from etl.cli.options import serving_memory_option, serving_timeout_option, workspace_option
from etl.cli.watching import query_bounds


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen at.")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8000,
    show_default=True,
    help="Port to listen at; 0 is any that is free.",
)
@click.option(
    "--queries",
    type=click.Path(file_okay=False, path_type=Path),
    multiple=True,
    metavar="FOLDER",
    help="Folder of saved queries of your own, which count beside ours; repeatable.",
)
@serving_timeout_option
@serving_memory_option
@workspace_option
def serve(host: str, port: int, queries: tuple[Path, ...], workspace: Path) -> None:
    """Show the graph in a browser, and answer SPARQL.

    Nothing is ever changed. Films and people answer at their own addresses, as pages and as RDF;
    what is loaded meanwhile is shown at once. Ctrl-C or SIGTERM ends it.
    """
    from etl.errors import EtlError
    from etl.queries import read_queries
    from etl.resources import folder
    from etl.workspace import Workspace

    try:
        from etl.web.serving import Address
        from etl.web.serving import serve as run
        from etl.web.workers import MEMORY_BYTES, SECONDS, Limits
    except ModuleNotFoundError as error:
        raise EtlError(
            f"the server needs a package that is not installed: {error.name}",
            hint="run: pip install 'reelgraph[serve]'",
        ) from error
    bounds = query_bounds(SECONDS, MEMORY_BYTES)
    run(
        Workspace(workspace),
        read_queries([folder("queries"), *queries]),
        Address(host, port),
        Limits(bounds.seconds, bounds.memory_bytes),
        lambda url: click.echo(f"serving {workspace} at {url} (Ctrl-C ends it)", err=True),
    )


COMMANDS = (serve,)
