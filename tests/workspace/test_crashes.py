"""A load that is killed, or meets another, never shows anybody half a graph."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from desk import Desk
from records import Film, write
from thoroughness import THOROUGH, examples

RECORDS, ROUNDS = examples(300, 5000), examples(2, 8)
MANY = examples(800, 2000)
PEOPLE = [f"Person {number}" for number in range(400)]

# The killed process loads without validation, which would be most of its time: this is about
# catalog, store and switch.
LOADER = """
import sys
from pathlib import Path
from etl.operations.load import LoadOptions, load
from etl.shacl import Shapes, ValidationReport
from etl.workspace import Workspace

class Unchecked:
    shapes, walked_back = Shapes(()), frozenset()
    def validate(self, triples):
        return ValidationReport()

def waiting(holder):
    print("waiting for", holder, flush=True)

options = LoadOptions(name="films", command="the other load", waiting=waiting)
report = load(Workspace(Path(sys.argv[1])), [sys.argv[2]], Unchecked(), options)
print("loaded", report.run, flush=True)
"""


def film(number: int, edition: int) -> Film:
    chosen = random.Random(number)
    cast = chosen.sample(PEOPLE, 6)
    return Film(
        number,
        f"Film {number}, edition {edition}",
        1950 + number % 70,
        rating=f"{1 + number % 9}.5",
        directors=cast[0],
        actors=", ".join(cast[1:]),
        synopsis="A film about a load that was cut short. " * 5,
    )


def write_edition(desk: Desk, edition: int, count: int = RECORDS) -> Path:
    """Write all records in one edition into a folder of its own, and give the folder."""
    folder = desk.source / str(edition)
    folder.mkdir()
    for number in range(1, count + 1):
        write(folder, film(number, edition))
    return folder


def start(desk: Desk, folder: Path) -> subprocess.Popen[str]:
    """Start to load a folder as the source `films` in a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-c", LOADER, str(desk.workspace.path), str(folder)],
        stdout=subprocess.PIPE,
        text=True,
    )


def finish(process: subprocess.Popen[str]) -> str:
    output, _ = process.communicate(timeout=300)
    return output


def editions(desk: Desk) -> list[int]:
    """Count the films of each edition in the graph, as one new reader sees it."""
    names = desk.values(
        "SELECT ?n { ?film a <https://schema.org/Movie> ; <https://schema.org/name> ?n }"
    )
    return [sum(f"edition {edition}" in name for name in names) for edition in (1, 2)]


def leftovers(workspace: Path) -> list[str]:
    return sorted(path.name for path in (workspace / "generations").iterdir())


def test_a_load_killed_at_any_moment_leaves_the_old_graph_or_the_new_one(desk: Desk) -> None:
    folders = [write_edition(desk, 1), write_edition(desk, 2)]
    finish(start(desk, folders[0]))
    began = time.monotonic()
    finish(start(desk, folders[1]))
    duration = time.monotonic() - began
    shown = 1
    moments = random.Random(17)
    outcomes = set[str]()
    for _ in range(ROUNDS):
        assert editions(desk)[shown] == RECORDS
        load = start(desk, folders[1 - shown])
        time.sleep(moments.uniform(0.1, 1.4) * duration)
        load.send_signal(signal.SIGKILL)
        finish(load)
        counts = editions(desk)
        assert sorted(counts) == [0, RECORDS]
        outcomes.add("old" if counts[shown] else "new")
        shown = counts.index(RECORDS)
    assert outcomes == {"old", "new"} or not THOROUGH
    assert "loaded" in finish(start(desk, folders[1 - shown]))  # works without help
    assert editions(desk)[1 - shown] == RECORDS
    assert desk.check() == []
    assert len(leftovers(desk.workspace.path)) <= 3


def test_a_first_load_that_is_killed_leaves_nothing_and_can_be_repeated(desk: Desk) -> None:
    folder = write_edition(desk, 1, MANY)
    load = start(desk, folder)
    time.sleep(0.8)
    load.send_signal(signal.SIGKILL)
    finish(load)
    assert editions(desk) in ([0, 0], [MANY, 0])
    assert "loaded" in finish(start(desk, folder))
    assert editions(desk) == [MANY, 0]


def test_a_second_load_waits_for_the_first_and_says_for_whom(desk: Desk) -> None:
    folder = write_edition(desk, 1, 2000)
    first = start(desk, folder)
    holder = desk.workspace.path / "holder"
    while not holder.exists():
        time.sleep(0.01)
        assert first.poll() is None
    second = start(desk, folder)
    assert finish(first) == "loaded 1\n"
    said = f"waiting for process {first.pid} (the other load)\nloaded None\n"
    assert finish(second) == said
    assert editions(desk) == [2000, 0]


def test_queries_answer_during_a_load_from_the_graph_before_it(desk: Desk) -> None:
    folders = [write_edition(desk, 1, MANY), write_edition(desk, 2, MANY)]
    finish(start(desk, folders[0]))
    load = start(desk, folders[1])
    answers = []
    while load.poll() is None:
        answers.append(editions(desk))
    assert "loaded" in finish(load)
    assert answers[0] == [MANY, 0]
    assert all(answer in ([MANY, 0], [0, MANY]) for answer in answers)
    assert len(answers) > 2
    assert editions(desk) == [0, MANY]


@pytest.mark.skipif(os.name != "posix", reason="folders are protected in another way there")
def test_a_workspace_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "workspace").write_text("a file, not a folder")
    desk = Desk(tmp_path)
    write(desk.source, film(1, 1))
    process = subprocess.run(
        [
            sys.executable,
            "-m",
            "etl",
            "load",
            str(desk.source),
            "--workspace",
            str(tmp_path / "workspace" / "x"),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert process.returncode == 2
    assert process.stderr.startswith(f"Error: {tmp_path / 'workspace' / 'x'}: cannot be made")
    assert "Traceback" not in process.stderr
