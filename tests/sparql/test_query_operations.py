"""A query goes to a server as the protocol says, with its graphs and what it accepts."""

from __future__ import annotations

from contextlib import closing
from urllib.parse import parse_qs

import pytest

from etl.errors import QueryError
from etl.sparql.asking import QueryOperation
from etl.sparql.connection import AGENT, Connection

URL = "http://127.0.0.1/query"
GRAPHS = ("urn:default", "urn:a&b=c", "urn:ü")


@pytest.mark.parametrize(
    ("sparql", "accepted"),
    [
        ("PREFIX x: <urn:x#> SELECT * { ?s x:é '+ &%' }", "application/sparql-results+json"),
        ("# CONSTRUCT\nASK {}", "application/sparql-results+json"),
        ("construct where { ?s ?p ?o }", "application/n-triples, text/turtle;q=0.9"),
        ("DESCRIBE <urn:x>", "application/n-triples, text/turtle;q=0.9"),
        ("no query at all", "application/sparql-results+json"),
    ],
)
def test_a_query_is_a_form_with_its_graphs_and_says_what_it_accepts(
    sparql: str, accepted: str
) -> None:
    with closing(Connection(URL)) as connection:
        request = QueryOperation(URL, sparql, *GRAPHS).request(connection)
    assert (request.method, str(request.url)) == ("POST", URL)
    assert request.headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert (request.headers["Accept"], request.headers["User-Agent"]) == (accepted, AGENT)
    assert parse_qs(request.content.decode(), strict_parsing=True) == {
        "query": [sparql],
        "default-graph-uri": ["urn:default"],
        "named-graph-uri": ["urn:a&b=c", "urn:ü"],
    }


def test_without_graphs_the_server_chooses_them() -> None:
    with closing(Connection(URL)) as connection:
        request = QueryOperation(URL, "ASK {}", agent="somebody").request(connection)
    assert request.headers["User-Agent"] == "somebody"
    assert parse_qs(request.content.decode()) == {"query": ["ASK {}"]}


@pytest.mark.parametrize("update", ["CLEAR ALL", "BASE <urn:x> INSERT DATA { <a> <b> <c> }"])
def test_an_update_is_never_made_into_a_request(update: str) -> None:
    with pytest.raises(QueryError, match=r"^expected a query, found "):
        QueryOperation(URL, update)
