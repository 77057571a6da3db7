"""Comunica, which runs in browsers and under node, is served: by queries and by SERVICE."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from website import Website

HEAT = "<http://localhost:8000/movie/tt0113277>"
NAME = "<https://schema.org/name>"


def node_version() -> int:
    """Give the main version of node; 0 where there is none."""
    node = shutil.which("node")
    if node is None:
        return 0
    told = subprocess.run([node, "--version"], capture_output=True, text=True, check=True).stdout
    return int(told.removeprefix("v").partition(".")[0])


@pytest.fixture(scope="module")
def comunica() -> str:
    """Find Comunica as `.ci/run` installs it, or on the path."""
    installed = Path(sys.prefix, "comunica/node_modules/.bin/comunica-sparql")
    program = str(installed) if installed.exists() else shutil.which("comunica-sparql")
    if program is None or node_version() < 20:
        pytest.skip("Comunica is absent, or node older than 20: npm install @comunica/query-sparql")
    return program


def ask(program: str, source: str, query: str) -> list[dict[str, Any]]:
    done = subprocess.run(
        [program, source, query, "-t", "application/sparql-results+json"],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found: list[dict[str, Any]] = json.loads(done.stdout)["results"]["bindings"]
    return found


@pytest.mark.parametrize("kind", ["sparql@", ""])
def test_comunica_asks_a_query(site: Website, comunica: str, kind: str) -> None:
    query = f"SELECT ?name {{ {HEAT} {NAME} ?name }}"
    found = ask(comunica, f"{kind}{site.url}sparql", query)
    assert [row["name"]["value"] for row in found] == ["Heat"]


def test_comunica_joins_a_film_with_its_director(site: Website, comunica: str) -> None:
    query = f"SELECT ?name {{ {HEAT} <https://schema.org/director> ?who . ?who {NAME} ?name }}"
    found = ask(comunica, f"sparql@{site.url}sparql", query)
    assert [row["name"]["value"] for row in found] == ["Michael Mann"]


def test_comunica_reads_the_turtle_of_a_film(site: Website, comunica: str) -> None:
    found = ask(comunica, f"{site.url}movie/tt0113277.ttl", f"SELECT ?n {{ {HEAT} {NAME} ?n }}")
    assert [row["n"]["value"] for row in found] == ["Heat"]
