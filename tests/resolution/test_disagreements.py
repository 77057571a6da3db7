"""Sources disagree where what they say cannot all be so, and nowhere else."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from etl.entities.drafting import draft
from etl.rdf.identifiers import Iris
from etl.records import FilmRecord, Origin, Rating, Title
from etl.resolution.disagreements import disagreements
from etl.resolution.groups import Group, Member
from etl.resolution.people import NO_IDENTITIES

Told = dict[str, Any]


def group(*told: Told, **first: list[int]) -> Group:
    """Put records of sources 1, 2, … together, whose versions are so numbered."""
    members = (
        Member(Origin(str(n), "a", 1), FilmRecord({"imdb": "tt9900001"}, **each), n)
        for n, each in enumerate(told, start=1)
    )
    return Group("tt9900001", "", tuple(members), None, first)


def found(*told: Told, **first: list[int]) -> list[tuple[str, str, str, str]]:
    return [
        (each.field, each.chosen, each.member.origin.source, each.said)
        for each in disagreements(group(*told, **first))
    ]


def facts(**told: str | tuple[str, ...]) -> Told:
    return {"facts": {k: (v,) if isinstance(v, str) else v for k, v in told.items()}}


def rated(value: str) -> Told:
    return {"ratings": {"imdb": Rating(Decimal(value))}}


AGREEING: list[tuple[Told, Told]] = [
    ({"title": "The Amber Signal"}, {"title": "amber signal, the"}),
    ({"title": "Amber"}, {"title": "Bernstein", "titles": (Title("Amber", "en"),)}),
    ({"title": "Amber"}, {"year": 1987}),
    ({"year": 1987, **facts(date="1987")}, {"year": 1987, **facts(date="1987-10-02")}),
    (facts(genres=("Drama", "War")), facts(genres=("war", "Crime"))),
    (facts(overview="A man."), facts(overview="A woman.")),
    (facts(images="https://a.example/1"), facts(images="https://b.example/2")),
    ({"synopsis": "A man."}, {"synopsis": "A woman."}),
    (rated("7.1"), rated("7.10")),
    (rated("7.1"), {"rating": Rating(Decimal(3))}),
]


@pytest.mark.parametrize(("one", "other"), AGREEING)
def test_what_can_both_be_so_is_no_disagreement(one: Told, other: Told) -> None:
    assert found(one, other) == found(other, one) == []


DISAGREEING: list[tuple[Told, Told, tuple[str, str, str]]] = [
    ({"title": "Amber"}, {"title": "Tides"}, ("title", "Amber", "Tides")),
    ({"year": 1987}, {"year": 1988}, ("year", "1987", "1988")),
    (facts(duration="PT1H"), facts(duration="PT2H"), ("duration", "PT1H", "PT2H")),
    (facts(countries=("Peru",)), facts(countries=("Chad",)), ("countries", "Peru", "Chad")),
    (rated("7.1"), rated("8"), ("ratings.imdb", "7.1", "8")),
]


@pytest.mark.parametrize(("one", "other", "expected"), DISAGREEING)
def test_what_cannot_both_be_so_is_told_with_what_the_film_has(
    one: Told, other: Told, expected: tuple[str, str, str]
) -> None:
    field, first, second = expected
    assert found(one, other) == [(field, first, "2", second)]
    assert found(other, one) == [(field, second, "2", first)]
    whole = field.partition(".")[0]
    assert found(one, other, **{whole: [2, 1]}) == [(field, second, "1", first)]


def test_a_date_of_another_year_disagrees_as_a_year_alone() -> None:
    one = {"year": 1987, **facts(date="1987-10-02")}
    other = {"year": 1988, **facts(date="1988-01-05")}
    third = {"year": 1987, **facts(date="1987-12-24")}
    assert found(one, other, third) == [
        ("year", "1987", "2", "1988"),
        ("date", "1987-10-02", "3", "1987-12-24"),
    ]


def test_a_field_with_ranks_of_its_own_has_the_value_of_the_first_source_that_has_one() -> None:
    one = {"title": "A", "synopsis": "One.", "year": 1987, **facts(genres="Drama", date="1987-10")}
    other = {"title": "B", "year": 1988, **facts(genres="War", date="1988", certificate="PG")}
    rating = {"rating": Rating(Decimal(3)), **rated("8")}
    told = group({**one, **rated("7")}, {**other, **rating}, title=[2], synopsis=[2], genres=[2])
    film = draft(told, NO_IDENTITIES, Iris()).film
    assert (film.title, film.synopsis, film.year) == ("B", "One.", 1987)
    assert film.facts == {"genres": ("War",), "date": ("1987-10",), "certificate": ("PG",)}
    assert film.rating == rating["rating"]
    assert film.ratings["imdb"].value == Decimal(7)
    told = group({**one, **rated("7")}, {**other, **rating}, year=[2], ratings=[2], date=[1])
    film = draft(told, NO_IDENTITIES, Iris()).film
    assert (film.title, film.year, film.facts["date"]) == ("A", 1988, ("1988",))
    assert film.facts["genres"] == ("Drama",)
    assert film.ratings["imdb"].value == Decimal(8)
