"""`etl load` alone brings everything that was loaded before up to date."""

from __future__ import annotations

from pathlib import Path

import pytest

from commands import Etl, said
from records import Film, write


@pytest.fixture
def seeds(etl: Etl) -> Path:
    del etl
    folder = Path("seeds")
    folder.mkdir()
    return folder


def test_a_load_without_a_source_looks_at_all_that_are_known(etl: Etl, seeds: Path) -> None:
    write(seeds, Film(6, "Heat", 1995, directors="A B"))
    lines = Path("more.jsonl")
    lines.write_text('{"movieId": 7, "title": "Sabrina", "directors": ["C D"]}\n')
    etl("load", seeds)
    etl("load", lines)
    everything = "more.jsonl: 1 record read: 1 unchanged\nseeds: 1 record read: 1 unchanged\n"
    assert said(etl("load")) == (0, everything + "graph: unchanged\n", "")
    write(seeds, Film(6, "Heat", 1996, directors="A B"))
    assert "1 changed" in etl("load").stdout
    assert etl("check").exit_code == 0


def test_a_source_that_is_gone_is_told_and_nothing_changes(etl: Etl, seeds: Path) -> None:
    write(seeds, Film(6, "Heat", 1995, directors="A B"))
    etl("load", seeds)
    seeds.rename("elsewhere")
    told = (
        "Error: seeds: no such file or folder\n"
        "Hint: to take its records out of the graph, run: etl remove seeds\n"
    )
    assert said(etl("load")) == (2, "", told)


def test_nothing_can_be_brought_up_to_date_in_a_new_workspace(etl: Etl) -> None:
    assert said(etl("load")) == (
        2,
        "",
        "Error: no source is known yet\nHint: name files or folders: etl load SOURCE\n",
    )


def test_a_folder_says_which_sources_it_takes_in_and_whose_map_it_does_not_use(
    etl: Etl, tmp_path: Path
) -> None:
    (tmp_path / "all").mkdir()
    (tmp_path / "all" / "mine.csv").write_text("Was,Wann\nEmma,1996\nHeat,1995\n")
    (tmp_path / "all" / "one.jsonl").write_text('{"movieId": 1, "title": "One"}\n')
    (tmp_path / "map.toml").write_text('map = 1\n[fields]\ntitle = "Was"\nyear = "Wann"\n')
    etl("load", "all/mine.csv", "--columns", "map.toml")
    etl("load", "all/one.jsonl")
    told = etl("load", "all").stderr
    assert "Note: all: takes in the source one.jsonl, whose files lie in it\n" in told
    assert (
        "Warning: all: takes in the source mine.csv, whose files lie in it; its tables are read "
        "without the column map that it had: give that by --columns\n"
    ) in told
