"""A run can be taken back, a source removed, and either of it taken back again."""

from __future__ import annotations

from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode

from desk import ENGINE, Desk
from etl.errors import SourceError, WorkspaceError
from etl.operations.options import ChangeOptions
from etl.operations.remove import remove
from etl.operations.undo import undo
from records import EMMA, HEAT, Film, write

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
