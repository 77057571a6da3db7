"""What is odd in real files of IMDb and MovieLens: each oddity in invented rows."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from desk import Desk
from etl.rdf.vocab import SCHEMA

BASICS = (
    "tconst\ttitleType\tprimaryTitle\toriginalTitle\tisAdult\tstartYear\tendYear\truntimeMinutes"
    "\tgenres"
)
PRINCIPALS = "tconst\tordering\tnconst\tcategory\tjob\tcharacters"
NAMES = "nconst\tprimaryName\tbirthYear\tdeathYear\tprimaryProfession\tknownForTitles"
AKAS = "titleId\tordering\ttitle\tregion\tlanguage\ttypes\tattributes\tisOriginalTitle"
RATINGS = "tconst\taverageRating\tnumVotes"
AMBER = "tt9900001\tmovie\tAmber\tAmber\t0\t1987\t\\N\t104\tDrama"
MARA = "nm9900001\tMara Ostholt\t1951\t\\N\tactress\ttt9900001"


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def put(desk: Desk, name: str, *rows: str, encoding: str = "utf-8") -> Path:
    path = desk.source / name
    path.write_bytes("".join(f"{row}\n" for row in rows).encode(encoding))
    return path


def values(desk: Desk, predicate: object) -> list[str]:
    return sorted(desk.values(f"SELECT ?n WHERE {{ ?s {predicate} ?n }}"))


def cast(desk: Desk, *rows: str, names: tuple[str, ...] = (MARA,)) -> None:
    """Load one film with these rows of `title.principals`."""
    put(desk, "basics.tsv", BASICS, AMBER)
    put(desk, "principals.tsv", PRINCIPALS, *(f"tt9900001\t{row}" for row in rows))
    put(desk, "names.tsv", NAMES, *names)
    desk.load(desk.source)


def test_characters_that_are_no_json_are_told_at_their_line(desk: Desk) -> None:
    row = "2\tnm9900001\tactress\t\\N\t"
    cast(desk, "1\tnm9900009\tactor\t\\N\t\\N", row + '["A \\"Kid]', row + '["Ida"]')
    assert values(desk, SCHEMA.characterName) == ["Ida"]
    assert any(
        each.startswith("principals.tsv:3: principals: not read: expected JSON")
        for each in desk.messages()
    )


def test_somebody_with_two_rows_is_one_person_with_all_characters(desk: Desk) -> None:
    cast(
        desk,
        '3\tnm9900001\tactress\t\\N\t["Eva"]',
        '1\tnm9900001\tactress\t\\N\t["Ida"]',
        "2\tnm9900001\tdirector\t\\N\t\\N",
    )
    assert values(desk, SCHEMA.characterName) == ["Eva", "Ida"]
    assert values(desk, f"{SCHEMA.director}/{SCHEMA.name}") == ["Mara Ostholt"]
    assert values(desk, SCHEMA.birthDate) == ["1951"]
    assert not desk.check()


def test_categories_of_now_and_of_once_that_are_no_credit_are_left_out(desk: Desk) -> None:
    cast(
        desk,
        "1\tnm9900001\tself\t\\N\t\\N",
        "2\tnm9900002\tarchive_footage\t\\N\t\\N",
        "3\tnm9900002\tsomething_new\t\\N\t\\N",
        names=(MARA, MARA.replace("01\tMara", "02\tUlf")),
    )
    assert values(desk, f"{SCHEMA.actor}/{SCHEMA.name}") == ["Mara Ostholt"]
    assert "Ulf Ostholt" not in values(desk, SCHEMA.name)


def test_ids_may_have_eight_digits(desk: Desk) -> None:
    put(desk, "basics.tsv", BASICS, AMBER.replace("tt9900001", "tt19900001"))
    put(desk, "principals.tsv", PRINCIPALS, "tt19900001\t1\tnm19900001\tdirector\t\\N\t\\N")
    put(desk, "names.tsv", NAMES, MARA.replace("nm99", "nm199"))
    desk.load(desk.source)
    assert "https://www.imdb.com/name/nm19900001/" in values(desk, SCHEMA.sameAs)
    assert values(desk, f"{SCHEMA.director}/{SCHEMA.name}") == ["Mara Ostholt"]


def test_new_types_of_titles_and_lists_within_them_do_no_harm(desk: Desk) -> None:
    put(desk, "basics.tsv", BASICS, AMBER)
    row = "tt9900001\t1\tBernstein\tDE\tde\timdbDisplay\x02newType\tliteral\x02other\t0"
    put(desk, "akas.tsv", AKAS, row)
    put(desk, "ratings.tsv", RATINGS, "tt9900009\t1.0\t5", "tt9900001\t\\N\t\\N")
    desk.load(desk.source)
    assert values(desk, SCHEMA.alternateName) == ["Bernstein"]
    assert values(desk, SCHEMA.ratingValue) == []
    assert not desk.check()


def test_a_shifted_row_is_rejected_and_its_neighbours_are_read(desk: Desk) -> None:
    shifted = AMBER.replace("Amber", "Am\tber", 1).replace("01\t", "02\t", 1)
    put(desk, "basics.tsv", BASICS, shifted, AMBER)
    [source] = desk.load(desk.source).sources
    assert (source.loaded, source.rejected) == (1, 1)
    assert "basics.tsv:2: expected 9 cells, as the header has, found 10 in record 2" in str(
        desk.messages()
    )


def test_a_birth_that_is_no_year_is_told_in_the_file_of_names(desk: Desk) -> None:
    cast(desk, "1\tnm9900001\tactress\t\\N\t\\N", names=(MARA.replace("1951", "19xx"),))
    assert values(desk, SCHEMA.birthDate) == []
    assert any(each.startswith("names.tsv:2: names: not read") for each in desk.messages())


@pytest.mark.parametrize("name", ["principals.tsv", "names.tsv"])
def test_packed_tables_are_joined_and_one_that_is_cut_off_takes_nothing_away(
    desk: Desk, name: str
) -> None:
    others = [f"tt88{n:05}\t1\tnm9900001\tactor\t\\N\t\\N" for n in range(9000)]
    more = [f"nm88{n:05}\tNobody {n}\t\\N\t\\N\t\\N\t\\N" for n in range(9000)]
    put(desk, "basics.tsv", BASICS, AMBER)
    put(desk, "principals.tsv", PRINCIPALS, "tt9900001\t1\tnm9900001\tactor\t\\N\t\\N", *others)
    put(desk, "names.tsv", NAMES, MARA, *more)
    for each in ("basics.tsv", "principals.tsv", "names.tsv"):
        path = desk.source / each
        (desk.source / f"{each}.gz").write_bytes(gzip.compress(path.read_bytes()))
        path.unlink()
    desk.load(desk.source)
    assert values(desk, f"{SCHEMA.actor}/{SCHEMA.name}") == ["Mara Ostholt"]
    before, packed = desk.graph(), desk.source / f"{name}.gz"
    packed.write_bytes(packed.read_bytes()[: packed.stat().st_size // 2])
    desk.load(desk.source)
    told = f"{name}.gz:1: expected a readable file, found a gzip file that is cut off"
    assert any(each.startswith(told) for each in desk.messages())
    assert desk.graph() == before


def test_titles_of_movielens_have_colons_and_lack_years(desk: Desk) -> None:
    put(
        desk,
        "movies.dat",
        "9001::Amber: The Call (1987)::Drama",
        "9002::Tides::Comedy",
        "9003::Stone, The: Part II (1991)::(no genres listed)",
    )
    desk.load(desk.source)
    assert "Amber: The Call" in values(desk, SCHEMA.name)
    assert "Tides" in values(desk, SCHEMA.name)
    assert values(desk, SCHEMA.datePublished) == ["1987", "1991"]
    assert values(desk, SCHEMA.genre) == ["Comedy", "Drama"]


def test_titles_in_latin_1_and_destroyed_letters_are_told_and_never_guessed(desk: Desk) -> None:
    put(desk, "movies.dat", "9001::Stone (1987)::Drama")
    with (desk.source / "movies.dat").open("ab") as file:
        file.write("9002::L'Ambré (1987)::Drama\n".encode("latin-1"))
        file.write("9003::L'Ombr\ufffd (1988)::Drama\n".encode())
    [source] = desk.load(desk.source).sources
    assert (source.loaded, source.rejected) == (2, 1)
    told = {each.partition(";")[0] for each in desk.messages()}
    latin = "movies.dat:2: Title: expected UTF-8 text, found a byte that is not (0xE9)"
    assert latin in told
    assert any(each.startswith("movies.dat:3: Title:") for each in told), told


def test_what_users_of_movielens_do_is_counted_and_never_named(desk: Desk) -> None:
    put(desk, "movies.csv", "movieId,title,genres", "9001,Amber (1987),Drama", "9001,Amber (1987),")
    put(
        desk, "ratings.csv", "userId,movieId,rating,timestamp", "77771,9001,5.0,1", "77772,9001,x,1"
    )
    put(desk, "links.csv", "movieId,imdbId,tmdbId", "9001,0000071,", "9001,0000072,5")
    put(desk, "tags.csv", "userId,movieId,tag,timestamp", "77771,9001,slow,1")
    put(desk, "genome-scores.csv", "movieId,tagId,relevance", "9001,1,0.5")
    [source] = desk.load(desk.source).sources
    assert source.loaded + source.superseded == 2
    assert "https://www.imdb.com/title/tt0000071/" in values(desk, SCHEMA.sameAs)
    assert values(desk, SCHEMA.ratingValue) == ["5"]
    assert not any("7777" in str(quad) for quad in desk.graph())
    assert not desk.check()


def test_a_mark_at_the_beginning_and_line_ends_of_two_bytes_are_no_part_of_a_cell(
    desk: Desk,
) -> None:
    put(desk, "movies.csv", "\ufeffmovieId,title,genres\r", '9001,"Am\r\nber (1987)",Drama\r')
    put(desk, "links.csv", "\ufeffmovieId,imdbId,tmdbId\r", "9001,9900001,71\r")
    desk.load(desk.source)
    assert values(desk, SCHEMA.genre) == ["Drama"]
    assert values(desk, SCHEMA.value) == ["71", "9001", "tt9900001"]
