"""The README's session is true: each command prints what stands there."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from commands import Etl
from places import ROOT
from thoroughness import THOROUGH

README = ROOT / "README.md"
_SESSION = re.compile(r"```console\n(.*?)```", re.DOTALL)


def _run(command: str, folder: Path, etl: Etl) -> str:
    """Run one command of the session and give what it printed; in this process if that will do.

    Click's runner does not see in which order a dry run writes to its two streams.
    """
    needs_shell = "--dry-run" in command or ">" in command
    if command.startswith("etl ") and not needs_shell and not THOROUGH:
        return etl(*shlex.split(command)[1:]).output
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHON": sys.executable}
    environment.pop("ETL_WORKSPACE", None)
    script = f'etl() {{ "$PYTHON" -m etl "$@"; }}\nexec 2>&1\n{command}\n'
    done = subprocess.run(
        ["bash", "-c", script],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout


def _without_sizes(text: str) -> str:
    """Leave out what a database takes on the disk, which changes with its version."""
    return re.sub(r"[0-9.]+ MB$", "… MB", text, flags=re.MULTILINE)


@pytest.mark.skipif(shutil.which("bash") is None, reason="the session is one of a shell's")
def test_the_session_of_the_readme_prints_what_stands_there(
    tmp_path: Path, request: pytest.FixtureRequest, etl: Etl
) -> None:
    shutil.copytree(ROOT / "docs" / "examples", tmp_path, dirs_exist_ok=True)
    shutil.copytree(ROOT / "seeds", tmp_path / "seeds")

    def played(match: re.Match[str]) -> str:
        commands = [line for line in match[1].splitlines() if line.startswith("$ ")]
        told = (f"{line}\n{_run(line[2:], tmp_path, etl)}" for line in commands)
        return "".join(["```console\n", *told, "```"])

    text = README.read_text("utf-8")
    now = _SESSION.sub(played, text)
    if request.config.getoption("--update-expected"):
        README.write_text(now, "utf-8")
    assert _without_sizes(now) == _without_sizes(README.read_text("utf-8"))


def test_every_link_within_the_documents_leads_somewhere() -> None:
    documents = [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), ROOT / "seeds" / "README.md"]
    for document in documents:
        for target in re.findall(r"\]\(([^)#:]+?)(?:#[^)]*)?\)", document.read_text("utf-8")):
            assert (document.parent / target).exists(), f"{document.name}: {target}"
