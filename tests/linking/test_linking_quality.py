"""How exact linking is on real films, held at floors; `python -m bench.linking` prints the rest."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bench.linking import (
    PERTURBATIONS,
    Lists,
    films_by_id,
    people,
    people_lists,
    with_homonyms,
)
from bench.linking_data import Gold, asking, gold, movielens, served, titled_films
from bench.linking_titles import (
    PLANTED,
    films_by_title,
    films_without_ids,
    namesakes,
    with_people,
    write_namesakes,
)
from etl.linking.crosswalk import read_crosswalks
from etl.linking.evidence import Evidence
from etl.linking.films import FilmOutcome
from etl.linking.ladder import FILM_ID, UNLABELLED
from shared_data import shared

DATA = shared("data/linking").parent


@pytest.fixture(scope="module")
def films() -> list[Gold]:
    return gold(DATA)


@pytest.fixture(scope="module")
def evidence(foreign: None) -> Iterator[Evidence]:
    """The stand-in for Wikidata, served by a real SPARQL server."""
    del foreign
    with served(DATA / "wikidata" / "standin.ttl") as url, asking(url) as found:
        yield found


@pytest.fixture(scope="module")
def lists(films: list[Gold], evidence: Evidence) -> Lists:
    return people_lists(films, evidence)


def test_films_by_id_are_linked_without_a_mistake(films: list[Gold], evidence: Evidence) -> None:
    score, unlinked = films_by_id(films, evidence)
    assert (score.wrong, score.precision) == ([], 1.0)
    assert score.recall >= 0.99
    assert all(each.reason for each in unlinked)


def test_films_without_an_id_are_linked_by_title_and_somebody_in_common(lists: Lists) -> None:
    listed = [each for each in titled_films(DATA) if each.imdb_id in lists]
    score = films_by_title(listed, with_people(movielens(DATA), lists))
    assert score.possible == 183
    assert score.precision >= 0.995, score.wrong
    assert score.recall >= 0.94
    assert score.false_rate == 0, score.wrong


def test_films_without_an_id_are_linked_at_an_endpoint(
    films: list[Gold], evidence: Evidence
) -> None:
    score = films_without_ids(films, evidence)
    assert (score.possible, score.wrong) == (168, [])
    assert score.recall >= 0.99


def test_films_of_which_nobody_is_known_are_put_forward_for_review_only() -> None:
    score = films_by_title(titled_films(DATA), movielens(DATA))
    assert score.linked == score.false_when_absent == 0
    assert score.proposed_rate >= 0.98


def test_no_namesake_in_the_place_of_a_film_is_linked(lists: Lists) -> None:
    mistaken = namesakes(titled_films(DATA), with_people(movielens(DATA), lists))
    assert mistaken == {str(planted): 0 for planted in PLANTED}


@pytest.mark.parametrize("by_others", [False, True], ids=["by nobody", "by others"])
@pytest.mark.parametrize("years_off", [0, 1])
def test_no_namesake_at_an_endpoint_is_linked(
    films: list[Gold], tmp_path: Path, years_off: int, by_others: bool, foreign: None
) -> None:
    del foreign
    planted, standin = tmp_path / "namesakes.nt", DATA / "wikidata" / "standin.ttl"
    write_namesakes(standin, films, planted, years_off, by_others=by_others)
    with served(planted) as url, asking(url) as evidence:
        score = films_without_ids(films, evidence)
    assert (score.possible, score.linked) == (168, 0)


def by_shifted_crosswalk(
    films: list[Gold], folder: Path, *, labelled: bool, inquiry: Evidence | None = None
) -> list[FilmOutcome]:
    """Link films by a crosswalk whose items are those of the next rows."""
    following = [*films[1:], films[0]]
    rows = ["imdb,item,itemLabel" if labelled else "imdb,item,year"]
    for film, other in zip(films, following, strict=True):
        label = f'"{other.subject.film.title}"' if labelled else "1999"
        rows.append(f"{film.subject.film.imdb_id},{other.qid},{label}")
    (folder / "shifted.csv").write_text("\n".join(rows) + "\n", "utf-8")
    evidence = inquiry or Evidence()
    evidence.crosswalk = read_crosswalks([folder / "shifted.csv"])
    return list(evidence.films([each.subject for each in films]).values())


def test_a_shifted_crosswalk_is_not_believed_against_its_labels(
    films: list[Gold], tmp_path: Path
) -> None:
    outcomes = by_shifted_crosswalk(films, tmp_path, labelled=True)
    assert [each.mention.title for each in outcomes if each.linked] == []
    assert all("shifted.csv:" in each.reason and " calls it " in each.reason for each in outcomes)


def test_a_shifted_crosswalk_without_labels_is_less_sure_and_says_why(
    films: list[Gold], tmp_path: Path
) -> None:
    outcomes = by_shifted_crosswalk(films, tmp_path, labelled=False)
    assert {(each.rung, each.reason) for each in outcomes} == {(FILM_ID, UNLABELLED)}


@pytest.mark.parametrize("has_ids", [True, False], ids=["with IMDb ids", "without"])
def test_a_shifted_crosswalk_is_not_believed_against_an_endpoint(
    films: list[Gold], tmp_path: Path, has_ids: bool, foreign: None
) -> None:
    del foreign
    standin = (DATA / "wikidata" / "standin.ttl").read_text("utf-8")
    held = standin if has_ids else standin.replace("wdt:P345", "wdt:P9999")
    (tmp_path / "held.ttl").write_text(held, "utf-8")
    with served(tmp_path / "held.ttl") as url, asking(url) as evidence:
        outcomes = by_shifted_crosswalk(films, tmp_path, labelled=False, inquiry=evidence)
    assert [each.mention.title for each in outcomes if each.linked] == []
    assert all(each.reason for each in outcomes)


@pytest.mark.parametrize("homonyms", [False, True], ids=["as listed", "with homonyms"])
@pytest.mark.parametrize("written", PERTURBATIONS)
def test_people_are_linked_however_their_names_are_written(
    films: list[Gold], lists: Lists, written: str, homonyms: bool
) -> None:
    listed = with_homonyms(films, lists) if homonyms else lists
    score = people(films, listed, PERTURBATIONS[written], absent_every=4)
    assert (score.possible, score.absent) == (1543, 385)
    assert score.precision >= 0.999, score.wrong
    assert score.recall >= (0.90 if written == "a typo" else 0.99)
    assert score.false_rate <= 0.005, score.wrong


def test_the_data_are_those_the_figures_are_about(films: list[Gold]) -> None:
    assert (len(films), len(titled_films(DATA))) == (168, 299)
    assert Path(DATA / "wikidata" / "standin.ttl").is_file()
