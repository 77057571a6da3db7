"""Queries as SPARQLWrapper understands them, made into requests of our connection.

Source: SPARQL 1.1 Protocol, section 2.1.2 (query via POST with URL-encoded parameters).
"""

from __future__ import annotations

import warnings

import httpx
from SPARQLWrapper import CONSTRUCT, DESCRIBE, POST, SPARQLWrapper

from etl.errors import QueryError
from etl.queries.syntax import refused_update
from etl.sparql.connection import AGENT, Connection

N_TRIPLES = "application/n-triples"
RESULTS = "application/sparql-results+json"
_GRAPH = f"{N_TRIPLES}, text/turtle;q=0.9"


class QueryOperation(SPARQLWrapper):
    """One query, with its parameters and headers; SPARQLWrapper says of what kind it is."""

    def __init__(
        self, url: str, sparql: str, default: str | None = None, *named: str, agent: str = AGENT
    ) -> None:
        """Ask about a default graph and named ones; about the server's own choice without any.

        Raises:
            QueryError: it is an update.
        """
        if refused := refused_update(sparql):
            raise refused
        super().__init__(url, defaultGraph=default, agent=agent)
        for graph in named:
            self.addParameter("named-graph-uri", graph)
        self.setMethod(POST)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of what it does not know, the server will tell
            self.setQuery(sparql)
        if self.isSparqlUpdateRequest():
            raise QueryError("expected a query, found an update")
        is_graph = self.queryType in (CONSTRUCT, DESCRIBE)
        self.addCustomHttpHeader("Accept", _GRAPH if is_graph else RESULTS)
        self.addCustomHttpHeader("User-Agent", agent)

    def request(self, connection: Connection) -> httpx.Request:
        """Make the request that asks the query."""
        form = self.parameters | {"query": [self.queryString]}
        headers = self.customHttpHeaders
        return connection.request(self.method, self.endpoint, data=form, headers=headers)
