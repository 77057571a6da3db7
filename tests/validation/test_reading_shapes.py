"""Shapes come from files; what is wrong with a file is said with its place."""

from __future__ import annotations

from pathlib import Path

import pytest

from etl.errors import ShapesError
from etl.resources import folder
from etl.validation import CompiledEngine, Shapes
from etl.vocab import SH
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
    assert caught.value.hint == "mend the file at this line"


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
        "missing ), unterminated subpattern at position 0"
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
    "ex:S sh:nodeKind sh:IRI .": (
        "no shape says which nodes it is about, so everything would conform"
    ),
    "ex:S sh:targetNode ex:a . ex: sh:entailment ex:RDFS .": (
        "the shapes ask for the entailment regime <http://example.org/RDFS>, which is not supported"
    ),
    'ex:S sh:targetNode ex:a ; sh:sparql [ sh:select "SELECT $this { $this ex:p ?x }" ] .': (
        "sh:select of _:c14n0: line 1, column 27: Prefix not found"
    ),
}


@pytest.mark.parametrize("turtle", ILL_FORMED)
def test_an_ill_formed_shape_is_refused_with_its_parameter(turtle: str) -> None:
    with pytest.raises(ShapesError) as caught:
        CompiledEngine(shapes(turtle))
    assert str(caught.value).endswith(ILL_FORMED[turtle])
    assert caught.value.hint
