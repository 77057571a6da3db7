"""The hash of a graph is that of its lines of N-Triples, however it is written or ordered."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import BlankNode, Literal, NamedNode, Quad, RdfFormat, Triple, parse

from commands import Etl, hash_line, seeds
from etl.output import Destination, GraphAnswer, GraphHash, write
from etl.output.graphs import HASHED_AT_ONCE
from etl.rdf.vocab import SCHEMA, XSD
from records import EMMA

iris = st.sampled_from("abc").map(lambda each: NamedNode(f"http://localhost:8000/movie/é#{each}"))
literals = st.builds(Literal, st.text(max_size=3)) | st.builds(
    Literal, st.text(max_size=3), datatype=st.sampled_from([XSD.integer, XSD.gYear])
)
tagged = st.builds(Literal, st.text(max_size=2), language=st.sampled_from(["en", "en-GB"]))
nodes = st.builds(BlankNode, st.sampled_from("xy"))
triples = st.builds(Triple, iris | nodes, iris, iris | nodes | literals | tagged)
graphs = st.lists(triples, unique=True)


def hashed(statements: list[Triple]) -> str:
    told = GraphHash()
    told.add(statements)
    return str(told)


def ntriples(statements: list[Triple]) -> str:
    stream = io.BytesIO()
    write(GraphAnswer(statements), Destination(stream, "nt"))
    return stream.getvalue().decode()


@given(graphs)
def test_it_is_the_sum_of_the_hashes_of_the_lines(graph: list[Triple]) -> None:
    assert f"graph: {hashed(graph)}" == hash_line(ntriples(graph))


@given(graphs.flatmap(lambda graph: st.tuples(st.just(graph), st.permutations(graph))))
def test_no_order_changes_it(graphs: tuple[list[Triple], list[Triple]]) -> None:
    graph, shuffled = graphs
    assert hashed(graph) == hashed(shuffled)


@given(graphs, graphs)
def test_other_graphs_have_other_hashes(one: list[Triple], other: list[Triple]) -> None:
    assert (hashed(one) == hashed(other)) == (set(one) == set(other))


def test_one_line_has_the_hash_of_its_bytes() -> None:
    line = '<http://e/a> <https://schema.org/name> "Zoë\\n" .'  # sha256sum of this says so
    told = hashed([Triple(NamedNode("http://e/a"), SCHEMA.name, Literal("Zoë\n"))])
    assert told == "1 triples, hash f9cbdadb61d7a3f3b318069c53143c74"
    assert f"graph: {told}" == hash_line(line)


def test_statements_are_given_on_as_they_are_and_the_names_of_graphs_left_out() -> None:
    triple = Triple(NamedNode("http://e/a"), SCHEMA.name, Literal("A"))
    many = [
        Quad(NamedNode(f"http://e/{n}"), SCHEMA.name, Literal("A"), NamedNode("http://e/g"))
        for n in range(2 * HASHED_AT_ONCE + 1)
    ]
    told = GraphHash()
    assert list(told.counting([triple, *many])) == [triple, *many]
    assert str(told) == hashed([triple, *(each.triple for each in many)])
    assert told.triples == 2 * HASHED_AT_ONCE + 2


@pytest.mark.parametrize("extra", [(), ("--provenance",), ("--owl-same-as",)])
def test_an_export_tells_the_same_in_every_format(etl: Etl, extra: tuple[str, ...]) -> None:
    etl("load", seeds(EMMA))
    told = {etl("export", "-f", name, *extra).stderr for name in ("ttl", "nt", "nq", "rdfxml")}
    written = etl("export", "-f", "jsonld", *extra)
    assert told == {written.stderr}
    assert {hash_line(etl("export", "-f", "nt", *extra).stdout) + "\n"} == told
    read = [each.triple for each in parse(written.stdout, RdfFormat.JSON_LD)]
    assert written.stderr == f"graph: {hashed(read)}\n"


def test_a_differing_store_has_another_hash_and_is_told_with_it(etl: Etl) -> None:
    etl("load", seeds(EMMA))
    well = etl("check").stderr.splitlines()[1]
    etl("load", seeds(EMMA.but(title="Emma Again")))
    assert etl("check").stderr.splitlines()[1] != well
    etl("undo", 2)
    assert etl("check").stderr.splitlines()[1] == well == etl("export").stderr.strip()
