"""The graph for Python: what docs/python.md shows is true, and rows have Python's values."""

from __future__ import annotations

import doctest
import shutil
from datetime import date, datetime, timezone
from decimal import Decimal
from pathlib import Path

import pytest

import etl as reelgraph
from commands import Etl
from etl.errors import EtlError, QueryError, WorkspaceError
from etl.interface import AnswerRows, FilmGraph
from places import ROOT
from prepared import Prepared

EVERY_KIND = """SELECT * WHERE {
VALUES (?text ?whole ?exact ?real ?yes ?day ?time ?year ?iri ?none) {
("a"@en 3 2.50 1.5e0 true "2004-03-19"^^xsd:date "2004-03-19T10:00:00Z"^^xsd:dateTime
 "1995"^^xsd:gYear movie:tt1 UNDEF) } }"""


def _seeds(etl: Etl) -> None:
    shutil.copytree(ROOT / "seeds", "seeds")
    etl("load", "seeds")


@pytest.fixture(scope="module")
def with_seeds(tmp_path_factory: pytest.TempPathFactory) -> Prepared:
    return Prepared(tmp_path_factory.mktemp("seeds"), _seeds)


@pytest.fixture
def graph(etl: Etl, with_seeds: Prepared, monkeypatch: pytest.MonkeyPatch) -> FilmGraph:
    del etl
    monkeypatch.chdir(with_seeds.put_back())
    return reelgraph.open(Path(".etl").absolute())


def test_the_session_of_the_documentation_gives_what_stands_there(graph: FilmGraph) -> None:
    graph.close()  # its workspace is in the folder that the session runs in
    found = doctest.testfile(
        str(ROOT / "docs" / "python.md"), module_relative=False, optionflags=doctest.ELLIPSIS
    )
    assert found.attempted > 15
    assert found.failed == 0


def test_terms_become_values_of_python(graph: FilmGraph) -> None:
    answer = graph.sparql(EVERY_KIND)
    assert isinstance(answer, AnswerRows)
    time = datetime(2004, 3, 19, 10, tzinfo=timezone.utc)  # noqa: UP017
    assert answer[0] == (
        *("a", 3, Decimal("2.50"), 1.5, True, date(2004, 3, 19), time, 1995),
        *("http://localhost:8000/movie/tt1", None),
    )
    assert repr(answer).startswith("<AnswerRows of 1 row: text, whole")


def test_an_answer_becomes_a_data_frame(graph: FilmGraph) -> None:
    pandas = pytest.importorskip("pandas")
    frame = graph.query("films-by-decade").to_pandas()
    assert isinstance(frame, pandas.DataFrame)
    assert frame["films"].sum() == 52


def test_an_answer_becomes_a_frame_of_polars(graph: FilmGraph) -> None:
    polars = pytest.importorskip("polars")
    frame = graph.query("films-by-decade").to_polars()
    assert isinstance(frame, polars.DataFrame)
    assert frame["films"].sum() == 52


def test_without_the_library_it_is_said_what_to_install(
    graph: FilmGraph, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "pandas", None)
    with pytest.raises(EtlError, match="pandas is not installed") as caught:
        graph.query("films-by-decade").to_pandas()
    assert caught.value.hint == "pip install pandas"


def test_a_construct_gives_triples(graph: FilmGraph) -> None:
    triples = graph.sparql("CONSTRUCT { ?s a schema:Movie } WHERE { ?s a schema:Movie }")
    assert isinstance(triples, list)
    assert len(triples) == 52


def test_what_is_open_stays_as_it_was_during_a_load(graph: FilmGraph, etl: Etl) -> None:
    before = graph.query("films-by-decade")
    etl("remove", "seeds")
    assert list(graph.query("films-by-decade")) == list(before)
    with reelgraph.open(".etl") as now:
        assert list(now.query("films-by-decade")) == []


def test_what_cannot_be_answered_is_said(graph: FilmGraph, tmp_path: Path) -> None:
    with pytest.raises(QueryError, match="no saved query"):
        graph.query("nothing-so-called")
    with pytest.raises(QueryError):
        graph.sparql("SELECT")
    with pytest.raises(QueryError, match="no person is called"):
        graph.person("xyzzy")
    with pytest.raises(WorkspaceError):
        reelgraph.open(tmp_path / "nowhere")


def test_no_text_ends_the_program(graph: FilmGraph) -> None:
    deep = f"SELECT ({'(' * 100_000}1{')' * 100_000} AS ?x) {{}}"
    for ask in (
        *(lambda: graph.sparql(deep), lambda: graph.sparql("\ud800")),
        *(lambda: graph.film("a\ud800"), lambda: graph.person("\ud800")),
        *(lambda: graph.explain("\ud800"), lambda: graph.query("films-called", name="x")),
    ):
        with pytest.raises(QueryError):
            ask()
    assert graph.search("\ud800") == graph.search("Heat", 0) == []


def test_a_closed_graph_says_so(graph: FilmGraph) -> None:
    graph.close()
    graph.close()
    for ask in (lambda: graph.query("films-by-decade"), lambda: graph.film("Heat"), graph.sources):
        with pytest.raises(WorkspaceError, match="this graph is closed"):
            ask()


def test_queries_of_ones_own_are_known(graph: FilmGraph, tmp_path: Path) -> None:
    graph.close()
    own = tmp_path / "own"
    own.mkdir()
    text = (
        "#+ summary: One film.\nSELECT ?film WHERE { ?film a <https://schema.org/Movie> } LIMIT 1\n"
    )
    (own / "one.rq").write_text(text)
    with reelgraph.open(".etl", own) as opened:
        assert len(opened.query("one")) == 1
