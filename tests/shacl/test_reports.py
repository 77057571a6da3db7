"""What a report says, to the loader and to other tools."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, RdfFormat, serialize

from etl.rdf.vocab import SH
from etl.shacl import CompiledEngine, ValidationReport, ValidationResult
from etl.shacl.graph import Graph
from etl.shacl.path_writing import PathWriter
from etl.shacl.paths import (
    Alternative,
    Inverse,
    OneOrMore,
    Predicate,
    PropertyPath,
    Sequence,
    ZeroOrMore,
    ZeroOrOne,
    read_path,
)
from validation.turtle import shapes, triples

EX = "http://example.org/"
A, P, Q, SHAPE = (NamedNode(EX + name) for name in ("a", "p", "q", "Shape"))
COMPONENT = NamedNode(SH.iri + "MinCountConstraintComponent")

predicates = st.sampled_from([Predicate(P), Predicate(Q)])
paths: st.SearchStrategy[PropertyPath] = st.recursive(
    predicates,
    lambda inner: st.one_of(
        st.lists(inner, min_size=2, max_size=3).map(lambda found: Sequence(tuple(found))),
        st.lists(inner, min_size=2, max_size=3).map(lambda found: Alternative(tuple(found))),
        *(st.builds(kind, inner) for kind in (Inverse, ZeroOrMore, OneOrMore, ZeroOrOne)),
    ),
    max_leaves=6,
)


def result(severity: NamedNode) -> ValidationResult:
    return ValidationResult(A, SHAPE, COMPONENT, severity)


def test_only_a_violation_blocks_loading() -> None:
    mild = ValidationReport((result(SH.Warning), result(SH.Info)))
    assert mild.conforms
    assert not mild.strictly_conforms
    assert not ValidationReport((result(SH.Violation),)).conforms
    assert ValidationReport().strictly_conforms


def test_a_report_is_the_standards_report_graph() -> None:
    path = Sequence((Predicate(P), Inverse(Predicate(Q))))
    message = Literal("Give it a name.", language="en")
    below = ValidationResult(A, SHAPE, COMPONENT)
    report = ValidationReport(
        (
            ValidationResult(
                focus_node=A,
                source_shape=SHAPE,
                source_constraint_component=COMPONENT,
                severity=SH.Warning,
                result_path=path,
                value=Literal("x"),
                messages=(message,),
                detail=(below,),
            ),
        )
    )
    prefixes = {"sh": SH.iri, "ex": EX}
    turtle = serialize(report.to_triples(), format=RdfFormat.TURTLE, prefixes=prefixes) or b""
    assert (
        turtle.decode()
        == """\
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix ex: <http://example.org/> .
_:report a sh:ValidationReport ;
	sh:conforms false ;
	sh:result _:result1 .
_:result1 a sh:ValidationResult ;
	sh:focusNode ex:a ;
	sh:sourceShape ex:Shape ;
	sh:sourceConstraintComponent sh:MinCountConstraintComponent ;
	sh:resultSeverity sh:Warning ;
	sh:value "x" ;
	sh:resultMessage "Give it a name."@en ;
	sh:resultPath _:result1path1 .
_:result1path1 <http://www.w3.org/1999/02/22-rdf-syntax-ns#first> ex:p ;
	<http://www.w3.org/1999/02/22-rdf-syntax-ns#rest> _:result1path2 .
_:result1path3 sh:inversePath ex:q .
_:result1path2 <http://www.w3.org/1999/02/22-rdf-syntax-ns#first> _:result1path3 ;
	<http://www.w3.org/1999/02/22-rdf-syntax-ns#rest> \
<http://www.w3.org/1999/02/22-rdf-syntax-ns#nil> .
_:result1 sh:detail _:result1detail1 .
_:result1detail1 a sh:ValidationResult ;
	sh:focusNode ex:a ;
	sh:sourceShape ex:Shape ;
	sh:sourceConstraintComponent sh:MinCountConstraintComponent ;
	sh:resultSeverity sh:Violation .
"""
    )


def test_the_same_graphs_give_the_same_report_in_the_same_order() -> None:
    graph = shapes(
        "ex:S sh:targetSubjectsOf ex:p ;"
        " sh:property [ sh:path ex:p ; sh:maxCount 0 ], [ sh:path ex:q ; sh:minCount 1 ] ."
    )
    data = triples("ex:a ex:p 1, 2 . ex:b ex:p 3 . ex:c ex:p 4 ; ex:q 5 .")
    reports = {CompiledEngine(graph).validate(data) for _ in range(3)}
    assert len(reports) == 1
    assert len(reports.pop().results) == 5


@given(paths)
def test_a_path_written_as_triples_reads_back_the_same(path: PropertyPath) -> None:
    node, written = PathWriter("path").write(path)
    assert read_path(Graph(written), node) == path


def test_a_path_reads_as_in_sparql() -> None:
    inner = Alternative((Predicate(P), Inverse(Predicate(Q))))
    path = Sequence((Predicate(P), ZeroOrMore(inner), ZeroOrOne(Predicate(Q))))
    assert str(path) == f"<{EX}p>/((<{EX}p>|(^<{EX}q>))*)/(<{EX}q>?)"
