"""Real SPARQL servers on loopback, for tests: started here, killed here."""

from __future__ import annotations

import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from etl.rdf.identifiers import Iris
from etl.stores.servers import KINDS, Endpoints, ServerKind, endpoints
from thoroughness import THOROUGH

PROVENANCE = Iris().provenance_graph.value

VIRTUOSO_INI = """\
[Database]
DatabaseFile = virtuoso.db
ErrorLogFile = virtuoso.log
LockFile = virtuoso.lck
TransactionFile = virtuoso.trx
xa_persistent_file = virtuoso.pxa
[TempDatabase]
DatabaseFile = virtuoso-temp.db
TransactionFile = virtuoso-temp.trx
[Parameters]
ServerPort = 127.0.0.1:{sql_port}
DisableUnixSocket = 1
NumberOfBuffers = {buffers}
DirsAllowed = .
[HTTPServer]
ServerPort = 127.0.0.1:{port}
ServerRoot = .
Charset = UTF-8
[SPARQL]
ResultSetMaxRows = {most_rows}
"""


def free_port() -> int:
    """Find a port that nobody listens on."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


class Server:
    """A SPARQL server in a folder of its own, with a graph for us in it."""

    kind: ServerKind
    graph: str | None = None
    user = password = ""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._process: subprocess.Popen[bytes] | None = None

    def command(self) -> list[str]:
        """Give the command that runs it."""
        raise NotImplementedError

    def start(self) -> None:
        """Start it, and wait until it answers."""
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                self.command(), cwd=self.folder, stdout=log, stderr=log
            )
        for _ in range(600):
            try:
                httpx.get(self.url, trust_env=False)
            except httpx.HTTPError:
                assert self._process.poll() is None, (self.folder / "log").read_text()
                time.sleep(0.05)
            else:
                return
        raise AssertionError(f"{self.command()} does not answer")

    def kill(self) -> None:
        """End it at once, as `kill -9` does."""
        if self._process is not None:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait()
            self._process = None

    @property
    def pid(self) -> int:
        """Give the number of its process."""
        return self._process.pid if self._process else 0

    @property
    def where(self) -> Endpoints:
        """Give its endpoints."""
        return endpoints(self.kind, self.url, self.graph)

    def through(self, url: str) -> Endpoints:
        """Give its endpoints as they are reached through something in between."""
        return endpoints(self.kind, url, self.graph)

    def update(self, text: str) -> None:
        """Change what it holds."""
        answer = httpx.post(
            self.where.update or "",
            content=text.encode(),
            headers={"Content-Type": "application/sparql-update"},
            auth=httpx.DigestAuth(self.user, self.password) if self.user else None,
            timeout=60,
            trust_env=False,
        )
        assert answer.is_success, answer.text

    def clear(self) -> None:
        """Make our graphs in it empty."""
        for graph in (self.graph, PROVENANCE):
            self.update(f"CLEAR SILENT {f'GRAPH <{graph}>' if graph else 'DEFAULT'}")


class Oxigraph(Server):
    """The server of the PyPI package `oxigraph`."""

    kind = KINDS["oxigraph"]
    verb = "serve"

    def clear(self) -> None:
        """Make it empty."""
        self.update("CLEAR ALL")

    def command(self) -> list[str]:
        program = Path(sys.executable).with_name("oxigraph")
        return [str(program), self.verb, "-l", "store", "-b", f"127.0.0.1:{self.port}"]


class Virtuoso(Server):
    """Virtuoso 7, of the Debian package `virtuoso-opensource-7`; updates ask who one is."""

    kind = KINDS["virtuoso"]
    graph = "http://localhost:8000/graph/films"
    user = password = "dba"
    buffers = 10_000
    most_rows = 1_000_000

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.sql_port = free_port()

    def _settings(self) -> dict[str, int]:
        return {
            "port": self.port,
            "sql_port": self.sql_port,
            "buffers": self.buffers,
            "most_rows": self.most_rows,
        }

    def command(self) -> list[str]:
        ini = self.folder / "virtuoso.ini"
        if not ini.exists():
            ini.write_text(VIRTUOSO_INI.format_map(self._settings()))
        (self.folder / "virtuoso.lck").unlink(missing_ok=True)  # a killed one leaves it
        return [virtuoso(), "+configfile", "virtuoso.ini", "+foreground"]


def virtuoso() -> str:
    """Find Virtuoso, or skip the test that needs it; on CI (`CI=true`) that is a failure."""
    program = shutil.which("virtuoso-t")
    if program is None:
        reason = "Virtuoso is absent: apt-get install virtuoso-opensource-7"
        if THOROUGH:
            pytest.fail(reason)
        pytest.skip(reason)
    return program
