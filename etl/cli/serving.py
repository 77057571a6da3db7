"""The command that shows the graph in a browser."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from etl.cli.grouping import OptionGroup, command, option
from etl.cli.options import (
    Number,
    Whole,
    serving_memory_option,
    serving_timeout_option,
    store_option,
    workspace_option,
)
from etl.cli.saved import known_queries, queries_option, tell_of_own
from etl.cli.watching import query_bounds
from etl.process.limits import MB

if TYPE_CHECKING:
    from etl.workspace import Workspace

rate_option = option(
    "--rate",
    group=OptionGroup.LIMITS,
    settable=True,
    type=Number(min=0),
    metavar="N",
    default=50,
    show_default=True,
    help="Requests per second of one client on another machine (0: no limit).",
)
proxies_option = option(
    "--proxies",
    group=OptionGroup.SERVER,
    settable=True,
    type=Whole(0),
    metavar="N",
    default=0,
    show_default=True,
    help="How many proxies stand in front, each adding to X-Forwarded-For.",
)


@command()
@option(
    "--host",
    group=OptionGroup.SERVER,
    default="127.0.0.1",
    show_default=True,
    help="Address to bind.",
)
@option(
    "--port",
    group=OptionGroup.SERVER,
    type=Whole(0, 65535),
    metavar="N",
    default=8000,
    show_default=True,
    help="Port to bind (0: any free one).",
)
@proxies_option
@queries_option
@rate_option
@serving_timeout_option
@serving_memory_option
@store_option
@workspace_option
def serve(
    host: str,
    port: int,
    proxies: int,
    folder: Path | None,
    rate: float,
    store: str | None,
    workspace: Path,
) -> None:
    """Show the graph in a browser, and answer SPARQL queries.

    Films and people are served at their own IRIs, as pages and as RDF. The server changes nothing.
    Loads that end while it is running are shown at once. With --store it shows a copy of the graph
    on that SPARQL server, and copies it again after changes are sent there. Ctrl-C or SIGTERM ends
    the server.
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
    with _served(Workspace(workspace), store) as (shown, is_known):
        run(
            shown,
            known,
            Address(host, port, proxies),
            Limits(bounds.seconds, bounds.memory_bytes, per_second=rate),
            lambda url: click.echo(
                f"serving {store or workspace} at {url} (Ctrl-C ends it)", err=True
            ),
            without_workspace=not is_known,
        )


@contextmanager
def _served(workspace: Workspace, store: str | None) -> Iterator[tuple[Workspace, bool]]:
    """Give the workspace to serve, or the mirror of a store; tell if it has a catalog."""
    if store is None:
        yield workspace, True
        return
    from etl.publication.mirroring import mirrored
    from etl.publication.outbox import Outboxes
    from etl.publication.targets import Target

    outboxes = Outboxes(workspace.path)
    target = Target.named(outboxes, store)
    is_ours = outboxes.has(target.name) and workspace.current() is not None
    with mirrored(target.where, workspace if is_ours else None) as mirror:
        if not is_ours:
            click.echo(
                f"Note: {workspace.path} has not published this graph, "
                "so pages do not say where it comes from",
                err=True,
            )
        yield mirror, is_ours


@command()
@queries_option
@serving_timeout_option
@serving_memory_option
@workspace_option
def mcp(folder: Path | None, workspace: Path) -> None:
    """Serve the graph to a language model (Model Context Protocol, over stdin and stdout).

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
