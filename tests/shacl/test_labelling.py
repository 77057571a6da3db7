"""The blank nodes of shapes get their labels, and the shapes their answer, in no time."""

from __future__ import annotations

import random

import pytest
from pyoxigraph import RdfFormat, Triple, parse

from etl.errors import ShapesError
from etl.shacl import CompiledEngine, Shapes
from etl.shacl.labelling import labelled

PREFIXES = "@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix ex: <http://example.org/> ."
SHAPE = "ex:S a sh:NodeShape ; sh:targetClass ex:Film"


def triples(turtle: str) -> list[Triple]:
    return [quad.triple for quad in parse(f"{PREFIXES} {turtle}", RdfFormat.TURTLE)]


def nested(depth: int) -> str:
    return f"{SHAPE} ; {'sh:node [ ' * depth} sh:nodeKind sh:IRI {' ]' * depth} ."


def mutual(count: int) -> str:
    def others(number: int) -> str:
        return ", ".join(f"_:s{other}" for other in range(count) if other != number)

    each = (f"_:s{number} a sh:NodeShape ; sh:node {others(number)} ." for number in range(count))
    return f"{SHAPE} ; sh:node _:s0 . {' '.join(each)}"


def chained(length: int) -> str:
    each = (f"ex:N{n} a sh:NodeShape ; sh:node ex:N{n + 1} ." for n in range(length))
    return f"{SHAPE} ; sh:node ex:N0 . {' '.join(each)} ex:N{length} a sh:NodeShape ."


def inverted(depth: int) -> str:
    path = f"{'[ sh:inversePath ' * depth} ex:p {' ]' * depth}"
    return f"{SHAPE} ; sh:property [ sh:path {path} ; sh:minCount 1 ] ."


@pytest.mark.parametrize("turtle", [nested(9), inverted(9), "ex:S sh:in (1 2 3), (3 2 1) ."])
def test_equal_graphs_have_equal_labels(turtle: str) -> None:
    expected = labelled(triples(turtle))
    for seed in range(5):
        again = triples(turtle)  # with other labels
        random.Random(seed).shuffle(again)
        assert labelled(again) == expected


@pytest.mark.parametrize("turtle", [nested(3_000), mutual(12), inverted(3_000)])
def test_a_graph_that_is_slow_to_label_has_the_same_labels_when_read_again(turtle: str) -> None:
    expected = labelled(triples(turtle))
    assert labelled(triples(turtle)) == expected
    assert len(expected) == len(triples(turtle))


@pytest.mark.parametrize("turtle", [nested(3_000), chained(3_000), inverted(3_000)])
def test_shapes_in_one_another_without_end_are_refused(turtle: str) -> None:
    with pytest.raises(ShapesError) as refused:
        CompiledEngine(Shapes.of(triples(turtle))).validate([])
    assert len(str(refused.value).splitlines()) == 1
