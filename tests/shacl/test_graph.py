"""A graph answers as a set of triples would, however its triples come."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain, product

from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import NamedNode, Triple

from etl.rdf.descriptions import Description, Node, Term, Told, merged
from etl.rdf.descriptions import triples as triples_of
from etl.rdf.vocab import RDF
from etl.shacl.graph import Graph
from validation.random_graphs import CLASSES, NODES, PROPERTIES, WORLDS, data_graphs

# Repeated, out of order, and several values of a property both in a row and apart.
ALL_TRIPLES = st.one_of(
    data_graphs(WORLDS[0]),
    data_graphs(WORLDS[1]).map(lambda triples: sorted(triples * 2, key=str)),
)


@given(ALL_TRIPLES)
def test_it_has_the_triples_it_was_made_of(triples: list[Triple]) -> None:
    found = list(Graph(triples))
    assert set(found) == set(triples)
    assert len(found) == len(set(triples))


@given(ALL_TRIPLES)
def test_it_has_what_descriptions_tell(told: list[Triple]) -> None:
    singly: list[Description] = [(s, (p,), (o,)) for s, p, o in told]
    together = [*merged(singly)]
    in_lists: list[Description] = [
        (node, tuple(by_property), tuple(map(tuple, by_property.values())))
        for node, by_property in _by_property(told).items()
    ]
    mixed: list[Told] = [*singly[::2], *told[1::2]]
    twice: list[Told] = [*in_lists, *singly]
    every_form: list[Iterable[Told]] = [singly, together, in_lists, mixed, twice]
    for each in every_form:
        assert set(Graph(each)) == set(told)
        assert len(list(Graph(each))) == len(set(told))
        assert set(triples_of(each)) == set(told)


def _by_property(told: list[Triple]) -> dict[Node, dict[NamedNode, list[Term]]]:
    found: dict[Node, dict[NamedNode, list[Term]]] = {}
    for subject, predicate, value in told:
        found.setdefault(subject, {}).setdefault(predicate, []).append(value)
    return found


@given(ALL_TRIPLES)
def test_it_finds_values_and_subjects_each_once(triples: list[Triple]) -> None:
    graph = Graph(triples)
    for node, predicate in product(NODES, PROPERTIES):
        objects = {
            each.object for each in triples if (each.subject, each.predicate) == (node, predicate)
        }
        assert sorted(graph.objects(node, predicate), key=str) == sorted(objects, key=str)
        subjects = {
            each.subject for each in triples if (each.predicate, each.object) == (predicate, node)
        }
        assert sorted(graph.subjects(predicate, node), key=str) == sorted(subjects, key=str)


@given(ALL_TRIPLES)
def test_instances_come_once_table_by_table(triples: list[Triple]) -> None:
    graph = Graph(triples)
    for class_ in CLASSES:
        classes = graph.subclasses(class_)
        instances: set[Term] = {
            each.subject
            for each in triples
            if each.predicate == RDF.type and each.object in classes
        }
        found = list(graph.instances_by_table(class_))
        assert sorted(found, key=str) == sorted(instances, key=str)
        assert graph.instances(class_).keys() == instances


@given(ALL_TRIPLES)
def test_every_node_stands_in_a_table_of_its_properties(triples: list[Triple]) -> None:
    graph = Graph(triples)
    for table in graph.tables(NODES):
        for node in table:
            assert set(table.properties) == {e.predicate for e in triples if e.subject == node}
    assert sorted(chain.from_iterable(graph.tables(NODES)), key=str) == sorted(NODES, key=str)
