"""NFO files as Kodi, Jellyfin and Emby write them, with the traps of the format."""

from __future__ import annotations

from pathlib import Path

import pytest

from desk import Desk
from etl.errors import SourceError
from etl.rdf.vocab import SCHEMA

FULL = """<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<movie>
  <title>The Amber Signal</title>
  <originaltitle>Der Bernsteinfunk</originaltitle>
  <ratings>
    <rating name="imdb" max="10" default="true"><value>7.1</value><votes>1,234</votes></rating>
    <rating name="metacritic" max="100"><value>70</value></rating>
    <rating name="somebody" max="5"><value>4</value></rating>
  </ratings>
  <runtime>104</runtime>
  <uniqueid type="imdb" default="true">tt9900001</uniqueid>
  <uniqueid type="tmdb">900001</uniqueid>
  <genre clear="true">Drama</genre>
  <genre>Spy / War</genre>
  <country>Germany</country>
  <set><name>Amber Collection</name><overview>x</overview></set>
  <studio>Halde Film</studio>
  <credits>Eva Brandt</credits>
  <director>Jon Halde</director>
  <premiered>1987-10-02</premiered>
  <plot>A signal &amp; a secret.</plot>
  <actor><name>Ulf Rey</name><role>Himself</role><order>1</order></actor>
  <actor><name>Mara Ostholt</name><role>Ida / The Caller</role><order>0</order></actor>
</movie>
"""


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def written(desk: Desk, name: str, text: str | bytes) -> Path:
    path = desk.source / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def values(desk: Desk, predicate: object) -> set[str]:
    return set(desk.values(f"SELECT ?n WHERE {{ ?s {predicate} ?n }}"))


def titles(desk: Desk) -> set[str]:
    return set(desk.values(f"SELECT ?n WHERE {{ ?film a {SCHEMA.Movie} ; {SCHEMA.name} ?n }}"))


def test_all_that_has_a_place_is_read(desk: Desk) -> None:
    [source] = desk.load(written(desk, "movie.nfo", FULL)).sources
    assert source.loaded == 1
    assert values(desk, SCHEMA.genre) == {"Drama", "Spy", "War"}
    assert values(desk, SCHEMA.isPartOf) == {"Amber Collection"}
    assert values(desk, SCHEMA.characterName) == {"Ida", "The Caller"}
    assert values(desk, SCHEMA.ratingValue) == {"7.1", "70"}
    assert values(desk, SCHEMA.ratingCount) == {"1234"}
    assert values(desk, SCHEMA.value) == {"tt9900001", "900001"}
    assert values(desk, SCHEMA.abstract) == {"A signal & a secret."}
    assert values(desk, SCHEMA.alternateName) == {"Der Bernsteinfunk"}
    assert {"Jon Halde", "Eva Brandt", "Mara Ostholt", "Ulf Rey"} <= values(desk, SCHEMA.name)


def test_a_web_address_stands_behind_before_or_instead_of_xml(desk: Desk) -> None:
    address = "https://www.imdb.com/title/tt9900001/"
    written(desk, "behind.nfo", f"{FULL}{address}\n")
    written(desk, "before.nfo", f"{address}\n<movie><title>Tides</title></movie>")
    written(desk, "instead.nfo", f"{address}\n")
    written(desk, "art.nfo", "~~~ a release of nobody ~~~\n")
    [source] = desk.load().sources
    assert (source.loaded, source.left_out) == (2, {"web address alone": 1})
    assert source.other_files == {"text": 1}
    assert titles(desk) == {"The Amber Signal", "Tides"}


def test_a_file_of_several_roots_is_read_to_its_end(desk: Desk) -> None:
    episode = "<episodedetails><title>One</title></episodedetails>\n"
    text = f"{episode}{episode}\n<movie><title>Tides</title></movie>"
    [source] = desk.load(written(desk, "tides.nfo", text)).sources
    assert (source.loaded, source.left_out) == (1, {"episodedetails": 2})
    before = values(desk, SCHEMA.name)
    assert before == {"Tides"}


def test_old_elements_at_the_top_are_read(desk: Desk) -> None:
    text = (
        "<movie><title>Tides</title><id>tt9900002</id><rating>6.1</rating><votes>1,000</votes>"
        "<set>Sea</set><year>1990</year><mpaa>Rated PG</mpaa></movie>"
    )
    desk.load(written(desk, "tides.nfo", text))
    assert set(desk.films()) == {"http://localhost:8000/movie/tt9900002"}
    assert values(desk, SCHEMA.ratingCount) == {"1000"}
    assert values(desk, SCHEMA.isPartOf) == {"Sea"}
    assert values(desk, SCHEMA.contentRating) == {"PG"}


@pytest.mark.parametrize(
    "name", ["Tides (1990) [imdbid-tt9900002]/movie.nfo", "a {imdb-tt9900002}.nfo"]
)
def test_an_id_stands_in_the_name_of_a_folder_or_a_file(desk: Desk, name: str) -> None:
    written(desk, name, "<movie><title>Tides</title></movie>")
    desk.load()
    assert set(desk.films()) == {"http://localhost:8000/movie/tt9900002"}


def test_one_film_has_two_files_in_its_folder(desk: Desk) -> None:
    text = "<movie><title>Tides</title><year>1990</year><director>Jon Halde</director></movie>"
    written(desk, "Tides/movie.nfo", text)
    written(desk, "Tides/Tides.nfo", text)
    desk.load()
    assert len(desk.films()) == 1


def declared(encoding: str, title: str) -> str:
    return f"<?xml version='1.0' encoding='{encoding}'?><movie><title>{title}</title></movie>"


@pytest.mark.parametrize(
    ("data", "title"),
    [
        (declared("iso-8859-1", "Ébène").encode(), "Ébène"),
        (declared("windows-1252", "L’Été").encode("cp1252"), "L’Été"),
        ("\ufeff<movie><title>Ébène</title></movie>".encode(), "Ébène"),
        ("<movie><title>Ébène</title></movie>".encode("utf-16"), "Ébène"),
    ],
    ids=["declared wrongly", "declared", "marked", "wide"],
)
def test_text_is_read_in_the_encoding_that_it_has(desk: Desk, data: bytes, title: str) -> None:
    desk.load(written(desk, "movie.nfo", data))
    assert titles(desk) == {title}


def test_an_encoding_that_is_not_told_is_refused_by_its_name(desk: Desk) -> None:
    data = "<movie><title>L’Été</title></movie>".encode("cp1252")
    [source] = desk.load(written(desk, "movie.nfo", data)).sources
    assert source.rejected == 1
    assert "it looks like windows-1252" in " ".join(desk.messages())


LAUGHS = "<!DOCTYPE m [<!ENTITY a0 'ha'>{}]>\n<movie><title>&a9;</title></movie>".format(
    "".join(f"<!ENTITY a{n} '{f'&a{n - 1};' * 10}'>" for n in range(1, 10))
)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (LAUGHS, "a DTD"),
        ("<!DOCTYPE m SYSTEM 'file:///etc/passwd'>\n<movie><title>A</title></movie>", "a DTD"),
        ("<movie>" + "<a>" * 100_000, "elements in one another, more than 100"),
        ("<movie>" + "<a/>" * 200_000 + "</movie>", "more than 100,000 elements"),
        ("<movie><title>&nbsp;</title></movie>", "undefined entity"),
        ("<movie><title>A</title>", "no element found"),
        ("<movie " + "a='b' " * 2 + "><title>A</title></movie>", "duplicate attribute"),
    ],
    ids=["laughs", "outside", "deep", "many", "undefined", "cut", "twice"],
)
def test_what_is_made_to_harm_is_refused_beside_what_is_not(
    desk: Desk, text: str, found: str
) -> None:
    written(desk, "bad.nfo", text)
    written(desk, "good.nfo", FULL)
    [source] = desk.load().sources
    assert (source.loaded, source.rejected) == (1, 1)
    assert any(message.endswith(f"found {found}") for message in desk.messages())


def test_a_huge_text_is_within_the_limits_of_a_file(desk: Desk) -> None:
    written(desk, "large.nfo", f"<movie><title>A</title><plot>{'x' * (1 << 20)}</plot></movie>")
    written(desk, "huge.nfo", f"<movie><title>A</title><plot>{'x' * (1 << 24)}</plot></movie>")
    [source] = desk.load().sources
    assert source.rejected == 1
    assert "expected a file of at most 16,777,216 bytes" in " ".join(desk.messages())


def test_what_has_no_place_is_counted_and_listed_where_that_is_asked_for(desk: Desk) -> None:
    text = FULL.replace("</title>", "</title><tagline>Listen.</tagline><mood>dark</mood>", 1)
    [source] = desk.load(written(desk, "movie.nfo", text)).sources
    assert source.unread == {"tagline": 1, "mood": 1}
    assert source.no_place == "1 mood, 1 tagline"
    assert not any("no place" in message for message in desk.messages())


def test_a_map_of_another_kind_is_refused(desk: Desk) -> None:
    path = written(desk, "movie.nfo", FULL)
    with pytest.raises(SourceError, match="has no column 'type'"):
        desk.load(path, map="netflix_titles")
    own = "# own.toml\nmap = 1\n[fields]\ntitle = 'originaltitle'\n"
    assert desk.load(path, map=own).sources[0].loaded == 1
    assert titles(desk) == {"Der Bernsteinfunk"}


def test_a_table_that_mentions_an_element_is_a_table(desk: Desk) -> None:
    header = (
        "Series_Title,Released_Year,Genre,IMDB_Rating,Star1,Star2,Director,No_of_Votes,Overview"
    )
    row = 'Amber,1987,Crime,7.1,Ida Brandt,Ulf Rey,Jon Halde,100,"Of the <movie> tag"'
    (desk.source / "films.csv").write_text(f"{header}\n{row}\n")
    desk.load()
    assert titles(desk) == {"Amber"}
