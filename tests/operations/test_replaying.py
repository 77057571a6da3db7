"""What is kept out can be tried again, and the graph made anew, whatever was said before."""

from __future__ import annotations

from pyoxigraph import NamedNode

from desk import ENGINE, Desk, Unchecked
from etl.operations.options import ChangeOptions
from etl.operations.rebuild import RebuildOptions, rebuild
from etl.operations.replay import replay
from etl.operations.reports import LoadReport
from etl.shacl import Engine
from records import EMMA, HEAT, Film

RONIN = Film(1722, "Ronin", 1998, directors="John Frankenheimer", actors="Robert De Niro")


def try_again(desk: Desk, engine: Engine = ENGINE, *, dry_run: bool = False) -> LoadReport:
    desk.findings.clear()
    settings = ChangeOptions(command="replay", found=desk.findings.append, dry_run=dry_run)
    return replay(desk.workspace, engine, settings)


def anew(desk: Desk, engine: Engine = ENGINE, base_iri: str | None = None) -> LoadReport:
    found = desk.findings.append
    settings = RebuildOptions(command="rebuild", found=found, base_iri=base_iri)
    return rebuild(desk.workspace, engine, settings)


def counts(report: LoadReport) -> list[tuple[int, int, int, int]]:
    return [(s.loaded, s.unchanged, s.rejected, s.quarantined) for s in report.sources]


def test_a_mended_record_enters_by_a_replay(desk: Desk) -> None:
    desk.write(EMMA, HEAT.but(year="soon"), RONIN.but(title=""))
    desk.load()
    desk.write(HEAT)
    report = try_again(desk)
    assert counts(report) == [(1, 0, 0, 1)]
    assert (report.films.added, report.committed) == (1, True)
    assert desk.messages() == ["1722.txt:2: title: Give the film exactly one title (`title:`)."]
    desk.write(RONIN)
    assert counts(try_again(desk)) == [(1, 0, 0, 0)]
    graph = desk.graph()
    desk.write(EMMA, HEAT, RONIN)
    assert desk.load().run is None
    assert desk.graph() == graph
    assert desk.check() == []


def test_a_replay_that_changes_nothing_writes_nothing(desk: Desk) -> None:
    desk.write(EMMA, HEAT.but(year="soon"), RONIN.but(title=""))
    desk.load()
    files = desk.files()
    for _ in range(2):
        report = try_again(desk)
        assert (counts(report), report.run, report.kept_out) == ([(0, 0, 1, 1)], None, 2)
        assert len(desk.findings) == 2
    assert desk.files() == files
    desk.write(HEAT, RONIN)
    assert try_again(desk, dry_run=True).films.added == 2
    assert desk.files() == files


def test_a_replay_without_anything_kept_out_does_nothing(desk: Desk) -> None:
    desk.write(EMMA)
    desk.load()
    files = desk.files()
    assert try_again(desk) == LoadReport()
    assert desk.files() == files


def test_a_replay_judges_by_the_shapes_of_today(desk: Desk) -> None:
    desk.write(EMMA, RONIN.but(rating="99"))
    desk.load()
    (desk.source / RONIN.file).unlink()  # the record itself is in the catalog
    report = try_again(desk, Unchecked())
    assert (counts(report), report.films.added) == ([(1, 0, 0, 0)], 1)
    assert try_again(desk, Unchecked()).run is None


def test_a_rebuild_makes_the_same_graph(desk: Desk) -> None:
    desk.write(EMMA, HEAT, RONIN.but(title=""))
    desk.load()
    desk.write(HEAT.but(year="soon"))
    desk.load()
    before = desk.graph()
    report = anew(desk)
    assert counts(report) == [(0, 1, 1, 1)]
    assert desk.graph() == before
    assert desk.check() == []


def test_a_rebuild_judges_by_the_shapes_of_today(desk: Desk) -> None:
    desk.write(EMMA, RONIN.but(rating="99"))

    desk.load()
    assert counts(anew(desk, Unchecked())) == [(1, 1, 0, 0)]
    assert counts(anew(desk)) == [(0, 1, 0, 1)]
    assert desk.check() == []


def test_a_rebuild_moves_the_graph_to_another_base_iri(desk: Desk) -> None:
    desk.write(EMMA, HEAT)
    desk.load()
    before = desk.graph()
    anew(desk, base_iri="https://films.example.org")
    moved = desk.graph()
    assert len(moved) == len(before)
    assert NamedNode("https://films.example.org/movie/tt0000838") in {q.subject for q in moved}
    assert not any("localhost" in str(quad) for quad in moved)
    desk.write(HEAT.but(title="Heat!"))
    assert desk.load().films.changed == 1
    anew(desk, base_iri="http://localhost:8000/")
    desk.write(HEAT)
    desk.load()
    assert desk.graph() == before
