"""What is promised of every format: loaded, loaded again, explained, refused in part, removed."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import pytest
from pyoxigraph import NamedNode

from commands import run, said
from desk import Desk
from etl.rdf.vocab import SCHEMA


@dataclass(frozen=True)
class Case:
    """Files of one format: what is in them, what of it is changed, and what that changes.

    `place` is where `etl explain` finds the first film's title, by the `key` that it has there.
    """

    files: dict[str, str]
    loaded: int
    rejected: int
    left_out: dict[str, int]
    change: tuple[str, str, str]
    predicates: set[NamedNode]
    key: str
    place: str


NFO = (
    "<movie>\n  <title>The Amber Signal</title>\n  <runtime>104</runtime>\n"
    '  <uniqueid type="imdb">tt9900001</uniqueid>\n  <director>Jon Halde</director>\n</movie>\n'
)
OMDB = {
    "Title": "The Amber Signal",
    "Year": "1987",
    "Runtime": "104 min",
    "imdbRating": "7.1",
    "imdbVotes": "1,234",
    "imdbID": "tt9900001",
    "Type": "movie",
    "Response": "True",
}
TMDB = {
    "id": 900001,
    "title": "The Amber Signal",
    "original_title": "Der Bernsteinfunk",
    "original_language": "de",
    "overview": "About.",
    "vote_average": 7.1,
    "vote_count": 12,
    "runtime": 104,
    "credits": {"cast": [], "crew": []},
}
MOVIE = {
    "title": "The Amber Signal",
    "year": 1987,
    "ids": {"trakt": 1, "slug": "amber", "imdb": "tt9900001", "tmdb": None},
}
TRAKT = {"plays": 2, "movie": MOVIE}
LD = {
    "@context": "https://schema.org",
    "@type": "Movie",
    "@id": "https://example.org/amber",
    "name": "The Amber Signal",
    "duration": "PT1H44M",
}
TTL = (
    "@prefix s: <https://schema.org/> .\n\n"
    '<https://example.org/amber> a s:Movie ; s:name "The Amber Signal" ;\n'
    '    s:duration "PT1H44M" .\n<https://example.org/tides> a s:TVSeries ; s:name "Tides" .\n'
)
NT = (
    "<https://example.org/amber> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> "
    "<https://schema.org/Movie> .\n"
    '<https://example.org/amber> <https://schema.org/name> "The Amber Signal" .\n'
    '<https://example.org/amber> <https://schema.org/duration> "PT1H44M" .\n'
)
RDF_XML = (
    '<?xml version="1.0"?>\n<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" '
    'xmlns:s="http://schema.org/">\n<s:Movie rdf:about="https://example.org/amber">'
    "<s:name>The Amber Signal</s:name><s:duration>PT1H44M</s:duration></s:Movie>\n</rdf:RDF>\n"
)
DURATION = {SCHEMA.duration}

CASES = {
    "nfo": Case(
        {
            "a/movie.nfo": NFO,
            "b/movie.nfo": "<movie><title>Tom & Jerry</title></movie>",
            "c/tvshow.nfo": "<tvshow><title>Tides</title></tvshow>",
        },
        1,
        1,
        {"tvshow": 1},
        ("a/movie.nfo", ">104<", ">105<"),
        DURATION,
        "title",
        "a/movie.nfo:1",
    ),
    "omdb": Case(
        {
            "omdb.json": json.dumps(
                [
                    OMDB,
                    {"Response": "False", "Error": "Movie not found!"},
                    {**OMDB, "Title": "N/A", "imdbID": "tt9900003"},
                    {**OMDB, "Type": "series", "Year": "2011–2013"},
                ],
                indent=1,
                ensure_ascii=False,
            )
        },
        1,
        1,
        {"answer without a film": 1, "series": 1},
        ("omdb.json", "104", "105"),
        DURATION,
        "Title",
        "omdb.json:2",
    ),
    "tmdb": Case(
        {"1.json": json.dumps(TMDB), "2.json": json.dumps({**TMDB, "id": 900002, "title": ""})},
        1,
        1,
        {},
        ("1.json", "104", "105"),
        DURATION,
        "title",
        "1.json:1",
    ),
    "tmdb list": Case(
        {"list.json": json.dumps({"page": 1, "results": [TMDB, {**TMDB, "id": 2, "title": ""}]})},
        1,
        1,
        {},
        ("list.json", "104", "105"),
        DURATION,
        "title",
        "list.json:1",
    ),
    "tmdb ids": Case(
        {
            "movie_ids_11_28_2026.json": "".join(
                json.dumps(
                    {
                        "adult": False,
                        "id": n,
                        "original_title": t,
                        "popularity": 0.6,
                        "video": False,
                    }
                )
                + "\n"
                for n, t in ((900001, "The Amber Signal"), (900002, ""))
            )
        },
        1,
        1,
        {},
        ("movie_ids_11_28_2026.json", "Amber Signal", "Amber Call"),
        {SCHEMA.name},
        "original_title",
        "movie_ids_11_28_2026.json:1",
    ),
    "trakt": Case(
        {
            "watched-movies.json": json.dumps([TRAKT, {"movie": {**MOVIE, "title": ""}}]),
            "watched-shows.json": json.dumps([{"show": MOVIE}, {"show": MOVIE}]),
        },
        1,
        1,
        {"show": 2},
        ("watched-movies.json", "1987", "1988"),
        {SCHEMA.datePublished},
        "movie.title",
        "watched-movies.json:1",
    ),
    "json-ld": Case(
        {
            "films.jsonld": json.dumps(
                [LD, {**LD, "@id": "_:x", "name": ""}, {**LD, "@type": "TVSeries"}], indent=1
            ),
            "broken.jsonld": json.dumps(LD)[:-1],
        },
        1,
        2,
        {"TVSeries": 1},
        ("films.jsonld", "1H44M", "1H45M"),
        DURATION,
        "name",
        "films.jsonld:2",
    ),
    "html": Case(
        {
            "amber.html": "<!DOCTYPE html>\n<html><head>\n<script type='application/ld+json'>"
            f'{json.dumps(LD)}</script>\n<script type="application/ld+json">{{</script></html>'
        },
        1,
        1,
        {},
        ("amber.html", "1H44M", "1H45M"),
        DURATION,
        "name",
        "amber.html:3",
    ),
    "turtle": Case(
        {"films.ttl": TTL, "broken.ttl": TTL + "<"},
        1,
        1,
        {"TVSeries": 1},
        ("films.ttl", "1H44M", "1H45M"),
        DURATION,
        "name",
        "films.ttl:3",
    ),
    "n-triples": Case(
        {"films.nt": NT, "broken.nt": NT + "<"},
        1,
        1,
        {},
        ("films.nt", "1H44M", "1H45M"),
        DURATION,
        "name",
        "films.nt:1",
    ),
    "rdf/xml": Case(
        {"films.rdf": RDF_XML, "broken.rdf": RDF_XML[:-5]},
        1,
        1,
        {},
        ("films.rdf", "1H44M", "1H45M"),
        DURATION,
        "name",
        "films.rdf:1",
    ),
}


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def write(desk: Desk, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = desk.source / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")


@pytest.mark.parametrize("name", CASES)
def test_a_format_is_loaded_loaded_again_explained_and_removed(
    desk: Desk, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = CASES[name]
    write(desk, case.files)
    [source] = desk.load().sources
    assert (source.loaded, source.rejected, source.left_out) == (
        case.loaded,
        case.rejected,
        case.left_out,
    )
    assert len(desk.films()) == case.loaded
    assert desk.load().run is None
    assert not desk.check()

    before = desk.graph()
    file, old, new = case.change
    write(desk, {file: case.files[file].replace(old, new, 1)})
    desk.load()
    assert {quad.predicate for quad in before ^ desk.graph()} == case.predicates

    write(desk, case.files)
    desk.load()
    assert desk.graph() == before
    monkeypatch.chdir(desk.source)
    explained = run(
        "explain",
        "The Amber Signal",
        "schema:name",
        "--format",
        "csv",
        *("--workspace", desk.workspace.path),
    )
    assert explained.stdout.splitlines()[1].split(",")[2:5] == [
        case.key,
        "The Amber Signal",
        case.place,
    ]

    code, _, _ = said(run("remove", desk.source, "--workspace", desk.workspace.path))
    assert code == 0
    assert desk.graph() == set()
