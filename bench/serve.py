"""`python -m bench.serve --records 20000`: our server beside `oxigraph serve`, on the same graph.

Pages, saved queries and point queries are asked of ours by so many clients at once, point queries
of both, and these once more while one query without an end runs on each. Pages and lists are also
asked for by one client alone, and point queries by five while a dozen clients ask endless queries,
again and again. Point queries are asked of both in turn, three times, and the median is given.
All of it is one run on one machine, which the clients share with the servers.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Coroutine, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from urllib.parse import quote, urlencode, urlsplit

from bench.records import write_lines
from etl.workspace import Workspace

sys.path.append(str(Path(__file__).parent.parent / "tests" / "support"))

from servers import Oxigraph
from website import served

NUMBERS = f"{{ {'1 ' * 1000} }}"
ENDLESS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
RUNAWAYS = (
    ENDLESS,
    "SELECT (COUNT(*) AS ?n) { ?a (!<x:x>|^!<x:x>)* ?b . ?b (!<x:x>|^!<x:x>)* ?c }",
    'SELECT * { ?s ?p ?o . ?x ?y ?z . ?u ?v ?w FILTER(REGEX(CONCAT(?z, ?o, ?w), "q{9}")) }',
    f"SELECT * {{ {' '.join(f'VALUES ?v{n} {NUMBERS}' for n in range(4))} }} ORDER BY ?v0",
)
POINT = "SELECT ?p ?o { <http://localhost:8000/movie/tt%07d> ?p ?o }"
_JSON = "application/sparql-results+json"
_PAGES = {
    "films' pages": (),
    "the list of films": ("/films", "/films?sort=-rating", "/films?page=200"),
    "films narrowed down": ("/films?decade=1990s", "/films?rating=8+to+9&decade=1950s&sort=title"),
    "the list of people": ("/people", "/people?role=directors", "/people?sort=name&page=100"),
    "whoever has most films": ("/person/Ada_A._Abbott",),
    "the first page": ("/",),
}


@dataclass(frozen=True, slots=True)
class Figures:
    """How many requests were answered, how many in a second, and how long one took, in ms."""

    answered: int
    refused: int
    per_second: float
    p50: float
    p99: float


class Client:
    """A connection that is kept open; it sends one request after the other."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._where = parts.hostname or "", parts.port or 80
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def get(self, path: str, accept: str) -> int:
        """Ask for a path, read all of the answer, and give its status."""
        if self._streams is None:
            self._streams = await asyncio.open_connection(*self._where)
        reader, writer = self._streams
        writer.write(f"GET {path} HTTP/1.1\r\nHost: x\r\nAccept: {accept}\r\n\r\n".encode())
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        if b"transfer-encoding: chunked" in head:
            while size := int(await reader.readline(), 16):
                await reader.readexactly(size + 2)
            await reader.readline()
        else:
            length = head.partition(b"content-length:")[2].partition(b"\r\n")[0]
            await reader.readexactly(int(length))
        return int(head.split(b" ", 2)[1])

    def close(self) -> None:
        """Close the connection."""
        if self._streams is not None:
            self._streams[1].close()


async def measure(
    url: str, path: Callable[[random.Random], str], accept: str, clients: int, seconds: float
) -> Figures:
    """Ask a server for paths by so many clients at once, for so long."""
    times, refused = list[float](), 0
    until = time.perf_counter() + seconds

    async def ask(number: int) -> None:
        nonlocal refused
        chance, client = random.Random(number), Client(url)
        while time.perf_counter() < until:
            started = time.perf_counter()
            if await client.get(path(chance), accept) == 200:
                times.append(time.perf_counter() - started)
            else:
                refused += 1
        client.close()

    started = time.perf_counter()
    await asyncio.gather(*map(ask, range(clients)))
    taken = time.perf_counter() - started
    ordered = sorted(times) or [0.0]
    last = ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))]
    return Figures(
        len(times), refused, len(times) / taken, statistics.median(ordered) * 1000, last * 1000
    )


async def beside_runaways(
    url: str,
    endpoint: str,
    path: Callable[[random.Random], str],
    clients: int,
    seconds: float,
    runaways: Sequence[str] = (ENDLESS,),
) -> Figures:
    """Measure point queries while queries without an end are asked again and again."""

    async def endless(query: str) -> None:
        while True:
            client = Client(url)
            with suppress(OSError, EOFError):
                await client.get(f"{endpoint}?{urlencode({'query': query})}", _JSON)
            client.close()

    tasks = [asyncio.create_task(endless(query)) for query in runaways]
    await asyncio.sleep(0.5)
    figures = await measure(url, path, _JSON, clients, seconds)
    for task in tasks:
        task.cancel()
    return figures


@contextmanager
def theirs(graph: Path, folder: Path) -> Iterator[str]:
    """Serve a graph by `oxigraph serve`."""
    server = Oxigraph(folder)
    program = server.command()[0]
    load = [program, "load", "-l", "store", "-f", str(graph)]
    subprocess.run(load, cwd=folder, check=True, capture_output=True)
    server.start()
    try:
        yield server.url
    finally:
        server.kill()


def run(records: int, clients: int, seconds: float, place: Path) -> dict[str, dict[str, float]]:
    """Load records, serve them by both, and measure."""
    etl = [sys.executable, "-m", "etl"]
    workspace, graph = place / "workspace", place / "graph.nt"
    write_lines(place / "films.jsonl", records)
    given = ["--workspace", str(workspace)]
    subprocess.run([*etl, "load", "-q", str(place / "films.jsonl"), *given], check=True)
    subprocess.run([*etl, "export", "-o", str(graph), *given], check=True, capture_output=True)
    Workspace(workspace).required()

    def film(chance: random.Random) -> str:
        return f"/movie/tt{chance.randint(1, records):07d}"

    def saved(chance: random.Random) -> str:
        return f"/queries/cast-of-film.json?film=tt{chance.randint(1, records):07d}"

    def point(endpoint: str) -> Callable[[random.Random], str]:
        return lambda chance: f"{endpoint}?query={quote(POINT % chance.randint(1, records))}"

    ours, others, ask = point("/sparql"), point("/query"), (clients, seconds)
    folder = place / "oxigraph"
    folder.mkdir()
    with served(workspace) as site:
        while site.get("/films.json").status_code != 200:
            time.sleep(0.5)
        with theirs(graph, folder) as url:
            found = alternately(
                {
                    "ours: point queries": partial(measure, site.url, ours, _JSON, *ask),
                    "oxigraph: point queries": partial(measure, url, others, _JSON, *ask),
                }
            )
            found["oxigraph: beside an endless one"] = asyncio.run(
                beside_runaways(url, "/query", others, *ask)
            )  # which goes on until that server is killed
        found["ours: beside an endless one"] = asyncio.run(
            beside_runaways(site.url, "/sparql", ours, *ask)
        )
        found["ours: beside a dozen without an end, 5 clients"] = asyncio.run(
            beside_runaways(site.url, "/sparql", ours, 5, seconds, RUNAWAYS * 3)
        )
        found["ours: films as Turtle"] = asyncio.run(measure(site.url, film, "text/turtle", *ask))
        found["ours: a saved query"] = asyncio.run(measure(site.url, saved, _JSON, *ask))
        found["ours: films' pages"] = asyncio.run(measure(site.url, film, "text/html", *ask))
        for name, pages in _PAGES.items():
            asked = partial(random.Random.choice, seq=pages) if pages else film
            found[f"ours: {name}, 1 client"] = asyncio.run(
                measure(site.url, asked, "text/html", 1, seconds / 2)
            )
    return {name: asdict(figures) for name, figures in found.items()}


def alternately(
    kinds: Mapping[str, Callable[[], Coroutine[None, None, Figures]]],
) -> dict[str, Figures]:
    """Measure some kinds of requests in turn, and return of each the median of three figures."""
    found: dict[str, list[Figures]] = {name: [] for name in kinds}
    for _ in range(3):
        for name, kind in kinds.items():
            found[name].append(asyncio.run(kind()))
    return {name: sorted(each, key=lambda f: f.p50)[1] for name, each in found.items()}


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m bench.serve", description=__doc__)
    parser.add_argument("--records", type=int, default=20_000)
    parser.add_argument("--clients", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=10, help="for each kind of request")
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as place:
        found = run(options.records, options.clients, options.seconds, Path(place))
    if options.json:
        print(json.dumps(found, indent=1))
        return
    print(f"{'':48} a second   p50 ms   p99 ms  refused")
    for name, each in found.items():
        numbers = f"{each['per_second']:9.0f} {each['p50']:8.1f} {each['p99']:8.1f}"
        print(f"{name:48} {numbers} {each['refused']:8}")


if __name__ == "__main__":
    main()
