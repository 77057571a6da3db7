"""What each map that ships reads, with the traps of its format, in invented rows."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import pytest

from commands import Etl, run
from desk import Desk
from etl.rdf.vocab import SCHEMA

MOVIES_DATASET = (
    "adult,belongs_to_collection,budget,genres,homepage,id,imdb_id,original_language,"
    "original_title,overview,popularity,poster_path,production_companies,production_countries,"
    "release_date,revenue,runtime,spoken_languages,status,tagline,title,video,vote_average,"
    "vote_count\n"
)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def written(desk: Desk, name: str, text: str) -> Path:
    path = desk.source / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode())
    return path


def values(desk: Desk, predicate: object) -> set[str]:
    return set(desk.values(f"SELECT ?n WHERE {{ ?s {predicate} ?n }}"))


def titles(desk: Desk) -> set[str]:
    return set(desk.values(f"SELECT ?n WHERE {{ ?film a {SCHEMA.Movie} ; {SCHEMA.name} ?n }}"))


def row(**cells: str) -> str:
    """Write a row of The Movies Dataset."""
    names = MOVIES_DATASET.strip().split(",")
    return ",".join('"' + cells.get(name, "").replace('"', '""') + '"' for name in names) + "\n"


def test_the_movies_dataset_has_python_in_its_cells(desk: Desk) -> None:
    good = row(
        id="900001",
        imdb_id="tt9900001",
        title="The Amber Signal",
        original_title="Der Bernsteinfunk",
        genres="[{'id': 18, 'name': 'Drama'}, {'id': 9, 'name': \"Children's\"}]",
        belongs_to_collection="{'id': 1, 'name': 'Amber Collection', 'poster_path': None}",
        production_countries="[{'iso_3166_1': 'DE', 'name': 'Germany'}]",
        release_date="1987-10-02",
        runtime="104.0",
        vote_average="7.1",
        vote_count="12.0",
    )
    shifted = row(adult=" - Written by Jon", id="1997-08-20", genres="['Halde']", runtime="1")
    call = row(id="900002", imdb_id="0", title="Tides", genres="__import__('os').getcwd()")
    huge = row(id="900003", title="Stone", genres="[" + "1," * 600_000 + "1]")
    path = written(desk, "movies_metadata.csv", MOVIES_DATASET + good + shifted + call)
    [source] = desk.load(path).sources
    assert (source.loaded, source.rejected) == (2, 1)
    assert values(desk, SCHEMA.genre) == {"Drama", "Children's"}
    assert values(desk, SCHEMA.isPartOf) == {"Amber Collection"}
    assert values(desk, SCHEMA.countryOfOrigin) == {"Germany"}
    assert {iri.rpartition("/")[2] for iri in desk.films()} == {"tt9900001", "tmdb-900002"}
    messages = desk.messages()
    assert "movies_metadata.csv:3: title: expected a title, found none" in messages
    assert any("expected JSON or a Python literal" in m for m in messages)
    written(desk, "movies_metadata.csv", MOVIES_DATASET + good + shifted + call + huge)
    [source] = desk.load(path).sources
    assert (source.unchanged, source.rejected) == (2, 2)  # a cell may have a million characters
    assert not desk.check()


def test_credits_and_keywords_of_the_movies_dataset_are_python_literals_beside_it(
    desk: Desk,
) -> None:
    cast = [
        {"cast_id": 2, "character": "Ida / The Caller", "name": "Mara Ostholt", "order": 1},
        {"cast_id": 9, "character": "", "name": 'Ulf "O\'Rey"', "order": 0},
    ]
    crew = [
        {"department": "Directing", "job": "Director", "name": "Jon Halde"},
        {"department": "Crew", "job": "Catering", "name": "Nobody Asked"},
    ]
    with (desk.source / "credits.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(
            [("cast", "crew", "id"), (cast, crew, 9), (cast, "[", 9), ([], [], 10)]
        )
    with (desk.source / "keywords.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("id", "keywords"), (9, [{"id": 1, "name": "radio"}])])
    written(desk, "movies_metadata.csv", MOVIES_DATASET + row(id="9", title="Amber"))
    desk.load()
    assert values(desk, f"{SCHEMA.actor}/{SCHEMA.name}") == {"Mara Ostholt", 'Ulf "O\'Rey"'}
    assert values(desk, SCHEMA.characterName) == {"Ida", "The Caller"}
    assert values(desk, f"{SCHEMA.director}/{SCHEMA.name}") == {"Jon Halde"}
    assert values(desk, SCHEMA.keywords) == {"radio"}


def test_two_rows_of_one_id_in_the_movies_dataset_are_one_film(desk: Desk) -> None:
    rows = row(id="9", title="Amber") + row(id="9", title="Amber, again")
    [source] = desk.load(written(desk, "m.csv", MOVIES_DATASET + rows)).sources
    assert (source.loaded, source.superseded) == (1, 1)


def test_titles_that_a_spreadsheet_has_destroyed_are_told(desk: Desk) -> None:
    desk.load(written(desk, "m.csv", MOVIES_DATASET + row(id="9", title="P??????")))
    assert any("lost" in m or "????" in m for m in desk.messages()[1:])
    assert titles(desk) == {"P??????"}


def test_justwatch_leaves_shows_out(desk: Desk) -> None:
    text = (
        "id,title,type,description,release_year,age_certification,runtime,genres,"
        "production_countries,seasons,imdb_id,imdb_score,imdb_votes,tmdb_popularity,tmdb_score\n"
        "tm1,The Amber Signal,MOVIE,About.,1987,PG,104,\"['drama', 'crime']\",['DE'],,tt9900001,"
        "7.1,1234.0,3.1,6.9\n"
        "ts2,Tides,SHOW,About.,1990,,30,['drama'],['DE'],2.0,tt9900002,7.1,1234.0,3.1,6.9\n"
        "tm3,Stone,MOVIE,,1991,,0,[],[],,,,,,\n"
    )
    [source] = desk.load(written(desk, "titles.csv", text)).sources
    assert (source.loaded, source.left_out) == (2, {"SHOW": 1})
    assert values(desk, SCHEMA.genre) == {"drama", "crime"}
    assert values(desk, SCHEMA.countryOfOrigin) == {"Germany"}
    assert values(desk, SCHEMA.ratingValue) == {"7.1", "6.9"}
    assert values(desk, SCHEMA.ratingCount) == {"1234"}
    assert values(desk, SCHEMA.duration) == {"PT1H44M"}


def test_the_credits_of_justwatch_are_joined_by_its_own_ids(desk: Desk) -> None:
    titles_csv = (
        "id,title,type,description,release_year,age_certification,runtime,genres,"
        "production_countries,seasons,imdb_id,imdb_score,imdb_votes,tmdb_popularity,tmdb_score\n"
        "tm1,The Amber Signal,MOVIE,About.,1987,PG,104,[],[],,tt9900001,7.1,1234.0,3.1,6.9\n"
    )
    credits_csv = (
        "person_id,id,name,character,role\n"
        "7,tm1,Mara Ostholt,Ida / The Caller,ACTOR\n3,tm1,Ulf Rey,,ACTOR\n"
        "7,tm1,Jon Halde,,DIRECTOR\n9,ts2,Nobody,Tide,ACTOR\n"
    )
    written(desk, "credits.csv", credits_csv)
    desk.load(written(desk, "titles.csv", titles_csv))
    assert values(desk, f"{SCHEMA.actor}/{SCHEMA.name}") == {"Mara Ostholt", "Ulf Rey"}
    assert values(desk, f"{SCHEMA.director}/{SCHEMA.name}") == {"Jon Halde"}
    assert values(desk, SCHEMA.characterName) == {"Ida", "The Caller"}


@pytest.mark.parametrize(
    ("films", "marks"),
    [
        (
            ("movies.dat", "9001::Amber Signal, The (1987)::Drama\n"),
            ("ratings.dat", "1::9001::4::978300760\n2::9001::3.5::978302109\n3::9002::1::9\n"),
        ),
        (
            ("u.item", "9001|Amber Signal, The (1987)|02-Oct-1987|||" + "|".join("0" * 19) + "\n"),
            ("u.data", "1\t9001\t4\t881250949\n2\t9001\t3\t891717742\n3\t9002\t1\t878887116\n"),
        ),
    ],
    ids=["movies.dat", "u.item"],
)
def test_ratings_without_a_header_are_one_mean_a_film(
    desk: Desk, films: tuple[str, str], marks: tuple[str, str]
) -> None:
    written(desk, *marks)
    written(desk, *films)
    desk.load()
    assert titles(desk) == {"The Amber Signal"}
    assert values(desk, SCHEMA.ratingCount) == {"2"}
    assert values(desk, SCHEMA.ratingValue) == {"3.75" if films[0] == "movies.dat" else "3.5"}


CMU = (
    '990001\t/m/0zzzz\tThe "Amber" Signal\t1987-10-02\t1000\t104.0\t{"/m/0a": "German Language"}'
    '\t{"/m/0b": "Germany"}\t{"/m/0c": "Drama", "/m/0d": "Spy"}\n'
    "990002\t/m/0zzzy\tTides\t1990\t\t\t{}\t{}\t{}\n"
    "990003\t/m/0zzzx\tStone\t\t\t\t{}\t{}\n"
)


def test_the_cmu_corpus_has_no_header(desk: Desk) -> None:
    [source] = desk.load(written(desk, "movie.metadata.tsv", CMU)).sources
    assert (source.loaded, source.rejected) == (2, 1)
    assert titles(desk) == {'The "Amber" Signal', "Tides"}
    assert values(desk, SCHEMA.datePublished) == {"1987-10-02", "1990"}
    assert values(desk, SCHEMA.genre) == {"Drama", "Spy"}
    assert values(desk, SCHEMA.inLanguage) == {"de"}
    assert "https://en.wikipedia.org/?curid=990001" in values(desk, SCHEMA.sameAs)
    assert "movie.metadata.tsv:3: expected 9 cells, as the header has, found 8 in record 3" in (
        desk.messages()
    )


def test_the_cmu_corpus_saved_anew_as_csv_is_known_too(desk: Desk) -> None:
    desk.load(written(desk, "movie.csv", as_csv("".join(CMU.splitlines(keepends=True)[:2]))))
    assert titles(desk) == {'The "Amber" Signal', "Tides"}
    assert values(desk, SCHEMA.genre) == {"Drama", "Spy"}


ROLES = (
    "990001\t/m/0zzzz\t1987-10-02\tIda Brandt\t1951-01-01\tF\t1.7\t/m/0eth\tMara Ostholt\t36\t"
    "/m/1\t/m/2\t/m/3\n"
    "990001\t/m/0zzzz\t1987-10-02\tThe Caller\t1951-01-01\tF\t1.7\t\tMara Ostholt\t36\t"
    "/m/4\t/m/5\t/m/3\n"
    "990001\t/m/0zzzz\t1987-10-02\t\t\t\t\t\tUlf Rey\t\t/m/6\t\t/m/7\n"
    '990001\t/m/0zzzz\t1987-10-02\tA "Kid"\t\t\t\t\t\t\t/m/8\t/m/9\t\n'
    "990002\t/m/0zzzy\tUlf Rey\n"
    "990009\t/m/0zzzx\t1990\tNobody\t\t\t\t\tJon Absent\t\t/m/10\t\t/m/11\n"
)
PLOTS = '990001\tIda hears a "signal".  She answers.\n990009\tAbout another film.\n'


def as_csv(text: str) -> str:
    rows = (line.split("\t") for line in text.splitlines())
    quoted = (['"' + cell.replace('"', '""') + '"' for cell in cells] for cells in rows)
    return "".join(",".join(cells) + "\n" for cells in quoted)


@pytest.mark.parametrize(
    ("saved", "names"),
    [
        (str, ("character.metadata.tsv", "movie.metadata.tsv", "plot_summaries.txt")),
        (as_csv, ("characters.csv", "movies.csv", "plots.csv")),
    ],
)
def test_characters_and_plots_of_the_cmu_corpus_are_joined_to_its_films(
    desk: Desk, saved: Callable[[str], str], names: tuple[str, ...]
) -> None:
    for name, text in zip(names, (ROLES, CMU, PLOTS), strict=True):
        written(desk, name, saved(text))
    [source] = desk.load().sources
    assert (source.loaded, source.rejected) == (2, 2)
    assert source.other_files == {}
    assert values(desk, f"{SCHEMA.actor}/{SCHEMA.name}") == {"Mara Ostholt", "Ulf Rey"}
    assert values(desk, SCHEMA.characterName) == {"Ida Brandt", "The Caller"}
    assert values(desk, SCHEMA.birthDate) == {"1951-01-01"}
    assert values(desk, SCHEMA.description) == {'Ida hears a "signal".  She answers.'}
    assert f"{names[0]}:5: expected 13 cells, as the header has, found 3" in str(desk.messages())
    graph = " ".join(str(quad.object) for quad in desk.graph())
    assert not any(each in graph for each in ("1.7", "/m/0eth", '"F"', "Jon Absent", "A \\"))
    assert desk.load().run is None
    before = desk.graph()
    written(desk, names[2], saved(PLOTS.replace("answers", "waits")))
    desk.load()
    assert {quad.predicate for quad in before ^ desk.graph()} == {SCHEMA.description}
    assert not desk.check()


def test_files_of_the_cmu_corpus_may_be_named_together(etl: Etl, tmp_path: Path) -> None:
    files = {
        "character.metadata.tsv": ROLES,
        "movie.metadata.tsv": CMU,
        "plot_summaries.txt": PLOTS,
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text, "utf-8")
    loaded = etl("load", *files)
    told = "movie.metadata.tsv: CMU Movie Summary Corpus (movie.metadata.tsv); "
    assert told + "with character.metadata.tsv, plot_summaries.txt" in loaded.stderr
    assert "plot_summaries.txt:1" in etl("explain", 'The "Amber" Signal', "description").stdout
    assert "character.metadata.tsv:1" in etl("explain", 'The "Amber" Signal', "actor").stdout


WATCHED = (
    "Date,Name,Year,Letterboxd URI\n"
    "2024-02-03,The Amber Signal,1987,https://boxd.it/zzzz\n"
    "2024-02-03,Tides,,https://boxd.it/zzzy\n"
)
DIARY = (
    "Date,Name,Year,Letterboxd URI,Rating,Rewatch,Tags,Watched Date\n"
    '2024-02-03,The Amber Signal,1987,https://boxd.it/aaaa,4.5,,"tv, rewatch",2024-02-02\n'
    "2024-03-03,The Amber Signal,1987,https://boxd.it/aaab,4,Yes,,2024-03-02\n"
)
REVIEWS = (
    "Date,Name,Year,Letterboxd URI,Rating,Rewatch,Review,Tags,Watched Date\n"
    '2024-02-03,The Amber Signal,1987,https://boxd.it/aaaa,4.5,,"A signal,\n<i>unheard</i>.",'
    '"tv, rewatch",2024-02-02\n'
)
RATINGS = "Date,Name,Year,Letterboxd URI,Rating\n2024-02-03,The Amber Signal,1987,https://boxd.it/zzzz,4.5\n"
LIST = (
    "Letterboxd list export v7\r\nDate,Name,Tags,URL,Description\r\n"
    '2024-01-01,My list,,https://boxd.it/l,"About, it"\r\n\r\n'
    "Position,Name,Year,URL,Description\r\n1,Stone,1991,https://boxd.it/sss,\r\n"
    "2,The Amber Signal,1987,https://boxd.it/zzzz,\r\n"
)


def letterboxd(desk: Desk) -> Path:
    written(desk, "watched.csv", WATCHED)
    written(desk, "diary.csv", DIARY)
    written(desk, "reviews.csv", REVIEWS)
    written(desk, "ratings.csv", RATINGS)
    written(desk, "lists/mine.csv", LIST)
    written(desk, "deleted/diary.csv", DIARY.replace("Amber", "Deleted"))
    written(desk, "profile.csv", "Date Joined,Username,Given Name\n2020-01-01,mara,Mara\n")
    return desk.source


def test_a_letterboxd_export_is_one_film_for_a_name_and_a_year(desk: Desk) -> None:
    [source] = desk.load(letterboxd(desk)).sources
    assert (source.loaded, source.other_files) == (8, {"CSV": 2})
    assert titles(desk) == {"The Amber Signal", "Tides", "Stone"}
    assert values(desk, SCHEMA.sameAs) == {"https://boxd.it/zzzz", "https://boxd.it/zzzy"}
    assert desk.load().run is None
    before = desk.graph()
    written(desk, "watched.csv", WATCHED.replace("https://boxd.it/zzzy", "https://boxd.it/yyyy"))
    desk.load()
    assert {str(quad.predicate) for quad in before ^ desk.graph()} == {str(SCHEMA.sameAs)}
    (desk.source / "lists" / "mine.csv").unlink()
    desk.load()
    assert titles(desk) == {"The Amber Signal", "Tides"}
    assert not desk.check()


def test_a_list_of_letterboxd_counts_the_lines_of_both_its_tables(desk: Desk) -> None:
    path = written(desk, "list.csv", LIST + "3,,1990,https://boxd.it/x,\r\n")
    [source] = desk.load(path).sources
    assert (source.loaded, source.rejected) == (2, 1)
    assert "list.csv:8: Name: expected a title, found none" in desk.messages()


IMDB = {
    "now": (
        "Const,Your Rating,Date Rated,Title,Original Title,URL,Title Type,IMDb Rating,"
        "Runtime (mins),Year,Genres,Num Votes,Release Date,Directors\n"
        "tt9900001,8,2024-02-03,The Amber Signal,Der Bernsteinfunk,"
        'https://www.imdb.com/title/tt9900001/,Movie,7.1,104,1987,"Drama, Mystery","1,234",'
        '1987-10-02,"Jon Halde, Mara Ostholt"\n'
        "tt9900002,8,2024-02-03,Tides,Tides,u,TV Series,7.1,30,2013,Drama,12,2013-01-01,\n"
    ),
    "2018": (
        "Const,Your Rating,Date Rated,Title,URL,Title Type,IMDb Rating,"
        "Runtime (mins),Year,Genres,Num Votes,Release Date,Directors\n"
        "tt9900001,8,2018-02-03,The Amber Signal,https://www.imdb.com/title/tt9900001/,movie,7.1,"
        '104,1987,"Drama, Mystery",1234,1987-10-02,"Jon Halde, Mara Ostholt"\n'
        "tt9900002,8,2018-02-03,Tides,u,tvSeries,7.1,30,2013,Drama,12,2013-01-01,\n"
    ),
    "2017": (
        "Const,Your Rating,Date Added,Title,URL,Title Type,IMDb Rating,"
        "Runtime (mins),Year,Genres,Num Votes,Release Date,Directors\n"
        "tt9900001,8,2017-02-03,The Amber Signal,https://www.imdb.com/title/tt9900001/,movie,7.1,"
        '104,1987,"Drama, Mystery",1234,1987-10-02,"Jon Halde, Mara Ostholt"\n'
        "tt9900002,8,2017-02-03,Tides,u,tvSeries,7.1,30,2013,Drama,12,2013-01-01,\n"
    ),
    "2016": (
        '"position","const","created","modified","description","Title","Title type","Directors",'
        '"You rated","IMDb Rating","Runtime (mins)","Year","Genres","Num. Votes",'
        '"Release Date (month/day/year)","URL"\n'
        '"1","tt9900001","Sat Mar 12 00:00:00 2016","","","The Amber Signal","Feature Film",'
        '"Jon Halde, Mara Ostholt","8","7.1","104","1987","drama, mystery","1234","1987-10-02",'
        '"http://www.imdb.com/title/tt9900001/"\n'
        '"2","tt9900002","Sat Mar 12 00:00:00 2016","","","Tides","TV Series","","8","7.1","30",'
        '"2013","drama","12","2013-01-01","http://www.imdb.com/title/tt9900002/"\n'
    ),
    "list": (
        "Position,Const,Created,Modified,Description,Title,Original Title,URL,Title Type,"
        "IMDb Rating,Runtime (mins),Year,Genres,Num Votes,Release Date,Directors,Your Rating,"
        "Date Rated\n"
        "1,tt9900001,2024-02-03,2024-02-03,,The Amber Signal,Der Bernsteinfunk,u,Movie,7.1,104,"
        '1987,"Drama, Mystery",1234,1987-10-02,"Jon Halde, Mara Ostholt",,\n'
        "2,tt9900002,2024-02-03,2024-02-03,,Tides,,u,TV Series,7.1,30,2013–2023,Drama,12,"
        "2013-01-01,,,\n"
    ),
}


@pytest.mark.parametrize("generation", IMDB)
def test_every_generation_of_an_export_of_imdb_is_read(desk: Desk, generation: str) -> None:
    path = written(desk, "export.csv", IMDB[generation])
    [source] = desk.load(path).sources
    series = {kind: n for kind, n in source.left_out.items() if "(--reviews)" not in kind}
    assert (source.loaded, list(series.values())) == (1, [1])
    assert titles(desk) == {"The Amber Signal"}
    assert values(desk, SCHEMA.datePublished) == {"1987-10-02"}
    assert values(desk, SCHEMA.ratingValue) == {"7.1"}
    assert values(desk, SCHEMA.ratingCount) == {"1234"}
    assert {"Jon Halde", "Mara Ostholt"} <= values(desk, SCHEMA.name)
    assert len(values(desk, SCHEMA.genre)) == 2
    assert desk.load(path).run is None
    run("remove", path, "--workspace", desk.workspace.path)
    assert desk.films() == {}


def test_an_old_export_in_latin_1_is_told_how_to_read_it(desk: Desk) -> None:
    path = desk.source / "old.csv"
    path.write_bytes(IMDB["2016"].replace("The Amber", "L’Ambré").encode("cp1252"))
    [source] = desk.load(path).sources
    assert source.rejected == 1
    assert any("it looks like windows-1252" in m for m in desk.messages())


def test_wikipedias_plots_keep_their_lines_and_say_unknown_for_nobody(desk: Desk) -> None:
    text = (
        "Release Year,Title,Origin/Ethnicity,Director,Cast,Genre,Wiki Page,Plot\r\n"
        "1987,The Amber Signal,German,Unknown,,unknown,https://en.wikipedia.org/wiki/Amber,"
        '"A signal.\r\n\r\nNobody hears it."\r\n'
    )
    desk.load(written(desk, "plots.csv", text))
    assert values(desk, SCHEMA.description) == {"A signal.\n\nNobody hears it."}
    assert values(desk, SCHEMA.genre) == values(desk, SCHEMA.director) == set()


def test_rotten_tomatoes_rates_from_0_to_100(desk: Desk) -> None:
    text = (
        "rotten_tomatoes_link,movie_title,movie_info,critics_consensus,content_rating,genres,"
        "directors,authors,actors,original_release_date,streaming_release_date,runtime,"
        "production_company,tomatometer_status,tomatometer_rating,tomatometer_count\n"
        'm/amber,The Amber Signal,About.,Fine.,NR,"Drama, Mystery",Jon Halde,Eva Brandt,'
        '"Mara Ostholt, Ulf Rey",1987-10-02,2001-01-01,104.0,Halde Film,Fresh,0.0,12.0\n'
    )
    desk.load(written(desk, "rt.csv", text))
    assert values(desk, SCHEMA.ratingValue) == {"0"}
    assert values(desk, SCHEMA.bestRating) == {"100"}
    assert values(desk, SCHEMA.contentRating) == set()
    assert "https://www.rottentomatoes.com/m/amber" in values(desk, SCHEMA.sameAs)


def test_a_top_1000_has_a_certificate_where_a_year_should_be(desk: Desk) -> None:
    text = (
        "Poster_Link,Series_Title,Released_Year,Certificate,Runtime,Genre,IMDB_Rating,Overview,"
        "Meta_score,Director,Star1,Star2,Star3,Star4,No_of_Votes,Gross\n"
        'https://example.org/a.jpg,Amber,PG,,104 min,"Drama, War",7.1,About.,,Jon Halde,A B,C D,'
        'E F,G H,1234,"1,000"\n'
        "https://example.org/b.jpg,Amber,1987,U,104 min,Drama,7.1,About.,70,Jon Halde,A B,C D,"
        "E F,G H,1234,\n"
    )
    [source] = desk.load(written(desk, "top.csv", text)).sources
    assert source.loaded == 2  # one title twice is two films here
    assert values(desk, SCHEMA.datePublished) == {"1987"}
    assert values(desk, SCHEMA.bestRating) == {"10", "100"}


def test_actors_stand_with_and_without_space_behind_the_comma(desk: Desk) -> None:
    text = (
        "Rank,Title,Genre,Description,Director,Actors,Year,Runtime (Minutes),Rating,Votes,"
        "Revenue (Millions),Metascore\n"
        '1,Amber,"Drama,War",About.,Jon Halde,"Mara Ostholt,Ulf Rey, Ida Kern",1987,104,7.1,1234,'
        "1.5,70\n"
    )
    desk.load(written(desk, "films.csv", text))
    assert {"Mara Ostholt", "Ulf Rey", "Ida Kern"} <= values(desk, SCHEMA.name)


def test_a_copy_of_imdb_movie_data_calls_its_columns_otherwise(desk: Desk) -> None:
    text = (
        "Rank,Title,Genre,Description,Director,Actors,Year,Runtime,Rating,Votes,Revenue,Metascore\n"
        '1,Amber,"Drama,War",About.,Jon Halde,"Mara Ostholt,Ulf Rey",1987,104,7.1,1234,1.5,70\n'
    )
    desk.load(written(desk, "films.csv", text))
    assert values(desk, SCHEMA.duration) == {"PT1H44M"}
    assert desk.messages()[0].startswith("films.csv: IMDB-Movie-Data")


def test_a_copy_that_a_spreadsheet_saved_has_other_dates_and_lost_columns(desk: Desk) -> None:
    text = (
        "genres,id,original_title,release_date,title,vote_average,production_companies\n"
        "[],900001,Bernstein,12/10/2009,Amber,7.1,[]\n[],900002,Stein,,Amber,0,[]\n"
    )
    [source] = desk.load(written(desk, "movies.csv", text)).sources
    assert source.loaded == 2  # two films of one title, told apart by their ids
    assert values(desk, SCHEMA.datePublished) == {"2009-12-10"}
    assert "without budget" in desk.messages()[0] or "runtime" in desk.messages()[0]


def test_a_copy_of_movielens_whose_letters_are_lost_says_so(desk: Desk) -> None:
    text = "9001::Amb\ufffdr, The (1987)::Drama\n9002::Tides::Drama\n"
    [source] = desk.load(written(desk, "movies.dat", text)).sources
    assert source.loaded == 2
    assert titles(desk) == {"The Amb\ufffdr", "Tides"}
    assert values(desk, SCHEMA.datePublished) == {"1987"}  # one has no year, which is not guessed
    assert any("movies.dat:1" in each and "lost" in each for each in desk.messages())


def test_marks_of_no_width_around_a_title_are_taken_off(desk: Desk) -> None:
    text = (
        "show_id,type,title,director,cast,country,date_added,release_year,rating,duration,"
        "listed_in,description\n"
        "s1,Movie,\u200bAmber\u00a0,,,,,1987,,104 min,Dramas,About.\n"
    )
    desk.load(written(desk, "titles.csv", text))
    assert titles(desk) == {"Amber"}


def test_imdb_5000_has_its_ids_in_addresses_and_repeats_them(desk: Desk) -> None:
    text = (
        "movie_title,movie_imdb_link,director_name,actor_1_name,title_year,genres\n"
        + "Amber\u00a0,http://www.imdb.com/title/tt9900001/?ref_=fn,Jon Halde,A B,1987,Drama|War\n"
        * 2
    )
    [source] = desk.load(written(desk, "movie_metadata.csv", text)).sources
    assert (source.loaded, source.superseded) == (1, 1)
    assert titles(desk) == {"Amber"}
    assert set(desk.films()) == {"http://localhost:8000/movie/tt9900001"}


def test_v11_has_flat_lists(desk: Desk) -> None:
    text = (
        "id,title,vote_average,vote_count,status,release_date,revenue,runtime,adult,backdrop_path,"
        "budget,homepage,imdb_id,original_language,original_title,overview,popularity,poster_path,"
        "tagline,genres,production_companies,production_countries,spoken_languages,keywords\n"
        "900001,Amber,7.1,12,Released,1987-10-02,0,104,False,,0,,tt9900001,de,Bernstein,About.,1.0,"
        '/a.jpg,,"Drama, Mystery","Halde Film, Ufa",Germany,German,"radio, spy"\n'
    )
    desk.load(written(desk, "TMDB_movie_dataset_v11.csv", text))
    assert values(desk, SCHEMA.genre) == {"Drama", "Mystery"}
    assert values(desk, SCHEMA.productionCompany) == {"Halde Film", "Ufa"}
    assert "TMDB films (TMDB_movie_dataset_v11)" in desk.messages()[0]
