"""The ladder links inside one film, each candidate once, and abstains rather than guess."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
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
from etl.linking.ladder import PERSON_SIMILAR, RUNGS
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
        Mention("Carey Jim", "nm0000001"),
        Mention("Kirsten Dunst"),
        Mention("Philip Hoffman"),
    ]
    assert told(mentions, CAST) == [
        "Carey Jim: person-id Q1",
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
    assert outcome.reason == "nobody in the film's lists is called so"


def test_who_is_as_near_as_another_is_left_open_with_the_rivals() -> None:
    [outcome] = link_people([Mention("A. Fernández")], CAST)
    assert outcome.candidate is None
    assert outcome.reason == "several people of the film come into question"
    assert [str(rival) for rival in outcome.rivals] == [
        "Adolfo Fernández (nm0000004 Q4)",
        "Ana Fernández (nm0000005 Q5)",
    ]


def test_one_candidate_is_not_given_to_two_names() -> None:
    assert told([Mention("J. Carrey"), Mention("Jim B. Carrey")], CAST) == [
        "J. Carrey: one person of the film for several names: J. Carrey and Jim B. Carrey",
        "Jim B. Carrey: one person of the film for several names: J. Carrey and Jim B. Carrey",
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
    assert told([both], namesakes) == ["Tim Miller: several people of the film come into question"]


def test_an_id_of_ones_own_rules_out_namesakes() -> None:
    assert told([Mention("Jim Carrey", "nm0000099")], CAST) == [
        "Jim Carrey: nobody in the film's lists is called so"
    ]


def test_a_surname_alone_is_nobody() -> None:
    assert told([Mention("Carrey")], CAST) == ["Carrey: nobody in the film's lists is called so"]


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


FILM = FilmMention("tt1", "The Dark Knight", 2008, "tt0000001", ("Christopher Nolan",))


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


def test_two_items_with_one_id_are_left_to_a_person() -> None:
    items = [FilmCandidate((), (), "tt0000001", "Q1"), FilmCandidate((), (), "tt0000001", "Q2")]
    outcome = link_by_id(FILM, merged_films(items))
    assert outcome.rung is None
    assert outcome.reason == "several items have its IMDb id"


def titled(*candidates: FilmCandidate, film: FilmMention = FILM) -> str:
    outcome = TitleIndex(candidates).link(replace(film, imdb_id=None))
    return outcome.rung.name if outcome.rung else outcome.reason


def called(year: int, *directors: str, number: int = 1) -> FilmCandidate:
    return FilmCandidate(("Dark Knight, The",), (year,), f"tt{number:07}", None, directors)


def test_without_an_id_title_and_year_have_to_agree() -> None:
    assert titled(called(2008)) == "film-title"
    assert titled(called(2008, "Christopher Nolan")) == "film-title-director"
    assert titled(called(1999)) == "films called so are of other years"
    assert titled(FilmCandidate(("Inception",), (2008,))) == "no film is called so"


def test_a_year_that_is_one_off_needs_a_director_or_a_title_of_its_own() -> None:
    assert titled(called(2009, "Christopher Nolan")) == "film-near-year-director"
    assert titled(called(2009, "Somebody Else")) == "films called so are of other years"
    assert titled(called(2009)) == "film-near-year"
    saw = replace(FILM, title="Saw", year=2004)
    short = FilmCandidate(("Saw",), (2003,), "tt0000002")
    assert titled(short, film=saw) == "films called so are of other years"


def test_namesakes_of_one_year_are_told_apart_by_the_director_only() -> None:
    twins = [called(2008, "A B", number=1), called(2008, "Christopher Nolan", number=2)]
    assert titled(*twins) == "film-title-director"
    assert titled(called(2008, number=1), called(2008, number=2)) == "several films of that year"
    assert titled(called(2008, "A B")) == "directed there by A B"


def test_every_rung_has_a_name_and_a_justification_of_its_own() -> None:
    assert len({rung.name for rung in RUNGS}) == len(RUNGS)
    assert all(rung.justification.startswith("semapv:") for rung in RUNGS)
    assert all(0 < rung.confidence <= 1 for rung in RUNGS)
