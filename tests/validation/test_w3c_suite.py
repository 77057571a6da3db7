"""The W3C's own test suite for SHACL, case by case."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from shared_data import shared

from etl.errors import ShapesError
from etl.validation import CompiledEngine, Engine, ReferenceEngine, Shapes
from validation.w3c import Case, cases

CORE = list(cases(shared("conformance/shacl/core")))
SPARQL = list(cases(shared("conformance/shacl/sparql")))
# What is known to go wrong, with the reason; anything else is a failure.
KNOWN = {
    "pre-binding/shapesGraph-001": (
        "pySHACL does not bind $shapesGraph, which section 5.3.1 leaves to the processor"
    ),
}
ENGINES: dict[str, Callable[[Shapes], Engine]] = {
    "compiled": CompiledEngine,
    "pyshacl": ReferenceEngine,
}


def test_the_suite_is_complete() -> None:
    assert (len(CORE), len(SPARQL)) == (98, 23)


@pytest.mark.parametrize("case", CORE, ids=lambda case: case.name)
def test_core(case: Case) -> None:
    engine = CompiledEngine(Shapes.read([case.shapes]))
    assert case.found(engine.validate(case.data_triples())) == case.expected()


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("case", SPARQL, ids=lambda case: case.name)
def test_sparql(case: Case, engine: str) -> None:
    if case.expects_failure or case.name in KNOWN:
        with pytest.raises(ShapesError):  # whatever the data
            ENGINES[engine](Shapes.read([case.shapes]))
    else:
        report = ENGINES[engine](Shapes.read([case.shapes])).validate(case.data_triples())
        assert case.found(report) == case.expected()
