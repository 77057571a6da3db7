"""A graph that is validated some nodes at a time gets the report of the whole graph."""

from __future__ import annotations

from itertools import count

from hypothesis import given, settings
from pyoxigraph import Literal, NamedNode, Triple
from test_engine import RECURSIVE, SPARQL

from bench.films import chunks, films
from etl.process.limits import MB
from etl.rdf.descriptions import triples as told_triples
from etl.rdf.vocab import RDF, XSD
from etl.resources import folder
from etl.shacl import CompiledEngine, ReferenceEngine, Shapes
from etl.shacl.report import Engine, ValidationReport
from etl.shacl.streaming import HELD_BYTES, held_in_memory, validate_source
from etl.stores.verbatim import VerbatimGraph
from thoroughness import examples
from validation.random_graphs import shapes_and_data
from validation.turtle import shapes, summary, triples

GRAPHS, FILMS = examples(few=60, many=600), examples(few=30, many=60)


def streamed(engine: Engine, data: list[Triple], at_once: int = 2) -> ValidationReport:
    with VerbatimGraph.of(data, on_disk=False) as graph:
        return ValidationReport(tuple(validate_source(engine, graph, at_once, held_bytes=0)))


@settings(max_examples=GRAPHS)
@given(shapes_and_data())
def test_on_random_shapes_and_data(example: tuple[list[Triple], list[Triple]]) -> None:
    shapes_graph, data = example
    engine = CompiledEngine(Shapes.of(shapes_graph))
    assert summary(streamed(engine, data)) == summary(engine.validate(data))


def test_on_films_with_faults() -> None:
    engine = CompiledEngine(Shapes.read([folder("shapes")]))
    data = [
        *told_triples(told for film in films(FILMS, fault_percent=30) for told in film.descriptions)
    ]
    report = streamed(engine, data, at_once=7)
    assert not report.conforms
    assert summary(report) == summary(engine.validate(data))
    assert summary(report) == summary(streamed(ReferenceEngine(engine.shapes), data))


def test_a_graph_is_held_in_memory_as_long_as_it_takes_little() -> None:
    (told,) = chunks(films(5, fault_percent=100), 5)
    data = [*told_triples(told)]
    held = held_in_memory(iter(data), HELD_BYTES)
    assert held is not None and list(told_triples(held)) == data
    numbers = count()
    endless = (Triple(NamedNode(f"a:{n}"), RDF.type, NamedNode("a:b")) for n in numbers)
    assert held_in_memory(endless, 50 * MB) is None
    assert next(numbers) < 2_000_000


def test_on_shapes_that_look_back_or_need_the_whole_graph() -> None:
    """Inverse paths, objects of a property, queries, and shapes that refer to themselves."""
    graph = shapes(
        SPARQL + RECURSIVE + "ex:Cast sh:targetObjectsOf ex:actor ; sh:property"
        " [ sh:path [ sh:inversePath ex:actor ] ; sh:maxCount 2 ],"
        " [ sh:path ( [ sh:inversePath ex:actor ] ex:director ) ; sh:minCount 2 ] ."
    )
    engine = CompiledEngine(graph)
    data = triples(
        "ex:f1 ex:actor ex:a, ex:b ; ex:director ex:d . ex:f2 ex:actor ex:a ; ex:director ex:e ."
        "ex:f3 ex:actor ex:a . ex:o a ex:Odd ; ex:p 1, 2 . ex:t ex:q 2 ."
        "ex:x a ex:Person ; ex:knows ex:y, ex:z . ex:y ex:knows ex:z ."
    )
    report = streamed(engine, data, at_once=1)
    assert len(report.results) == 4
    assert summary(report) == summary(engine.validate(data))


def test_a_class_below_another_in_data_or_shapes_is_found() -> None:
    sub_class = "<http://www.w3.org/2000/01/rdf-schema#subClassOf>"
    engine = CompiledEngine(
        shapes(
            f"ex:Short {sub_class} ex:Film . ex:S sh:targetClass ex:Film ;"
            " sh:property [ sh:path ex:sequel ; sh:class ex:Work ; sh:minCount 1 ] ."
        )
    )
    data = triples(
        f"ex:Clip {sub_class} ex:Short . ex:Film {sub_class} ex:Work . ex:a a ex:Clip, ex:Film ;"
        " ex:sequel ex:b . ex:b a ex:Short ; ex:sequel ex:c . ex:c a ex:Clip ."
    )
    report = streamed(engine, data, at_once=1)
    assert len(report.results) == 1
    assert summary(report) == summary(engine.validate(data))


def test_a_literal_is_judged_as_it_is_written() -> None:
    engine = CompiledEngine(
        shapes(
            "ex:S sh:targetSubjectsOf ex:p ; sh:property"
            ' [ sh:path ex:p ; sh:datatype xsd:nonNegativeInteger ; sh:pattern "^00" ] .'
        )
    )
    p, text = NamedNode("http://example.org/p"), Literal("007", datatype=XSD.nonNegativeInteger)
    data = [Triple(NamedNode("http://example.org/bond"), p, text)]
    assert streamed(engine, data).strictly_conforms
    with VerbatimGraph.of(data, on_disk=True) as graph:
        assert list(graph.triples()) == list(graph.triples(None, p, text)) == data
