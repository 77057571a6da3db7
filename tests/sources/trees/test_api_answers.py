"""What OMDb, TMDb and Trakt answer and export, with the traps of each."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from commands import run, said
from desk import Desk
from etl.rdf.vocab import SCHEMA

OMDB: dict[str, Any] = {
    "Title": "The Amber Signal",
    "Year": "1987",
    "Rated": "N/A",
    "Released": "02 Oct 1987",
    "Runtime": "104 min",
    "Genre": "Drama, Mystery",
    "Director": "Jon Halde",
    "Writer": "Jon Halde (screenplay by), Eva Brandt (novel)",
    "Actors": "Mara Ostholt, Ulf Rey",
    "Plot": "About.",
    "Language": "German, English",
    "Country": "West Germany, USA",
    "Awards": "1 win",
    "Poster": "N/A",
    "Ratings": [
        {"Source": "Internet Movie Database", "Value": "7.1/10"},
        {"Source": "Rotten Tomatoes", "Value": "85%"},
        {"Source": "Metacritic", "Value": "83/100"},
    ],
    "Metascore": "83",
    "imdbRating": "7.1",
    "imdbVotes": "1,234",
    "imdbID": "tt9900001",
    "Type": "movie",
    "Response": "True",
}
TMDB: dict[str, Any] = {
    "adult": False,
    "belongs_to_collection": {"id": 1, "name": "Amber Collection", "poster_path": None},
    "budget": 0,
    "genres": [{"id": 18, "name": "Drama"}],
    "id": 900001,
    "imdb_id": "tt9900001",
    "original_language": "de",
    "original_title": "Der Bernsteinfunk",
    "overview": "",
    "poster_path": None,
    "production_countries": [{"iso_3166_1": "DE", "name": "Germany"}],
    "release_date": "",
    "runtime": 0,
    "tagline": "Listen.",
    "title": "The Amber Signal",
    "vote_average": 0.0,
    "vote_count": 0,
    "credits": {
        "cast": [
            {"id": 1, "name": "Ulf Rey", "character": "Self", "order": 1, "credit_id": "a"},
            {"id": 2, "name": "Mara Ostholt", "character": "Ida / The Caller (voice)", "order": 0},
            {"id": 4, "name": "Ida Kern", "character": "", "order": 2},
        ],
        "crew": [
            {"id": 3, "name": "Jon Halde", "job": "Director", "department": "Directing"},
            {"id": 3, "name": "Jon Halde", "job": "Screenplay", "department": "Writing"},
            {"id": 5, "name": "Eva Brandt", "job": "Novel", "department": "Writing"},
            {"id": 6, "name": "Kai Lund", "job": "Gaffer", "department": "Lighting"},
        ],
    },
}


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def written(desk: Desk, name: str, value: object, **how: Any) -> Path:
    path = desk.source / name
    path.write_text(value if isinstance(value, str) else json.dumps(value, **how), "utf-8")
    return path


def values(desk: Desk, predicate: object) -> set[str]:
    return set(desk.values(f"SELECT ?n WHERE {{ ?s {predicate} ?n }}"))


def named(desk: Desk, predicate: object) -> list[str]:
    film = f"?film a {SCHEMA.Movie} ; {predicate}/{SCHEMA.name} ?n"
    return desk.values(f"SELECT ?n WHERE {{ {film} }}")


@pytest.mark.parametrize(
    "text",
    [json.dumps(OMDB), json.dumps(OMDB, indent=2), json.dumps([OMDB]), f"{json.dumps(OMDB)}\n" * 2],
    ids=["object", "indented", "array", "lines"],
)
def test_omdb_rates_on_three_scales_and_marks_absence(desk: Desk, text: str) -> None:
    desk.load(written(desk, "answer.json", text))
    assert values(desk, SCHEMA.ratingValue) == {"7.1", "85", "83"}
    assert values(desk, SCHEMA.bestRating) == {"10", "100"}
    assert values(desk, SCHEMA.ratingCount) == {"1234"}
    assert values(desk, SCHEMA.datePublished) == {"1987-10-02"}
    assert values(desk, SCHEMA.inLanguage) == {"de", "en"}
    assert values(desk, SCHEMA.contentRating) == values(desk, SCHEMA.image) == set()
    assert sorted(named(desk, SCHEMA.author)) == ["Eva Brandt", "Jon Halde"]
    assert not desk.check()


def test_json_lines_of_an_api_are_told_from_our_own(desk: Desk) -> None:
    written(desk, "omdb.jsonl", json.dumps(OMDB))
    written(desk, "own.jsonl", '{"movieId": 9, "title": "Tides", "genres": ["Drama"]}\n')
    desk.load()
    assert {iri.rpartition("/")[2] for iri in desk.films()} == {"tt9900001", "movielens-9"}
    assert "omdb.jsonl: OMDb answers" in desk.messages()
    assert not any(message.startswith("own.jsonl: Movie") for message in desk.messages())


def test_omdb_that_finds_nothing_is_no_file_of_films(desk: Desk) -> None:
    written(desk, "nothing.json", {"Response": "False", "Error": "Movie not found!"})
    written(desk, "film.json", OMDB)
    [source] = desk.load().sources
    assert (source.loaded, source.other_files) == (1, {"JSON": 1})
    assert source.unread == {"Awards": 1}


def test_nothing_is_empty_null_or_0_on_tmdb(desk: Desk) -> None:
    [source] = desk.load(written(desk, "900001.json", TMDB)).sources
    for predicate in (SCHEMA.duration, SCHEMA.ratingValue, SCHEMA.datePublished, SCHEMA.image):
        assert values(desk, predicate) == set()
    assert source.unread == {"tagline": 1}
    assert values(desk, SCHEMA.isPartOf) == {"Amber Collection"}
    assert values(desk, SCHEMA.countryOfOrigin) == {"Germany"}


def test_tmdb_credits_name_characters_and_crew(desk: Desk) -> None:
    desk.load(written(desk, "900001.json", TMDB))
    assert values(desk, SCHEMA.characterName) == {"Ida", "The Caller"}
    assert sorted(named(desk, SCHEMA.actor)) == ["Ida Kern", "Mara Ostholt", "Ulf Rey"]
    assert named(desk, SCHEMA.director) == ["Jon Halde"]
    assert sorted(named(desk, SCHEMA.author)) == ["Eva Brandt", "Jon Halde"]
    assert "Kai Lund" not in values(desk, SCHEMA.name)


def test_two_people_of_one_name_are_two_where_a_source_tells_them_apart(desk: Desk) -> None:
    cast = [
        {"id": 11, "name": "Ann Lee", "character": "Ida", "order": 0},
        {"id": 12, "name": "Ann Lee", "character": "The Caller", "order": 1},
        {"id": 13, "name": "Ulf Rey", "character": "Ulf", "order": 2},
        {"id": 13, "name": "Ulf Rey", "character": "Uwe", "order": 3},
    ]
    path = desk.source / "film.json"
    path.write_text(json.dumps(TMDB | {"credits": {"cast": cast, "crew": []}}), "utf-8")
    desk.load()
    actors = (quad.object for quad in desk.graph() if quad.predicate == SCHEMA.actor)
    keys = {str(actor).rpartition("/")[2][:-1] for actor in actors}
    assert keys == {"tmdb-11", "tmdb-12", "Ulf_Rey"}
    assert desk.check() == []


def test_ids_of_a_day_are_lines_though_the_file_is_called_json(desk: Desk) -> None:
    lines = [
        {"adult": False, "id": n, "original_title": f"Film {n}", "popularity": 0.6, "video": False}
        for n in (900001, 900002)
    ]
    path = written(desk, "movie_ids_11_28_2026.json", "\n".join(map(json.dumps, lines)))
    [source] = desk.load(path).sources
    assert (source.loaded, source.unread) == (2, {})
    assert {iri.rpartition("/")[2] for iri in desk.films()} == {"tmdb-900001", "tmdb-900002"}


TRAKT = {
    "title": "The Amber Signal",
    "year": 1987,
    "ids": {"trakt": 1, "slug": "amber", "imdb": "tt9900001", "tmdb": 900001},
}


def test_trakt_has_films_without_ids_and_years_and_shows_beside_them(desk: Desk) -> None:
    lost = {
        "title": "Lost",
        "year": None,
        "ids": {"trakt": 2, "slug": "lost", "imdb": None, "tmdb": None},
    }
    episode = {"type": "episode", "episode": {"title": "One"}, "show": {"title": "Tides"}}
    written(
        desk,
        "watched-history.json",
        [{"type": "movie", "id": 1, "action": "watch", "movie": TRAKT}, episode],
    )
    written(
        desk,
        "watched-movies.json",
        [{"plays": 2, "last_watched_at": "2024-02-03T20:00:00.000Z", "movie": lost}],
    )
    written(desk, "ratings-shows.json", [{"rating": 8, "show": TRAKT}])
    written(desk, "user-profile.json", {"username": "mara", "name": "Mara", "age": 30})
    [source] = desk.load().sources
    assert (source.loaded, source.left_out) == (2, {"episode": 1, "show": 1})
    assert source.other_files == {"JSON": 1}
    assert values(desk, SCHEMA.sameAs) == {
        "https://www.imdb.com/title/tt9900001/",
        "https://www.themoviedb.org/movie/900001",
        "https://trakt.tv/movies/amber",
        "https://trakt.tv/movies/lost",
    }


def test_what_has_no_place_stands_in_the_line_and_is_listed_by_validate(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("omdb.json").write_text(json.dumps(OMDB))
    Path("own.jsonl").write_text('{"imdb": "tt9900001", "title": "A", "budget": 5}\n' * 1)
    _, out, err = said(run("load", "omdb.json"))
    assert out.splitlines()[0] == (
        "omdb.json: 1 record read: 1 loaded; no place for: 1 Awards; licence: non-commercial"
    )
    assert "Awards" not in err
    assert said(run("load", "own.jsonl"))[1].splitlines()[0] == (
        "own.jsonl: 1 record read: 1 loaded; no place for: 1 budget"
    )
    assert (
        "Awards,,the graph has no place for it"
        in said(run("validate", "omdb.json", "--format", "csv"))[1]
    )
    assert (
        json.loads(said(run("load", "omdb.json", "--rehash", "--format", "json"))[1])["sources"][0][
            "unread"
        ]
        == {}
    )
