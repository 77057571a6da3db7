"""A command that is killed at any of its system calls leaves the graph before it or after it.

What `test_kills.py` does at random moments is done here at each kind of call that changes the
disk: strace kills the command as it makes its Nth one.
"""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest

from desk import Desk
from published import Publisher
from records import Film, write
from servers import Oxigraph
from thoroughness import THOROUGH, examples

CALLS = "write,pwrite64,rename,renameat,link,linkat,unlink,unlinkat,fsync,fdatasync,ftruncate,mkdir"
FILMS = 30
COMMANDS = {
    "load": "load seeds",
    "undo": "undo 2",
    "remove": "remove seeds",
    "replay": "replay",
    "rebuild": "rebuild --base-iri https://films.example.org/",
    "link": "link --offline crosswalk.csv --decisions decisions.tsv",
}
CROSSWALK = "imdb,wikidata\n" + "".join(f"tt{n:07},Q{n}\n" for n in range(1, FILMS + 1))


@pytest.fixture(scope="session")
def strace() -> str:
    """Return the path of strace, where it may trace."""
    found = shutil.which("strace")
    if found and subprocess.run([found, "-qq", "true"], capture_output=True).returncode == 0:
        return found
    if THOROUGH:
        pytest.fail("strace is absent, or may not trace", pytrace=False)
    pytest.skip("needs strace, and the right to trace")


@dataclass(frozen=True)
class Traced:
    """Runs `etl` under strace."""

    strace: str
    folder: Path
    workspace: Path

    def run(self, command: str, *options: str) -> int:
        tracing = [self.strace, "-f", "-qq", "-o", str(self.folder / "trace"), *options]
        etl = [sys.executable, "-m", "etl", *command.split(), "--workspace", str(self.workspace)]
        done = subprocess.run(
            [*tracing, *etl],
            cwd=self.folder,
            env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
            capture_output=True,
            text=True,
        )
        assert "Traceback" not in done.stderr
        return done.returncode

    def calls(self, command: str) -> int:
        """Run a command, and count the calls of the thread that makes most of them."""
        assert self.run(command, "-e", f"trace={CALLS}") in (0, 1)
        lines = (self.folder / "trace").read_text("utf-8", "replace").splitlines()
        return max(Counter(line.split()[0] for line in lines).values())

    def killed(self, command: str, at: int) -> int:
        return self.run(command, "-e", f"inject={CALLS}:signal=SIGKILL:when={at}")


def film(number: int, edition: int) -> Film:
    year = "soon" if number == edition else 1990
    cast = f"Person {number % 7}, Person {number % 5}"
    return Film(number, f"Film {number}, {edition}", year, actors=cast)


def prepare(desk: Desk) -> None:
    """Load two editions, keep one record out, and mend that; lay a crosswalk beside."""
    folder = desk.source.parent
    desk.source = desk.source.rename(folder / "seeds")
    for edition in (1, 2):
        for number in range(1, FILMS + 1):
            write(desk.source, film(number, edition))
        desk.load()
    write(desk.source, film(2, 3))
    (folder / "crosswalk.csv").write_text(CROSSWALK)


@pytest.mark.parametrize("name", COMMANDS if THOROUGH else ["load"])
def test_a_command_killed_at_a_system_call_changes_all_or_nothing(
    tmp_path: Path, strace: str, name: str
) -> None:
    desk, command = Desk(tmp_path), COMMANDS[name]
    prepare(desk)
    traced = Traced(strace, tmp_path, desk.workspace.path)
    kept = tmp_path / "kept"
    shutil.copytree(desk.workspace.path, kept)
    before, calls = desk.graph(), traced.calls(command)
    after = desk.graph()
    assert before != after
    chance = random.Random(name)
    for at in (*chance.sample(range(1, calls + 1), examples(1, 4)), calls):
        shutil.rmtree(desk.workspace.path)
        shutil.copytree(kept, desk.workspace.path)
        traced.killed(command, at)
        found = desk.graph()
        assert found in (before, after), f"killed at call {at} of {calls}"
        if found == before:
            assert traced.run(command) in (0, 1)
        assert desk.graph() == after
        assert traced.run("check") == 0
        assert len(list((desk.workspace.path / "generations").iterdir())) <= 3


def test_a_publication_killed_at_a_system_call_goes_on(
    tmp_path: Path, strace: str, spare: Oxigraph, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NETRC", os.devnull)
    desk = Publisher(tmp_path, spare.where)
    prepare(desk)
    desk.publish()
    traced = Traced(strace, tmp_path, desk.workspace.path)
    publish = f"load seeds --store {desk.target.name}"
    calls = traced.calls(publish)
    chance = random.Random(1)
    for edition, at in enumerate(chance.sample(range(1, calls + 1), examples(1, 4)), start=4):
        for number in range(1, FILMS + 1):
            write(desk.source, film(number, edition))
        traced.killed(publish, at)
        assert traced.run(publish) in (0, 1)
        assert desk.there() == desk.here()
        assert traced.run("check") == 0
