"""What is promised of every format: loaded, loaded again, explained, refused in part, removed."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import pytest
from pyoxigraph import NamedNode

from commands import run, said
from desk import Desk
from etl.rdf.vocab import RDF, SCHEMA
from etl.sources.claims import form_of
from etl.sources.formats import SUFFIXES
from etl.sources.tables.forms import Form
from etl.sources.tables.shipped import SHIPPED
from places import ROOT


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
TEXT = "title: The Amber Signal\nyear: 1987\nurl: tt9900001\n\nsynopsis:\nAbout.\n"
LINE = '{"imdb": "tt9900001", "title": "The Amber Signal", "year": 1987, "duration": "104 min"}\n'
REVIEW = "viewer's review (--reviews)"


def table(
    name: str,
    header: str,
    row: str,
    *others: str,
    bad: str = "",
    column: str = "title",
    change: tuple[str, str] = ("104", "105"),
    predicates: frozenset[NamedNode] | set[NamedNode] = frozenset(DURATION),
    left_out: dict[str, int] | None = None,
    beside: dict[str, str] | None = None,
) -> Case:
    """Make a case of a table: a film, a row that cannot be read, and rows that are left out.

    A `bad` row that is not told is the film's with a cell too few.
    """
    lines = [*filter(None, [header]), row, bad or row.rpartition(",")[0], *others]
    place = f"{name}:{1 + bool(header) + header.count(chr(10))}"
    text = "\n".join(lines) + "\n"
    files = {name: text} | (beside or {})
    return Case(files, 1, 1, left_out or {}, (name, *change), set(predicates), column, place)


NAME = {SCHEMA.datePublished}
ANOTHER_FILM = {RDF.type, SCHEMA.name, SCHEMA.datePublished}

TABLES = {
    "imdb_title_basics": table(
        "title.basics.tsv",
        "tconst\ttitleType\tprimaryTitle\toriginalTitle\tisAdult\tstartYear\tendYear\truntimeMinutes"
        "\tgenres",
        "tt9900001\tmovie\tThe Amber Signal\tDer Bernsteinfunk\t0\t1987\t\\N\t104\tDrama",
        "tt9900002\ttvSeries\tTides\tTides\t0\t1990\t1992\t\\N\t\\N",
        bad="tt9900003\tmovie",
        column="primaryTitle",
        left_out={"tvSeries": 1},
        beside={
            "title.principals.tsv": "tconst\tordering\tnconst\tcategory\tjob\tcharacters\n"
            'tt9900001\t1\tnm9900007\tactress\t\\N\t["Ida"]\n',
            "name.basics.tsv": "nconst\tprimaryName\tbirthYear\tdeathYear\tprimaryProfession\t"
            "knownForTitles\nnm9900007\tMara Ostholt\t1951\t\\N\tactress\t\\N\n",
        },
    ),
    "imdb_export": table(
        "ratings.csv",
        "Const,Your Rating,Date Rated,Title,Original Title,URL,Title Type,IMDb Rating,"
        "Runtime (mins),Year,Genres,Num Votes,Release Date,Directors",
        "tt9900001,8,2024-02-03,The Amber Signal,Der Bernsteinfunk,u,Movie,7.1,104,1987,Drama,1234,"
        "1987-10-02,Jon Halde",
        "tt9900002,8,2024-02-03,Tides,Tides,u,TV Series,7.1,30,2013,Drama,12,2013-01-01,",
        column="Title",
        left_out={"TV Series": 1, REVIEW: 1},
    ),
    "letterboxd": table(
        "ratings.csv",
        "Date,Name,Year,Letterboxd URI,Rating",
        "2024-02-03,The Amber Signal,1987,https://boxd.it/zzzz,4.5",
        column="Name",
        change=("zzzz", "yyyy"),
        predicates={SCHEMA.sameAs},
        left_out={REVIEW: 1},
    ),
    "letterboxd_diary": table(
        "diary.csv",
        "Date,Name,Year,Letterboxd URI,Rating,Rewatch,Tags,Watched Date",
        "2024-02-03,The Amber Signal,1987,https://boxd.it/aaaa,4.5,,,2024-02-02",
        column="Name",
        change=("1987", "1988"),
        predicates=ANOTHER_FILM,
        left_out={REVIEW: 1},
    ),
    "letterboxd_list": table(
        "list.csv",
        "Letterboxd list export v7\nDate,Name,Tags,URL,Description\n2024-01-01,My list,,u,\n\n"
        "Position,Name,Year,URL,Description",
        "1,The Amber Signal,1987,https://boxd.it/zzzz,",
        column="Name",
        change=("1987", "1988"),
        predicates=ANOTHER_FILM,
    ),
    "movielens": table(
        "movies.csv",
        "movieId,title,genres",
        '9001,"Amber Signal, The (1987)",Drama',
        change=("1987", "1988"),
        predicates=NAME,
        beside={"links.csv": "movieId,imdbId,tmdbId\n9001,9900001,\n"},
    ),
    "movielens_dat": table(
        "movies.dat",
        "",
        "9001::Amber Signal, The (1987)::Drama",
        bad="9002::::Drama",
        column="Title",
        change=("1987", "1988"),
        predicates=NAME,
        beside={"ratings.dat": "1::9001::4::978300760\n"},
    ),
    "movielens_item": table(
        "u.item",
        "",
        "9001|Amber Signal, The (1987)|02-Oct-1987|||" + "|".join("0" * 19),
        bad="9002|||||" + "|".join("0" * 19),
        column="movie title",
        change=("Oct", "Nov"),
        predicates=NAME,
    ),
    "movietweetings": table(
        "movies.dat",
        "",
        "9900001::The Amber Signal (1987)::Drama",
        bad="9900002::::Drama",
        change=("1987", "1988"),
        predicates=NAME,
    ),
    "tmdb_5000": table(
        "tmdb_5000_movies.csv",
        "budget,genres,id,original_title,production_companies,release_date,runtime,title,vote_average",
        "0,[],900001,Der Bernsteinfunk,[],1987-10-02,104,The Amber Signal,7.1",
        beside={"credits.csv": "movie_id,title,cast,crew\n900001,Amber,[],[]\n"},
    ),
    "tmdb_v11": table(
        "v11.csv",
        "id,title,vote_average,vote_count,status,release_date,revenue,runtime,adult,backdrop_path,"
        "budget,homepage,imdb_id,original_language,original_title,overview,popularity,poster_path,"
        "tagline,genres,production_companies,production_countries,spoken_languages,keywords",
        "900001,The Amber Signal,7.1,12,Released,1987-10-02,0,104,False,,0,,tt9900001,de,,,1.0,"
        ',,"Drama, Mystery",Halde Film,Germany,German,radio',
    ),
    "movies_dataset": table(
        "movies_metadata.csv",
        "adult,belongs_to_collection,budget,genres,homepage,id,imdb_id,original_language,"
        "original_title,overview,popularity,poster_path,production_companies,production_countries,"
        "release_date,revenue,runtime,spoken_languages,status,tagline,title,video,vote_average,"
        "vote_count",
        "False,,0,\"[{'id': 18, 'name': 'Drama'}]\",,900001,tt9900001,de,Der Bernsteinfunk,About.,"
        "0.6,,[],[],1987-10-02,0,104.0,[],Released,,The Amber Signal,False,7.1,12",
        beside={"credits.csv": "cast,crew,id\n[],[],900001\n"},
    ),
    "justwatch": table(
        "titles.csv",
        "id,title,type,description,release_year,age_certification,runtime,genres,"
        "production_countries,seasons,imdb_id,imdb_score,imdb_votes,tmdb_popularity,tmdb_score",
        "tm1,The Amber Signal,MOVIE,About.,1987,PG,104,[],[],,tt9900001,7.1,1234.0,3.1,6.9",
        "ts2,Tides,SHOW,About.,1990,,30,[],[],2.0,tt9900002,7.1,1234.0,3.1,6.9",
        left_out={"SHOW": 1},
        beside={"credits.csv": "person_id,id,name,character,role\n7,tm1,Mara Ostholt,Ida,ACTOR\n"},
    ),
    "netflix_titles": table(
        "netflix_titles.csv",
        "show_id,type,title,director,cast,country,date_added,release_year,rating,duration,listed_in,"
        "description",
        "s1,Movie,The Amber Signal,Jon Halde,Mara Ostholt,,,1987,PG,104 min,Dramas,About.",
        "s2,TV Show,Tides,,,,,1990,PG,2 Seasons,Dramas,About.",
        left_out={"TV Show": 1},
    ),
    "imdb_5000": table(
        "movie_metadata.csv",
        "movie_title,movie_imdb_link,director_name,actor_1_name,title_year,duration,genres",
        "The Amber Signal\u00a0,http://www.imdb.com/title/tt9900001/,Jon Halde,A B,1987,104,Drama",
        column="movie_title",
    ),
    "imdb_top_1000": table(
        "imdb_top_1000.csv",
        "Poster_Link,Series_Title,Released_Year,Certificate,Runtime,Genre,IMDB_Rating,Overview,"
        "Meta_score,Director,Star1,Star2,Star3,Star4,No_of_Votes,Gross",
        "https://example.org/a.jpg,The Amber Signal,1987,,104 min,Drama,7.1,About.,,Jon Halde,A B,"
        "C D,E F,G H,1234,",
        column="Series_Title",
    ),
    "imdb_movie_data": table(
        "IMDB-Movie-Data.csv",
        "Rank,Title,Genre,Description,Director,Actors,Year,Runtime (Minutes),Rating,Votes,"
        "Revenue (Millions),Metascore",
        '1,The Amber Signal,Drama,About.,Jon Halde,"A B,C D",1987,104,7.1,1234,1.5,70',
        column="Title",
    ),
    "rotten_tomatoes": table(
        "rotten_tomatoes_movies.csv",
        "rotten_tomatoes_link,movie_title,movie_info,content_rating,genres,directors,authors,actors,"
        "original_release_date,runtime,production_company,tomatometer_rating,tomatometer_count",
        "m/amber,The Amber Signal,About.,NR,Drama,Jon Halde,,,1987-10-02,104.0,Halde,85.0,12.0",
        column="movie_title",
    ),
    "wiki_plots": table(
        "wiki_movie_plots_deduped.csv",
        "Release Year,Title,Origin/Ethnicity,Director,Cast,Genre,Wiki Page,Plot",
        "1987,The Amber Signal,German,Unknown,,,https://en.wikipedia.org/wiki/Amber,A signal.",
        column="Title",
        change=("A signal", "A call"),
        predicates={SCHEMA.description},
    ),
    "cmu_movies": table(
        "movie.metadata.tsv",
        "",
        "990001\t/m/0zzzz\tThe Amber Signal\t1987-10-02\t\t104.0\t{}\t{}\t{}",
        bad="990002\t/m/0zzzy\t\t1987\t\t104.0\t{}\t{}\t{}",
        column="name",
        beside={"plot_summaries.txt": "990001\tAbout.\n"},
    ),
    "cmu_movies_csv": table(
        "movies.csv",
        "",
        "990001,/m/0zzzz,The Amber Signal,1987-10-02,,104.0,{},{},{}",
        bad="990002,/m/0zzzy,,1987,,104.0,{},{},{}",
        column="name",
        beside={"plots.csv": '990001,"About, all."\n'},
    ),
}

CASES = TABLES | {
    "text": Case(
        {"1.txt": TEXT, "2.txt": "A text without keys.\n"},
        1,
        1,
        {},
        ("1.txt", "About", "Beyond"),
        {SCHEMA.description},
        "title",
        "1.txt:1",
    ),
    "jsonl": Case(
        {"films.jsonl": LINE + LINE.replace("tt9900001", "tt9900002")[:-3] + "\n"},
        1,
        1,
        {},
        ("films.jsonl", "104", "105"),
        DURATION,
        "title",
        "films.jsonl:1",
    ),
    "kodi_nfo": Case(
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
    "tmdb_ids": Case(
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
    "schema_org json-ld": Case(
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
    "schema_org html": Case(
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
    "schema_org turtle": Case(
        {"films.ttl": TTL, "broken.ttl": TTL + "<"},
        1,
        1,
        {"TVSeries": 1},
        ("films.ttl", "1H44M", "1H45M"),
        DURATION,
        "name",
        "films.ttl:3",
    ),
    "schema_org n-triples": Case(
        {"films.nt": NT, "broken.nt": NT + "<"},
        1,
        1,
        {},
        ("films.nt", "1H44M", "1H45M"),
        DURATION,
        "name",
        "films.nt:1",
    ),
    "schema_org rdf/xml": Case(
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


def maps_of(name: str, folder: Path) -> set[str]:
    """Say by which maps that ship the files of a case are read."""
    for file, text in CASES[name].files.items():
        path = folder / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    forms = (form_of(str(folder / file)) for file in CASES[name].files)
    return {Form.decode(form).map for form in forms if form}


def test_no_format_is_forgotten(tmp_path: Path) -> None:
    read = {name: maps_of(name, tmp_path / str(n)) for n, name in enumerate(CASES)}
    assert set().union(*read.values()) == set(SHIPPED)
    own = {suffix.removeprefix(".") for suffix in SUFFIXES} - {"ndjson", "txt"} | {"text"}
    for name, maps in read.items():
        assert name.split()[0] in (maps or own)
    assert own <= read.keys()
    documented = (ROOT / "docs" / "formats.md").read_text("utf-8")
    rows = (
        line for line in documented.splitlines() if line.startswith("| `") and "`--as`" not in line
    )
    assert {name for row in rows for name in row.split("|")[1].strip(" `").split("`, `")} == {
        *SHIPPED
    }


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
