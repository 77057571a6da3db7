"""The command that shows the graph in a browser."""

from __future__ import annotations

from pathlib import Path

import click

from etl.cli.grouping import Group, command, option
from etl.cli.options import (
    Whole,
    serving_memory_option,
    serving_timeout_option,
    workspace_option,
)
from etl.cli.saved import known_queries, queries_option, tell_of_own
from etl.cli.watching import query_bounds
from etl.process.limits import MB


@command()
@option(
    "--host", group=Group.SERVER, default="127.0.0.1", show_default=True, help="Address to bind."
)
@option(
    "--port",
    group=Group.SERVER,
    type=Whole(0, 65535),
    metavar="N",
    default=8000,
    show_default=True,
    help="Port to bind (0: any free one).",
)
@queries_option
@serving_timeout_option
@serving_memory_option
@workspace_option
def serve(host: str, port: int, folder: Path | None, workspace: Path) -> None:
    """Show the graph in a browser, and answer SPARQL queries.

    Films and people are served at their own IRIs, as pages and as RDF. The server changes nothing.
    It shows what is loaded meanwhile at once. Ctrl-C or SIGTERM ends it.
    """
    from etl.errors import EtlError
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
    known, broken = known_queries(folder)
    tell_of_own(folder, known, broken)
    run(
        Workspace(workspace),
        known,
        Address(host, port),
        Limits(bounds.seconds, bounds.memory_bytes),
        lambda url: click.echo(f"serving {workspace} at {url} (Ctrl-C ends it)", err=True),
    )


@command()
@queries_option
@serving_timeout_option
@serving_memory_option
@workspace_option
def mcp(folder: Path | None, workspace: Path) -> None:
    """Give a language model tools to ask the graph (Model Context Protocol, by stdin and stdout).

    The tools search, describe films and people, run saved queries and SPARQL, and explain where
    facts come from. They change nothing. A client starts this command itself.
    """
    from etl.errors import EtlError
    from etl.workspace import Workspace

    try:
        from etl.interface.tools import server
    except ModuleNotFoundError as error:
        raise EtlError(
            f"the tools need a package that is not installed: {error.name}",
            hint="run: pip install 'reelgraph[mcp]'",
        ) from error
    bounds = query_bounds(10, 1000 * MB)
    known, broken = known_queries(folder)
    tell_of_own(folder, known, broken)
    Workspace(workspace).required()
    server(workspace, folder, bounds).run()


COMMANDS = (serve, mcp)
