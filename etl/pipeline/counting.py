"""How many films and people differ between two graphs: the figures that every report has.

They are counted in the triples themselves, whatever the change was that made one graph of the
other. Where a film comes from is no triple about it: the named graphs are left out.
"""

from __future__ import annotations

from collections.abc import Iterable

from pyoxigraph import DefaultGraph, NamedNode, Quad

from etl.pipeline.reports import Diff, GraphDiff
from etl.provenance.tally import Tally
from etl.stores.embedded import EmbeddedStore
from etl.vocab import DCTERMS, SCHEMA


def counted(entities: Iterable[str], before: EmbeddedStore, after: EmbeddedStore) -> GraphDiff:
    """Count the films, people and redirects among some entities that differ between two stores."""
    found = GraphDiff()
    for entity in entities:
        node = NamedNode(entity)
        old, new = before.types(node), after.types(node)
        if old and new:
            changed = _says(before, node) != _says(after, node)
        else:
            changed = False
            found.redirects += _replaced(before, node) != _replaced(after, node)
        if old or new:
            diff = found.films if SCHEMA.Movie in old | new else found.people
            diff.added += not old
            diff.removed += not new
            diff.changed += changed
    return found


def all_new(tally: Tally) -> GraphDiff:
    """Count the films, people and redirects of a graph that holds nothing but what is new."""
    films, people = (tally.classes[term.value] for term in (SCHEMA.Movie, SCHEMA.Person))
    redirects = tally.properties[DCTERMS.isReplacedBy.value]
    return GraphDiff(Diff(added=films), Diff(added=people), redirects)


def own(quads: Iterable[Quad]) -> set[Quad]:
    """Leave out what an IRI redirects to: the entity that had it, or has it again, says no such."""
    return {quad for quad in quads if quad.predicate != DCTERMS.isReplacedBy}


def _says(store: EmbeddedStore, node: NamedNode) -> set[Quad]:
    return {quad for quad in own(store.entity(node)) if quad.graph_name == DefaultGraph()}


def _replaced(store: EmbeddedStore, node: NamedNode) -> set[object]:
    return store.objects(node, DCTERMS.isReplacedBy)
