"""Films of several sources that share no id: what commands say of them, what one decides."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from commands import Etl
from prepared import Prepared

NOTE = (
    "Note: 1 film is one with another source's by title and year alone: "
    "etl links --review lists them\n"
)
HEAT = {"imdb": "tt0113277", "title": "Heat", "year": 1995, "directors": ["Michael Mann"]}
EMMA = {"imdb": "tt0116191", "title": "Emma", "year": 1996, "actors": ["Alan Cumming"]}
THEIRS = [
    {"tmdb": 949, "title": "HEAT", "year": 1995},
    {"tmdb": 3573, "title": "Emma", "year": 1997, "actors": ["CUMMING Alan"]},
    {"tmdb": 12, "title": "Emma", "year": 1932, "actors": ["Marie Dressler"]},
]


def say(path: str, *films: dict[str, object]) -> None:
    Path(path).parent.mkdir(exist_ok=True)
    Path(path).write_text("".join(json.dumps(film) + "\n" for film in films), "utf-8")


def _both(etl: Etl) -> None:
    say("ours/a.jsonl", HEAT, EMMA)
    say("theirs/b.jsonl", *THEIRS)
    assert etl("load", "ours/a.jsonl", "-q").exit_code == 0
    loaded = etl("load", "theirs/b.jsonl")
    assert loaded.exit_code == 0
    assert loaded.stderr.endswith(NOTE)


@pytest.fixture(scope="module")
def with_both(tmp_path_factory: pytest.TempPathFactory) -> Prepared:
    return Prepared(tmp_path_factory.mktemp("both"), _both)


@pytest.fixture
def both(etl: Etl, with_both: Prepared, monkeypatch: pytest.MonkeyPatch) -> Etl:
    """Run a command where two sources are loaded that have two films in common, and no id."""
    monkeypatch.chdir(with_both.put_back())
    return etl


def links(etl: Etl, *options: str) -> list[dict[str, str]]:
    told = etl("links", "-f", "csv", *options).stdout
    return list(csv.DictReader(io.StringIO(told)))


def films(etl: Etl) -> set[str]:
    query = "SELECT ?film { ?film a schema:Movie }"
    return {line.rpartition("/")[2] for line in etl("sparql", query).stdout.split()[1:]}


def test_matches_are_listed_with_their_rungs_and_what_both_have(both: Etl) -> None:
    assert [(r["film"], r["imdb"], r["rung"], r["evidence"]) for r in links(both)] == [
        ("tmdb-3573", "tt0116191", "match-near", "Emma, 1997; Emma, 1996; Alan Cumming"),
        ("tmdb-949", "tt0113277", "match-title", "HEAT, 1995; Heat, 1995"),
    ]
    assert [row["film"] for row in links(both, "--review")] == ["tmdb-949"]
    assert [row["film"] for row in links(both, "--rung", "match-near")] == ["tmdb-3573"]
    assert films(both) == {"tt0113277>", "tt0116191>", "tmdb-12>"}


def test_a_film_that_was_matched_is_found_and_explained_by_its_own_id(both: Etl) -> None:
    told = both("explain", "movie/tmdb-949", "dcterms:isReplacedBy", "-f", "csv").stdout
    assert list(csv.DictReader(io.StringIO(told))) == [
        {
            "triple": "<movie/tmdb-949> dcterms:isReplacedBy <movie/tt0113277>",
            "rule": "movie-matched",
            "field": "match-title",
            "says": "HEAT, 1995; Heat, 1995",
            "place": "theirs/b.jsonl:1",
            "run": "2",
            "outcome": "stated",
        }
    ]


AMBER = {"imdb": "tt9900001", "title": "Amber", "year": 1989, "directors": ["Jon Halde"]}
LATER = {"tmdb": 900001, "title": "Amber", "year": 1990}
LONGER = {"tmdb": 900002, "title": "Stone: The Story", "year": 1991}
STONE = {"imdb": "tt9900002", "title": "Stone", "year": 1991, "actors": ["Mara Ostholt"]}


@pytest.fixture
def near(etl: Etl) -> Etl:
    """Load two sources, one of which names nobody, whose films agree nearly."""
    say("ours/a.jsonl", AMBER, STONE)
    say("theirs/b.jsonl", LATER, LONGER)
    etl("load", "ours/a.jsonl", "-q")
    assert not etl("load", "theirs/b.jsonl").stderr.endswith(NOTE)
    return etl


def test_films_a_year_apart_or_of_part_of_a_title_are_for_review_without_a_witness(
    near: Etl,
) -> None:
    assert links(near) == []
    assert films(near) == {"tt9900001>", "tt9900002>", "tmdb-900001>", "tmdb-900002>"}
    asked = ("film", "imdb", "rung", "evidence", "reason")
    assert [tuple(row[key] for key in asked) for row in links(near, "--review")] == [
        (f"tmdb-{tmdb}", imdb, "match-open", told, "nobody who worked on it is known in both")
        for tmdb, imdb, told in (
            (900001, "tt9900001", "Amber, 1990; Amber, 1989"),
            (900002, "tt9900002", "Stone: The Story, 1991; Stone, 1991"),
        )
    ]


def test_two_people_have_films_reviewed_that_agree_only_nearly(etl: Etl) -> None:
    cast = {"actors": ["Mara Ostholt", "Ulf Rey"]}
    say("ours/a.jsonl", STONE | cast)
    say("theirs/b.jsonl", LONGER | cast | {"year": 1992}, LONGER | {"tmdb": 5, "year": 1990})
    etl("load", "ours/a.jsonl", "-q")
    etl("load", "theirs/b.jsonl")
    assert links(etl) == []
    [row] = links(etl, "--review")
    assert (row["film"], row["evidence"], row["reason"]) == (
        "tmdb-900002",
        "Stone: The Story, 1992; Stone, 1991; Mara Ostholt",
        "title and year agree only nearly",
    )
    assert etl("links", "tmdb-900002=yes").exit_code == 0
    assert films(etl) == {"tt9900002>", "tmdb-5>"}


def test_a_decision_accepts_or_rejects_what_is_for_review(near: Etl) -> None:
    assert near("links", "tmdb-900001=yes").exit_code == 0
    assert near("links", "tmdb-900002=no").exit_code == 0
    assert films(near) == {"tt9900001>", "tt9900002>", "tmdb-900002>"}
    assert links(near, "--review") == []
    assert [(row["film"], row["rung"]) for row in links(near)] == [("tmdb-900001", "decision")]
    told = near("explain", "movie/tmdb-900001", "dcterms:isReplacedBy", "-f", "csv").stdout
    assert [row["field"] for row in csv.DictReader(io.StringIO(told))] == ["decision"]
    assert near("check").exit_code == 0
    assert near("undo", "3").exit_code == 0
    assert films(near) == {"tt9900001>", "tt9900002>", "tmdb-900001>", "tmdb-900002>"}


def test_a_witness_who_comes_later_joins_what_was_for_review(near: Etl) -> None:
    say("theirs/b.jsonl", LATER | {"directors": ["HALDE Jon"]}, LONGER | {"actors": ["Ulf Rey"]})
    near("load")
    assert films(near) == {"tt9900001>", "tt9900002>", "tmdb-900002>"}
    assert [(row["film"], row["rung"]) for row in links(near)] == [("tmdb-900001", "match-near")]
    assert links(near, "--review") == []  # people of whom none is in both forbid the other
    told = near("explain", "movie/tmdb-900001", "dcterms:isReplacedBy", "-f", "csv").stdout
    [row] = csv.DictReader(io.StringIO(told))
    assert (row["field"], row["says"], row["place"]) == (
        "match-near",
        "Amber, 1990; Amber, 1989; Jon Halde",
        "theirs/b.jsonl:1",
    )


def test_a_match_that_is_rejected_stays_so_until_that_is_undone(both: Etl) -> None:
    assert both("links", "tmdb-949=no").exit_code == 0
    assert films(both) == {"tt0113277>", "tt0116191>", "tmdb-12>", "tmdb-949>"}
    assert "Note" not in both("load").stderr.partition("another source")[0][-80:]
    assert [row["film"] for row in links(both)] == ["tmdb-3573"]
    assert both("check").exit_code == 0
    assert both("undo", "3").exit_code == 0
    assert films(both) == {"tt0113277>", "tt0116191>", "tmdb-12>"}
    both("link", "--offline")
    assert "tmdb-949>" not in films(both)


def test_a_match_that_is_accepted_needs_no_more_review(both: Etl) -> None:
    assert both("links", "tmdb-949=yes").exit_code == 0
    assert [(r["film"], r["rung"]) for r in links(both)] == [
        ("tmdb-3573", "match-near"),
        ("tmdb-949", "decision"),
    ]
    assert links(both, "--review") == []
    assert not both("load").stderr.endswith(NOTE)


def test_films_that_only_a_person_knows_to_be_one_are_joined(both: Etl) -> None:
    assert both("links", "tt0116191=tmdb-12").exit_code == 0
    assert films(both) == {"tt0113277>", "tt0116191>", "tmdb-3573>"}
    assert both("check").exit_code == 0


def test_a_decision_about_a_match_is_taken_over_from_a_file(both: Etl) -> None:
    both("links", "tmdb-949=no")
    both("undo", "3")
    assert both("links", "decisions.sssom.tsv").exit_code == 0
    assert "tmdb-949>" in films(both)


def test_no_film_is_matched_by_title_alone_if_one_says_so(both: Etl) -> None:
    changed = both("load", "--match", "witness")
    assert changed.stdout.endswith(
        "films: 1 added, 1 changed, 0 removed\npeople: 0 added, 0 changed, 0 removed\n"
    )
    assert not changed.stderr.endswith(NOTE)
    assert films(both) == {"tt0113277>", "tt0116191>", "tmdb-12>", "tmdb-949>"}
    assert [(r["film"], r["rung"]) for r in links(both, "--review")] == [("tmdb-949", "match-open")]
    say("more/c.jsonl", {"tmdb": 5, "title": "Heat", "year": 1995})
    both("load", "more/c.jsonl")
    assert {"tmdb-949>", "tmdb-5>"} <= films(both)  # it is remembered
    both("load", "--match", "title")
    assert {"tmdb-949>", "tmdb-5>"} <= films(both)  # two films of two ids, of which it might be one
    assert {row["reason"] for row in links(both, "--review")} == {"several ids of tmdb"}
    assert both("remove", "more/c.jsonl").exit_code == 0
    assert films(both) == {"tt0113277>", "tt0116191>", "tmdb-12>"}


def test_a_link_to_elsewhere_does_not_make_a_match_last(both: Etl) -> None:
    Path("crosswalk.csv").write_text("imdb,item\ntt0113277,Q42198\n", "utf-8")
    assert both("link", "--offline", "crosswalk.csv").exit_code == 0
    assert both("load", "--match", "witness").exit_code == 0
    assert "tmdb-949>" in films(both)
    assert both("check").exit_code == 0


def test_a_film_that_might_be_one_with_several_is_not_decided_by_a_word(etl: Etl) -> None:
    say("ours/a.jsonl", HEAT, HEAT | {"imdb": "tt0000001"})
    say("theirs/b.jsonl", THEIRS[0])
    etl("load", "ours/a.jsonl", "-q")
    etl("load", "theirs/b.jsonl", "-q")
    refused = etl("links", "tmdb-949=yes")
    assert (refused.exit_code, refused.stderr) == (
        2,
        (
            "Error: tmdb-949 might be one with tt0000001, tt0113277\n"
            "Hint: name one: tmdb-949=tt0000001\n"
        ),
    )
    assert etl("links", "tmdb-949=tt0113277").exit_code == 0
    assert films(etl) == {"tt0113277>", "tt0000001>"}


def test_titles_that_nobody_would_write_end_like_others(etl: Etl) -> None:
    for path, number in (("ours/a.jsonl", 1), ("theirs/b.jsonl", 1)):
        scheme = "tmdb" if "b" in path else "movieId"
        titles = ["x" + " (a)" * 5000, "x" + " " * 9000 + "x", "(" * 490, "x" + " (a)" * 70]
        films = [{scheme: number + n, "title": t, "year": 1995} for n, t in enumerate(titles)]
        say(path, *films)
        assert etl("load", path, "-q").exit_code == 1
    assert etl("check").exit_code == 0
