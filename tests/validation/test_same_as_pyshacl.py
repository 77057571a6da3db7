"""Our checks and pySHACL say the same about the same graphs.

REELGRAPH_LONG=1 makes it thorough. Where pySHACL departs from the standard, the random graphs
keep away: those places are in `test_differences_from_pyshacl.py`.
"""

from __future__ import annotations

import os

import pytest
from hypothesis import given, settings
from pyoxigraph import Triple

from bench.films import FAULTS, Fault, chunks, films
from etl.resources import folder
from etl.validation import CompiledEngine, ReferenceEngine, Shapes
from validation.random_graphs import examples
from validation.turtle import summary

LONG = os.environ.get("REELGRAPH_LONG") == "1"
GRAPHS = 5000 if LONG else 200
FILMS = 10_000 if LONG else 500


@settings(max_examples=GRAPHS)
@given(examples())
def test_on_random_shapes_and_data(example: tuple[list[Triple], list[Triple]]) -> None:
    shapes, data = example
    graph = Shapes.of(shapes)
    ours = CompiledEngine(graph).validate(data)
    assert summary(ours) == summary(ReferenceEngine(graph).validate(data))


@pytest.fixture(scope="module")
def film_shapes() -> Shapes:
    return Shapes.read([folder("shapes")])


def test_on_films_with_faults(film_shapes: Shapes) -> None:
    engine, reference = CompiledEngine(film_shapes), ReferenceEngine(film_shapes)
    for chunk in chunks(films(FILMS, fault_percent=5), 500):
        ours = engine.validate(chunk)
        assert ours.results
        assert summary(ours) == summary(reference.validate(chunk))


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_on_each_fault_alone(film_shapes: Shapes, fault: Fault) -> None:
    sample = next(films(1, fault_percent=0))
    engine = CompiledEngine(film_shapes)
    assert engine.validate(sample.triples).strictly_conforms
    fault.spoil(sample)
    ours = engine.validate(sample.triples)
    assert ours.results
    assert summary(ours) == summary(ReferenceEngine(film_shapes).validate(sample.triples))
