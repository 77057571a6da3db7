"""What servers answer, read as the embedded engine's own answers."""

from __future__ import annotations

from collections import deque
from typing import cast

from pyoxigraph import (
    QueryBoolean,
    QueryResultsFormat,
    QuerySolutions,
    QueryTriples,
    RdfFormat,
    Store,
    Variable,
    parse,
    parse_query_results,
)

from etl.errors import StoreError


def not_sparql(url: str, kind: str) -> StoreError:
    """Return the error for a server that does not answer SPARQL."""
    return StoreError(
        f"{url}: expected an answer in SPARQL's formats, found {kind or 'an unnamed one'}",
        hint="check that this is the address of a SPARQL endpoint, and not of a proxy",
    )


def results(content: bytes, url: str) -> QuerySolutions | QueryBoolean:
    """Read solutions, or a truth value, in SPARQL's JSON.

    Raises:
        StoreError: they are something else.
    """
    try:
        if isinstance(
            read := parse_query_results(content, QueryResultsFormat.JSON), QuerySolutions
        ):
            deque(read, maxlen=0)  # what is wrong with a solution shows only here
        answer = parse_query_results(content, QueryResultsFormat.JSON)
        if isinstance(answer, QueryBoolean) or answer.variables != [Variable("__ASK_RETVAL")]:
            return answer
        truth = any(solution[0].value == "1" for solution in answer)  # so says Virtuoso yes
        text = b'{"head":{},"boolean":%s}' % (b"true" if truth else b"false")
        return parse_query_results(text, QueryResultsFormat.JSON)
    except (SyntaxError, ValueError, OSError) as error:
        raise not_sparql(url, "broken JSON" if content else "nothing at all") from error


def triples(content: bytes, url: str) -> QueryTriples:
    """Read triples, and give them as the embedded engine would.

    Raises:
        StoreError: they are something else.
    """
    store = Store()
    try:
        store.bulk_extend(parse(content, RdfFormat.TURTLE))
    except (SyntaxError, ValueError) as error:
        raise not_sparql(url, "broken Turtle") from error
    answer = store.query("CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }")
    return cast(QueryTriples, answer)
