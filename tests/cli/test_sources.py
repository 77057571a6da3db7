"""`etl sources` lists what each source holds, ranks sources, and says where they disagree."""

from __future__ import annotations

import csv
import gzip
import json
import os
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from commands import Etl
from prepared import Prepared

MOVIES = "movieId,title,genres\n9001,Amber (1987),Drama\n9002,Tides (1990),War\n9003,,War\n"
TIDES = {"imdb": "tt9900003", "title": "Tides", "year": 1990, "directors": ["Jon Halde"]}


def listed(etl: Etl) -> list[dict[str, str]]:
    return list(csv.DictReader(etl("sources", "-f", "csv").stdout.splitlines()))


def test_sources_are_listed_with_formats_and_counts(etl: Etl) -> None:
    folder = Path("mine")
    folder.mkdir()
    (folder / "movies.csv").write_text(MOVIES)
    (folder / "b.jsonl.gz").write_bytes(gzip.compress(json.dumps(TIDES).encode()))
    package = {"licenses": [{"name": "CC0-1.0"}]}
    (folder / "datapackage.json").write_text(json.dumps(package))
    Path("other.jsonl").write_text(json.dumps(TIDES))
    etl("load", "mine", "other.jsonl")
    lines, movies, other = listed(etl)
    told = ("source", "format", "files", "records", "films", "kept out")
    assert [movies[each] for each in told] == ["mine", "MovieLens movies", "1", "3", "2", "1"]
    assert [lines[each] for each in told] == ["mine", "JSON Lines", "1", "1", "1", "0"]
    assert [other[each] for each in told] == ["other.jsonl", "JSON Lines", "1", "1", "1", "0"]
    assert movies["licence"].endswith("CC0-1.0") or "creativecommons" in movies["licence"]
    assert (movies["path"], other["licence"]) == ("mine", "")


def test_a_source_that_is_removed_is_no_longer_listed(etl: Etl) -> None:
    Path("a.jsonl").write_text(json.dumps(TIDES))
    etl("load", "a.jsonl")
    etl("remove", "a.jsonl")
    assert listed(etl) == []


# Which source comes first, and where they disagree


def _two(etl: Etl) -> None:
    Path("a.jsonl").write_text(json.dumps(TIDES))
    other = TIDES | {"title": "Gezeiten", "year": 1991, "certificate": "PG", "genres": ["War"]}
    Path("b.jsonl").write_text(json.dumps(other))
    etl("load", "a.jsonl")
    etl("load", "b.jsonl")


@pytest.fixture(scope="module")
def with_two(tmp_path_factory: pytest.TempPathFactory) -> Prepared:
    return Prepared(tmp_path_factory.mktemp("two"), _two)


@pytest.fixture
def two(etl: Etl, with_two: Prepared, monkeypatch: pytest.MonkeyPatch) -> Etl:
    """Run a command where two sources are loaded that tell of one film."""
    monkeypatch.chdir(with_two.put_back())
    return etl


def test_ranks_are_listed_set_and_undone(two: Etl) -> None:
    told = ("source", "rank", "by field")
    before = two("export", "-f", "nt").stdout
    assert [[row[each] for each in told] for row in listed(two)] == [
        ["a.jsonl", "1", ""],
        ["b.jsonl", "2", ""],
    ]
    done = two("sources", "rank", "b.jsonl")
    assert done.stdout.splitlines() == [
        "films: 0 added, 1 changed, 0 removed",
        "people: 0 added, 0 changed, 0 removed",
    ]
    Path("ranks.toml").write_text('title = ["a.jsonl", "b.jsonl"]\nyear = ["a.jsonl"]')
    two("sources", "rank", "--fields", "ranks.toml")
    assert [[row[each] for each in told] for row in listed(two)] == [
        ["b.jsonl", "1", "title 2"],
        ["a.jsonl", "2", "title 1, year 1"],
    ]
    explained = two("explain", "tt9900003", "name", "-f", "csv").stdout
    outcomes = [(row["says"], row["outcome"]) for row in csv.DictReader(explained.splitlines())]
    assert outcomes == [("Tides", "stated"), ("Gezeiten", "lost")]
    runs = json.loads(two("runs", "-f", "json").stdout)
    assert [run["films"]["changed"] for run in runs] == [0, 1, 1, 1]
    assert runs[2]["command"] == "etl sources rank b.jsonl"
    assert two("sources", "rank", "--reset", "-f", "json").exit_code == 0
    assert two("export", "-f", "nt").stdout == before
    two("undo", "5")
    assert [row["by field"] for row in listed(two)] == ["title 2", "title 1, year 1"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "Error: name the sources in their order, or give --fields or --reset alone"),
        (("a.jsonl", "--reset"), "Error: name the sources in their order"),
        (("c.jsonl",), "Error: c.jsonl: no such source\nHint: there is: "),
        (("--fields", "no.toml"), "Error: Invalid value for '--fields': File 'no.toml' does not"),
    ],
)
def test_wrong_ranks_are_refused(two: Etl, arguments: tuple[str, ...], message: str) -> None:
    done = two("sources", "rank", *arguments)
    assert (done.exit_code, done.stdout) == (2, "")
    assert message in done.stderr


def test_disagreements_are_listed_with_both_values_and_the_place(two: Etl) -> None:
    rows = list(csv.reader(two("sources", "disagreements", "-f", "csv").stdout.splitlines()))
    film = "http://localhost:8000/movie/tt9900003"
    assert rows == [
        ["film", "title", "field", "graph", "source", "says", "place"],
        [film, "Tides", "title", "Tides", "b.jsonl", "Gezeiten", "b.jsonl:1"],
        [film, "Tides", "year", "1990", "b.jsonl", "1991", "b.jsonl:1"],
    ]
    found = json.loads(two("sources", "disagreements", "year", "-f", "json").stdout)
    assert [each["says"] for each in found] == ["1991"]
    asked = two("query", "disagreements", "-f", "csv").stdout.splitlines()
    assert asked[1:] == [
        f"{film},Tides,https://schema.org/datePublished,1990",
        f"{film},Tides,https://schema.org/name,Tides",
    ]
    wrong = two("sources", "disagreements", "titel")
    assert (wrong.exit_code, wrong.stdout) == (2, "")
    assert "Error: titel: no field in which sources are compared\nHint: choose from: title" in (
        wrong.stderr
    )


# Licences

OMDB = {
    "Title": "The Amber Signal",
    "Year": "1987",
    "Type": "movie",
    "imdbID": "tt9900001",
    "imdbRating": "7.1",
    "imdbVotes": "1,234",
    "Response": "True",
}
BY_NC = "https://creativecommons.org/licenses/by-nc/4.0/"


def test_the_licence_of_a_format_is_told_at_load_and_at_export(etl: Etl) -> None:
    Path("omdb.json").write_text(json.dumps(OMDB))
    Path("a.jsonl").write_text(json.dumps(TIDES))
    loaded, other = etl("load", "omdb.json"), etl("load", "a.jsonl")
    assert loaded.stdout.splitlines()[0] == (
        "omdb.json: 1 record read: 1 loaded; licence: non-commercial"
    )
    assert other.stdout.splitlines()[0] == "a.jsonl: 1 record read: 1 loaded"
    told = [(row["source"], row["licence"], row["terms"]) for row in listed(etl)]
    assert told == [("a.jsonl", "", ""), ("omdb.json", BY_NC, "non-commercial")]
    exported = etl("export", "-f", "nt")
    warnings = [line for line in exported.stderr.splitlines() if line.startswith("Warning")]
    assert warnings == [f"Warning: data of omdb.json are non-commercial ({BY_NC})"]
    provenance = etl("export", "--provenance", "-f", "nq").stdout
    assert f"<http://purl.org/dc/terms/license> <{BY_NC}>" in provenance
    rights = "<http://localhost:8000/dataset> <http://purl.org/dc/terms/rights>"
    assert f"{rights} <{BY_NC}>" in provenance
    assert etl("check").exit_code == 0
    etl("remove", "omdb.json")
    assert "Warning" not in etl("export", "-f", "nt").stderr
    assert rights not in etl("export", "--provenance", "-f", "nq").stdout


def test_what_a_source_says_of_its_licence_counts_for_its_formats(etl: Etl) -> None:
    Path("omdb").mkdir()
    Path("omdb/omdb.json").write_text(json.dumps(OMDB))
    Path("omdb/datapackage.json").write_text('{"licenses": [{"name": "CC-BY-SA-4.0"}]}')
    loaded = etl("load", "omdb", "-f", "json")
    (source,) = json.loads(loaded.stdout)["sources"]
    assert source["licences"] == ["https://spdx.org/licenses/CC-BY-SA-4.0"]
    assert [row["terms"] for row in listed(etl)] == ["share-alike"]


def test_a_map_of_ones_own_may_name_a_licence(etl: Etl) -> None:
    Path("films.csv").write_text("Titel,Jahr\nTides,1990\n")
    columns = 'map = 1\nlicence = "{}"\n[fields]\ntitle = "Titel"\nyear = "Jahr"\n'
    Path("films.toml").write_text(columns.format("see LICENCE"))
    refused = etl("load", "films.csv", "--columns", "films.toml")
    assert "films.toml:2: licence: expected a web address, or an SPDX name" in refused.stderr
    Path("films.toml").write_text(columns.format("CC-BY-NC-SA-4.0"))
    etl("load", "films.csv", "--columns", "films.toml")
    assert [row["terms"] for row in listed(etl)] == ["non-commercial, share-alike"]


def test_data_of_tmdb_that_are_older_than_six_months_are_told(etl: Etl) -> None:
    tmdb = {"title": "Tides", "original_title": "Tides", "overview": "A ferry.", "id": 0}
    tmdb |= {"original_language": "en", "vote_average": 7.1, "genre_ids": [18]}
    for name, days in (("old", 200), ("new", 100)):
        path = Path(f"{name}.json")
        path.write_text(json.dumps(tmdb | {"id": 900000 + days}))
        os.utime(path, (time.time() - days * 86400,) * 2)
    etl("load", "old.json")
    etl("load", "new.json")
    checked = etl("check")
    (warning,) = (line for line in checked.stderr.splitlines() if "Warning" in line)
    day = datetime.fromtimestamp(os.stat("old.json").st_mtime, UTC).date()
    assert warning.startswith(
        "Warning: old.json: 1 of its files has data of TMDb's from before six"
    )
    assert f"the oldest of {day}" in warning
    assert checked.exit_code == 0
    for _ in range(2):
        assert etl("load", "old.json").exit_code == 0
    assert "Warning" in etl("check").stderr
    os.utime("old.json")  # the same data, fetched again
    for committed in (True, False):
        assert json.loads(etl("load", "-f", "json").stdout)["committed"] == committed
        assert "Warning" not in etl("check").stderr
    os.utime("new.json", (time.time() - 200 * 86400,) * 2)
    etl("load", "--rehash")
    assert "Warning" not in etl("check").stderr


def test_what_tmdb_allows_no_longer_goes_with_its_source(etl: Etl) -> None:
    tmdb = {"title": "Tides", "original_title": "Tides", "overview": "A ferry.", "id": 1}
    tmdb |= {"original_language": "en", "vote_average": 7.1, "genre_ids": [18]}
    Path("old.json").write_text(json.dumps(tmdb))
    os.utime("old.json", (1, 1))
    etl("load", "old.json")
    assert "the oldest of 1970-01-01" in etl("check").stderr
    etl("remove", "old.json")
    assert "Warning" not in etl("check").stderr
    etl("undo", "2")  # when the file was written is forgotten, and when it was read counts
    assert "Warning" not in etl("check").stderr
