"""The command line with a server: naming it, loading to it, asking it, checking and mending it."""

from __future__ import annotations

import dataclasses
import json
import re
import shutil
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from commands import Etl, said, seeds
from etl.errors import StoreError
from etl.publication.outbox import Outboxes
from etl.publication.targets import Target
from etl.stores.remote import RemoteStore
from etl.stores.servers import GENERIC, KINDS, Endpoints, checked_url, endpoints, kind_marked
from places import SEEDS
from records import EMMA, HEAT, write
from servers import Oxigraph, Server, Virtuoso

WHERE = {
    "oxigraph": ("http://h:7878", "/query", "/update", "/store"),
    "fuseki": ("http://h:3030/films", "/query", "/update", "/data"),
    "graphdb": ("http://h:7200/repositories/f", "", "/statements", "/rdf-graphs/service"),
    "rdf4j": ("http://h/rdf4j-server/repositories/f", "", "/statements", "/rdf-graphs/service"),
    "virtuoso": ("http://h:8890", "/sparql", "/sparql-auth", "/sparql-graph-crud-auth"),
    "blazegraph": ("http://h:9999/blazegraph/namespace/f", "/sparql", "/sparql", None),
    "qlever": ("http://h:7001", "", "", ""),
    "stardog": ("http://h:5820/films", "/query", "/update", ""),
    "neptune": ("https://c.neptune.amazonaws.com:8182", "/sparql", "/sparql", "/sparql/gsp/"),
}


@pytest.mark.parametrize("name", KINDS)
def test_the_endpoints_of_a_server_lie_behind_its_base_url(name: str) -> None:
    url, query, update, store = WHERE[name]
    graph_store = None if store is None else url + store
    expected = Endpoints(KINDS[name], url + query, url + update, graph_store, "http://g")
    assert endpoints(KINDS[name], url, "http://g") == expected
    assert endpoints(KINDS[name], url + query, "http://g") == expected


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Oxigraph/0.5.13", "Oxigraph"),
        ("Virtuoso/07.20.3229 (Linux) x86_64-pc-linux-gnu", "Virtuoso"),
        ("Apache Jena Fuseki (4.10.0)", "Fuseki"),
        ("http://h:7200/repositories/films", "RDF4J"),
        ("https://films.neptune.amazonaws.com:8182", "Neptune"),
        ("http://h:9999/bigdata/namespace/kb", "Blazegraph"),
    ],
)
def test_a_server_is_told_by_what_it_calls_itself_and_by_its_url(text: str, kind: str) -> None:
    found = kind_marked(text)
    assert found is not None
    assert found.name == kind


@pytest.fixture
def named(etl: Etl, server: Server) -> str:
    """Give the server a name."""
    graph = ["--graph", server.graph] if server.graph else []
    result = etl("store", "add", "main", server.url, *graph)
    assert said(result) == (0, "", f"main: {server.kind.name} at {server.where.query}\n")
    return "main"


def test_a_load_goes_on_to_the_server(etl: Etl, named: str) -> None:
    folder = Path("seeds")
    folder.mkdir()
    for film in (EMMA, HEAT):
        write(folder, film)
    *lines, last = etl("load", "seeds", "--store", named).stdout.splitlines()
    assert lines == [
        "seeds: 2 records read: 2 loaded",
        "films: 2 added, 0 changed, 0 removed",
        "people: 6 added, 0 changed, 0 removed",
    ]
    assert re.fullmatch(r"main: \d+ entities sent, \d+ triples", last)
    assert said(etl("load", "seeds", "--store", named)) == (
        0,
        "seeds: 2 records read: 2 unchanged\ngraph: unchanged\nmain: in step\n",
        "",
    )
    write(folder, HEAT.but(year=1996))
    dry = etl("load", "seeds", "--store", named, "--dry-run").stderr
    assert dry.endswith("nothing was written: a dry run\n")
    etl("load", "seeds", "--quiet")
    waiting = etl("store", "list", "--format", "csv").stdout.splitlines()[1]
    assert re.fullmatch(r"main,.*,[1-9]", waiting)
    assert " entities sent, " in etl("undo", "2", "--store", named).stdout.splitlines()[-1]
    checked = etl("check", "--store", named)
    assert (checked.exit_code, checked.stdout) == (0, "")
    assert checked.stderr.endswith("main and .etl agree\n")
    assert said(etl("store", "remove", named)) == (0, "", "")
    assert etl("store", "list").stdout == "store\tkind\tquery\tupdate\tgraph\twaiting\n"


def test_the_server_answers_as_the_store_on_disk_does(etl: Etl, named: str) -> None:
    shutil.copytree(SEEDS, "seeds")
    etl("load", "seeds", "--store", named)
    for command in (
        ("query", "cast-of-film", "Heat"),
        ("query", "films-by-source"),
        ("sparql", "SELECT (COUNT(*) AS ?n) WHERE { ?s a <https://schema.org/Movie> }"),
        ("search", "de niro"),
        ("explain", "Heat", "datePublished"),
        ("explain", "6", "nosuch"),
        ("search", "movielens-6"),
        ("query", "cast-of-film", "6"),
        ("query", "best-rated-films", "-p", "minimum=8.3"),
        ("query", "films-called", "heat"),
        ("sparql", "SELECT * { ?z schema:name 'Heat' ; schema:director ?m . ?m schema:name ?a }"),
        ("sparql", "# PREFIX schema: <x:>\nSELECT ?n { movie:tt0113277 schema:name ?n }"),
        ("sparql", "PREFIX schema: <x:> SELECT ?n { movie:tt0113277 schema:name ?n }"),
        ("validate",),
    ):
        here, there = etl(*command), etl(*command, "--store", named)
        assert said(there) == said(here)
        assert there.exit_code == 0
    exported = [
        sorted(etl("export", "--format", "nt", *more).stdout.splitlines())
        for more in ((), ("--store", named))
    ]
    assert exported[0] == exported[1]


def test_a_difference_is_shown_and_mended(etl: Etl, named: str, server: Server) -> None:
    folder = Path("seeds")
    folder.mkdir()
    write(folder, HEAT)
    etl("load", "seeds", "--store", named)
    graph = f"WITH <{server.graph}> " if server.graph else ""
    pattern = f"<{HEAT.iri}> <https://schema.org/name> ?o"
    server.update(f"{graph}DELETE {{ {pattern} }} WHERE {{ {pattern} }}")
    checked = etl("check", "--store", named)
    assert checked.exit_code == 1
    assert checked.stdout == f"entity\tmissing triples\tsurplus triples\n{HEAT.iri}\t1\t0\n"
    assert checked.stderr.endswith(
        "Error: main and .etl differ\nHint: run: etl load --repair --store main\n"
    )
    status = json.loads(etl("check", "--store", named, "-f", "json").stdout)
    assert status["status"] == "different"
    assert status["findings"] == [{"entity": HEAT.iri, "missing_triples": 1, "surplus_triples": 0}]
    assert status["remedy"] == "run: etl load --repair --store main"
    assert said(etl("load", "--repair", "--store", named)) == (
        0,
        "main: 1 entity sent, 12 triples\n",
        "",
    )
    assert etl("check", "--store", named).exit_code == 0


@pytest.mark.parametrize("running", [Virtuoso], indirect=True, ids=["virtuoso"])
def test_a_graph_has_to_be_named_where_the_default_graph_is_not_ours(
    etl: Etl, server: Server
) -> None:
    folder = Path("seeds")
    folder.mkdir()
    write(folder, HEAT)
    result = etl("load", "seeds", "--store", server.url)
    assert result.exit_code == 2
    assert result.stderr == (
        f"Error: {server.url}/sparql: Virtuoso needs a graph to be named: its default graph cannot "
        "be written, or shows every other graph too\n"
        "Hint: run: etl store add NAME URL --graph http://localhost:8000/graph/films\n"
    )


def test_a_name_stays_with_its_server(etl: Etl) -> None:
    kind = ("--kind", "Oxigraph")
    etl("store", "add", "main", "http://127.0.0.1:1", *kind)
    assert etl("store", "add", "main", "http://127.0.0.1:1", *kind).exit_code == 0
    assert said(etl("store", "add", "main", "http://127.0.0.1:2", *kind)) == (
        2,
        "",
        (
            "Error: another store is called 'main' already\n"
            "Hint: choose another name, or run: etl store remove main\n"
        ),
    )
    assert said(etl("store", "remove", "lake")) == (
        2,
        "",
        "Error: no store is called 'lake'\nHint: there is: main\n",
    )


SPELLINGS = ["{}", "{}/", "{}//", "{}/query", "{}/query/"]


@pytest.mark.parametrize("named_first", [True, False])
@pytest.mark.parametrize("spelling", SPELLINGS)
def test_a_server_is_one_by_its_name_and_by_any_spelling_of_its_url(
    etl: Etl, spare: Oxigraph, spelling: str, named_first: bool
) -> None:
    seeds(EMMA, HEAT)
    url = spelling.format(spare.url.replace("http://127.0.0.1", "HTTP://127.0.0.1"))
    first, second = ("main", url) if named_first else (url, "main")
    if named_first:
        assert etl("store", "add", "main", spare.url).exit_code == 0
    assert " entities sent, " in etl("load", "seeds", "--store", first).stdout
    if not named_first:
        assert etl("store", "add", "main", spare.url).exit_code == 0
    assert etl("load", "seeds", "--store", second).stdout.splitlines()[-1] == "main: in step"
    seeds(HEAT.but(title="Heat!"))
    etl("load", "seeds", "--store", second)
    assert etl("load", "seeds", "--store", first).stdout.splitlines()[-1] == "main: in step"
    listed = etl("store", "list", "-f", "csv").stdout.splitlines()
    assert [line.partition(",")[0] for line in listed] == ["store", "main"]
    assert listed[1].endswith(",0")
    for store in (first, second):
        assert etl("check", "--store", store).exit_code == 0
    assert said(etl("store", "add", "other", url)) == (
        2,
        "",
        (
            "Error: this store is called 'main' already\n"
            "Hint: use that name, or run: etl store remove main\n"
        ),
    )
    assert etl("store", "remove", url).exit_code == 0
    assert etl("store", "list").stdout == "store\tkind\tquery\tupdate\tgraph\twaiting\n"


def test_two_outboxes_that_an_older_version_kept_of_a_server_become_one(
    etl: Etl, spare: Oxigraph
) -> None:
    seeds(EMMA, HEAT)
    etl("load", "seeds", "--store", spare.url)
    stores = Path(".etl/stores")
    [kept] = stores.glob("*.sqlite")
    etl("store", "remove", "nobody")
    with Outboxes(Path(".etl")).open("main") as outbox:
        where = spare.where
        outbox.set(kind="oxigraph", query=where.query, update=where.update)
        outbox.set(graph_store=where.graph_store)
    assert kept.exists()
    seeds(HEAT.but(title="Heat!"))
    assert " sent, " in etl("load", "seeds", "--store", spare.url).stdout.splitlines()[-1]
    assert [path.name for path in stores.glob("*.sqlite")] == ["main.sqlite"]
    assert etl("check", "--store", "main").exit_code == 0


def test_several_graphs_of_a_server_are_several_stores(etl: Etl) -> None:
    url, kind = "http://films.example:7200/repositories/films", ("--kind", "GraphDB")
    for name in ("one", "two"):
        graph = f"http://films.example/graph/{name}"
        assert etl("store", "add", name, url, *kind, "--graph", graph).exit_code == 0
        if name == "one":
            assert Target.named(Outboxes(Path(".etl")), f"{url}/").name == "one"
    with pytest.raises(StoreError, match=f"^{url}: several stores are there: one, two$"):
        Target.named(Outboxes(Path(".etl")), url)


@pytest.mark.parametrize(
    ("url", "same"),
    [
        ("HTTP://Films.Example:80/a/", "http://films.example/a"),
        ("https://films.example:443", "https://films.example"),
        ("https://films.example.:8443/A//", "https://films.example:8443/A"),
        ("http://[::1]:7878/", "http://[::1]:7878"),
        ("http://films.example:443", "http://films.example:443"),
    ],
)
def test_a_url_has_one_spelling(url: str, same: str) -> None:
    assert checked_url(url) == checked_url(same) == same


def test_endpoints_can_be_given_apart(etl: Etl, spare: Oxigraph) -> None:
    where = spare.where
    etl(
        *("store", "add", "apart", "--query-url", where.query),
        *("--update-url", where.update, "--graph", "http://localhost:8000/graph/films"),
    )
    folder = Path("seeds")
    folder.mkdir()
    write(folder, HEAT)
    assert etl("load", "seeds", "--store", "apart").exit_code == 0
    assert etl("check", "--store", "apart").exit_code == 0
    graph = "http://localhost:8000/graph/films"
    sparql = f"ASK {{ GRAPH <{graph}> {{ <{HEAT.iri}> ?p ?o }} }}"
    etl("store", "add", "all", spare.url)
    assert etl("sparql", sparql, "--store", "all").stdout == "true\n"


def test_what_is_missing_is_said(etl: Etl) -> None:
    assert said(etl("store", "add", "main")) == (
        2,
        "",
        (
            "Error: expected the URL of a server\n"
            "Hint: give the server's base URL, or its --query-url\n"
        ),
    )
    wrong = etl("store", "add", "main", "http://127.0.0.1:1", "--kind", "Access")
    assert wrong.stderr.startswith("Error: --kind: 'Access' is not a server we know\n")
    assert etl("load", "--repair").stderr.endswith(
        "Error: --repair needs a SPARQL server: add --store NAME\n"
    )
    assert etl("load").stderr.startswith("Error: no source is known yet\n")


class _Somebody(BaseHTTPRequestHandler):
    server_version, sys_version = "somebody/1", ""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Keep quiet."""


def test_a_server_that_nobody_knows_is_asked_about(etl: Etl) -> None:
    somebody = ThreadingHTTPServer(("127.0.0.1", 0), _Somebody)
    thread = Thread(target=somebody.serve_forever)
    thread.start()
    url = f"http://127.0.0.1:{somebody.server_address[1]}"
    result = etl("store", "add", "main", url)
    somebody.shutdown()
    thread.join()
    somebody.server_close()
    assert said(result) == (
        2,
        "",
        (
            f"Error: {url}: cannot tell what server this is: it calls itself 'somebody/1'\n"
            "Hint: run: etl store add NAME URL --kind KIND, or give its endpoints separately\n"
        ),
    )


def test_the_peculiarities_of_a_kind_are_those_of_the_table() -> None:
    assert {kind.name for kind in KINDS.values() if kind.own_default_graph} == {
        "Oxigraph",
        "Fuseki",
        "Stardog",
    }
    assert all(dataclasses.is_dataclass(kind) for kind in KINDS.values())


def test_values_of_every_kind_are_on_the_server_as_they_are_here(etl: Etl, named: str) -> None:
    film = {
        "imdb": "tt0000001",
        "title": "A",
        "alternativeTitles": [{"title": "Ä", "language": "de"}],
        "date": "2004-03-19",
        "duration": "108 min",
        "genres": ["Drama"],
        "images": ["https://example.org/p.jpg"],
        "ratings": {"imdb": {"value": 8.3, "count": 12}, "metacritic": 80},
        "writers": ["B C"],
    }
    month = {"imdb": "tt0000002", "title": "D", "date": "2004-03"}
    lines = Path("films.jsonl")
    lines.write_text("\n".join(map(json.dumps, (film, month))))
    assert etl("load", lines, "--store", named).exit_code == 0
    compared = etl("check", "--store", named)
    assert (compared.exit_code, compared.stdout) == (0, "")
    lines.write_text("\n".join(map(json.dumps, (film | {"duration": 109}, month))))
    assert etl("load", lines, "--store", named).exit_code == 0
    assert etl("check", "--store", named).exit_code == 0


class Talkative(BaseHTTPRequestHandler):
    """A server that writes comments and empty lines among its statements."""

    def do_POST(self) -> None:
        """Count two statements, or give them."""
        asked = self.rfile.read(int(self.headers["Content-Length"])).decode()
        counted = (
            '{"head":{"vars":["n"]},"results":{"bindings":[{"n":{"type":"literal","value":"2"}}]}}'
        )
        given = '# all of it\n\n<urn:a> <urn:b> <urn:c> .\n \n\t_:d <urn:b> "# <e>" .\n# the end\n'
        text, kind = (
            (counted, "application/sparql-results+json")
            if "COUNT" in asked
            else (given, "application/n-triples")
        )
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def test_comments_and_empty_lines_of_a_server_are_no_statements() -> None:
    with ThreadingHTTPServer(("127.0.0.1", 0), Talkative) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        where = Endpoints(GENERIC, f"http://127.0.0.1:{server.server_port}/", None)
        with RemoteStore.opened(where) as remote:
            assert [str(quad.predicate) for quad in remote.export()] == ["<urn:b>"] * 2
        server.shutdown()
