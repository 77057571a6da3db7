"""The command line keeps its word: exit codes, messages, formats, and no traceback ever."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from pyoxigraph import Literal, Quad, RdfFormat, parse

from commands import Etl, hash_line, said, seeds
from desk import Desk
from etl.queries import SavedQuery, read_queries
from etl.rdf.identifiers import Iris
from etl.rdf.vocab import PROV, SCHEMA
from etl.stores.embedded import EmbeddedStore
from etl.workspace import Workspace
from places import SEEDS
from records import EMMA, HEAT, Film, write

FINDINGS = "severity,file,line,field,text,message,path,focus_node,component,shape,rule,found"

GRAPHS = {
    "ttl": RdfFormat.TURTLE,
    "nt": RdfFormat.N_TRIPLES,
    "nq": RdfFormat.N_QUADS,
    "jsonld": RdfFormat.JSON_LD,
    "rdfxml": RdfFormat.RDF_XML,
}


@pytest.fixture
def ask(etl: Etl, loaded: Desk, monkeypatch: pytest.MonkeyPatch) -> Etl:
    """Run a command on the loaded sample records."""
    monkeypatch.setenv("ETL_WORKSPACE", str(loaded.workspace.path))
    return etl


# load


def test_a_load_prints_the_diff_it_made(etl: Etl) -> None:
    seeds(EMMA, HEAT)
    assert said(etl("load", "seeds")) == (
        0,
        (
            "seeds: 2 records read: 2 loaded\n"
            "films: 2 added, 0 changed, 0 removed\n"
            "people: 6 added, 0 changed, 0 removed\n"
        ),
        "",
    )
    assert said(etl("load", "seeds")) == (
        0,
        "seeds: 2 records read: 2 unchanged\ngraph: unchanged\n",
        "",
    )


def test_a_rejected_record_is_named_by_file_line_and_field(etl: Etl) -> None:
    seeds(EMMA, HEAT)
    text = (SEEDS / "7361.txt").read_text("utf-8")
    Path("seeds/7361.txt").write_text(text.replace("2004", "two thousand", 1), "utf-8")
    assert said(etl("load", "seeds")) == (
        1,
        (
            "seeds: 3 records read: 2 loaded, 1 rejected\n"
            "films: 2 added, 0 changed, 0 removed\n"
            "people: 6 added, 0 changed, 0 removed\n"
        ),
        "Error: seeds/7361.txt:3: year: expected a year such as 2004, found 'two thousand'\n",
    )


QUARANTINED = (
    "838.txt:3: year: Write the year (`year:`) as four digits from 1870 to 2100, such as 2004. "
    "Found '1066'.\n"
)


def test_a_quarantined_record_is_named_by_file_line_and_field(etl: Etl) -> None:
    seeds(EMMA.but(year=1066), HEAT)
    result = etl("load", "seeds")
    assert (result.exit_code, result.stderr) == (1, f"Error: seeds/{QUARANTINED}")
    assert result.stdout.startswith("seeds: 2 records read: 1 loaded, 1 quarantined\n")


def test_a_repair_is_noted_and_quiet_leaves_it_out(etl: Etl) -> None:
    seeds(EMMA.but(rating="7,5"))
    note = "Note: seeds/838.txt:5: ratingValue: '7,5' read as 7.5\n"
    assert etl("load", "seeds", "--dry-run").stderr.startswith(note)
    assert said(etl("load", "seeds", "--quiet")) == (0, "", "")


def test_quiet_still_tells_errors(etl: Etl) -> None:
    seeds(EMMA.but(year="x"))
    message = "Error: seeds/838.txt:3: year: expected a year such as 2004, found 'x'\n"
    assert said(etl("load", "seeds", "-q")) == (1, "", message)


def test_many_errors_are_counted(etl: Etl) -> None:
    seeds(*(Film(number, "A", year="x") for number in range(1, 31)))
    result = etl("load", "seeds")
    lines = result.stderr.splitlines()
    assert (result.exit_code, len(lines)) == (1, 21)
    assert lines[-1] == "… and 10 more: etl quarantine lists them all"
    assert len(etl("quarantine").stdout.splitlines()) == 31


def test_a_film_without_people_loads_with_a_warning(etl: Etl) -> None:
    seeds(EMMA.but(directors="", actors=""))
    result = etl("load", "seeds")
    assert result.exit_code == 0
    assert result.stderr.startswith("Warning: seeds/838.txt:")
    assert len(result.stderr.splitlines()) == 1


def applied(graph: str, changes: str) -> str:
    """Change a graph of N-Triples as the lines of a dry run say."""
    lines = set(graph.splitlines())
    for sign, line in ((each[0], each[2:]) for each in changes.splitlines()):
        assert (sign == "-") == (line in lines), line
        lines ^= {line}
    return "".join(f"{line}\n" for line in sorted(lines))


SUMMARY = (
    "seeds: 1 record read: 1 loaded\n"
    "films: 1 added, 0 changed, 0 removed\n"
    "people: 3 added, 0 changed, 0 removed\n"
    "nothing was written: a dry run\n"
)


def test_a_dry_run_of_a_first_load_prints_the_graph_and_leaves_nothing(etl: Etl) -> None:
    seeds(EMMA)
    result = etl("load", "seeds", "--dry-run")
    assert (result.exit_code, result.stderr) == (0, SUMMARY)
    assert not Path(".etl").exists()
    etl("load", "seeds")
    assert applied("", result.stdout) == etl("export", "-f", "nt").stdout


def test_a_dry_run_prints_the_triples_that_would_leave_and_enter(etl: Etl) -> None:
    seeds(EMMA, HEAT)
    etl("load", "seeds")
    seeds(EMMA.but(title="Clueless", directors="Amy Heckerling"))
    movie = f"<{EMMA.iri}>"
    person = "<http://localhost:8000/person/{}>".format
    name, director = "<https://schema.org/name>", "<https://schema.org/director>"
    rdf_type = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"
    new, old = person("Amy_Heckerling"), person("Douglas_McGrath")
    expected = (
        f"+ {movie} {director} {new} .\n"
        f"- {movie} {director} {old} .\n"
        f'+ {movie} {name} "Clueless" .\n'
        f'- {movie} {name} "Emma" .\n'
        f"+ {new} {rdf_type} <https://schema.org/Person> .\n"
        f'+ {new} {name} "Amy Heckerling" .\n'
        f"- {old} {rdf_type} <https://schema.org/Person> .\n"
        f'- {old} {name} "Douglas McGrath" .\n'
    )
    assert said(etl("load", "seeds", "--dry-run", "--quiet")) == (0, expected, "")


CHANGES = [
    ("load", "seeds"),
    ("load", "seeds/838.txt", "more"),
    ("undo", "2"),
    ("remove", "seeds"),
    ("replay",),
    ("rebuild",),
    ("rebuild", "--base-iri", "https://films.example.org/"),
]


@pytest.fixture(scope="module")
def loaded_twice(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a workspace of two loads, with the records changed since, and a copy of it."""
    desk = Desk(tmp_path_factory.mktemp("twice"))
    desk.source = desk.source.rename(desk.source.with_name("seeds"))
    desk.write(EMMA, HEAT)
    desk.load()
    desk.write(EMMA.but(title="Clueless", actors="Alicia Silverstone"), HEAT.but(year="soon"))
    desk.load()
    desk.write(HEAT.but(title="Heat!"), EMMA.but(rating="7"))
    more = desk.source.with_name("more")
    more.mkdir()
    write(more, HEAT.but(title="Another", actors="Val Kilmer"))
    shutil.copytree(desk.workspace.path, more.with_name("kept"))
    return more.parent


@pytest.mark.parametrize("command", CHANGES, ids=" ".join)
def test_a_dry_run_prints_exactly_what_the_command_then_does(
    etl: Etl, loaded_twice: Path, monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...]
) -> None:
    monkeypatch.chdir(loaded_twice)
    monkeypatch.setenv("ETL_WORKSPACE", "workspace")
    shutil.rmtree("workspace")
    shutil.copytree("kept", "workspace")
    before, runs = etl("export", "-f", "nt").stdout, etl("runs").stdout
    dry = etl(*command, "--dry-run")
    assert etl(*command, "--dry-run").stdout == dry.stdout
    assert (etl("export", "-f", "nt").stdout, etl("runs").stdout) == (before, runs)
    done = etl(*command)
    assert dry.exit_code == done.exit_code
    told = done.stderr + done.stdout
    assert dry.stderr in (told, f"{told}nothing was written: a dry run\n")
    assert applied(before, dry.stdout) == etl("export", "-f", "nt").stdout
    changed = "graph: unchanged" not in done.stdout
    assert bool(dry.stdout) == changed


def test_strict_loads_nothing_if_anything_is_kept_out(etl: Etl) -> None:
    seeds(EMMA, HEAT.but(year="x"))
    result = etl("load", "seeds", "--strict")
    assert result.exit_code == 1
    assert result.stdout.endswith("nothing was written: --strict, and some records are kept out\n")
    assert said(etl("runs"))[0] == 2
    seeds(HEAT)
    assert etl("load", "seeds", "--strict").exit_code == 0
    assert len(etl("query", "films-by-year").stdout.splitlines()) > 1


def test_a_mass_removal_is_refused_and_can_be_insisted_on(etl: Etl) -> None:
    seeds(EMMA, HEAT)
    etl("load", "seeds")
    shutil.rmtree("seeds")
    Path("seeds").mkdir()
    assert said(etl("load", "seeds")) == (
        2,
        "",
        (
            "Error: seeds: 2 of 2 records have vanished\n"
            "Hint: check that the folder is the right one; to remove the records, "
            "load with --allow-removals\n"
        ),
    )
    result = etl("load", "seeds", "--allow-removals")
    assert (result.exit_code, result.stderr) == (0, "")
    assert "films: 0 added, 0 changed, 2 removed\n" in result.stdout


# What cannot be done: exit code 2, a line and a hint, nothing on standard output

UNLOADED = [
    (
        "load nothing",
        "Error: nothing: no such file or folder\nHint: check the path\n",
    ),
    (
        "load *.nothing",
        "Error: *.nothing: no file matches\nHint: check the pattern\n",
    ),
    (
        "load empty",
        (
            "Error: empty: no records in it\n"
            "Hint: expected files that end in .txt or .jsonl or .ndjson, or tables: "
            "etl columns FILE\n"
        ),
    ),
    (
        "load seeds --base-iri films",
        (
            "Error: base IRI: expected an address such as http://localhost:8000/, found 'films'\n"
            "Hint: give an http or https address without query or fragment\n"
        ),
    ),
    *(
        (command, "Error: .etl: nothing has been loaded yet\nHint: run: etl load SOURCE\n")
        for command in (
            "check",
            "explain Emma",
            "export",
            "quarantine",
            "query films-by-year",
            "runs",
            "search Emma",
            "sparql ASK{}",
            "validate",
        )
    ),
]


@pytest.mark.parametrize(("command", "message"), UNLOADED)
def test_what_cannot_be_done_without_a_graph_says_what_to_do(
    etl: Etl, command: str, message: str
) -> None:
    seeds(EMMA)
    Path("empty").mkdir()
    assert said(etl(*command.split())) == (2, "", message)


LOADED = [
    (
        ["query", "cast-of-flim"],
        (
            "Error: no saved query 'cast-of-flim'\n"
            "Hint: did you mean cast-of-film or facts-of-film or characters-of-film?\n"
        ),
    ),
    (
        ["query", "xyzzy"],
        "Error: no saved query 'xyzzy'\nHint: 'etl queries' lists them all\n",
    ),
    (
        ["query", "cast-of-film"],
        (
            "Error: cast-of-film: the parameter film is missing\n"
            "Hint: add -p film=… (the film, by name, identifier or IRI)\n"
        ),
    ),
    (
        ["query", "cast-of-film", "Fargoo"],
        "Error: film: no film is called 'Fargoo'\nHint: did you mean Fargo (1996)?\n",
    ),
    (
        ["query", "cast-of-film", "-p", "flim=Fargo"],
        "Error: cast-of-film: no parameter 'flim'\nHint: did you mean film?\n",
    ),
    (
        ["query", "cast-of-film", "-p", "Fargo"],
        "Error: expected a parameter and its value, found 'Fargo'\nHint: write film=Emma\n",
    ),
    (
        ["query", "cast-of-film", "The", "Matrix"],
        (
            "Error: cast-of-film: expected at most 1 values, found 2\n"
            "Hint: put a value of several words between quotes\n"
        ),
    ),
    (
        ["query", "films-of-year", "MCMXCVI"],
        "Error: year: expected a year such as 2004, found 'MCMXCVI'\n",
    ),
    (
        ["sparql", "SELECT * WHERE { ?film a Movie }"],
        (
            "Error: not SPARQL: line 1, column 31: did not expect '}' here\n"
            "Hint: the line is: SELECT * WHERE { ?film a Movie }\n"
        ),
    ),
    (
        ["sparql", "DELETE WHERE { ?s ?p ?o }"],
        (
            "Error: expected a query, found the update 'DELETE'\n"
            "Hint: the graph changes by 'etl load', 'etl remove' and 'etl undo'\n"
        ),
    ),
    (
        ["sparql", "latin.rq"],
        "Error: latin.rq: expected a query in UTF-8\n",
    ),
    (
        ["explain", "Nobody At All"],
        "Error: no film or person is called 'Nobody At All'\nHint: try 'etl search'\n",
    ),
    (
        ["export", "--format", "csv"],
        (
            "Error: a graph cannot be written as 'csv'\n"
            "Hint: choose one of ttl, nt, nq, jsonld, rdfxml with --format\n"
        ),
    ),
    (
        ["search", "Emma", "-f", "xml"],
        (
            "Error: a report cannot be written as 'xml'\n"
            "Hint: choose one of table, csv, tsv, json, markdown with --format\n"
        ),
    ),
    (
        ["export", "-o", "graph.docx"],
        (
            "Error: graph.docx: a graph cannot be written as '.docx'\n"
            "Hint: choose one of ttl, nt, nq, jsonld, rdfxml with --format\n"
        ),
    ),
    (
        ["export", "-o", "missing/graph.ttl"],
        "Error: missing/graph.ttl: cannot be written: No such file or directory\n",
    ),
]


@pytest.mark.parametrize(("command", "message"), LOADED)
def test_a_mistake_is_told_in_one_line_and_a_hint(
    ask: Etl, command: list[str], message: str
) -> None:
    Path("latin.rq").write_bytes(b"ASK {} # \xe9")
    assert said(ask(*command)) == (2, "", message)


USAGE = [
    (["frobnicate"], "Error: No such command 'frobnicate'."),
    (["load", "--name", "x"], "Error: --name, --columns, --as and --reviews need"),
    (["search", "Emma", "--limit", "0"], "Error: Invalid value for '--limit': 0 is not"),
    (["export", "--colour"], "Error: No such option"),
    (["search", "\udcff"], r"Error: expected an argument in UTF-8, found '\udcff'"),
]


@pytest.mark.parametrize(("command", "message"), USAGE)
def test_a_wrong_use_is_told_with_the_right_one(ask: Etl, command: list[str], message: str) -> None:
    result = ask(*command)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith("Usage: ")
    assert result.stderr.splitlines()[-1].startswith(message)


def test_a_workspace_keeps_its_base_iri(etl: Etl) -> None:
    seeds(EMMA)
    etl("load", "seeds", "--base-iri", "https://films.example.org")
    assert "<https://films.example.org/movie/tt0000838> " in etl("export", "-f", "nt").stdout
    assert etl("load", "seeds").exit_code == 0
    assert said(etl("load", "seeds", "--base-iri", "https://other.example.org/")) == (
        2,
        "",
        (
            "Error: --base-iri: the workspace's base IRI is https://films.example.org/\n"
            "Hint: load into a new --workspace to use another\n"
        ),
    )


# check


def test_check_proves_that_store_and_catalog_agree(ask: Etl) -> None:
    result = ask("check")
    disk, graph, agreed = result.stderr.splitlines()
    assert (result.exit_code, result.stdout) == (0, "")
    assert re.fullmatch(r"disk: 1 generation, \d+\.\d MB", disk)
    assert graph == hash_line(ask("export", "-f", "nt").stdout)
    assert agreed == "store and catalog agree: 52 films, 505 people"


def test_check_finds_what_does_not_belong_and_a_rebuild_mends_it(etl: Etl) -> None:
    seeds(EMMA)
    etl("load", "seeds")
    graph = etl("export").stdout
    generation = Workspace(Path(".etl")).required()
    movie = Quad(*next(parse(f"<{EMMA.iri}> <a:b> <c:d> .", RdfFormat.N_TRIPLES)).triple)
    store = EmbeddedStore.write(generation.store)
    store.add([movie, Quad(movie.subject, SCHEMA.name, Literal("Clueless"))])
    store.remove([Quad(movie.subject, SCHEMA.name, Literal("Emma"))])
    store.finish()
    del store
    generation.seal(None)  # as if it had been written so
    result = etl("check")
    assert (result.exit_code, result.stdout) == (
        1,
        f"place\tproblem\n{EMMA.iri}\t1 missing, 2 surplus triples\n",
    )
    message = "Error: .etl: store and catalog differ\nHint: run: etl rebuild\n"
    assert result.stderr.endswith(message)
    assert "films: 0 added, 1 changed, 0 removed\n" in etl("rebuild").stdout
    assert etl("check").exit_code == 0
    assert etl("export").stdout == graph


def test_check_and_validate_look_at_what_is_said_of_runs_too(etl: Etl) -> None:
    seeds(EMMA)
    etl("load", "seeds")
    assert said(etl("validate", "-f", "csv")) == (0, f"{FINDINGS}\n", "conforms\n")
    generation = Workspace(Path(".etl")).required()
    store, run = EmbeddedStore.write(generation.store), Iris().run(1)
    store.remove(q for q in store.about(run.value) if q.predicate == PROV.startedAtTime)
    store.finish()
    del store
    generation.seal(None)  # as if it had been written so
    result = etl("check")
    assert (result.exit_code, result.stdout) == (
        1,
        f"place\tproblem\n{run.value}\t1 missing triples\n",
    )
    assert result.stderr.endswith("Error: .etl: store and catalog differ\nHint: run: etl rebuild\n")
    for engine in ("compiled", "pyshacl"):
        result = etl("validate", "--engine", engine, "-f", "csv")
        [row] = csv.DictReader(io.StringIO(result.stdout))
        assert (result.exit_code, row["focus_node"]) == (1, run.value)
        assert row["path"] == str(PROV.startedAtTime)
    assert etl("rebuild").exit_code == 0
    assert [etl(command).exit_code for command in ("check", "validate")] == [0, 0]


# Formats


def read_rows(text: str, name: str) -> int:
    """Parse an answer, and count its rows."""
    if name == "json":
        found = json.loads(text)
        return len(found["results"]["bindings"] if isinstance(found, dict) else found)
    if name == "xml":
        return len(ET.fromstring(text).findall(".//{*}result"))
    if name in ("csv", "tsv"):
        rows = list(csv.reader(io.StringIO(text), delimiter="," if name == "csv" else "\t"))
        assert {len(row) for row in rows} == {len(rows[0])}
        return len(rows) - 1
    lines = text.splitlines()
    if name == "markdown":
        assert all(line.startswith("| ") and line.endswith(" |") for line in lines)
    return len(lines) - (2 if name == "markdown" else 1)


REPORT_FORMATS = ["table", "csv", "tsv", "json", "markdown"]
REPORTS = [
    (["queries"], 54),
    (["runs"], 1),
    (["search", "Emma"], 3),
    (["explain", "Fargo", "director"], 2),
]


@pytest.mark.parametrize("name", REPORT_FORMATS)
@pytest.mark.parametrize(("command", "count"), REPORTS)
def test_a_report_is_written_in_every_format(
    ask: Etl, command: list[str], count: int, name: str
) -> None:
    result = ask(*command, "--format", name)
    assert (result.exit_code, result.stderr) == (0, "")
    assert read_rows(result.stdout, name) == count


@pytest.mark.parametrize("name", [*REPORT_FORMATS, "xml"])
def test_solutions_are_written_in_every_format(ask: Etl, name: str) -> None:
    for command in (["query", "cast-of-film", "Fargo"], ["sparql", "fargo.rq"]):
        text = "SELECT ?n { ?f <https://schema.org/actor>/<https://schema.org/name> ?n ; "
        Path("fargo.rq").write_text(text + '<https://schema.org/name> "Fargo" }', "utf-8")
        result = ask(*command, "-f", name)
        assert (result.exit_code, result.stderr) == (0, "")
        assert read_rows(result.stdout, name) == 10


@pytest.mark.parametrize("name", GRAPHS)
def test_a_graph_is_written_in_every_format(ask: Etl, name: str) -> None:
    result = ask("export", "-f", name)
    assert (result.exit_code, result.stderr) == (0, ask("export", "-f", "nt").stderr)
    expected = {quad.triple for quad in parse(ask("export").stdout, RdfFormat.N_TRIPLES)}
    assert {quad.triple for quad in parse(result.stdout, GRAPHS[name])} == expected
    described = ask("sparql", "CONSTRUCT WHERE { ?s <https://schema.org/name> ?o }", "-f", name)
    assert described.exit_code == 0
    assert len(list(parse(described.stdout, GRAPHS[name]))) == 52 + 505


@pytest.mark.parametrize("suffix", ["ttl", "nt", "nq", "jsonld", "json", "rdf", "xml"])
def test_a_files_suffix_names_its_format(ask: Etl, suffix: str) -> None:
    path = Path(f"graph.{suffix}")
    told = hash_line(ask("export", "-f", "nt").stdout)
    assert said(ask("export", "-o", path)) == (0, "", f"{told}\n")
    form = {"json": "jsonld", "rdf": "rdfxml", "xml": "rdfxml"}.get(suffix, suffix)
    assert len(list(parse(path.read_bytes(), GRAPHS[form]))) > 1000


def test_a_yes_or_no_is_one_word(ask: Etl) -> None:
    assert said(ask("sparql", "ASK { ?s ?p ?o }")) == (0, "true\n", "")
    assert json.loads(ask("sparql", "ASK { ?s <a:b> ?o }", "-f", "json").stdout)["boolean"] is False


def test_a_query_comes_as_text_as_a_file_or_on_standard_input(ask: Etl) -> None:
    text = f"ASK {{ ?s ?p ?o FILTER(?o != '{'x' * 300}') }}"  # too long for a file's name
    Path("query.rq").write_text(f"\ufeff{text}", "utf-8")
    for given, stdin in ((text, None), ("query.rq", None), ("-", text.encode())):
        assert said(ask("sparql", given, stdin=stdin)) == (0, "true\n", "")


# Saved queries

VALUES = {
    "film": "Fargo",
    "person": "Robert De Niro",
    "other": "Joe Pesci",
    "first": "1995",
    "last": "1996",
    "year": "1996",
    "title": "Emma",
    "character": "James Bond",
    "text": "castle",
    "source": "seeds",
    "genre": "Drama",
    "language": "en",
    "country": "Germany",
    "company": "Focus Features",
    "collection": "A Collection",
    "keyword": "sea",
}
WITHOUT_ANSWER = {  # the sample says little and has no links
    "disagreements",
    "ages-in-film",
    "films-by-genre",
    "films-of-genre",
    "films-by-certificate",
    "films-by-country",
    "films-by-language",
    "films-in-language",
    "films-of-collection",
    "films-of-company",
    "films-of-country",
    "films-with-keyword",
    "films-without-year",
    "linked-films",
    "linked-people",
    "longest-films",
    "people-of-same-name",
    "reviews-of-film",
}


@pytest.mark.parametrize("saved", read_queries().values(), ids=lambda saved: saved.name)
def test_every_saved_query_answers_on_the_sample(ask: Etl, saved: SavedQuery) -> None:
    asked = [each for each in saved.parameters if each.default is None]
    given = [f"--parameter={each.name}={VALUES[each.name]}" for each in asked]
    result = ask("query", saved.name, *given)
    has_answer = len(result.stdout.splitlines()) > 1
    assert has_answer == (saved.name not in WITHOUT_ANSWER)
    told = "" if has_answer else "Note: no solutions\n"
    assert (result.exit_code, result.stderr) == (0, told)


def test_a_value_may_come_without_its_name(ask: Etl) -> None:
    by_place = ask("query", "films-of-two-people", "Robert De Niro", "Joe Pesci")
    by_name = ask("query", "films-of-two-people", "-p", "other=Joe Pesci", "Robert De Niro")
    assert said(by_place) == said(by_name)
    assert len(by_place.stdout.splitlines()) == 4


# explain


def test_a_triple_is_explained_by_rule_field_file_and_line(ask: Etl) -> None:
    result = ask("explain", "Fargo", "datePublished", "-f", "json")
    [row] = json.loads(result.stdout)
    place = os.path.relpath(SEEDS.resolve() / "608.txt")
    assert (result.exit_code, result.stderr) == (0, "")
    assert row == {
        "triple": '<movie/tt0116282> schema:datePublished "1996"',
        "rule": "movie-date-published",
        "field": "year",
        "says": "1996",
        "place": f"{Path(place).resolve()}:3",
        "run": "1",
        "outcome": "stated",
    }


def test_a_part_is_explained_by_the_words_that_say_it(ask: Etl) -> None:
    result = ask("explain", "http://localhost:8000/movie/tt0338013#role-1", "-f", "json")
    rows = json.loads(result.stdout)
    assert {(row["rule"], row["field"], row["says"]) for row in rows} == {
        ("movie-performance", "synopsis", "Joel Barish (Jim Carrey)")
    }
    assert {row["place"].rpartition(":")[2] for row in rows} == {"10"}


def test_a_part_told_by_a_surname_is_explained_with_how_sure_that_is(etl: Etl) -> None:
    seeds(HEAT.but(synopsis="Lieutenant Vincent Hanna (Pacino) hunts Neil (Robert De Niro)."))
    etl("load", "seeds")
    rows = json.loads(etl("explain", HEAT.iri, "film:performance", "-f", "json").stdout)
    assert [row["says"] for row in rows] == [
        "Lieutenant Vincent Hanna (Pacino), by surname, confidence 0.97",
        "Neil (Robert De Niro)",
    ]


def test_a_film_that_is_kept_out_is_explained_by_what_keeps_it_out(etl: Etl) -> None:
    seeds(EMMA.but(year=1066), HEAT)
    etl("load", "seeds")
    for name in ("Emma", EMMA.imdb, EMMA.iri):
        result = etl("explain", name)
        assert said(result) == (
            1,
            "triple\trule\tfield\tsays\tplace\trun\toutcome\n",
            f"Kept out: seeds/{QUARANTINED}",
        )


# Help


def python(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    path = os.pathsep.join(filter(None, sys.path))
    return subprocess.run(
        [sys.executable, *arguments],
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONPATH": path} | variables,
    )


def test_the_program_ends_with_the_code_of_the_command(tmp_path: Path) -> None:
    write(tmp_path, EMMA.but(year="x"))
    workspace = str(tmp_path / "workspace")
    loaded = python("-m", "etl", "load", str(tmp_path), ETL_WORKSPACE=workspace)
    message = "838.txt:3: year: expected a year such as 2004, found 'x'"
    assert (loaded.returncode, loaded.stderr) == (1, f"Error: {tmp_path}/{message}\n")
    missing = python("-m", "etl", "load", "nothing", ETL_WORKSPACE=workspace)
    assert missing.returncode == 2
    assert missing.stderr == "Error: nothing: no such file or folder\nHint: check the path\n"
    checked = python("-m", "etl", "check", ETL_WORKSPACE=workspace)
    assert (checked.returncode, checked.stdout) == (0, "")


def test_a_reader_that_has_had_enough_ends_the_program_quietly(loaded: Desk) -> None:
    shell = f"{sys.executable} -m etl export | head -n 1"
    done = subprocess.run(
        ["bash", "-o", "pipefail", "-c", shell],
        capture_output=True,
        text=True,
        env=os.environ
        | {
            "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
            "ETL_WORKSPACE": str(loaded.workspace.path),
        },
    )
    assert (done.stderr, len(done.stdout.splitlines())) == ("", 1)
