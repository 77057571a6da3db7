"""Which source comes first is a change of the graph like any other."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from pyoxigraph import Literal, NamedNode

from desk import ENGINE, Desk
from etl.catalog.catalog import Catalog
from etl.errors import SourceError
from etl.operations.options import ChangeOptions
from etl.operations.rank import RankOptions, rank, read_ranks
from etl.operations.rebuild import RebuildOptions, rebuild
from etl.operations.remove import remove
from etl.operations.reports import Diff, LoadReport
from etl.operations.undo import undo
from etl.rdf.vocab import FILM_RUNS, SCHEMA
from prepared import PreparedDesk

HEAT = {"imdb": "tt0113277", "title": "Heat", "year": 1995, "synopsis": "Two men."}
EMMA = {"imdb": "tt0116191", "title": "Emma", "year": 1996}


def say(desk: Desk, source: str, *films: dict[str, Any]) -> None:
    path = desk.source / f"{source}.jsonl"
    path.write_text("".join(json.dumps(film) + "\n" for film in films), "utf-8")
    desk.load(path, name=source)


def _two(desk: Desk) -> None:
    say(desk, "a", HEAT, EMMA)
    say(desk, "b", HEAT | {"title": "Hitze", "synopsis": "Cops.", "rating": 8.2}, EMMA)
    say(desk, "c", {"imdb": "tt0000777", "title": "Heat", "year": 1972})


@pytest.fixture(scope="module")
def with_two(tmp_path_factory: pytest.TempPathFactory) -> PreparedDesk:
    return PreparedDesk(tmp_path_factory.mktemp("two"), _two)


@pytest.fixture
def two(with_two: PreparedDesk) -> Desk:
    """Two sources that tell of one film in common, differently, and of one each."""
    return with_two.desk()


def ranked(desk: Desk, order: Sequence[str] | None = None, **options: Any) -> LoadReport:
    return rank(desk.workspace, ENGINE, RankOptions(order=order, **options))


def said(desk: Desk, prefix: str = "tt0113277") -> set[str]:
    """Give the title and the synopsis of a film."""
    told = desk.films()[f"http://localhost:8000/movie/{prefix}"]
    wanted = (SCHEMA.name, SCHEMA.description)
    return {
        quad.object.value
        for quad in told
        if quad.predicate in wanted and isinstance(quad.object, Literal)
    }


def test_the_first_source_by_rank_gives_each_field_that_it_has(two: Desk) -> None:
    assert said(two) == {"Heat", "Two men."}
    report = ranked(two, ["b"])
    assert (report.films, report.people) == (Diff(changed=1), Diff())
    assert said(two) == {"Hitze", "Cops."}
    assert two.check() == []


def test_a_field_may_have_ranks_of_its_own(two: Desk) -> None:
    assert ranked(two, fields={"synopsis": ["b"], "year": ["c", "b"]}).films == Diff(changed=1)
    assert said(two) == {"Heat", "Cops."}
    ranked(two, ["b"])
    assert said(two) == {"Hitze", "Cops."}
    ranked(two, fields={"title": ["a"]})
    assert said(two) == {"Heat", "Cops."}
    assert two.check() == []


def test_a_ranking_is_undone_to_what_stood_before_and_a_graph_made_anew_has_it(two: Desk) -> None:
    before = two.graph()
    ranked(two, ["b"])
    ranked(two, fields={"title": ["a"]})
    after = two.graph()
    rebuild(two.workspace, ENGINE, RebuildOptions())
    assert two.graph() == after
    undo(two.workspace, 5, ENGINE, ChangeOptions())
    assert said(two) == {"Hitze", "Cops."}
    undo(two.workspace, 4, ENGINE, ChangeOptions())
    assert two.graph() == before
    undo(two.workspace, 8, ENGINE, ChangeOptions())
    undo(two.workspace, 7, ENGINE, ChangeOptions())
    assert two.graph() == after
    assert ranked(two, [], fields={}).films == Diff(changed=1)
    assert two.graph() == before


def test_the_ranks_that_are_there_already_are_no_change(two: Desk) -> None:
    ranked(two, ["b", "a"], fields={"title": ["c"]})
    files = two.files()
    assert ranked(two, ["b", "a"]).run is None
    assert ranked(two, fields={"title": ["c"]}).run is None
    assert two.files() == files


def test_a_dry_run_tells_what_would_change(two: Desk) -> None:
    told: list[tuple[str, str]] = []

    def changed(sign: str, quads: Any) -> None:
        told.extend((sign, quad.object.value) for quad in quads)

    before = two.graph()
    ranked(two, fields={"title": ["b"]}, dry_run=True, changed=changed)
    assert sorted(told) == [("+", "Hitze"), ("-", "Heat")]
    assert two.graph() == before


def test_only_films_that_several_sources_tell_of_are_made_anew(two: Desk) -> None:
    def inputs() -> dict[str, str]:
        with Catalog.read(two.workspace.required().catalog) as catalog:
            pages = catalog.resolved.pages(1000)
            return {row[0]: row[1] for rows, _ in pages for row in rows}

    before = inputs()
    ranked(two, ["c", "b"], fields={"title": ["c", "b"]})
    after = inputs()
    assert {film for film in after if after[film] != before[film]} == {"tt0113277", "tt0116191"}
    assert after["tt0000777"] == before["tt0000777"]


def test_ranks_decide_what_conforms(desk: Desk) -> None:
    """What the shapes refuse in one order may pass in another, and comes back."""
    say(desk, "a", HEAT | {"rating": 99})
    say(desk, "b", HEAT | {"title": "Hitze", "rating": 8})
    assert said(desk) == {"Hitze", "Two men."}
    ranked(desk, ["b"])
    assert said(desk) == {"Hitze", "Two men."}
    with Catalog.read(desk.workspace.required().catalog) as catalog:
        assert catalog.refusals.quarantined() == []
    assert desk.check() == []


def test_a_source_that_comes_back_has_its_rank(two: Desk) -> None:
    ranked(two, ["b"])
    remove(two.workspace, "b", ENGINE, ChangeOptions())
    assert said(two) == {"Heat", "Two men."}
    two.load(two.source / "b.jsonl", name="b")
    assert said(two) == {"Hitze", "Cops."}


def test_where_sources_disagree_the_provenance_graph_says_so(two: Desk) -> None:
    def disputed() -> set[tuple[object, object]]:
        held = two.provenance()
        return {(t.subject, t.object) for t in held if t.predicate == FILM_RUNS.disagreement}

    heat = NamedNode("http://localhost:8000/movie/tt0113277")
    assert disputed() == {(heat, SCHEMA.name)}
    ranked(two, ["b"])
    assert disputed() == {(heat, SCHEMA.name)}
    remove(two.workspace, "b", ENGINE, ChangeOptions())
    assert disputed() == set()
    assert not {quad for quad in two.graph() if quad.predicate == FILM_RUNS.disagreement}


@pytest.mark.parametrize(
    ("order", "message"),
    [
        (["x"], "x: no such source"),
        (["a", "b", "a"], "a: named twice"),
        (["links"], "links: no such source"),
    ],
)
def test_what_is_no_source_is_refused(two: Desk, order: list[str], message: str) -> None:
    generation = two.workspace.required().number
    with pytest.raises(SourceError, match=message):
        ranked(two, order)
    assert two.workspace.required().number == generation


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("synopsis = [", "not TOML in UTF-8: "),
        ("synopsis = " + "[" * 100_000, "not TOML in UTF-8: "),
        ("plot = ['a']", "'plot' is no field that sources are ranked in"),
        ("directors = ['a']", "'directors' is no field that sources are ranked in"),
        ("title = 'a'", "title: expected a list of sources, found 'a'"),
        ("title = [1]", r"title: expected a list of sources, found \[1\]"),
        ("title.a = 1", "title: expected a list of sources, found "),
    ],
)
def test_a_wrong_file_of_ranks_is_refused(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "ranks.toml"
    path.write_text(text, "utf-8")
    with pytest.raises(SourceError, match=f"ranks.toml: {message}"):
        read_ranks(path)
