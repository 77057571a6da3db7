"""The sample records in `seeds/` are what their README promises."""

from __future__ import annotations

import csv
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import pytest

from places import SEEDS
from shared_data import shared

RECORDS = sorted(SEEDS.glob("*.txt"))

# No final newline: where a synopsis is empty, the file ends with the line `synopsis:`.
LAYOUT = re.compile(
    r"movieId: (?P<movie_id>[1-9]\d*)\n"
    r"title: (?P<title>\S|\S[^\n]*\S)\n"
    r"year: (?P<year>(?:19|20)\d\d)\n"
    r"url: https://www\.imdb\.com/title/(?P<imdb_id>tt\d{7,8})/\n"
    r"ratingValue: (?P<rating>|[1-9]\.\d)\n"
    r"directors: (?P<directors>\S[^\n]*\S)\n"
    r"actors: (?P<actors>\S[^\n]*\S)\n"
    r"\n"
    r"synopsis:\n"
    r"(?P<synopsis>|\S.*\S)",
    re.DOTALL,
)


@dataclass(frozen=True)
class Seed:
    """One record, as its file has it."""

    movie_id: str
    title: str
    year: str
    imdb_id: str
    rating: str
    directors: tuple[str, ...]
    actors: tuple[str, ...]
    synopsis: str

    @property
    def performances(self) -> list[tuple[str, str]]:
        """Who is played by whom, where the synopsis says `Character (Actor)`."""
        pairs = re.findall(r"(\w[\w.]*)[\"”]? \(([^()]+)\)", self.synopsis)
        return [(character, actor) for character, actor in pairs if actor in self.actors]


def read(path: Path) -> str:
    return path.read_bytes().decode("utf-8")


def parse(path: Path) -> Seed:
    match = LAYOUT.fullmatch(read(path))
    assert match, f"{path.name} does not have the layout"
    said = match.groupdict()
    return Seed(
        said["movie_id"],
        said["title"],
        said["year"],
        said["imdb_id"],
        said["rating"],
        tuple(said["directors"].split(", ")),
        tuple(said["actors"].split(", ")),
        said["synopsis"],
    )


@pytest.fixture(scope="module")
def seeds() -> list[Seed]:
    return [parse(path) for path in RECORDS]


@pytest.mark.parametrize("path", RECORDS, ids=lambda path: path.stem)
def test_each_file_has_the_layout_and_is_named_after_its_record(path: Path) -> None:
    assert parse(path).movie_id == path.stem


@pytest.mark.parametrize("path", RECORDS, ids=lambda path: path.stem)
def test_each_text_is_clean(path: Path) -> None:
    text = read(path)
    assert unicodedata.is_normalized("NFC", text)
    assert not [c for c in text if c != "\n" and not c.isprintable()], "a control or odd space"
    assert "  " not in text
    synopsis = parse(path).synopsis
    assert all(line and line == line.strip() for line in synopsis.split("\n")) or not synopsis


@pytest.mark.parametrize("path", RECORDS, ids=lambda path: path.stem)
def test_nobody_is_named_twice_or_by_half(path: Path) -> None:
    seed = parse(path)
    for names in (seed.directors, seed.actors):
        assert len(names) == len(set(names))
        assert all(name == name.strip() and len(name) > 1 for name in names)


@pytest.mark.parametrize("path", RECORDS, ids=lambda path: path.stem)
def test_brackets_in_a_synopsis_are_closed_and_do_not_nest(path: Path) -> None:
    outside = re.sub(r"\([^()]+\)", "", parse(path).synopsis)
    assert "(" not in outside
    assert ")" not in outside


@pytest.mark.parametrize("path", RECORDS, ids=lambda path: path.stem)
def test_each_synopsis_is_of_a_readable_length(path: Path) -> None:
    words = len(parse(path).synopsis.split())
    assert words == 0 or 60 <= words <= 350


def test_there_are_at_least_forty_records_and_no_id_occurs_twice(seeds: list[Seed]) -> None:
    assert len(seeds) >= 40
    assert len({seed.movie_id for seed in seeds}) == len(seeds)
    assert len({seed.imdb_id for seed in seeds}) == len(seeds)


def test_at_least_fifteen_synopses_tell_who_played_whom(seeds: list[Seed]) -> None:
    assert sum(len(seed.performances) >= 3 for seed in seeds) >= 15


def test_two_films_are_called_emma_and_two_casino_royale(seeds: list[Seed]) -> None:
    by_title = Counter(seed.title for seed in seeds)
    assert {title for title, films in by_title.items() if films > 1} == {"Casino Royale", "Emma"}


def test_some_values_are_empty_as_in_real_exports(seeds: list[Seed]) -> None:
    assert 2 <= sum(not seed.rating for seed in seeds) <= 3
    assert [seed.title for seed in seeds if not seed.synopsis] == ["Blue in the Face"]


def test_some_films_have_several_directors(seeds: list[Seed]) -> None:
    assert {len(seed.directors) for seed in seeds} == {1, 2, 3, 5}


def test_some_directors_act_in_their_own_films(seeds: list[Seed]) -> None:
    acting = {name for seed in seeds for name in seed.directors if name in seed.actors}
    assert len(acting) >= 5
    assert "Robert De Niro" in acting


def test_some_directors_have_several_films(seeds: list[Seed]) -> None:
    films = Counter(name for seed in seeds for name in seed.directors)
    assert films.most_common(2) == [("Martin Scorsese", 5), ("Hayao Miyazaki", 4)]


def test_one_pair_acts_together_in_three_films_and_others_in_two(seeds: list[Seed]) -> None:
    together = Counter(pair for seed in seeds for pair in combinations(sorted(seed.actors), 2))
    assert [pair for pair, films in together.items() if films >= 3] == [
        ("Joe Pesci", "Robert De Niro")
    ]
    assert sum(films == 2 for films in together.values()) >= 10


def test_names_and_a_title_are_not_all_ascii(seeds: list[Seed]) -> None:
    names = {name for seed in seeds for name in (*seed.directors, *seed.actors)}
    assert {"Tchéky Karyo", "Pedro Almodóvar", "Björk", "Qi Lü", "Álex Angulo"} <= names
    assert any(not seed.title.isascii() for seed in seeds)


def test_eternal_sunshine_names_its_eight_main_characters() -> None:
    synopsis = next(parse(path).synopsis for path in RECORDS if path.stem == "7361")
    for said in (
        "Joel Barish (Jim Carrey)",
        "Clementine Kruczynski (Kate Winslet)",
        "Carrie Eakin (Jane Adams)",
        "Rob Eakin (David Cross)",
        "Howard Mierzwiak (Tom Wilkinson)",
        "Stan Fink (Mark Ruffalo)",
        "Patrick (Elijah Wood)",
        "Mary (Kirsten Dunst)",
    ):
        assert said in synopsis


def test_each_imdb_id_is_the_one_that_movielens_links_to(seeds: list[Seed]) -> None:
    with shared("data/movielens/links.csv").open(encoding="utf-8", newline="") as file:
        links = {row["movieId"]: f"tt{row['imdbId']:0>7}" for row in csv.DictReader(file)}
    assert {seed.movie_id: seed.imdb_id for seed in seeds} == {
        seed.movie_id: links.get(seed.movie_id) for seed in seeds
    }


def test_each_year_is_the_one_that_movielens_gives(seeds: list[Seed]) -> None:
    with shared("data/movielens/movies.csv").open(encoding="utf-8", newline="") as file:
        titles = {row["movieId"]: row["title"].strip() for row in csv.DictReader(file)}
    assert not [
        (seed.title, seed.year, titles.get(seed.movie_id))
        for seed in seeds
        if not titles.get(seed.movie_id, "").endswith(f"({seed.year})")
    ]


def runs_of_eight_words(text: str) -> Iterator[str]:
    words = re.findall(r"\w+", text.casefold())
    return (" ".join(words[start : start + 8]) for start in range(len(words) - 7))


def test_no_synopsis_shares_eight_words_in_a_row_with_the_shared_data(seeds: list[Seed]) -> None:
    folders = ("seeds", "data/seed_format", "data/linking/records")
    others = [path for folder in folders for path in shared(folder).glob("*.txt")]
    assert len(others) > 250
    taken = {
        run
        for path in others
        for run in runs_of_eight_words(read(path).partition("\nsynopsis:")[2])
    }
    assert not [
        (seed.title, run)
        for seed in seeds
        for run in runs_of_eight_words(seed.synopsis)
        if run in taken
    ]
