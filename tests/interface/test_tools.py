"""The tools for language models: a script asks, by the protocol's own client, as a model would."""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
import socket
import sys
from collections import Counter, defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("mcp")  # an extra
from mcp import Client
from mcp.client.stdio import StdioServerParameters

from commands import Etl, run
from places import ROOT
from prepared import Prepared

Call = tuple[str, dict[str, Any]]


class Seeds:
    """The sample records in plain Python, with nothing of the product."""

    def __init__(self) -> None:
        self.films: dict[str, dict[str, Any]] = {}
        for path in (ROOT / "seeds").glob("*.txt"):
            head, _, synopsis = path.read_text("utf-8").partition("\nsynopsis:\n")
            film: dict[str, Any] = dict(
                line.split(": ", 1) for line in head.splitlines() if ": " in line
            )
            for key in ("directors", "actors"):
                film[key] = [each.strip() for each in film.get(key, "").split(",") if each.strip()]
            film |= {"synopsis": synopsis, "file": path.name}
            self.films[film["movieId"]] = film

    def titled(self, **wanted: Any) -> set[str]:
        return {
            film["title"]
            for film in self.films.values()
            if all(test(film) for test in wanted.values())
        }

    def of(self, title: str) -> dict[str, Any]:
        return next(film for film in self.films.values() if film["title"] == title)

    def roles(self, key: str) -> dict[str, list[str]]:
        found: defaultdict[str, list[str]] = defaultdict(list)
        for film in self.films.values():
            for name in film[key]:
                found[name].append(film["title"])
        return found


SEEDS = Seeds()


def column(name: str) -> Callable[[Any], Any]:
    return lambda result: {row[result["columns"].index(name)] for row in result["rows"]}


def names(key: str) -> Callable[[Any], Any]:
    return lambda result: [name for _, name in result[key]]


def query(name: str, /, **parameters: str) -> Call:
    return "run_saved_query", {"name": name, "parameters": parameters, "limit": 1000}


def sparql(text: str) -> Call:
    return "sparql", {"query": text, "limit": 1000}


def decade(film: dict[str, Any]) -> int:
    return int(film["year"]) // 10 * 10


COUNT = "SELECT (COUNT(DISTINCT ?x) AS ?n) WHERE { ?x a schema:%s }"
DIRECTED, ACTED = SEEDS.roles("directors"), SEEDS.roles("actors")
HEAT = SEEDS.of("Heat")

QUESTIONS: list[tuple[str, Call, Callable[[Any], Any], Any]] = [
    ("How many films are there?", sparql(COUNT % "Movie"), column("n"), {len(SEEDS.films)}),
    (
        "How many people?",
        sparql(COUNT % "Person"),
        column("n"),
        {len({*DIRECTED, *ACTED})},
    ),
    ("Who directed Heat?", ("film", {"name": "Heat"}), names("directors"), HEAT["directors"]),
    ("Who acts in Heat?", ("film", {"name": "Heat"}), names("actors"), HEAT["actors"]),
    ("When did it come out?", ("film", {"name": "heat"}), lambda r: r["year"], int(HEAT["year"])),
    (
        "What is its IMDb id?",
        ("film", {"name": "Heat"}),
        lambda r: r["ids"]["imdb"],
        re.findall(r"tt\d+", HEAT["url"])[0],
    ),
    (
        "How is it rated?",
        ("film", {"name": "Heat"}),
        lambda r: r["rating"]["value"],
        float(HEAT["ratingValue"]),
    ),
    (
        "Whom does Al Pacino play in it?",
        ("film", {"name": "Heat"}),
        lambda r: next(v for k, v in r["characters"].items() if k.endswith("Al_Pacino")),
        re.findall(r"(Lieutenant Vincent Hanna) \(Al Pacino\)", HEAT["synopsis"]),
    ),
    (
        "Which films have Robert De Niro?",
        ("person", {"name": "Robert De Niro"}),
        lambda r: {name for _, name in r["films"]["actors"]},
        set(ACTED["Robert De Niro"]),
    ),
    (
        "What has Joel Coen directed?",
        query("films-of-person", person="Joel Coen"),
        column("title"),
        set(DIRECTED["Joel Coen"]) | set(ACTED["Joel Coen"]),
    ),
    (
        "In which films are De Niro and Joe Pesci together?",
        query("films-of-two-people", person="Robert De Niro", other="Joe Pesci"),
        column("title"),
        set(ACTED["Robert De Niro"]) & set(ACTED["Joe Pesci"]),
    ),
    (
        "Which films are of 1996?",
        query("films-of-year", year="1996"),
        column("title"),
        SEEDS.titled(year=lambda film: film["year"] == "1996"),
    ),
    (
        "Which came out from 1970 to 1979?",
        query("films-between-years", first="1970", last="1979"),
        column("title"),
        SEEDS.titled(year=lambda film: 1970 <= int(film["year"]) <= 1979),
    ),
    (
        "How many films are there of each decade?",
        query("films-by-decade"),
        lambda r: {int(row[0].rstrip("s")): row[1] for row in r["rows"]},
        Counter(map(decade, SEEDS.films.values())),
    ),
    (
        "Which titles have two films?",
        query("films-of-same-name"),
        column("title"),
        {
            title
            for title, number in Counter(f["title"] for f in SEEDS.films.values()).items()
            if number > 1
        },
    ),
    (
        "Who directed more than one film?",
        query("directors-of-several-films"),
        column("name"),
        {name for name, films in DIRECTED.items() if len(films) > 1},
    ),
    (
        "Who acts in their own films?",
        query("directors-acting-in-own-films"),
        column("name"),
        {
            name
            for film in SEEDS.films.values()
            for name in film["directors"]
            if name in film["actors"]
        },
    ),
    (
        "Which films have a rating above 8.5?",
        sparql(
            "SELECT ?title WHERE { ?film schema:aggregateRating/schema:ratingValue ?value ; "
            "schema:name ?title FILTER(?value > 8.5) }"
        ),
        column("title"),
        SEEDS.titled(rated=lambda film: float(film.get("ratingValue") or 0) > 8.5),
    ),
    (
        "Is there a film called 'Fargo'?",
        ("search", {"text": "fargoo"}),
        lambda r: r[0]["name"],
        "Fargo",
    ),
    (
        "Where does the year of Heat come from?",
        ("explain", {"name": "Heat", "predicate": "datePublished"}),
        lambda r: [each["place"] for each in r],
        [f"seeds/{HEAT['file']}:3"],
    ),
]


def asked(
    folder: Path, calls: list[Call], *options: str, between: Callable[[], None] | None = None
) -> list[Any]:
    """Start the server as a client does, and call tools one after the other."""

    async def ask() -> list[Any]:
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        command = ["-m", "etl", "mcp", "--workspace", str(folder / ".etl"), *options]
        program = StdioServerParameters(
            command=sys.executable, args=command, env=environment, cwd=str(folder)
        )
        async with Client(program) as client:
            tools = (await client.list_tools()).tools
            assert {each.name for each in tools} >= {name for name, _ in calls}
            assert all(each.annotations and each.annotations.read_only_hint for each in tools)
            assert all(each.description for each in tools)
            answers: list[Any] = []
            for name, arguments in calls:
                if answers and between:
                    between()
                answers.append(await client.call_tool(name, arguments))
            return answers

    return asyncio.run(ask())


def _seeds(etl: Etl) -> None:
    shutil.copytree(ROOT / "seeds", "seeds")
    etl("load", "seeds")


@pytest.fixture(scope="module")
def with_seeds(tmp_path_factory: pytest.TempPathFactory) -> Prepared:
    return Prepared(tmp_path_factory.mktemp("seeds"), _seeds)


@pytest.fixture
def seeds(etl: Etl, with_seeds: Prepared, monkeypatch: pytest.MonkeyPatch) -> Path:
    del etl
    monkeypatch.chdir(with_seeds.put_back())
    return with_seeds.folder


def test_twenty_questions_have_the_answers_of_the_records(seeds: Path) -> None:
    assert len(QUESTIONS) == 20
    answers = asked(seeds, [call for _, call, _, _ in QUESTIONS])
    for (question, _, read, expected), answer in zip(QUESTIONS, answers, strict=True):
        assert not answer.is_error, (question, answer.content)
        told = answer.structured_content
        assert read(told["result"]) == expected, question
        assert told["sources"] == [
            {
                "title": "Reelgraph sample records",
                "licence": "https://creativecommons.org/publicdomain/zero/1.0/",
            }
        ]


def test_what_is_wrong_is_told_in_one_line(seeds: Path) -> None:
    answers = asked(
        seeds,
        [
            ("film", {"name": "Emma"}),
            ("film", {"name": "Heaat"}),
            ("run_saved_query", {"name": "films-of-yeer", "parameters": {}}),
            ("run_saved_query", {"name": "films-of-year", "parameters": {"year": "soon"}}),
            ("sparql", {"query": "SELECT ?x WHERE"}),
            ("sparql", {"query": "DELETE WHERE { ?s ?p ?o }"}),
            ("sparql", {"query": "SELECT * WHERE { SERVICE <http://localhost:1/> { ?s ?p ?o } }"}),
            (
                "sparql",
                {"query": r"SELECT * { \u0053erv\u0069ce <http://localhost:1/> { ?s a ?o } }"},
            ),
        ],
    )
    assert all(answer.is_error for answer in answers)
    texts = [answer.content[0].text for answer in answers]
    assert all("Traceback" not in text and text.count("\n") == 0 for text in texts), texts
    assert "2 films are called 'Emma'. name one by its id" in texts[0]
    assert "did you mean Heat (1995)?" in texts[1]
    assert "did you mean films-of-year" in texts[2]
    assert all("SERVICE is not answered here" in text for text in texts[-2:])


def test_a_text_that_speaks_of_a_service_asks_nobody(seeds: Path) -> None:
    text = 'SELECT ?x WHERE { ?x schema:name ?n FILTER(CONTAINS(?n, "SERVICE")) } # service'
    [answer] = asked(seeds, [("sparql", {"query": text})])
    assert not answer.is_error


@pytest.mark.parametrize(
    "pattern",
    [
        "SERVICE <{}> {{ ?s ?p ?o }}",
        'OPTIONAL {{ ?s ?p "\\u005C" }} SERVICE <{}> {{ ?s ?p ?o }} #"',
        'OPTIONAL {{ ?s ?p "\\u0022" }} SERVICE <{}> {{ ?s ?p ?o }} #"',
        "# \\u000A SERVICE <{}> {{ ?s ?p ?o }}",
        "\\u0053ERVICE SILENT <{}> {{ ?s ?p ?o }}",
    ],
)
def test_no_query_reaches_another_server(seeds: Path, pattern: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(0.1)
        address = f"http://127.0.0.1:{listening.getsockname()[1]}/"
        text = f"SELECT * WHERE {{ {pattern.format(address)}\n }}"
        [answer] = asked(seeds, [("sparql", {"query": text})])
        assert answer.is_error
        with pytest.raises(TimeoutError):
            listening.accept()


def test_a_query_is_no_name_of_a_file(seeds: Path) -> None:
    (seeds / "secret").write_text("word: a secret\n")
    (seeds / "secret.rq").write_text("ASK { ?s ?p ?o }")
    texts = ("secret", str(seeds / "secret.rq"), "secret.rq", "-", "--help", "")
    for answer in asked(seeds, [("sparql", {"query": text}) for text in texts]):
        assert answer.is_error
        assert "not SPARQL" in answer.content[0].text
        assert "a secret" not in answer.content[0].text


def test_queries_of_every_form_and_values_of_every_kind_are_answered(seeds: Path) -> None:
    own = seeds / "own"
    own.mkdir()
    (own / "is-there.rq").write_text(
        "#+ summary: Whether there is a film.\n#+ param: name text: a title\n"
        "ASK {\n  VALUES ?name { UNDEF }\n  ?film <https://schema.org/name> ?name\n}\n"
    )
    odd = "SELECT ?x ?y { VALUES (?x ?y) { ('INF'^^xsd:double 'NaN'^^xsd:double) } }"
    there, no_text, graph, numbers, year, long = asked(
        seeds,
        [
            query("is-there", name="Heat"),
            query("is-there", name="a\0b"),
            sparql("CONSTRUCT WHERE { ?film schema:director person:Michael_Mann }"),
            sparql(odd),
            ("run_saved_query", {"name": "films-of-year", "parameters": {"year": 1995}}),
            query("films-called", title="x" * 300_000),
        ],
        "--queries",
        str(own),
    )
    assert there.structured_content["result"]["rows"] == [[True]]
    assert no_text.structured_content["result"]["rows"] == [[False]]
    told = graph.structured_content["result"]
    assert told["columns"] == ["subject", "predicate", "object"]
    assert [row[0].rpartition("/")[2] for row in told["rows"]] == ["tt0113277"]
    assert numbers.structured_content["result"]["rows"] == [["inf", "nan"]]
    assert column("title")(year.structured_content["result"]) == SEEDS.titled(
        year=lambda film: film["year"] == "1995"
    )
    assert long.structured_content["result"]["rows"] == []


def test_a_load_is_seen_by_the_next_question(seeds: Path) -> None:
    count = sparql(COUNT % "Movie")
    more = {"id": 1, "imdb": "tt9900001", "title": "New"}
    (seeds / "more.jsonl").write_text(json.dumps(more))

    def load() -> None:
        run("load", seeds / "more.jsonl", "--workspace", seeds / ".etl")

    before, after = asked(seeds, [count, count], between=load)
    assert column("n")(before.structured_content["result"]) == {len(SEEDS.films)}
    assert column("n")(after.structured_content["result"]) == {len(SEEDS.films) + 1}
    assert len(after.structured_content["sources"]) == 2


def test_a_graph_of_nothing_says_so(seeds: Path) -> None:
    run("remove", "seeds", "--workspace", seeds / ".etl")
    calls = [("search", {"text": "Heat"}), ("vocabulary", {}), ("saved_queries", {})]
    found, words, queries = (each.structured_content for each in asked(seeds, calls))
    assert (found["result"], found["sources"], words["result"]["rows"]) == ([], [], [])
    assert len(queries["result"]) > 30


def test_a_query_without_an_end_is_ended(seeds: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ETL_TIMEOUT", "1")
    product = "SELECT (COUNT(*) AS ?n) WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
    endless, many, after = asked(
        seeds,
        [
            ("sparql", {"query": product}),
            ("sparql", {"query": "SELECT * WHERE { ?a ?b ?c . ?d ?e ?f }", "limit": 5}),
            ("film", {"name": "Heat"}),
        ],
    )
    assert endless.is_error
    assert "1 s" in endless.content[0].text
    assert len(many.structured_content["result"]["rows"]) == 5
    assert many.structured_content["result"]["more"] is True
    assert not after.is_error
