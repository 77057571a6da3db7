"""Whatever a record says comes out of the graph as it went in, and others read the same."""

from __future__ import annotations

import io
import json
import re
import tempfile
import unicodedata
from pathlib import Path

import rdflib
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import BlankNode, Literal, NamedNode

from desk import ENGINE, Desk, Unchecked
from etl.output import Destination, GraphAnswer, write
from etl.shacl import ReferenceEngine
from etl.stores.embedded import EmbeddedStore
from places import SEEDS
from records import Film
from thoroughness import examples

# What Unicode lets nobody see (`Default_Ignorable_Code_Point`), beside the category Cf.
_UNSEEN = "".join(
    chr(code)
    for start, end in (
        *((0x34F, 0x350), (0x115F, 0x1161), (0x17B4, 0x17B6), (0x180B, 0x1810), (0x2065, 0x2066)),
        *((0x3164, 0x3165), (0xFE00, 0xFE10), (0xFFA0, 0xFFA1), (0xFFF0, 0xFFF9)),
        (0xE0000, 0xE1000),
    )
    for code in range(start, end)
)
_LINE = st.text(
    st.characters(
        exclude_categories=["Cc", "Cf", "Cs", "Zl", "Zp"], exclude_characters="&" + _UNSEEN
    ),
    min_size=1,
    max_size=60,
)
_REPAIRED = "&\r" + "".join(map(chr, {*range(32)} - {*b"\t\n"})) + "\ufffe\uffff"
_REPAIRED += "".join(map(chr, range(0x7F, 0xA0)))  # taken for Windows' characters
_TEXT = st.text(
    st.characters(exclude_categories=["Cs", "Cf"], exclude_characters=_REPAIRED),
    min_size=1,
    max_size=200,
)


def _plain(text: str) -> str:
    """Give a text as a reader without any repair to make leaves it."""
    return " ".join(unicodedata.normalize("NFC", text).split())


titles = _LINE.map(_plain).filter(lambda t: t and t.lower() not in ("-", "--") and ", " not in t)
people = (
    _LINE.map(lambda t: _plain(t.translate(dict.fromkeys(map(ord, ",;|"), " "))))
    .filter(lambda name: name and name not in ("-", "--"))
    .filter(lambda name: name.rstrip(".") not in "Jr Sr II III IV Esq M.D Ph.D".split())
    .filter(lambda name: not re.fullmatch("(?i:nm|tt)[0-9]+", name))  # a damaged id is rejected
)
synopses = _TEXT.map(lambda text: unicodedata.normalize("NFC", text).strip()).filter(
    lambda text: text not in ("", "-", "--")
)

QUERY = """
PREFIX schema: <https://schema.org/>
SELECT ?title ?name ?synopsis WHERE {
  ?film a schema:Movie ; schema:name ?title ; schema:actor/schema:name ?name ;
    schema:description ?synopsis
}
"""


@settings(max_examples=examples(few=6, many=30))
@given(st.lists(st.tuples(titles, people, synopses), min_size=1, max_size=12))
def test_any_title_name_and_synopsis_survives_to_the_answer(
    told: list[tuple[str, str, str]],
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        desk = Desk(Path(folder), Unchecked())
        for number, (title, name, synopsis) in enumerate(told, start=1):
            desk.write(Film(number, title, actors=name, synopsis=synopsis))
        desk.load()
        store = EmbeddedStore.read(desk.workspace.required().store)
        stream = io.BytesIO()
        write(store.query(QUERY), Destination(stream, "json"))
    answer = json.loads(stream.getvalue())
    found = [
        tuple(row[name]["value"] for name in ("title", "name", "synopsis"))
        for row in answer["results"]["bindings"]
    ]
    assert sorted(found) == sorted(told)


def _exported(desk: Desk) -> str:
    stream = io.BytesIO()
    write(
        GraphAnswer(EmbeddedStore.read(desk.workspace.required().store).export()),
        Destination(stream, "nt"),
    )
    return stream.getvalue().decode()


def _key(term: object) -> tuple[str, str, str]:
    """Give a term of either library in one form."""
    match term:
        case NamedNode() | BlankNode():
            return "iri", term.value, ""
        case Literal():
            return "literal", term.value, term.language or term.datatype.value
        case rdflib.URIRef():
            return "iri", str(term), ""
        case rdflib.Literal():
            kind = term.language or term.datatype or rdflib.XSD.string
            return "literal", str(term), str(kind)
        case _:
            raise AssertionError(term)


def test_another_library_reads_the_export_as_the_same_triples(desk: Desk) -> None:
    desk.load(SEEDS)
    parsed = rdflib.Graph()
    previous, rdflib.NORMALIZE_LITERALS = rdflib.NORMALIZE_LITERALS, False
    try:
        parsed.parse(data=_exported(desk), format="nt")
    finally:
        rdflib.NORMALIZE_LITERALS = previous
    theirs = {tuple(map(_key, triple)) for triple in parsed}
    ours = {tuple(map(_key, quad.triple)) for quad in desk.graph()}
    assert theirs == ours
    assert len(ours) == len(desk.graph())


def test_the_reference_engine_finds_the_export_as_sound_as_the_load_did(desk: Desk) -> None:
    desk.load(SEEDS)
    triples = [quad.triple for quad in desk.graph()]
    theirs, ours = ReferenceEngine(ENGINE.shapes).validate(triples), ENGINE.validate(triples)
    assert set(theirs.results) == set(ours.results)
    assert theirs.conforms
    assert [finding for finding in desk.findings if finding.severity == "Violation"] == []


def test_there_is_no_blank_node(desk: Desk) -> None:
    desk.load(SEEDS)
    terms = [term for quad in desk.graph() for term in (quad.subject, quad.object)]
    assert not any(isinstance(term, BlankNode) for term in terms)
