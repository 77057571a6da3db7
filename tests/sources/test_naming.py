"""What the arguments of a load name: which sources, and what each of them speaks for."""

from __future__ import annotations

import os
import random
from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from commands import Etl, said, seeds
from desk import Desk
from etl.catalog.catalog import Catalog
from etl.errors import SourceError
from etl.sources.naming import sources
from records import EMMA, HEAT, Film, write
from thoroughness import examples

RONIN = Film(1722, "Ronin", 1998, actors="Robert De Niro, Sean Bean")


def expanded(folder: Path, pattern: str = "*.txt") -> list[str]:
    """Give what a shell makes of a pattern."""
    return [str(path) for path in sorted(folder.glob(pattern))]


def known(desk: Desk) -> list[tuple[str, int]]:
    """Give the sources that say something, with the number of their files."""
    with Catalog.read(desk.workspace.required().catalog) as catalog:
        return [
            (each.label, catalog.sources.extent(each.name).files)
            for each in catalog.sources.standing()
        ]


def test_files_that_a_shell_names_are_one_source_with_one_line(etl: Etl) -> None:
    folder = seeds(EMMA, HEAT, RONIN)
    line = "seeds: 3 records read: 3 {}\n"
    named: list[tuple[str, ...]] = [tuple(expanded(folder)), ("seeds/*.txt",), ("seeds",)]
    for number, first in enumerate(named):
        workspace = ("--workspace", f"seeds/graph/{number}")  # which is no part of its own source
        assert etl("load", *first, *workspace).stdout.startswith(line.format("loaded"))
        unchanged = line.format("unchanged") + "graph: unchanged\n"
        for again in named:
            assert said(etl("load", *again, *workspace)) == (0, unchanged, "")


def test_a_file_less_takes_out_just_that_and_a_file_more_adds_it(desk: Desk) -> None:
    desk.write(EMMA, HEAT)
    desk.load(*expanded(desk.source))
    desk.write(RONIN)
    more = desk.load(*expanded(desk.source))
    assert (more.films.added, more.films.removed, known(desk)) == (1, 0, [("records", 3)])
    (desk.source / EMMA.file).unlink()
    fewer = desk.load(*expanded(desk.source))
    assert (fewer.films.removed, fewer.sources[0].vanished) == (1, 1)
    (desk.source / HEAT.file).unlink()
    assert desk.load(*expanded(desk.source)).films.removed == 1  # all there is, if only one
    assert known(desk) == [("records", 1)]
    assert desk.check() == []


def test_some_files_of_a_folder_take_nothing_out(desk: Desk) -> None:
    desk.write(EMMA, HEAT, RONIN, EMMA.but(number=839, name="839.txt"))
    desk.load(*expanded(desk.source))
    (desk.source / EMMA.file).unlink()
    desk.write(HEAT.but(title="Heat!"))
    report = desk.load(desk.source / HEAT.file, desk.source / RONIN.file)
    assert (report.films.changed, report.films.removed) == (1, 0)
    assert [each.read for each in report.sources] == [2]
    assert known(desk) == [("records", 4)]


def test_files_speak_for_their_own_suffix_and_folder_alone(desk: Desk) -> None:
    desk.write(EMMA, HEAT)
    (desk.source / "sub").mkdir()
    write(desk.source / "sub", RONIN)
    (desk.source / "more.jsonl").write_text('{"movieId": 9, "title": "Nine"}\n')
    desk.load()
    (desk.source / "sub" / RONIN.file).unlink()
    (desk.source / "more.jsonl").unlink()
    assert desk.load(*expanded(desk.source)).run is None
    assert known(desk) == [("records", 4)]


def test_files_of_nested_folders_are_parts_of_the_outermost_source(desk: Desk) -> None:
    desk.write(EMMA, HEAT)
    (desk.source / "sub").mkdir()
    write(desk.source / "sub", RONIN)
    report = desk.load(*expanded(desk.source, "**/*.txt"))
    assert [(each.label, each.read) for each in report.sources] == [("records", 3)]
    (desk.source / "sub" / RONIN.file).unlink()
    write(desk.source / "sub", RONIN.but(name="ronin.txt"))
    report = desk.load(*expanded(desk.source, "**/*.txt"))
    assert [(each.read, each.vanished) for each in report.sources] == [(3, 1)]
    assert not report.graph


def test_files_of_different_folders_are_sources_of_their_own(desk: Desk, tmp_path: Path) -> None:
    desk.write(EMMA)
    (tmp_path / "films.jsonl").write_text('{"movieId": 9, "title": "Nine"}\n')
    named = (desk.source / EMMA.file, tmp_path / "films.jsonl")
    report = desk.load(*named)
    assert [each.label for each in report.sources] == ["838.txt", "films.jsonl"]
    assert desk.load(*named).run is None


def test_sources_that_are_known_stay_so(desk: Desk) -> None:
    """As an older version took each file for a source, or because they were named one by one."""
    for film in (EMMA, HEAT):
        desk.write(film)
        desk.load(desk.source / film.file)
    report = desk.load(*expanded(desk.source))
    assert (report.run, [each.label for each in report.sources]) == (None, ["6.txt", "838.txt"])
    desk.load()
    assert known(desk) == [("records", 2)]
    assert desk.load(*expanded(desk.source)).run is None


def test_a_name_of_ones_own_counts_and_takes_out_what_it_no_longer_names(desk: Desk) -> None:
    desk.write(EMMA, HEAT, RONIN)
    desk.load(*expanded(desk.source), name="films")
    assert known(desk) == [("films", 3)]
    report = desk.load(*expanded(desk.source)[:2], name="films")
    assert (report.films.removed, known(desk)) == (1, [("films", 2)])


def test_what_tells_about_a_folder_is_no_record_of_it(desk: Desk) -> None:
    desk.write(EMMA, HEAT)
    (desk.source / "datapackage.json").write_text('{"title": "Two films"}')
    (desk.source / "README.md").write_text("# Two films")
    (desk.source / "sub").mkdir()
    write(desk.source / "sub", RONIN)
    report = desk.load(*expanded(desk.source, "*"))
    assert [(each.label, each.read) for each in report.sources] == [("records", 3)]
    assert desk.load().run is None
    with pytest.raises(SourceError, match=r"datapackage\.json: JSON object: no format reads that"):
        desk.load(desk.source / "datapackage.json")


FILES = ["1.txt", "2.txt", "3.txt", "sub/4.txt", "5.jsonl"]
STATES = st.sets(st.sampled_from(FILES), min_size=1)


def put(folder: Path, names: Iterable[str]) -> list[str]:
    """Put just these files into a folder, each with a film of its number."""
    for name in FILES:
        (folder / name).unlink(missing_ok=True)
    for name in names:
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        number = Path(name).stem
        film = f"movieId: {number}\ntitle: Film {number}\n"
        path.write_text(film if path.suffix == ".txt" else f'{{"movieId": {number}, "title": "F"}}')
    return [str(folder / name) for name in names]


@given(
    states=st.lists(STATES, min_size=1, max_size=examples(3, 4)),
    shuffle=st.randoms(use_true_random=False),
)
@settings(max_examples=examples(3, 6))
def test_naming_all_files_is_naming_their_folder(
    states: list[set[str]], shuffle: random.Random
) -> None:
    """Whatever came and went, and in whatever order the files are named."""
    with TemporaryDirectory() as path:
        named, whole = Desk(Path(path) / "named"), Desk(Path(path) / "whole")
        for desk in (named, whole):  # the source is known; of how many files is of no account
            put(desk.source, ["1.txt", "2.txt", "3.txt", "sub/4.txt", "5.jsonl"])
            desk.load()
        for state in states:
            everything = put(named.source, {*state, *KEPT})
            shuffle.shuffle(everything)
            named.load(*everything, allow_removals=True)
            put(whole.source, {*state, *KEPT})
            whole.load(allow_removals=True)
            assert named.graph() == whole.graph()
            assert known(named) == known(whole)


KEPT = ["1.txt", "sub/4.txt", "5.jsonl"]
"""These stay: of a suffix that a folder has no file of any more, a shell names nothing."""


def test_a_folder_with_very_many_files_is_looked_at_once(tmp_path: Path) -> None:
    paths = [tmp_path / f"{number}.txt" for number in range(3000)]
    for path in paths:
        path.touch()
    listed = 0
    scandir = os.scandir

    def counted(path: str) -> object:
        nonlocal listed
        listed += 1
        return scandir(path)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "scandir", counted)
        [source] = sources(list(map(str, paths)), None, [])
    assert (len(source.paths), source.whole, listed) == (3000, False, 1)
