"""How exactly real films are matched, held at floors; `bench.matching` prints the rest."""

from __future__ import annotations

import pytest

from bench.matching import Case, copies, movielens, score, text_records, without_half
from shared_data import shared

DATA = shared("data/linking").parent
RECORDS = text_records(DATA)


@pytest.mark.parametrize(
    ("case", "recall"),
    [
        (copies(RECORDS, people=True), 0.95),
        (copies(RECORDS, people=False), 0.90),
        (movielens(DATA, RECORDS), 0.85),  # every eighth has another year there
        (movielens(DATA, RECORDS, lists=True), 0.90),
    ],
    ids=lambda each: each.name if isinstance(each, Case) else "",
)
def test_films_are_matched_with_what_is_there_and_nothing_else(case: Case, recall: float) -> None:
    found = score(without_half(case))
    assert found.wrong == []
    assert found.right.total() >= recall * found.possible
    assert found.of_one_year[0] >= 0.99 * found.of_one_year[1]
    assert found.review - found.proposed <= 2
