"""What loading promises: step with the sources, all or nothing, nothing lost in silence."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, Quad

from desk import Desk
from etl.errors import SourceError, WorkspaceError
from etl.operations.options import ChangeOptions
from etl.operations.remove import remove
from etl.operations.reports import Diff
from etl.rdf.vocab import FILM, SCHEMA, XSD
from etl.workspace import Workspace
from places import SEEDS
from records import EMMA, HEAT, Film
from shared_data import shared
from thoroughness import examples

RONIN = Film(
    1722, "Ronin", 1998, directors="John Frankenheimer", actors="Robert De Niro, Sean Bean"
)


def about(film: Film, graph: set[Quad]) -> set[Quad]:
    return {quad for quad in graph if str(quad.subject).startswith(f"<{film.iri}")}


def names(graph: set[Quad]) -> set[str]:
    return {str(quad.object.value) for quad in graph if quad.predicate == SCHEMA.name}  # type: ignore[union-attr]


# The real record


def test_the_real_record_becomes_the_movie_it_describes(desk: Desk) -> None:
    record = shared("seeds")
    report = desk.load(record)
    assert (report.sources[0].read, report.sources[0].loaded) == (1, 1)
    movie = NamedNode("http://localhost:8000/movie/tt0338013")
    said: dict[NamedNode, list[object]] = {}
    for quad in desk.graph():
        if quad.subject == movie:
            said.setdefault(quad.predicate, []).append(quad.object)
    assert len(said[SCHEMA.actor]) == 10
    assert said[SCHEMA.director] == [NamedNode("http://localhost:8000/person/Michel_Gondry")]
    assert said[SCHEMA.datePublished] == [Literal("2004", datatype=XSD.gYear)]
    assert SCHEMA.aggregateRating not in said
    assert said[SCHEMA.sameAs] == [NamedNode("https://www.imdb.com/title/tt0338013/")]
    text = next(record.glob("*.txt")).read_text("utf-8")
    assert said[SCHEMA.description] == [Literal(text.partition("synopsis:\n")[2].strip())]
    assert len(said[FILM.performance]) == 8
    assert desk.findings == []


def test_every_record_rendered_from_real_data_loads(desk: Desk) -> None:
    report = desk.load(shared("data/seed_format"), shared("data/linking/records"))
    assert [(source.read, source.kept_out) for source in report.sources] == [(131, 0), (168, 0)]
    assert desk.check() == []


# Step with the sources


def test_loading_twice_changes_nothing_and_touches_nothing(desk: Desk) -> None:
    desk.load(SEEDS)
    graph, files = desk.graph(), desk.files()
    report = desk.load(SEEDS)
    assert report.run is None
    assert (report.sources[0].unchanged, bool(report.films), bool(report.people)) == (
        52,
        False,
        False,
    )
    assert desk.graph() == graph
    assert desk.files() == files


def test_an_edited_record_changes_exactly_its_triples(desk: Desk) -> None:
    desk.write(EMMA, HEAT, RONIN)
    desk.load()
    before = desk.graph()
    desk.write(HEAT.but(title="Heat!"))
    report = desk.load()
    after = desk.graph()
    movie = NamedNode(HEAT.iri)
    assert before - after == {Quad(movie, SCHEMA.name, Literal("Heat"))}
    assert after - before == {Quad(movie, SCHEMA.name, Literal("Heat!"))}
    assert (report.films.added, report.films.changed, report.films.removed) == (0, 1, 0)
    assert not report.people


def test_a_record_taken_out_takes_its_film_and_the_people_only_it_named(desk: Desk) -> None:
    desk.write(EMMA, HEAT, RONIN)
    desk.load()
    before = desk.graph()
    (desk.source / HEAT.file).unlink()
    report = desk.load()
    after = desk.graph()
    assert about(HEAT, after) == set()
    assert names(before) - names(after) == {"Heat", "Michael Mann", "Al Pacino"}
    assert after < before
    assert (report.films.removed, report.people.removed, report.sources[0].vanished) == (1, 2, 1)
    assert desk.check() == []


def test_the_graph_does_not_depend_on_the_order_of_loading(tmp_path: Path) -> None:
    one, two = Desk(tmp_path / "one"), Desk(tmp_path / "two")
    for desk in (one, two):
        desk.write(EMMA, HEAT, RONIN)
    for film in (EMMA, HEAT, RONIN):
        one.load(one.source / film.file)
    two.load()
    assert one.graph() == two.graph()


RECORDS = st.lists(
    st.tuples(
        st.sampled_from(["one", "two"]),
        st.sampled_from(["", "1", "2"]),  # movieId
        st.sampled_from(["", "tt0000001", "tt0000002"]),  # url
        st.sampled_from(["", "Emma", "Heat"]),  # title: a film without one does not conform
        st.sampled_from(["", "Al Pacino", "Robert De Niro, Al Pacino"]),
    ),
    min_size=1,
    max_size=6,
)


@given(records=RECORDS)
@settings(max_examples=examples(few=2, many=10))
def test_records_read_together_make_the_graph_that_they_make_one_after_the_other(
    records: list[tuple[str, str, str, str, str]],
) -> None:
    with TemporaryDirectory() as folder:
        together, apart = Desk(Path(folder) / "together"), Desk(Path(folder) / "apart")
        for number, (source, movie, imdb, title, actors) in enumerate(records):
            text = f"movieId: {movie}\nurl: {imdb}\ntitle: {title}\nactors: {actors}\n"
            for desk in (together, apart):
                path = desk.source / source / f"{number}.txt"
                path.parent.mkdir(exist_ok=True)
                path.write_text(text, encoding="utf-8")
            apart.load(apart.source / source)
        report = together.load(*sorted(together.source.iterdir()))
        graph = together.graph()
        assert graph == apart.graph()
        assert together.check() == apart.check() == []
        films = {quad.subject for quad in graph if quad.object == SCHEMA.Movie}
        people = {quad.subject for quad in graph if quad.object == SCHEMA.Person}
        assert (report.films, report.people) == (Diff(added=len(films)), Diff(added=len(people)))


def edited_unseen(desk: Desk, film: Film, title: str) -> None:
    """Change a record's title in place; its file keeps size, time and inode."""
    path = desk.source / film.file
    seen = path.stat()
    path.write_text(film.but(title=title).text, encoding="utf-8", newline="")
    os.utime(path, ns=(seen.st_atime_ns, seen.st_mtime_ns))
    after = path.stat()
    assert (after.st_size, after.st_mtime_ns) == (seen.st_size, seen.st_mtime_ns)
    assert after.st_ino == seen.st_ino


def test_an_edit_that_keeps_size_time_and_inode_is_seen(desk: Desk) -> None:
    desk.write(HEAT, EMMA)
    desk.load()
    edited_unseen(desk, HEAT, "Haet")
    assert desk.load().films == Diff(changed=1)
    assert desk.load().run is None


def test_a_file_that_looks_as_it_did_is_read_on_request(desk: Desk) -> None:
    desk.write(HEAT, EMMA)
    desk.load()
    edited_unseen(desk, HEAT, "Haet")
    changed = (desk.source / HEAT.file).stat().st_ctime_ns
    generation = desk.workspace.required()
    with duckdb.connect(str(generation.catalog)) as connection:  # where systems keep no such time
        sql = "UPDATE files SET ctime_ns = ? WHERE path = ?"
        connection.execute(sql, [changed, HEAT.file])
    generation.seal(None)
    assert desk.load().run is None
    assert desk.load(rehash=True).films == Diff(changed=1)
    assert desk.load(rehash=True).run is None


def test_one_file_of_a_source_updates_its_record_and_removes_nothing(desk: Desk) -> None:
    desk.write(EMMA, HEAT, RONIN)
    desk.load()
    desk.write(HEAT.but(year=1996))
    (desk.source / EMMA.file).unlink()
    report = desk.load(desk.source / HEAT.file)
    assert (report.films.changed, report.films.removed) == (1, 0)
    assert about(EMMA, desk.graph())


def test_a_folder_takes_over_the_files_in_it_that_were_sources_of_their_own(desk: Desk) -> None:
    desk.write(EMMA, HEAT)
    desk.load(desk.source / EMMA.file)
    desk.load()
    (desk.source / EMMA.file).unlink()
    desk.load(allow_removals=True)
    assert names(desk.graph()) >= {"Heat"}
    assert about(EMMA, desk.graph()) == set()


def test_a_vanished_folder_is_not_taken_for_a_wish_to_remove_everything(desk: Desk) -> None:
    desk.write(EMMA, HEAT, RONIN)
    desk.load()
    before = desk.graph()
    for film in (EMMA, HEAT):
        (desk.source / film.file).unlink()
    with pytest.raises(SourceError, match="2 of 3 records have vanished") as caught:
        desk.load()
    assert "--allow-removals" in caught.value.hint
    assert desk.graph() == before
    assert desk.load(allow_removals=True).films.removed == 2


def test_a_named_source_may_move(desk: Desk, tmp_path: Path) -> None:
    desk.write(EMMA, HEAT)
    desk.load(name="films")
    before = desk.graph()
    desk.source.rename(tmp_path / "elsewhere")
    report = desk.load(tmp_path / "elsewhere", name="films")
    assert (report.run, report.sources[0].unchanged) == (None, 2)
    assert desk.graph() == before


def test_the_name_of_a_source_is_one_however_it_is_spelled(desk: Desk) -> None:
    desk.write(EMMA, HEAT)
    desk.load(name="Cafe\u0301\u00a0 films\u200e")
    report = desk.load(name="Café films", rehash=True)
    source = report.sources[0]
    assert (report.run, source.label, source.unchanged) == (None, "Café films", 2)
    assert desk.check() == []
    assert (
        remove(desk.workspace, "Cafe\u0301 films", desk.engine, ChangeOptions()).films.removed == 2
    )
    with pytest.raises(SourceError, match="expected a name, found nothing"):
        desk.load(name=" \u200e")


# Nothing lost in silence


def test_a_bad_record_is_kept_out_with_its_place_and_the_good_ones_load(desk: Desk) -> None:
    desk.write(EMMA, HEAT.but(year="two thousand"), RONIN.but(title=""))
    report = desk.load()
    source = report.sources[0]
    assert (source.read, source.loaded, source.rejected, source.quarantined) == (3, 1, 1, 1)
    assert desk.messages() == [
        "6.txt:3: year: expected a year such as 2004, found 'two thousand'",
        "1722.txt:2: title: Give the film exactly one title (`title:`).",
    ]
    assert names(desk.graph()) == {"Emma", "Douglas McGrath", "Gwyneth Paltrow", "Alan Cumming"}


@pytest.mark.parametrize(
    "broken", [HEAT.but(year="?"), HEAT.but(title="")], ids=["reject", "shape"]
)
def test_the_last_good_version_stays_until_the_record_is_mended(desk: Desk, broken: Film) -> None:
    desk.write(EMMA, HEAT)
    desk.load()
    before = desk.graph()
    desk.write(broken)
    for _ in range(2):  # and standing faults are reported again
        report = desk.load()
        assert report.sources[0].kept_out == 1
        assert len(desk.findings) == 1
        assert desk.graph() == before
    desk.write(HEAT.but(title="Heat (mended)"))
    assert desk.load().films.changed == 1
    assert "Heat (mended)" in names(desk.graph())
    assert desk.check() == []


def test_the_counts_add_up_to_the_records_that_were_read(desk: Desk) -> None:
    desk.write(EMMA, HEAT, RONIN, RONIN.but(name="ronin-copy.txt", year=1999))
    first = desk.load().sources[0]
    assert (first.read, first.loaded, first.superseded) == (4, 3, 1)
    desk.write(EMMA.but(year="soon"), HEAT.but(title="Heat 2"))
    second = desk.load().sources[0]
    assert (second.loaded, second.unchanged, second.superseded, second.rejected) == (1, 1, 1, 1)


def test_of_two_records_of_one_film_in_one_source_the_last_counts(desk: Desk) -> None:
    desk.write(RONIN, RONIN.but(name="ronin-copy.txt", title="Ronin again"))
    desk.load()
    assert "Ronin again" in names(desk.graph())
    (desk.source / "ronin-copy.txt").unlink()
    desk.load(allow_removals=True)
    assert "Ronin" in names(desk.graph())


def test_two_sources_make_one_film_and_each_keeps_what_only_it_said(tmp_path: Path) -> None:
    one, two = Desk(tmp_path / "1"), Desk(tmp_path / "2")
    one.write(HEAT.but(actors="Al Pacino", rating="8.2"))
    two.write(HEAT.but(title="HEAT", actors="Robert De Niro"))
    one.load()
    one.load(two.source)
    graph = about(HEAT, one.graph())
    assert {quad.object.value for quad in graph if quad.predicate == SCHEMA.name} == {"Heat"}  # type: ignore[union-attr]
    assert len([quad for quad in graph if quad.predicate == SCHEMA.actor]) == 2
    (two.source / HEAT.file).unlink()
    one.load(two.source, allow_removals=True)
    assert len([q for q in one.graph() if q.predicate == SCHEMA.actor]) == 1


def test_a_record_that_does_not_conform_does_not_take_another_sources_with_it(
    tmp_path: Path,
) -> None:
    one, two = Desk(tmp_path / "1"), Desk(tmp_path / "2")
    one.write(HEAT)
    two.write(HEAT.but(title="", rating="99"))
    one.load()
    before = one.graph()
    report = one.load(two.source)
    assert (report.sources[0].quarantined, bool(report.films)) == (1, False)
    assert one.graph() == before


def test_a_file_that_can_no_longer_be_opened_keeps_its_film(desk: Desk) -> None:
    desk.write(EMMA, HEAT)
    desk.load()
    before = desk.graph()
    (desk.source / HEAT.file).unlink()
    (desk.source / HEAT.file).symlink_to(desk.source / "nowhere")
    report = desk.load()
    assert report.sources[0].rejected == 1
    assert "a link to nowhere" in desk.messages()[0]
    assert desk.graph() == before


@pytest.mark.parametrize("processes", [0, 2])
def test_a_large_folder_is_read_whole_by_any_number_of_processes(
    desk: Desk, processes: int
) -> None:
    films = (
        {"movieId": n, "title": f"Film {n}", "year": "?" if n % 700 == 0 else 2000, "actors": "A"}
        for n in range(1, 3101)
    )
    (desk.source / "films.jsonl").write_text("\n".join(map(json.dumps, films)))
    report = desk.load(processes=processes)
    source = report.sources[0]
    assert (source.read, source.loaded, source.rejected) == (3100, 3096, 4)
    assert report.films.added == 3096
    assert desk.load(processes=processes).run is None


def test_a_film_that_is_made_twice_in_one_load_is_counted_once(desk: Desk) -> None:
    """The second time because a record is refused that told who somebody is."""
    desk.write(EMMA, HEAT, RONIN)
    desk.load()
    before = desk.graph()
    desk.write(HEAT.but(title="Heat!"))
    untitled = {"imdb": "tt0000007", "actors": [{"name": "Robert De Niro", "imdb": "nm0000134"}]}
    (desk.source / "films.jsonl").write_text(json.dumps(untitled))
    report = desk.load()
    assert desk.messages() == ["films.jsonl:1: title: Give the film exactly one title (`title:`)."]
    assert before ^ desk.graph() == {
        Quad(NamedNode(HEAT.iri), SCHEMA.name, Literal(title)) for title in ("Heat", "Heat!")
    }
    assert (report.films, report.people) == (Diff(changed=1), Diff())


# Ways of loading


def test_a_dry_run_says_what_would_change_and_changes_nothing(desk: Desk) -> None:
    desk.write(EMMA)
    desk.load()
    files = desk.files()
    desk.write(HEAT)
    report = desk.load(dry_run=True)
    assert (report.films.added, report.people.added, report.committed) == (1, 3, False)
    assert desk.files() == files


def test_strict_loads_nothing_if_anything_is_kept_out(desk: Desk) -> None:
    desk.write(EMMA, HEAT.but(year="?"))
    report = desk.load(strict=True)
    assert (report.kept_out, report.committed) == (1, False)
    assert desk.graph() == set()


def test_a_workspace_keeps_its_base_iri(desk: Desk) -> None:
    desk.write(EMMA)
    desk.load(base_iri="https://films.example.org/id")
    assert all("https://films.example.org/id/" in str(quad.subject) for quad in desk.graph())
    with pytest.raises(WorkspaceError, match="the workspace's base IRI is https://films"):
        desk.load(base_iri="http://other.example.org/")


def test_an_empty_folder_is_an_error_that_says_what_was_expected(desk: Desk) -> None:
    with pytest.raises(SourceError, match="no records in it") as caught:
        desk.load()
    assert caught.value.hint == (
        "expected files that end in .txt or .jsonl or .ndjson, or tables: etl columns FILE"
    )


def test_a_load_that_fails_after_it_has_read_much_says_why_and_loads_nothing(
    desk: Desk, tmp_path: Path
) -> None:
    desk.write(EMMA, HEAT)
    (tmp_path / "empty").mkdir()
    with pytest.raises(SourceError, match="no records in it"):
        desk.load(desk.source, tmp_path / "empty")
    assert desk.workspace.is_new
    assert desk.load().films == Diff(added=2)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda w: (w.path / "current").write_text("seven\n"),
        lambda w: (w.path / "current").write_text("99\n"),
        lambda w: w.required().catalog.write_bytes(b"not a database"),
        lambda w: w.required().catalog.unlink(),
    ],
    ids=["pointer", "number", "catalog", "no-catalog"],
)
def test_a_damaged_workspace_is_named_as_such(
    desk: Desk, spoil: Callable[[Workspace], object]
) -> None:
    desk.write(EMMA)
    desk.load()
    spoil(desk.workspace)
    desk.write(HEAT)
    with pytest.raises(WorkspaceError) as caught:
        desk.load()
    assert str(desk.workspace.path) in str(caught.value)
    assert caught.value.hint
