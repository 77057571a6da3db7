"""What the engine promises beside being right: to say what it leaves to pySHACL, and be quick."""

from __future__ import annotations

import gc
import pickle
import subprocess
import sys
import time

from pyoxigraph import Literal, NamedNode, Triple

from bench.films import chunks, films
from etl.rdf.descriptions import triples as told_triples
from etl.rdf.vocab import RDF
from etl.resources import folder
from etl.shacl import CompiledEngine, ReferenceEngine, Shapes
from validation.turtle import results_of, shapes, summary, triples

EX = "http://example.org/"

SPARQL = """
ex: sh:declare [ sh:prefix "ex" ; sh:namespace "http://example.org/" ] .
ex:Odd sh:targetClass ex:Odd ; sh:sparql [
    sh:prefixes ex: ;
    sh:message "Give it a twin." ;
    sh:select "SELECT $this ?value { $this ex:p ?value FILTER NOT EXISTS { ?o ex:q ?value } }" ] .
"""
RECURSIVE = """
ex:Person sh:targetClass ex:Person ; sh:property ex:knows .
ex:knows sh:path ex:knows ; sh:node ex:Person ; sh:maxCount 1 .
"""


SLOW = "checked by pySHACL, which is slow"


def notes(turtle: str) -> list[str]:
    return [str(note) for note in CompiledEngine(shapes(turtle)).notes]


def test_what_cannot_be_compiled_is_named_with_the_reason() -> None:
    assert notes(SPARQL) == [f"shape <{EX}Odd>: {SLOW}: it has a SPARQL constraint"]
    assert notes(RECURSIVE) == [f"shape <{EX}Person>: {SLOW}: it refers to itself"]
    component = """
    ex:Component a sh:ConstraintComponent ; sh:parameter [ sh:path ex:parameter ] ;
        sh:validator [ a sh:SPARQLAskValidator ; sh:ask "ASK { FILTER (true) }" ] .
    ex:S sh:targetNode ex:a ; sh:property [ sh:path ex:p ; ex:parameter 1 ] .
    """
    assert notes(component) == [
        f"shape <{EX}S>: {SLOW}: it uses <{EX}Component>, which the shapes graph defines"
    ]


def test_a_misspelt_term_is_named() -> None:
    assert notes("ex:S sh:targetNode ex:a ; sh:minCuont 1 ; sh:nodeKind sh:IRI .") == [
        "shape <http://example.org/S>: sh:minCuont is not a term of SHACL Core, and is ignored"
    ]


def test_a_deactivated_shape_leaves_nothing_to_pyshacl() -> None:
    assert notes(SPARQL.replace("ex:Odd sh:t", "ex:Odd sh:deactivated true ; sh:t")) == []
    assert (
        notes(RECURSIVE.replace("ex:knows sh:path", "ex:knows sh:deactivated true ; sh:path")) == []
    )


def test_pyshacl_is_given_only_the_shapes_that_need_it() -> None:
    core = "ex:Core sh:targetClass ex:Odd ; sh:property [ sh:path ex:p ; sh:maxCount 1 ] ."
    graph = shapes(SPARQL + core)
    data = triples("ex:a a ex:Odd ; ex:p 1, 2 . ex:b ex:q 2 .")
    assert summary(CompiledEngine(graph).validate(data)) == summary(
        ReferenceEngine(graph).validate(data)
    )
    assert results_of(CompiledEngine(graph), data) == {"", "1"}


def test_a_shape_that_refers_to_itself_sees_no_more_than_it_can_reach() -> None:
    """A triple about a triple, which rdflib does not know, is not shown to pySHACL."""
    data = triples("ex:a a ex:Person ; ex:knows ex:b, ex:c . ex:d ex:knows ex:a .")
    data.append(Triple(NamedNode(EX + "d"), NamedNode(EX + "says"), data[0]))
    (result,) = CompiledEngine(shapes(RECURSIVE)).validate(data).results
    assert result.focus_node == NamedNode(EX + "a")


def test_a_loop_in_the_data_of_a_shape_that_refers_to_itself_comes_to_an_end() -> None:
    data = triples("ex:a a ex:Person ; ex:knows ex:b . ex:b a ex:Person ; ex:knows ex:a, ex:c .")
    assert not CompiledEngine(shapes(RECURSIVE)).validate(data).conforms


def test_pyshacl_is_not_imported_where_it_is_not_needed() -> None:
    program = f"""
import sys
from pathlib import Path
from etl.shacl import CompiledEngine, Shapes
CompiledEngine(Shapes.read([Path({str(folder("shapes"))!r})])).validate([])
sys.exit("pyshacl" in sys.modules or "rdflib" in sys.modules)
"""
    subprocess.run([sys.executable, "-c", program], check=True)


def test_the_class_hierarchy_of_the_shapes_graph_counts_as_data() -> None:
    graph = shapes(
        "ex:Short a rdfs:Class ; <http://www.w3.org/2000/01/rdf-schema#subClassOf> ex:Film ."
        "ex:S sh:targetClass ex:Film ;"
        " sh:property [ sh:path ex:sequel ; sh:class ex:Film ], [ sh:path ex:n ; sh:minCount 1 ] ."
    )
    data = triples("ex:a a ex:Short ; ex:sequel ex:b . ex:b a ex:Short ; ex:n 1 .")
    for engine in (CompiledEngine(graph), ReferenceEngine(graph)):
        (result,) = engine.validate(data).results
        assert (result.focus_node, result.value) == (NamedNode(EX + "a"), None)


def test_nothing_is_left_to_the_garbage_collector() -> None:
    """Processes that only validate have switched it off."""
    engine = CompiledEngine(Shapes.read([folder("shapes")]))
    (data,) = chunks(films(50, fault_percent=20), 50)
    engine.validate(data)
    gc.collect()
    assert engine.validate(data).results
    assert gc.collect() == 0


def test_an_engine_travels_to_other_processes() -> None:
    engine = CompiledEngine(Shapes.read([folder("shapes")]))
    (data,) = chunks(films(50, fault_percent=20), 50)
    parcel = pickle.dumps(engine)
    assert len(parcel) < 200_000
    assert pickle.loads(parcel).validate(data) == engine.validate(data)


def test_descriptions_do_for_the_triples_that_they_stand_for() -> None:
    engine = CompiledEngine(Shapes.read([folder("shapes")]))
    (data,) = chunks(films(50, fault_percent=20), 50)
    found = engine.validate(data)
    assert summary(found) == summary(engine.validate(told_triples(data)))
    assert summary(found) == summary(engine.validate([*data, *told_triples(data)]))


def test_a_triple_given_twice_counts_once() -> None:
    graph = shapes("ex:S sh:targetNode ex:a ; sh:property [ sh:path ex:p ; sh:maxCount 1 ] .")
    data = triples("ex:a ex:p 1 . ex:b ex:p 1 .")
    engine = CompiledEngine(graph)
    assert engine.validate(data * 2).strictly_conforms
    assert not engine.validate([*data, *triples("ex:a ex:p 2 .")]).conforms


def test_a_result_carries_every_message_of_its_shape() -> None:
    graph = shapes(
        "ex:S sh:targetNode ex:a ; sh:nodeKind sh:Literal ;"
        ' sh:message "Mend it."@en, "Réparez."@fr .'
    )
    (result,) = CompiledEngine(graph).validate([]).results
    assert set(result.messages) == {
        Literal("Mend it.", language="en"),
        Literal("Réparez.", language="fr"),
    }


def test_a_shape_without_a_message_is_explained_by_us() -> None:
    graph = shapes("ex:S sh:targetNode ex:a ; sh:property [ sh:path ex:p ; sh:minCount 1 ] .")
    (result,) = CompiledEngine(graph).validate([]).results
    assert result.messages == (Literal("expected at least 1 values"),)


def test_what_is_wrong_below_a_node_is_told_in_detail() -> None:
    graph = shapes(
        "ex:S sh:targetNode ex:a ; sh:node ex:Named ."
        'ex:Named sh:property [ sh:path ex:name ; sh:minCount 1 ; sh:message "Name it." ] .'
    )
    (result,) = CompiledEngine(graph).validate([]).results
    (below,) = result.detail
    assert below.messages == (Literal("Name it."),)


def test_many_faults_cost_no_more_than_each_of_them() -> None:
    graph = shapes(
        "ex:S sh:targetClass ex:C ; sh:property"
        " [ sh:path [ sh:inversePath ex:p ] ; sh:minCount 1 ] ."
    )
    class_ = NamedNode(EX + "C")
    data = [Triple(NamedNode(f"{EX}n{each}"), RDF.type, class_) for each in range(30_000)]
    engine = CompiledEngine(graph)
    started = time.perf_counter()
    assert len(engine.validate(data).results) == 30_000
    assert time.perf_counter() - started < 20


def test_a_hub_is_no_trap() -> None:
    """Neither many values of one node nor many nodes of one class cost more than they must."""
    graph = shapes(
        "ex:S sh:targetClass ex:C ; sh:property"
        " [ sh:path ex:p ; sh:maxCount 100000 ; sh:nodeKind sh:IRI ; sh:disjoint ex:q ],"
        " [ sh:path ( ex:p ex:r ) ; sh:maxCount 5 ], [ sh:path [ sh:inversePath ex:p ] ;"
        " sh:maxCount 1 ], [ sh:path ex:p ; sh:equals ex:p ] ."
    )
    hub, p, class_ = (NamedNode(EX + name) for name in ("hub", "p", "C"))
    nodes = [NamedNode(f"{EX}n{number}") for number in range(30_000)]
    data = [Triple(hub, p, node) for node in nodes]
    data += [Triple(node, RDF.type, class_) for node in [hub, *nodes]]
    engine = CompiledEngine(graph)
    started = time.perf_counter()
    assert engine.validate(data).strictly_conforms
    assert time.perf_counter() - started < 20


def test_an_engine_can_be_sent_to_another_process() -> None:
    engine = CompiledEngine(Shapes.read([folder("shapes")]))
    assert pickle.loads(pickle.dumps(engine)).validate([]).conforms
