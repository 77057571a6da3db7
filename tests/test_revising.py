"""A run can be taken back, a source removed, and either of it taken back again."""

from __future__ import annotations

from pathlib import Path

import pytest
from desk import ENGINE, Desk
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from pyoxigraph import Literal, NamedNode, Quad
from records import Film, write

from etl.errors import SourceError, WorkspaceError
from etl.pipeline.changing import ChangeOptions
from etl.pipeline.revising import remove, undo

EMMA = Film(838, "Emma", 1996, directors="Douglas McGrath", actors="Gwyneth Paltrow, Alan Cumming")
HEAT = Film(6, "Heat", 1995, directors="Michael Mann", actors="Al Pacino, Robert De Niro")
RONIN = Film(1722, "Ronin", 1998, directors="John Frankenheimer", actors="Robert De Niro")


def take_back(desk: Desk, run: int) -> None:
    undo(desk.workspace, run, ENGINE, ChangeOptions(command="undo"))


def take_out(desk: Desk, source: str) -> None:
    remove(desk.workspace, source, ENGINE, ChangeOptions(command="remove"))


def test_an_undone_load_is_as_if_it_had_never_been(desk: Desk) -> None:
    desk.write(EMMA, HEAT)
    desk.load()
    before = desk.graph()
    desk.write(HEAT.but(title="Heat!"), RONIN)
    desk.load()
    after = desk.graph()
    take_back(desk, 2)
    assert desk.graph() == before
    assert desk.check() == []
    take_back(desk, 3)  # the undo is a run, and can be undone
    assert desk.graph() == after
    take_back(desk, 4)
    assert desk.graph() == before


def test_a_later_load_of_the_same_film_keeps_what_it_said(desk: Desk) -> None:
    desk.write(EMMA, HEAT)
    desk.load()
    desk.write(HEAT.but(title="Second"), RONIN)
    desk.load()
    desk.write(HEAT.but(title="Third"))
    desk.load()
    take_back(desk, 2)
    name = NamedNode("https://schema.org/name")
    titles = [
        quad.object
        for quad in desk.graph()
        if (quad.subject, quad.predicate) == (NamedNode(HEAT.iri), name)
    ]
    assert titles == [Literal("Third")]
    assert not any(str(quad.subject).startswith(f"<{RONIN.iri}") for quad in desk.graph())
    assert desk.check() == []


def test_loading_again_after_an_undo_brings_the_source_back(desk: Desk) -> None:
    desk.write(EMMA, HEAT)
    desk.load()
    loaded = desk.graph()
    take_back(desk, 1)
    assert desk.graph() == set()
    desk.load()
    assert desk.graph() == loaded


def test_a_dry_undo_changes_nothing(desk: Desk) -> None:
    desk.write(EMMA)
    desk.load()
    files = desk.files()
    report = undo(desk.workspace, 1, ENGINE, ChangeOptions(dry_run=True))
    assert (report.films.removed, report.people.removed, report.committed) == (1, 3, False)
    assert desk.files() == files


def test_what_cannot_be_undone_says_why(desk: Desk) -> None:
    desk.write(EMMA)
    desk.load()
    with pytest.raises(WorkspaceError, match="there is no run 7"):
        take_back(desk, 7)
    take_back(desk, 1)
    with pytest.raises(WorkspaceError, match="run 1 is undone already, by run 2") as caught:
        take_back(desk, 1)
    assert caught.value.hint == "to bring it back, run: etl undo 2"


def test_removing_a_source_takes_what_only_it_said(desk: Desk, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    desk.write(EMMA, HEAT)
    desk.load()
    before = desk.graph()
    write(other, HEAT.but(actors="Robert De Niro, Val Kilmer"))
    write(other, RONIN)
    desk.load(other)
    both = desk.graph()
    take_out(desk, "other")
    assert desk.graph() == before
    take_back(desk, 3)
    assert desk.graph() == both
    with pytest.raises(SourceError, match="no such source") as caught:
        take_out(desk, "othr")
    assert "other" in caught.value.hint


class Histories(RuleBasedStateMachine):
    """Loads, edits, removals and undoings in any order, of two sources that contradict."""

    def __init__(self) -> None:
        super().__init__()
        import tempfile

        self._folder = tempfile.TemporaryDirectory()
        self.desk = Desk(Path(self._folder.name))
        self.folders = [self.desk.source / name for name in ("one", "two")]
        for folder in self.folders:
            folder.mkdir()
        self.graphs: dict[int, set[Quad]] = {}

    def teardown(self) -> None:
        self._folder.cleanup()

    def runs(self) -> list[int]:
        from etl.catalog.catalog import Catalog

        generation = self.desk.workspace.current()
        if generation is None:
            return []
        with Catalog.read(generation.catalog) as catalog:
            return [run.run for run in catalog.runs() if run.undone_by is None]

    @rule(
        place=st.integers(0, 1),
        film=st.sampled_from([EMMA, HEAT, RONIN]),
        title=st.sampled_from(["", "A", "B", "C"]),
        year=st.sampled_from([1990, 1991, "soon"]),
        cast=st.sampled_from(["", "Al Pacino", "Robert De Niro, Al Pacino"]),
    )
    def edit(self, place: int, film: Film, title: str, year: int | str, cast: str) -> None:
        write(self.folders[place], film.but(title=title, year=year, actors=cast))

    @rule(place=st.integers(0, 1), film=st.sampled_from([EMMA, HEAT, RONIN]))
    def delete(self, place: int, film: Film) -> None:
        (self.folders[place] / film.file).unlink(missing_ok=True)

    @rule(place=st.integers(0, 1))
    def load(self, place: int) -> None:
        try:
            report = self.desk.load(self.folders[place], allow_removals=True)
        except SourceError as error:
            assert "no records in it" in str(error)
            return
        source = report.sources[0]
        assert source.read == len(list(self.folders[place].iterdir()))

    @precondition(lambda self: self.runs())
    @rule(data=st.data())
    def undo(self, data: st.DataObject) -> None:
        run = data.draw(st.sampled_from(self.runs()))
        before = self.desk.graph()
        take_back(self.desk, run)
        undone = self.runs()[-1]
        after = self.desk.graph()
        take_back(self.desk, undone)
        assert self.desk.graph() == before
        take_back(self.desk, self.runs()[-1])
        assert self.desk.graph() == after

    @rule(place=st.integers(0, 1))
    def remove(self, place: int) -> None:
        try:
            take_out(self.desk, str(self.folders[place]))
        except (SourceError, WorkspaceError):
            return

    @invariant()
    def store_and_catalog_agree(self) -> None:
        if self.desk.workspace.current():
            assert self.desk.check() == []


TestHistories = Histories.TestCase
TestHistories.settings = settings(max_examples=6, stateful_step_count=12, deadline=None)
