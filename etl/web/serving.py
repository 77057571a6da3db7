"""Run the server until a signal ends it."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass

import uvicorn

from etl.errors import EtlError, limit_reached
from etl.process.temporary import remove_temporary
from etl.queries import SavedQuery
from etl.web.application import application
from etl.web.quotas import Quotas
from etl.web.readers import Readers
from etl.web.site import WebSite
from etl.web.tables import BrowseTables
from etl.web.transport import Http
from etl.web.workers import Limits, QueryWorkers
from etl.workspace import Workspace

_BACKLOG = 256
_AT_ONCE = 512  # connections; more are answered 503
_GRACE_S = 3  # what requests have to end in after a signal


@dataclass(frozen=True, slots=True)
class Address:
    """Where the server listens, and behind how many proxies; port 0 is any that is free."""

    host: str
    port: int
    proxies: int = 0


class _Server(uvicorn.Server):
    """A server that a signal ends in order, as if nothing had gone wrong."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            with suppress(NotImplementedError, RuntimeError, ValueError):
                loop.add_signal_handler(number, self.handle_exit, number, None)
        yield


def serve(
    workspace: Workspace,
    queries: Mapping[str, SavedQuery],
    address: Address,
    limits: Limits,
    ready: Callable[[str], None],
    *,
    without_workspace: bool = False,
) -> None:
    """Answer requests until a signal comes; `ready` is told the URL once that begins.

    A workspace that is only there to hold a graph is none to tell of: `without_workspace`.

    Raises:
        WorkspaceError: nothing has been loaded, or the workspace is damaged.
        EtlError: nothing can listen at the address.
    """
    readers = Readers(workspace, BrowseTables.make)
    workers = QueryWorkers(limits, lambda: readers.current()[0])
    quotas = Quotas(limits.per_second, address.proxies)
    site = WebSite(readers, workers, queries, quotas, without_workspace)
    try:
        workspace.required()
        listening = _listening(address)
        site.readers.current()  # the last that may fail: a thread goes on with what is opened
        app = application(site)
        config = uvicorn.Config(
            app,
            log_config=None,
            log_level="critical",  # faults are told by the application
            access_log=False,
            server_header=False,
            limit_concurrency=_AT_ONCE,
            timeout_keep_alive=20,
            timeout_graceful_shutdown=_GRACE_S,
            http=Http,
            ws="none",
        )
        host, port = listening.getsockname()[:2]
        ready(f"http://{f'[{host}]' if ':' in host else host}:{port}/")
        _Server(config).run(sockets=[listening])
    finally:
        site.readers.close()
        remove_temporary()
    if site.readers.is_preparing:
        os._exit(0)  # an engine at work in a thread lets nobody end this process in order


def _listening(address: Address) -> socket.socket:
    family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
    try:
        return socket.create_server((address.host, address.port), family=family, backlog=_BACKLOG)
    except OSError as error:
        reason = (limit_reached(error) or (error.strerror or str(error),))[0].lower()
        raise EtlError(
            f"{address.host}:{address.port}: cannot listen there: {reason}",
            hint="choose another --port or --host",
        ) from error
