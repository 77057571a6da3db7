"""A column map as YARRRML: another engine makes the triples of it that a load makes."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from pyoxigraph import RdfFormat, Triple, parse

from commands import Etl
from morph import materialized
from shared_data import shared

NETFLIX = """\
show_id,type,title,director,cast,country,date_added,release_year,rating,duration,listed_in,\
description
s1,Movie,Amber Signal,Jon Halde,"Ada Brook, Carl O'Dorn","United States, Germany",x,1987,\
PG-13,90 min,"Dramas, Action & Adventure",A signal.
s2,TV Show,Series,,,,x,1990,TV-MA,2 Seasons,Docs,No film.
s3,Movie,"Tide, The","Mo Lu, Ann Zoé_X","Ann Zoé_X, nm12, Bo Jr., Max and Lee",Soviet Union,\
,1991,R,1 h 5 min,"Sci-Fi/Fantasy","  A ""quoted""   text "
s4,Movie,Amber  Signal,,,,,1988,66 min,,,
s/5 %,Movie,"Zoë & Max: 100%_ <b>",Sammy Davis,"Sammy Davis, Jr.",Narnia,,1992,,2h,,N/A
s6,Movie,None,,,,,1992,,,,
"""
TOP = """\
Poster_Link,Series_Title,Released_Year,Certificate,Runtime,Genre,IMDB_Rating,Overview,\
Meta_score,Director,Star1,Star2,Star3,Star4,No_of_Votes,Gross
https://example.org/a.jpg,Amber,1987,U,142 min,Drama,9.30,One.,80,Jon Halde,Ada Brook,\
Carl Dorn,Bo Lee,Ann Zoé,2343110,1
https://example.org/b.jpg,Tides,PG,PG,120 min,"Crime, Drama",8,Two.,,Mo Lu,Ada Brook,,,,0,
"""
MINE = """\
map = 1
delimiter = ";"
decimal = ","
null = ["k. A."]
films = { column = "Art", in = ["Spielfilm"] }

[fields]
ids.imdb = { column = "Link", find = 'tt\\d{7,}' }
ids.wikidata = "Item"
ids.tmdb = "TMDb"
title = "Filmtitel"
original_title = "Original"
date = { column = "Kinostart", date = ["%d.%m.%Y", "%m/%Y", "%Y"] }
year = "Jahr"
directors = { column = "Regie", split = ["/", " und "] }
actors = { columns = ["Rolle 1", "Rolle 2"] }
duration = { column = "Laufzeit", find = '(?:(?P<h>\\d+) Std\\.)? ?(?:(?P<m>\\d+) Min)?' }
languages = "Sprache"
countries = { column = "Land", split = "/", values = { "BRD" = "DE" } }
certificate = { first = ["FSK", "FSK alt"], template = "FSK {}", unless = '^x' }
ratings = { value = "IMDb", count = "Stimmen", site = "imdb" }
rating = { value = "Note", best = 6, worst = 1 }
synopsis = "Inhalt"
keywords = { columns = ["Farbe", "3D"], flags = true }
companies = { column = "Firma", find = '(?<=bei ).*' }
"""
GERMAN = """\
Art;Link;Item;TMDb;Filmtitel;Original;Kinostart;Jahr;Regie;Rolle 1;Rolle 2;Laufzeit;Sprache;\
Land;FSK;FSK alt;IMDb;Stimmen;Note;Inhalt;Farbe;3D;Firma
Spielfilm;https://www.imdb.com/title/tt0009001/;Q900;7;Bernstein;Amber;14.05.1987;1987;\
Jon Halde und Mo Lu;Ada Brook;Carl Dorn;1 Std. 30 Min;Deutsch, English;BRD/Italien;12;6;7,\
50;1.234;2,0;"Ein; ""Text""
mit Zeilen";x;;bei X
Spielfilm;;Q901;8;Gezeiten;Gezeiten;05/1990;;Ann Zoé;k. A.;;45 Min;Klingonisch;USA;x;16;;;9;\
;;;
Spielfilm;;;09;Ohne;Sans;1991;1992;nm7;;;k. A.;;;;;11;;6;;;;
Serie;tt0009002;;;Nichts;;;;;;;;;;;;;;;;;;
"""


def loaded(etl: Etl, *arguments: str) -> set[Triple]:
    etl("load", *arguments)
    exported = etl("export", "-f", "nt").stdout_bytes
    return {quad.triple for quad in parse(exported, format=RdfFormat.N_TRIPLES)}


def told(etl: Etl, *arguments: str) -> tuple[set[Triple], str]:
    text = etl("columns", *arguments, "--export", "yarrrml").stdout
    Path("map.yml").write_text(text, "utf-8")
    return materialized(Path("map.yml")), text


@pytest.mark.usefixtures("foreign")
@pytest.mark.parametrize("table", [NETFLIX, TOP], ids=["netflix_titles", "imdb_top_1000"])
def test_a_map_that_ships_gives_the_same_triples(etl: Etl, table: str) -> None:
    Path("films.csv").write_text(table, "utf-8")
    triples, text = told(etl, "films.csv")
    assert triples == loaded(etl, "films.csv")
    assert "cannot be told" not in text


@pytest.mark.usefixtures("foreign")
@pytest.mark.parametrize("name", ["IMDB-Movie-Data.csv", "imdb_top_1000.csv"])
def test_real_tables_give_the_same_triples(etl: Etl, name: str) -> None:
    shutil.copy(shared("data/files") / name, name)
    triples, text = told(etl, name)
    assert triples == loaded(etl, name)
    assert "cannot be told" not in text


@pytest.mark.usefixtures("foreign")
def test_a_map_of_ones_own_gives_them_and_names_what_it_does_not(etl: Etl) -> None:
    Path("films.csv").write_text(GERMAN, "utf-8")
    Path("films.toml").write_text(MINE, "utf-8")
    triples, text = told(etl, "films.csv", "--columns", "films.toml")
    ours = loaded(etl, "films.csv", "--columns", "films.toml")
    lost = {"https://schema.org/keywords", "https://schema.org/productionCompany"}
    assert triples == {each for each in ours if each.predicate.value not in lost}
    assert [line for line in text.splitlines() if line.startswith("#   ")] == [
        "#   fields.keywords: it has flags",
        "#   fields.companies: the pattern '(?<=bei ).*'",
    ]


KEYLESS = """\
map = 1
[fields]
title = "title"
year = "year"
directors = { columns = ["one", "two"], split = " und " }
alternative_titles = { column = "also", split = "/" }
"""
UNNAMED = """\
title,year,one,two,also
"Ämber, The: 2",1990,Jon Halde und Mo Lu,Ann Zoé,Bernstein / Ambra / Ämber
Tides,,,,
,1991,Ada Brook,,
"""


@pytest.mark.usefixtures("foreign")
def test_films_without_ids_and_keys_have_the_same_iris(etl: Etl) -> None:
    Path("films.csv").write_text(UNNAMED, "utf-8")
    Path("films.toml").write_text(KEYLESS, "utf-8")
    triples, text = told(etl, "films.csv", "--columns", "films.toml")
    assert triples == loaded(etl, "films.csv", "--columns", "films.toml")
    assert "cannot be told" not in text


def test_people_who_are_given_by_ids_are_not_told(etl: Etl) -> None:
    table = TOP.replace("Carl Dorn", "nm0900011")
    Path("films.csv").write_text(table, "utf-8")
    text = etl("columns", "films.csv", "--export", "yarrrml").stdout
    assert "#   fields.actors: it has ids of people" in text
    assert "sdo:actor," not in text


def test_values_that_only_our_readers_know_are_written_out(etl: Etl) -> None:
    Path("films.csv").write_text(NETFLIX, "utf-8")
    text = etl("columns", "films.csv", "--export", "yarrrml").stdout
    assert "WHEN 'Tide, The' THEN 'The Tide'" in text
    assert "WHEN 'Sammy Davis, Jr.' THEN 'Sammy Davis Jr.;'" in text


def test_where_values_that_are_written_out_are_too_many_the_field_is_named(etl: Etl) -> None:
    rows = "".join(f"t{n},Movie,Film {n},,,U\u0308land{n},,1990,,,,\n" for n in range(400))
    Path("films.csv").write_text(NETFLIX.partition("\n")[0] + "\n" + rows, "utf-8")
    text = etl("columns", "films.csv", "--export", "yarrrml").stdout
    assert "#   fields.countries: what is made of 400 of its values" in text
    assert "sdo:countryOfOrigin" not in text


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        (
            "movies.csv",
            "movieId,title,genres\n1,Amber (1987),Drama\n",
            "movielens.toml: it has style, so that YARRRML cannot tell the films",
        ),
        ("odd.csv", "a,b\n1,2\n", "odd.csv: no column map reads it"),
    ],
)
def test_what_it_cannot_tell_at_all_is_an_error(
    etl: Etl, name: str, text: str, message: str
) -> None:
    Path(name).write_text(text, "utf-8")
    refused = etl("columns", name, "--export", "yarrrml")
    assert refused.exit_code == 2
    assert refused.stderr.startswith(f"Error: {message}\nHint: ")
    assert refused.stdout == ""


def test_text_in_another_encoding_is_not_told(etl: Etl) -> None:
    Path("films.csv").write_text("title,year\nZoé,1990\n", "cp1252")
    Path("films.toml").write_text('map = 1\nencoding = "cp1252"\n[fields]\ntitle = "title"\n')
    refused = etl("columns", "films.csv", "--columns", "films.toml", "--export", "yarrrml")
    assert refused.exit_code == 2
    assert "YARRRML is written for delimited text in UTF-8, found text in cp1252" in refused.stderr


def test_a_map_is_named_for_an_export_only(etl: Etl) -> None:
    Path("films.csv").write_text(TOP, "utf-8")
    refused = etl("columns", "films.csv", "--as", "imdb_top_1000")
    assert refused.exit_code == 2
    assert "--columns and --as need --export" in refused.stderr
