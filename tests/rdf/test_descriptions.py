"""Descriptions are written and counted as the triples they stand for."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, Triple, parse, serialize

from etl.entities.tally import Tally
from etl.rdf.descriptions import Description, described, merged, statements, triples, written
from etl.rdf.vocab import RDF, SCHEMA, XSD

TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
IRIS = [NamedNode("a:b"), NamedNode("http://é.example/a%20b"), NamedNode("https://www.imdb.com/")]
DATATYPES = [XSD.gYear, XSD.decimal, XSD.string, NamedNode("a:type")]
nodes: st.SearchStrategy[NamedNode | BlankNode] = st.sampled_from([*IRIS, BlankNode("b1")])
literals = (
    st.builds(Literal, TEXTS)
    | st.builds(lambda text, of: Literal(text, datatype=of), TEXTS, st.sampled_from(DATATYPES))
    | st.builds(lambda text, tag: Literal(text, language=tag), TEXTS, st.sampled_from(["de", "el"]))
)
terms: st.SearchStrategy[NamedNode | BlankNode | Literal] = nodes | literals
properties = st.sampled_from([RDF.type, SCHEMA.sameAs, SCHEMA.name, *IRIS])


@st.composite
def descriptions(draw: st.DrawFn) -> Description:
    """Describe a node by a few properties, each with a value or several."""
    said = draw(st.lists(st.tuples(properties, terms | st.lists(terms).map(tuple)), max_size=4))
    return draw(nodes), tuple(each for each, _ in said), tuple(cell for _, cell in said)


@given(st.lists(descriptions()))
def test_written_as_the_library_writes_the_triples(told: list[Description]) -> None:
    said = list(triples(told))
    assert written(told) == (serialize(said, format=RdfFormat.N_TRIPLES) or b"")
    assert [quad.triple for quad in parse(written(told), RdfFormat.N_TRIPLES)] == said


@given(st.lists(descriptions()))
def test_counted_as_the_triples_are(told: list[Description]) -> None:
    said = [Triple(*each) for each in statements(told)]
    assert Tally.of_descriptions(told) == Tally.of(said)


@given(st.lists(st.builds(Triple, nodes, properties, terms)))
def test_triples_are_put_together_in_their_order(said: list[Triple]) -> None:
    told = list(described(said))
    assert list(triples(told)) == said
    assert all(one[0] != other[0] for one, other in pairwise(told))
    assert all(one != other for _, known, _ in told for one, other in pairwise(known))


@given(st.lists(descriptions()))
def test_what_is_said_of_a_node_at_several_places_is_put_together(told: list[Description]) -> None:
    found = list(merged(told))
    assert set(triples(found)) == set(triples(told))
    assert [node for node, _, _ in found] == list(dict.fromkeys(node for node, _, _ in told))
    assert all(list(known) == sorted(set(known), key=str) for _, known, _ in found)
