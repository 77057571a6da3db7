"""Tables are loaded, loaded again, explained and removed like any other source."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import duckdb
import pytest

from commands import Etl, run, said
from desk import Desk
from etl.rdf.vocab import SCHEMA
from etl.sources.files import FoundFile
from etl.sources.tables import sheets
from etl.sources.tables.recognition import recognise
from etl.sources.tables.rows import TableReader
from shared_data import shared

NETFLIX = (
    "show_id,type,title,director,cast,country,date_added,release_year,rating,duration,listed_in,"
    "description\n"
    's1,Movie,The Amber Signal,Jon Halde,"Mara Ostholt, Ulf Rey",Germany,"May 1, 2021",1987,PG,'
    '104 min,"Dramas, Thrillers","A signal, heard\nby nobody."\n'
    's2,TV Show,Tides,,"Ulf Rey",,"May 1, 2021",1990,TV-MA,2 Seasons,TV Dramas,About tides.\n'
    's3,Movie,Stone,Eva Brandt,,,"May 1, 2021",1991,74 min,,Comedies,About a stone.\n'
)
OWN = """map = 1
delimiter = ";"
decimal = ","
null = ["k. A."]

[fields]
title = "Filmtitel"
date = { column = "Kinostart", date = ["%d.%m.%Y", "%m/%Y", "%Y"] }
directors = { column = "Regie", split = ["/", " und "] }
actors = { column = "Darsteller", split = ",", character = '\\((.+)\\)$' }
duration = { column = "Laufzeit", find = '(?:(?P<h>\\d+) Std\\.?)?\\s*(?:(?P<m>\\d+) Min)?' }
countries = { column = "Land", values = { "BRD" = "DE" } }
certificate = { column = "FSK", template = "FSK {}" }
rating = { value = "Wertung", best = 10, worst = 1 }
"""
GERMAN = (
    "Filmtitel;Kinostart;Regie;Darsteller;Laufzeit;Land;FSK;Wertung\n"
    "Das Licht;02.10.1987;Jon Halde und Eva Brandt;Mara Ostholt (Ida),Ulf Rey;"
    "1 Std. 44 Min;BRD;12;7,5\n"
    "Der Stein;10/1990;k. A.;Ulf Rey;90 Min;;;\n"
)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def written(desk: Desk, name: str, text: str | bytes) -> Path:
    path = desk.source / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def titles(desk: Desk) -> set[str]:
    return set(desk.values(f"SELECT ?n WHERE {{ ?film a {SCHEMA.Movie} ; {SCHEMA.name} ?n }}"))


def values(desk: Desk, predicate: object) -> set[str]:
    return set(desk.values(f"SELECT ?n WHERE {{ ?s {predicate} ?n }}"))


def test_a_known_table_is_loaded_by_its_name_alone(desk: Desk) -> None:
    report = desk.load(written(desk, "whatever.csv", NETFLIX))
    [source] = report.sources
    assert (source.loaded, source.left_out) == (2, {"TV Show": 1})
    assert titles(desk) == {"The Amber Signal", "Stone"}
    assert values(desk, SCHEMA.contentRating) == {"PG"}
    assert values(desk, SCHEMA.duration) == {"PT1H44M", "PT1H14M"}
    assert values(desk, SCHEMA.datePublished) == {"1987", "1991"}
    assert "whatever.csv: Titles of a streaming service (netflix_titles)" in desk.messages()
    assert not desk.check()


def test_reloading_changes_nothing_and_a_changed_row_changes_its_own_triples(desk: Desk) -> None:
    path = written(desk, "netflix.csv", NETFLIX)
    desk.load(path)
    before = desk.graph()
    assert desk.load(path).run is None
    written(desk, "netflix.csv", NETFLIX.replace("1991", "1992"))
    assert desk.load(path).sources[0].loaded == 1
    changed = before ^ desk.graph()
    assert {str(quad.predicate) for quad in changed} == {str(SCHEMA.datePublished)}
    assert {quad.object.value for quad in changed} == {"1991", "1992"}  # type: ignore[union-attr]
    assert not desk.check()


def test_rows_may_move_and_columns_may_come_without_a_change(desk: Desk) -> None:
    path = written(desk, "netflix.csv", NETFLIX)
    desk.load(path)
    before = desk.graph()
    header, rest = NETFLIX.split("\n", 1)
    moved = rest[rest.index("s2,") :] + rest[: rest.index("s2,")]
    written(desk, "netflix.csv", f"{header}\n{moved}")
    report = desk.load(path)
    assert (report.sources[0].loaded, report.films.changed) == (0, 0)
    wider = moved.replace('nobody."\n', 'nobody.",mine\n').replace("tides.\n", "tides.,\n")
    wider = wider.replace("stone.\n", "stone.,mine\n")
    written(desk, "netflix.csv", f"{header},My notes\n{wider}")
    desk.load(path)
    assert desk.graph() == before
    assert "not read: My notes" in desk.messages()[0]


def test_a_row_that_cannot_be_read_stands_beside_good_ones(desk: Desk) -> None:
    path = written(desk, "netflix.csv", NETFLIX + "s4,Movie,Cut\ns5,Movie,,,,,,1990,,,,\n")
    report = desk.load(path)
    assert (report.sources[0].loaded, report.sources[0].rejected) == (2, 2)
    assert [m for m in desk.messages() if "expected" in m] == [
        "netflix.csv:6: expected 12 cells, as the header has, found 3 in record 5",
        "netflix.csv:7: title: expected a title, found none",
    ]


def test_a_user_names_columns_once(desk: Desk) -> None:
    path = written(desk, "films.csv", GERMAN)
    chosen = f"# films.toml\n{OWN}"
    desk.load(path, map=chosen)
    assert titles(desk) == {"Das Licht", "Der Stein"}
    assert values(desk, SCHEMA.datePublished) == {"1987-10-02", "1990-10"}
    assert values(desk, SCHEMA.duration) == {"PT1H44M", "PT1H30M"}
    assert values(desk, SCHEMA.contentRating) == {"FSK 12"}
    assert values(desk, SCHEMA.characterName) == {"Ida"}
    assert values(desk, SCHEMA.ratingValue) == {"7.5"}
    before = desk.graph()
    assert desk.load(path).run is None
    written(desk, "films.csv", GERMAN + "Die Flut;1991;Eva Brandt;;;;;\n")
    assert desk.load(path).films.added == 1
    desk.load(path, map=f"# films.toml\n{OWN.replace('FSK {}', 'ab {}')}")
    assert values(desk, SCHEMA.contentRating) == {"ab 12"}
    assert before - desk.graph()
    assert not desk.check()


def test_films_without_ids_have_iris_of_their_source_and_row(desk: Desk) -> None:
    written(desk, "a.csv", NETFLIX)
    written(desk, "b.csv", NETFLIX)
    report = desk.load(desk.source)
    assert report.films.added == 4
    assert not desk.check()


def test_a_table_in_a_folder_is_read_beside_records_and_others_are_counted(desk: Desk) -> None:
    written(desk, "netflix.csv", NETFLIX)
    written(desk, "other.csv", "a,b\n1,2\n3,4\n")
    report = desk.load()
    assert report.sources[0].other_files == {"CSV": 1}
    assert len(titles(desk)) == 2


def test_lost_and_gained_columns_are_told(desk: Desk) -> None:
    text = (
        "show_id,type,title,country,release_year,listed_in,Mine\n"
        "s1,Movie,The Amber Signal,Germany,1987,Dramas,x\n"
    )
    desk.load(written(desk, "copy.csv", text))
    assert desk.messages()[0] == (
        "copy.csv: Titles of a streaming service (netflix_titles); without director, cast, rating, "
        "duration, description; not read: Mine"
    )


def json_array(desk: Desk) -> Path:
    films = [{"title": "Amber", "released": {"year": 1987}, "people": [{"n": "Jon Halde"}]}]
    return written(desk, "films.json", "\n" + json.dumps({"results": films}))


def json_lines(desk: Desk) -> Path:
    film = {"title": "Amber", "released": {"year": 1987}, "people": [{"n": "Jon Halde"}]}
    return written(desk, "films.jsonl", f"\n{json.dumps(film)}\n")


def parquet(desk: Desk) -> Path:
    path = desk.source / "films.parquet"
    sql = "SELECT 'Amber' AS title, {'year': 1987} AS released, [{'n': 'Jon Halde'}] AS people"
    duckdb.execute(
        f"COPY (SELECT title, released.year AS \"released.year\", people FROM ({sql})) TO '{path}'"
    )
    return path


def excel(desk: Desk) -> Path:
    import openpyxl

    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    page.append(["title", "released.year", "people"])
    page.append(["Amber", 1987, '[{"n": "Jon Halde"}]'])
    path = desk.source / "films.xlsx"
    book.save(path)
    return path


@pytest.mark.parametrize("write", [json_array, json_lines, parquet, excel])
def test_one_map_reads_every_kind_of_table(desk: Desk, write: object) -> None:
    path = write(desk)  # type: ignore[operator]
    chosen = (
        "# films.toml\nmap = 1\n[fields]\ntitle = 'title'\nyear = 'released.year'\n"
        "directors = { column = 'people', json = 'n' }\n"
    )
    assert desk.load(path, map=chosen).films.added == 1
    assert values(desk, SCHEMA.datePublished) == {"1987"}
    assert "Jon Halde" in values(desk, SCHEMA.name)
    assert desk.load(path).run is None


def excel_of(desk: Desk, text: str) -> Path:
    import openpyxl

    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    for line in text.splitlines():
        page.append([cell or None for cell in line.split(";")])
    book.save(desk.source / "films.xlsx")
    return desk.source / "films.xlsx"


@pytest.mark.parametrize("above", ["", "My films;;\n", "My films\n;;\nas of May;;\n", ";;\n"])
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_what_stands_above_a_header_is_passed_over(desk: Desk, kind: str, above: str) -> None:
    text = f"{above}Film;Year;By\nAmber;1987;Jon Halde\n;;\nTides;1990;\nReed;;Ulf Rey\n"
    path = written(desk, "films.csv", text) if kind == "csv" else excel_of(desk, text)
    chosen = "# f.toml\nmap = 1\n[fields]\ntitle = 'Film'\nyear = 'Year'\ndirectors = 'By'\n"
    form = recognise(str(path), chosen)
    assert form is not None
    assert form.header == ("Film", "Year", "By")
    lines = [raw.line for raw in TableReader.of(form).cut(FoundFile(str(path), path.name))]
    first = above.count("\n") + 2
    assert lines == [first, first + 2, first + 3]
    assert desk.load(path, map=chosen).films.added == 3
    assert titles(desk) == {"Amber", "Tides", "Reed"}


def test_movielens_titles_are_taken_apart(desk: Desk) -> None:
    text = (
        "movieId,title,genres\n"
        '9001,"Amber Signal, The (Bernsteinfunk, Der) (a.k.a. The Call) (1987)",Drama|Mystery\n'
        "9002,Tides,(no genres listed)\n"
        "9003,Stone (Part 2) (2006–2007),Drama\n"
    )
    desk.load(written(desk, "movies.csv", text))
    assert titles(desk) == {"The Amber Signal", "Tides", "Stone (Part 2)"}
    assert values(desk, SCHEMA.alternateName) == {"Der Bernsteinfunk", "The Call"}
    assert values(desk, SCHEMA.datePublished) == {"1987", "2006"}
    assert values(desk, SCHEMA.genre) == {"Drama", "Mystery"}


def test_movies_dat_of_movielens_and_of_movietweetings_are_told_apart(desk: Desk) -> None:
    written(desk, "ml.dat", "9001::Amber (1987)::Drama\n9002::Tides (1990)::Comedy\n")
    written(desk, "mt.dat", "0999901::Stone (1991)::Drama\n0999902::Reed (1992)::Comedy\n")
    desk.load()
    films = {iri.rpartition("/")[2] for iri in desk.films()}
    assert films == {"movielens-9001", "movielens-9002", "tt0999901", "tt0999902"}


def test_u_item_of_movielens_has_its_genres_in_columns_of_their_own(desk: Desk) -> None:
    amber = ["9001", "Amber Signal, The (1987)", "01-Jan-1987", "", "http://us.imdb.com/M/?A"]
    stele = ["9002", "St\u00e8le (1990)", "", "", ""]
    rows = ["|".join((*amber, *"0000001010000000000")), "|".join((*stele, *"0" * 19))]
    (desk.source / "u.item").write_text("\n".join(rows) + "\n", "latin-1")
    desk.load()
    assert titles(desk) == {"The Amber Signal", "St\u00e8le"}
    assert values(desk, SCHEMA.genre) == {"Crime", "Drama"}
    assert values(desk, SCHEMA.datePublished) == {"1987-01-01", "1990"}


def test_imdb_tables_keep_bare_quotes_and_leave_series_out(desk: Desk) -> None:
    header = (
        "tconst titleType primaryTitle originalTitle isAdult startYear endYear runtimeMinutes "
        "genres"
    )
    rows = [
        'tt9900001 movie "Amber "Amber 0 1987 \\N 104 Drama,Mystery',
        "tt9900002 tvSeries Tides Tides 0 1990 1992 30 Drama",
        "tt99000031 tvMovie Stone Stein 0 \\N \\N \\N \\N",
    ]
    text = "\n".join(line.replace(" ", "\t") for line in (header, *rows))
    report = desk.load(written(desk, "data.tsv", text + "\n"))
    assert report.sources[0].left_out == {"tvSeries": 1}
    assert titles(desk) == {'"Amber', "Stone"}
    assert values(desk, SCHEMA.alternateName) == {"Stein"}


def test_an_export_of_imdb_keeps_a_users_own_rating_out(desk: Desk) -> None:
    text = (
        "Const,Your Rating,Date Rated,Title,Original Title,URL,Title Type,IMDb Rating,"
        "Runtime (mins),Year,Genres,Num Votes,Release Date,Directors\n"
        "tt9900001,8,2024-02-03,The Amber Signal,Der Bernsteinfunk,"
        'https://www.imdb.com/title/tt9900001/,Movie,7.1,104,1987,"Drama, Mystery","1,234",'
        '1987-10-02,"Jon Halde, Mara Ostholt"\n'
    )
    [source] = desk.load(written(desk, "ratings.csv", text)).sources
    assert source.left_out == {"viewer's review (--reviews)": 1}
    assert values(desk, SCHEMA.ratingValue) == {"7.1"}
    assert values(desk, SCHEMA.ratingCount) == {"1234"}
    assert desk.messages()[0] == "ratings.csv: IMDb export of a user"


def test_tmdb_cells_of_json_and_of_python_are_read(desk: Desk) -> None:
    text = (
        "budget,genres,homepage,id,keywords,original_language,original_title,overview,popularity,"
        "production_companies,production_countries,release_date,revenue,runtime,spoken_languages,"
        "status,tagline,title,vote_average,vote_count\n"
        '0,"[{""id"": 18, ""name"": ""Drama""}]",,900001,[],de,Der Bernsteinfunk,About.,1.0,'
        '"[{\'name\': \'Halde Film\', \'id\': 1}]","[{""iso_3166_1"": ""DE""}]",10/2/1987,0,0,[],'
        "Released,,The Amber Signal,7.1,1234\n"
    )
    desk.load(written(desk, "tmdb.csv", text))
    assert values(desk, SCHEMA.genre) == {"Drama"}
    assert values(desk, SCHEMA.productionCompany) == {"Halde Film"}
    assert values(desk, SCHEMA.datePublished) == {"1987-10-02"}
    assert values(desk, SCHEMA.duration) == set()


@pytest.mark.parametrize(
    ("name", "films", "left_out"),
    [
        ("data/files/imdb_top_1000.csv", 399, {}),
        ("data/files/IMDB-Movie-Data.csv", 399, {}),
        ("data/files/movies.dat", 1500, {}),
        ("data/imdb/title.basics.tsv", 500, {}),
    ],
)
def test_shared_tables_load_reload_and_are_removed(
    desk: Desk, name: str, films: int, left_out: dict[str, int]
) -> None:
    path = shared(name)
    [source] = desk.load(path).sources
    assert (source.loaded, source.rejected, source.left_out) == (films, 0, left_out)
    assert desk.load(path, rehash=True).run is None
    run("remove", path, "--workspace", desk.workspace.path)
    assert desk.films() == {}
    assert not desk.check()


@pytest.fixture
def etl(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Etl:
    monkeypatch.chdir(tmp_path)
    return run


def test_explain_has_the_columns_name_and_the_rows_line(etl: Etl) -> None:
    Path("netflix.csv").write_text(NETFLIX)
    etl("load", "netflix.csv")
    code, out, _ = said(etl("explain", "Stone", "schema:name", "--format", "csv"))
    assert code == 0
    assert out.splitlines()[1].split(",")[2:5] == ["title", "Stone", "netflix.csv:5"]


def test_excel_without_its_reader_says_what_to_install(
    etl: Etl, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = excel(desk)
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    monkeypatch.setattr(sheets, "find_spec", lambda _: None)
    code, _, err = said(etl("load", path))
    assert code == 2
    assert "pip install 'reelgraph[excel]'" in err


def test_an_unknown_table_is_refused_with_its_columns_and_the_next_step(etl: Etl) -> None:
    Path("mine.csv").write_text("Filmtitel,Jahr\nAmber,1987\n")
    code, out, err = said(etl("load", "mine.csv"))
    assert (code, out) == (2, "")
    assert "mine.csv: CSV with the columns Filmtitel, Jahr: no format reads that" in err
    assert "etl columns mine.csv > films.toml" in err


def test_columns_drafts_a_map_that_loads(etl: Etl) -> None:
    Path("mine.csv").write_text(
        "Filmtitel,Jahr,Regie\nDas Licht,1987,Jon Halde\nStein,1990,Eva Brandt\n"
    )
    code, out, err = said(etl("columns", "mine.csv"))
    assert code == 0
    assert 'title = "Filmtitel"' in out
    assert err.startswith("Das Licht (1987)\n  directors: Jon Halde\n")
    Path("films.toml").write_text(out)
    code, out, _ = said(etl("load", "--columns", "films.toml", "mine.csv"))
    assert (code, out.splitlines()[0]) == (0, "mine.csv: 2 records read: 2 loaded")
    assert said(etl("load", "mine.csv"))[1].startswith("mine.csv: 2 records read: 2 unchanged")


def test_as_overrules_and_a_wrong_name_is_told(etl: Etl) -> None:
    Path("mine.csv").write_text("movieId,title,genres\n1,Amber (1987),Drama\n")
    code, _, err = said(etl("load", "--as", "movielenz", "mine.csv"))
    assert code == 2
    assert "--as: no format is called 'movielenz'; did you mean 'movielens'?" in err
    assert said(etl("load", "--as", "movielens", "mine.csv"))[0] == 0
    assert said(etl("load", "--as", "netflix_titles", "mine.csv"))[0] == 2


def test_a_map_of_joined_files_reads_what_one_file_has_and_says_what_is_missing(desk: Desk) -> None:
    desk.load(written(desk, "movies.csv", "movieId,title,genres\n1,Amber (1987),Drama\n"))
    assert desk.messages()[0] == ("movies.csv: MovieLens movies; not beside it: links, ratings")


def test_undo_brings_the_map_of_then_back(etl: Etl) -> None:
    Path("mine.csv").write_text("a,b\nAmber,1987\nTides,1990\n")
    Path("one.toml").write_text("map = 1\n[fields]\ntitle = 'a'\n")
    Path("two.toml").write_text("map = 1\n[fields]\ntitle = 'b'\n")
    etl("load", "--columns", "one.toml", "mine.csv")
    etl("load", "--columns", "two.toml", "mine.csv")
    etl("undo", "2")
    _, out, _ = said(etl("explain", "Amber", "name", "--format", "csv"))
    assert out.splitlines()[1].split(",")[2:5] == ["a", "Amber", "mine.csv:2"]


def test_two_films_of_one_name_stay_two_and_a_title_without_letters_is_one(etl: Etl) -> None:
    header = "show_id,type,title,director,cast,release_year,listed_in"
    rows = [",Movie,Same,A B,,2000,Drama", ",Movie,Same,A B,,2000,War", ",Movie,!!!,A B,,,"]
    Path("films.csv").write_text("\n".join([header, *rows, ",Movie,…,A B,,,"]))
    loaded = etl("load", "films.csv", "--name", "films")
    assert loaded.stdout.startswith("films: 4 records read: 4 loaded\nfilms: 4 added")
    genres = etl("query", "films-by-genre", "--format", "csv").stdout
    assert genres.splitlines()[1:] == ["Drama,1", "War,1"]
