"""What the asking commands say is true: formats, prefixes, columns, ids, empty answers, status."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import threading
from pathlib import Path

import click
import pytest
from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, parse

from commands import Etl, said, seeds
from desk import Desk
from etl import output
from etl.cli import main, options
from etl.output import findings
from etl.queries.syntax import predeclared
from etl.rdf.identifiers import Iris
from etl.rdf.vocab import SCHEMA
from etl.stores.embedded import EmbeddedStore
from etl.workspace import Workspace
from records import EMMA, HEAT, Film

BASE = "http://localhost:8000/"
HEAD = "?film\t?title\t?year\n"


@pytest.fixture
def ask(etl: Etl, loaded: Desk, monkeypatch: pytest.MonkeyPatch) -> Etl:
    """Run a command on the loaded sample records."""
    monkeypatch.setenv("ETL_WORKSPACE", str(loaded.workspace.path))
    return etl


# Formats

WRITTEN = {
    "queries": options.REPORT,
    "settings": options.REPORT,
    "search": options.REPORT,
    "explain": options.REPORT,
    "runs": options.REPORT,
    "sources": options.REPORT,
    "sources disagreements": options.REPORT,
    "check": options.REPORT,
    "store list": options.REPORT,
    "links": options.LINKS,
    "query": options.DRAWABLE,
    "sparql": options.ANY_ANSWER,
    "export": options.GRAPH,
    "quarantine": options.QUARANTINE,
    "validate": options.FINDINGS,
}
ARGUMENTS = {"search": ["Emma"], "explain": ["Emma"], "query": ["films-by-year"], "sparql": ["x"]}


def commands_that_write() -> set[str]:
    assert isinstance(main, click.Group)
    found = dict(main.commands.items())
    groups = {name: each for name, each in found.items() if isinstance(each, click.Group)}
    for name, group in groups.items():
        found |= {f"{name} {each}": inner for each, inner in group.commands.items()}
    return {
        name
        for name, command in found.items()
        if any(option.name == "output" for option in command.params)
    }


def test_each_command_that_writes_is_here() -> None:
    assert commands_that_write() == set(WRITTEN)


def test_a_command_names_what_its_answers_can_be_written_as() -> None:
    solutions, graph = tuple(output.SOLUTIONS.writers), tuple(output.GRAPHS.writers)
    assert options.REPORT.formats == tuple(output.REPORTS.writers)
    assert options.SOLUTIONS.formats == solutions == tuple(output.BOOLEANS.writers)
    assert options.GRAPH.formats == graph
    assert options.ANY_ANSWER.formats == solutions + graph
    assert options.QUARANTINE.formats == tuple(findings.REFUSALS.writers)
    assert options.FINDINGS.formats == tuple(findings.VIOLATIONS.writers)


@pytest.mark.parametrize("name", WRITTEN)
def test_help_and_error_name_exactly_what_a_command_can_write(ask: Etl, name: str) -> None:
    written = WRITTEN[name]
    described = " ".join(ask(*name.split(), "--help").stdout.split())
    _, start, rest = described.partition("--format FORMAT ")
    assert start
    named = re.findall(r"\w+", rest.partition(" [default:")[0])
    every = {each for each in named if any(each in other.formats for other in WRITTEN.values())}
    assert every == set(written.formats)
    result = ask(*name.split(), *ARGUMENTS.get(name, []), "-f", "docx")
    error = f"Error: {written.noun} cannot be written as 'docx'\n"
    hint = f"Hint: choose one of {', '.join(written.formats)} with --format\n"
    assert said(result) == (2, "", error + hint)
    result = ask(*name.split(), *ARGUMENTS.get(name, []), "-o", "a.docx")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith(f"Error: a.docx: {written.noun} cannot be written as '.docx'\n")


def test_a_format_is_refused_before_anything_is_done(etl: Etl) -> None:
    for command in (["validate", "nothing", "-f", "xml"], ["check", "-f", "ttl"]):
        result = etl(*command)
        assert (result.exit_code, result.stdout) == (2, "")
        assert "cannot be written as" in result.stderr


@pytest.mark.parametrize("name", [each for each in WRITTEN if each != "sparql"])
def test_a_dash_is_standard_output(ask: Etl, name: str) -> None:
    command = [*name.split(), *ARGUMENTS.get(name, [])]
    assert ask(*command, "-o", "-").stdout == ask(*command).stdout
    assert not Path("-").exists()


def test_a_dash_with_a_format_writes_that(ask: Etl) -> None:
    text = ask("export", "-o", "-", "-f", "ttl").stdout
    assert len(list(parse(text, RdfFormat.TURTLE))) > 1000


def test_links_are_written_exactly_to_a_pipe(ask: Etl) -> None:
    assert ask("links", "-f", "sssom", "-o", "-").stdout.startswith("#curie_map:")


# etl sparql


@pytest.mark.parametrize(
    "given",
    ["nosuch.rq", "nosuch", "films/nosuch.rq", "my films.rq", "../ask.sparql", "select.rq", "ask"],
)
def test_a_path_to_nothing_is_no_query(ask: Etl, given: str) -> None:
    result = ask("sparql", given)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith(f"Error: {given}: no such file, and no query\nHint: give a ")


@pytest.mark.parametrize(
    "text",
    ["ASK{}", "DESCRIBE wd:Q1", "DESCRIBE <urn:x>", "# a.rq\nASK {}", "ASK { ?s ?p 'a.rq' }"],
)
def test_a_query_is_no_path(ask: Etl, text: str) -> None:
    assert ask("sparql", text).exit_code == 0


def test_a_folder_is_no_query_and_a_pipe_is(ask: Etl) -> None:
    Path("films").mkdir()
    message = "Error: films: cannot be read: Is a directory\n"
    assert said(ask("sparql", "films")) == (2, "", message)
    os.mkfifo("pipe")
    writer = threading.Thread(target=Path("pipe").write_bytes, args=[b"ASK {}"])
    writer.start()
    assert said(ask("sparql", "pipe")) == (0, "true\n", "")
    writer.join()


def test_our_prefixes_need_not_be_declared(ask: Etl) -> None:
    query = (
        "SELECT ?name ?year { movie:tt0113277 a schema:Movie ; schema:name ?name ; "
        "schema:director person:Michael_Mann ; schema:datePublished ?year ; film:performance ?r "
        'FILTER(?year = "1995"^^xsd:gYear) } LIMIT 1'
    )
    assert ask("sparql", query).stdout.splitlines()[1].startswith('"Heat"\t')
    told = " ".join(ask("sparql", "--help").stdout.split())
    start = told.index("need not be declared:")
    for prefix in predeclared(Iris()):
        assert re.search(rf"\b{prefix}\b", told[start:]), prefix
        assert said(ask("sparql", f"ASK {{ {prefix}:x ?p ?o }}"))[:2] == (0, "false\n")


def test_a_prefix_of_the_query_s_own_wins(ask: Etl) -> None:
    for text in (
        "PREFIX schema: <urn:x:> ASK { ?f schema:name ?n }",
        "prefix\n#PREFIX no: <x:>\nschema: <urn:x:> ASK { ?f schema:name ?n }",
    ):
        assert said(ask("sparql", text)) == (0, "false\n", "")
    assert ask("sparql", "ASK { ?f schema:name ?n } # PREFIX schema: <urn:x:>").stdout == "true\n"


def test_a_syntax_error_has_the_place_of_the_text_as_it_was_given(ask: Etl) -> None:
    result = ask("sparql", "SELECT ?n {\n movie:tt1 schema:name ?n . ?n other:x ?y }")
    assert said(result)[2] == (
        "Error: not SPARQL: line 2, column 39: the prefix other: is not declared\n"
        "Hint: the line is: movie:tt1 schema:name ?n . ?n other:x ?y }\n"
    )
    assert said(ask("sparql", "SELECT ?n { ?f schema:name }"))[2] == (
        "Error: not SPARQL: line 1, column 28: did not expect '}' here\n"
        "Hint: the line is: SELECT ?n { ?f schema:name }\n"
    )


@pytest.mark.parametrize(
    ("query", "columns"),
    [
        ("SELECT * { ?z schema:name ?a ; schema:director ?m }", ["z", "a", "m"]),
        ("SELECT * { ?z schema:director ?m ; schema:name ?a FILTER(?b = ?z) }", ["z", "m", "a"]),
        ("# ?b ?a\nSELECT DISTINCT * { ?z schema:name '?a', ?q }", ["z", "q"]),
        ("SELECT ?m ?z ?a { ?z schema:name ?a ; schema:director ?m }", ["m", "z", "a"]),
        ("SELECT (STR(?b) AS ?z) ?a (COUNT(*) AS ?n) { ?a ?c ?b } GROUP BY ?a ?b", ["z", "a", "n"]),
        ("SELECT * { ?z ?y ?x { SELECT ?x (1 AS ?w) { ?x ?v ?u } } }", ["z", "y", "x", "w"]),
    ],
)
def test_columns_stand_in_the_order_of_the_query(ask: Etl, query: str, columns: list[str]) -> None:
    limited = f"{query} LIMIT 1"
    assert ask("sparql", limited, "-f", "csv").stdout.splitlines()[0] == ",".join(columns)
    assert json.loads(ask("sparql", limited, "-f", "json").stdout)["head"]["vars"] == columns
    table = ask("sparql", limited, "-f", "table").stdout
    assert table.splitlines()[0].split() == columns


def test_values_stand_below_their_columns(ask: Etl) -> None:
    query = "SELECT * { ?z schema:name 'Heat' ; schema:director ?a . ?a schema:name ?m }"
    row = "http://localhost:8000/movie/tt0113277,http://localhost:8000/person/Michael_Mann,"
    assert ask("sparql", query, "-f", "csv").stdout == f"z,a,m\n{row}Michael Mann\n"


# Numbers


def test_the_least_rating_may_have_decimals(ask: Etl) -> None:
    def least(text: str) -> float:
        told = ask("query", "best-rated-films", "-p", f"minimum={text}", "-f", "csv").stdout
        return min(float(row["rating"]) for row in csv.DictReader(io.StringIO(told)))

    assert 8 <= least("8") < 8.2
    assert 8.3 <= least("8.3") < 8.6
    assert 8.3 <= least(" 8.30 ") < 8.6


@pytest.mark.parametrize(
    "name", ["directors-of-several-films", "frequent-actor-pairs", "most-prolific-actors"]
)
def test_each_number_may_have_decimals(ask: Etl, name: str) -> None:
    one = ask("query", name, "-p", "minimum=1.5").stdout
    assert one == ask("query", name, "-p", "minimum=2").stdout
    assert len(one.splitlines()) > 1


# Ids

HEAT_BY_ID = [
    "6",
    "movielens-6",
    "movielens:6",
    "https://movielens.org/movies/6",
    "tt0113277",
    "https://www.imdb.com/title/tt0113277/",
    "movie/tt0113277",
    "movie:tt0113277",
    f"{BASE}movie/tt0113277",
    f"<{BASE}movie/tt0113277>",
]


@pytest.mark.parametrize("text", HEAT_BY_ID)
def test_a_film_is_found_by_each_id_wherever_one_is_asked_for(ask: Etl, text: str) -> None:
    iri = f"{BASE}movie/tt0113277"
    assert ask("query", "directors-of-film", text).stdout.splitlines()[1].endswith('"Michael Mann"')
    explained = ask("explain", text, "name", "-f", "json")
    assert [row["says"] for row in json.loads(explained.stdout)] == ["Heat"]
    [found] = json.loads(ask("search", text, "-f", "json").stdout)
    assert (found["iri"], found["match"]) == (iri, "identifier")


def test_a_number_that_is_a_name_and_an_id_is_asked_about(etl: Etl) -> None:
    seeds(Film(6, "1917", 2019, directors="A B"), Film(1917, "Armageddon", 1998, directors="C D"))
    etl("load", "seeds")
    result = etl("query", "cast-of-film", "1917")
    assert result.exit_code == 2
    assert result.stderr.startswith("Error: film: 2 films are called '1917'\n")
    assert "tt0001917 (Armageddon, 1998, by C D)" in result.stderr
    assert [
        etl("query", "directors-of-film", each).stdout.count("A B") for each in ("6", "1917 (2019)")
    ] == [1, 1]
    assert etl("query", "directors-of-film", "movielens-1917").stdout.count("C D") == 1


@pytest.mark.parametrize("text", [*HEAT_BY_ID, "heat"])
def test_a_film_that_is_kept_out_is_found_by_its_ids(etl: Etl, text: str) -> None:
    seeds(HEAT.but(year=1066), EMMA)
    etl("load", "seeds")
    named = text.replace("tt0113277", HEAT.imdb)
    result = etl("explain", named)
    assert result.exit_code == 1
    assert result.stderr.startswith("Kept out: seeds/6.txt:3: year: Write the year")


# Explanations


def test_what_programs_read_is_never_shortened(etl: Etl) -> None:
    synopsis = "A long story about nothing in particular, again and again. " * 9
    seeds(HEAT.but(synopsis=synopsis), EMMA)
    etl("load", "seeds")
    for name in ("json", "csv", "tsv"):
        told = etl("explain", "Heat", "description", "-f", name).stdout
        assert told.count(synopsis.strip()) == 2
    table = etl("explain", "Heat", "description", "-f", "table").stdout
    assert synopsis.strip() not in table
    assert table.count("…") == 2


# Empty answers


def test_an_empty_answer_offers_the_nearest_value(ask: Etl) -> None:
    assert said(ask("query", "films-called", "heat")) == (
        0,
        HEAD,
        "Note: no solutions; title is 'heat', the nearest: 'Heat'\n",
    )
    told = said(ask("query", "films-with-character", "James Bnd"))
    assert told[0] == 0
    note = "Note: no solutions; character is 'James Bnd', the nearest: 'James Bond', "
    assert told[2].startswith(note)
    assert said(ask("query", "films-from-source", "sed"))[2].endswith("the nearest: 'seeds'\n")
    assert said(ask("query", "films-of-year", "2031"))[2].endswith("the nearest: '2016', '2015'\n")
    assert said(ask("query", "films-called", "xyzzy"))[2] == "Note: no solutions\n"


def test_an_empty_answer_to_any_query_names_what_is_not_there(ask: Etl) -> None:
    query = "SELECT ?n { ?f schema:nam ?n ; <http://schema.org/director> wd:Q9 ; schema:actor ?a }"
    note = (
        "Note: no solutions; nowhere in the graph: schema:nam (did you mean schema:name?), "
        "<http://schema.org/director> "
        "(did you mean schema:director or schema:editor or schema:actor?), wd:Q9\n"
    )
    assert said(ask("sparql", query)) == (0, "?n\n", note)
    own = "PREFIX s: <http://schema.org/> SELECT ?n { ?f s:name ?n }"
    assert "s:name (did you mean schema:name" in ask("sparql", own).stderr
    assert said(ask("sparql", "CONSTRUCT WHERE { ?s schema:url 'x' }")) == (
        0,
        "",
        "Note: no solutions\n",
    )
    assert said(ask("sparql", "ASK { ?s schema:nam ?o }")) == (0, "false\n", "")


def test_an_empty_explanation_names_the_properties_that_there_are(ask: Etl) -> None:
    result = ask("explain", "Heat", "nosuch")
    assert (result.exit_code, len(result.stdout.splitlines())) == (0, 1)
    note, _, there = result.stderr.partition("; there are: ")
    assert note == "Note: no triples of 'Heat' to explain with nosuch"
    assert {"rdf:type", "schema:name", "schema:director", "film:performance"} <= set(
        there.strip().split(", ")
    )
    assert ask("explain", "Heat", "schema:name").stderr == ""
    assert len(ask("explain", "Heat", "a").stdout.splitlines()) > 1


def test_an_empty_search_and_quarantine_say_so(ask: Etl) -> None:
    head = "kind\tname\tiri\tmatch\tdetails\n"
    note = "Note: no film or person has a name like 'xyzzyxyzzy'\n"
    assert said(ask("search", "xyzzyxyzzy")) == (0, head, note)
    assert said(ask("quarantine"))[2] == "Note: nothing is kept out\n"


# The status


def test_check_gives_a_status_also_when_all_is_well(etl: Etl) -> None:
    seeds(EMMA)
    etl("load", "seeds")
    result = etl("check", "-f", "json")
    assert result.exit_code == 0
    status = json.loads(result.stdout)
    assert status.pop("bytes") > 0
    well = {"status": "sound", "findings": [], "generation": 1, "films": 1, "people": 3}
    assert {**well, "remedy": None}.items() <= status.items()
    assert etl("check", "-f", "csv").stdout == "place,problem\n"
    assert etl("check", "-o", "status.json").stdout == ""
    assert json.loads(Path("status.json").read_text("utf-8"))["status"] == "sound"

    generation = Workspace(Path(".etl")).required()
    store = EmbeddedStore.write(generation.store)
    store.add([Quad(NamedNode(EMMA.iri), SCHEMA.name, Literal("Clueless"))])
    store.finish()
    del store
    generation.seal(None)  # as if it had been written so
    result = etl("check", "-f", "json")
    status = json.loads(result.stdout)
    assert (result.exit_code, status["status"]) == (1, "different")
    assert status["findings"] == [{"place": EMMA.iri, "problem": "1 surplus triples"}]
    assert status["remedy"] == "run: etl rebuild"

    next(path for path in generation.store.iterdir() if path.suffix == ".sst").unlink()
    result = etl("check", "-f", "json")
    status = json.loads(result.stdout)
    assert (result.exit_code, status["status"]) == (1, "damaged")
    assert status["findings"]


# The whole reason

LONG = "a value that goes on and on, " * 30


@pytest.mark.parametrize("suffix", ["txt", "jsonl"])
def test_the_whole_value_is_in_every_format_of_quarantine_and_validate(
    etl: Etl, suffix: str
) -> None:
    Path("seeds").mkdir()
    record = {"imdb": "tt0113277", "title": "Heat", "year": LONG.strip()}
    if suffix == "txt":
        keys = {"imdb": "url"}
        lines = [f"{keys.get(key, key)}: {value}" for key, value in record.items()]
        Path("seeds/a.txt").write_text("\n".join(lines), "utf-8")
    else:
        Path("seeds/a.jsonl").write_text(json.dumps(record), "utf-8")
    loaded = etl("load", "seeds")
    assert loaded.exit_code == 1
    assert LONG.strip() not in loaded.stderr  # talk is short
    for command in (["quarantine"], ["validate", "seeds"]):
        for name in ("table", "csv", "tsv", "json", "markdown", "sarif"):
            told = etl(*command, "-f", name).stdout
            assert LONG.strip() in told, (command, name)
            assert "expected a year such as 2004" in told
            assert "unreadable-record" in told
            assert f"a.{suffix}" in told.replace("\\", "")
    for name in ("ttl", "nt", "jsonld", "rdfxml", "nq"):
        told = etl("validate", "seeds", "-f", name).stdout
        assert LONG.strip() in told, name
        assert f"seeds/a.{suffix}" in told
        assert "false" in told


def test_a_long_value_that_a_shape_refuses_is_whole_in_every_format(etl: Etl) -> None:
    Path("own.ttl").write_text(
        "@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix schema: <https://schema.org/> ."
        "<urn:own> sh:targetClass schema:Movie ; sh:property <urn:own:short> ."
        "<urn:own:short> sh:path schema:name ; sh:maxLength 20 ; sh:message 'Shorten the name.' .",
        "utf-8",
    )
    seeds(HEAT.but(title=LONG.strip()))
    loaded = etl("load", "seeds", "--shapes", "own.ttl")
    assert loaded.exit_code == 1
    assert LONG.strip() not in loaded.stderr
    for command in (["quarantine"], ["validate", "seeds", "--shapes", "own.ttl"]):
        for name in ("table", "csv", "tsv", "json", "markdown", "sarif"):
            told = etl(*command, "-f", name).stdout
            assert LONG.strip() in told, (command, name)
            assert "Shorten the name." in told
            assert "urn:own:short" in told
