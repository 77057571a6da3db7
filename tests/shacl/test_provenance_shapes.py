"""Each constraint of `shapes/provenance/` is broken by a change of what is said of a workspace.

A true and valid story is broken once for each constraint, each time below another base IRI, and
all of the broken stories are validated together, by both engines.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, Triple, parse, serialize

from desk import ENGINE, Desk
from etl.operations.options import ChangeOptions
from etl.operations.undo import undo
from etl.rdf.vocab import PROV, RDF, SH, VOID, XSD
from etl.resources import folder
from etl.shacl import CompiledEngine, ReferenceEngine, Shapes, ValidationReport
from records import Film, write
from validation.turtle import summary

SHAPES = Shapes.read([folder("shapes") / "provenance"])
BASE = "http://localhost:8000/"
UNKNOWN = NamedNode(f"{BASE}unknown")
SAID = {SH.message, SH.name, SH.path, SH.property, SH.severity, RDF.type}
TARGETS = {SH.targetClass, SH.targetObjectsOf, SH.targetSubjectsOf}

# What a property's values are replaced by to break a constraint; None adds to them.
BREAKING: dict[NamedNode, tuple[NamedNode | Literal, ...] | None] = {
    SH.minCount: (),
    SH.hasValue: (),
    SH.maxCount: None,
    SH.datatype: (Literal("?", language="en"),),
    SH["class"]: (UNKNOWN,),
    SH.nodeKind: (Literal("?"),),
    SH.minInclusive: (Literal("-1", datatype=XSD.integer),),
    SH.minLength: (Literal(""),),
    SH.lessThanOrEquals: (Literal("2999-01-01T00:00:00Z", datatype=XSD.dateTime),),
}


@dataclass(frozen=True)
class Constraint:
    """A constraint with the node shape that it belongs to; a path of None is the node's own."""

    holder: NamedNode
    shape: NamedNode
    parameter: NamedNode
    path: NamedNode | None

    @property
    def component(self) -> str:
        """Name its component, which SHACL section 4 names after the parameter."""
        local = self.parameter.value.removeprefix(SH.iri)
        return f"{SH.iri}{local[0].upper()}{local[1:]}ConstraintComponent"


def said_in_shapes(subject: object, predicate: NamedNode) -> list[NamedNode]:
    return [
        triple.object
        for triple in SHAPES.triples
        if (triple.subject, triple.predicate) == (subject, predicate)
        and isinstance(triple.object, NamedNode)
    ]


def constraints() -> Iterator[Constraint]:
    for holder in sorted({t.subject for t in SHAPES.triples if t.predicate in TARGETS}, key=str):
        assert isinstance(holder, NamedNode)
        for shape in [holder, *said_in_shapes(holder, SH.property)]:
            path = next(iter(said_in_shapes(shape, SH.path)), None)
            for triple in SHAPES.triples:
                if triple.subject == shape and triple.predicate not in SAID | TARGETS:
                    yield Constraint(holder, shape, triple.predicate, path)


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> set[Triple]:
    """What is said of a film of two sources, which disagree, and a run that is undone.

    It has one part of each kind.
    """
    desk = Desk(tmp_path_factory.mktemp("story"))
    other = desk.source.parent / "other"
    other.mkdir()
    write(other, Film(838, "Emma", 1932))
    desk.load(other, name="other")
    desk.write(Film(838, "Emma", 1996))
    desk.load(name="films")
    desk.write(Film(838, "Emma", 1997))
    desk.load(name="films")
    undo(desk.workspace, 3, ENGINE, ChangeOptions(command="etl undo"))
    told = desk.provenance()
    parts = [t for t in told if t.predicate in (VOID.propertyPartition, VOID.classPartition)]
    kept = {min((t for t in parts if t.predicate == p), key=str) for p in {t[1] for t in parts}}
    dropped = {t.object for t in set(parts) - kept}
    return {t for t in told if t.subject not in dropped and t.object not in dropped}


def focus_nodes(told: set[Triple], holder: NamedNode) -> set[NamedNode]:
    """Find the nodes that a shape is about (SHACL section 2.1.3)."""
    found: set[object] = set()
    for kind in TARGETS:
        for target in said_in_shapes(holder, kind):
            if kind == SH.targetClass:
                found |= {t.subject for t in told if (t.predicate, t.object) == (RDF.type, target)}
            else:
                at = 2 if kind == SH.targetObjectsOf else 0
                found |= {t[at] for t in told if t.predicate == target}
    return {node for node in found if isinstance(node, NamedNode)}


def broken(told: set[Triple], constraint: Constraint) -> set[Triple]:
    """Break a constraint at one node, one that has values to be broken if there is any."""
    path = constraint.path
    having = {t.subject for t in told if t.predicate == path}
    nodes = focus_nodes(told, constraint.holder)
    focus = min(nodes, key=lambda node: (node not in having, node.value))
    if path is None:
        return {unnamed(triple, focus) for triple in told}
    values = BREAKING[constraint.parameter]
    held = {t for t in told if (t.subject, t.predicate) == (focus, path)}
    if values is None:
        return told | {Triple(focus, path, Literal(text)) for text in ("one more", "another")}
    return told - held | {Triple(focus, path, value) for value in values}


def unnamed(triple: Triple, node: NamedNode) -> Triple:
    """Put a blank node in the place of a node."""
    subject, object_ = (BlankNode("x") if t == node else t for t in (triple.subject, triple.object))
    return Triple(subject, triple.predicate, object_)  # type: ignore[arg-type]


def elsewhere(told: set[Triple], number: int) -> set[Triple]:
    """Tell the same below another base IRI."""
    text = (serialize(told, format=RdfFormat.N_TRIPLES) or b"").decode()
    text = text.replace(BASE, f"http://example.org/{number}/").replace("_:x", f"_:x{number}")
    return {quad.triple for quad in parse(text, RdfFormat.N_TRIPLES)}


def test_every_constraint_is_broken_by_some_change_and_both_engines_agree(
    story: set[Triple],
) -> None:
    cases = list(constraints())
    assert {case.parameter for case in cases} == set(BREAKING)
    stories = [elsewhere(broken(story, case), n) for n, case in enumerate(cases)]
    everything = set[Triple]().union(*stories)
    found = CompiledEngine(SHAPES).validate(everything)
    assert summary(found) == summary(ReferenceEngine(SHAPES).validate(everything))
    kinds = {(r.source_shape, r.source_constraint_component.value) for r in found.results}
    assert kinds == {(case.shape, case.component) for case in cases}


def test_the_story_itself_is_valid(story: set[Triple]) -> None:
    assert CompiledEngine(SHAPES).validate(story) == ValidationReport()


def test_every_shape_says_how_bad_it_is_and_what_to_do() -> None:
    for shape in {case.shape for case in constraints()}:
        assert said_in_shapes(shape, SH.severity) == [SH.Violation]
        (message,) = SHAPES.graph.objects(shape, SH.message)
        assert isinstance(message, Literal)
        assert message.value[0].isupper() and message.value.endswith(".")


def test_films_are_not_validated_against_the_shapes_of_provenance() -> None:
    films = Shapes.read([folder("shapes")])
    targets = {triple.object for triple in films.triples if triple.predicate == SH.targetClass}
    assert targets
    assert not targets & {PROV.Activity, VOID.Dataset}
