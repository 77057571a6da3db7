"""Saved queries are found, explained and completed."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from commands import Etl, said
from etl.queries import SavedQuery, read_queries


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
    ("words", "completed"),
    [("etl quer", ["queries", "query"]), ("etl query films-by-d", ["films-by-decade"])],
)
def test_a_shell_completes_commands_and_queries(words: str, completed: list[str]) -> None:
    place = str(len(words.split()) - 1)
    asked = {"_ETL_COMPLETE": "bash_complete", "COMP_WORDS": words, "COMP_CWORD": place}
    script = "from etl.__main__ import main; main()"
    found = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.argv[0] = 'etl'; {script}"],
        env=os.environ | asked,
        capture_output=True,
        text=True,
        check=True,
    )
    assert [line.removeprefix("plain,") for line in found.stdout.splitlines()] == completed
