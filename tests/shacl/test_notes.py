"""What asks for nothing, or is not followed, is said once, whatever engine is to judge."""

from __future__ import annotations

import pytest

from etl.resources import folder
from etl.shacl import CompiledEngine, ReferenceEngine, Shapes
from etl.shacl.aims import own_aims, parted, unmet_in
from validation.turtle import results_of, shapes, triples

S = "shape <http://example.org/S>"
P = f"{S}: sh:property <http://example.org/p>"
ADVANCED = "is a term of SHACL Advanced Features, and is ignored"
UNASKED = "it has no target and nothing refers to it"

SAID = {
    # Terms of SHACL Advanced Features, on shapes and elsewhere
    "ex:S sh:targetNode ex:a ; sh:target [ a sh:SPARQLTarget ; sh:select '' ] .": [
        f"{S}: sh:target {ADVANCED}"
    ],
    "ex:S sh:target [ a sh:JSTarget ] ; sh:in () . ex:T sh:targetNode ex:a .": [
        f"{S}: sh:target {ADVANCED}",
        f"{S}: {UNASKED}",
    ],
    "ex:S sh:targetNode ex:a ; sh:rule [ a sh:TripleRule ; sh:subject sh:this ] .": [
        f"{S}: sh:rule {ADVANCED}"
    ],
    "ex:S sh:targetNode ex:a ; sh:expression [ sh:this true ] ; sh:js ex:j .": [
        f"{S}: sh:expression {ADVANCED}",
        f"{S}: sh:js {ADVANCED}",
    ],
    "ex:S sh:targetNode ex:a ; sh:property [ sh:path ex:p ; sh:values [ sh:path ex:q ] ] .": [
        f"{P}: sh:values {ADVANCED}"
    ],
    "ex:S sh:targetNode ex:a ; sh:in () . ex:f a sh:SPARQLFunction ; sh:returnType ex:t .": [
        f"shape <http://example.org/f>: sh:returnType {ADVANCED}"
    ],
    # Words that nobody knows
    "ex:S sh:targetNode ex:a ; sh:minCuont 1 .": [
        f"{S}: sh:minCuont is not a term of SHACL Core, and is ignored"
    ],
    "ex:S sh:targetNode ex:a ; sh:property [ sh:path ex:p ; sh:singleLine true ] .": [
        f"{P}: sh:singleLine is not a term of SHACL Core, and is ignored"
    ],
    # What is never asked, and what everything conforms to
    "ex:S sh:targetNode ex:a ; sh:nodeKind sh:IRI . ex:T sh:tragetClass ex:C ; sh:in () .": [
        "shape <http://example.org/T>: sh:tragetClass is not a term of SHACL Core, and is ignored",
        f"shape <http://example.org/T>: {UNASKED}",
    ],
    "ex:S sh:targetNode ex:a . ex:T a sh:NodeShape ; sh:node ex:U . ex:U sh:in () .": [
        f"shape <http://example.org/T>: {UNASKED}"
    ],
    "ex:S sh:targetNode ex:a ; sh:not ex:Typo .": [
        f"{S}: sh:not: there is no shape <http://example.org/Typo>, so everything conforms to it"
    ],
    "ex:S sh:targetNode ex:a ; sh:ignoredProperties ( ex:p ) .": [
        f"{S}: sh:ignoredProperties: it says nothing without sh:closed"
    ],
    "ex:S sh:targetNode ex:a ; sh:qualifiedMinCount 1 .": [
        f"{S}: sh:qualifiedMinCount: it says nothing without sh:qualifiedValueShape"
    ],
    # Graphs that are named and not read
    "ex:S sh:targetNode ex:a . ex: owl:imports ex:more, ex:still-more .": [
        "owl:imports <http://example.org/more>: what it names is not read",
        ("owl:imports <http://example.org/still-more>: what it names is not read"),
    ],
    "ex:S sh:targetNode ex:a . ex:data sh:shapesGraph ex:more .": [
        "sh:shapesGraph <http://example.org/more>: what it names is not read"
    ],
    # Nothing to say
    "ex:S sh:targetNode ex:a ; sh:name 'S' ; sh:order 1 ; sh:group ex:g ; sh:closed false ;"
    " sh:ignoredProperties () ; sh:property [ sh:path ex:p ; sh:defaultValue 1 ] .": [],
    "ex:S a sh:NodeShape ; sh:targetClass ex:C ; sh:not [ ] . ex: sh:declare"
    " [ sh:prefix 'ex' ; sh:namespace 'http://example.org/' ] .": [],
}


@pytest.mark.parametrize("turtle", SAID)
def test_what_asks_for_nothing_is_said(turtle: str) -> None:
    for engine in (CompiledEngine(shapes(turtle)), ReferenceEngine(shapes(turtle))):
        assert sorted(map(str, engine.notes)) == sorted(SAID[turtle])
        engine.validate(triples("ex:a a ex:C ; ex:p 1 ."))


def test_our_own_shapes_give_no_notes() -> None:
    for place in (folder("shapes"), folder("shapes") / "provenance"):
        for engine in (CompiledEngine, ReferenceEngine):
            assert engine(Shapes.read([place])).notes == ()


SHIPPED = shapes("ex:Ours sh:targetClass schema:Movie ; sh:property ex:ours-name ."
                 "ex:ours-name sh:path schema:name ; sh:minCount 1 .")  # fmt: skip
OWN = shapes(
    "ex:Own sh:targetClass schema:Movie, <http://schema.org/Movie>, ex:Film ;"
    " sh:targetSubjectsOf schema:name ; sh:targetObjectsOf <http://schema.org/name> ;"
    " sh:targetNode ex:a ; sh:property [ sh:path ex:p ; sh:minCount 1 ] ."
    "ex:Class a <http://www.w3.org/2000/01/rdf-schema#Class>, sh:NodeShape ; sh:in () ."
    "ex:Ours sh:targetClass ex:Film ."
)


def test_what_no_node_of_a_graph_is_judged_by_is_said() -> None:
    aims = own_aims(SHIPPED | OWN, SHIPPED)
    assert len(aims) == 8
    own, film = "shape <http://example.org/Own>", "its target class <http://example.org/Film>"
    data = triples("<a:b> a <http://schema.org/Movie> ; schema:name 'A' .")
    assert sorted(str(aim.note) for aim in unmet_in(aims, data)) == [
        (
            "shape <http://example.org/Class>: its target class <http://example.org/Class> "
            "is not in the graph"
        ),
        f"shape <http://example.org/Ours>: {film} is not in the graph",
        f"{own}: {film} is not in the graph",
        (
            f"{own}: its target class <https://schema.org/Movie> is not in the graph; "
            "<http://schema.org/Movie> is"
        ),
        (
            f"{own}: its target property <http://schema.org/name> is not in the graph; "
            "<https://schema.org/name> is"
        ),
    ]


def test_our_shapes_and_the_user_s_can_be_asked_apart() -> None:
    both = SHIPPED | OWN
    data = triples("ex:b a schema:Movie . ex:c a ex:Film . ex:d a ex:Class .")
    for kind in (CompiledEngine, ReferenceEngine):
        ours, own = (kind(part) for part in parted(both, SHIPPED))
        whole = kind(both).validate(data).results
        focus = [
            sorted(str(result.focus_node) for result in each.validate(data).results)
            for each in (ours, own)
        ]
        assert focus[0] == ["<http://example.org/b>"]
        assert sorted(focus[0] + focus[1]) == sorted(str(each.focus_node) for each in whole)
        assert results_of(kind(both), data) == {"", "http://example.org/d"}
