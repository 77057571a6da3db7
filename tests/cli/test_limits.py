"""Questions that do not end, and files of RDF made to harm: each ends in one line, with a hint."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest
from pyoxigraph import RdfFormat, parse

from commands import Etl, seeds
from desk import Desk
from etl.errors import ShapesError, SourceError
from etl.process.limits import Bounds
from etl.process.temporary import remove_temporary, temporary_file, temporary_folder
from etl.sources.parsing import DEEPEST
from etl.sources.proving import prove_turtle, proving
from records import Film
from servers import Server
from thoroughness import THOROUGH, examples

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs limits of the system")

ENDLESS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
GREEDY = "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i } ORDER BY ?c ?f"
ROWS = 20_000
LARGE = f"SELECT ?a ?d {{ ?a ?b ?c . ?d ?e ?f }} LIMIT {ROWS}"
H = 'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:s="https://schema.org/"'
QUICK = Bounds(0.5, 300_000_000)
FILMS = 60
RDF12 = 'rdf:version="1.2"'


def prove(*paths: Path, bounds: Bounds = QUICK) -> list[str]:
    """Give the files that are sound, up to the first one that is not, which is raised."""
    with proving(map(str, paths), bounds) as proven:
        return list(proven)


def started(desk: Desk, *command: str) -> subprocess.Popen[bytes]:
    """Start a command in a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "etl", *command],
        cwd=desk.source.parent,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def ran(desk: Desk, *command: str) -> tuple[int, str, str]:
    """Run a command in a process of its own."""
    with started(desk, *command) as process:
        stdout, stderr = process.communicate(timeout=60)
    return process.returncode, stdout.decode(), stderr.decode()


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """Load some films."""
    desk = Desk(tmp_path)
    desk.write(*(Film(n, f"Film {n}", directors="Ann", actors=f"Bo, Cy {n}") for n in range(FILMS)))
    desk.load()
    return desk


NO_SOLUTION = (
    "Error: no solution within 0.5 s\n"
    "Hint: ask for less, or give it more time with --timeout SECONDS (0: no limit)\n"
)


@pytest.mark.parametrize("form", ["tsv", "table", "xml"])
def test_a_query_ends_that_finds_nothing_in_time(desk: Desk, form: str) -> None:
    command = ("sparql", ENDLESS, "--workspace", "workspace", "-f", form, "-o", "out")
    assert ran(desk, *command, "--timeout", "0.5") == (2, "", NO_SOLUTION)
    assert sorted(each.name for each in desk.source.parent.iterdir()) == ["records", "workspace"]


def test_the_environment_gives_the_limit_too(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ETL_TIMEOUT", "0.5")
    assert ran(desk, "sparql", ENDLESS, "--workspace", "workspace") == (2, "", NO_SOLUTION)


def test_a_query_ends_that_takes_too_much_memory(desk: Desk) -> None:
    command = ("sparql", GREEDY, "--workspace", "workspace", "--memory", "250")
    assert ran(desk, *command) == (
        2,
        "",
        (
            "Error: this takes more than 250 MB of memory\n"
            "Hint: ask for less, or allow more with --memory MB (0: no limit)\n"
        ),
    )


@pytest.mark.parametrize("form", ["json", *(["tsv", "csv", "xml"] if THOROUGH else [])])
def test_the_clock_stops_at_the_first_solution(desk: Desk, form: str) -> None:
    """Whoever reads slowly gets all of the answer: a pipe holds less than that."""
    command = ("sparql", LARGE, "--workspace", "workspace", "-f", form, "--timeout", "3")
    with started(desk, *command) as process:
        assert process.stdout is not None
        answer = process.stdout.read(100)
        time.sleep(3.5)
        answer += process.stdout.read()
    assert process.returncode == 0
    assert answer.count(b"\r\n" if form == "csv" else b"http") >= ROWS


@pytest.mark.parametrize("query", [ENDLESS, GREEDY], ids=["endless", "greedy"])
def test_a_remote_server_is_not_waited_for_without_end(
    desk: Desk, spare: Server, query: str
) -> None:
    spare.update(f"INSERT DATA {{ {' '.join(f'<a:{n}> <a:p> {n} .' for n in range(900))} }}")
    command = ("sparql", query, "--workspace", "workspace", "--store", spare.url)
    assert ran(desk, *command, "--timeout", "0.5") == (2, "", NO_SOLUTION)


def test_no_limit_is_a_limit_of_nothing(etl: Etl) -> None:
    seeds(Film(1, "Emma", directors="Ann"))
    assert etl("load", "seeds").exit_code in (0, 1)
    result = etl("sparql", "ASK {}", "--timeout", "0", "--memory", "0")
    assert (result.exit_code, result.stdout) == (0, "true\n")
    for text in ("soon", "-1", "nan", "inf"):
        result = etl("sparql", "ASK {}", "--timeout", text)
        assert (result.exit_code, result.stdout) == (2, "")


def test_brackets_without_end_are_refused(desk: Desk) -> None:
    deep = f"SELECT ?x {{ BIND({'STR(' * 20_000}1{')' * 20_000} AS ?x) }}"
    assert ran(desk, "sparql", deep, "--workspace", "workspace") == (
        2,
        "",
        (
            "Error: the query has brackets nested more than 200 deep, in line 1\n"
            "Hint: make it simpler\n"
        ),
    )


CHAINS = {
    "bind": "SELECT * {" + " ".join(f"BIND({n} AS ?v{n})" for n in range(9_000)) + "}",
    "not": f"ASK {{ FILTER({'!' * 40_000}true) }}",
    "plus": f"ASK {{ FILTER(1{' + 1' * 9_000} = 0) }}",
    "minus": f"ASK {{ FILTER(1{' -1' * 9_000} = 0) }}",
    "union": "ASK {" + " UNION ".join(["{ ?s ?p 1 }"] * 9_000) + "}",
    "optional": "ASK {" + "OPTIONAL { ?s ?p 1 } " * 9_000 + "}",
    "alternative": f"ASK {{ ?s <a:b>{'|<a:b>' * 40_000} ?o }}",
    "columns": "SELECT " + " ".join(f"({n} AS ?v{n})" for n in range(9_000)) + " {}",
}


@pytest.mark.parametrize("chain", CHAINS if THOROUGH else ["bind", "not"])
def test_chains_without_end_are_refused(desk: Desk, chain: str) -> None:
    query = desk.source.parent / "long.rq"
    query.write_text(CHAINS[chain], "utf-8")
    code, stdout, stderr = ran(desk, "sparql", str(query), "--workspace", "workspace")
    assert (code, stdout) == (2, "")
    assert re.fullmatch(
        r"Error: the query has more than 2000 parts such as \S+, in line 1\n"
        r"Hint: make it simpler\n",
        stderr,
    )


def test_long_lists_are_no_chains(desk: Desk) -> None:
    numbers = [*range(-9_000, 9_000)]
    listed = " ".join(map(str, numbers))
    query = desk.source.parent / "long.rq"
    query.write_text(f"ASK {{ VALUES ?x {{ {listed} }} FILTER(?x IN (1, 2)) }}", "utf-8")
    assert ran(desk, "sparql", str(query), "--workspace", "workspace") == (0, "true\n", "")


def _entities(times: int) -> str:
    more = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, times))
    name = f"<s:name>&a{times - 1};</s:name>"
    movie = f'<s:Movie rdf:about="a:b">{name}</s:Movie>'
    return f'<!DOCTYPE r [<!ENTITY a0 "lol">{more}]><rdf:RDF {H}>{movie}</rdf:RDF>'


def _triple_terms(depth: int, number: str = "1") -> str:
    return f"<a:b> <a:c> {'<<( <a:b> <a:c> ' * depth}{number}{' )>>' * depth} ."


def _triple_terms_in_xml(depth: int) -> str:
    begin, end = '<rdf:Description rdf:about="a:b">', "</rdf:Description>"
    inner = f'<s:p rdf:parseType="Triple">{begin}' * depth
    outer = f"{end}</s:p>" * depth
    return f"<rdf:RDF {H} {RDF12}>{begin}{inner}<s:p>1</s:p>{outer}{end}</rdf:RDF>"


LONG = "a:" + "x" * 200_000
CRASHES = "it is nested so deeply that a parser crashes"
# Whichever comes first.
MEMORY = r"reading it takes (more than 300 MB of memory|longer than 0\.5 s)"
BOMBS = {
    "entities.rdf": (_entities(10), MEMORY),
    "long-entity.rdf": (
        (
            f'<!DOCTYPE r [<!ENTITY a "{"x" * 100_000}">]><rdf:RDF {H}>'
            f'<s:Movie rdf:about="a:b"><s:name>{"&a;" * 30_000}</s:name></s:Movie></rdf:RDF>'
        ),
        MEMORY,
    ),
    "contexts.jsonld": (
        '{"@context":{"@vocab":"https://schema.org/"},"a":' * 20_000 + "1" + "}" * 20_000,
        MEMORY,
    ),
    "elements.rdf": (
        f"<rdf:RDF {H}>{'<s:M><s:a>' * 50_000}{'</s:a></s:M>' * 50_000}</rdf:RDF>",
        "reading it takes longer than 1.6 s",
    ),
    "terms.trig": (_triple_terms(20_000), CRASHES),
    "terms.ttl": (_triple_terms(20_000), CRASHES),
    "terms.nt": (_triple_terms(20_000, '"1"'), CRASHES),
    "terms.nq": (_triple_terms(20_000, '"1"'), CRASHES),
    "terms.rdf": (_triple_terms_in_xml(4_000), "it has triple terms in one another"),
    "fewer-terms.ttl": (
        _triple_terms(DEEPEST + 1),
        "it has triple terms in one another, more than ",
    ),
    "fewer-terms.rdf": (_triple_terms_in_xml(DEEPEST + 1), "it has triple terms in one another"),
    "bases.ttl": (
        "@base <a:/> .\n" + f"@base <{'x' * 90}/> .\n" * 2000 + "<x> <y> <z> .\n" * 10_000,
        "reading it takes longer than",
    ),
    "prefix.ttl": (
        f"@prefix a: <{LONG}> .\n" + "a:b a:c a:d .\n" * 100_000,
        "reading it takes longer than",
    ),
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_file_made_to_harm_is_refused(tmp_path: Path, name: str) -> None:
    text, reason = BOMBS[name]
    bomb = tmp_path / name
    bomb.write_text(text, "utf-8")
    with pytest.raises(SourceError, match=f"{name}: refused: {reason}") as caught:
        prove(bomb)
    assert caught.value.hint.endswith("raise --timeout or --memory")


def test_the_file_is_named_that_is_refused(tmp_path: Path) -> None:
    sound, bomb = tmp_path / "sound.ttl", tmp_path / "bomb"
    sound.write_text(_triple_terms(DEEPEST), "utf-8")
    bomb.write_text(_triple_terms(20_000), "utf-8")
    prove_turtle([sound], QUICK)
    with pytest.raises(ShapesError, match=f"bomb: refused: {CRASHES}"):
        prove_turtle([sound, bomb, sound], QUICK)


def test_files_are_given_until_one_is_refused(tmp_path: Path) -> None:
    sound, bomb = tmp_path / "sound.jsonld", tmp_path / "bomb.ttl"
    sound.write_text('{"@id": "a:b", "a:c": 1}', "utf-8")
    bomb.write_text(_triple_terms(20_000), "utf-8")
    with proving(map(str, [sound, sound, bomb, sound]), QUICK) as proven:
        assert [next(proven), next(proven)] == [str(sound)] * 2
        with pytest.raises(SourceError, match=f"bomb.ttl: refused: {CRASHES}"):
            next(proven)


def test_what_is_no_rdf_is_left_to_whoever_reads_it(tmp_path: Path) -> None:
    (tmp_path / "broken.rdf").write_text("<no", "utf-8")
    paths = tmp_path / "broken.rdf", tmp_path / "absent.rdf"
    assert prove(*paths) == list(map(str, paths))


@pytest.mark.parametrize("command", ["validate bomb.ttl", "validate sound.ttl --shapes bomb.ttl"])
def test_a_command_says_what_it_refuses(etl: Etl, command: str) -> None:
    Path("bomb.ttl").write_text(_triple_terms(20_000), "utf-8")
    Path("sound.ttl").write_text("<a:b> a <a:c> .", "utf-8")
    result = etl(*command.split())
    assert (result.exit_code, result.stdout, result.stderr) == (
        2,
        "",
        (
            f"Error: bomb.ttl: refused: {CRASHES}\n"
            "Hint: check where the file comes from; if you trust it, raise --timeout or --memory\n"
        ),
    )


def test_terms_as_deep_as_allowed_can_be_validated(etl: Etl) -> None:
    Path("deep.ttl").write_text(_triple_terms(DEEPEST), "utf-8")
    assert etl("validate", "deep.ttl").exit_code == 0


@pytest.mark.parametrize("form", [RdfFormat.TURTLE, RdfFormat.N_TRIPLES])
def test_ordinary_files_need_no_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, form: RdfFormat
) -> None:
    monkeypatch.setattr("etl.sources.proving._process", pytest.fail)
    file = tmp_path / f"films.{form.file_extension}"
    lines = "".join(f'<a:{n}> <a:p> "{n}" .\n' for n in range(examples(20_000, 200_000)))
    file.write_text(lines, "utf-8")
    assert next(parse(lines.encode(), form))
    assert prove(file, bounds=Bounds(1, 1)) == [str(file)]


def test_temporary_files_go_when_a_process_ends_at_once(tmp_path: Path) -> None:
    file = tmp_path / "part"
    with temporary_file(file), temporary_folder(tmp_path) as folder:
        file.touch()
        (folder / "store").mkdir()
        (folder / "store" / "table").touch()
        remove_temporary()
        assert list(tmp_path.iterdir()) == []
        folder.mkdir()  # for those who come after
