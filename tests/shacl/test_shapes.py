"""Each constraint in `shapes/` is kept by what should pass and broken by what should not.

The examples are the files below `tests/shapes/`: `<class>/valid/*.ttl` gives no result at
all; `<class>/invalid/*.ttl` names in its first line the shapes it violates, all of them.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pyshacl
import pytest
from pyoxigraph import Literal, NamedNode, Quad, QuerySolutions, RdfFormat, Store, parse
from rdflib import RDF, SH, Graph, Namespace, URIRef
from rdflib.term import Node

from etl.resources import folder
from etl.shacl import CompiledEngine, ReferenceEngine, Shapes
from places import TESTS
from thoroughness import THOROUGH
from validation.turtle import summary

SHAPES = Namespace("https://w3id.org/reelgraph/shapes#")
EXAMPLES = TESTS / "shapes"
VALID = sorted(EXAMPLES.glob("*/valid/*.ttl"))
INVALID = sorted(EXAMPLES.glob("*/invalid/*.ttl"))
SEVERITIES = {SH.Violation, SH.Warning, SH.Info}

# What a shape may say besides its constraints. The rest is a constraint: a misspelt
# parameter becomes a component that no example breaks.
NOT_A_CONSTRAINT = {
    SH.message,
    SH.name,
    SH.path,
    SH.property,
    SH.qualifiedValueShape,
    SH.severity,
    SH.targetClass,
}

Constraint = tuple[Node, Node]
"""A shape and one of its constraint components."""


@cache
def shapes_graph() -> Graph:
    graph = Graph()
    for path in sorted(folder("shapes").glob("*.ttl")):
        graph.parse(path)
    return graph


def validation_results(data: Graph, shapes: Graph) -> list[tuple[Node, Node, Node]]:
    """Return shape, component and severity of each result."""
    _, report, _ = pyshacl.validate(data, shacl_graph=shapes)
    assert isinstance(report, Graph)
    return [
        (
            _one(report, result, SH.sourceShape),
            _one(report, result, SH.sourceConstraintComponent),
            _one(report, result, SH.resultSeverity),
        )
        for result in report.objects(None, SH.result)
    ]


def _one(graph: Graph, subject: Node, predicate: Node) -> Node:
    value = graph.value(subject, predicate, any=False)
    assert value is not None
    return value


@cache
def results_of(path: Path) -> list[tuple[Node, Node, Node]]:
    return validation_results(Graph().parse(path), shapes_graph())


def example_id(path: Path) -> str:
    return path.relative_to(EXAMPLES).with_suffix("").as_posix()


def expected_shapes(path: Path) -> set[URIRef]:
    first_line = path.read_text(encoding="utf-8").partition("\n")[0]
    _, marker, names = first_line.partition("# violates: ")
    assert marker, f"{example_id(path)}: the first line must name the violated shapes"
    return {SHAPES[name.removeprefix("shapes:")] for name in names.split()}


def all_shapes() -> set[Node]:
    """Return the shapes; pySHACL leaves statements about other things in the graph."""
    return {subject for subject in shapes_graph().subjects() if str(subject) in SHAPES}


def target_shapes() -> set[Node]:
    return set(shapes_graph().subjects(SH.targetClass))


def reporting_shapes() -> set[Node]:
    """Return the shapes that a result can name: those with a target, and their properties."""
    targets = target_shapes()
    return targets | {p for shape in targets for p in shapes_graph().objects(shape, SH.property)}


def constraints_of(shapes: set[Node]) -> Iterator[tuple[Constraint, tuple[Node, Node, Node]]]:
    """Yield each constraint of these shapes with the triple that states it.

    Source: SHACL section 4 names each component after its parameter.
    """
    for shape in shapes:
        for triple in shapes_graph().triples((shape, None, None)):
            parameter = triple[1]
            if str(parameter).startswith(str(SH)) and parameter not in NOT_A_CONSTRAINT:
                local = str(parameter).removeprefix(str(SH))
                component = f"{local[0].upper()}{local[1:]}ConstraintComponent"
                yield (shape, URIRef(str(SH) + component)), triple


@pytest.mark.parametrize("path", VALID, ids=example_id)
def test_a_valid_example_gives_no_result(path: Path) -> None:
    assert results_of(path) == []


@pytest.mark.parametrize("path", INVALID, ids=example_id)
def test_an_invalid_example_violates_exactly_the_shapes_it_names(path: Path) -> None:
    assert {shape for shape, _, _ in results_of(path)} == expected_shapes(path)


def test_every_constraint_is_broken_by_an_example() -> None:
    broken = {(shape, component) for p in INVALID for shape, component, _ in results_of(p)}
    assert {constraint for constraint, _ in constraints_of(reporting_shapes())} == broken


def test_every_constraint_of_a_form_decides_some_example() -> None:
    """A form reports nothing itself: without one of its constraints, an example must change."""
    examples = Graph()
    for number, path in enumerate(VALID + INVALID):
        text = path.read_text(encoding="utf-8")
        apart = text.replace("@base <http://localhost:8000/>", f"@base <http://example/{number}/>")
        examples.parse(data=apart, format="turtle")
    as_they_are = judged(examples, shapes_graph())
    for _, triple in constraints_of(all_shapes() - reporting_shapes()):
        less = shapes_graph() - Graph().add(triple)
        assert judged(examples, less) != as_they_are, triple


def judged(data: Graph, shapes: Graph) -> Counter[tuple[str, ...]]:
    """Give what pySHACL finds; where time is short, what our checks find, which is the same."""
    triples = (quad.triple for quad in parse(data.serialize(format="nt"), RdfFormat.N_TRIPLES))
    engine = ReferenceEngine if THOROUGH else CompiledEngine
    return summary(engine(Shapes.of_text(shapes.serialize(format="nt"))).validate(triples))


def test_every_shape_has_an_iri_and_is_used() -> None:
    graph = shapes_graph()
    properties = set(graph.subjects(RDF.type, SH.PropertyShape))
    assert set(graph.subjects(RDF.type, SH.NodeShape)) | properties == all_shapes()
    assert set(graph.subjects(SH.path)) == properties
    assert all_shapes() - target_shapes() <= set(graph.objects())


def test_every_shape_that_reports_says_how_bad_it_is_and_what_to_do() -> None:
    graph = shapes_graph()
    for shape in reporting_shapes() | set(graph.subjects(SH.path)):
        assert _one(graph, shape, SH.severity) in SEVERITIES, shape
        message = str(_one(graph, shape, SH.message))
        assert message[0].isupper() and message.endswith("."), message
    for shape in graph.subjects(SH.path):
        assert _one(graph, shape, SH.name)


def test_a_shape_that_only_others_refer_to_is_never_less_than_a_violation() -> None:
    """An engine told to allow warnings would let a value pass where it does not conform."""
    for shape in all_shapes() - reporting_shapes():
        assert shapes_graph().value(shape, SH.severity) in (None, SH.Violation), shape


def test_every_result_carries_the_severity_of_its_shape() -> None:
    for path in INVALID:
        for shape, _, severity in results_of(path):
            assert severity == _one(shapes_graph(), shape, SH.severity)


def test_a_class_has_one_file_and_one_folder_of_examples() -> None:
    files = {path.stem for path in folder("shapes").glob("*.ttl")} - {"values"}
    assert {path.name for path in EXAMPLES.iterdir() if path.is_dir()} == files
    classes = {str(c).rpartition("/")[2] for c in shapes_graph().objects(None, SH.targetClass)}
    assert {"".join(word.capitalize() for word in name.split("-")) for name in files} == classes


def test_the_shapes_keep_to_core_and_to_the_rules_of_shacl() -> None:
    assert not [p for p in shapes_graph().predicates() if p in (SH.sparql, SH.js, SH.rule)]
    conforms, _, text = pyshacl.validate(Graph(), shacl_graph=shapes_graph(), meta_shacl=True)
    assert conforms, text


def test_a_pattern_means_the_same_to_python_and_to_sparql() -> None:
    """SHACL takes its patterns from SPARQL, pySHACL hands them to Python."""
    patterns = {str(pattern) for pattern in shapes_graph().objects(None, SH.pattern)}
    values = {str(o) for path in VALID + INVALID for o in Graph().parse(path).objects()}
    store = Store()
    anything, has_pattern, has_value = (NamedNode(f"urn:{name}") for name in ("x", "p", "v"))
    store.extend(Quad(anything, has_pattern, Literal(pattern)) for pattern in patterns)
    store.extend(Quad(anything, has_value, Literal(value)) for value in values)
    matches = store.query(
        "SELECT ?pattern ?value"
        " { ?x <urn:p> ?pattern ; <urn:v> ?value FILTER REGEX(?value, ?pattern) }"
    )
    assert isinstance(matches, QuerySolutions)
    in_sparql = {(row["pattern"].value, row["value"].value) for row in matches}
    in_python = {(p, v) for p in patterns for v in values if re.search(p, v)}
    assert in_sparql == in_python


def test_every_letter_and_digit_makes_a_name() -> None:
    """The pattern names what is neither, by blocks; in Latin it is exact."""
    (pattern,) = shapes_graph().objects(SHAPES["person-name-letters"], SH.pattern)
    for code in [*range(1, 0xD800), *range(0xE000, sys.maxunicode + 1)]:
        character, matches = chr(code), re.search(str(pattern), chr(code))
        assert matches or not character.isalnum(), hex(code)
        if code < 0x2C2:
            assert character.isalnum() or not matches, hex(code)
