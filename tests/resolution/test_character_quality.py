"""How exact characters are on real synopses, held at floors; `bench.characters` prints the rest."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator

import pytest
from anyascii import anyascii

from bench.characters import Score, Text, gold, interval, read_text, scores, texts
from etl.resolution.characters import played
from places import SEEDS
from shared_data import shared

FLOORS = {"tuning": (0.99, 0.98), "held out": (0.98, 0.90)}


@pytest.fixture(scope="module")
def found() -> dict[str, Score]:
    return scores(shared("data/plots").parent)


@pytest.mark.parametrize("part", FLOORS)
def test_characters_are_found_and_right(found: dict[str, Score], part: str) -> None:
    precision, recall = FLOORS[part]
    assert found[part].precision >= precision, found[part].wrong
    assert found[part].recall >= recall, found[part].missed


def test_what_was_marked_is_what_the_texts_hold() -> None:
    rows, known = gold(), {each.film: each for each in texts(shared("data/plots").parent)}
    assert Counter((bool(row.names), row.held_out) for row in rows) == {
        (True, False): 253,
        (True, True): 157,
        (False, False): 20,
        (False, True): 12,
    }
    for row in rows:
        text = known[row.film]
        assert row.held_out == text.held_out
        assert row.actor in text.cast
        assert not row.names or row.names[0] in text.synopsis


def test_no_figure_is_surer_than_the_counts_behind_it() -> None:
    assert interval(0, 0) == (0.0, 1.0)
    assert interval(50, 50)[1] == pytest.approx(1.0)
    low, high = interval(119, 120)
    assert (round(low, 4), round(high, 4)) == (0.9543, 0.9985)


def seeds() -> Iterator[Text]:
    for path in sorted(SEEDS.glob("*.txt")):
        yield read_text(path.name, path.read_text("utf-8"))


def plots() -> Iterator[Text]:
    for line in (shared("data/plots") / "plots.jsonl").read_text("utf-8").splitlines():
        row = json.loads(line)
        yield Text(f"plots/{row['id']}", row["actors"], row["synopsis"])


def surname(actor: str, cast: list[str]) -> str | None:
    """Return what an actor is called by last, unless another one of the cast is too."""
    last = actor.split()[-1]
    ends = [each for each in cast if each.split()[-1].casefold() == last.casefold()]
    return last if len(ends) == 1 and last[0].isupper() and len(last) > 3 else None


REWORDED: dict[str, Callable[[str, list[str]], str | None]] = {
    "by surname": surname,
    "in capitals": lambda actor, _: actor.upper(),
    "in small letters": lambda actor, _: actor.lower(),
    "without accents": lambda actor, _: anyascii(actor),
    "with a title": lambda actor, _: f"Sir {actor}",
    "as played by": lambda actor, _: f"played by {actor}",
    "with a remark": lambda actor, _: f"{actor}, uncredited",
}


@pytest.mark.parametrize("films", [seeds, plots], ids=["seeds", "plots"])
@pytest.mark.parametrize("reworded", REWORDED.values(), ids=REWORDED)
def test_a_bracket_means_the_same_however_it_words_the_name(
    films: Callable[[], Iterator[Text]], reworded: Callable[[str, list[str]], str | None]
) -> None:
    changed = 0
    for film in films():
        text = synopsis = film.synopsis.replace(", (", " (")
        for actor in film.cast:
            other = reworded(actor, film.cast)
            text = text.replace(f"({actor})", f"({other})") if other else text
        changed += text != synopsis
        before = {(pair.character, pair.actor) for pair in played(synopsis, film.cast)}
        assert {(pair.character, pair.actor) for pair in played(text, film.cast)} == before
    assert changed >= 5
