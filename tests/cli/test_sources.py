"""`etl sources` lists what each source holds."""

from __future__ import annotations

import csv
import gzip
import json
from pathlib import Path

from commands import Etl

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
