"""How exact linking is on real films, held at floors; `python -m bench.linking` prints the rest."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from shared_data import shared

from bench.linking import (
    PERTURBATIONS,
    Gold,
    Lists,
    asking,
    films_by_id,
    films_by_title,
    gold,
    movielens,
    people,
    people_lists,
    served,
    titled_films,
    with_homonyms,
)
from etl.linking.evidence import Evidence

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


def test_films_without_an_id_are_linked_by_title() -> None:
    score = films_by_title(titled_films(DATA), movielens(DATA))
    assert score.precision >= 0.995, score.wrong
    assert score.recall >= 0.90
    assert score.false_rate <= 0.01, score.wrong


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
