"""Queries in shapes: refused if they cannot be answered, stopped if they do not end, never sent."""

from __future__ import annotations

import time

import pytest
from pyoxigraph import Literal

from etl.errors import ShapesError
from etl.shacl import CompiledEngine, ReferenceEngine
from validation.turtle import results_of, shapes, triples

ENGINES = [CompiledEngine, ReferenceEngine]
PREFIX = 'ex: sh:declare [ sh:prefix "ex" ; sh:namespace "http://example.org/" ] .'


def constraint(query: str, more: str = "") -> str:
    return f"{PREFIX} ex:S sh:targetClass ex:C ; {more} sh:sparql [ sh:select {Literal(query)} ] ."


REFUSED = {
    "SELECT $this { SERVICE <http://127.0.0.1:9/s> { ?a ?b ?c } }": (
        "SERVICE would ask a server, and no shape causes a request"
    ),
    "SELECT $this { service silent <http://127.0.0.1:9/s> { ?a ?b ?c } }": (
        "SERVICE would ask a server, and no shape causes a request"
    ),
    "SELECT $this { \\u0053ERVICE ?server { ?a ?b ?c } }": (
        "SERVICE would ask a server, and no shape causes a request"
    ),
    "SELECT $this { FILTER EXISTS { { SERVICE <http://127.0.0.1:9/s> { ?a ?b ?c } } } }": (
        "SERVICE would ask a server, and no shape causes a request"
    ),
    "SELECT $this FROM <http://127.0.0.1:9/g> { $this ?b ?c }": (
        "FROM would fetch a graph, and no shape causes a request"
    ),
    "SELECT $this FROM NAMED <http://127.0.0.1:9/g> { $this ?b ?c }": (
        "FROM would fetch a graph, and no shape causes a request"
    ),
    "SELECT $this { $this ex:p ?v FILTER(ex:isOdd(?v)) }": (
        "the function <http://example.org/isOdd> is not known"
    ),
    "SELECT $this (<http://f.example/f>($this) AS ?x) { }": (
        "the function <http://f.example/f> is not known"
    ),
    "SELECT $this { BIND(IF(ex:f(), 1, 2) AS ?x) }": (
        "the function <http://example.org/f> is not known"
    ),
    "SELECT $this { $this ?p ?v MINUS { $this ex:p ?v } }": (
        "MINUS is not allowed in a shape; use FILTER NOT EXISTS"
    ),
    "SELECT $this { VALUES ?v { 1 } $this ex:p ?v }": (
        "VALUES is not allowed in a shape; use FILTER (… IN (…))"
    ),
    "SELECT $this { $this ex:p ?v } VALUES ?v { 1 }": (
        "VALUES is not allowed in a shape; use FILTER (… IN (…))"
    ),
    "SELECT $this { { SELECT ?v { $this ex:p ?v } } }": (
        "a SELECT inside it has to name $this too"
    ),
    "SELECT $this { { SELECT * { $this ex:p ?v } } }": (
        "a SELECT inside it has to name $this too"
    ),
    "SELECT ?x { BIND(1 AS ?this) }": "AS ?this gives a new value to a variable that has one",
    "SELECT $this { GRAPH $shapesGraph { ?a ?b ?c } }": "$shapesGraph is not supported",
    "ASK { $this ex:p ?v }": "expected SELECT, found another kind of query",
    "CONSTRUCT { $this ex:p 1 } WHERE { }": "expected SELECT, found another kind of query",
    "SELECT $this { GRAPH ?g { $this ?b ?c } }": (
        "GRAPH asks another graph, and a shape sees none but the data"
    ),
    "SELECT $this {": "line 1, column 15: not SPARQL",
    "SELECT $this { $this other:p ?v }": "the prefix other: is not declared",
    'SELECT $this { $this ex:p ?v FILTER(regex(?v, "(")) }': (
        "'(' is not a regular expression: a ( is not closed at character 1"
    ),
    'SELECT $this { $this ex:p ?v FILTER(EXISTS { FILTER(replace(?v, "a", "b", "g") = "") }) }': (
        "'g' is not among the flags i, m, s, x, q"
    ),
    "SELECT $this { $this ex:p ?v FILTER(STR(?v, 1) = 'a') }": "line 1, column ",
}  # fmt: skip


@pytest.mark.parametrize("kind", ENGINES)
@pytest.mark.parametrize("query", REFUSED)
def test_what_cannot_be_asked_is_refused_whatever_the_data(
    query: str, kind: type[CompiledEngine | ReferenceEngine]
) -> None:
    with pytest.raises(ShapesError) as caught:
        kind(shapes(constraint(query)))
    reason = f"shape <http://example.org/S>: sh:sparql: sh:select: {REFUSED[query]}"
    assert str(caught.value).startswith(reason)
    assert caught.value.hint


ILL_FORMED = {
    "ex:S sh:targetNode ex:a ; sh:sparql [ ] .": (
        "shape <http://example.org/S>: sh:sparql: sh:select: expected one value, found none"
    ),
    "ex:S sh:targetNode ex:a ; sh:sparql 'ASK {}' .": (
        "shape <http://example.org/S>: sh:sparql: expected a node, found ASK {}"
    ),
    "ex:S sh:targetNode ex:a ; sh:sparql [ sh:select 'SELECT $this {}', 'SELECT ?x {}' ] .": (
        "shape <http://example.org/S>: sh:sparql: sh:select: expected one value, found 2"
    ),
    "ex:S sh:targetNode ex:a ; sh:sparql [ sh:select 'SELECT $this {}' ; sh:message 1 ] .": (
        "shape <http://example.org/S>: sh:sparql: sh:message: expected a text, found "
        '"1"^^<http://www.w3.org/2001/XMLSchema#integer>'
    ),
    "ex:S sh:targetNode ex:a . ex: sh:declare [ sh:prefix 'ex' ] .": (
        "shape <http://example.org/>: sh:declare: sh:namespace: expected one value, found none"
    ),
    "ex:S sh:targetNode ex:a . ex:C a sh:ConstraintComponent ; sh:parameter [ ] .": (
        "constraint component <http://example.org/C>: sh:parameter: sh:path: "
        "expected one value, found none"
    ),
    "ex:S sh:targetNode ex:a . ex:C a sh:ConstraintComponent ; sh:validator [ ] .": (
        "constraint component <http://example.org/C>: sh:validator: sh:select: "
        "expected one value, found none"
    ),
    "ex:S sh:targetNode ex:a ; ex:q 1 . ex:C a sh:ConstraintComponent ;"
    " sh:parameter [ sh:path ex:q ] ; sh:validator"
    " [ sh:ask 'ASK { SERVICE <http://127.0.0.1:9/s> { ?a ?b $value } }' ] .": (
        "constraint component <http://example.org/C>: sh:validator: sh:ask: "
        "SERVICE would ask a server, and no shape causes a request"
    ),
}


@pytest.mark.parametrize("kind", ENGINES)
@pytest.mark.parametrize("turtle", ILL_FORMED)
def test_what_stands_around_a_query_is_checked_too(
    turtle: str, kind: type[CompiledEngine | ReferenceEngine]
) -> None:
    with pytest.raises(ShapesError) as caught:
        kind(shapes(turtle))
    assert str(caught.value) == ILL_FORMED[turtle]


DATA = triples(
    'ex:a a ex:C ; ex:p "Heat" . ex:b a ex:C ; ex:p "heat" . ex:c a ex:C ; ex:p "Ünal" .'
)


@pytest.mark.parametrize("kind", ENGINES)
@pytest.mark.parametrize(
    ("condition", "found"),
    [
        ('regex(?value, "^\\\\p{Lu}")', {"Heat", "Ünal"}),
        ('REGEX(?value, "^[a-z-[aeiou]]")', {"heat"}),
        ('regex(?value, "h.AT", "i")', {"Heat", "heat"}),
        ('regex(?value, "^(([a-zA-Z]+)+)+$")', {"Heat", "heat"}),
        ('!regex(?value, "^(\\\\p{Ll}+\\\\p{Ll}*)+$")', {"Heat", "Ünal"}),
        ('regex(?value, CONCAT("(", ?value))', set()),  # an error is not true
        ('regex(?p, "a")', set()),
        ('replace(?value, "\\\\p{Lu}(.)", "$1") = "eat"', {"Heat"}),
        ('EXISTS { $this ex:p ?o FILTER(regex(?o, "^\\\\p{IsLatin-1Supplement}")) }', {"Ünal"}),
        ("STRLEN(xsd:string(?value)) = 4", {"Heat", "heat", "Ünal"}),
    ],
)
def test_a_query_s_patterns_mean_what_those_of_shapes_do(
    kind: type[CompiledEngine | ReferenceEngine], condition: str, found: set[str]
) -> None:
    xsd = '[ sh:prefix "xsd" ; sh:namespace "http://www.w3.org/2001/XMLSchema#" ]'
    query = f"SELECT $this ?value {{ $this ex:p ?value ; ?p ?value FILTER({condition}) }}"
    graph = shapes(f"{constraint(query)} ex: sh:declare {xsd} .")
    assert results_of(kind(graph), DATA) == found


ENDLESS = "SELECT $this { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l . ?m ?n ?o FILTER(?a = 1) }"
MANY = triples(" ".join(f"ex:n{each} a ex:C ; ex:p {each} ." for each in range(40)))


@pytest.mark.parametrize("kind", ENGINES)
def test_a_query_that_does_not_end_is_stopped_and_its_shape_named(
    kind: type[CompiledEngine | ReferenceEngine],
) -> None:
    engine = kind(shapes(constraint(ENDLESS)), 0.2)
    started = time.monotonic()
    with pytest.raises(ShapesError) as caught:
        engine.validate(MANY)
    assert time.monotonic() - started < 10
    assert str(caught.value) == (
        "shape <http://example.org/S>: sh:sparql: sh:select: "
        "the query for one node takes longer than 0.2 s"
    )
    assert caught.value.hint == "make it simpler, or give it more seconds with ETL_SHAPE_TIMEOUT"


def test_a_validator_that_does_not_end_is_named_with_its_component() -> None:
    graph = shapes(
        f"{PREFIX} ex:Component a sh:ConstraintComponent ; sh:parameter [ sh:path ex:q ] ;"
        f" sh:nodeValidator [ sh:select {Literal(ENDLESS.replace('?a = 1', '?a = $q'))} ] ."
        " ex:S sh:targetClass ex:C ; ex:q 1 ."
    )
    with pytest.raises(ShapesError, match=r"constraint component .*: sh:nodeValidator: sh:select"):
        CompiledEngine(graph, 0.2).validate(MANY)


@pytest.mark.parametrize("kind", ENGINES)
def test_the_limit_is_on_each_node_and_not_on_the_whole(
    kind: type[CompiledEngine | ReferenceEngine],
) -> None:
    query = "SELECT $this ?value { $this ex:p ?value . ?a ex:p ?b . ?c ex:p ?d FILTER(?value < 0) }"
    engine = kind(shapes(constraint(query)), 2.0)
    started = time.monotonic()
    while time.monotonic() - started < 2.5:
        assert engine.validate(MANY).conforms


def test_a_query_with_a_path_in_it_is_recognised() -> None:
    query = ENDLESS.replace("?a ?b ?c", "$this $PATH ?c")
    graph = shapes(
        f"ex:S sh:targetClass ex:C ; sh:property [ sh:path ( ex:p [ sh:inversePath ex:p ] ) ;"
        f" sh:sparql [ sh:select {Literal(query)} ] ] ."
    )
    with pytest.raises(ShapesError, match=r"shape <.*/S>: sh:property: sh:sparql: sh:select: "):
        ReferenceEngine(graph, 0.2).validate(MANY)


def test_a_select_without_this_is_noted() -> None:
    note = "the SELECT does not use $this, so its result is the same for every node"
    for kind in ENGINES:
        found = [
            str(each) for each in kind(shapes(constraint("SELECT ?value { ?x ex:p ?value }"))).notes
        ]
        assert found[-1] == f"shape <http://example.org/S>: sh:sparql: sh:select: {note}"
        assert len(found) == (2 if kind is CompiledEngine else 1)
        assert (
            len(kind(shapes(constraint("SELECT * { $this ex:p ?value }"))).notes) == len(found) - 1
        )


def test_a_query_that_cannot_be_read_is_stopped() -> None:
    long = f"SELECT $this {{ {'?a ex:p ?b . ' * 100_000} }}"
    with pytest.raises(ShapesError, match=r"to read the query takes longer than 0\.2 s|too long"):
        CompiledEngine(shapes(constraint(long)), 0.2)
    for brackets in ("()", "{}"):
        deep = f"SELECT $this {{ FILTER{'(' + brackets[0] * 2000 + brackets[1] * 2000})"
        with pytest.raises(ShapesError, match=r"nested too deeply|not SPARQL"):
            CompiledEngine(shapes(constraint(deep)))


def test_a_query_may_declare_prefixes_of_its_own() -> None:
    query = (
        "PREFIX xsd: <http://www.w3.org/2001/XMLSchema#> PREFIX : <http://example.org/>"
        " SELECT $this ?value { $this :p ?value FILTER(xsd:string(?value) = 'Heat') }"
    )
    for kind in ENGINES:
        assert results_of(kind(shapes(constraint(query))), DATA) == {"Heat"}


def test_a_value_may_be_named_by_a_select() -> None:
    graph = shapes(constraint("SELECT $this (UCASE(?v) AS ?value) { $this ex:p ?v }"))
    for kind in ENGINES:
        assert results_of(kind(graph), DATA) == {"HEAT", "ÜNAL"}


def test_a_component_that_no_shape_uses_is_not_asked() -> None:
    """Libraries of components have some that need more than pySHACL gives."""
    library = (
        "ex:C a sh:ConstraintComponent ; sh:parameter [ sh:path ex:q ] ;"
        " sh:validator [ sh:ask 'ASK { GRAPH $shapesGraph { ?a ?b ?c } }' ] ."
    )
    CompiledEngine(shapes(f"ex:S sh:targetNode ex:a ; sh:nodeKind sh:IRI . {library}"))
    with pytest.raises(ShapesError, match=r"ex.*C>: sh:validator: sh:ask: \$shapesGraph is not"):
        CompiledEngine(shapes(f"ex:S sh:targetNode ex:a ; ex:q 1 . {library}"))
