"""The API of saved queries, as `/openapi.json` describes it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

from desk import Desk
from etl.queries import read_queries
from places import ROOT
from website import Website, served


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Website]:
    desk = Desk(tmp_path_factory.mktemp("sample"))
    desk.load(ROOT / "seeds")
    with served(desk.workspace.path, "--rate", "0") as site:
        yield site


def test_every_saved_query_is_described_with_its_parameters(sample: Website) -> None:
    told = sample.get("/openapi.json").json()
    assert told["openapi"] == "3.1.0"
    for name, query in read_queries().items():
        operation = told["paths"][f"/queries/{name}.json"]["get"]
        assert operation["summary"] == query.summary
        given = {each["name"]: each["required"] for each in operation["parameters"]}
        assert given == {each.name: each.default is None for each in query.parameters}


def test_what_is_described_is_answered(sample: Website) -> None:
    answer = sample.get("/queries/films-of-year.json?year=1996", "application/json").json()
    titles = {each["title"]["value"] for each in answer["results"]["bindings"]}
    assert "Fargo" in titles
    wrong = sample.get("/queries/films-of-year.json?year=soon", "application/json")
    assert (wrong.status_code, wrong.headers["content-type"]) == (400, "application/json")
    assert wrong.json() == {"error": "year: expected a year such as 2004, found 'soon'"}
    missing = sample.get("/queries/films-of-year.json", "application/json").json()
    assert missing["hint"] == "see /queries/films-of-year"
    several = sample.get("/queries/cast-of-film.json?film=Emma", "application/json").json()
    assert "name one by its id" in several["hint"]


@pytest.mark.skipif(find_spec("schemathesis") is None, reason="schemathesis is not installed")
def test_no_request_is_answered_otherwise_than_is_described(
    sample: Website, tmp_path: Path
) -> None:
    program = [sys.executable, "-m", "schemathesis.cli", "run", f"{sample.url}openapi.json"]
    checks = "not_a_server_error,status_code_conformance,content_type_conformance"
    options = ["--phases", "examples,fuzzing", "--max-examples", "5", "--seed", "1"]
    done = subprocess.run(
        [*program, *options, "--checks", f"{checks},response_schema_conformance"],
        cwd=tmp_path,  # where it leaves notes of its own
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-4000:]
