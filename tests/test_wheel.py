"""The wheel does all that a checkout does, from an empty folder."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import httpx
import pytest

from places import ROOT


@pytest.fixture(scope="module")
def etl(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Build the wheel, install it into a fresh environment, and give the command to run it.

    The packages that it depends on are those of this environment: nothing is fetched.
    """
    place = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [
            sys.executable,
            "-m",
            "build",
            "--wheel",
            "--no-isolation",
            "--outdir",
            str(place),
            str(ROOT),
        ],
        check=True,
        capture_output=True,
    )
    home = place / "environment"
    venv.create(home, with_pip=False)
    site = next(home.glob("lib/python*/site-packages"))
    wheel = next(place.glob("reelgraph-*.whl"))
    subprocess.run(
        [
            sys.executable,
            "-m",
            "pip",
            "install",
            "--no-deps",
            "--no-index",
            "--target",
            site,
            wheel,
        ],
        check=True,
        capture_output=True,
    )
    (site / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return [str(home / "bin" / "python"), "-m", "etl"]


def run(command: list[str], *arguments: str, folder: Path) -> str:
    environment = {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "ETL_WORKSPACE")}
    done = subprocess.run(
        [*command, *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_wheel_runs_from_an_empty_folder(etl: list[str], tmp_path: Path) -> None:
    code = "import etl; print(etl.__file__)"
    where = subprocess.run(
        [etl[0], "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True
    ).stdout
    assert not where.startswith(str(ROOT / "etl"))
    assert "films: 52 added" in run(etl, "load", str(ROOT / "seeds"), folder=tmp_path)
    answer = run(etl, "query", "cast-of-film", "Heat", folder=tmp_path)
    assert "Neil McCauley" in answer
    assert "Val Kilmer" in run(etl, "explain", "Val Kilmer", "name", folder=tmp_path)
    assert run(etl, "validate", str(ROOT / "seeds"), folder=tmp_path)
    (tmp_path / "movies.csv").write_text("movieId,title,genres\n1,Tides (1990),Drama\n")
    assert "films: 1 added" in run(etl, "load", "movies.csv", folder=tmp_path)
    run(etl, "export", "-o", "graph.jsonld", folder=tmp_path)
    assert '"Heat"' in (tmp_path / "graph.jsonld").read_text("utf-8")


def test_the_wheel_serves_pages_with_their_styles_and_the_editor(
    etl: list[str], tmp_path: Path
) -> None:
    run(etl, "load", str(ROOT / "seeds"), folder=tmp_path)
    command = [*etl, "serve", "--port", "0"]
    with subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.PIPE, text=True) as server:
        assert server.stderr is not None
        url = server.stderr.readline().split(" at ")[1].split()[0]
        paths = ("", "static/site.css", "static/site.js", "static/yasgui/yasgui.min.js", "editor")
        answers = [httpx.get(url + path, trust_env=False, timeout=60) for path in paths]
        asked = httpx.get(f"{url}sparql?query=ASK{{}}", trust_env=False, timeout=60)
        server.terminate()
    assert [answer.status_code for answer in (*answers, asked)] == [200] * 6
    assert server.returncode == 0


def test_the_wheel_holds_the_shapes_the_queries_and_the_ontology(
    etl: list[str], tmp_path: Path
) -> None:
    code = (
        "from etl.resources import folder\n"
        "for name in ('shapes', 'queries', 'ontology'):\n"
        "    print(name, *sorted(p.name for p in folder(name).iterdir()))"
    )
    held = subprocess.run(
        [etl[0], "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True
    ).stdout
    for name in ("shapes", "queries", "ontology"):
        files = sorted(path.name for path in (ROOT / name).iterdir())
        assert " ".join([name, *files]) in held
