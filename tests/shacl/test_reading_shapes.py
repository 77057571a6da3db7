"""Shapes come from files; what is wrong with a file is said with its place."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from etl.errors import ShapesError
from etl.rdf.vocab import SH
from etl.resources import folder
from etl.shacl import CompiledEngine, Engine, ReferenceEngine, Shapes
from validation.turtle import shapes

SHAPE = """\
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix ex: <http://example.org/> .

ex:Shape sh:targetClass ex:Film ;
    sh:property [ sh:path ex:name ; sh:minCount 1 ] .
"""


def test_the_shapes_of_films_need_no_slow_engine() -> None:
    assert CompiledEngine(Shapes.read([folder("shapes")])).notes == ()


def test_a_folder_stands_for_its_turtle_files(tmp_path: Path) -> None:
    (tmp_path / "film.ttl").write_text(SHAPE)
    (tmp_path / "other.ttl").write_text(SHAPE.replace("ex:Shape", "ex:Other"))
    (tmp_path / "README.md").write_text("not Turtle")
    both = Shapes.read([tmp_path / "film.ttl", tmp_path / "other.ttl"])
    assert Shapes.read([tmp_path]) == both


def test_equal_blank_node_labels_in_two_files_are_two_nodes(tmp_path: Path) -> None:
    labelled = SHAPE.replace("[ sh:path", "_:b . _:b sh:path").replace(" ] .", " .")
    for name in ("one", "two"):
        (tmp_path / f"{name}.ttl").write_text(labelled.replace("ex:Shape", f"ex:{name}"))
    property_shapes = Shapes.read([tmp_path]).graph.column(SH.property).values
    assert len(set(property_shapes)) == 2


def test_the_digest_tells_shapes_apart_and_nothing_else(tmp_path: Path) -> None:
    file = tmp_path / "film.ttl"
    file.write_text(SHAPE)
    digest = Shapes.read([file]).digest
    file.write_text("# The same, in other words.\n" + SHAPE.replace("    ", " "))
    assert Shapes.read([file]).digest == digest
    file.write_text(SHAPE.replace("minCount 1", "minCount 2"))
    assert Shapes.read([file]).digest != digest


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ShapesError) as caught:
        Shapes.read([tmp_path / "film.ttl"])
    assert str(caught.value) == (
        f"{tmp_path / 'film.ttl'}: cannot be read: No such file or directory"
    )


def test_a_folder_without_shapes_is_named(tmp_path: Path) -> None:
    with pytest.raises(ShapesError) as caught:
        Shapes.read([tmp_path])
    assert str(caught.value) == f"{tmp_path}: the folder holds no shapes"


def test_what_is_not_turtle_is_shown_with_its_line(tmp_path: Path) -> None:
    file = tmp_path / "film.ttl"
    file.write_text(SHAPE.replace(" ] .", " ."))
    with pytest.raises(ShapesError) as caught:
        Shapes.read([file])
    assert str(caught.value) == (
        f"{file}:5: not Turtle: blank node property lists should end with a ']'"
    )
    assert caught.value.hint == "correct the file at this line"


ILL_FORMED = {
    "ex:S sh:targetNode ex:a ; sh:property [ sh:path ex:p ; sh:minCount 1, 2 ] .": (
        "sh:minCount: expected one value, found 2"
    ),
    "ex:S sh:targetNode ex:a ; sh:property [ sh:path ex:p ; sh:minCount 1.5 ] .": (
        "sh:minCount: expected an integer, found 1.5"
    ),
    'ex:S sh:targetNode ex:a ; sh:property [ sh:path ex:p ; sh:maxCount "many" ] .': (
        "sh:maxCount: expected an integer, found many"
    ),
    "ex:S sh:targetNode ex:a ; sh:minCount 1 .": (
        "shape <http://example.org/S>: sh:minCount: only a property shape can have it"
    ),
    "ex:S sh:targetNode ex:a ; sh:closed 1 .": (
        "shape <http://example.org/S>: sh:closed: expected true or false, found 1"
    ),
    "ex:S sh:targetNode ex:a ; sh:in ex:b .": (
        "shape <http://example.org/S>: sh:in: <http://example.org/b> is not a well-formed list"
    ),
    'ex:S sh:targetNode ex:a ; sh:pattern "(" .': (
        "shape <http://example.org/S>: sh:pattern: '(' is not a regular expression: "
        "a ( is not closed at character 1"
    ),
    "ex:S sh:targetNode ex:a ; sh:nodeKind sh:Shape .": (
        "shape <http://example.org/S>: sh:nodeKind: sh:Shape is not a kind of node"
    ),
    "ex:S sh:targetNode ex:a ; sh:node 5 .": (
        "shape <http://example.org/S>: sh:node: expected a shape, found 5"
    ),
    'ex:S sh:targetNode ex:a ; sh:datatype "text" .': (
        "shape <http://example.org/S>: sh:datatype: expected an IRI, found text"
    ),
    "ex:S sh:targetNode ex:a ; sh:severity 5 ; sh:nodeKind sh:IRI .": (
        "shape <http://example.org/S>: sh:severity: expected an IRI, found 5"
    ),
    "ex:S sh:targetNode ex:a ; sh:path [ ] .": (
        "shape <http://example.org/S>: sh:path: _:c14n0 is not a property path"
    ),
    "ex:S sh:targetNode ex:a ; sh:path ( ex:p ) .": (
        "shape <http://example.org/S>: sh:path: "
        "a sequence or choice of property paths has at least two members"
    ),
    "ex:S sh:targetNode ex:a ; sh:path _:b . _:b sh:inversePath _:b .": (
        "shape <http://example.org/S>: sh:path: a property path contains itself"
    ),
    "ex:S sh:nodeKind sh:IRI .": ("no shape has a target, so everything would conform"),
    "ex:S sh:targetNode ex:a . ex: sh:entailment ex:RDFS .": (
        "the shapes ask for the entailment regime <http://example.org/RDFS>, which is not supported"
    ),
    'ex:S sh:targetNode ex:a ; sh:sparql [ sh:select "SELECT $this { $this ex:p ?x }" ] .': (
        "shape <http://example.org/S>: sh:sparql: sh:select: the prefix ex: is not declared"
    ),
    # Section 2.1: shapes, their targets, and what they say of themselves
    "ex:S sh:targetNode [ ] ; sh:nodeKind sh:IRI .": (
        "shape <http://example.org/S>: sh:targetNode: "
        "expected an IRI or a literal, found a blank node"
    ),
    'ex:S sh:targetClass "C" ; sh:nodeKind sh:IRI .': (
        "shape <http://example.org/S>: sh:targetClass: expected an IRI, found C"
    ),
    "ex:S sh:targetObjectsOf 1 ; sh:nodeKind sh:IRI .": (
        "shape <http://example.org/S>: sh:targetObjectsOf: expected an IRI, found 1"
    ),
    "ex:S sh:targetNode ex:a ; sh:severity sh:Info, sh:Warning .": (
        "shape <http://example.org/S>: sh:severity: expected one value, found 2"
    ),
    "ex:S sh:targetNode ex:a ; sh:message 1 .": (
        "shape <http://example.org/S>: sh:message: expected a text, found "
        '"1"^^<http://www.w3.org/2001/XMLSchema#integer>'
    ),
    "ex:S sh:targetNode ex:a ; sh:message ex:m .": (
        "shape <http://example.org/S>: sh:message: expected a literal, found <http://example.org/m>"
    ),
    'ex:S sh:targetNode ex:a ; sh:deactivated "yes" .': (
        "shape <http://example.org/S>: sh:deactivated: expected true or false, found yes"
    ),
    "ex:S sh:targetNode ex:a . ex:Unused sh:in 1 .": (
        "shape <http://example.org/Unused>: sh:in: "
        '"1"^^<http://www.w3.org/2001/XMLSchema#integer> is not a well-formed list'
    ),
    # Sections 2.2 and 2.3: node shapes and property shapes
    "ex:S a sh:NodeShape ; sh:targetNode ex:a ; sh:path ex:p .": (
        "shape <http://example.org/S>: sh:path: a shape of the class sh:NodeShape has none"
    ),
    "ex:S sh:targetNode ex:a . ex:T a sh:PropertyShape .": (
        "shape <http://example.org/T>: sh:path: a property shape has one, found none"
    ),
    "ex:S sh:targetNode ex:a ; sh:property ex:T .": (
        "shape <http://example.org/S>: sh:property: there is no shape <http://example.org/T>"
    ),
    "ex:S sh:targetNode ex:a ; sh:property ex:T . ex:T sh:datatype xsd:string .": (
        "shape <http://example.org/T>: sh:path: a property shape has one, found none"
    ),
    "ex:S sh:targetNode ex:a ; sh:property [ sh:datatype xsd:string ] .": (
        "shape <http://example.org/S>: sh:property: sh:path: a property shape has one, found none"
    ),
    "ex:S sh:targetNode ex:a ; sh:property [ sh:path ex:p, ex:q ] .": (
        "shape <http://example.org/S>: sh:property <http://example.org/p> "
        "<http://example.org/q>: sh:path: expected one value, found 2"
    ),
    "ex:S sh:targetNode ex:a ; sh:property [ sh:path 1 ] .": (
        "shape <http://example.org/S>: sh:property: sh:path: "
        '"1"^^<http://www.w3.org/2001/XMLSchema#integer> is not a property path'
    ),
    "ex:S sh:targetNode ex:a ; sh:path [ sh:alternativePath () ] .": (
        "shape <http://example.org/S>: sh:path: "
        "a sequence or choice of property paths has at least two members"
    ),
    "ex:S sh:targetNode ex:a ; sh:path [ sh:inversePath ex:p, ex:q ] .": (
        "shape <http://example.org/S>: sh:path: _:c14n0 is not a property path"
    ),
    "ex:S sh:targetNode ex:a ; sh:path [ sh:inversePath ex:p ; sh:zeroOrMorePath ex:q ] .": (
        "shape <http://example.org/S>: sh:path: _:c14n0 is not a property path"
    ),
    # Section 4: the components
    "ex:S sh:targetNode ex:a ; sh:class 1 .": (
        "shape <http://example.org/S>: sh:class: expected an IRI, found 1"
    ),
    "ex:S sh:targetNode ex:a ; sh:datatype xsd:string, xsd:integer .": (
        "shape <http://example.org/S>: sh:datatype: expected one value, found 2"
    ),
    "ex:S sh:targetNode ex:a ; sh:nodeKind sh:IRI, sh:Literal .": (
        "shape <http://example.org/S>: sh:nodeKind: expected one value, found 2"
    ),
    "ex:S sh:targetNode ex:a ; sh:property [ sh:path ex:p ; sh:minCount 1.0 ] .": (
        "shape <http://example.org/S>: sh:property <http://example.org/p>: sh:minCount: "
        "expected an integer, found 1.0"
    ),
    "ex:S sh:targetNode ex:a ; sh:property [ sh:path ex:p ; sh:maxCount -1 ] .": (
        "shape <http://example.org/S>: sh:property <http://example.org/p>: sh:maxCount: "
        "expected 0 or more, found -1"
    ),
    "ex:S sh:targetNode ex:a ; sh:minInclusive ex:b .": (
        "shape <http://example.org/S>: sh:minInclusive: "
        "expected a literal, found <http://example.org/b>"
    ),
    "ex:S sh:targetNode ex:a ; sh:maxExclusive 1, 2 .": (
        "shape <http://example.org/S>: sh:maxExclusive: expected one value, found 2"
    ),
    'ex:S sh:targetNode ex:a ; sh:minLength "1" .': (
        "shape <http://example.org/S>: sh:minLength: expected an integer, found 1"
    ),
    "ex:S sh:targetNode ex:a ; sh:pattern ex:p .": (
        "shape <http://example.org/S>: sh:pattern: expected a literal, found <http://example.org/p>"
    ),
    'ex:S sh:targetNode ex:a ; sh:pattern "a"@en .': (
        'shape <http://example.org/S>: sh:pattern: expected a text without a language, found "a"@en'
    ),
    'ex:S sh:targetNode ex:a ; sh:pattern "a" ; sh:flags "g" .': (
        "shape <http://example.org/S>: sh:pattern: 'g' is not among the flags i, m, s, x, q"
    ),
    'ex:S sh:targetNode ex:a ; sh:pattern "a" ; sh:flags "i", "s" .': (
        "shape <http://example.org/S>: sh:flags: expected one value, found 2"
    ),
    'ex:S sh:targetNode ex:a ; sh:flags "i" .': (
        "shape <http://example.org/S>: sh:flags: it says nothing without sh:pattern"
    ),
    "ex:S sh:targetNode ex:a ; sh:languageIn ( ex:en ) .": (
        "shape <http://example.org/S>: sh:languageIn: "
        'expected a language such as "en", found <http://example.org/en>'
    ),
    'ex:S sh:targetNode ex:a ; sh:languageIn "en" .': (
        'shape <http://example.org/S>: sh:languageIn: "en" is not a well-formed list'
    ),
    'ex:S sh:targetNode ex:a ; sh:property [ sh:path ex:p ; sh:uniqueLang "yes" ] .': (
        "sh:uniqueLang: expected true or false, found yes"
    ),
    "ex:S sh:targetNode ex:a ; sh:uniqueLang true .": (
        "shape <http://example.org/S>: sh:uniqueLang: only a property shape can have it"
    ),
    "ex:S sh:targetNode ex:a ; sh:equals 1 .": (
        "shape <http://example.org/S>: sh:equals: expected an IRI, found 1"
    ),
    "ex:S sh:targetNode ex:a ; sh:lessThan ex:p .": (
        "shape <http://example.org/S>: sh:lessThan: only a property shape can have it"
    ),
    "ex:S sh:targetNode ex:a ; sh:and ex:T . ex:T sh:nodeKind sh:IRI .": (
        "shape <http://example.org/S>: sh:and: <http://example.org/T> is not a well-formed list"
    ),
    "ex:S sh:targetNode ex:a ; sh:or () .": (
        "shape <http://example.org/S>: sh:or: expected one shape or more, found an empty list"
    ),
    "ex:S sh:targetNode ex:a ; sh:xone ( 1 ) .": (
        "shape <http://example.org/S>: sh:xone: expected a shape, found 1"
    ),
    "ex:S sh:targetNode ex:a ; sh:or ( [ sh:not [ sh:minLength ex:p ] ] ) .": (
        "shape <http://example.org/S>: sh:or: sh:not: sh:minLength: "
        "expected an integer, found <http://example.org/p>"
    ),
    "ex:S sh:targetNode ex:a ; sh:node ex:T . ex:T sh:path ex:p .": (
        "shape <http://example.org/S>: sh:node: "
        "expected a node shape, found shape <http://example.org/T>, which has a path"
    ),
    "ex:S sh:targetNode ex:a ; sh:property [ sh:path ex:p ; sh:qualifiedMinCount 1 ] .": (
        "sh:qualifiedMinCount: it says nothing without sh:qualifiedValueShape"
    ),
    "ex:S sh:targetNode ex:a ; sh:property [ sh:path ex:p ; sh:qualifiedValueShape [ ] ] .": (
        "sh:qualifiedValueShape: "
        "it says nothing without sh:qualifiedMinCount or sh:qualifiedMaxCount"
    ),
    "ex:S sh:targetNode ex:a ; sh:qualifiedValueShape [ ] ; sh:qualifiedMinCount 1 .": (
        "shape <http://example.org/S>: sh:qualifiedValueShape: only a property shape can have it"
    ),
    "ex:S sh:targetNode ex:a ; sh:closed true ; sh:ignoredProperties ( 1 ) .": (
        "shape <http://example.org/S>: sh:ignoredProperties: expected an IRI, found 1"
    ),
    "ex:S sh:targetNode ex:a ; sh:closed true ; sh:ignoredProperties ex:p .": (
        "shape <http://example.org/S>: sh:ignoredProperties: "
        "<http://example.org/p> is not a well-formed list"
    ),
    "ex:S sh:targetNode ex:a ; sh:in (1), (2) .": (
        "shape <http://example.org/S>: sh:in: expected one value, found 2"
    ),
    "[] sh:targetClass ex:C ; sh:in 1 .": (
        "a shape without an IRI about <http://example.org/C>: sh:in: "
        '"1"^^<http://www.w3.org/2001/XMLSchema#integer> is not a well-formed list'
    ),
    "_:a sh:targetNode ex:a ; sh:node _:b ; sh:in 1 . _:b sh:node _:a .": (
        "a shape without an IRI: sh:node: sh:in: "
        '"1"^^<http://www.w3.org/2001/XMLSchema#integer> is not a well-formed list'
    ),
}


@pytest.mark.parametrize("engine", [CompiledEngine, ReferenceEngine])
@pytest.mark.parametrize("turtle", ILL_FORMED)
def test_an_ill_formed_shape_is_refused_with_its_parameter(
    turtle: str, engine: Callable[[Shapes], Engine]
) -> None:
    with pytest.raises(ShapesError) as caught:
        engine(shapes(turtle))
    assert str(caught.value).endswith(ILL_FORMED[turtle])
    assert caught.value.hint
