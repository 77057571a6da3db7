"""The line of a triple is where a file says it: cut before it, the file does not say it yet."""

from __future__ import annotations

import json
from pathlib import Path

from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, Triple, parse

from desk import Desk
from etl.output import Destination, GraphAnswer, write
from etl.sources import rdf
from etl.stores.embedded import EmbeddedStore
from places import TESTS

EXAMPLES = sorted((TESTS / "shapes").glob("*/*/*.ttl"))
HARD = """\
@prefix ex: <http://example.org/> .
PREFIX a.b: <http://example.org/a#> # <x:x> a <x:y> .
ex:one.two a ex:C ; # "not the end ;
  ex:p 1.5, 'it\\'s' . # .
ex:three ex:q [ ex:p ex:hidden ;
    ex:q ( 1 2 ) ] ,
  ex:four , "a.b"@en-GB ;
  ex:p '''three
lines . ''' , "1"^^ex:d ; a
  a.b:c .
_:x ex:p ex:one.two
  .
@base <http://example.org/> .
<five> <p> "<six> <p> 7 ." ; ex:esc\\,aped true .
[ ex:p 1 ] ex:q ex:three .
"""
LINES = {
    "one.two": [3, 4, 4],
    "three": [7, 7, 8, 9, 10],
    "five": [14, 14],
}


def said(text: str, base: str) -> set[Triple]:
    """Read what the beginning of a file says, which may end in the midst of a triple."""
    for end in ("", ".", "] ."):
        try:
            cut = text.rstrip().rstrip(";,") + end if end else text
            return {quad.triple for quad in parse(cut, RdfFormat.TURTLE, base_iri=base)}
        except SyntaxError:
            continue
    return set()


def test_every_triple_of_the_examples_has_the_line_that_says_it() -> None:
    for path in EXAMPLES:
        told = path.read_text("utf-8").splitlines(keepends=True)
        triples = said("".join(told), path.as_uri())
        found = rdf.lines(str(path), [(t.subject, t.predicate, t.object) for t in triples])
        for triple in triples:
            subject, predicate, value = triple
            line = found.get((subject, predicate, value), 0)
            assert line or isinstance(subject, BlankNode) or isinstance(value, BlankNode)
            if line:
                end = line + (value.value.count("\n") if isinstance(value, Literal) else 0)
                assert triple in said("".join(told[:end]), path.as_uri()), (path, triple)
                assert triple not in said("".join(told[: line - 1]), path.as_uri()), (path, triple)


def test_turtle_is_told_apart_as_its_grammar_says(tmp_path: Path) -> None:
    path = tmp_path / "hard.ttl"
    for text in (HARD, HARD.replace("\n", "\r\n")):
        path.write_text(text, "utf-8", newline="")
        triples = said(HARD, path.as_uri())
        found = rdf.lines(str(path), [(t.subject, t.predicate, t.object) for t in triples])
        lines = {
            name: sorted(line for (s, _, _), line in found.items() if s.value.endswith(f"/{name}"))  # type: ignore[union-attr]
            for name in LINES
        }
        assert lines == LINES
        assert [line for (s, _, _), line in found.items() if isinstance(s, BlankNode)] == [11]


def test_trig_has_lines_and_what_no_grammar_of_ours_knows_has_none(tmp_path: Path) -> None:
    path = tmp_path / "a.trig"
    path.write_text("<a:g> {\n <a:a> <a:p> 1 }\nGRAPH <a:h> {\n <a:b> <a:p> 2 . }\n", "utf-8")
    wanted = [(NamedNode(f"a:{name}"), None, None) for name in "agbh"]
    assert rdf.lines(str(path), wanted) == {wanted[0]: 2, wanted[2]: 4}
    path = tmp_path / "a.ttl"
    text = f"<a:a> <a:p> 1 .\n<a:g> <a:p>{' ' * 99}<<( <a:b> <a:p> 2 )>> .\n<a:h> <a:p> 3 ."
    path.write_text(text, "utf-8")
    assert rdf.lines(str(path), wanted) == {wanted[0]: 1}


def test_a_node_of_json_ld_has_the_line_of_its_name(loaded: Desk, tmp_path: Path) -> None:
    store = EmbeddedStore.read(loaded.workspace.required().store)
    path = tmp_path / "graph.jsonld"
    with path.open("wb") as stream:
        write(
            GraphAnswer(store.export()),
            Destination(stream, "jsonld", base_iri="http://localhost:8000/"),
        )
    subjects = [NamedNode(subject) for subject in store.subjects("{ ?s ?p ?o }")]
    found = rdf.lines(str(path), [(subject, None, None) for subject in subjects])
    assert {subject for subject, _, _ in found} == set(subjects)
    text = path.read_text("utf-8").splitlines()
    for (subject, _, _), line in found.items():
        name = json.loads(text[line - 1].partition(":")[2].strip().rstrip(","))
        assert subject.value.endswith(name)  # type: ignore[union-attr]


def test_a_name_that_json_ld_may_mean_otherwise_has_no_line(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonld"
    wanted = [(NamedNode(f"http://a.example/{name}"), None, None) for name in "ab"]
    context = '"@context": {"@base": "http://a.example/", "p": "http://a.example/p"}'
    nodes = '{"@id": "a", "p": {"@id": "b"}},\n {"p": 1,\n "@id": "b"}'
    text = f'{{{context},\n "@graph": [\n {nodes}]}}'
    path.write_text(text, "utf-8")
    assert rdf.lines(str(path), wanted) == {wanted[0]: 3, wanted[1]: 5}
    path.write_text(text.replace('"@id": "b"}}', '"@id": "b", "@context": {}}}'), "utf-8")
    assert rdf.lines(str(path), wanted) == {}
