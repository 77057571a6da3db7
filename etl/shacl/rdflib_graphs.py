"""Graphs of rdflib, which pySHACL validates, and the queries of shapes that they answer.

Only `reference` and `sparql` import this, and only when it is used: rdflib takes its time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache, partial
from typing import TYPE_CHECKING, Any, TypeVar

import rdflib
from pyoxigraph import BlankNode, Literal, NamedNode
from rdflib.plugins.sparql import prepareQuery
from rdflib.plugins.sparql.algebra import traverse
from rdflib.plugins.sparql.operators import string
from rdflib.plugins.sparql.parserutils import Expr
from rdflib.plugins.sparql.sparql import SPARQLError

from etl.errors import ShapesError
from etl.rdf.descriptions import Term, Told, triples
from etl.rdf.vocab import XSD
from etl.shacl.limits import Limit
from etl.shacl.patterns import Matcher, matcher, replacer
from etl.shacl.shapes import Shapes
from etl.shacl.sparql import queries

if TYPE_CHECKING:
    from rdflib.plugins.sparql.sparql import Query
    from rdflib.query import Result
    from rdflib.term import Node

_Graph = TypeVar("_Graph", bound=rdflib.Graph)


def plain_graph() -> rdflib.Graph:
    """Return an empty graph that knows no prefixes."""
    return rdflib.Graph(bind_namespaces="none")


def filled(graph: _Graph, told: Iterable[Told]) -> _Graph:
    """Put triples into a graph, and return it."""
    known: dict[Term, Node] = {}
    for subject, predicate, object_ in triples(told):
        for term in (subject, predicate, object_):
            if term not in known:
                known[term] = term_to_rdflib(term)
        graph.add((known[subject], known[predicate], known[object_]))
    return graph


def term_to_rdflib(term: Term) -> Node:
    """Turn a term into rdflib's, keeping a literal's lexical form as it is."""
    match term:
        case NamedNode():
            return rdflib.URIRef(term.value)
        case BlankNode():
            return rdflib.BNode(term.value)
        case Literal() if term.language is not None:
            return rdflib.Literal(term.value, lang=term.language)
        case Literal() if term.datatype == XSD.string:
            return rdflib.Literal(term.value)
        case Literal():
            datatype = rdflib.URIRef(term.datatype.value)
            return rdflib.Literal(term.value, datatype=datatype, normalize=False)
        case _:
            raise ValueError(f"pySHACL knows no triple terms: {term}")


def term_of(node: Node) -> Term:
    """Turn a term of rdflib into one of ours."""
    match node:
        case rdflib.URIRef():
            return NamedNode(str(node))
        case rdflib.BNode():
            return BlankNode(str(node))
        case rdflib.Literal() if node.language is not None:
            return Literal(str(node), language=node.language)
        case rdflib.Literal() if node.datatype is not None:
            return Literal(str(node), datatype=NamedNode(str(node.datatype)))
        case _:
            return Literal(str(node))


class DataGraph(rdflib.Graph):
    """A data graph that answers the queries of shapes within a time, and fetches nothing.

    Each query is read once, though it is asked about many nodes; REGEX and REPLACE have the meaning
    of `sh:pattern`.
    """

    def __init__(self, shapes: Shapes, timeout_s: float) -> None:
        """Make an empty graph."""
        super().__init__(bind_namespaces="none")
        self._shapes = shapes
        self._timeout_s = timeout_s
        self._prefixes = dict(shapes.prefixes())
        self._prepared: dict[str, Query] = {}

    def query(self, query_object: str | Query, *args: Any, **kwargs: Any) -> Result:  # noqa: ANN401 - rdflib's
        """Answer a query.

        Raises:
            ShapesError: it takes too long.
        """
        text = str(query_object)
        limit = Limit(self._timeout_s, lambda: self._overdue(text))
        with limit.enforced():
            prepared = self._prepared.get(text)
            if prepared is None:
                prepared = self._prepared[text] = self._prepare(text, limit)
            found = super().query(prepared, *args, **kwargs)
            found.bindings  # noqa: B018 - what has been left for later is done now
        return found

    def _prepare(self, text: str, limit: Limit) -> Query:
        prepared = prepareQuery(text, initNs=self._prefixes)
        evaluations: dict[str, Callable[[Any, Any], Any]] = {
            "Builtin_REGEX": partial(_regex, cache(partial(matcher, limit=limit))),
            "Builtin_REPLACE": _replace,
        }

        def ours(part: object) -> object:
            if not isinstance(part, Expr):
                return None
            if "graph" in vars(part):  # where rdflib keeps what it has made of EXISTS
                traverse(part.graph, visitPost=ours)
            if part.name in evaluations:
                return Expr(part.name, evaluations[part.name], **part)
            return None

        traverse(prepared.algebra, visitPost=ours)
        return prepared

    def _overdue(self, text: str) -> ShapesError:
        """Name the shapes whose query takes too long."""
        for query in queries(self._shapes.graph, self._prefixes):
            if query.is_behind(text):
                what = "the query for one node"
                return query.holder.overdue(query.parameter, what, self._timeout_s)
        raise ValueError(f"no shape has the query {text}")


def _regex(match: Callable[[str, str], Matcher], expression: Any, _: object) -> rdflib.Literal:  # noqa: ANN401
    text, pattern, flags = _arguments(expression.text, expression.pattern, expression.flags)
    try:
        return rdflib.Literal(bool(match(pattern, flags)(text)))
    except ValueError as error:
        raise SPARQLError(str(error)) from error


def _replace(expression: Any, _: object) -> rdflib.Literal:  # noqa: ANN401 - rdflib's
    text, pattern, flags = _arguments(expression.arg, expression.pattern, expression.flags)
    try:
        replaced = replacer(pattern, flags)(string(expression.replacement), text)
    except ValueError as error:
        raise SPARQLError(str(error)) from error
    return rdflib.Literal(replaced, lang=text.language, datatype=text.datatype)


def _arguments(
    text: rdflib.Literal, pattern: rdflib.Literal, flags: rdflib.Literal | None
) -> tuple[rdflib.Literal, rdflib.Literal, str]:
    return string(text), string(pattern), string(flags) if flags else ""
