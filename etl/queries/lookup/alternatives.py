"""What comes nearest where a query has no answer: values of its parameters, known properties."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import islice

from pyoxigraph import Literal, NamedNode, QueryBoolean, QuerySolutions

from etl.queries import Queryable, SavedQuery, Term, fill, nearest
from etl.queries.lookup.likeness import nearest_texts
from etl.queries.syntax import distinct, named
from etl.rdf.vocab import DCTERMS, FILM, PREFIXES, PROV, RDF, RDFS, SCHEMA, VOID

LISTED = 5
_ASKED_AT_MOST = 20
_VOCABULARIES = (SCHEMA, FILM, RDF, RDFS, DCTERMS, PROV, VOID)


def near_values(
    store: Queryable, query: SavedQuery, terms: Mapping[str, Term]
) -> Iterator[tuple[str, list[str]]]:
    """Give parameters with the values nearest to what was asked for, of those with an answer.

    The values are what the query itself finds when that parameter is left open.
    """
    for parameter in query.parameters:
        if parameter.kind not in ("text", "year"):
            continue
        others = {name: term for name, term in terms.items() if name != parameter.name}
        answer = store.query(fill(distinct(query.text, parameter.name), others))
        if isinstance(answer, QuerySolutions):
            values = {row[0].value for row in answer if isinstance(row[0], Literal)}
            wanted = terms[parameter.name].value
            if parameter.kind == "year":
                near = sorted(values, key=lambda value: (_years(value, wanted), value))[:2]
            else:
                near = nearest_texts(wanted, values, LISTED)
            if near:
                yield parameter.name, near


def _years(value: str, wanted: str) -> int:
    return abs(int(value[:4]) - int(wanted)) if value[:4].isdecimal() else 9999


def unknown_names(
    store: Queryable, text: str, prefixes: Mapping[str, str]
) -> Iterator[tuple[str, list[str]]]:
    """Yield the names of a query that are nowhere in the graph, with the nearest terms of ours."""
    for name, iri in islice(named(text, prefixes).items(), _ASKED_AT_MOST):
        node = NamedNode(iri)
        anywhere = f"{{ {node} ?p ?o }} UNION {{ ?s {node} ?o }} UNION {{ ?s ?p {node} }}"
        found = store.query(
            f"ASK {{ {anywhere} UNION {{ GRAPH ?g {{ {anywhere} }} }} "
            f"UNION {{ GRAPH {node} {{ ?s ?p ?o }} }} }}"
        )
        if isinstance(found, QueryBoolean) and not found:
            near = _nearest_terms(iri)
            yield (str(node) if name in near else name), near


def _nearest_terms(iri: str) -> list[str]:
    """Return the terms spelt much like one: those of its vocabulary if it is one of ours."""
    spaces = [each for each in _VOCABULARIES if iri.startswith(each.iri)] or _VOCABULARIES
    prefixes = {namespace: prefix for prefix, namespace in PREFIXES.items()}
    terms = {
        term.value.removeprefix(space.iri): f"{prefixes[space.iri]}:{term.value[len(space.iri) :]}"
        for space in spaces
        for term in space
    }
    return [terms[each] for each in nearest(re.split("[/#]", iri)[-1], terms)]
