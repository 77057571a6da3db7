"""Values of the fields of `FACTS` are read into one form, or noted and left out."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.facts import FACTS, SITES
from etl.records import Credit, FilmRecord, Rating, Title
from etl.sources import facts, jsonlines, text
from etl.sources.notes import Notes


def read(name: str, value: object) -> tuple[tuple[str, ...], list[str]]:
    """Read a value; also give what was noted."""
    notes = Notes()
    return facts.read_fact(FACTS[name], value, notes), [note.message for note in notes.notes]


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("108", 6480),
        (108, 6480),
        (108.0, 6480),
        ("108 min", 6480),
        ("108 min.", 6480),
        ("108m", 6480),
        ("108 minutes", 6480),
        ("108 Minuten", 6480),
        ("108'", 6480),
        ("1h 48m", 6480),
        ("1 hr 48 min", 6480),
        ("1 Std. 48 Min.", 6480),
        ("2h", 7200),
        ("1u 48m", 6480),
        ("1 tim 48 min", 6480),
        ("1 godz. 48 min", 6480),
        ("1 ч 48 мин", 6480),
        ("1 t 48 min", 6480),
        ("1 sa 48 dk", 6480),
        ("1 hod. 48 min", 6480),
        ("1 h 48 mn", 6480),
        ("1:48", 6480),
        ("1:48:12", 6492),
        ("PT1H48M", 6480),
        ("PT108M", 6480),
        ("pt6480s", 6480),
        ("108.0", 6480),
        ("0", 0),
        ("", 0),
        ("N/A", 0),
    ],
)
def test_a_running_time_is_read(value: object, seconds: int) -> None:
    found, _ = read("duration", value)
    assert found == ((facts.duration(seconds),) if seconds else ())


@pytest.mark.parametrize("value", ["long", "-5", "1.5", "2 Seasons", "999999999", "PT", "P1Y"])
def test_what_is_no_running_time_is_noted(value: str) -> None:
    found, said = read("duration", value)
    assert found == ()
    assert said == [
        f"not read: expected a running time such as 108 min or PT1H48M, found {value!r}"
    ]


@given(st.integers(1, 6_000_000))
def test_a_running_time_is_read_as_it_is_written(seconds: int) -> None:
    assert read("duration", facts.duration(seconds)) == ((facts.duration(seconds),), [])


@pytest.mark.parametrize(
    ("value", "exact"),
    [
        ("2004", "2004"),
        (2004, "2004"),
        ("2004-03", "2004-03"),
        ("2004-03-19", "2004-03-19"),
        ("2004-03-19T00:00:00Z", "2004-03-19"),
        ("19 March 2004", "2004-03-19"),
        ("19-Mar-2004", "2004-03-19"),
        ("Mar 19, 2004", "2004-03-19"),
        ("March 19th, 2004", "2004-03-19"),
        ("March 2004", "2004-03"),
        ("19.3.2004", "2004-03-19"),
        ("19 de marzo de 2004", "2004-03-19"),
        ("19 марта 2004 г.", "2004-03-19"),
        ("3/19/2004", "2004-03-19"),
        ("19/3/2004", "2004-03-19"),
        ("3/3/2004", "2004-03-03"),
    ],
)
def test_a_date_is_as_exact_as_it_stands(value: object, exact: str) -> None:
    assert read("date", value)[0] == (exact,)


@pytest.mark.parametrize(
    "months",
    [
        "January February March April May June July August September October November December",
        "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
        "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
        "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
        (
            "gennaio febbraio marzo aprile maggio giugno "
            "luglio agosto settembre ottobre novembre dicembre"
        ),
        "januari februari maart april mei juni juli augustus september oktober november december",
        "januari februari mars april maj juni juli augusti september oktober november december",
        (
            "stycznia lutego marca kwietnia maja czerwca "
            "lipca sierpnia września października listopada grudnia"
        ),
        "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
        "января февраля марта апреля мая июня июля августа сентября октября ноября декабря",
        "ledna února března dubna května června července srpna září října listopadu prosince",
        "januára februára marca apríla mája júna júla augusta septembra októbra novembra decembra",
        "januar februar marts april maj juni juli august september oktober november december",
        "januar februar mars april mai juni juli august september oktober november desember",
        (
            "tammikuuta helmikuuta maaliskuuta huhtikuuta toukokuuta kesäkuuta "
            "heinäkuuta elokuuta syyskuuta lokakuuta marraskuuta joulukuuta"
        ),
        "Ocak Şubat Mart Nisan Mayıs Haziran Temmuz Ağustos Eylül Ekim Kasım Aralık",
    ],
)
def test_months_are_read_in_many_languages(months: str) -> None:
    for number, month in enumerate(months.split(), start=1):
        assert read("date", f"19 {month} 2004")[0] == (f"2004-{number:02}-19",)
        assert read("date", f"19. {month} 2004")[0] == (f"2004-{number:02}-19",)


@pytest.mark.parametrize("value", ["3/4/2004", "2004-13", "2004-02-30", "soon", "31.11.2004"])
def test_what_is_no_date_or_could_be_two_is_noted(value: str) -> None:
    found, said = read("date", value)
    assert found == ()
    assert said == [f"not read: expected a date such as 2004-03-19, found {value!r}"]


@given(st.dates(date(1870, 1, 1), date(2100, 12, 31)))
def test_every_day_is_read_in_every_spelling_that_is_plain(day: date) -> None:
    for spelling in ("%Y-%m-%d", "%d %B %Y", "%B %d, %Y", "%d %b %Y", "%d.%m.%Y"):
        assert read("date", day.strftime(spelling))[0] == (day.isoformat(),)


@pytest.mark.parametrize(
    ("value", "tags"),
    [
        ("en", ["en"]),
        ("EN", ["en"]),
        ("English", ["en"]),
        ("eng", ["en"]),
        ("ger", ["de"]),
        ("Deutsch", ["de"]),
        ("français", ["fr"]),
        ("pt-br", ["pt-BR"]),
        ("zh-hant", ["zh-Hant"]),
        ("Mandarin", ["zh"]),
        ("cn", ["yue"]),
        ("English, French", ["en", "fr"]),
        ("English|Französisch", ["en", "fr"]),
        (["en", {"name": "Polski"}], ["en", "pl"]),
        ("None", []),
    ],
)
def test_a_language_is_read_by_code_or_name(value: object, tags: list[str]) -> None:
    assert read("languages", value) == (tuple(tags), [])


def test_an_unknown_language_is_noted_and_the_others_are_kept() -> None:
    found, said = read("languages", "English, Klingonish")
    assert found == ("en",)
    assert said == ["not read: expected a language such as en or English, found 'Klingonish'"]


@pytest.mark.parametrize(
    ("value", "names"),
    [
        ("US", ["United States"]),
        ("USA", ["United States"]),
        ("United States of America", ["United States"]),
        ("Deutschland", ["Germany"]),
        ("BRD", ["West Germany"]),
        ("EE.UU., U. K.", ["United States", "United Kingdom"]),
        ("США; Česko; ABD", ["United States", "Czechia"]),
        ("Côte d’Ivoire", ["Ivory Coast"]),
        ("Korea, South", ["South Korea"]),
        ("UK, France", ["United Kingdom", "France"]),
        ("Ruritania", ["Ruritania"]),
        ([{"iso_3166_1": "FR", "name": "France"}], ["France"]),
    ],
)
def test_a_country_gets_its_english_name(value: object, names: list[str]) -> None:
    assert read("countries", value) == (tuple(names), [])


@pytest.mark.parametrize(
    ("name", "value", "found"),
    [
        ("genres", "Drama, Romance", ("Drama", "Romance")),
        ("genres", "Drama|Sci-Fi", ("Drama", "Sci-Fi")),
        ("genres", "(no genres listed)", ()),
        ("genres", [{"id": 18, "name": "Drama"}], ("Drama",)),
        ("genres", ["Drama", "Drama"], ("Drama",)),
        ("companies", "Lions Gate Films, Inc.", ("Lions Gate Films, Inc.",)),
        ("companies", "One; Two", ("One", "Two")),
        ("certificate", " PG-13 ", ("PG-13",)),
        ("overview", "Two people\nforget.", ("Two people\nforget.",)),
        ("images", "https://example.org/a,b;c|d.jpg", ()),
        ("images", "https://example.org/a,b;c.jpg", ("https://example.org/a,b;c.jpg",)),
        ("collection", None, ()),
    ],
)
def test_other_fields_are_read(name: str, value: object, found: tuple[str, ...]) -> None:
    assert read(name, value)[0] == found


@pytest.mark.parametrize(
    "value", ["poster.jpg", "ftp://example.org/p", "https://", "javascript:alert(1)", "http://[x"]
)
def test_what_is_no_address_is_noted(value: str) -> None:
    found, said = read("images", value)
    assert (found, len(said)) == ((), 1)


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.just("2004") | st.just("en"),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["name", "title"]), inner),
    max_leaves=8,
)


@given(st.sampled_from(sorted(FACTS)), JSON_VALUES)
def test_whatever_stands_in_a_field_gives_texts_that_are_read_again_as_they_are(
    name: str, value: object
) -> None:
    found, _ = read(name, value)
    assert all(found) and len(set(found)) == len(found)
    if FACTS[name].many:
        assert read(name, list(found))[0] == found or any(
            set(each) & set("|;,/\n") for each in found
        )
    else:
        assert len(found) <= 1 and read(name, found[0] if found else None)[0] == found


def parsed(**fields: Any) -> FilmRecord:
    found = jsonlines.parse(json.dumps({"imdb": "tt0338013", "title": "A", **fields}))
    assert isinstance(found, FilmRecord)
    return found


def test_json_lines_give_everything() -> None:
    record = parsed(
        tmdb=38,
        original_title="B",
        alternativeTitles=["C", {"title": "D", "language": "German"}],
        writer="E, F",
        composers=[{"name": "G", "imdb": "nm0000001"}],
        genre="Drama",
        Duration=108,
        date="2004-03-19",
        ratings={"imdb": {"value": 8.3, "count": 1200}, "metacritic": "89", "movielens": 4},
    )
    assert record.identifiers == {"imdb": "tt0338013", "tmdb": "38"}
    assert record.year == 2004
    assert record.titles == (Title("B"), Title("C"), Title("D", "de"))
    assert record.crew == {
        "writers": (Credit("E"), Credit("F")),
        "composers": (Credit("G", "nm0000001"),),
    }
    assert record.facts == {
        "genres": ("Drama",),
        "duration": ("PT1H48M",),
        "date": ("2004-03-19",),
    }
    assert record.ratings == {
        "imdb": Rating(Decimal("8.3"), count=1200),
        "metacritic": Rating(Decimal(89), Decimal(100), Decimal(0)),
        "movielens": Rating(Decimal(4), Decimal(5), Decimal("0.5")),
    }
    assert record.notes == ()


@pytest.mark.parametrize(
    ("pages", "identifiers", "kept"),
    [
        (["https://www.imdb.com/title/tt0338013/"], {"imdb": "tt0338013"}, ()),
        (["https://www.wikidata.org/wiki/Q163872"], {"wikidata": "Q163872"}, ()),
        (["https://www.themoviedb.org/movie/38-eternal"], {"tmdb": "38"}, ()),
        (["https://example.org/film"], {}, ("https://example.org/film",)),
    ],
)
def test_a_page_that_tells_an_id_gives_it(
    pages: list[str], identifiers: dict[str, str], kept: tuple[str, ...]
) -> None:
    record = parsed(pages=pages)
    assert record.identifiers == {"imdb": "tt0338013", **identifiers}
    assert record.facts.get("pages", ()) == kept


def test_a_rating_that_cannot_be_read_is_noted_and_the_film_stays() -> None:
    record = parsed(ratings={"imdb": "good", "somewhere": 5, "tmdb": ""})
    assert record.ratings == {}
    known = ", ".join(SITES)
    assert [note.message for note in record.notes] == [
        'not read: expected a number such as 7.5, found "good"',
        f"rating not read: expected one of {known}, found 'somewhere'",
    ]


def test_the_text_format_has_the_same_fields() -> None:
    record = text.parse(
        "url: https://www.imdb.com/title/tt0338013/\ntitle: A\ngenres: Drama\ngenre: Romance\n"
        "duration: 108 min\nwriter: B\nsynopsis:\nC\n"
    )
    assert isinstance(record, FilmRecord)
    assert record.facts == {"genres": ("Drama", "Romance"), "duration": ("PT1H48M",)}
    assert record.crew == {"writers": (Credit("B"),)}
    assert record.lines["duration"] == 5
