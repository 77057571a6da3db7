"""A command that is killed leaves the graph as it was or as it should be, and the next one works.

Loads are killed in `test_crashes.py`; here are the others.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from pyoxigraph import Quad

from desk import Desk
from records import Film, write
from thoroughness import THOROUGH, examples

FILMS = examples(100, 300)
COMMANDS = ["undo 2", "remove seeds", "replay", "rebuild --base-iri https://films.example.org/"]


def film(number: int, edition: int) -> Film:
    year = "soon" if number == edition else 1990
    cast = f"Person {number % 40}, Person {number % 7}"
    return Film(number, f"Film {number}, edition {edition}", year, actors=cast)


def start(desk: Desk, command: str) -> subprocess.Popen[str]:
    workspace = str(desk.workspace.path)
    return subprocess.Popen(
        [sys.executable, "-m", "etl", *command.split(), "--workspace", workspace],
        cwd=desk.source.parent,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def finish(process: subprocess.Popen[str]) -> int:
    process.communicate(timeout=300)
    return process.returncode


@pytest.mark.parametrize("command", COMMANDS if THOROUGH else COMMANDS[:1])
def test_a_killed_command_changes_all_or_nothing(tmp_path: Path, command: str) -> None:
    desk = Desk(tmp_path)
    desk.source = desk.source.rename(tmp_path / "seeds")
    for edition in (1, 2):
        for number in range(1, FILMS + 1):
            write(desk.source, film(number, edition))
        assert desk.load().kept_out == 1
    write(desk.source, film(2, 3))  # what is kept out is mended
    shutil.copytree(desk.workspace.path, tmp_path / "kept")
    before = desk.graph()
    began = time.monotonic()
    assert finish(start(desk, command)) in (0, 1)
    duration, after = time.monotonic() - began, desk.graph()
    assert before != after
    chance = random.Random(command)
    for _ in range(examples(1, 3)):
        shutil.rmtree(desk.workspace.path)
        shutil.copytree(tmp_path / "kept", desk.workspace.path)
        process = start(desk, command)
        time.sleep(chance.uniform(0.3, 1.0) * duration)
        process.send_signal(signal.SIGKILL)
        finish(process)
        found: set[Quad] = desk.graph()
        assert found in (before, after)
        if found == before:
            assert finish(start(desk, command)) in (0, 1)
        assert desk.graph() == after
        assert desk.check() == []
        assert finish(start(desk, "check")) == 0
