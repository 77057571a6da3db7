"""Films of several formats are matched; whatever goes leaves what the others alone give."""

from __future__ import annotations

import csv
import json
import shutil
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import duckdb
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from desk import ENGINE, Desk
from etl.operations.load import LoadOptions, load
from etl.operations.options import ChangeOptions
from etl.operations.rank import RankOptions, rank
from etl.operations.remove import remove
from etl.operations.undo import undo
from etl.sources.claims import own_map
from etl.workspace import Workspace
from records import Film, write
from thoroughness import examples

Told = dict[str, Any]

MAP = """map = 1
[fields]
title = "Title"
year = "Year"
directors = { column = "Director", split = ";" }
actors = { column = "Cast", split = ";" }
"""

films = st.fixed_dictionaries(
    {
        "title": st.sampled_from(["Heat", "Emma", "Emma: A Comedy", "The Heat"]),
        "year": st.sampled_from([1995, 1995, 1996]),
        "directors": st.sampled_from([[], ["Mara Lind"], ["LIND Mara"], ["Nils Holm"]]),
        "actors": st.sampled_from([[], [], ["Mara Lind", "Bo Ek"], ["Bo Ek"]]),
    }
)
SOURCES = ["texts", "lines", "table", "nfo"]
contents = st.lists(films, min_size=1, max_size=3)


class Formats(RuleBasedStateMachine):
    """A folder of texts, a file of JSON, a table and a folder of NFO, which share no id."""

    def __init__(self) -> None:
        super().__init__()
        self._folder = tempfile.TemporaryDirectory()
        self.path = Path(self._folder.name)
        self.desk = Desk(self.path)
        (self.path / "films.toml").write_text(MAP, "utf-8")
        self.sources = {
            "texts": self.path / "texts",
            "lines": self.path / "lines" / "films.jsonl",
            "table": self.path / "table" / "films.csv",
            "nfo": self.path / "nfo",
        }
        self.held: dict[str, list[Told]] = {}
        self.match = "title"
        self.ranks, self.field = list[str](), ""

    def teardown(self) -> None:
        self._folder.cleanup()

    def write(self, source: str, told: list[Told]) -> None:
        path = self.sources[source]
        match source:
            case "texts":
                shutil.rmtree(path, ignore_errors=True)
                path.mkdir()
                for number, each in enumerate(told, start=1):
                    people = (", ".join(each[role]) for role in ("directors", "actors"))
                    film = Film(number, each["title"], each["year"], "", *people)
                    write(path, film)
            case "lines":
                path.parent.mkdir(exist_ok=True)
                lines = (json.dumps(each | {"tmdb": n}) for n, each in enumerate(told, start=1))
                path.write_text("\n".join(lines), "utf-8")
            case "nfo":
                shutil.rmtree(path, ignore_errors=True)
                for number, each in enumerate(told, start=1):
                    root = ET.Element("movie")
                    ET.SubElement(root, "title").text = each["title"]
                    ET.SubElement(root, "year").text = str(each["year"])
                    for name in each["directors"]:
                        ET.SubElement(root, "director").text = name
                    for name in each["actors"]:
                        actor = ET.SubElement(root, "actor")
                        ET.SubElement(actor, "name").text = name
                    (path / str(number)).mkdir(parents=True)
                    ET.ElementTree(root).write(path / str(number) / "movie.nfo")
            case _:
                path.parent.mkdir(exist_ok=True)
                with path.open("w", encoding="utf-8", newline="") as file:
                    rows = csv.writer(file)
                    rows.writerow(["Title", "Year", "Director", "Cast"])
                    for each in told:
                        people = (";".join(each[role]) for role in ("directors", "actors"))
                        rows.writerow([each["title"], each["year"], *people])

    def load(self, workspace: Workspace, source: str) -> None:
        chosen = own_map(self.path / "films.toml") if source == "table" else None
        options = LoadOptions(allow_removals=True, map=chosen, match=self.match)
        load(workspace, [str(self.sources[source])], ENGINE, options)

    @rule(source=st.sampled_from(SOURCES), told=contents)
    def say(self, source: str, told: list[Told]) -> None:
        """Let a source say something else."""
        self.write(source, told)
        self.load(self.desk.workspace, source)
        self.held[source] = told

    @rule(source=st.sampled_from(SOURCES))
    def remove(self, source: str) -> None:
        if self.held.pop(source, []):
            remove(self.desk.workspace, str(self.sources[source]), ENGINE, ChangeOptions())

    @precondition(lambda self: self.held)
    @rule(match=st.sampled_from(["title", "witness"]))
    def choose(self, match: str) -> None:
        """Say what films are matched by."""
        self.match = match
        self.load(self.desk.workspace, next(iter(self.held)))

    @precondition(lambda self: self.held)
    @rule(order=st.permutations(SOURCES), field=st.sampled_from(["", "title"]))
    def rank(self, order: list[str], field: str) -> None:
        """Say which source comes first, for all or for titles alone."""
        self.ranks, self.field = [each for each in order if each in self.held], field
        self.rank_in(self.desk.workspace)

    def rank_in(self, workspace: Workspace) -> None:
        order = [str(self.sources[each]) for each in self.ranks if each in self.held]
        ranks = RankOptions(order=[], fields={})
        if self.field:
            ranks = replace(ranks, fields={self.field: order})
        else:
            ranks = replace(ranks, order=order)
        rank(workspace, ENGINE, ranks)

    @invariant()
    def the_graph_is_that_of_what_is_there_loaded_in_another_order(self) -> None:
        other = Desk(self.path / "other")
        for source in sorted(self.held, reverse=True):
            self.load(other.workspace, source)
        if self.held:
            self.rank_in(other.workspace)
        assert self.desk.graph() == other.graph()
        shutil.rmtree(self.path / "other")

    @invariant()
    def store_and_catalog_agree(self) -> None:
        if self.desk.workspace.current():
            assert self.desk.check() == []


TestFormats = Formats.TestCase
TestFormats.settings = settings(
    max_examples=examples(3, 6), stateful_step_count=examples(6, 15), deadline=None
)


def test_taking_back_a_run_takes_back_what_it_matched(desk: Desk) -> None:
    one, other = desk.source / "one" / "a.jsonl", desk.source / "two" / "a.jsonl"
    heat = {"title": "Heat", "year": 1995, "directors": ["Michael Mann"]}
    for path, ids in ((one, {"imdb": "tt0113277"}), (other, {"tmdb": 949})):
        path.parent.mkdir()
        path.write_text(json.dumps(heat | ids), "utf-8")
    desk.load(one)
    before = desk.graph()
    desk.load(other)
    together = desk.graph()
    assert set(desk.films()) == {"http://localhost:8000/movie/tt0113277"}
    undo(desk.workspace, 2, ENGINE, ChangeOptions())
    assert desk.graph() == before
    undo(desk.workspace, 3, ENGINE, ChangeOptions())
    assert desk.graph() == together
    remove(desk.workspace, str(one), ENGINE, ChangeOptions())
    assert set(desk.films()) == {"http://localhost:8000/movie/tmdb-949"}


def test_where_one_source_tells_of_all_films_nothing_is_looked_at(desk: Desk) -> None:
    for film in (Film(1, "Heat"), Film(2, "Heat")):
        write(desk.source, film)
    desk.load()
    with duckdb.connect(str(desk.workspace.required().catalog), read_only=True) as catalog:
        assert catalog.sql("SELECT count(*) FROM clues").fetchall() == [(0,)]
