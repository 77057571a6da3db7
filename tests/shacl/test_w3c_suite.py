"""The W3C's own test suite for SHACL, case by case."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from pyoxigraph import RdfFormat, parse

from commands import Etl
from etl.errors import ShapesError
from etl.rdf.vocab import SH
from etl.shacl import CompiledEngine, Engine, ReferenceEngine, Shapes
from etl.shacl.graph import Graph
from shared_data import shared
from thoroughness import THOROUGH
from validation.w3c import Case, cases

CORE = list(cases(shared("conformance/shacl/core")))
SPARQL = list(cases(shared("conformance/shacl/sparql")))
# What is known to go wrong, with the reason; anything else is a failure.
KNOWN = {
    "pre-binding/shapesGraph-001": (
        "pySHACL does not bind $shapesGraph, which section 5.3.1 leaves to the processor"
    ),
}
# Where pySHACL departs from the standard, as in `test_differences_from_pyshacl.py`.
DIFFERENT = {"pyshacl": {"property/uniqueLang-002"}, "compiled": set[str]()}
ENGINES: dict[str, Callable[[Shapes], Engine]] = {
    "compiled": CompiledEngine,
    "pyshacl": ReferenceEngine,
}


def test_the_suite_is_complete() -> None:
    assert (len(CORE), len(SPARQL)) == (98, 23)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("case", CORE, ids=lambda case: case.name)
def test_core(case: Case, engine: str) -> None:
    report = ENGINES[engine](Shapes.read([case.shapes])).validate(case.data_triples())
    assert (case.found(report) == case.expected()) is (case.name not in DIFFERENT[engine])


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("case", SPARQL, ids=lambda case: case.name)
def test_sparql(case: Case, engine: str) -> None:
    if case.expects_failure or case.name in KNOWN:
        with pytest.raises(ShapesError):  # whatever the data
            ENGINES[engine](Shapes.read([case.shapes]))
    else:
        report = ENGINES[engine](Shapes.read([case.shapes])).validate(case.data_triples())
        assert case.found(report) == case.expected()


FORMATS = {"ttl": RdfFormat.TURTLE, "nt": RdfFormat.N_TRIPLES, "jsonld": RdfFormat.JSON_LD}
# Cases that expect results which differ in nothing, or whose shape the standard shares.
TWICE = ("lessThan-002", "property-001", "uniqueLang-001", "shared")


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    ("case", "form"),
    [
        pytest.param(case, form, id=f"{case.name}-{form}")
        for case in [*CORE, *SPARQL]
        for form in FORMATS
        if case.name.endswith(TWICE) or (form == "nt" and THOROUGH)
        if not case.expects_failure and case.name not in {*KNOWN, *DIFFERENT["pyshacl"]}
    ],
)
def test_through_the_command_line(etl: Etl, case: Case, form: str, engine: str) -> None:
    result = etl("validate", case.data, "--shapes", case.shapes, "-f", form, "--engine", engine)
    expected = case.expected()
    triples = (quad.triple for quad in parse(result.stdout, FORMATS[form]))
    assert case.found_in(Graph(triples)) == expected
    assert result.exit_code == any(quad.object == SH.Violation for quad in expected)
