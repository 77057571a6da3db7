"""The files of a set are joined: told beside each other, explained, loaded again, removed."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from commands import Etl, said
from desk import Desk
from etl.errors import SourceError
from etl.rdf.vocab import SCHEMA
from etl.sources.tables.maps import read_map

MOVIES = (
    "movieId,title,genres\n"
    '1,"Amber Signal, The (1987)",Drama|Mystery\n'
    "2,Stone (1991),Comedy\n"
    "3,Tides (1990),(no genres listed)\n"
)
LINKS = "movieId,imdbId,tmdbId\n1,9900001,71\n2,0900002,\n4,9900004,74\n"
RATINGS = "userId,movieId,rating,timestamp\n1,1,4.0,9\n2,1,3.5,9\n2,2,0.5,9\n3,1,3.5,9\n"
BASICS = (
    "tconst\ttitleType\tprimaryTitle\toriginalTitle\tisAdult\tstartYear\tendYear\truntimeMinutes"
    "\tgenres\n"
    'tt9900001\tmovie\tThe "Amber" Signal\tDer Bernsteinfunk\t0\t1987\t\\N\t104\tDrama\n'
    "tt9900002\ttvSeries\tTides\tTides\t0\t1990\t1992\t\\N\t\\N\n"
    "tt9900003\tshort\tStone\tStone\t0\t1991\t\\N\t9\tComedy\n"
)
PRINCIPALS = (
    "tconst\tordering\tnconst\tcategory\tjob\tcharacters\n"
    'tt9900001\t2\tnm9900002\tactor\t\\N\t["A \\"Kid\\"","Ulf"]\n'
    "tt9900003\t1\tnm9900003\tdirector\t\\N\t\\N\n"
    'tt9900001\t1\tnm9900001\tactress\t\\N\t["Ida Brandt"]\n'
    "tt9900002\t1\tnm9900003\tactor\t\\N\t\\N\n"
    "tt9900001\t3\tnm9900003\tdirector\t\\N\t\\N\n"
    "tt9900001\t4\tnm9900003\twriter\n"
)
NAMES = (
    "nconst\tprimaryName\tbirthYear\tdeathYear\tprimaryProfession\tknownForTitles\n"
    "nm9900003\tJon Halde\t\\N\t\\N\t\\N\t\\N\n"
    "nm9900001\tMara Ostholt\t1951\t\\N\tactress\t\\N\n"
    "nm9900002\tUlf Rey\t\\N\t\\N\tactor\t\\N\n"
    "nm9900002\tUlf Rey\t\\N\t\\N\tactor\t\\N\n"
)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def written(desk: Desk, **files: str) -> None:
    for name, text in files.items():
        (desk.source / name.replace("_", ".")).write_text(text, "utf-8", newline="")


def values(desk: Desk, predicate: object) -> set[str]:
    return set(desk.values(f"SELECT ?n WHERE {{ ?s {predicate} ?n }}"))


def test_links_and_ratings_beside_movies_are_joined(desk: Desk) -> None:
    written(desk, movies_csv=MOVIES, links_csv=LINKS, ratings_csv=RATINGS)
    [source] = desk.load(desk.source).sources
    assert (source.loaded, source.others) == (3, "")
    assert values(desk, SCHEMA.ratingValue) == {"3.67", "0.5"}
    assert values(desk, SCHEMA.ratingCount) == {"3", "1"}
    imdb = {page for page in values(desk, SCHEMA.sameAs) if "imdb" in page}
    numbers = ("tt9900001", "tt0900002")
    assert imdb == {f"https://www.imdb.com/title/{each}/" for each in numbers}
    assert "movies.csv: MovieLens movies; with links.csv, ratings.csv" in desk.messages()
    assert not desk.check()


def test_the_files_of_a_set_may_be_named_together(etl: Etl, tmp_path: Path) -> None:
    for name, text in {"movies.csv": MOVIES, "links.csv": LINKS, "ratings.csv": RATINGS}.items():
        (tmp_path / name).write_text(text)
    loaded = etl("load", "movies.csv", "links.csv", "ratings.csv").stderr
    assert "movies.csv: MovieLens movies; with links.csv, ratings.csv" in loaded
    assert "tt0900002" in etl("explain", "Stone").stdout


def test_a_file_is_reached_through_one_that_has_many_rows_of_a_film_alone() -> None:
    text = (
        "map = 1\n[with.a]\nrecognise = ['x']\non = 'x'\n"
        "[with.b]\nrecognise = ['y']\non = { 'a.y' = 'y' }\n[fields]\ntitle = 't'\n"
    )
    with pytest.raises(
        SourceError, match=r"^films.toml:7: with.b.on: the file 'a' needs 'many' for this join"
    ):
        read_map(text, "films.toml")


@pytest.mark.parametrize("quote", ["", '"'])
def test_a_changed_row_of_a_joined_file_changes_its_own_triples(desk: Desk, quote: str) -> None:
    links = LINKS.replace("9900001", f"{quote}9900001{quote}")
    written(desk, movies_csv=MOVIES, links_csv=links, ratings_csv=RATINGS)
    desk.load(desk.source)
    before = desk.graph()
    assert desk.load(desk.source).run is None
    written(desk, links_csv=links.replace(",71", ",72"))
    assert desk.load(desk.source).sources[0].loaded == 1
    changed = before ^ desk.graph()
    assert {quad.object.value for quad in changed} >= {"71", "72"}  # type: ignore[union-attr]
    assert all("7" in quad.object.value for quad in changed)  # type: ignore[union-attr]
    assert not desk.check()


def test_a_bad_row_of_a_joined_file_is_rejected_with_its_line(desk: Desk) -> None:
    written(desk, movies_csv=MOVIES, links_csv=LINKS + "3,\n", ratings_csv=RATINGS)
    [source] = desk.load(desk.source).sources
    assert (source.loaded, source.rejected) == (3, 1)
    assert "links.csv:5: expected 3 cells, as the header has, found 2" in desk.messages()


def test_a_row_above_others_in_a_joined_file_changes_only_where_they_stand(
    etl: Etl, tmp_path: Path
) -> None:
    files = {"basics.tsv": BASICS, "principals.tsv": PRINCIPALS, "names.tsv": NAMES}
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    etl("load", "basics.tsv")
    before = etl("export").stdout
    head, _, rest = PRINCIPALS.partition("\n")
    other = "tt9900009\t1\tnm9900001\tactress\t\\N\t\\N"
    (tmp_path / "principals.tsv").write_text("\n".join((head, other, rest)))
    told = etl("load", "basics.tsv", "--format", "json").stdout
    [source] = json.loads(told)["sources"]
    assert (source["loaded"], source["unchanged"]) == (0, 2), told
    assert etl("export").stdout == before
    explained = etl("explain", 'The "Amber" Signal').stdout
    assert "principals.tsv:5" in explained  # the first of its actors, in their order
    assert "principals.tsv:7" in explained  # its director


def test_the_lives_of_people_come_from_the_file_of_names(desk: Desk) -> None:
    names = NAMES.replace("1951\t\\N\tactress", "1951\t2004\tactress,sound_department")
    written(desk, basics_tsv=BASICS, principals_tsv=PRINCIPALS, names_tsv=names)
    desk.load(desk.source)
    assert values(desk, SCHEMA.birthDate) == {"1951"}
    assert values(desk, SCHEMA.deathDate) == {"2004"}
    assert values(desk, SCHEMA.jobTitle) == {"actor", "actress", "sound department"}
    assert not desk.check()
    written(desk, names_tsv=NAMES)
    report = desk.load(desk.source)
    assert (report.graph.films.changed, report.graph.people.changed) == (0, 1)
    assert values(desk, SCHEMA.deathDate) == set()
    assert not desk.check()


def test_somebody_without_a_name_is_left_out_and_told(desk: Desk) -> None:
    names = "".join(line for line in NAMES.splitlines(True) if "Mara" not in line)
    written(desk, basics_tsv=BASICS, principals_tsv=PRINCIPALS, names_tsv=names)
    desk.load(desk.source)
    people = {page for page in values(desk, SCHEMA.sameAs) if "/name/" in page}
    assert people == {f"https://www.imdb.com/name/nm990000{n}/" for n in (2, 3)}
    assert "principals.tsv:4: principals: nm9900001 has no name" in str(desk.messages())


def test_a_join_is_explained_and_removed(etl: Etl, tmp_path: Path) -> None:
    for name, text in {"movies.csv": MOVIES, "links.csv": LINKS, "ratings.csv": RATINGS}.items():
        (tmp_path / name).write_text(text)
    etl("load", "movies.csv")
    explained = etl("explain", "tt0900002").stdout
    assert "links.imdbId\ttt0900002\tlinks.csv:3\t" in explained
    assert "ratings.mean\t0.5\tratings.csv:4\t" in explained
    assert said(etl("remove", "movies.csv"))[0] == 0
    code, out, _ = said(etl("sparql", "SELECT ?o WHERE { ?s ?p ?o }"))
    assert code == 0
    assert "tt0900002" not in out


def test_imdb_tables_give_people_with_ids_and_characters(desk: Desk) -> None:
    files = {"basics_tsv": BASICS, "principals_tsv": PRINCIPALS, "names_tsv": NAMES}
    written(desk, **files)
    [source] = desk.load(desk.source).sources
    assert (source.loaded, source.rejected, source.left_out) == (2, 1, {"tvSeries": 1})
    assert values(desk, SCHEMA.characterName) == {'A "Kid"', "Ulf", "Ida Brandt"}
    people = {page for page in values(desk, SCHEMA.sameAs) if "/name/" in page}
    assert people == {f"https://www.imdb.com/name/nm990000{n}/" for n in (1, 2, 3)}
    assert 'The "Amber" Signal' in values(desk, SCHEMA.name)
    assert "principals.tsv:7: expected 6 cells, as the header has, found 4" in desk.messages()
    assert not desk.check()


def test_ids_are_long_an_actor_stands_in_two_rows_and_an_escape_is_none(desk: Desk) -> None:
    basics = BASICS.replace("tt9900001", "tt12345678")
    principals = (
        "tconst\tordering\tnconst\tcategory\tjob\tcharacters\n"
        'tt12345678\t1\tnm9900002\tactor\t\\N\t["A \\q","B"]\n'
        'tt12345678\t2\tnm9900001\tactress\t\\N\t["Ida"]\n'
        'tt12345678\t3\tnm9900001\tactress\t\\N\t["The Caller"]\n'
        "tt12345678\t4\tnm9900003\tself\t\\N\t\\N\n"
    )
    written(desk, basics_tsv=basics, principals_tsv=principals, names_tsv=NAMES)
    desk.load(desk.source)
    assert "http://localhost:8000/movie/tt12345678" in desk.films()
    cast = set(desk.values(f"SELECT ?n {{ ?s {SCHEMA.actor} ?p . ?p {SCHEMA.name} ?n }}"))
    assert cast == {"Ulf Rey", "Mara Ostholt", "Jon Halde"}
    assert values(desk, SCHEMA.characterName) == {"A \\q", "B", "Ida", "The Caller"}


def test_titles_in_other_languages_are_joined(desk: Desk) -> None:
    akas = (
        "titleId\tordering\ttitle\tregion\tlanguage\ttypes\tattributes\tisOriginalTitle\n"
        "tt9900001\t2\tLe signal d'ambre\tFR\tfr\timdbDisplay\t\\N\t0\n"
        "tt9900001\t1\tBursztynowy sygna\u0142\tPL\t\\N\t\\N\t\\N\t0\n"
        'tt9900001\t3\tThe "Amber" Signal\tXWW\ten\t\\N\t\\N\t1\n'
    )
    written(desk, basics_tsv=BASICS, akas_tsv=akas)
    desk.load(desk.source)
    rows = desk.values(
        f"SELECT (concat(str(?t), '@', lang(?t)) AS ?n) WHERE {{ ?s {SCHEMA.alternateName} ?t }}"
    )
    others = ["Bursztynowy sygna\u0142@", "Der Bernsteinfunk@", "Le signal d'ambre@fr"]
    assert sorted(rows) == others


def test_credits_beside_tmdb_5000_are_joined(desk: Desk) -> None:
    cast = [
        {"character": "Ida", "name": "Mara Ostholt", "order": 1},
        {"character": "Ulf", "name": "Ulf Rey", "order": 0},
    ]
    crew = [
        {"job": "Director", "department": "Directing", "name": "Jon Halde"},
        {"job": "Screenplay", "department": "Writing", "name": "Wim Ter"},
        {"job": "Catering", "department": "Crew", "name": "Nobody Asked"},
    ]
    movies = (
        "budget,genres,id,original_title,production_companies,release_date,title,vote_average\n"
        '0,"[{""id"": 18, ""name"": ""Drama""}]",71,Bernstein,[],1987-03-04,Amber,7.1\n'
    )
    with (desk.source / "credits.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("movie_id", "title", "cast", "crew"))
        writer.writerow(("71", "Amber", json.dumps(cast), json.dumps(crew)))
    written(desk, movies_csv=movies)
    desk.load(desk.source)
    assert values(desk, f"{SCHEMA.director}/{SCHEMA.name}") == {"Jon Halde"}
    assert values(desk, f"{SCHEMA.author}/{SCHEMA.name}") == {"Wim Ter"}
    assert values(desk, f"{SCHEMA.actor}/{SCHEMA.name}") == {"Mara Ostholt", "Ulf Rey"}
    assert values(desk, SCHEMA.characterName) == {"Ida", "Ulf"}
    assert "not read" not in str(desk.messages())


CREW = (
    "tconst\tdirectors\twriters\n"
    "tt9900001\tnm9900003,nm9900001\tnm9900002\n"
    "tt9900003\t\\N\t\\N\n"
    "tt9900004\tnm9900001\t\\N\n"
)


def test_lists_of_a_films_crew_are_read_where_there_is_no_table_of_its_people(desk: Desk) -> None:
    written(desk, basics_tsv=BASICS, crew_tsv=CREW, names_tsv=NAMES)
    desk.load(desk.source)
    assert desk.messages()[0].startswith(
        "basics.tsv: IMDb titles (title.basics); with crew.tsv, names.tsv"
    )
    named = f"?p {SCHEMA.name} ?n"
    for role, names in {
        SCHEMA.director: {"Jon Halde", "Mara Ostholt"},
        SCHEMA.author: {"Ulf Rey"},
    }.items():
        assert set(desk.values(f"SELECT ?n WHERE {{ ?s {role} ?p . {named} }}")) == names
    assert not desk.check()
    written(desk, principals_tsv=PRINCIPALS)
    desk.load(desk.source)
    assert any("with principals.tsv, names.tsv" in each for each in desk.messages())
    people = set(desk.values(f"SELECT ?n WHERE {{ ?s {SCHEMA.director} ?p . {named} }}"))
    assert people == {"Jon Halde"}


def test_the_crews_table_tells_file_and_line(etl: Etl, tmp_path: Path) -> None:
    for name, text in {"basics.tsv": BASICS, "crew.tsv": CREW, "names.tsv": NAMES}.items():
        (tmp_path / name).write_text(text)
    etl("load", "basics.tsv")
    assert "crew.tsv:2" in etl("explain", 'The "Amber" Signal', "director").stdout


@pytest.mark.parametrize("folder", ["a[x]b", "a*b", "it's"])
def test_a_set_in_a_folder_whose_name_reads_as_a_pattern_is_joined(
    etl: Etl, tmp_path: Path, folder: str
) -> None:
    for each in (folder, "axb"):
        (tmp_path / each).mkdir()
        (tmp_path / each / "movies.csv").write_text(MOVIES)
        (tmp_path / each / "links.csv").write_text(
            LINKS if each == folder else "movieId,imdbId,tmdbId\n"
        )
    etl("load", f"{folder}/movies.csv")
    assert "tt0900002" in etl("explain", "Stone").stdout
