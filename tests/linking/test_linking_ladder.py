"""The ladder links inside one film, each candidate once, and abstains rather than guess."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations
from random import Random

from hypothesis import example, given
from hypothesis import strategies as st

from etl.linking.candidates import (
    ACTOR,
    DIRECTOR,
    FilmCandidate,
    PersonCandidate,
    merged,
    merged_films,
)
from etl.linking.films import FilmMention, TitleIndex, link_by_id
from etl.linking.ladder import (
    FILM_NEAR_YEAR,
    FILM_TITLE,
    PERSON_ID_QUESTIONED,
    PERSON_SIMILAR,
    RUNGS,
)
from etl.linking.names import share_somebody, titles_differ
from etl.linking.people import Mention, link_people


def somebody(name: str, number: int, *roles: str) -> PersonCandidate:
    return PersonCandidate((name,), f"nm{number:07}", f"Q{number}", frozenset(roles or [ACTOR]))


def told(mentions: list[Mention], candidates: list[PersonCandidate]) -> list[str]:
    """Write each outcome in a line: rung and item, or the reason."""
    return [
        f"{each.mention.name}: {each.rung.name} {each.candidate.wikidata_id}"
        if each.rung and each.candidate
        else f"{each.mention.name}: {each.reason}"
        for each in link_people(mentions, candidates)
    ]


CAST = [
    somebody("Jim Carrey", 1),
    somebody("Philip Seymour Hoffman", 2),
    somebody("Kirsten Dunst", 3),
    somebody("Adolfo Fernández", 4),
    somebody("Ana Fernández", 5),
]


def test_the_surest_rung_decides() -> None:
    mentions = [
        Mention("Jimmy Carrey", "nm0000001"),
        Mention("Kirsten Dunst"),
        Mention("Philip Hoffman"),
    ]
    assert told(mentions, CAST) == [
        "Jimmy Carrey: person-id Q1",
        "Kirsten Dunst: person-name Q3",
        "Philip Hoffman: person-variant Q2",
    ]


def test_a_slip_of_the_pen_is_no_stranger() -> None:
    assert told([Mention("Kirsten Dusnt"), Mention("Jim Carey")], CAST) == [
        "Kirsten Dusnt: person-similar Q3",
        "Jim Carey: person-similar Q1",
    ]


def test_another_first_name_is_no_slip_of_the_pen() -> None:
    brother = [somebody("John Cusack", 1)]
    assert link_people([Mention("Joan Cusack")], brother)[0].rung is PERSON_SIMILAR
    [outcome] = link_people([Mention("Joan Cusack")], brother, frozenset({"joan", "cusack"}))
    assert outcome.reason == "nobody in the film's lists has this name"


def test_who_is_as_near_as_another_is_left_open_with_the_rivals() -> None:
    [outcome] = link_people([Mention("A. Fernández")], CAST)
    assert outcome.candidate is None
    assert outcome.reason == "several people of the film match"
    assert [str(rival) for rival in outcome.rivals] == [
        "Adolfo Fernández (nm0000004 Q4)",
        "Ana Fernández (nm0000005 Q5)",
    ]


def test_one_candidate_is_not_given_to_two_names() -> None:
    assert told([Mention("J. Carrey"), Mention("Jim B. Carrey")], CAST) == [
        "J. Carrey: several names match one person of the film: J. Carrey and Jim B. Carrey",
        "Jim B. Carrey: several names match one person of the film: J. Carrey and Jim B. Carrey",
    ]


def test_a_name_that_a_surer_rung_has_taken_is_no_rival_below() -> None:
    assert told([Mention("Ana Fernández"), Mention("A. Fernández")], CAST) == [
        "Ana Fernández: person-name Q5",
        "A. Fernández: person-variant Q4",
    ]


def test_of_two_of_one_name_the_one_of_that_work_is_meant() -> None:
    namesakes = [somebody("Tim Miller", 1, ACTOR), somebody("Tim Miller", 2, DIRECTOR)]
    director = Mention("Tim Miller", roles=frozenset({DIRECTOR}))
    assert told([director], namesakes) == ["Tim Miller: person-name Q2"]
    both = replace(director, roles=frozenset({DIRECTOR, ACTOR}))
    assert told([both], namesakes) == ["Tim Miller: several people of the film match"]


def test_an_id_of_ones_own_rules_out_namesakes_who_are_rivals() -> None:
    [outcome] = link_people([Mention("Jim Carrey", "nm0000099")], CAST)
    assert outcome.linked is None
    assert outcome.reason == "the record says that this is nm0000099"
    assert [str(rival) for rival in outcome.rivals] == ["Jim Carrey (nm0000001 Q1)"]


def test_an_id_that_is_somebody_of_quite_another_name_is_questioned() -> None:
    shifted = [Mention("Jim Carrey", "nm0000003"), Mention("Kirsten Dunst")]
    first, second = link_people(shifted, CAST)
    assert (first.linked, first.rung) == (None, PERSON_ID_QUESTIONED)
    assert first.reason == "nm0000003 is called 'Kirsten Dunst' there"
    assert second.linked == CAST[2]


def test_a_name_is_turned_round_only_where_all_names_are() -> None:
    thomas = [somebody("Thomas James", 1), somebody("Ana Cruz", 2)]
    first, second = link_people([Mention("James Thomas"), Mention("Ana Cruz")], thomas)
    assert (first.linked, second.linked) == (None, thomas[1])
    assert first.reason == "a person of the film has this name in reverse order"
    assert first.rivals == (thomas[0],)
    inverted = [Mention("James Thomas"), Mention("Cruz Ana")]
    assert told(inverted, thomas) == [
        "James Thomas: person-variant Q1",
        "Cruz Ana: person-variant Q2",
    ]


def test_a_surname_alone_is_nobody() -> None:
    assert told([Mention("Carrey")], CAST) == ["Carrey: nobody in the film's lists has this name"]


NAMES = st.sampled_from(["Jim Carrey", "J. Carrey", "Jim Carey", "Ana Cruz", "A. Cruz", "Cruz"])


@given(st.lists(NAMES, unique=True), st.lists(st.tuples(NAMES, st.integers(1, 5)), unique=True))
def test_no_candidate_is_ever_linked_twice_and_order_is_of_no_account(
    names: list[str], people: list[tuple[str, int]]
) -> None:
    mentions = [Mention(name) for name in names]
    candidates = merged(somebody(name, number) for name, number in people)
    found = {
        o.mention.name: o.candidate and o.candidate.key for o in link_people(mentions, candidates)
    }
    linked = [key for key in found.values() if key]
    assert len(linked) == len(set(linked))
    again = link_people(mentions[::-1], candidates[::-1])
    assert {o.mention.name: o.candidate and o.candidate.key for o in again} == found


FILM = FilmMention(
    "tt1", "The Dark Knight", 2008, "tt0000001", ("Christopher Nolan",), ("Heath Ledger", "Bo Ek")
)


def test_an_item_with_the_films_id_is_the_film() -> None:
    item = FilmCandidate(("The Dark Knight",), (2008,), "tt0000001", "Q1", ("Christopher Nolan",))
    outcome = link_by_id(FILM, [item])
    assert (outcome.rung and outcome.rung.name, outcome.candidate) == ("film-id", item)


def test_any_of_several_years_may_be_the_year() -> None:
    item = FilmCandidate(("Le Chevalier noir",), (2008, 2022), "tt0000001", "Q1")
    outcome = link_by_id(FILM, [item])
    assert outcome.rung and outcome.rung.name == "film-id"


def test_an_item_that_says_otherwise_is_questioned() -> None:
    item = FilmCandidate(("Inception",), (2010,), "tt0000001", "Q2", ("Christopher Nolan",))
    outcome = link_by_id(FILM, [item])
    assert outcome.rung and (outcome.rung.name, outcome.rung.predicate) == (
        "film-id-questioned",
        "skos:closeMatch",
    )
    assert outcome.reason == "the title there is 'Inception'; the year there is 2010"


def test_an_item_by_quite_other_people_and_of_another_title_is_questioned() -> None:
    item = FilmCandidate(("Inception",), (2008,), "tt0000001", "Q2", actors=("Ann Lee",))
    outcome = link_by_id(FILM, [item])
    assert outcome.linked is None
    assert outcome.reason == "the title there is 'Inception'; with others there: Ann Lee"
    assert link_by_id(FILM, [replace(item, titles=FILM_TITLES)]).linked


def test_two_items_with_one_id_are_left_to_a_person() -> None:
    items = [FilmCandidate((), (), "tt0000001", "Q1"), FilmCandidate((), (), "tt0000001", "Q2")]
    outcome = link_by_id(FILM, merged_films(items))
    assert outcome.rung is None
    assert outcome.reason == "several items have its IMDb id"


def titled(*candidates: FilmCandidate, film: FilmMention = FILM) -> str:
    outcome = TitleIndex(candidates).link(replace(film, imdb_id=None))
    return outcome.rung.name if outcome.rung else outcome.reason


FILM_TITLES = ("Dark Knight, The",)


def called(
    year: int, *directors: str, number: int = 1, actors: tuple[str, ...] = ()
) -> FilmCandidate:
    return FilmCandidate(FILM_TITLES, (year,), f"tt{number:07}", None, directors, actors=actors)


def test_without_an_id_title_year_and_somebody_have_to_agree() -> None:
    assert titled(called(2008, "Christopher Nolan")) == "film-title-director"
    assert titled(called(2008, actors=("Ann Lee", "H. Ledger"))) == "film-title-actor"
    assert titled(called(1999, "Christopher Nolan")) == "films called so are of other years"
    assert titled(FilmCandidate(("Inception",), (2008,))) == "no film is called so"
    assert titled(called(2008), film=replace(FILM, year=None)) == "its year is not known"


def test_without_somebody_in_both_it_is_for_a_person_to_look_at() -> None:
    outcome = TitleIndex([called(2008)]).link(FILM)
    assert (outcome.rung, outcome.linked) == (FILM_TITLE, None)
    assert outcome.reason == "nobody who worked on it is known in both"
    assert FILM_TITLE.predicate == FILM_NEAR_YEAR.predicate == "skos:closeMatch"
    unlike = called(2008, actors=("ヒース・レジャー",))
    assert titled(unlike) == titled(called(2008, "Ann Lee"), film=NOBODY) == "film-title"


NOBODY = replace(FILM, directors=(), actors=())


def test_a_cast_or_directors_that_share_nobody_are_a_contradiction() -> None:
    remake = called(2008, "Christopher Nolan", actors=("Ann Lee",))
    assert titled(remake) == "with others there: Ann Lee"
    assert titled(called(2008, "A B", actors=("Heath Ledger",))) == "directed there by A B"
    many = called(2008, "A B", "C D", "E F", "G H")
    assert titled(many) == "directed there by A B, C D, E F, …"
    near = called(2009, "Christopher Nolan", actors=("Ann Lee",))
    assert titled(near) == "films called so are of other years"


def test_a_year_that_is_one_off_needs_a_director_or_three_actors() -> None:
    assert titled(called(2009, "Christopher Nolan")) == "film-near-year-director"
    assert titled(called(2009, "Somebody Else")) == "films called so are of other years"
    cast = ("Heath Ledger", "Bo Ek", "Mei Lund")
    full = replace(FILM, actors=cast)
    assert titled(called(2009, actors=cast), film=full) == "film-near-year-cast"
    assert titled(called(2009, "Somebody Else", actors=cast), film=full) == (
        "films called so are of other years"
    )
    assert titled(called(2009, actors=cast[:2]), film=full) == "film-near-year"
    assert titled(called(2009)) == "film-near-year"
    saw = replace(FILM, title="Saw", year=2004)
    short = FilmCandidate(("Saw",), (2003,), "tt0000002")
    assert titled(short, film=saw) == "films called so are of other years"


def test_namesakes_of_one_year_are_told_apart_by_somebody_only() -> None:
    twins = [called(2008, "A B", number=1), called(2008, "Christopher Nolan", number=2)]
    assert titled(*twins) == "film-title-director"
    assert titled(called(2008, number=1), called(2008, number=2)) == "several films of that year"
    assert titled(called(2008, "A B")) == "directed there by A B"
    both = [called(2008, actors=("Bo Ek",), number=each) for each in (1, 2)]
    assert titled(*both) == "several films of that year"


def test_one_imdb_id_with_two_items_is_two_films_in_whatever_order() -> None:
    first = replace(called(2008, "Christopher Nolan"), wikidata_id="Q1")
    second, third = replace(first, wikidata_id="Q2"), replace(first, wikidata_id=None)
    for order in permutations((first, second, third)):
        found = merged_films(order)
        assert {each.wikidata_id for each in found} == {"Q1", "Q2", None}
        assert titled(*found) == "several films of that year"


def test_one_id_for_people_whose_names_are_unlike_joins_nobody() -> None:
    imdb = PersonCandidate(("Jim Carrey",), "nm0000001", evidence="IMDb")
    item = PersonCandidate(("Kate Winslet",), "nm0000001", "Q2", evidence="Wikidata")
    for order in permutations((imdb, item)):
        found = {each.label: each for each in merged(order)}
        assert (found["Jim Carrey"].imdb_id, found["Jim Carrey"].wikidata_id) == ("nm0000001", None)
        assert (found["Kate Winslet"].imdb_id, found["Kate Winslet"].wikidata_id) == (None, "Q2")
        assert all(each.doubt.startswith("nm0000001 is '") for each in found.values())


def test_one_id_for_films_of_different_titles_and_people_joins_none() -> None:
    imdb = FilmCandidate(("Heat",), (1995,), "tt0000001", actors=("Al Pacino",))
    item = FilmCandidate(("Speed",), (1994,), "tt0000001", "Q2", actors=("Keanu Reeves",))
    assert [each.wikidata_id for each in merged_films([imdb, item])] == [None, "Q2"]
    remade = replace(item, actors=("Al Pacino",))
    assert [each.wikidata_id for each in merged_films([imdb, remade])] == ["Q2"]


# Properties of the ladder for films

PEOPLE = st.lists(st.sampled_from(["Ann Lee", "Bo Ek", "A. Lee", "Lee Ann", "李"]), max_size=3)
TITLES = st.sampled_from(["Heat", "Heat, The", "The Heat of the Long Night", "Speed"])
YEARS = st.integers(1994, 1997)
MENTIONS = st.builds(
    FilmMention,
    st.just("movielens-1"),
    TITLES,
    st.one_of(st.none(), YEARS),
    st.just(None),
    PEOPLE.map(tuple),
    PEOPLE.map(tuple),
)
IDS = st.one_of(st.none(), st.integers(1, 3).map(str))
CANDIDATES = st.builds(
    FilmCandidate,
    TITLES.map(lambda title: (title,)),
    YEARS.map(lambda year: (year,)),
    IDS.map(lambda each: each and f"tt000000{each}"),
    IDS.map(lambda each: each and f"Q{each}"),
    PEOPLE.map(tuple),
    st.just(""),
    PEOPLE.map(tuple),
)


@given(MENTIONS, st.lists(CANDIDATES, max_size=5))
def test_a_film_without_an_id_is_never_linked_but_with_somebody_in_common(
    film: FilmMention, candidates: list[FilmCandidate]
) -> None:
    found = TitleIndex(merged_films(candidates)).link(film).linked
    if found is not None:
        directors = share_somebody(film.directors, found.directors)
        actors = share_somebody(film.actors, found.actors)
        assert True in (directors, actors)
        assert False not in (directors, actors)
        assert titles_differ(film.title, found.titles) is False
        assert film.year is not None and min(abs(film.year - y) for y in found.years) <= 1


@given(MENTIONS, st.lists(CANDIDATES, max_size=5), st.randoms(use_true_random=False))
@example(
    FilmMention("movielens-1", "Heat", None),
    [
        FilmCandidate(("Heat",), (1994,), "tt0000001", actors=("Ann Lee", "Ann Lee")),
        FilmCandidate(("Heat, The",), (1994,), "tt0000001", actors=("Lee Ann",)),
    ],
    Random(3),
)
@example(
    FilmMention("movielens-1", "Heat", 1994, directors=("Ann Lee",)),
    [FilmCandidate(("Heat",), (1994,)), FilmCandidate(("Heat",), (1994,), directors=("Ann Lee",))],
    Random(1),
)
def test_the_order_of_evidence_is_of_no_account_for_films(
    film: FilmMention, candidates: list[FilmCandidate], chance: Random
) -> None:
    def outcome(listed: list[FilmCandidate]) -> tuple[object, ...]:
        found = TitleIndex(merged_films(listed)).link(film)
        by_id = link_by_id(replace(film, imdb_id="tt0000001"), merged_films(listed))
        return (
            found.rung,
            found.candidate and (found.candidate.imdb_id, found.candidate.wikidata_id),
            {each.key for each in found.rivals},
            by_id.rung,
        )

    shuffled = list(candidates)
    chance.shuffle(shuffled)
    assert outcome(shuffled) == outcome(candidates)


def test_every_rung_has_a_name_and_a_justification_of_its_own() -> None:
    assert len({rung.name for rung in RUNGS}) == len(RUNGS)
    assert all(rung.justification.startswith("semapv:") for rung in RUNGS)
    assert all(0 < rung.confidence <= 1 for rung in RUNGS)
