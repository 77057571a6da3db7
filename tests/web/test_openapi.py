"""The API of saved queries, as `/openapi.json` describes it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest
from pyoxigraph import RdfFormat, parse

from desk import Desk
from etl.operations.options import ChangeOptions
from etl.operations.remove import remove
from etl.queries import read_queries
from etl.rdf.vocab import SCHEMA
from places import ROOT
from thoroughness import THOROUGH, examples
from website import Website, served

PREFIX = "PREFIX schema: <https://schema.org/>\n"
OWN = {
    "is-there": "ASK { VALUES ?title { UNDEF } ?film schema:name ?title }",
    "cast": "CONSTRUCT { ?film schema:actor ?who } WHERE { ?film schema:actor ?who }",
    "about": "DESCRIBE ?film WHERE { VALUES ?title { UNDEF } ?film schema:name ?title }",
}


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write saved queries of the forms that ours do not have."""
    folder = tmp_path_factory.mktemp("own")
    for name, text in OWN.items():
        lines = text.replace("{ VALUES", "{\n  VALUES").replace("UNDEF }", "UNDEF }\n")
        asked = "#+ param: title text: a title\n" if "VALUES" in text else ""
        (folder / f"{name}.rq").write_text(f"#+ summary: It is {name}.\n{asked}{PREFIX}{lines}\n")
    return folder


@pytest.fixture(scope="module", params=["seeds", "none"])
def sample(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, own: Path
) -> Iterator[Website]:
    """Serve the sample records, and a graph that has become empty."""
    desk = Desk(tmp_path_factory.mktemp("sample"))
    desk.load(ROOT / "seeds")
    if request.param == "none":
        remove(desk.workspace, str(ROOT / "seeds"), desk.engine, ChangeOptions())
    with served(desk.workspace.path, "--rate", "0", "--queries", str(own)) as site:
        yield site


def test_every_saved_query_is_described_with_its_parameters(sample: Website) -> None:
    told = sample.get("/openapi.json").json()
    assert told["openapi"] == "3.1.0"
    for name, query in read_queries().items():
        operation = told["paths"][f"/queries/{name}.json"]["get"]
        assert operation["summary"] == query.summary
        given = {each["name"]: each["required"] for each in operation["parameters"]}
        assert given == {each.name: each.default is None for each in query.parameters}


@pytest.mark.parametrize("sample", ["seeds"], indirect=True)
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


@pytest.mark.parametrize("sample", ["seeds"], indirect=True)
def test_queries_of_every_form_are_answered(sample: Website) -> None:
    paths = sample.get("/openapi.json").json()["paths"]
    answers = {
        name: paths[f"/queries/{name}.json"]["get"]["responses"]["200"]["content"] for name in OWN
    }
    assert [list(each) for each in answers.values()] == [
        *(["application/json"], ["application/ld+json"], ["application/ld+json"])
    ]
    assert sample.get("/queries/is-there.json?title=Heat").json()["boolean"] is True
    assert sample.get("/queries/is-there.json?title=Haet").json()["boolean"] is False
    assert ">yes</td>" in sample.get("/queries/is-there?title=Heat").text
    cast = sample.get("/queries/cast.json")
    assert cast.headers["Content-Type"] == "application/ld+json"
    read = parse(cast.content, RdfFormat.JSON_LD)
    assert {quad.predicate for quad in read} == {SCHEMA.actor}
    page = sample.get("/queries/about?title=Heat").text
    assert '<a href="/person/Michael_Mann">person/Michael_Mann</a>' in page
    assert "/queries/about.csv" not in page
    assert sample.get("/queries/about.csv?title=Heat").status_code == 406
    picture = sample.get("/queries/about.svg?title=Heat")
    assert ">Heat</text>" in picture.text


@pytest.mark.skipif(
    find_spec("schemathesis") is None and not THOROUGH, reason="schemathesis is not installed"
)
def test_no_request_is_answered_otherwise_than_is_described(
    sample: Website, tmp_path: Path
) -> None:
    program = [sys.executable, "-m", "schemathesis.cli", "run", f"{sample.url}openapi.json"]
    checks = "not_a_server_error,status_code_conformance,content_type_conformance"
    number = str(examples(5, 10))
    options = ["--phases", "examples,fuzzing", "--max-examples", number, "--seed", "1"]
    done = subprocess.run(
        [*program, *options, "--checks", f"{checks},response_schema_conformance"],
        cwd=tmp_path,  # where it leaves notes of its own
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-4000:]
