"""Which films that share no id are one: rung by rung, in no order, and never two of one source."""

from __future__ import annotations

import random
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etl.records import Credit, FilmRecord, Title
from etl.resolution.matching import RUNGS, Matching, Pair, Seen
from etl.resolution.names import exact_titles, loose_titles, words_of_name
from matching_oracle import Facts, Told, agreement, facts_of, matched
from thoroughness import examples

SAME = [
    ("The Matrix", "Matrix, The"),
    ("The Matrix", "MATRIX"),
    ("Léon", "Leon (a.k.a. The Professional)"),
    ("Rocky II", "Rocky 2"),
    ("The Godfather Part II", "The Godfather: Part 2"),
    ("Fast & Furious", "Fast and Furious"),
    ("Oldtown", "Old Town"),
    ("Stalker", "Сталкер"),
    ("Iron Man 3", "Iron Man Three"),
    ("Oak Dr.", "Oak Drive"),
    ("Dr. Amber", "Doctor Amber"),
    ("St. Amber", "Saint Amber"),
    ("Amber: The War - Part I", "Amber: The War"),
    ("Amber: Vol. 1", "Amber: Volume 1"),
]
LOOSER = [
    ("Amber: The Story", "Amber"),
    ("Amber - The Story", "Amber"),
    ("Star Wars: Episode V - The Empire Strikes Back", "The Empire Strikes Back"),
    ("Jon Halde's Amber", "Amber"),
]
OTHER = [
    ("Rocky", "Rocky II"),
    ("Amber: Part I", "Amber: Part II"),
    ("Part One", "Part Two"),
    ("Die Hard", "Hard"),
    ("Amber", "Ember"),
    ("Part", "Parts"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_titles_are_the_same_however_they_are_written(one: str, other: str) -> None:
    assert exact_titles(one) & exact_titles(other)


@pytest.mark.parametrize(("one", "other"), LOOSER)
def test_a_looser_title_is_not_the_same_but_near(one: str, other: str) -> None:
    assert not exact_titles(one) & exact_titles(other)
    assert loose_titles(one) & exact_titles(other)


@pytest.mark.parametrize(("one", "other"), OTHER)
def test_other_titles_are_neither(one: str, other: str) -> None:
    assert not (exact_titles(one) | loose_titles(one)) & exact_titles(other)


@given(st.text(min_size=1))
def test_a_title_has_a_form_if_it_has_a_letter(text: str) -> None:
    forms = exact_titles(text) | loose_titles(text)
    assert all(forms)
    assert exact_titles(text) or not any(letter.isascii() and letter.isalnum() for letter in text)


@pytest.mark.parametrize("name", ["Takeshi Kitano", "KITANO Takeshi", "Kitano, Takeshi"])
def test_a_name_is_the_same_whichever_way_round(name: str) -> None:
    assert words_of_name(name) == "kitano takeshi"


def film(
    key: str, source: str, *people: str, ids: tuple[tuple[str, str], ...] = ()
) -> tuple[str, Seen]:
    return key, Seen(key, frozenset({source}), frozenset(ids), frozenset(people))


def told(
    films: dict[str, Seen], *pairs: Pair, barred: tuple[frozenset[str], ...] = ()
) -> list[tuple[str, str, str | None, str, str]]:
    found = Matching(films, barred).matches(pairs)
    return [(m.film, m.other, m.key, m.rung, m.reason) for m in found]


def test_a_witness_joins() -> None:
    films = dict([film("tt1", "a", "mann", "pacino"), film("record-1", "b", "pacino")])
    pair = Pair("record-1", "tt1", titles=("HEAT", "Heat"), years=(1995, 1995))
    [match] = Matching(films).matches([pair])
    assert match[:4] == ("record-1", "tt1", "tt1", "match-witness")
    assert match.evidence(["Michael Mann", "Pacino"]) == "HEAT, 1995; Heat, 1995; Pacino"


def test_a_near_title_or_year_needs_a_witness() -> None:
    films = dict([film("tt1", "a", "mann"), film("record-1", "b", "mann"), film("record-2", "c")])
    pairs = Pair("record-1", "tt1", near=True), Pair("record-2", "tt1", near=True)
    assert told(films, *pairs) == [
        ("record-1", "tt1", "tt1", "match-near", ""),
        ("record-2", "tt1", None, "match-open", "nobody who worked on it is known in both"),
    ]


@pytest.mark.parametrize(
    ("people", "outcome"),
    [
        (("mann", "pacino", "de niro robert"), "match-open"),
        (("mann",), ""),
        (("mann", "nm0000520"), ""),
        (("nm0000520", "nm0000199"), "match-open"),
        ((), ""),
    ],
)
def test_two_people_have_a_near_title_in_a_near_year_reviewed(
    people: tuple[str, ...], outcome: str
) -> None:
    films = dict([film("tt1", "a", *people), film("record-1", "b", *people)])
    pair = Pair("record-1", "tt1", 2, ("Heat: Part One", "Heat"), (1995, 1996))
    found = [(m.key, m.rung, m.reason, m.witness) for m in Matching(films).matches([pair])]
    told = (None, outcome, "title and year agree only nearly", min(people, default=""))
    assert found == ([told] if outcome else [])


@pytest.mark.parametrize(
    "films",
    [
        [film("tt1", "a", "mann"), film("record-1", "b", "lang")],
        [film("tt1", "a"), film("record-1", "a")],
        [film("tt1", "a", ids=(("imdb", "tt1"),)), film("tt2", "b", ids=(("imdb", "tt2"),))],
    ],
    ids=["of other people", "of one source", "of other ids"],
)
def test_what_something_speaks_against_is_not_for_review(films: list[tuple[str, Seen]]) -> None:
    [one, other] = (key for key, _ in films)
    assert told(dict(films), Pair(min(one, other), max(one, other), near=True)) == []


def test_a_film_that_has_been_matched_is_not_offered_another_of_that_source() -> None:
    films = dict([film("tt1", "a", "mann"), film("record-1", "b"), film("record-2", "b")])
    pairs = Pair("record-1", "tt1"), Pair("record-2", "tt1", near=True)
    assert told(films, *pairs) == [("record-1", "tt1", "tt1", "match-title", "")]


def test_one_that_names_nobody_joins_two_of_other_titles_and_the_same_people() -> None:
    films = dict([film("tt1", "a", "mann"), film("record-1", "b"), film("record-2", "c", "mann")])
    pairs = Pair("record-1", "tt1"), Pair("record-1", "record-2")
    assert [(m[0], m[2], m[3]) for m in told(films, *pairs)] == [
        ("record-1", "tt1", "match-title"),
        ("record-2", "tt1", "match-title"),
    ]


def test_title_and_year_alone_join_where_one_side_names_nobody() -> None:
    films = dict([film("tt1", "a", "mann"), film("record-1", "b")])
    assert told(films, Pair("record-1", "tt1")) == [("record-1", "tt1", "tt1", "match-title", "")]
    [open_] = Matching(films).matches([Pair("record-1", "tt1")], RUNGS[:-1])
    assert (open_.key, open_.rung) == (None, "match-open")


def test_nobody_in_common_forbids_it() -> None:
    films = dict([film("tt1", "a", "mann"), film("record-1", "b", "lang")])
    assert told(films, Pair("record-1", "tt1")) == []


def test_two_films_of_one_source_that_a_third_could_be_leave_it_alone() -> None:
    films = dict([film("tt1", "a"), film("tt2", "a", "mann"), film("record-1", "b")])
    pairs = Pair("record-1", "tt1"), Pair("record-1", "tt2")
    reason = "several ids of imdb"
    films["tt1"] = Seen("tt1", frozenset("a"), frozenset({("imdb", "tt1")}), frozenset())
    films["tt2"] = Seen("tt2", frozenset("a"), frozenset({("imdb", "tt2")}), frozenset({"mann"}))
    assert told(films, *pairs) == [
        ("record-1", "tt1", None, "match-title", reason),
        ("record-1", "tt2", None, "match-title", reason),
    ]


def test_a_namesake_by_others_makes_title_and_year_ambiguous() -> None:
    films = dict([film("tt1", "a", "mann"), film("record-1", "b"), film("record-2", "b", "lang")])
    pairs = Pair("record-1", "tt1"), Pair("record-2", "tt1")
    assert told(films, *pairs) == [
        ("record-1", "tt1", None, "match-title", "several films of one source")
    ]


def test_a_witness_goes_before_title_and_year_alone() -> None:
    films = dict([film("tt1", "a", "mann"), film("record-1", "b", "mann"), film("record-2", "b")])
    pairs = Pair("record-1", "tt1"), Pair("record-2", "tt1")
    assert told(films, *pairs) == [("record-1", "tt1", "tt1", "match-witness", "")]


def test_two_ids_of_one_scheme_are_a_conflict_that_is_listed() -> None:
    films = dict(
        [
            film("tt1", "a", "mann", ids=(("imdb", "tt1"),)),
            film("tt2", "b", "mann", ids=(("imdb", "tt2"),)),
        ]
    )
    assert told(films, Pair("tt1", "tt2")) == [
        ("tt2", "tt1", None, "match-witness", "several ids of imdb")
    ]


def test_a_decision_wins() -> None:
    films = dict([film("tt1", "a", "mann"), film("record-1", "b", "mann"), film("record-2", "b")])
    pair, decided = Pair("record-1", "tt1"), Pair("record-2", "tt1", decided=True)
    barred = frozenset({"record-1", "tt1"})
    assert told(films, pair, decided, barred=(barred,)) == [
        ("record-2", "tt1", "tt1", "decision", "")
    ]


def test_of_films_of_three_sources_each_says_by_what_it_came() -> None:
    films = dict([film("tt1", "a", "mann"), film("record-1", "b", "mann"), film("record-2", "c")])
    pairs = Pair("record-1", "record-2"), Pair("record-1", "tt1"), Pair("record-2", "tt1")
    assert told(films, *pairs) == [
        ("record-1", "tt1", "tt1", "match-witness", ""),
        ("record-2", "tt1", "tt1", "match-title", ""),
    ]


# All at once, against the oracle

credits_ = st.lists(st.sampled_from("ABC").map(Credit), max_size=2).map(tuple)


@st.composite
def records(draw: st.DrawFn) -> Told:
    ids = draw(st.dictionaries(st.sampled_from(["imdb", "tmdb"]), st.sampled_from("12")))
    title = draw(st.sampled_from(["Heat", "Heat", "Heat: A Story", "Emma"]))
    other = draw(st.sampled_from([(), (), (Title("Emma"),)]))
    year = draw(st.sampled_from([1995, 1995, 1996, None]))
    record = FilmRecord(
        ids, title, year, directors=draw(credits_), actors=draw(credits_), titles=other
    )
    return draw(st.sampled_from("abcd")), record


@st.composite
def worlds(draw: st.DrawFn) -> dict[str, list[Told]]:
    """Draw films, each by its key, with what some sources say of it."""
    films: dict[str, list[Told]] = {}
    for number, each in enumerate(draw(st.lists(st.lists(records(), min_size=1, max_size=2)))):
        films[f"record-{number}"] = each
    return films


def seen(key: str, facts: Facts) -> Seen:
    ids = frozenset((scheme, each) for scheme, some in facts.ids.items() for each in some)
    return Seen(key, frozenset(facts.sources), ids, frozenset(facts.people))


@given(worlds(), st.randoms(use_true_random=False))
@settings(max_examples=examples(300, 2000), deadline=None)
def test_films_are_matched_as_the_oracle_says_in_whatever_order(
    films: dict[str, list[Told]], chance: random.Random
) -> None:
    facts = {film: facts_of(each) for film, each in films.items()}
    pairs = [
        Pair(min(one, other), max(one, other), near=("exact", "near", "far").index(how))
        for one, other in combinations(facts, 2)
        if (how := agreement(facts[one], facts[other]))
        and not facts[one].sources & facts[other].sources
    ]
    held = {film: seen(film, each) for film, each in facts.items()}
    found = Matching(held).matches(pairs)
    assert {match.film: match.key for match in found if match.key} == matched(films)
    chance.shuffle(pairs)
    turned = dict(reversed(held.items()))
    assert Matching(turned).matches(pairs) == found
