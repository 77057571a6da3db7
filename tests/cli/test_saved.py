"""Saved queries are found, explained and completed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from commands import Etl, said
from desk import Desk
from etl.queries import SavedQuery, read_queries
from places import SEEDS


@pytest.mark.parametrize("saved", read_queries().values(), ids=lambda saved: saved.name)
def test_the_help_of_a_query_says_what_it_asks_for(etl: Etl, saved: SavedQuery) -> None:
    name, summary = saved.name, saved.summary
    shown = " ".join(etl("query", name, "--help").stdout.split())
    assert f"{name}: {summary}" in shown
    for parameter in saved.parameters:
        assert f"{parameter} {parameter.description}" in shown


def test_help_without_a_query_s_name_is_that_of_the_command(etl: Etl) -> None:
    assert etl("query", "--help").stdout == etl("query", "nosuch", "--help").stdout


def test_queries_are_filtered_by_words_in_any_order(etl: Etl) -> None:
    listed = [line.split("\t")[0] for line in etl("queries", "Rated", "best").stdout.splitlines()]
    assert listed == ["query", "best-rated-films"]
    assert etl("queries").stdout.count("\n") == 1 + len(read_queries())
    nothing = "query\tparameters\tanswers\n"
    assert said(etl("queries", "no such")) == (
        0,
        nothing,
        "Note: no saved query mentions 'no such'\n",
    )


@pytest.mark.parametrize(
    ("words", "expected"),
    [("etl quer", ["queries", "query"]), ("etl query films-by-d", ["films-by-decade"])],
)
def test_a_shell_completes_commands_and_queries(words: str, expected: list[str]) -> None:
    assert completed(words) == expected


def completed(words: str) -> list[str]:
    """Give what a shell gets to complete the last word of a command."""
    place = str(len(words.split()) - 1)
    asked = {"_ETL_COMPLETE": "bash_complete", "COMP_WORDS": words, "COMP_CWORD": place}
    script = "from etl.__main__ import main; main()"
    path = os.pathsep.join(filter(None, sys.path))
    found = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.argv[0] = 'etl'; {script}"],
        env=os.environ | asked | {"PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=True,
    )
    return [line.removeprefix("plain,") for line in found.stdout.splitlines()]


HEADER = "#+ summary: Titles, my way.\n#+ param: word text: part of the title\n"
MINE = (
    HEADER + "PREFIX schema: <https://schema.org/>\nSELECT ?t {\n  VALUES ?word { UNDEF }\n"
    "  ?f a schema:Movie ; schema:name ?t FILTER(CONTAINS(?t, ?word))\n} ORDER BY ?t\n"
)
UNCLOSED = "q/unclosed.rq: not SPARQL: line 3, column 1: the query ends before it is complete"


@pytest.fixture
def mine(etl: Etl, loaded: Desk, monkeypatch: pytest.MonkeyPatch) -> Etl:
    """Run commands beside a folder of queries: a new one, one of our name, and broken ones."""
    monkeypatch.setenv("ETL_WORKSPACE", str(loaded.workspace.path))
    Path("q").mkdir()
    for name, text in {
        "my-titles": MINE,
        "cast-of-film": MINE.replace("my way", "instead"),
        "headless": "SELECT * { }",
        "unclosed": "#+ summary: Broken.\nSELECT * {\n",
        "update": "#+ summary: Broken.\nDELETE WHERE { ?s ?p ?o }",
    }.items():
        Path("q", f"{name}.rq").write_text(text, "utf-8")
    Path("q", "latin.rq").write_bytes(b"#+ summary: Am\xe9lie.\nSELECT * {}")
    Path("q", "notes.txt").write_text("no query", "utf-8")
    return etl


def test_own_queries_are_listed_beside_ours_and_broken_ones_named(mine: Etl) -> None:
    result = mine("queries", "--queries", "q", "-f", "json")
    rows = {row["query"]: row for row in json.loads(result.stdout)}
    assert rows.keys() == {*read_queries(), "my-titles"}
    assert rows["my-titles"]["file"] == "q/my-titles.rq"
    assert rows["cast-of-film"]["answers"] == "Titles, instead."
    assert rows["films-by-year"]["file"] is None
    assert result.exit_code == 0
    assert result.stderr.splitlines() == [
        "Warning: q/headless.rq:1: expected one summary, found 0",
        "Hint: begin the file with a line such as '#+ summary: Who acts in a film.'",
        "Warning: q/latin.rq:1: expected text in UTF-8",
        "Hint: save the file in that encoding",
        f"Warning: {UNCLOSED}",
        "Warning: q/update.rq: expected a query, found the update 'DELETE'",
        "Hint: the graph changes by 'etl load', 'etl remove' and 'etl undo'",
        "Note: q/cast-of-film.rq runs instead of our query cast-of-film",
    ]


def test_own_queries_run_and_win_over_ours(mine: Etl) -> None:
    for name in ("my-titles", "cast-of-film"):
        assert said(mine("query", name, "Heat", "--queries", "q")) == (0, '?t\n"Heat"\n', "")
        help_ = mine("query", name, "--queries", "q", "--help").stdout
        assert "word (text)  part of the title" in help_
    assert "Titles, instead" not in mine("query", "cast-of-film", "--help").stdout
    result = mine("query", "unclosed", "--queries", "q")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == f"Error: {UNCLOSED}\n"
    hint = "Hint: did you mean my-titles?\n"
    assert mine("query", "my-title", "--queries", "q").stderr.endswith(hint)


def test_the_folder_of_own_queries_is_remembered(
    mine: Etl, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("ETL_WORKSPACE", "other")
    mine("load", SEEDS / "6.txt")
    assert mine("query", "my-titles", "Heat").exit_code == 2
    mine("settings", "queries", "q")
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.setenv("ETL_WORKSPACE", str(tmp_path / "other"))
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert said(mine("query", "my-titles", "Heat")) == (0, '?t\n"Heat"\n', "")
    assert "word (text)  part of the title" in mine("query", "my-titles", "--help").stdout
    assert completed("etl query my-t") == ["my-titles"]
    (tmp_path / "q").rename(tmp_path / "moved")
    result = mine("query", "my-titles", "Heat")
    assert (result.exit_code, result.stderr) == (
        2,
        (
            f"Error: the setting queries of {tmp_path}/other: "
            f"Directory '{tmp_path}/q' does not exist.\n"
            "Hint: run: etl settings queries VALUE, or etl settings --unset queries\n"
        ),
    )
    assert completed("etl query films-by-d") == ["films-by-decade"]
