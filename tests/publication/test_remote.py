"""A server on loopback holds what the catalog says, and answers as the embedded store does."""

from __future__ import annotations

import gc
import random
import shutil
import time
import weakref
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, Quad, QueryBoolean, QuerySolutions, QueryTriples, Store

from etl.errors import QueryError, StoreError
from etl.operations.rebuild import RebuildOptions, rebuild
from etl.publication.comparing import compared
from etl.publication.publishing import PublishOptions, publish
from etl.publication.targets import Target
from etl.queries import bind
from etl.queries.lookup import GraphLookup
from etl.rdf.descriptions import Term
from etl.rdf.identifiers import Iris
from etl.rdf.vocab import RDF, SCHEMA, XSD
from etl.stores.remote import RemoteStore
from etl.stores.updates import Piece
from places import SEEDS
from published import Publisher
from query_cases import CASES, QUERIES
from records import Film
from servers import Oxigraph, Server, Virtuoso
from thoroughness import examples

EMMA = Film(838, "Emma", 1996, "7.1", directors="Douglas McGrath", actors="Gwyneth Paltrow")
HEAT = Film(6, "Heat", 1995, "8.3", directors="Michael Mann", actors="Al Pacino, Robert De Niro")
CASINO = Film(16, "Casino", 1995, directors="Martin Scorsese", actors="Robert De Niro, Joe Pesci")


def entity(quad: Quad) -> str:
    return str(quad.subject)[1:-1].partition("#")[0]


def entities(desk: Publisher) -> set[str]:
    """Give all that the embedded store says anything about."""
    return {entity(quad) for quad in desk.here()}


@pytest.fixture
def desk(tmp_path: Path, server: Server) -> Publisher:
    return Publisher(tmp_path, server.where)


def test_a_server_is_brought_in_step_by_every_change(desk: Publisher) -> None:
    desk.write(EMMA, HEAT)
    desk.load(name="films")
    assert desk.publish().entities == len(entities(desk))
    assert desk.there() == desk.here()

    desk.write(HEAT.but(rating="", actors="Al Pacino"), CASINO)
    desk.load(name="films")
    desk.publish()
    assert desk.there() == desk.here()

    desk.undo(2)
    desk.publish()
    assert desk.there() == desk.here()

    desk.remove("films")
    desk.publish()
    assert desk.there() == desk.here()
    assert not any(quad.subject == NamedNode(HEAT.iri) for quad in desk.there())

    desk.undo(4)
    desk.publish()
    assert desk.there() == desk.here()


def test_an_older_copy_of_the_workspace_is_noticed_before_anything_is_sent(
    desk: Publisher, tmp_path: Path
) -> None:
    desk.write(EMMA)
    desk.load(name="films")
    desk.publish()
    shutil.copytree(desk.workspace.path, tmp_path / "backup")
    desk.write(HEAT)
    desk.load(name="films")
    desk.publish()
    there = desk.there()
    shutil.rmtree(desk.workspace.path)
    shutil.copytree(tmp_path / "backup", desk.workspace.path)
    for _ in range(2):
        with pytest.raises(StoreError, match=r"server: holds run/2, .* is it an older copy\?"):
            desk.publish()
        assert desk.there() == there
        desk.write(CASINO)
        time.sleep(1)  # moments are told in whole seconds, and this is another run 2
        desk.load(name="films")
    desk.publish(repair=True)
    assert desk.there() == desk.here()
    assert desk.publish().entities == 0


def test_only_what_has_changed_is_sent(desk: Publisher) -> None:
    desk.write(EMMA, HEAT, CASINO)
    desk.load()
    desk.publish()
    before = desk.here()
    desk.write(HEAT.but(rating="9"))
    desk.load()
    changed = {entity(quad) for quad in desk.here() ^ before}
    assert HEAT.iri in changed < entities(desk)
    assert len(changed) <= desk.publish().entities < len(entities(desk)) / 2
    assert desk.publish().entities == 0


def test_the_export_from_a_server_is_that_of_the_embedded_store(
    desk: Publisher, server: Server
) -> None:
    desk.load(SEEDS)
    desk.publish()
    with RemoteStore.opened(server.where, Iris().provenance_graph) as remote:
        assert sorted(map(str, remote.export())) == sorted(map(str, desk.graph()))


def test_a_graph_is_read_page_by_page_where_a_server_gives_no_more_at_once(
    desk: Publisher, server: Server
) -> None:
    desk.load(SEEDS)
    desk.publish()
    for triples in (100, 999, 1_000_000):
        kind = replace(server.kind, answer_triples=triples)
        with RemoteStore.opened(replace(server.where, kind=kind)) as remote:
            assert sorted(map(str, remote.export())) == sorted(map(str, desk.graph()))


def test_random_changes_published_now_and_then_end_in_step(desk: Publisher) -> None:
    chosen = random.Random(6)
    people = [f"Person {number}" for number in range(12)]
    for _ in range(examples(3, 20)):
        for number in chosen.sample(range(1, 15), 5):
            path = desk.source / f"{number}.txt"
            if path.exists() and chosen.random() < 0.3:
                path.unlink()
                continue
            cast = chosen.sample(people, chosen.randrange(4))
            rating = chosen.choice(["", "7", "8.5"])
            desk.write(Film(number, f"Film {number}", 1990, rating, actors=", ".join(cast)))
        desk.load(allow_removals=True)
        if chosen.random() < 0.6:
            desk.publish()
            assert desk.there() == desk.here()
    desk.publish()
    assert desk.there() == desk.here()


# Queries


def hold(remote: RemoteStore, store: Store) -> None:
    """Have a server hold what a store holds."""
    quads = list(store.quads_for_pattern(None, None, None, None))
    subjects = tuple({str(quad.subject)[1:-1] for quad in quads})
    remote.replace([Piece("all", subjects, quads)], fresh=False)


def test_every_saved_query_gives_the_same_answer_in_the_same_order(
    server: Server, films: Store
) -> None:
    with RemoteStore.opened(server.where, Iris().provenance_graph) as remote:
        hold(remote, films)
        for name, values in CASES.items():
            sparql = bind(QUERIES[name], values, GraphLookup(remote, Iris()))
            assert sparql == bind(QUERIES[name], values, GraphLookup(films, Iris()))
            ours, theirs = films.query(sparql), remote.query(sparql)
            assert isinstance(ours, QuerySolutions) and isinstance(theirs, QuerySolutions)
            assert theirs.variables == ours.variables
            kept = partial(_as_kept, durations=not isinstance(server, Virtuoso))
            expected = [tuple(map(kept, each)) for each in ours]
            assert [tuple(each) for each in theirs] == expected, name


def _as_kept(term: Term | None, *, durations: bool) -> Term | None:
    """Give a term as a server has it: Virtuoso keeps an xsd:duration as text."""
    if isinstance(term, Literal) and term.datatype == XSD.duration and not durations:
        return Literal(term.value)
    return term


def test_a_question_and_a_described_graph_are_answered(server: Server, films: Store) -> None:
    with RemoteStore.opened(server.where, Iris().provenance_graph) as remote:
        hold(remote, films)
        yes, no = remote.query("ASK { ?s ?p ?o }"), remote.query("ASK { ?s a <http://x/none> }")
        assert isinstance(yes, QueryBoolean) and isinstance(no, QueryBoolean)
        assert (bool(yes), bool(no)) == (True, False)
        sparql = f"CONSTRUCT {{ ?s a ?o }} WHERE {{ ?s a ?o FILTER(?o = {SCHEMA.Movie}) }}"
        built = remote.query(sparql)
        assert isinstance(built, QueryTriples)
        answer = films.query(sparql)
        assert isinstance(answer, QueryTriples)
        assert set(built) == set(answer) != set()


@pytest.mark.parametrize(
    "update", ["CLEAR ALL", "# a comment\nINSERT DATA { <a:a> <a:b> <a:c> }", "with <a:a> delete"]
)
def test_an_update_is_not_a_query(server: Server, update: str) -> None:
    with (
        RemoteStore.opened(server.where, Iris().provenance_graph) as remote,
        pytest.raises(QueryError, match=r"^expected a query, found the update"),
    ):
        remote.query(update)


def test_what_is_not_sparql_is_said_in_one_line(server: Server) -> None:
    with (
        RemoteStore.opened(server.where, Iris().provenance_graph) as remote,
        pytest.raises(QueryError) as error,
    ):
        remote.query("SELECT ?x WHERE { ?x }")
    assert str(error.value).startswith(f"{server.where.query}: not understood: ")
    assert "\n" not in str(error.value)


# Texts


@example("\\u0022 } ; CLEAR ALL #")
@example("\"\"\"''' \\ \\\\u0022 \\U00000022")
@example('"^^<http://www.w3.org/2001/XMLSchema#duration>')
@example("a\tb\nc\rd\x0b\x01\x7f")
@example("é 花の雨 \U0001f600 \u202e \ufeff")
@settings(
    max_examples=examples(15, 200),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    deadline=None,
)
@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00")))
def test_any_text_comes_back_as_it_was_sent(server: Server, text: str) -> None:
    subject = "http://localhost:8000/movie/text"
    quad = Quad(NamedNode(subject), SCHEMA.name, Literal(text))
    other = Quad(NamedNode(subject), RDF.type, SCHEMA.Movie)
    with RemoteStore.opened(server.where, Iris().provenance_graph) as remote:
        remote.replace([Piece(subject, (subject,), [quad, other])], fresh=False)
        assert set(remote.export()) == {quad, other}


def test_a_duration_is_kept_as_text_where_it_cannot_be_a_duration(server: Server) -> None:
    subject = "http://localhost:8000/movie/long"
    quad = Quad(NamedNode(subject), SCHEMA.duration, Literal("PT2H22M", datatype=XSD.duration))
    with RemoteStore.opened(server.where, Iris().provenance_graph) as remote:
        remote.replace([Piece(subject, (subject,), [quad])], fresh=False)
        [held] = remote.export()
    text = Literal("PT2H22M")
    expected = text if XSD.duration in server.kind.kept_as_text else quad.object
    assert held.object == expected


def test_a_long_text_and_many_subjects_fit(server: Server) -> None:
    subjects = [f"http://localhost:8000/movie/{number}" for number in range(500)]
    quads = [Quad(NamedNode(each), SCHEMA.name, Literal("long " * 100)) for each in subjects]
    quads.append(Quad(NamedNode(subjects[0]), SCHEMA.description, Literal("x" * 240_000)))
    with RemoteStore.opened(server.where, Iris().provenance_graph) as remote:
        for _ in range(2):
            remote.replace([Piece("all", tuple(subjects), quads)], fresh=False)
        assert set(remote.export()) == set(quads)


def test_what_was_sent_is_let_go_of_at_once(server: Server) -> None:
    """A publication sends gigabytes, and leaves the garbage collector little to look for."""
    piece = Piece("http://localhost:8000/x", (), [Quad(NamedNode("urn:x"), RDF.type, RDF.type)])
    gc.collect()
    gc.disable()
    try:
        with RemoteStore.opened(server.where, Iris().provenance_graph) as remote:
            for fresh in (True, False):
                requests = remote.requests([piece], fresh=fresh)
                remote.send(requests)
                sent = [weakref.ref(request) for request in requests]
                requests.clear()
                assert [each() for each in sent] == [None] * len(sent)
    finally:
        gc.enable()


# Targets


@pytest.mark.parametrize("running", [Oxigraph], indirect=True, ids=["oxigraph"])
def test_two_servers_are_kept_in_step_each_on_its_own(desk: Publisher, spare: Oxigraph) -> None:
    second = Target("second", spare.where)
    desk.write(EMMA)
    desk.load()
    desk.publish()
    desk.write(HEAT)
    desk.load()
    publish(desk.workspace, second, PublishOptions())
    assert desk.there(spare.where) == desk.here() != desk.there()
    desk.undo(2)
    desk.publish()
    assert desk.there() == desk.here() != desk.there(spare.where)
    publish(desk.workspace, second, PublishOptions())
    assert desk.there(spare.where) == desk.here()


def test_a_graph_made_anew_below_another_base_takes_the_place_of_the_old_one(
    desk: Publisher,
) -> None:
    desk.write(EMMA, HEAT)
    desk.load()
    desk.publish()
    rebuild(desk.workspace, desk.engine, RebuildOptions(base_iri="http://films.example/"))
    desk.publish()
    assert desk.there(base="http://films.example/") == desk.here()
    assert not any("localhost" in str(quad.graph_name) for quad in desk.there())


def test_what_was_not_published_from_here_is_left_alone_unless_told(
    desk: Publisher, server: Server
) -> None:
    desk.write(EMMA)
    desk.load()
    strange, foreign = "http://localhost:8000/movie/strange", "http://elsewhere.example/x"
    for subject in (strange, foreign):
        triple = f"<{subject}> a <https://schema.org/Movie>"
        graph = f"GRAPH <{server.graph}> {{ {triple} }}" if server.graph else triple
        server.update(f"INSERT DATA {{ {graph} }}")
    with pytest.raises(StoreError) as error:
        desk.publish()
    assert str(error.value) == (
        "server: holds things below http://localhost:8000/ "
        "that were not published from this workspace"
    )
    assert len(desk.there()) == 2
    desk.publish(repair=True)
    kept = Quad(NamedNode(foreign), RDF.type, SCHEMA.Movie)
    assert desk.there() == desk.here() | {kept}


def test_what_was_changed_in_the_server_is_found_and_mended(
    desk: Publisher, server: Server
) -> None:
    desk.write(EMMA, HEAT)
    desk.load()
    desk.publish()
    graph = f"WITH <{server.graph}> " if server.graph else ""
    server.update(f"{graph}DELETE {{ ?s ?p ?o }} WHERE {{ ?s ?p ?o FILTER(?s = <{EMMA.iri}>) }}")
    server.update(f"{graph}INSERT {{ <{HEAT.iri}#role-9> <{SCHEMA.name.value}> 'no' }} WHERE {{}}")
    assert compared(desk.workspace, desk.target) == [(HEAT.iri, 0, 1), (EMMA.iri, 11, 0)]
    assert desk.publish().entities == 0  # nothing here tells that anything is amiss there
    assert desk.publish(repair=True).entities == 2
    assert compared(desk.workspace, desk.target) == []
    assert desk.there() == desk.here()
