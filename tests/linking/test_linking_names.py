"""Names are compared as people write them, and never on a surname alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.linking.names import (
    are_unlike,
    edits,
    is_inverted,
    is_turned,
    is_variant,
    same,
    share_somebody,
    similarity,
    titles_differ,
)
from etl.resolution.names import folded, title_spellings, titles

SAME = [
    ("Jim Carrey", "jim  carrey"),
    ("Carrey, Jim", "Jim Carrey"),
    ("Penélope Cruz", "Penelope Cruz"),
    ("李连杰", "李连杰"),
    ("Тарковский", "Tarkovskiy"),
    ("Deirdre O'Connell", "Deirdre O’Connell"),
    ("Robert Downey Jr.", "Robert Downey, Jr."),
    ("Jean-Pierre Cassel", "Jean Pierre Cassel"),
    ("J.R. Smith", "J. R. Smith"),
    ("Downey, Robert, Jr.", "Robert Downey Jr."),
    ("Downey Jr., Robert", "Robert Downey Jr."),
]
VARIANTS = [
    ("J. Carrey", "Jim Carrey"),
    ("Philip Hoffman", "Philip Seymour Hoffman"),
    ("Philip S. Hoffman", "Philip Seymour Hoffman"),
    ("Hoffman, Philip", "Philip Seymour Hoffman"),
    ("Robert Downey", "Robert Downey Jr."),
    ("J. Earl Jones", "James Earl Jones"),
    ("J. Trintignant", "Jean-Louis Trintignant"),
]
STRANGERS = [
    ("Carrey", "Jim Carrey"),
    ("Jim", "Jim Carrey"),
    ("J. Carrey", "Ken Carrey"),
    ("Robert Downey Jr.", "Robert Downey Sr."),
    ("J. Earl Jones", "Jeffrey Jones"),
    ("T. Miller", "T.J. Miller"),
    ("Jim Carrey", "Jim Broadbent"),
    ("Ben Affleck", "Casey Affleck"),
    ("James Thomas", "Thomas James"),
    ("Wong Kar-wai", "Kar-wai Wong"),
    ("Philip, Hoffman", "Philip Hoffman"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_spellings_of_one_name_are_the_same(one: str, other: str) -> None:
    assert same(one, other)
    assert same(other, one)


@pytest.mark.parametrize(("one", "other"), VARIANTS)
def test_short_and_inverted_names_are_variants(one: str, other: str) -> None:
    assert not same(one, other)
    assert is_variant(one, other)
    assert is_variant(other, one)


@pytest.mark.parametrize(("one", "other"), STRANGERS)
def test_strangers_are_neither(one: str, other: str) -> None:
    assert not same(one, other)
    assert not is_variant(one, other)


TURNED = [
    ("James Thomas", "Thomas James"),
    ("Wong Kar-wai", "Kar-wai Wong"),
    ("Hoffman Philip Seymour", "Philip Hoffman"),
    ("del Toro Guillermo", "Guillermo del Toro"),
    ("Downey Robert Jr.", "Robert Downey Jr."),
]


@pytest.mark.parametrize(("one", "other"), TURNED)
def test_a_name_that_is_turned_round_is_neither_but_is_known_as_that(one: str, other: str) -> None:
    assert not same(one, other)
    assert not is_variant(one, other)
    assert is_turned(one, other)
    assert is_turned(other, one)


def test_a_name_with_a_comma_or_of_one_word_is_never_turned_round() -> None:
    assert not is_turned("Carrey, Jim", "Jim Carrey")
    assert not is_turned("Carrey", "Carrey")
    assert not is_turned("Jim Carrey", "Jim Carrey")


INVERTED = [
    (["Pacino Al", "Mann Michael"], ["Al Pacino", "Michael Mann", "Val Kilmer"], True),
    (["Pacino Al", "Mann Michael", "Nobody Atall"], ["Al Pacino", "Michael Mann"], True),
    (["Pacino Al", "Michael Mann"], ["Al Pacino", "Michael Mann"], False),
    (["Pacino Al"], ["Al Pacino", "Michael Mann"], False),
    (["Pacino, Al", "Mann, Michael"], ["Al Pacino", "Michael Mann"], False),
    (["James Thomas", "Thomas James"], ["James Thomas", "Thomas James"], False),
]


@pytest.mark.parametrize(("names", "others", "inverted"), INVERTED)
def test_a_list_is_inverted_where_all_that_is_found_is_and_more_than_one(
    names: list[str], others: list[str], inverted: bool
) -> None:
    assert is_inverted(names, others) == inverted


SHARED = [
    (["Al Pacino"], ["Val Kilmer", "A. Pacino"], True),
    (["Al Pacino"], ["Val Kilmer"], False),
    (["Pacino Al"], ["Al Pacino"], False),
    (["Pacino Al", "Kilmer Val"], ["Al Pacino", "Val Kilmer"], True),
    (["Al Pacino"], [], None),
    (["Al Pacino"], ["アル・パチーノ"], None),
    (["アル・パチーノ"], ["アル・パチーノ"], True),
]


@pytest.mark.parametrize(("names", "others", "shared"), SHARED)
def test_two_lists_share_somebody_or_nobody_or_it_cannot_be_told(
    names: list[str], others: list[str], shared: bool | None
) -> None:
    assert share_somebody(names, others) is shared
    assert share_somebody(others, names) is shared


UNLIKE = [
    (["Jim Carrey"], ["Kate Winslet"], True),
    (["John Landis"], ["John Belushi"], True),
    (["Andrei Tarkovsky"], ["Andrey Tarkovskiy"], False),
    (["Jim Carrey"], ["Kate Winslet", "Jim Carrey"], False),
    (["Robin Wright Penn"], ["Robin Wright"], False),
    (["Ellen Page"], ["Elliot Page"], False),
    (["Carrey Jim"], ["Jim Carrey"], False),
    (["Jet Li"], ["李连杰"], False),
    ([], ["Jim Carrey"], False),
]


@pytest.mark.parametrize(("names", "others", "unlike"), UNLIKE)
def test_names_are_unlike_only_where_they_can_be_compared(
    names: list[str], others: list[str], unlike: bool
) -> None:
    assert are_unlike(names, others) == unlike
    assert are_unlike(others, names) == unlike


def test_suffixes_tell_people_apart_however_alike_they_are() -> None:
    assert similarity("Cuba Gooding Jr.", "Cuba Gooding Sr.") == 0
    assert edits("Cuba Gooding Jr.", "Cuba Gooding Sr.") > 2
    assert edits("Mark Ruffalo", "Mark Rufaflo") == 1


@given(st.text(), st.text())
def test_comparing_names_is_symmetric_and_never_fails(one: str, other: str) -> None:
    assert same(one, other) == same(other, one)
    assert is_variant(one, other) == is_variant(other, one)
    assert similarity(one, other) == pytest.approx(similarity(other, one))
    assert is_turned(one, other) == is_turned(other, one)
    assert are_unlike([one], [other]) == are_unlike([other], [one])
    assert not are_unlike([one], [one])
    assert share_somebody([one], [other]) == share_somebody([other], [one])
    assert folded(folded(one)) == folded(one)


TITLES = [
    ("Matrix, The", "The Matrix"),
    ("Seven (a.k.a. Se7en)", "Se7en"),
    ("City of Lost Children, The (Cité des enfants perdus, La)", "La cité des enfants perdus"),
    ("Pride & Prejudice", "Pride and Prejudice"),
    ("Amélie (Fabuleux destin d'Amélie Poulain, Le)", "Amelie"),
    ("Toy Story (1995)", "Toy Story"),
]


@pytest.mark.parametrize(("one", "other"), TITLES)
def test_titles_have_the_forms_that_lists_write_them_in(one: str, other: str) -> None:
    assert titles(one) & titles(other)


def test_a_year_in_brackets_is_no_title() -> None:
    assert titles("Toy Story (1995)").isdisjoint(titles("1995"))


def test_a_title_is_looked_up_as_it_is_written_and_with_its_article_in_front() -> None:
    assert title_spellings("Matrix, The (a.k.a. Neo)") == (
        "Matrix, The (a.k.a. Neo)",
        "The Matrix",
        "Neo",
    )
    assert title_spellings("L'Atalante") == ("L'Atalante",)


def test_titles_differ_only_where_they_are_in_one_script() -> None:
    assert titles_differ("Heat", ["Speed"]) is True
    assert titles_differ("Heat", ["Speed", "heat"]) is False
    assert titles_differ("Heat", ["熱"]) is None
    assert titles_differ("Heat", []) is None
    assert titles_differ("1917", ["Speed"]) is True
