"""Tools for a language model, by the Model Context Protocol: it reads the graph, and no more.

Every answer says from which sources the graph is made, on which terms.
Source: https://modelcontextprotocol.io/specification, sections Tools and Transports (stdio).
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import asdict
from decimal import Decimal
from importlib.metadata import version
from math import isfinite
from pathlib import Path
from typing import Any, TypeVar

from mcp.server.mcpserver import MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp.types import ToolAnnotations

from etl.errors import EtlError
from etl.interface.answers import PythonValue
from etl.interface.asking import Asker
from etl.interface.graph import FilmGraph
from etl.process.limits import Bounds
from etl.queries import Parameter

_INSTRUCTIONS = """\
A knowledge graph of films and people in schema.org's terms, made from a user's own records.
Begin with `search` for a name, then `film` or `person` for what is known of it. For questions
about many films, look for a saved query (`saved_queries`) and run it (`run_saved_query`); write
SPARQL (`sparql`) only where none fits, with the names that `vocabulary` lists. `explain` says
which line of which file states a fact. Answer from the results of the tools, and name the sources:
if there are no results, the graph does not say it.
"""
_READS = ToolAnnotations(
    read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False
)
_ROWS, _MOST_ROWS = 100, 1000
_VOCABULARY = """SELECT ?class ?property (COUNT(*) AS ?uses)
WHERE { ?thing a ?class ; ?property ?value } GROUP BY ?class ?property
ORDER BY ?class DESC(?uses)"""
_Tool = TypeVar("_Tool", bound=Callable[..., dict[str, Any]])


def server(workspace: Path, queries: Path | None, bounds: Bounds) -> MCPServer[Any]:
    """Make a server whose tools read a workspace's graph as it is when they are called."""
    made: MCPServer[Any] = MCPServer(
        "reelgraph", instructions=_INSTRUCTIONS, version=version("reelgraph"), log_level="ERROR"
    )
    tools = _Tools(Asker(workspace, bounds), queries)
    for name in _NAMES:
        made.tool(annotations=_READS, structured_output=True)(getattr(tools, name))
    return made


def _refusing(tool: _Tool) -> _Tool:
    """Say to a model in one line what was wrong, and what to do."""

    @functools.wraps(tool)
    def refusing(*args: Any, **named: Any) -> dict[str, Any]:  # noqa: ANN401 - a tool's own
        try:
            return tool(*args, **named)
        except EtlError as error:
            raise ToolError(f"{error}. {error.hint}" if error.hint else str(error)) from error

    return refusing  # type: ignore[return-value]


class _Tools:
    """The tools; their names, their docstrings and their parameters are what a model sees."""

    def __init__(self, asker: Asker, queries: Path | None) -> None:
        self._asker = asker
        self._queries = queries

    def _opened(self) -> FilmGraph:
        return FilmGraph(self._asker.workspace, self._queries)

    def _table(self, text: str, limit: int) -> dict[str, Any]:
        """Return the rows of a query that runs in a process of its own."""
        rows, more = self._asker.rows(text, max(1, min(limit, _MOST_ROWS)))
        with self._opened() as graph:
            return _answer(graph, {"columns": rows.columns, "rows": list(rows), "more": more})

    @_refusing
    def search(self, text: str, limit: int = 10) -> dict[str, Any]:
        """Find films and people by name, whatever the spelling; the best match comes first.

        Args:
            text: a title, a name, a part of one, or an id such as tt0113277.
            limit: how many matches to return at most.
        """
        with self._opened() as graph:
            found = [
                {
                    "kind": match.entity.kind.noun,
                    "name": match.entity.name,
                    "year": match.entity.year,
                    "iri": match.entity.iri.value,
                    "match": match.manner,
                }
                for match in graph.search(text, max(1, min(limit, _ROWS)))
            ]
            return _answer(graph, found)

    @_refusing
    def film(self, name: str) -> dict[str, Any]:
        """Return all that the graph says of one film: people, characters, year, ratings, ids, plot.

        Args:
            name: its title, title and year such as "Emma (1996)", an id, or its IRI.
        """
        with self._opened() as graph:
            return _answer(graph, asdict(graph.film(name)))

    @_refusing
    def person(self, name: str) -> dict[str, Any]:
        """Return all that the graph says of one person: films by role, birth, death, pages.

        Args:
            name: the name, an IMDb id such as nm0000134, or the IRI.
        """
        with self._opened() as graph:
            return _answer(graph, asdict(graph.person(name)))

    @_refusing
    def saved_queries(self, text: str = "") -> dict[str, Any]:
        """List the saved queries, or those that mention all words of a text, with their parameters.

        They answer most questions about many films: by year, decade, genre, country, rating,
        about two people, co-actors, namesakes, what is missing. Run one with run_saved_query.
        """
        with self._opened() as graph:
            found = [
                {
                    "name": query.name,
                    "summary": query.summary,
                    "parameters": {each.name: _described(each) for each in query.parameters},
                }
                for query in graph.queries(text)
            ]
            return _answer(graph, found)

    @_refusing
    def run_saved_query(
        self,
        name: str,
        parameters: dict[str, str | int | float] | None = None,
        limit: int = 50,
    ) -> dict[str, Any]:
        """Run a saved query and return its rows.

        Args:
            name: its name, as saved_queries lists it, such as "films-of-two-people".
            parameters: values by name, such as {"person": "Robert De Niro", "other": "Joe Pesci"};
                films and people may be given by name.
            limit: how many rows to return at most.
        """
        with self._opened() as graph:
            text = graph.filled(name, **(parameters or {}))
        return self._table(text, limit)

    @_refusing
    def sparql(self, query: str, limit: int = 50) -> dict[str, Any]:
        """Run a SPARQL query within limits of time and memory and return its rows or triples.

        The prefixes schema, film, movie, person and xsd are known. Films are schema:Movie, people
        schema:Person; a year is an xsd:gYear, so compare xsd:integer(SUBSTR(STR(?date), 1, 4)).
        Example: SELECT ?title (COUNT(?who) AS ?cast) WHERE { ?film a schema:Movie ; schema:name
        ?title ; schema:actor ?who } GROUP BY ?title ORDER BY DESC(?cast)

        Args:
            query: the text of the query; ask for few rows, by LIMIT or by counting.
            limit: how many rows to return at most.
        """
        return self._table(query, limit)

    @_refusing
    def explain(self, name: str, predicate: str | None = None) -> dict[str, Any]:
        """Say which record states each fact about a film or a person: file, line, field and words.

        Args:
            name: the title or name, an id or the IRI.
            predicate: one property only, such as "datePublished" or "director".
        """
        with self._opened() as graph:
            found = graph.explain(name, predicate)
            facts = [
                {
                    "fact": " ".join(map(str, each.triple)),
                    "rule": each.rule,
                    "field": each.field,
                    "says": each.value,
                    "place": each.place,
                    "outcome": each.outcome,
                }
                for each in found[:_ROWS]
            ]
            return _answer(graph, facts) | {"more": len(found) > _ROWS}

    @_refusing
    def vocabulary(self) -> dict[str, Any]:
        """List the classes and properties of the graph, with the number of their uses."""
        return self._table(_VOCABULARY, _MOST_ROWS)


_NAMES = [name for name in vars(_Tools) if not name.startswith("_")]


def _answer(graph: FilmGraph, result: object) -> dict[str, Any]:
    """Return a result with the sources that the graph is made from, and their licences."""
    return {"result": _plain(result), "sources": graph.sources()}


def _described(parameter: Parameter) -> str:
    default = "" if parameter.default is None else f" (default {parameter.default})"
    return f"{parameter.kind}: {parameter.description}{default}"


def _plain(value: Any) -> Any:  # noqa: ANN401 - any value that JSON is made of
    """Make JSON's values of Python's; what is empty in an object is left out."""
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items() if each not in (None, "", (), {})}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if isinstance(value, Decimal):
        value = float(value)
    if isinstance(value, float) and not isfinite(value):
        return str(value)  # JSON has no such number
    scalar: PythonValue = value
    return scalar if isinstance(scalar, str | int | float | bool | None) else str(scalar)
