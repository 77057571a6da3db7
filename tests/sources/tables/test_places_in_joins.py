"""Whatever the rows of joined files and their order: each explained value is where it is said."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desk import Desk, Unchecked
from etl.inspection.explaining import Explainer, Explanation
from etl.workspace.snapshot import Snapshot
from thoroughness import examples

_HEADERS = {
    "basics": "tconst titleType primaryTitle originalTitle isAdult startYear endYear "
    "runtimeMinutes genres",
    "ratings": "tconst averageRating numVotes",
    "akas": "titleId ordering title region language types attributes isOriginalTitle",
    "principals": "tconst ordering nconst category job characters",
    "crew": "tconst directors writers",
    "names": "nconst primaryName birthYear deathYear primaryProfession knownForTitles",
}
_JOBS = ["director", "writer", "editor", "actor", "actress", "self", "archive_footage"]


def tables(chance: random.Random) -> dict[str, list[str]]:
    """Invent the rows of IMDb's tables, each in any order, with rows that belong to no film."""
    films, people = range(1, chance.randint(2, 6)), range(1, chance.randint(2, 9))
    rows: dict[str, list[tuple[object, ...]]] = {each: [] for each in _HEADERS}
    for n in films:
        film = f"tt990000{n}"
        rows["basics"].append((film, "movie", f"Amber {n}", "\\N", 0, 1950 + n, "\\N", 90, "Drama"))
        if chance.random() < 0.8:
            rows["ratings"] += [(film, chance.randint(10, 99) / 10, n)] * chance.randint(1, 2)
        rows["akas"] += [
            (film, k, f"Bernstein {n}.{k}", "DE", chance.choice(["de", "\\N"]), *["\\N"] * 3)
            for k in range(chance.randint(0, 3))
        ]
        for k in range(chance.randint(0, 6)):
            who, job = f"nm990000{chance.choice(people)}", chance.choice(_JOBS)
            played = json.dumps([f"Role {n}.{k}", 'A "Kid"'][: chance.randint(1, 2)])
            played = played if job.startswith("a") and chance.random() < 0.8 else "\\N"
            rows["principals"].append((film, k, who, job, "\\N", played))
        crew = [f"nm990000{each}" for each in people if chance.random() < 0.4]
        rows["crew"].append((film, ",".join(crew[:2]) or "\\N", ",".join(crew[1:]) or "\\N"))
    for n in people:
        if chance.random() < 0.9:
            told = (f"Mara {'ABCDEFGHI'[n]}stholt", 1900 + n, chance.choice(["\\N", 1980 + n]))
            row = f"nm990000{n}", *told, chance.choice(["actress,writer", "\\N"]), "\\N"
            rows["names"] += [row] * chance.randint(1, 2)
    others = {"akas": 7, "principals": 5, "names": 5, "ratings": 2}
    for name, width in others.items():
        rows[name] += [("tt9999999", *["0"] * width)] * chance.randint(0, 3)
    for each in rows.values():
        chance.shuffle(each)
    header = {name: "\t".join(told.split()) for name, told in _HEADERS.items()}
    left_out = chance.choice(["crew", "principals"]), chance.choice(["akas", "ratings", "", ""])
    return {
        name: [header[name], *("\t".join(map(str, row)) for row in told)]
        for name, told in rows.items()
        if name not in left_out
    }


def explained(desk: Desk) -> list[Explanation]:
    """Explain everything that the graph says."""
    with Snapshot.opened(desk.workspace.required()) as snapshot:
        explainer = Explainer(snapshot, snapshot.store)
        subjects = {quad.subject for quad in snapshot.store.export()}
        whole = [each for each in subjects if "#" not in str(each)]
        return [found for each in whole for found in explainer.explain(each)]  # type: ignore[arg-type]


def stands(value: str, line: str) -> bool:
    """Say whether a line has all parts of a value, in JSON or as they are."""
    parts = [part for each in value.split(": ") for part in each.split(", ")]
    return all(part in line or json.dumps(part)[1:-1] in line for part in parts)


@given(st.randoms(use_true_random=False))
@settings(max_examples=examples(15, 40))
def test_each_explained_value_stands_on_its_line(
    tmp_path_factory: pytest.TempPathFactory, chance: random.Random
) -> None:
    desk, files = Desk(tmp_path_factory.mktemp("set"), Unchecked()), tables(chance)
    for name, rows in files.items():
        (desk.source / f"{name}.tsv").write_text("\n".join(rows) + "\n")
    desk.load(desk.source)
    found, joined = explained(desk), set[str]()
    assert found
    for each in found:
        path, _, line = each.place.rpartition(":")
        name = Path(path).stem
        text = files[name][int(line) - 1]
        if name == "basics":
            text += "PT1H30M"
        else:
            joined.add(name)
        assert stands(each.value, text), (each, text)
    persons = [each for each in found if each.rule in ("person-born", "person-died", "person-jobs")]
    assert {Path(each.place).stem.partition(".")[0] for each in persons} <= {"names"}
    for note in desk.findings:
        if "nm99" in note.message:  # somebody without a name
            name, _, line = note.place.rpartition(":")
            assert note.message.split()[0] in files[Path(name).stem][int(line) - 1]
