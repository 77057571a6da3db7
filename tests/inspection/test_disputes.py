"""Records that contradict each other about ids are listed, and nothing is wrong for it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from commands import Etl

ONE: dict[str, object] = {"imdb": "tt0000001", "movieId": 5, "title": "One"}
TWO: dict[str, object] = {"imdb": "tt0000002", "movieId": 5, "title": "Two"}
BARE: dict[str, object] = {"movieId": 5, "title": "Either"}
SIX: dict[str, object] = {"imdb": "tt0000001", "movieId": 6, "title": "One"}
JOINS_NONE = "movieId: 5 is said to be of several films, so it joins none: tt0000001, tt0000002"
HAS_BOTH = "movieId: tt0000001 is said to have several: 5, 6"


def write(name: str, *films: dict[str, object]) -> None:
    lines = [
        json.dumps({"id": number, "synopsis": "B."} | film) for number, film in enumerate(films)
    ]
    Path(name).write_text("\n".join(lines) + "\n", "utf-8")


def notes(etl: Etl) -> list[str]:
    """Give what a check says beside how large workspace and graph are, and that all is well."""
    result = etl("check")
    assert (result.exit_code, result.stdout) == (0, "")
    return [line for line in result.stderr.splitlines()[2:] if "agree" not in line]


def test_an_id_of_several_films_joins_none_and_is_listed(etl: Etl) -> None:
    write("a.jsonl", ONE)
    write("b.jsonl", TWO, BARE)
    assert "contradict" not in etl("load", "a.jsonl").stderr
    told = etl("load", "b.jsonl")
    assert told.exit_code == 0
    assert "Note: records contradict each other about 1 id or film: etl check lists" in told.stderr
    assert "movielens-5" in etl("export", "-f", "nt").stdout
    places = "a.jsonl:1", "b.jsonl:1", "b.jsonl:2"
    assert notes(etl) == [f"Note: {place}: {JOINS_NONE}" for place in places]
    [first, *rest] = json.loads(etl("check", "-f", "json").stdout)["notes"]
    assert len(rest) == 2
    assert (first["file"], first["line"], first["field"]) == ("a.jsonl", 1, "movieId")
    assert f"movieId: {first['message']}" == JOINS_NONE


def test_several_ids_of_one_film_are_listed_on_their_lines(etl: Etl) -> None:
    write("a.jsonl", ONE)
    Path("b.txt").write_text(
        "title: One\nurl: https://www.imdb.com/title/tt0000001/\nmovieId: 6\n\nsynopsis:\nB.",
        "utf-8",
    )
    etl("load", "a.jsonl", "b.txt")
    assert notes(etl) == [f"Note: a.jsonl:1: {HAS_BOTH}", f"Note: b.txt:3: {HAS_BOTH}"]


@pytest.mark.parametrize("how", ["undo 2", "remove b.jsonl", "load b.jsonl"])
def test_what_no_longer_stands_contradicts_nothing(etl: Etl, how: str) -> None:
    write("a.jsonl", ONE)
    etl("load", "a.jsonl")
    write("b.jsonl", TWO, SIX)
    assert json.loads(etl("load", "b.jsonl", "-f", "json").stdout)["disputes"] == 2
    assert len(notes(etl)) == 4
    write("b.jsonl", {"imdb": "tt0000003", "title": "Three"}, SIX | {"movieId": 5})
    assert "contradict" not in etl(*how.split()).stderr
    assert notes(etl) == []
    etl("undo", "3")
    assert len(notes(etl)) == 4
    etl("rebuild")
    assert len(notes(etl)) == 4


def test_a_record_that_is_kept_out_contradicts_all_the_same(etl: Etl) -> None:
    """As it keeps the id from joining: what conforms is of no account for which film an id is."""
    write("a.jsonl", ONE, TWO | {"rating": 99}, BARE)
    assert etl("load", "a.jsonl").exit_code == 1
    assert notes(etl) == [f"Note: a.jsonl:{line}: {JOINS_NONE}" for line in (1, 2, 3)]


def test_many_contradictions_are_counted_beyond_the_first(etl: Etl) -> None:
    films = [ONE | {"imdb": f"tt{number:07d}"} for number in range(1, 31)]
    write("a.jsonl", *films)
    etl("load", "a.jsonl")
    *first, more = notes(etl)
    assert len(first) == 3  # which are alike
    assert all(
        each.endswith(": tt0000001, tt0000002, tt0000003, tt0000004, tt0000005, …")
        for each in first
    )
    assert more == "… and 27 more: etl check -f json lists them all"
    assert len(json.loads(etl("check", "-f", "json").stdout)["notes"]) == 30


def test_a_dry_run_says_that_records_contradict_each_other(etl: Etl) -> None:
    write("a.jsonl", ONE, TWO)
    told = etl("load", "a.jsonl", "--dry-run").stderr.splitlines()
    assert "Note: records contradict each other about 1 id or film" in told
