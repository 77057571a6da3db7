"""Of a set of tables of which one is cut off, the others are read, and nothing known is lost."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from commands import Etl, said
from desk import Desk
from etl.rdf.vocab import SCHEMA

MOVIES = ["1,Amber (1987),Drama", "2,Stone (1991),Comedy", "3,Tides (1990),Drama"]
WITHOUT = (
    "new films are read without the file, and others stay as they are, until it is whole or removed"
)
CUT = "ratings.csv.gz:1: expected a readable file, found a gzip file that is cut off; " + WITHOUT


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def movies(desk: Desk, *rows: str) -> None:
    (desk.source / "movies.csv").write_text("\n".join(("movieId,title,genres", *rows)) + "\n")


def ratings(desk: Desk, *, kept: float = 1, best: float = 5) -> None:
    """Write ratings of all films, and cut off what lies beyond a part of them."""
    rows = (f"{n},{n % 3 + 1},{min(best, n * 7919 % 10 / 2 + 0.5)},{n}" for n in range(9000))
    data = gzip.compress("\n".join(("userId,movieId,rating,timestamp", *rows, "")).encode())
    (desk.source / "ratings.csv.gz").write_bytes(data[: int(len(data) * kept)])


def values(desk: Desk, predicate: object) -> list[str]:
    return sorted(desk.values(f"SELECT ?n WHERE {{ ?s {predicate} ?n }}"))


def titles(desk: Desk) -> list[str]:
    return sorted(desk.values(f"SELECT ?n WHERE {{ ?s a {SCHEMA.Movie} ; {SCHEMA.name} ?n }}"))


def test_films_are_read_without_a_table_that_is_cut_off(desk: Desk) -> None:
    movies(desk, *MOVIES)
    ratings(desk, kept=0.5)
    [source] = desk.load().sources
    assert (source.loaded, source.rejected) == (3, 1)
    assert CUT in desk.messages()
    assert values(desk, SCHEMA.ratingValue) == []
    desk.load()
    ratings(desk)
    [source] = desk.load().sources
    assert (source.rejected, len(values(desk, SCHEMA.ratingValue))) == (0, 3)
    assert not desk.check()


@pytest.mark.parametrize("kept", [0, 0.5, 0.99])
@pytest.mark.parametrize("rehash", [False, True])
def test_what_was_known_stays_while_a_table_is_cut_off(
    desk: Desk, kept: float, rehash: bool
) -> None:
    movies(desk, *MOVIES)
    ratings(desk)
    desk.load()
    means = values(desk, SCHEMA.ratingValue)
    assert len(means) == 3
    movies(desk, "1,Ember (1987),Drama", "3,Tides (1990),Drama", "4,Quiet (1993),Drama")
    ratings(desk, kept=kept)
    for _ in range(2):
        [source] = desk.load(rehash=rehash).sources
        assert titles(desk) == ["Amber", "Quiet", "Stone", "Tides"]
        assert values(desk, SCHEMA.ratingValue) == means
        assert (source.rejected, source.vanished) == (1, 0)
    ratings(desk, best=1)
    [source] = desk.load().sources
    assert titles(desk) == ["Ember", "Quiet", "Tides"]
    assert max(values(desk, SCHEMA.ratingValue)) < min(means)
    assert (source.rejected, desk.check()) == (0, [])


def test_an_empty_table_is_told_by_what_it_was(desk: Desk) -> None:
    movies(desk, *MOVIES)
    ratings(desk)
    desk.load()
    ratings(desk, kept=0)
    desk.load()
    told = f"expected a readable file, found a file without the header that it had; {WITHOUT}"
    assert f"ratings.csv.gz:1: {told}" in desk.messages()


def test_a_table_without_the_column_to_join_by_is_none_of_the_set(etl: Etl, tmp_path: Path) -> None:
    (tmp_path / "films.csv").write_text("no,name\n1,Amber\n")
    (tmp_path / "cards.csv").write_text("no,made\n1,1987\n")
    map_ = MAP.replace('"title"', '"name"').replace("[fields]", '[fields]\nkey = "name"')
    (tmp_path / "map.toml").write_text(map_)
    assert said(etl("load", "films.csv", "--columns", "map.toml"))[0] == 0
    years = f"SELECT (STR(?year) AS ?n) WHERE {{ ?s {SCHEMA.datePublished} ?year }}"
    assert etl("sparql", years).stdout.splitlines()[1:] == ['"1987"']
    (tmp_path / "cards.csv").write_text("")
    assert said(etl("load"))[0] == 1
    assert etl("sparql", years).stdout.splitlines()[1:] == ['"1987"']
    (tmp_path / "films.csv").write_text("number,name\n1,Amber\n")
    etl("load")
    assert etl("sparql", years).stdout.splitlines()[1:] == []


def test_a_table_that_was_cut_off_may_be_removed(desk: Desk) -> None:
    movies(desk, *MOVIES)
    ratings(desk)
    desk.load()
    ratings(desk, kept=0.5)
    desk.load()
    (desk.source / "ratings.csv.gz").unlink()
    [source] = desk.load().sources
    assert (source.rejected, values(desk, SCHEMA.ratingValue)) == (0, [])


def test_a_replay_takes_nothing_away_and_reads_what_is_whole_again(etl: Etl, desk: Desk) -> None:
    movies(desk, *MOVIES)
    ratings(desk)
    folder = str(desk.source)
    assert said(etl("load", folder))[0] == 0
    whole = etl("export").stdout
    ratings(desk, kept=0.5)
    assert said(etl("load", folder))[0] == 1
    etl("replay")
    assert etl("export").stdout == whole
    assert "ratings.csv.gz\t1\t" in etl("quarantine").stdout
    ratings(desk)
    assert said(etl("replay"))[0] == 0
    assert etl("export").stdout == whole


MAP = """
map = 1
[with.cards]
recognise = ["no", "made"]
on = "no"
[fields]
title = "title"
year = "cards.made"
"""


def test_no_film_is_read_without_the_table_that_tells_it_from_others(
    etl: Etl, tmp_path: Path
) -> None:
    (tmp_path / "films.csv").write_text("no,title\n1,Amber\n2,Stone\n")
    rows = "\n".join(("no,made", *(f"{n},{1900 + n * 7919 % 99}" for n in range(9000))))
    (tmp_path / "cards.csv.gz").write_bytes(gzip.compress(rows.encode())[:5000])
    (tmp_path / "map.toml").write_text(MAP)
    loaded = etl("load", "films.csv", "--columns", "map.toml")
    told = "films.csv:1: expected a readable file cards.csv.gz, found a gzip file that is cut off"
    assert told in loaded.stderr
    assert etl("sparql", f"SELECT * WHERE {{ ?s a {SCHEMA.Movie} }}").stdout.splitlines()[1:] == []
