"""`/sparql` keeps to the SPARQL 1.1 Protocol for queries, and serves the clients of others."""

from __future__ import annotations

from urllib.parse import urlencode

import httpx
import pytest
from pyoxigraph import RdfFormat, parse
from rdflib import Graph, Literal
from rdflib.plugins.stores.sparqlstore import SPARQLStore
from SPARQLWrapper import JSON, SPARQLWrapper

from website import Website

SELECT = "SELECT ?n { <http://localhost:8000/movie/tt0113277> <https://schema.org/name> ?n }"
ASK = "ASK { ?s a schema:Movie }"
CONSTRUCT = f"CONSTRUCT {{ ?s ?p ?n }} {{ VALUES ?p {{ schema:name }} ?s ?p ?n . {{ {SELECT} }} }}"
SOLUTIONS = [
    "application/sparql-results+json",
    "application/sparql-results+xml",
    "text/csv",
    "text/tab-separated-values",
]
GRAPHS = ["text/turtle", "application/n-triples", "application/ld+json", "application/rdf+xml"]


def asked(site: Website, query: str, accept: str = "*/*", **more: str) -> httpx.Response:
    return site.get("/sparql?" + urlencode({"query": query, **more}), accept)


def posted(site: Website, body: str | bytes, kind: str, path: str = "/sparql") -> httpx.Response:
    data = body.encode() if isinstance(body, str) else body
    return site.client.post(path, content=data, headers={"Content-Type": kind})


FORM, DIRECT = "application/x-www-form-urlencoded", "application/sparql-query"


def test_a_query_is_answered_by_get_form_and_directly(site: Website) -> None:
    answers = [
        asked(site, SELECT),
        posted(site, urlencode({"query": SELECT}), FORM),
        posted(site, SELECT, DIRECT),
        posted(site, SELECT, f"{DIRECT}; charset=utf-8"),
    ]
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.content for answer in answers}) == 1
    assert answers[0].json()["results"]["bindings"] == [{"n": {"type": "literal", "value": "Heat"}}]


@pytest.mark.parametrize("accept", SOLUTIONS)
def test_solutions_come_in_the_form_asked_for(site: Website, accept: str) -> None:
    answer = asked(site, SELECT, accept)
    assert answer.headers["content-type"].partition(";")[0] == accept
    assert "Heat" in answer.text
    truth = asked(site, ASK, accept)
    assert truth.status_code == 200
    assert "true" in truth.text


@pytest.mark.parametrize("accept", GRAPHS)
@pytest.mark.parametrize("query", [CONSTRUCT, "DESCRIBE <http://localhost:8000/movie/tt0113277>"])
def test_graphs_come_in_the_form_asked_for(site: Website, accept: str, query: str) -> None:
    answer = asked(site, query, accept)
    assert answer.headers["content-type"].partition(";")[0] == accept
    assert "Heat" in answer.text
    form = RdfFormat.from_media_type(accept)
    if form and accept != "application/ld+json":
        assert any(quad.object.value == "Heat" for quad in parse(answer.content, form))


def test_a_client_that_likes_pages_too_gets_solutions(site: Website) -> None:
    accept = "text/html;q=1.0, application/sparql-results+xml;q=0.5, text/turtle;q=0.4"
    answer = asked(site, SELECT, accept)
    assert answer.headers["content-type"] == "application/sparql-results+xml"
    assert asked(site, CONSTRUCT, accept).headers["content-type"].startswith("text/turtle")


@pytest.mark.parametrize(
    ("status", "path", "body", "kind"),
    [
        (400, "/sparql?query=SELECT", None, ""),
        (400, "/sparql?query=ASK{}&query=ASK{}", None, ""),
        (400, "/sparql?query=ASK{}&default-graph-uri=no%20iri", None, ""),
        (400, "/sparql", b"\xff\xfe", DIRECT),
        (400, "/sparql?query=ASK{}", "ASK {}", DIRECT),
        (403, "/sparql", "DELETE WHERE { ?s ?p ?o }", "application/sparql-update"),
        (403, "/sparql", "update=CLEAR+ALL", FORM),
        (403, "/sparql?query=DROP%20ALL", None, ""),
        (403, "/sparql?query=PREFIX+a%3A%3Ca%3Aa%3E+INSERT+DATA+%7B%7D", None, ""),
        (415, "/sparql", "ASK {}", "text/plain"),
        (415, "/sparql", "ASK {}", ""),
        (405, "/movie/tt0113277", "ASK {}", DIRECT),
    ],
)
def test_what_is_no_query_is_refused_by_its_status(
    site: Website, status: int, path: str, body: str | bytes | None, kind: str
) -> None:
    answer = site.get(path, "*/*") if body is None else posted(site, body, kind, path)
    assert answer.status_code == status


def test_an_answer_in_no_form_that_is_accepted_is_406(site: Website) -> None:
    assert asked(site, SELECT, "image/png").status_code == 406
    assert asked(site, SELECT, "text/turtle").status_code == 406
    assert asked(site, CONSTRUCT, "text/csv").status_code == 406


def test_a_syntax_error_says_where_and_what(site: Website) -> None:
    answer = asked(site, "SELECT ?s {\n  ?s foo:bar ?o\n}")
    assert answer.status_code == 400
    assert "line 2" in answer.text
    assert "the prefix foo: is not declared" in answer.text


def count(answer: httpx.Response) -> int:
    return int(answer.json()["results"]["bindings"][0]["n"]["value"])


def test_the_graphs_beside_a_query_are_those_that_count(site: Website) -> None:
    provenance = "http://localhost:8000/graph/provenance"
    plain = "SELECT (COUNT(*) AS ?n) { ?s a prov:Activity }"
    inside = f"SELECT (COUNT(*) AS ?n) {{ GRAPH <{provenance}> {{ ?s a prov:Activity }} }}"
    assert count(asked(site, plain)) == 0
    assert count(asked(site, inside)) == 1
    assert count(asked(site, plain, **{"default-graph-uri": provenance})) == 1
    assert count(asked(site, inside, **{"default-graph-uri": provenance})) == 0
    assert count(asked(site, inside, **{"named-graph-uri": provenance})) == 1
    assert (
        count(
            asked(
                site,
                ASK.replace("ASK", "SELECT (COUNT(*) AS ?n)"),
                **{"named-graph-uri": provenance},
            )
        )
        == 0
    )
    named = "SELECT (COUNT(*) AS ?n) FROM <urn:nothing> { ?s a prov:Activity }"
    assert count(asked(site, named, **{"default-graph-uri": provenance})) == 1


def test_without_a_query_it_describes_itself(site: Website) -> None:
    sd = "http://www.w3.org/ns/service-description#".replace("service", "sparql-service")
    graph = Graph().parse(data=site.get("/sparql", "text/turtle").text, format="turtle")
    said = {(str(s), str(p).removeprefix(sd), str(o).removeprefix(sd)) for s, p, o in graph}
    service = "http://localhost:8000/sparql"
    assert (service, "endpoint", service) in said
    assert (service, "supportedLanguage", "SPARQL11Query") in said
    assert any(o == "http://localhost:8000/graph/provenance" for _, _, o in said)
    led = site.get("/sparql", "text/html,*/*;q=0.1")
    assert (led.status_code, led.headers["location"]) == (303, "/editor")


def test_pages_of_others_may_ask(site: Website) -> None:
    before = site.client.options("/sparql", headers={"Access-Control-Request-Method": "POST"})
    assert before.status_code == 204
    assert before.headers["access-control-allow-origin"] == "*"
    assert "POST" in before.headers["access-control-allow-methods"]
    assert asked(site, SELECT).headers["access-control-allow-origin"] == "*"
    assert asked(site, "SELECT").headers["access-control-allow-origin"] == "*"


def test_sparqlwrapper_and_rdflib_are_served(site: Website) -> None:
    wrapper = SPARQLWrapper(f"{site.url}sparql", returnFormat=JSON)
    wrapper.setQuery(SELECT)
    assert wrapper.queryAndConvert() == asked(site, SELECT).json()
    store = SPARQLStore(f"{site.url}sparql")
    heat = {(Literal("Heat"),)}
    assert set(map(tuple, Graph(store).query(SELECT))) == heat  # type: ignore[arg-type]
    asking = f"SELECT ?n {{ SERVICE <{site.url}sparql> {{ {SELECT} }} }}"
    assert set(map(tuple, Graph().query(asking))) == heat  # type: ignore[arg-type]


def test_a_long_answer_comes_whole(site: Website) -> None:
    query = "SELECT ?s ?p ?o ?x { ?s ?p ?o . ?x a schema:Movie } LIMIT 100000"
    answer = asked(site, query, SOLUTIONS[0])
    assert len(answer.content) > 10_000_000
    assert len(answer.json()["results"]["bindings"]) == 100_000
