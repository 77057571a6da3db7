"""Count what a store holds, where nobody has kept its numbers."""

from __future__ import annotations

from pyoxigraph import QuerySolutions

from etl.entities.tally import LINKED, Tally
from etl.rdf.vocab import RDF, SCHEMA
from etl.stores import Readable


def tally_of(store: Readable) -> Tally:
    """Count the triples of a store."""
    tally = Tally()
    tally.properties.update(_solutions(store, "?s ?key ?o"))
    tally.classes.update(_solutions(store, f"?s {RDF.type} ?key"))
    for name, start in LINKED.items():
        linked = f'?s {SCHEMA.sameAs} ?o FILTER STRSTARTS(STR(?o), "{start}") BIND("" AS ?key)'
        tally.links[name] = sum(_solutions(store, linked).values())
    return tally


def _solutions(store: Readable, pattern: str) -> dict[str, int]:
    """Count the solutions of a pattern by the values of its variable ?key."""
    sparql = f"SELECT ?key (COUNT(*) AS ?n) {{ {pattern} }} GROUP BY ?key"
    answer = store.query(sparql)
    assert isinstance(answer, QuerySolutions)  # noqa: S101  # the text is a SELECT
    return {str(row["key"].value): int(row["n"].value) for row in answer}
