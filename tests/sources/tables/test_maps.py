"""A column map is checked whole before a row is read; what is wrong has its line and key."""

from __future__ import annotations

import tomllib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etl.errors import SourceError
from etl.sources.tables.forms import map_of
from etl.sources.tables.language import FIELDS
from etl.sources.tables.maps import ColumnMap, read_map
from etl.sources.tables.plans import Plan
from etl.sources.tables.positions import line_of
from etl.sources.tables.shipped import SHIPPED
from thoroughness import examples

GOOD = """# invented
map = 1
null = ["k. A."]

[fields]
title = "Filmtitel"
year = "Jahr"
directors = { column = "Regie", split = ["/", " und "] }
ids.imdb = { column = "Link", find = 'tt\\d+' }
rating = { value = "Note", best = 10, worst = 1 }
"""


def refused(text: str) -> str:
    with pytest.raises(SourceError) as caught:
        read_map(text, "films.toml")
    assert caught.value.hint
    return str(caught.value)


def test_a_good_map_is_read() -> None:
    assert [spec.field for spec in read_map(GOOD, "films.toml").specs] == [
        "title",
        "year",
        "directors",
        "imdb",
        "rating",
    ]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("map = 1", "map = 2", "films.toml:2: map: expected map = 1, found 2"),
        ("map = 1", "", "films.toml:1: map: expected map = 1, found nothing"),
        ("null", "nul", "films.toml:3: nul: unknown key 'nul'; did you mean 'null'?"),
        (
            "year",
            "yaer",
            "films.toml:7: fields.yaer: unknown field 'yaer'; did you mean 'year'?",
        ),
        (
            "split",
            "splitt",
            "films.toml:8: fields.directors.splitt: unknown key 'splitt'; did you mean 'split'?",
        ),
        (
            "ids.imdb",
            "ids.imbd",
            "films.toml:9: fields.ids.imbd: unknown scheme 'imbd'; did you mean 'imdb'?",
        ),
        (
            "tt\\d+",
            "tt(\\d+",
            (
                "films.toml:9: fields.ids.imdb.find: not a pattern: "
                "missing ), unterminated subpattern at position 2"
            ),
        ),
        (
            "tt\\d+",
            "(t)(t)",
            "films.toml:9: fields.ids.imdb.find: expected one group, or groups named h and m",
        ),
        (
            "best = 10, worst = 1",
            "best = 1, worst = 6",
            (
                "films.toml:10: fields.rating.best: expected a scale whose best mark is its "
                "highest; leave a rating out that has no such scale"
            ),
        ),
        (
            '{ value = "Note", best = 10, worst = 1 }',
            "{ best = 10 }",
            "films.toml:10: fields.rating: no key 'value' in it, the column of the rating",
        ),
        (
            '"Jahr"',
            "1987",
            "films.toml:7: fields.year: expected a column's name or a table, found 1987",
        ),
        (
            '"Jahr"',
            '{ split = "," }',
            "films.toml:7: fields.year: expected one of column, columns, first",
        ),
        (
            '"Jahr"',
            '{ column = "Jahr", unit = "days" }',
            "films.toml:7: fields.year.unit: expected min, h or s, found 'days'",
        ),
        (
            '"Jahr"',
            '{ column = "Jahr", style = "movie lens" }',
            "films.toml:7: fields.year.style: expected movielens",
        ),
        (
            '"Jahr"',
            '{ column = "Jahr", template = "{a}" }',
            "films.toml:7: fields.year.template: expected a text with {} for the value",
        ),
        (
            '"Jahr"',
            '{ column = "Jahr", where = { a = "b" } }',
            "films.toml:7: fields.year.where: expected with json, or of a joined file's column",
        ),
        ('["k. A."]', '"k. A."', "films.toml:3: null: expected a list of texts, found 'k. A.'"),
        (
            "null",
            'encoding = "klingon"\nnull',
            "films.toml:3: encoding: no encoding of this name: 'klingon'",
        ),
        ("null", 'films = { column = "x" }\nnull', "films.toml:3: films: no key 'in' in it"),
        (
            "null",
            'quote = "ab"\nnull',
            "films.toml:3: quote: expected one character, or none for no quoting",
        ),
        ("null", 'with.a = { on = "x" }\nnull', "films.toml:3: with.a: no key 'recognise' in it"),
        (
            'title = "Filmtitel"',
            "",
            "films.toml:5: fields: no field 'title': a film is not told without one",
        ),
        ('"Jahr"', "", "films.toml:7: not TOML: invalid value"),
        ('"Jahr"', '"Jahr', "films.toml:7: not TOML: illegal character '\\n'"),
    ],
)
def test_what_is_wrong_has_line_and_key(old: str, new: str, message: str) -> None:
    assert refused(GOOD.replace(old, new, 1)) == message


def test_a_column_that_is_not_there_is_told_with_the_nearest() -> None:
    plan = Plan.bound(read_map(GOOD, "films.toml"), ["FilmTitel", "Jahre", "Regie", "Link", "Note"])
    with pytest.raises(SourceError) as caught:
        plan.expect("films.csv", everything=True)
    told = "films.toml:7: fields.year.column: films.csv has no column 'Jahr'; did you mean 'Jahre'?"
    assert str(caught.value) == told
    assert caught.value.hint == "its columns are FilmTitel, Jahre, Regie, Link, Note"


def test_a_line_is_found_where_a_table_repeats_a_key() -> None:
    text = 'map = 1\n[fields]\ntitle = { column = "a" }\nratings = [\n  { site = "b" } ]\n'
    assert line_of(text, ("fields", "title", "column")) == 3
    assert line_of(text, ("fields", "ratings", "site")) == 5


@settings(max_examples=examples(200, 5000))
@given(st.text(max_size=200) | st.sampled_from(FIELDS).map(lambda f: f"map = 1\n[fields]\n{f} = 1"))
def test_any_text_is_a_map_or_is_refused_with_a_line(text: str) -> None:
    try:
        read_map(text, "films.toml")
    except SourceError as error:
        assert str(error).startswith("films.toml:")
        assert str(error).split(":")[1].isdigit()


_VALUES = st.recursive(
    st.booleans() | st.integers(-9, 99) | st.text("abc,{}(\\d", max_size=6),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                "column columns first split find where json values unit date best value".split()
            ),
            inner,
            max_size=3,
        )
    ),
    max_leaves=6,
)


def _toml(value: object) -> str:
    match value:
        case bool():
            return str(value).lower()
        case int():
            return str(value)
        case str():
            return f"'{value}'"
        case list():
            return f"[{', '.join(map(_toml, value))}]"
        case dict():
            return "{ " + ", ".join(f"{k} = {_toml(v)}" for k, v in value.items()) + " }"
        case _:
            raise AssertionError(value)


@settings(max_examples=examples(300, 5000))
@given(st.sampled_from(sorted(FIELDS)), _VALUES)
def test_any_value_of_a_field_is_read_or_refused(field: str, value: object) -> None:
    key = f"{field}.imdb" if field == "ids" else field
    title = "" if field == "title" else "title = 'a'\n"
    text = f"map = 1\n[fields]\n{title}{key} = {_toml(value)}\n"
    tomllib.loads(text)
    try:
        made = read_map(text, "films.toml")
    except SourceError as error:
        assert f"fields.{field}" in str(error)
    else:
        Plan.bound(made, ["a", "b", "c"])


@pytest.mark.parametrize("name", SHIPPED)
def test_a_map_that_ships_reads_the_columns_that_it_recognises(name: str) -> None:
    made: ColumnMap = map_of(name)
    assert made.recognise or made.top.get("like")
    known = {each.casefold() for each in (*made.named, *made.top.get("ignore", ()))}
    assert {each.casefold() for each in made.recognise} <= known


def test_people_who_are_objects_have_no_text_to_change() -> None:
    told = "{ column = 'c', json = 'who', id.imdb = 'nm', find = 'x' }"
    text = f"map = 1\n[fields]\ntitle = 't'\nactors = {told}\n"
    with pytest.raises(SourceError, match=r"^films.toml:4: fields.actors.find: expected without"):
        read_map(text, "films.toml")
