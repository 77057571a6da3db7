"""Real SPARQL servers on loopback, for tests: started here, killed here."""

from __future__ import annotations

import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import NoReturn

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
DirsAllowed = ., /
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
    path = ""
    user = password = ""
    slow = False
    atomic = True
    loads_online = False
    sign_in: type[httpx.BasicAuth | httpx.DigestAuth] = httpx.BasicAuth

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}{self.path}"
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
        return endpoints(self.kind, url + self.path, self.graph)

    def update(self, text: str) -> None:
        """Change what it holds."""
        answer = httpx.post(
            self.where.update or "",
            content=text.encode(),
            headers={"Content-Type": "application/sparql-update"},
            auth=self.sign_in(self.user, self.password) if self.user else None,
            timeout=60,
            trust_env=False,
        )
        assert answer.is_success, answer.text

    def load(self, file: Path, graph: str | None) -> None:
        """Fill a graph from a file by its own loader; it runs meanwhile if `loads_online`."""
        raise NotImplementedError

    def is_damaged(self) -> bool:
        """Return whether it can no longer read what it holds, whoever asks; most never are."""
        return False

    def forget(self) -> None:
        """Take away all that it holds, while it does not run."""
        raise NotImplementedError

    def clear(self) -> None:
        """Make it empty."""
        self.update("CLEAR ALL")


class Oxigraph(Server):
    """The server of the PyPI package `oxigraph`."""

    kind = KINDS["oxigraph"]
    verb = "serve"

    def load(self, file: Path, graph: str | None) -> None:
        into = ["--graph", graph] if graph else []
        ran(self.program(), "load", "-l", str(self.folder / "store"), "-f", str(file), *into)

    def program(self) -> str:
        """Find its program."""
        return str(Path(sys.executable).with_name("oxigraph"))

    def command(self) -> list[str]:
        return [self.program(), self.verb, "-l", "store", "-b", f"127.0.0.1:{self.port}"]


class Virtuoso(Server):
    """Virtuoso 7, of the Debian package `virtuoso-opensource-7`; updates ask who one is."""

    kind = KINDS["virtuoso"]
    graph = "http://localhost:8000/graph/films"
    user = password = "dba"
    sign_in = httpx.DigestAuth
    atomic = False
    loads_online = True
    buffers = 10_000
    most_rows = 1_000_000

    def clear(self) -> None:
        """Make our graphs in it empty: it has some of its own."""
        for graph in (self.graph, PROVENANCE):
            self.update(f"CLEAR SILENT GRAPH <{graph}>")

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

    def load(self, file: Path, graph: str | None) -> None:
        script = (
            f"ld_dir('{file.parent}', '{file.name}', '{graph}'); rdf_loader_run(); checkpoint; "
            "SELECT ll_state, ll_error FROM DB.DBA.load_list;"
        )
        to = [f"127.0.0.1:{self.sql_port}", self.user, self.password]
        told = ran("isql-vt", *to, "ERRORS=STDOUT", "VERBOSE=OFF", "BANNER=OFF", f"exec={script}")
        assert told.split()[-2:] == ["2", "NULL"], told  # finished, without an error

    def command(self) -> list[str]:
        ini = self.folder / "virtuoso.ini"
        if not ini.exists():
            ini.write_text(VIRTUOSO_INI.format_map(self._settings()))
        (self.folder / "virtuoso.lck").unlink(missing_ok=True)  # a killed one leaves it
        return [virtuoso(), "+configfile", "virtuoso.ini", "+foreground"]


class Fuseki(Server):
    """Fuseki with TDB2, which asks who one is."""

    kind = KINDS["fuseki"]
    path = "/films"
    user, password = "editor", "fuseki"
    slow = True

    def load(self, file: Path, graph: str | None) -> None:
        into = [f"--graph={graph}"] if graph else []
        loader = [*java(), "-cp", str(jar("jena-fuseki-server.jar")), "tdb2.tdbloader"]
        ran(*loader, f"--loc={self.folder / 'tdb2'}", *into, str(file))

    def command(self) -> list[str]:
        (self.folder / "tdb2").mkdir(exist_ok=True)
        (self.folder / "users").write_text(f"{self.user}: {self.password}, editor\n")
        options = f"--localhost --port={self.port} --update --tdb2 --loc=tdb2 --passwd=users"
        server = ["-jar", str(jar("jena-fuseki-server.jar"))]
        return [*java(), *server, *options.split(), "--auth=basic", self.path]


REPOSITORY = """\
PREFIX rep: <http://www.openrdf.org/config/repository#>
PREFIX sr: <http://www.openrdf.org/config/repository/sail#>
PREFIX sail: <http://www.openrdf.org/config/sail#>
[] a rep:Repository ; rep:repositoryID "films" ; rep:repositoryImpl [
  rep:repositoryType "openrdf:SailRepository" ; sr:sailImpl [ sail:sailType "rdf4j:LmdbStore" ]
] .
"""
CONTEXT = """\
<!DOCTYPE Configure PUBLIC "-//Jetty//Configure//EN" "https://jetty.org/configure_9_3.dtd">
<Configure class="org.eclipse.jetty.webapp.WebAppContext">
  <Set name="contextPath">/rdf4j-server</Set>
  <Set name="war">{war}</Set>
  <Set name="overrideDescriptor">{folder}/sign-in.xml</Set>
  <Get name="securityHandler"><Set name="loginService">
    <New class="org.eclipse.jetty.security.HashLoginService">
      <Set name="config">{folder}/users</Set>
    </New>
  </Set></Get>
</Configure>
"""
SIGN_IN = """\
<web-app>
  <security-constraint>
    <web-resource-collection>
      <web-resource-name>all</web-resource-name><url-pattern>/*</url-pattern>
    </web-resource-collection>
    <auth-constraint><role-name>editor</role-name></auth-constraint>
  </security-constraint>
  <login-config><auth-method>BASIC</auth-method></login-config>
  <security-role><role-name>editor</role-name></security-role>
</web-app>
"""


class Rdf4j(Server):
    """RDF4J Server in Jetty with a store of LMDB, which asks who one is.

    Its native store is damaged when it is killed: one of its indexes has what another one lacks.
    That of LMDB seldom is: it then counts triples whose values it cannot read.
    """

    kind = KINDS["rdf4j"]
    graph = "http://localhost:8000/graph/films"
    path = "/rdf4j-server/repositories/films"
    user, password = "editor", "rdf4j"
    slow = loads_online = True

    def load(self, file: Path, graph: str | None) -> None:
        self.update(f"LOAD <{file.as_uri()}> INTO GRAPH <{graph}>")

    def is_damaged(self) -> bool:
        graphs = (f"http://localhost:8000/graph/{name}" for name in ("films", "provenance"))
        return any(self._cannot_give(graph) for graph in graphs)

    def _cannot_give(self, graph: str) -> bool:
        answer = httpx.get(
            f"{self.url}/rdf-graphs/service",
            params={"graph": graph},
            auth=(self.user, self.password),
            timeout=60,
            trust_env=False,
        )
        return answer.status_code == httpx.codes.INTERNAL_SERVER_ERROR

    def forget(self) -> None:
        shutil.rmtree(self.folder / "data")

    def start(self) -> None:
        new = not (self.folder / "data").exists()
        super().start()
        if new:
            answer = httpx.put(
                self.url,
                content=REPOSITORY.encode(),
                headers={"Content-Type": "text/turtle"},
                auth=(self.user, self.password),
                timeout=60,
                trust_env=False,
            )
            assert answer.is_success, answer.text

    def command(self) -> list[str]:
        context = CONTEXT.format(war=jar("rdf4j-server"), folder=self.folder)
        (self.folder / "context.xml").write_text(context)
        (self.folder / "sign-in.xml").write_text(SIGN_IN)
        (self.folder / "users").write_text(f"{self.user}: {self.password}, editor\n")
        (self.folder / "unpacked").mkdir(exist_ok=True)
        data = f"-Dorg.eclipse.rdf4j.appdata.basedir={self.folder / 'data'}"
        unpacked = f"-Djava.io.tmpdir={self.folder / 'unpacked'}"
        runner = ["-jar", str(jar("jetty-runner.jar")), "--host", "127.0.0.1"]
        return [*java(), data, unpacked, *runner, "--port", str(self.port), "context.xml"]


def ran(*command: str) -> str:
    """Run a command to its end, and give what it printed."""
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


SERVERS: tuple[type[Server], ...] = (Oxigraph, Virtuoso, Fuseki, Rdf4j)
JARS = Path(sys.prefix, "jars")
HEAP = "512m"  # of servers in Java: enough for tests


def java() -> list[str]:
    """Find Java for a server that starts quickly and stays small, or skip the test."""
    program = shutil.which("java")
    if program is None:
        absent("Java is absent: apt-get install default-jdk-headless maven")
    return [str(program), f"-Xmx{HEAP}", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"]


def jar(name: str) -> Path:
    """Find a jar, or what was in one, or skip the test that needs it."""
    path = JARS / name
    if not path.exists():
        absent(f"{path} is absent: mvn -q -f tests/support/java -Djars={JARS} validate")
    return path


def absent(reason: str) -> NoReturn:
    """Skip a test that lacks something; on CI (`CI=true`) that is a failure."""
    if THOROUGH:
        pytest.fail(reason)
    pytest.skip(reason)


def virtuoso() -> str:
    """Find Virtuoso, or skip the test that needs it."""
    program = shutil.which("virtuoso-t")
    if program is None:
        absent("Virtuoso is absent: apt-get install virtuoso-opensource-7")
    return program
