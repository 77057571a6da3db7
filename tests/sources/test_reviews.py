"""A viewer's own ratings and diary are reviews, and are read only where that is asked for."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from commands import run, said
from desk import Desk
from etl.rdf.vocab import SCHEMA

LEFT_OUT = "viewer's review (--reviews)"
IMDB = (
    "Const,Your Rating,Date Rated,Title,Original Title,URL,Title Type,IMDb Rating,"
    "Runtime (mins),Year,Genres,Num Votes,Release Date,Directors\n"
    "tt9900001,8,2024-02-03,The Amber Signal,Der Bernsteinfunk,u,Movie,7.1,104,1987,Drama,12,"
    "1987-10-02,Jon Halde\n"
    "tt9900002,,,Tides,,u,Movie,7.1,104,1987,Drama,12,1987-10-02,Jon Halde\n"
)
OLD = (
    '"position","const","created","modified","description","Title","Title type","Directors",'
    '"You rated","IMDb Rating","Runtime (mins)","Year","Genres","Num. Votes",'
    '"Release Date (month/day/year)","URL"\n'
    '"1","tt9900001","Sat Mar 12 00:00:00 2016","","","The Amber Signal","Feature Film",'
    '"Jon Halde","8","7.1","104","1987","drama","1234","1987-10-02","u"\n'
)
WATCHED = "Date,Name,Year,Letterboxd URI\n2024-02-03,The Amber Signal,1987,https://boxd.it/zzzz\n"
RATINGS = "Date,Name,Year,Letterboxd URI,Rating\n2024-02-03,The Amber Signal,1987,https://boxd.it/zzzz,4.5\n"
DIARY = (
    "Date,Name,Year,Letterboxd URI,Rating,Rewatch,Tags,Watched Date\n"
    "2024-02-03,The Amber Signal,1987,https://boxd.it/aaaa,4.5,,,2024-02-02\n"
    "2024-03-03,The Amber Signal,1987,https://boxd.it/aaab,4,Yes,,2024-03-02\n"
    "2024-04-03,The Amber Signal,1987,https://boxd.it/aaac,,Yes,,2024-04-02\n"
)
REVIEWS = (
    "Date,Name,Year,Letterboxd URI,Rating,Rewatch,Review,Tags,Watched Date\n"
    '2024-02-03,The Amber Signal,1987,https://boxd.it/aaaa,4.5,,"A signal,\n<i>unheard</i>.",,'
    "2024-02-02\n"
)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def written(desk: Desk, name: str, text: str) -> Path:
    path = desk.source / name
    path.write_text(text, "utf-8")
    return path


def reviews(desk: Desk) -> list[tuple[str, str]]:
    """Give the day and the mark of each review."""
    days = desk.values(
        f"SELECT (CONCAT(COALESCE(STR(?d), ''), ' ', COALESCE(STR(?v), '')) AS ?n) WHERE {{ "
        f"?film {SCHEMA.review} ?r . OPTIONAL {{ ?r {SCHEMA.datePublished} ?d }} "
        f"OPTIONAL {{ ?r {SCHEMA.reviewRating}/{SCHEMA.ratingValue} ?v }} }}"
    )
    return sorted((day, mark) for day, _, mark in (each.partition(" ") for each in days))


def test_reviews_are_left_out_counted_and_loaded_once_that_is_asked_for(desk: Desk) -> None:
    path = written(desk, "ratings.csv", IMDB)
    [source] = desk.load(path).sources
    assert (source.loaded, source.left_out) == (2, {LEFT_OUT: 1})
    assert reviews(desk) == []
    before = desk.graph()
    written(desk, "ratings.csv", IMDB.replace(",8,", ",9,"))
    assert desk.load(path).sources[0].unchanged == 2
    assert desk.graph() == before

    [source] = desk.load(path, reviews=True).sources
    assert source.left_out == {}
    assert reviews(desk) == [("2024-02-03", "9")]
    assert desk.values(f"SELECT ?n WHERE {{ ?r a {SCHEMA.Review} ; {SCHEMA.author} ?n }}") == [
        "ratings.csv"
    ]
    assert desk.values(f"SELECT ?n WHERE {{ ?f {SCHEMA.aggregateRating}/{SCHEMA.ratingValue} ?n }}")
    assert not desk.check()

    with_reviews = desk.graph()
    written(desk, "ratings.csv", IMDB)
    desk.load(path)  # remembered
    changed = with_reviews ^ desk.graph()
    assert {str(quad.predicate) for quad in changed} == {str(SCHEMA.ratingValue)}
    assert reviews(desk) == [("2024-02-03", "8")]

    desk.load(path, reviews=False)
    assert desk.graph() == before
    assert not desk.check()


def test_an_old_export_says_when_a_film_was_rated_in_words(desk: Desk) -> None:
    desk.load(written(desk, "ratings.csv", OLD), reviews=True)
    assert reviews(desk) == [("2016-03-12", "8")]


def test_ratings_diary_and_reviews_of_letterboxd_meet_by_film_and_day(desk: Desk) -> None:
    for name, text in (("watched", WATCHED), ("ratings", RATINGS), ("diary", DIARY)):
        written(desk, f"{name}.csv", text)
    written(desk, "reviews.csv", REVIEWS)
    [source] = desk.load(name="mara").sources
    assert source.left_out == {LEFT_OUT: 4}
    desk.load(name="mara", reviews=True)
    assert reviews(desk) == [("2024-02-03", "4.5"), ("2024-03-03", "4")]
    assert desk.values(f"SELECT ?n WHERE {{ ?r {SCHEMA.reviewBody} ?n }}") == [
        "A signal,\n<i>unheard</i>."
    ]
    assert len(desk.films()) == 1
    assert not desk.check()


def test_trakt_and_kodi_have_marks_too(desk: Desk) -> None:
    film = {"title": "Tides", "year": 1990, "ids": {"trakt": 1, "slug": "t", "imdb": "tt9900002"}}
    rated = {"rated_at": "2024-02-03T20:00:00.000Z", "rating": 8, "movie": film}
    written(desk, "ratings-movies.json", json.dumps([rated]))
    written(
        desk,
        "movie.nfo",
        "<movie><title>Stone</title><userrating>7</userrating>"
        "<lastplayed>2024-05-01</lastplayed></movie>",
    )
    [source] = desk.load().sources
    assert source.left_out == {LEFT_OUT: 2}
    desk.load(reviews=True)
    assert reviews(desk) == [("2024-02-03", "8"), ("2024-05-01", "7")]


def test_a_mark_beyond_the_scale_is_told_and_not_read(desk: Desk) -> None:
    desk.load(written(desk, "ratings.csv", IMDB.replace(",8,", ",80,")), reviews=True)
    assert reviews(desk) == []
    assert any("expected a rating from 1 to 10, found 80" in each for each in desk.messages())


def test_two_viewers_of_one_film_stay_two(desk: Desk) -> None:
    desk.load(written(desk, "a.csv", IMDB), name="mara", reviews=True)
    desk.load(written(desk, "b.csv", IMDB.replace(",8,", ",3,")), name="ulf", reviews=True)
    assert reviews(desk) == [("2024-02-03", "3"), ("2024-02-03", "8")]
    run("remove", "ulf", "--workspace", desk.workspace.path)
    assert reviews(desk) == [("2024-02-03", "8")]
    assert not desk.check()


def test_a_review_is_explained_and_asked_for_by_a_query(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("ratings.csv").write_text(IMDB)
    _, out, _ = said(run("load", "ratings.csv"))
    assert out.splitlines()[0] == (
        "ratings.csv: 2 records read: 2 loaded; left out: 1 viewer's review (--reviews)"
    )
    assert said(run("load", "ratings.csv", "--reviews", "--name", "mara"))[0] == 0
    _, out, _ = said(run("query", "reviews-of-film", "-p", "film=tt9900001", "--format", "csv"))
    assert out.splitlines()[1] == "mara,2024-02-03,8,10,"
    _, out, _ = said(run("explain", "tt9900001", "schema:review", "--format", "csv"))
    assert out.splitlines()[1].split(",")[1:5] == [
        "movie-review",
        "Your Rating",
        "8",
        "ratings.csv:2",
    ]
    assert said(run("load", "--reviews"))[0] == 2
    assert said(run("validate"))[0] == 0
