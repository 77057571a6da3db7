"""How many films and people differ between two graphs: the figures that every report has.

They are counted in the triples themselves, whatever the change was that made one graph of the
other. Where a film comes from is no triple about it: the named graphs are left out.
"""

from __future__ import annotations

from collections.abc import Iterable

from pyoxigraph import DefaultGraph, NamedNode, Quad

from etl.entities.tally import Tally
from etl.operations.reports import Diff, GraphDiff
from etl.rdf.vocab import DCTERMS, SCHEMA
from etl.stores.embedded import EmbeddedStore

_DEFAULT = DefaultGraph()


def count(diff: Diff, old: set[Quad], new: set[Quad], times: int = 1) -> None:
    """Count an entity by what is said of it, before and now; -1 times takes that back."""
    if not old:
        diff.added += times * bool(new)
    elif not new:
        diff.removed += times
    elif any(quad.graph_name == _DEFAULT for quad in old ^ new):
        diff.changed += times


def counted(entities: Iterable[str], before: EmbeddedStore, after: EmbeddedStore) -> GraphDiff:
    """Count the films, people and redirects among some entities that differ between two stores."""
    found = GraphDiff()
    for entity in entities:
        node = NamedNode(entity)
        old, new = before.entity(node), after.entity(node)
        is_film = SCHEMA.Movie in before.types(node) | after.types(node)
        count(found.films if is_film else found.people, own(old), own(new))
        found.redirects += any(quad.predicate == DCTERMS.isReplacedBy for quad in old ^ new)
    return found


def all_new(tally: Tally) -> GraphDiff:
    """Count the films, people and redirects of a graph that holds nothing but what is new."""
    films, people = (tally.classes[term.value] for term in (SCHEMA.Movie, SCHEMA.Person))
    redirects = tally.properties[DCTERMS.isReplacedBy.value]
    return GraphDiff(Diff(added=films), Diff(added=people), redirects)


def own(quads: Iterable[Quad]) -> set[Quad]:
    """Leave out what an IRI redirects to: the entity that had it, or has it again, says no such."""
    return {quad for quad in quads if quad.predicate != DCTERMS.isReplacedBy}
