"""Names are compared as people write them, and never on a surname alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.linking.names import edits, folded, is_variant, same, similarity, title_spellings, titles

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
]
VARIANTS = [
    ("J. Carrey", "Jim Carrey"),
    ("Philip Hoffman", "Philip Seymour Hoffman"),
    ("Philip S. Hoffman", "Philip Seymour Hoffman"),
    ("Wong Kar-wai", "Kar-wai Wong"),
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


def test_suffixes_tell_people_apart_however_alike_they_are() -> None:
    assert similarity("Cuba Gooding Jr.", "Cuba Gooding Sr.") == 0
    assert edits("Cuba Gooding Jr.", "Cuba Gooding Sr.") > 2
    assert edits("Mark Ruffalo", "Mark Rufaflo") == 1


@given(st.text(), st.text())
def test_comparing_names_is_symmetric_and_never_fails(one: str, other: str) -> None:
    assert same(one, other) == same(other, one)
    assert is_variant(one, other) == is_variant(other, one)
    assert similarity(one, other) == pytest.approx(similarity(other, one))
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
