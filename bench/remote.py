"""`python -m bench.remote --records 30000`: a first publication beside other ways over HTTP.

All of it is measured in one run, on servers that are started here: our publication of a loaded
workspace, a POST of the finished file by the Graph Store Protocol, SPARQLWrapper's INSERT DATA,
and the server's own loader, which reads the file from the disk: those of Oxigraph and Fuseki
without the server. Then what was published is read once, thrown away, and checked as `etl check
--store` does. Servers that are not installed are left out.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest
from pyoxigraph import DefaultGraph, NamedNode, RdfFormat, Store
from SPARQLWrapper import BASIC, DIGEST, POST, SPARQLWrapper

from bench.records import write_records
from etl.inspection.checking import check
from etl.operations.load import LoadOptions, load
from etl.process.progress import silent
from etl.publication.comparing import compared
from etl.publication.publishing import PublishOptions, publish
from etl.publication.targets import Target
from etl.resources import folder
from etl.shacl import CompiledEngine, Shapes
from etl.stores.remote import RemoteStore
from etl.stores.servers import Endpoints
from etl.workspace import Workspace

sys.path.append(str(Path(__file__).parent.parent / "tests" / "support"))

import servers
from servers import PROVENANCE, SERVERS, Server, Virtuoso

servers.HEAP = "3g"  # with less, RDF4J cannot give three million triples
SAMPLE = 50_000  # triples that SPARQLWrapper is given
BATCH = 1_000  # triples in one of its updates
VIRTUOSO_TAKES = 100_000  # triples in one document; of 900,000 it says 500


@contextmanager
def started(kind: type[Server], place: Path) -> Iterator[Server]:
    """Run a server that holds nothing."""
    place.mkdir()
    server = kind(place)
    server.start()
    try:
        yield server
    finally:
        server.kill()
        shutil.rmtree(place)


@dataclass(frozen=True, slots=True)
class Cost:
    """What a piece of work took: wall time, and CPU time of our processes and the server."""

    triples: int
    wall_s: float
    cpu_s: float

    @property
    def rate(self) -> float:
        """Give triples a second."""
        return self.triples / self.wall_s


def cost(work: Callable[[], object], triples: int, server: Server | None = None) -> Cost:
    """Measure what a piece of work takes."""
    wall, cpu = time.perf_counter(), _own_cpu_s() + cpu_of(server)
    work()
    return Cost(triples, time.perf_counter() - wall, _own_cpu_s() + cpu_of(server) - cpu)


def _own_cpu_s() -> float:
    """Return the CPU seconds of this process, and of those that helped it and have ended."""
    return sum(os.times()[:4])


def cpu_of(server: Server | None) -> float:
    """Return the CPU seconds that a server has taken, where the system tells."""
    stat = Path(f"/proc/{server.pid}/stat") if server else Path()
    if not stat.is_file():
        return 0.0
    user, system = stat.read_text().rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def our_publication(workspace: Workspace, where: Endpoints) -> None:
    """Publish a workspace to a server that holds nothing."""
    publish(workspace, Target(where.query, where), PublishOptions())


def posted(server: Server, lines: Sequence[bytes]) -> None:
    """POST a finished file by the Graph Store Protocol; to Virtuoso, in parts that it takes."""
    url, at_once = server.where.graph_store or "", len(lines)
    params = {"graph": server.graph} if server.graph else {"default": ""}
    if isinstance(server, Virtuoso):
        at_once = VIRTUOSO_TAKES
    auth = server.sign_in(server.user, server.password) if server.user else None
    with httpx.Client(auth=auth, timeout=3600) as client:
        for start in range(0, len(lines), at_once):
            answer = client.post(
                url,
                params=params,
                content=b"".join(lines[start : start + at_once]),
                headers={"Content-Type": "application/n-triples"},
            )
            answer.raise_for_status()


def inserted(server: Server, lines: Sequence[bytes]) -> None:
    """Send triples by SPARQLWrapper, in INSERT DATA of some each."""
    into = f"GRAPH <{server.graph}>" if server.graph else ""
    for start in range(0, len(lines), BATCH):
        update = SPARQLWrapper(server.where.update or "")
        update.setMethod(POST)
        if server.user:
            update.setHTTPAuth(DIGEST if isinstance(server, Virtuoso) else BASIC)
            update.setCredentials(server.user, server.password, realm="SPARQL")
        text = b"".join(lines[start : start + BATCH]).decode()
        update.setQuery(
            f"INSERT DATA {{ {into} {{ {text} }} }}" if into else f"INSERT DATA {{ {text} }}"
        )
        update.query()


def run(
    records: int, place: Path, kinds: Sequence[type[Server]], *, only_ours: bool
) -> dict[str, Any]:
    """Measure everything on that many records, and tell of each server when it is done."""
    workspace = Workspace(place / "workspace")
    write_records(place / "films", records)
    engine = CompiledEngine(Shapes.read([folder("shapes")]))
    options = LoadOptions(processes=os.cpu_count() or 1)
    local = cost(lambda: load(workspace, [str(place / "films")], engine, options), 0)
    dump = place / "dump.nt"
    with dump.open("wb") as file:
        store = Store.read_only(str(workspace.required().store))
        store.dump(file, RdfFormat.N_TRIPLES, from_graph=DefaultGraph())
    del store
    with dump.open("rb") as file:
        triples = sum(1 for _ in file)
    figures: dict[str, Any] = {"records": records, "triples": triples, "load here": local.wall_s}
    figures["servers"] = {}
    for kind in kinds:
        try:
            costs = _measured(kind, workspace, dump, place, only_ours=only_ours)
            figures["servers"][kind.kind.name] = costs
            print("\n".join(of_server(kind.kind.name, costs)), file=sys.stderr)
        except pytest.skip.Exception as absent:
            print(f"{kind.kind.name} is left out: {absent}", file=sys.stderr)
    return figures


def _measured(
    kind: type[Server], workspace: Workspace, dump: Path, place: Path, *, only_ours: bool
) -> dict[str, Cost]:
    lines = dump.read_bytes().splitlines(keepends=True)
    os.environ["ETL_STORE_USER"], os.environ["ETL_STORE_PASSWORD"] = kind.user, kind.password
    ways: dict[str, tuple[int, Callable[[Server], object]]] = {
        POSTED: (len(lines), lambda server: posted(server, lines)),
        f"SPARQLWrapper, INSERT DATA of {BATCH:,}": (
            SAMPLE,
            lambda server: inserted(server, lines[:SAMPLE]),
        ),
        OURS: (len(lines), lambda server: our_publication(workspace, server.where)),
    }
    costs = {}
    for way, (triples, work) in ways.items():
        if only_ours and way != OURS:
            continue
        with started(kind, place / "server") as server:
            costs[way] = cost(partial(work, server), min(triples, len(lines)), server)
            if way == OURS:
                costs["reading it all once"] = cost(lambda: read(server), len(lines), server)
                costs["reading it all once"] = cost(partial(read, server), len(lines), server)
                check_it = partial(checked, workspace, Target(server.where.query, server.where))
                costs["check --store"] = cost(check_it, len(lines), server)
    if only_ours:
        return costs
    with started(kind, place / "server") as server:
        if not server.loads_online:
            server.kill()
        costs["the server's own loader"] = cost(
            partial(server.load, dump, server.graph), len(lines)
        )
    return costs


def read(server: Server) -> None:
    """Read both graphs of a server as N-Triples, and throw them away."""
    provenance = NamedNode(PROVENANCE)
    with RemoteStore.opened(server.where, provenance) as remote:
        for graph in (server.graph, PROVENANCE):
            for _ in remote.lines(graph):
                pass


def checked(workspace: Workspace, target: Target) -> None:
    """Check a workspace and a server as `etl check --store` does."""
    if check(workspace, silent, contents=False).damages or compared(workspace, target):
        raise RuntimeError("the server and the workspace differ")


POSTED, OURS = "Graph Store POST of the finished file", "our publication"


def printed(figures: dict[str, Any]) -> str:
    """Lay the figures out for people."""
    size = f"{figures['records']:,} records, {figures['triples']:,} triples"
    lines = [f"{size}, loaded here in {figures['load here']:.1f} s"]
    for name, costs in figures["servers"].items():
        lines += ["", *of_server(name, costs)]
    return "\n".join(lines)


def of_server(name: str, costs: dict[str, Cost]) -> Iterator[str]:
    """Lay out what was measured on one server."""
    yield f"{name:44} triples/s  of the POST  CPU s, ours and the server's"
    for way, each in costs.items():
        ratio = each.rate / costs.get(POSTED, each).rate
        cpu = f"{each.cpu_s:10.1f}" if each.cpu_s > 0.1 else ""
        yield f"  {way:40} {each.rate:11,.0f} {ratio:12.2f} {cpu}".rstrip()
    once, checking = costs["reading it all once"], costs["check --store"]
    yield (
        f"  check --store took {checking.wall_s:.1f} s, "
        f"{checking.wall_s / once.wall_s:.1f} times the reading, "
        f"and {checking.cpu_s / once.cpu_s:.1f} times its CPU seconds"
    )


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m bench.remote", description=__doc__)
    parser.add_argument("--records", type=int, default=30_000)
    kinds = {kind.__name__.lower(): kind for kind in SERVERS}
    parser.add_argument("--server", action="append", choices=kinds, help="only this; repeatable")
    parser.add_argument("--only-ours", action="store_true", help="no other way of publishing")
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    options = parser.parse_args(arguments)
    chosen = [kinds[each] for each in options.server or kinds]
    with tempfile.TemporaryDirectory() as place:
        figures = run(options.records, Path(place), chosen, only_ours=options.only_ours)
    print(json.dumps(figures, indent=1, default=asdict) if options.json else printed(figures))


if __name__ == "__main__":
    main()
