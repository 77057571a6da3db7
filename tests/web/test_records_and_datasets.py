"""What happened to records, and the graph as a whole for machines."""

from __future__ import annotations

import csv
import gzip
import io
import re
from html import unescape
from xml.etree import ElementTree as ET

import httpx
from pyoxigraph import RdfFormat, parse

from desk import Desk
from places import ROOT
from website import SCRIPT, Website, served


def test_what_is_kept_out_is_told_with_file_and_line(site: Website) -> None:
    page = site.get("/quarantine").text
    assert "<b>2</b> records are not in the graph" in page
    assert "records/9900003.txt:3</code>: found <q>&#39;two thousand&#39;</q>" in page
    assert "records/9900004.txt" in page
    assert "<i>No people</i>" in page
    rows = list(csv.DictReader(io.StringIO(site.get("/quarantine.csv").text)))
    assert {row["kind"] for row in rows} == {"rejected", "quarantined"}
    assert len(site.get("/quarantine.json").json()) == len(rows)


def test_runs_sources_and_links_are_listed(site: Website) -> None:
    runs = site.get("/runs").text
    assert '<section class="run" id="run-1">' in runs
    assert "54 added" in runs
    sources = site.get("/sources").text
    assert "52 files" in sources
    assert 'rel="prev"' not in site.get("/links").text
    assert site.get("/links?show=unlinked&page=2").status_code == 200
    assert site.get(f"/links?show={SCRIPT}").status_code == 200


def test_no_page_tells_where_files_lie_on_the_disk(site: Website, served_desk: Desk) -> None:
    paths = [
        "/",
        "/quarantine",
        "/quarantine.json",
        "/runs",
        "/sources",
        "/films",
        "/movie/tt9900004",
    ]
    for path in (*paths, "/movie/tt9900001", "/.well-known/void", "/metrics", "/nothing"):
        text = site.get(path).text
        assert str(served_desk.source) not in text, path
        assert str(ROOT) not in text, path


def test_the_data_set_is_described(site: Website) -> None:
    answer = site.get("/.well-known/void", "text/turtle")
    said = {(str(q.predicate), str(q.object)) for q in parse(answer.content, RdfFormat.TURTLE)}
    assert ("<http://rdfs.org/ns/void#sparqlEndpoint>", "<http://localhost:8000/sparql>") in said
    assert any("void#triples" in predicate for predicate, _ in said)
    assert site.get("/dataset", "application/ld+json").status_code == 200


def test_the_dump_is_the_whole_graph(site: Website, served_desk: Desk) -> None:
    answer = site.get("/dump.nt.gz")
    assert answer.headers["content-type"] == "application/gzip"
    dumped = {quad.triple for quad in parse(gzip.decompress(answer.content), RdfFormat.N_TRIPLES)}
    assert dumped == {quad.triple for quad in served_desk.graph()}


def test_the_sitemap_leads_to_every_film_and_person(site: Website) -> None:
    tree = ET.fromstring(site.get("/sitemap.xml").content)
    addresses = [each.text or "" for each in tree.findall(".//{*}loc")]
    assert "http://localhost:8000/movie/tt0113277" in addresses
    assert len(addresses) == len(set(addresses)) > 550
    for address in addresses[::50]:
        path = address.removeprefix("http://localhost:8000")
        assert site.get(path).status_code == 200, path
    assert "sitemap.xml" in site.get("/robots.txt").text
    assert site.get("/sitemap-2.xml").status_code == 404


def test_metrics_count_requests_and_queries(site: Website) -> None:
    def told() -> dict[str, float]:
        lines = site.get("/metrics").text.splitlines()
        return {n: float(v) for n, v in (x.rsplit(" ", 1) for x in lines if not x.startswith("#"))}

    before = told()
    site.client.get("/sparql", params={"query": "ASK {}"})
    site.get("/no/such/address")
    after = told()
    ok, lost = 'reelgraph_requests_total{status="200"}', 'reelgraph_requests_total{status="404"}'
    assert after[ok] >= before[ok] + 2
    assert after[lost] >= before.get(lost, 0) + 1
    assert after["reelgraph_queries_total"] >= before["reelgraph_queries_total"] + 1


def test_all_links_of_all_kinds_of_pages_lead_somewhere(site: Website) -> None:
    pages = (
        "/",
        "/movie/tt0113277",
        "/person/Al_Pacino",
        "/films",
        "/people",
        "/queries",
        "/queries/films-by-decade",
        "/quarantine",
        "/runs",
        "/sources",
        "/links",
        "/search?q=heat",
    )
    seen = set[str]()
    for page in pages:
        found = re.findall(r'(?:href|src|action)="(/[^"]*)', site.get(page).text)
        seen.update(unescape(each).partition("#")[0] for each in found)
    dead = {path: status for path in sorted(seen) if (status := site.get(path).status_code) >= 400}
    assert dead == {}


def test_a_server_without_films_has_pages_too(desk: Desk) -> None:
    desk.write(*())
    (desk.source / "1.txt").write_text("movieId: one\n")
    desk.load()
    with served(desk.workspace.path) as site:
        for path in ("/", "/films", "/people", "/quarantine", "/runs", "/sources", "/sitemap.xml"):
            answer: httpx.Response = site.get(path)
            assert answer.status_code == 200, path
