"""Interrupts: no traceback, nobody left behind, and the graph as it was or as it should be."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pytest
from pyoxigraph import Quad

from desk import Desk
from prepared import PreparedDesk
from records import Film, write
from thoroughness import THOROUGH, examples

pytestmark = pytest.mark.skipif(not Path("/proc/self").exists(), reason="needs Linux's /proc")

FILMS = examples(60, 300)
MANY = examples(3_000, 8_000)  # enough for processes beside the command's own
CHANGES = ["load seeds", "undo 2", "remove seeds", "replay", "rebuild"]
SLOW = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
QUESTIONS = ["export -f nt", "check", "validate", "validate seeds", "runs -f json", "quarantine"]
ENDS = [signal.SIGINT, signal.SIGTERM, signal.SIGKILL, signal.SIGABRT]
CAUGHT = 1 << (signal.SIGTERM - 1)


def start(desk: Desk, *command: str) -> subprocess.Popen[str]:
    """Start a command in a session of its own, and wait until it hears signals."""
    process = subprocess.Popen(
        [sys.executable, "-m", "etl", *command, "--workspace", str(desk.workspace.path)],
        cwd=desk.source.parent,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    while not caught(process.pid) & CAUGHT and process.poll() is None:
        time.sleep(0.005)
    return process


def caught(pid: int) -> int:
    """Return the signals that a process handles itself, as a set of bits."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1], 16) for line in lines if line.startswith("SigCgt")), 0)


def left_of(session: int) -> list[str]:
    """List the processes of a session that still run, after giving them some seconds to end."""
    until = time.monotonic() + 20
    while (there := running_in(session)) and time.monotonic() < until:
        time.sleep(0.05)
    return there


def running_in(session: int) -> list[str]:
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                told = (entry / "stat").read_text().rpartition(")")[2].split()
                state, own = told[0], int(told[3])
                if own == session and state != "Z":
                    found.append((entry / "cmdline").read_text().replace("\0", " "))
            except OSError:
                continue
    return found


@dataclass(frozen=True)
class Ended:
    """How an interrupted command ended."""

    code: int
    stderr: str
    left: list[str]


def interrupted(process: subprocess.Popen[str], number: int, after: float, *, group: bool) -> Ended:
    time.sleep(after)
    if process.poll() is None:
        (os.killpg if group else os.kill)(process.pid, number)
    _, stderr = process.communicate(timeout=120)
    code = process.returncode
    if code == -number != -signal.SIGKILL:  # while Python itself was ending: as a shell gives it
        code = 128 + number
    return Ended(code, stderr, left_of(process.pid))


def expect_in_order(ended: Ended, number: int) -> None:
    assert "Traceback" not in ended.stderr, ended.stderr
    assert ended.left == []
    assert ended.code in (0, 1, 128 + number), ended


def _two_loads(desk: Desk) -> None:
    desk.source = desk.source.rename(desk.source.with_name("seeds"))
    for edition in (1, 2):
        for number in range(1, FILMS + 1):
            year = "soon" if number == edition else 1990
            write(desk.source, Film(number, f"Film {number}, {edition}", year, actors="Ada Birk"))
        desk.load()
    write(desk.source, Film(2, "Film 2, 3", 1991, actors="Ada Birk"))


@pytest.fixture(scope="module")
def two_loads(tmp_path_factory: pytest.TempPathFactory) -> PreparedDesk:
    return PreparedDesk(tmp_path_factory.mktemp("two"), _two_loads)


@pytest.fixture
def prepared(two_loads: PreparedDesk) -> Desk:
    """A workspace of two loads, one record kept out, and a folder with one more change."""
    return two_loads.desk()


def generations(desk: Desk) -> set[str]:
    return {path.name for path in (desk.workspace.path / "generations").iterdir()}


@pytest.mark.parametrize("command", CHANGES if THOROUGH else CHANGES[:2])
def test_an_interrupted_change_is_taken_back(prepared: Desk, command: str) -> None:
    desk, kept = prepared, prepared.source.parent / "kept"
    shutil.copytree(desk.workspace.path, kept)
    before, there = desk.graph(), generations(desk)
    began = time.monotonic()
    whole = start(desk, *command.split())
    whole.communicate(timeout=120)
    duration, after = time.monotonic() - began, desk.graph()
    chance = random.Random(command)
    for _ in range(examples(2, 8)):
        shutil.rmtree(desk.workspace.path)
        shutil.copytree(kept, desk.workspace.path)
        number = chance.choice([signal.SIGINT, signal.SIGTERM])
        process = start(desk, *command.split())
        moment = chance.uniform(0, duration)
        ended = interrupted(process, number, moment, group=chance.random() < 0.5)
        expect_in_order(ended, number)
        found: set[Quad] = desk.graph()
        assert found in (before, after)
        if found == before and (before != after or generations(desk) == there):
            assert generations(desk) == there
            assert ended.stderr.endswith("Error: interrupted\n") or not ended.stderr
        assert desk.check() == []


@pytest.mark.parametrize("command", QUESTIONS if THOROUGH else QUESTIONS[:2])
def test_an_interrupted_question_ends(prepared: Desk, command: str) -> None:
    chance = random.Random(command)
    for _ in range(examples(1, 3)):
        number = chance.choice([signal.SIGINT, signal.SIGTERM])
        process = start(prepared, *command.split())
        ended = interrupted(process, number, chance.uniform(0, 0.5), group=False)
        expect_in_order(ended, number)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_query_without_end_ends_when_it_is_interrupted(prepared: Desk, number: int) -> None:
    process = start(prepared, "sparql", SLOW)
    began = time.monotonic()
    ended = interrupted(process, number, 0.5, group=False)
    assert (ended.code, ended.stderr, ended.left) == (128 + number, "Error: interrupted\n", [])
    assert time.monotonic() - began < 10


@pytest.mark.parametrize("number", ENDS if THOROUGH else ENDS[::2])
def test_processes_beside_a_load_end_with_it(tmp_path: Path, number: int) -> None:
    desk = Desk(tmp_path)
    for film in range(1, MANY + 1):
        write(desk.source, Film(film, f"Film {film}", 1990, actors="Ada Birk, Tom Sand"))
    process = start(desk, "load", desk.source.name, "-q")
    while len(running_in(process.pid)) < 3 and process.poll() is None:
        time.sleep(0.01)
    assert process.poll() is None, "the load was over before processes had started"
    ended = interrupted(process, number, 0.5, group=number == signal.SIGINT)
    assert ended.left == []
    assert "Traceback" not in ended.stderr
    assert desk.graph() == set()
    if number in (signal.SIGINT, signal.SIGTERM):
        assert ended.code == 128 + number
        assert generations(desk) == set()


def test_a_process_beside_a_load_that_is_killed_is_said_in_one_line(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    for film in range(1, MANY + 1):
        write(desk.source, Film(film, f"Film {film}", 1990, actors="Ada Birk, Tom Sand"))
    process = start(desk, "load", desk.source.name, "-q")
    while not (workers := workers_of(process.pid)) and process.poll() is None:
        time.sleep(0.01)
    assert workers
    os.kill(workers[0], signal.SIGKILL)
    _, stderr = process.communicate(timeout=120)
    assert process.returncode == 2
    assert stderr == (
        "Error: a helper process was killed or ran out of memory; the graph is unchanged\n"
        "Hint: run the same command again\n"
    )
    assert left_of(process.pid) == []


UNHEARD = """
import signal, time
from etl.cli.interrupts import Interrupted, interruptible

class Last:
    def __del__(self):
        signal.raise_signal(signal.SIGINT)

try:
    with interruptible():
        Last()
        time.sleep(60)
except Interrupted as error:
    print("taken back", error.exit_code)
"""


def test_an_interrupt_where_nothing_can_be_raised_is_heard_a_little_later() -> None:
    command = [sys.executable, "-c", UNHEARD]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (ended.stdout, ended.stderr) == ("taken back 130\n", "")


IMPORTING = """
import signal, sys, time
from etl.cli.interrupts import Interrupted, interruptible

try:
    with interruptible():
        import imported
        time.sleep(60)
except Interrupted as error:
    print("taken back", error.exit_code, sys.modules["imported"].whole)
"""
IMPORTED = "import signal; signal.raise_signal(signal.SIGTERM); whole = True"


def test_an_interrupted_import_goes_on_to_its_end(tmp_path: Path) -> None:
    (tmp_path / "imported.py").write_text(IMPORTED)
    ended = subprocess.run(
        [sys.executable, "-c", IMPORTING],
        env=os.environ | {"PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (ended.stdout, ended.stderr) == ("taken back 143 True\n", "")


def workers_of(parent: int) -> list[int]:
    children = Path(f"/proc/{parent}/task/{parent}/children")
    try:
        found = [int(pid) for pid in children.read_text().split()]
        return [p for p in found if "serve()" in Path(f"/proc/{p}/cmdline").read_text()]
    except OSError:
        return []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_join_ends_when_it_is_interrupted(
    tmp_path: Path, number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk, there = Desk(tmp_path), tmp_path / "temporary"
    there.mkdir()
    monkeypatch.setenv("TMPDIR", str(there))
    films, rows = range(1, 3001), "".join(f"1,{n},3.5,9\n" for n in range(1, 3001))
    movies = "".join(f"{n},Film {n} (1990),Drama\n" for n in films)
    (desk.source / "movies.csv").write_text(f"movieId,title,genres\n{movies}")
    (desk.source / "ratings.csv").write_text(f"userId,movieId,rating,timestamp\n{rows * 1000}")
    process = start(desk, "load", desk.source.name, "-q")
    while not list(there.glob("etl-join-*/films")) and process.poll() is None:
        time.sleep(0.01)
    assert process.poll() is None, "the load was over before the join had begun"
    began = time.monotonic()
    ended = interrupted(process, number, 0.5, group=False)
    took = time.monotonic() - began
    assert (ended.code, ended.stderr, ended.left) == (128 + number, "Error: interrupted\n", [])
    assert took < 10
    assert not list(there.glob("etl-join-*"))
    assert desk.graph() == set()
