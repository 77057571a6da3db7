"""`etl runs diff` tells what changed between any two runs, whatever came after them."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path

from commands import Etl, said
from records import Film, write


def triples(etl: Etl) -> set[str]:
    return set(etl("export", "--format", "nt").stdout.splitlines(keepends=True))


def test_any_two_runs_of_a_history_are_compared(etl: Etl) -> None:
    """After loads, a film in two sources, a refusal, a removal, undos, and an undo of an undo."""
    seeds, lines = Path("seeds"), Path("more.jsonl")
    seeds.mkdir()
    heat = Film(6, "Heat", 1995, directors="Michael Mann", actors="Al Pacino")
    write(seeds, heat)
    write(seeds, Film(7, "Sabrina", 1995, directors="Sydney Pollack"))
    lines.write_text('{"movieId": 6, "directors": ["Somebody Else"], "genres": "Crime"}\n')
    after: dict[int, set[str]] = {}

    def run(*command: object) -> None:
        assert etl(*map(str, command)).exit_code in (0, 1)
        after[len(after) + 1] = triples(etl)

    run("load", seeds)
    run("load", lines)
    write(seeds, heat.but(title="Heat!", rating="82"))  # is kept out
    run("load", seeds)
    write(seeds, heat.but(title="Heat!"))
    run("load", seeds)
    run("undo", 4)
    run("remove", "more.jsonl")
    run("undo", 2)
    run("undo", 5)
    today = triples(etl)
    assert len({frozenset(each) for each in after.values()}) >= 4
    for first, last in (*pairwise(after), (1, 8), (8, 1), (6, 3), (2, 2)):
        told = etl("runs", "diff", str(first), str(last))
        gone, entered = after[first] - after[last], after[last] - after[first]
        assert sorted(told.stdout.splitlines(keepends=True)) == sorted(
            [*(f"- {line}" for line in gone), *(f"+ {line}" for line in entered)]
        )
        assert f"triples: {len(entered)} added, {len(gone)} removed\n" in told.stderr
    assert triples(etl) == today
    assert etl("check").exit_code == 0
    assert len(json.loads(etl("runs", "--format", "json").stdout)) == len(after)


def test_what_changed_is_counted(etl: Etl) -> None:
    lines = Path("films.jsonl")
    lines.write_text('{"movieId": 6, "title": "Heat"}\n{"movieId": 7, "title": "Sabrina"}\n')
    etl("load", lines)
    lines.write_text('{"movieId": 6, "title": "Heat!"}\n{"movieId": 8, "title": "Emma"}\n')
    etl("load", lines)
    told = json.loads(etl("runs", "diff", "1", "2", "--format", "json").stdout)
    assert told["films"] == {"added": 1, "changed": 1, "removed": 1}
    assert told["people"] == {"added": 0, "changed": 0, "removed": 0}
    assert told["triples"] == {"added": 7, "removed": 7}


def test_a_run_that_is_not_there_is_named(etl: Etl) -> None:
    lines = Path("films.jsonl")
    lines.write_text('{"movieId": 6, "title": "Heat"}\n')
    etl("load", lines)
    for wrong in (("1", "2"), ("2", "1"), ("0", "1")):
        number = next(each for each in wrong if each != "1")
        hint = "'etl runs' lists them"
        error = f"Error: there is no run {number}\nHint: {hint}\n"
        assert said(etl("runs", "diff", *wrong)) == (2, "", error)
