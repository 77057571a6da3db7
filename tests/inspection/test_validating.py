"""`etl validate` and `etl quarantine` say what does not conform, and where."""

from __future__ import annotations

import codecs
import contextlib
import csv
import io
import json
import re
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, parse, serialize

import sarif
from commands import Etl, said, seeds
from desk import Desk
from etl.rdf.vocab import SCHEMA, SH
from etl.stores.embedded import EmbeddedStore
from etl.workspace import Workspace
from places import SEEDS
from records import EMMA, HEAT, Film

YEAR = "year: Write the year (`year:`) as four digits from 1870 to 2100, such as 2004."
RATING = (
    "ratingValue: Give a rating (`ratingValue:`) that is not above the best of its scale, "
    "or name the scale it is on."
)
LONELY = (
    "Name at least one director or actor (`directors:`, `actors:`): a film without people "
    "is hard to find and to link."
)
COLUMNS = "severity,file,line,field,text,message,path,focus_node,component,shape,rule,found"
SHAPES = "https://w3id.org/reelgraph/shapes#"
YEAR_RULE = f"  rule: {SHAPES}movie-year-form\n"
LONELY_RULE = f"  rule: {SHAPES}movie-people\n"
UNREADABLE_RULE = "  rule: unreadable-record\n"
RATING_RULE = f"  rule: {SHAPES}aggregate-rating-value-best\n"
RULE = """
@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix schema: <https://schema.org/> .
@prefix shapes: <https://w3id.org/reelgraph/shapes#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> . @prefix own: <http://own.example/> .
"""
TWO_DIRECTORS = (
    RULE + "own:Film sh:targetClass schema:Movie ; sh:property own:two ."
    "own:two sh:path schema:director ; sh:minCount 2 ;"
    ' sh:message "Name two directors (`directors:`)." .'
)


def shapes(text: str, name: str = "own.ttl") -> Path:
    path = Path(name)
    path.write_text(text, "utf-8")
    return path


@pytest.fixture
def faulty(etl: Etl) -> Path:
    """Records in `seeds`: some unreadable, some not conforming, one repaired, one lonely."""
    del etl  # it makes the folder
    early = (Film(number, f"Early {number}", 1000 + number, directors="A B") for number in range(7))
    return seeds(
        *(film.but(number=film.number + 10) for film in early),
        EMMA.but(rating="82"),
        HEAT.but(year="soon"),
        Film(70, "Alone", 1950),
        Film(71, "Repaired", 1951, rating="7,5", directors="A B"),
    )


# For people


def test_what_is_wrong_is_grouped_and_the_most_frequent_comes_first(etl: Etl, faulty: Path) -> None:
    places = [f"  seeds/{number}.txt:3  '{990 + number}'\n" for number in range(10, 17)]
    start = f"Violation (7): {YEAR}\n{YEAR_RULE}"
    rest = (
        f"Violation (1): year: expected a year such as 2004\n{UNREADABLE_RULE}"
        "  seeds/6.txt:3  'soon'\n"
        f"Violation (1): {RATING}\n{RATING_RULE}"
        "  seeds/838.txt:5  '82'\n"
        f"Warning (1): {LONELY}\n{LONELY_RULE}"
        "  seeds/70.txt:1\n"
        "Info (1): ratingValue: repaired\n"
        "  rule: repaired-record\n"
        "  seeds/71.txt:5  '7,5' read as 7.5\n"
    )
    verdict = "does not conform: 9 violations, 1 warning\n"
    table = start + "".join(places[:5]) + "  … and 2 more: --all names them\n" + rest
    assert said(etl("validate", faulty, "--format", "table")) == (1, table, verdict)
    table = start + "".join(places) + rest
    assert said(etl("validate", faulty, "--format", "table", "--all")) == (1, table, verdict)
    assert not Path(".etl").exists()


def test_warnings_are_shown_and_only_violations_say_no(etl: Etl) -> None:
    seeds(EMMA)
    assert said(etl("validate", "seeds", "-f", "table")) == (0, "", "conforms\n")
    seeds(EMMA.but(directors="", actors=""))
    table = f"Warning (1): {LONELY}\n{LONELY_RULE}  seeds/838.txt:1\n"
    assert said(etl("validate", "seeds", "-f", "table")) == (0, table, "conforms: 1 warning\n")


def test_the_quarantine_is_grouped_by_reason(etl: Etl, faulty: Path) -> None:
    etl("load", faulty)
    result = etl("quarantine", "--format", "table")
    assert said(result) == (
        0,
        f"Violation (7): {YEAR}\n{YEAR_RULE}"
        + "".join(f"  seeds/{number}.txt:3  '{990 + number}'\n" for number in range(10, 15))
        + "  … and 2 more: --all names them\n"
        f"Violation (1): year: expected a year such as 2004\n{UNREADABLE_RULE}"
        "  seeds/6.txt:3  'soon'\n"
        f"Violation (1): {RATING}\n{RATING_RULE}"
        "  seeds/838.txt:5  '82'\n",
        "",
    )


# For programs


def test_rows_have_everything(etl: Etl) -> None:
    seeds(EMMA.but(year=1066), HEAT.but(year="soon"))
    year = YEAR.removeprefix("year: ")
    movie = f"{EMMA.iri},http://www.w3.org/ns/shacl#PatternConstraintComponent"
    assert etl("validate", "seeds", "-f", "csv").stdout == (
        f"{COLUMNS}\n"
        "Violation,seeds/6.txt,3,year,year: soon,expected a year such as 2004,,,,,"
        "unreadable-record,'soon'\n"
        f'Violation,seeds/838.txt,3,year,1066,"{year}",<https://schema.org/datePublished>,'
        f"{movie},{SHAPES}movie-year-form,{SHAPES}movie-year-form,'1066'\n"
    )
    etl("load", "seeds")
    assert etl("quarantine", "-f", "csv").stdout == (
        f"kind,source,film,title,{COLUMNS.removeprefix('severity,')}\n"
        "rejected,seeds,,,seeds/6.txt,3,year,year: soon,expected a year such as 2004,,,,,"
        "unreadable-record,'soon'\n"
        f'quarantined,seeds,tt0000838,Emma,seeds/838.txt,3,year,1066,"{year}",'
        f"<https://schema.org/datePublished>,{movie},{SHAPES}movie-year-form,"
        f"{SHAPES}movie-year-form,'1066'\n"
    )


def test_every_format_of_rows_has_the_same_rows(etl: Etl, faulty: Path) -> None:
    etl("load", faulty)
    for command, count in ((["validate", faulty], 11), (["quarantine"], 9)):
        rows = list(csv.DictReader(io.StringIO(etl(*command, "-f", "csv").stdout)))
        assert len(rows) == count
        tsv = etl(*command).stdout
        assert list(csv.DictReader(io.StringIO(tsv), delimiter="\t")) == rows
        found = json.loads(etl(*command, "-f", "json").stdout)
        assert [{key: str(v or "") for key, v in row.items()} for row in found] == rows
        assert len(etl(*command, "-f", "markdown").stdout.splitlines()) == count + 2


def test_an_editor_gets_a_mark_for_each_finding(etl: Etl, faulty: Path) -> None:
    etl("load", faulty)
    for command in (["validate", faulty], ["validate"], ["quarantine"]):
        etl(*command, "-o", "marks.sarif")
        log = json.loads(Path("marks.sarif").read_text("utf-8"))
        sarif.check(log)
        marks = {
            (
                result["level"],
                result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"],
                result["locations"][0]["physicalLocation"]["region"]["startLine"],
            )
            for result in log["runs"][0]["results"]
        }
        kept_out = {("error", f"seeds/{number}.txt", 3) for number in (6, *range(10, 17))}
        kept_out.add(("error", "seeds/838.txt", 5))
        noted = {("warning", "seeds/70.txt", 1)}
        match command:
            case ["quarantine"]:
                assert marks == kept_out
            case ["validate"]:
                assert marks == noted
            case _:
                assert marks == kept_out | noted | {("note", "seeds/71.txt", 5)}


def test_a_log_for_editors_is_complete(etl: Etl) -> None:
    seeds(EMMA.but(year=1066, name="Ä b.txt"))
    log = json.loads(etl("validate", "seeds", "-f", "sarif").stdout)
    sarif.check(log)
    (run,) = log["runs"]
    message = YEAR.removeprefix("year: ")
    assert run["tool"]["driver"]["rules"] == [
        {
            "id": f"{SHAPES}movie-year-form",
            "shortDescription": {"text": message},
            "defaultConfiguration": {"level": "error"},
        }
    ]
    assert run["results"] == [
        {
            "ruleId": f"{SHAPES}movie-year-form",
            "ruleIndex": 0,
            "level": "error",
            "message": {"text": f"{YEAR} Found '1066'."},
            "locations": [
                {
                    "physicalLocation": {
                        "artifactLocation": {"uri": "seeds/%C3%84%20b.txt"},
                        "region": {"startLine": 3},
                    },
                    "logicalLocations": [{"fullyQualifiedName": EMMA.iri}],
                }
            ],
            "properties": {
                "field": "year",
                "found": "'1066'",
                "component": "http://www.w3.org/ns/shacl#PatternConstraintComponent",
                "path": "<https://schema.org/datePublished>",
                "value": "1066",
                "film": "tt0000838",
                "title": "Emma",
            },
        }
    ]


def test_the_report_is_that_of_the_standard(etl: Etl) -> None:
    seeds(EMMA.but(year=1066))
    expected = f"""
@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix dcterms: <http://purl.org/dc/terms/> . @prefix film: <https://w3id.org/reelgraph/film#> .
_:report a sh:ValidationReport ; sh:conforms false ; sh:result _:result1 .
_:result1 a sh:ValidationResult ; sh:focusNode <{EMMA.iri}> ;
    sh:resultPath <https://schema.org/datePublished> ; sh:value "1066"^^xsd:gYear ;
    sh:resultSeverity sh:Violation ; sh:sourceShape <{SHAPES}movie-year-form> ;
    sh:sourceConstraintComponent sh:PatternConstraintComponent ;
    sh:resultMessage "{YEAR.removeprefix("year: ")}"@en ; dcterms:source _:origin1 .
_:origin1 film:file "seeds/838.txt" ; film:line 3 ; film:field "year" .
"""
    wanted = set(parse(expected, RdfFormat.TURTLE))
    for name, form in (
        ("ttl", RdfFormat.TURTLE),
        ("nt", RdfFormat.N_TRIPLES),
        ("nq", RdfFormat.N_QUADS),
        ("rdfxml", RdfFormat.RDF_XML),
        ("jsonld", RdfFormat.JSON_LD),
    ):
        result = etl("validate", "seeds", "-f", name)
        assert (result.exit_code, set(parse(result.stdout, form))) == (1, wanted)


# Files of RDF and the store

FILM = """
@prefix schema: <http://schema.org/> .
<http://films.example/emma> a schema:Movie ; schema:name "Emma", "Clueless" .
<http://films.example/heat> a schema:Movie ; schema:name " Heat" .
"""


def test_a_file_of_any_syntax_is_validated_as_it_is(etl: Etl) -> None:
    """`http://schema.org/` is understood, and all but RDF/XML has lines."""
    quads = sorted(parse(FILM, RdfFormat.TURTLE), key=str)
    found, places = [], {}
    for name, form in {
        "films.ttl": RdfFormat.TURTLE,
        "films.nt": RdfFormat.N_TRIPLES,
        "films.nq": RdfFormat.N_QUADS,
        "films.trig": RdfFormat.TRIG,
        "films.jsonld": RdfFormat.JSON_LD,
        "films.rdf": RdfFormat.RDF_XML,
        "films.xml": RdfFormat.RDF_XML,
    }.items():
        Path(name).write_bytes(serialize(quads, format=form) or b"")
        result = etl("validate", name, "-f", "csv")
        assert (result.exit_code, result.stderr.count("2 violations")) == (1, 1)
        rows = list(csv.DictReader(io.StringIO(result.stdout)))
        places[name] = {
            (row["line"], row["shape"].removeprefix(SHAPES))
            for row in rows
            if row["severity"] == "Violation"
        }
        found.append(sorted(str(row | {"file": "", "line": ""}) for row in rows))
    assert found == found[:1] * len(found)
    assert places == {
        "films.nt": {("1", "movie-name"), ("4", "movie-name-text")},
        "films.nq": {("1", "movie-name"), ("4", "movie-name-text")},
        "films.ttl": {("1", "movie-name"), ("3", "movie-name-text")},
        "films.trig": {("1", "movie-name"), ("3", "movie-name-text")},
        "films.jsonld": {("1", "movie-name"), ("1", "movie-name-text")},
        "films.rdf": {("", "movie-name"), ("", "movie-name-text")},
        "films.xml": {("", "movie-name"), ("", "movie-name-text")},
    }


def test_named_graphs_are_validated_together(etl: Etl) -> None:
    graph = NamedNode("http://films.example/graph")
    triples = [quad.triple for quad in parse(FILM, RdfFormat.TURTLE)]
    quads = [Quad(each.subject, each.predicate, each.object, graph) for each in triples]
    Path("films.nq").write_bytes(serialize(quads, format=RdfFormat.N_QUADS) or b"")
    assert etl("validate", "films.nq").stderr == "does not conform: 2 violations, 2 warnings\n"


def test_a_web_page_s_json_ld_needs_no_network(etl: Etl) -> None:
    page = {"@type": "Movie", "@id": "http://films.example/a", "name": ["A", "B"]}
    Path("a.jsonld").write_text(json.dumps({"@context": "https://schema.org", **page}), "utf-8")
    assert etl("validate", "a.jsonld").stderr == "does not conform: 1 violation, 1 warning\n"
    Path("a.jsonld").write_text(json.dumps({"@context": "http://a.example", **page}), "utf-8")
    message = (
        "Error: a.jsonld: not JSON-LD: its @context has an address, and nothing is fetched\n"
        "Hint: correct the file, or give it the suffix of its format\n"
    )
    assert said(etl("validate", "a.jsonld")) == (2, "", message)


def test_a_file_that_no_shape_is_about_is_no_success_in_silence(etl: Etl) -> None:
    Path("a.ttl").write_text("<http://a.example/a> <http://a.example/p> 1 .", "utf-8")
    table = "Warning (1): no shape has a target in it\n  rule: nothing-to-check\n  a.ttl\n"
    assert said(etl("validate", "a.ttl", "-f", "table")) == (0, table, "conforms: 1 warning\n")
    sarif.check(json.loads(etl("validate", "a.ttl", "-f", "sarif").stdout))


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("a.ttl", "<a:a> <a:b> oops .", "a.ttl:1: not Turtle: oops is not a valid RDF object"),
        ("b.ttl", None, "b.ttl: cannot be read: No such file or directory"),
    ],
)
def test_what_cannot_be_read_could_not_be_done(
    etl: Etl, name: str, text: str | None, message: str
) -> None:
    if text:
        Path(name).write_text(text, "utf-8")
    result = etl("validate", name)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith(f"Error: {message}\nHint: ")


def test_a_large_file_is_held_on_disk(etl: Etl, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("films.ttl").write_text(FILM, "utf-8")
    in_memory = said(etl("validate", "films.ttl"))
    monkeypatch.setattr("etl.inspection.validating.held_in_memory", lambda *_: None)
    assert said(etl("validate", "films.ttl")) == in_memory


def test_what_is_wrong_in_the_store_is_shown_where_its_source_says_it(etl: Etl) -> None:
    seeds(EMMA, HEAT)
    etl("load", "seeds")
    pacino = NamedNode("http://localhost:8000/person/Al_Pacino")
    generation = Workspace(Path(".etl")).required()
    store = EmbeddedStore.write(generation.store)
    store.add([Quad(NamedNode(EMMA.iri), SCHEMA.name, Literal("Clueless"))])
    store.add([Quad(pacino, SCHEMA.name, Literal("Al"))])
    store.add([Quad(pacino, SCHEMA.sameAs, Literal("x"))])
    store.add([Quad(NamedNode("http://a.example/b"), SCHEMA.name, Literal("?"))])
    store.finish()
    store.close()
    generation.seal(None)  # as if it had been written so
    rows = list(csv.DictReader(io.StringIO(etl("validate", "-f", "csv").stdout)))
    assert {(row["file"], row["line"], row["field"]) for row in rows} == {
        ("seeds/838.txt", "2", "title"),
        ("seeds/6.txt", "7", "actors"),
    }


def test_the_loaded_sample_conforms(loaded: Desk, etl: Etl) -> None:
    result = etl("validate", "--workspace", loaded.workspace.path)
    assert said(result) == (0, COLUMNS.replace(",", "\t") + "\n", "conforms\n")


# Engines and shapes


def test_pyshacl_says_the_same(etl: Etl, faulty: Path) -> None:
    for path in sorted(SEEDS.glob("*.txt"))[:5]:
        text = path.read_text("utf-8").replace("ratingValue: ", "ratingValue: 1")
        (faulty / path.name).write_text(text, "utf-8")
    shapes(TWO_DIRECTORS)
    etl("load", faulty)
    etl("export", "-o", "graph.ttl")
    with Path("graph.ttl").open("a", encoding="utf-8") as file:
        file.write("<a:b> a schema:Movie ; schema:name 1, 2 ; schema:actor [] .\n")
    for command in (["validate"], ["validate", faulty], ["validate", "graph.ttl"]):
        ours = etl(*command, "--shapes", "own.ttl", "-f", "csv")
        theirs = etl(*command, "--shapes", "own.ttl", "-f", "csv", "--engine", "pyshacl")
        assert ours.exit_code == 1
        assert _without_blank_nodes(said(theirs)) == _without_blank_nodes(said(ours))


def _without_blank_nodes(told: tuple[int, str, str]) -> tuple[int, list[str], str]:
    rows = csv.reader(io.StringIO(told[1]))
    blank = [",".join("_:" if cell.startswith("_:") else cell for cell in row) for row in rows]
    return told[0], blank, told[2]


def test_a_rule_of_one_s_own_counts_beside_ours(etl: Etl) -> None:
    seeds(EMMA.but(year=1066))
    shapes(TWO_DIRECTORS)
    result = etl("validate", "seeds", "--shapes", "own.ttl", "-f", "table")
    table = (
        f"Violation (1): {YEAR}\n{YEAR_RULE}"
        "  seeds/838.txt:3  '1066'\n"
        "Violation (1): directors: Name two directors (`directors:`).\n"
        "  rule: http://own.example/two\n"
        "  seeds/838.txt:6\n"
    )
    assert said(result) == (1, table, "does not conform: 2 violations\n")


def test_the_rule_in_the_readme_works(etl: Etl) -> None:
    seeds(EMMA, HEAT.but(rating="8"))
    readme = (SEEDS.parent / "README.md").read_text("utf-8")
    _, start, rest = readme.partition("@prefix schema: <https://schema.org/> .\n@prefix sh:")
    shapes(start + rest.partition("```")[0])
    result = etl("validate", "seeds", "--shapes", "own.ttl", "-f", "table")
    table = (
        "Violation (1): ratingValue: Give the film a rating (`ratingValue:`).\n"
        "  rule: https://films.example/shapes#film-rating\n"
        "  seeds/838.txt:5\n"
    )
    assert said(result) == (1, table, "does not conform: 1 violation\n")


def test_one_of_our_rules_can_be_turned_off(etl: Etl) -> None:
    seeds(EMMA.but(year=1066))
    shapes(RULE + "shapes:movie-year-form sh:deactivated true .")
    assert etl("validate", "seeds", "--shapes", "own.ttl").stderr == "conforms\n"


def test_several_shapes_count_together_and_a_folder_is_read(etl: Etl) -> None:
    seeds(EMMA)
    Path("rules").mkdir()
    shapes(TWO_DIRECTORS, "rules/two.ttl")
    shapes(
        RULE + "own:Name sh:targetClass schema:Person ; sh:severity sh:Info ;"
        ' sh:property [ sh:path schema:name ; sh:minLength 14 ; sh:message "Longer." ;'
        " sh:severity sh:Info ] ."
    )
    result = etl("validate", "seeds", "--shapes", "rules", "--shapes", "own.ttl", "-f", "table")
    assert re.sub("_:.*", "_:", result.stdout) == (
        "Violation (1): directors: Name two directors (`directors:`).\n"
        "  rule: http://own.example/two\n"
        "  seeds/838.txt:6\n"
        "Info (1): actors: Longer.\n"
        "  rule: _:\n"
        "  seeds/838.txt:7  'Alan Cumming'\n"
    )


QUERY = (
    RULE
    + """
own: sh:declare [ sh:prefix "schema" ; sh:namespace "https://schema.org/"^^xsd:anyURI ] .
own:Rated sh:targetClass schema:Movie ; sh:sparql [
    sh:prefixes own: ; sh:message "Rate it (`ratingValue:`)." ;
    sh:select "SELECT $this { FILTER NOT EXISTS { $this schema:aggregateRating ?r } }" ] .
"""
)


def test_what_goes_to_pyshacl_is_named_once(etl: Etl) -> None:
    seeds(EMMA, HEAT.but(rating="8"))
    shapes(QUERY)
    warning = (
        "Warning: shape <http://own.example/Rated>: checked by pySHACL, which is slow: "
        "it has a SPARQL constraint\n"
    )
    table = (
        "Violation (1): Rate it (`ratingValue:`).\n"
        "  rule: http://own.example/Rated\n"
        "  seeds/838.txt:1\n"
    )
    result = etl("validate", "seeds", "--shapes", "own.ttl", "-f", "table")
    assert said(result) == (1, table, warning + "does not conform: 1 violation\n")
    etl("load", "seeds")
    result = etl("validate", "--shapes", "own.ttl", "-f", "table")
    assert said(result) == (1, table, warning + "does not conform: 1 violation\n")


def test_shapes_that_cannot_be_used_could_not_be_done(etl: Etl) -> None:
    seeds(EMMA)
    shapes(RULE + "own:Film sh:targetClass schema:Movie ; sh:nodeKind 1 .")
    message = (
        "Error: shape <http://own.example/Film>: sh:nodeKind: expected an IRI, found 1\n"
        "Hint: correct the shape\n"
    )
    assert said(etl("validate", "seeds", "--shapes", "own.ttl")) == (2, "", message)
    assert etl("validate", "seeds", "--shapes", "none.ttl").exit_code == 2


def test_a_severity_of_one_s_own_is_a_warning(etl: Etl) -> None:
    seeds(EMMA)
    shapes(TWO_DIRECTORS.replace("sh:minCount", "sh:severity own:Odd ; sh:minCount"))
    result = etl("validate", "seeds", "--shapes", "own.ttl")
    assert (result.exit_code, result.stderr) == (0, "conforms: 1 warning\n")
    report = etl("validate", "seeds", "--shapes", "own.ttl", "-f", "nt").stdout
    assert f"{SH.resultSeverity} <http://own.example/Odd>" in report


# A file is judged as it stands

HTTP_SCHEMA, HTTPS_SCHEMA = "http://schema.org/", SCHEMA.iri
ENGINES = pytest.mark.parametrize("engine", ["compiled", "pyshacl"])


def rated(schema: str) -> Path:
    """A rule of one's own, in terms of `http://schema.org/` or of `https://schema.org/`."""
    scheme = schema.partition(":")[0]
    return shapes(
        f"@prefix sh: <{SH.iri}> . @prefix s: <{schema}> . @prefix own: <http://own.example/> ."
        f"own:{scheme}-Film sh:targetClass s:Movie ; sh:property own:{scheme}-two ."
        f"own:{scheme}-two sh:path s:director ; sh:minCount 2 ; sh:message 'Name two.' .",
        f"{scheme}.ttl",
    )


@ENGINES
@pytest.mark.parametrize("data", [HTTP_SCHEMA, HTTPS_SCHEMA])
@pytest.mark.parametrize("rule", [HTTP_SCHEMA, HTTPS_SCHEMA])
def test_a_rule_of_one_s_own_judges_data_of_its_own_namespace(
    etl: Etl, engine: str, data: str, rule: str
) -> None:
    Path("films.ttl").write_text(
        f"@prefix s: <{data}> . <a:b> a s:Movie ; s:name ' A' ; s:director <a:c> .", "utf-8"
    )
    result = etl("validate", "films.ttl", "--shapes", rated(rule), "-f", "csv", "--engine", engine)
    rows = list(csv.DictReader(io.StringIO(result.stdout)))
    found = {(row["line"], row["path"], row["shape"].rpartition("-")[2]) for row in rows}
    ours = {
        ("1", f"<{HTTPS_SCHEMA}name>", "text"),
        ("1", f"<{HTTPS_SCHEMA}director>", "director"),
    }
    theirs = {("1", f"<{rule}director>", "two")} if data == rule else set[tuple[str, str, str]]()
    assert found == ours | theirs
    warning = (
        f"Warning: shape <http://own.example/{rule.partition(':')[0]}-Film>: its target class "
        f"<{rule}Movie> is not in the graph; <{data}Movie> is\n"
    )
    assert result.stderr.count("Warning") == (data != rule)
    assert result.stderr.startswith("" if data == rule else warning)
    assert result.exit_code == 1


@ENGINES
def test_each_rule_judges_its_own_part_of_a_mixed_file(etl: Etl, engine: str) -> None:
    """Ours judge all of it: a film is one, though half of it is written with `http:`."""
    Path("films.ttl").write_text(
        f"@prefix a: <{HTTP_SCHEMA}> . @prefix b: <{HTTPS_SCHEMA}> .\n"
        "<a:one> a a:Movie ; a:name 'One' ; b:name 'One' ; a:director <a:p> .\n"
        "<a:two> a b:Movie ; b:name 'Two' ; a:name 'Zwei' ; b:director <a:p> .\n"
        "<a:p> a a:Person, b:Person ; a:name 'P' .",
        "utf-8",
    )
    both = ["--shapes", rated(HTTP_SCHEMA), "--shapes", rated(HTTPS_SCHEMA)]
    result = etl("validate", "films.ttl", *both, "-f", "csv", "--engine", engine)
    rows = csv.DictReader(io.StringIO(result.stdout))
    assert sorted((row["line"], row["shape"].rpartition("/")[2]) for row in rows) == [
        ("2", "http-two"),
        ("3", "https-two"),
        ("3", "shapes#movie-name"),
    ]
    assert result.stderr == "does not conform: 3 violations\n"


@ENGINES
def test_a_large_file_is_judged_as_it_stands_too(
    etl: Etl, engine: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("films.ttl").write_text(FILM, "utf-8")
    arguments = ["validate", "films.ttl", "--shapes", rated(HTTP_SCHEMA), "--engine", engine]
    in_memory = said(etl(*arguments))
    assert sum("http-two" in row for row in in_memory[1].splitlines()) == 2
    monkeypatch.setattr("etl.inspection.validating.held_in_memory", lambda *_: None)
    assert said(etl(*arguments)) == in_memory


def test_a_rule_that_judges_nothing_is_named_once(etl: Etl) -> None:
    """In files, if none of them has it; in records and in the store, whatever they are."""
    seeds(EMMA, HEAT)
    shapes(
        RULE + "own:A sh:targetClass <http://schema.org/Movie>, own:None ; sh:in () ."
        "own:B sh:targetSubjectsOf own:no ; sh:in () . own:C sh:targetNode own:c ; sh:in () ."
        "own:D sh:targetObjectsOf own:p ; sh:nodeKind sh:Literal ; sh:severity sh:Info ."
    )
    own, start = "http://own.example/", "Warning: shape <http://own.example/"
    http = f"{start}A>: its target class <http://schema.org/Movie> is not in the graph"
    lacking = [
        f"{start}A>: its target class <{own}None> is not in the graph",
        f"{start}B>: its target property <{own}no> is not in the graph",
        f"{start}D>: its target property <{own}p> is not in the graph",
    ]
    twin = "; <https://schema.org/Movie> is"
    Path("one.ttl").write_text("<a:b> <http://own.example/p> 1 .", "utf-8")
    Path("two.ttl").write_text("<a:b> a <http://own.example/None> .", "utf-8")
    for command, expected in {
        ("validate", "one.ttl"): [http, *lacking[:2]],
        ("validate", "one.ttl", "two.ttl"): [http, lacking[1]],
        ("validate", "seeds"): [http + twin, *lacking],
        ("validate", "seeds", "one.ttl"): [http, *lacking[:2]],
        ("load", "seeds", "--allow-removals"): [http + twin, *lacking],
        ("validate",): [http + twin, *lacking],
        ("replay",): [http + twin, *lacking],
    }.items():
        options = [] if command == ("replay",) else ["--shapes", "own.ttl"]
        lines = etl(*command, *options).stderr.splitlines()
        assert sorted(line for line in lines if line.startswith("Warning")) == sorted(expected)


# Results that differ in nothing

REPORTS = {
    "ttl": RdfFormat.TURTLE,
    "nt": RdfFormat.N_TRIPLES,
    "jsonld": RdfFormat.JSON_LD,
}


@ENGINES
@pytest.mark.parametrize("form", REPORTS)
def test_results_that_differ_in_nothing_are_all_written(etl: Etl, form: str, engine: str) -> None:
    Path("a.ttl").write_text(
        "@prefix : <http://a.example/> . :a :p 5 ; :q 1, 2, 3 ;"
        " :t 'a'@en, 'b'@en, 'c'@fr, 'd'@fr .",
        "utf-8",
    )
    shapes(
        RULE + "@prefix : <http://a.example/> . own:S sh:targetNode :a ; sh:property"
        " [ sh:path :p ; sh:lessThan :q ], [ sh:path :t ; sh:uniqueLang true ] ."
    )
    arguments = ("validate", "a.ttl", "--shapes", "own.ttl", "--engine", engine)
    report = list(parse(etl(*arguments, "-f", form).stdout, REPORTS[form]))
    components = [
        str(quad.object).rpartition("#")[2]
        for quad in report
        if quad.predicate == SH.sourceConstraintComponent
    ]
    assert sorted(components) == [
        *["LessThanConstraintComponent>"] * 3,
        *["UniqueLangConstraintComponent>"] * 2,
    ]
    assert etl(*arguments, "-f", "csv").stdout.count("LessThan") == 3


def test_a_person_of_two_films_is_reported_once(etl: Etl) -> None:
    """Films are judged one by one, and what they have in common is one result."""
    seeds(HEAT, HEAT.but(number=8195, title="Ronin", directors="John Frankenheimer"))
    shapes(RULE + "own:P sh:targetClass schema:Person ; sh:property own:n ."
           "own:n sh:path schema:name ; sh:maxLength 9 .")  # fmt: skip
    etl("load", "seeds")
    for command in (["validate", "seeds"], ["validate"]):
        found = etl(*command, "--shapes", "own.ttl", "-f", "nt").stdout
        assert found.count("sourceShape") == len({"Michael Mann", "Robert De Niro", "John F."})


# Marks of a byte order, and other encodings


@pytest.mark.parametrize("form", ["ttl", "nt", "nq", "trig", "jsonld", "rdf"])
def test_a_byte_order_mark_is_skipped(etl: Etl, form: str) -> None:
    formats = {"ttl": RdfFormat.TURTLE, "nt": RdfFormat.N_TRIPLES, "nq": RdfFormat.N_QUADS}
    formats |= {"trig": RdfFormat.TRIG, "jsonld": RdfFormat.JSON_LD, "rdf": RdfFormat.RDF_XML}
    data = serialize(sorted(parse(FILM, RdfFormat.TURTLE), key=str), format=formats[form]) or b""
    Path(f"films.{form}").write_bytes(data)
    without = said(etl("validate", f"films.{form}"))
    Path(f"films.{form}").write_bytes(codecs.BOM_UTF8 + data)
    assert said(etl("validate", f"films.{form}")) == without
    assert without[0] == 1


def test_a_byte_order_mark_in_shapes_is_skipped(etl: Etl) -> None:
    seeds(EMMA)
    Path("own.ttl").write_bytes(codecs.BOM_UTF8 + TWO_DIRECTORS.encode())
    for command in (["validate", "seeds"], ["load", "seeds"]):
        assert "Name two directors" in str(said(etl(*command, "--shapes", "own.ttl")))


def test_another_encoding_is_named(etl: Etl) -> None:
    seeds(EMMA)
    for encoding, name in (("utf-16", "UTF-16"), ("utf-32", "UTF-32")):
        Path("films.ttl").write_text(FILM, encoding)
        assert said(etl("validate", "films.ttl")) == (
            2,
            "",
            (
                f"Error: films.ttl: not Turtle: it is in {name}, and RDF is in UTF-8\n"
                "Hint: correct the file, or give it the suffix of its format\n"
            ),
        )
        Path("own.ttl").write_text(TWO_DIRECTORS, encoding)
        assert said(etl("validate", "seeds", "--shapes", "own.ttl")) == (
            2,
            "",
            (
                f"Error: own.ttl: not Turtle: it is in {name}, and RDF is in UTF-8\n"
                "Hint: save the file as UTF-8\n"
            ),
        )


# Shapes that are ill-formed, do not end, or would ask somebody

NO_PATH = "own:Film sh:targetClass schema:Movie ;\n  sh:property [ sh:datatype xsd:string ] ."


@pytest.mark.parametrize(
    "command",
    [
        ["validate", "seeds"],
        ["validate", "seeds", "--engine", "pyshacl"],
        ["validate", "films.ttl"],
        ["load", "seeds"],
        ["rebuild"],
    ],
)
def test_an_ill_formed_shape_is_named_with_its_line(etl: Etl, command: list[str]) -> None:
    seeds(EMMA)
    etl("load", "seeds")
    Path("films.ttl").write_text(FILM, "utf-8")
    Path("rules").mkdir()
    shapes(RULE + "own:Other sh:targetClass schema:Movie ; sh:nodeKind sh:IRI .", "rules/a.ttl")
    shapes(RULE + NO_PATH, "rules/b.ttl")
    assert said(etl(*command, "--shapes", "rules")) == (
        2,
        "",
        (
            "Error: rules/b.ttl:5: shape <http://own.example/Film>: sh:property: sh:path: "
            "a property shape has one, found none\n"
            "Hint: correct the shape\n"
        ),
    )


ENDLESS = "own:Film sh:targetClass schema:Movie ; sh:property [ sh:path schema:name ; {0} ] ."
ENDLESS_QUERY = (
    "sh:sparql [ sh:select 'SELECT $this { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l ."
    " ?m ?n ?o . ?p ?q ?r . ?s ?t ?u FILTER(?a = 1) }' ]"
)


@pytest.mark.parametrize(
    ("constraint", "what"),
    [
        ('sh:pattern "^(a+)+\\\\1$"', "sh:pattern: to match '^(a+)+\\\\1$' with one text"),
        (ENDLESS_QUERY, "sh:sparql: sh:select: the query for one node"),
    ],
)
@pytest.mark.parametrize("given", ["option", "environment"])
@pytest.mark.parametrize(
    "command",
    [
        ["validate", "seeds"],
        ["validate", "seeds", "--engine", "pyshacl"],
        ["validate", "films.ttl"],
        ["load", "seeds"],
    ],
)
def test_what_does_not_end_in_a_shape_is_stopped(
    etl: Etl,
    monkeypatch: pytest.MonkeyPatch,
    command: list[str],
    given: str,
    constraint: str,
    what: str,
) -> None:
    endless = "a" * 60 + "!"
    seeds(EMMA.but(title=endless))
    more = " ".join(f"<a:{each}> <a:p> {each} ." for each in range(40))
    film = f"<a:b> a <{SCHEMA.iri}Movie> ; <{SCHEMA.iri}name> '{endless}' ."
    Path("films.ttl").write_text(film + more, "utf-8")
    shapes(RULE + ENDLESS.format(constraint))
    options = []
    if given == "option" and command[0] == "validate":
        options = ["--shape-timeout", "0.3"]
    else:
        monkeypatch.setenv("ETL_SHAPE_TIMEOUT", "0.3")
    started = time.monotonic()
    result = etl(*command, "--shapes", "own.ttl", *options)
    assert time.monotonic() - started < 15
    error = (
        f"Error: shape <http://own.example/Film>: sh:property schema:name: {what} "
        "takes longer than 0.3 s\n"
        "Hint: make it simpler, or give it more seconds with ETL_SHAPE_TIMEOUT\n"
    )
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.endswith(error)
    assert not Path(".etl/current").exists()


def test_a_worker_that_is_stopped_ends_the_load(etl: Etl, monkeypatch: pytest.MonkeyPatch) -> None:
    """The film is judged in another process, which says so to this one."""
    films = [(number, f"Film {number}") for number in range(1, 4000)]
    records = [
        json.dumps({"movieId": number, "title": title, "year": 1990, "directors": ["A B"]})
        for number, title in [*films, (4000, "a" * 60 + "!")]
    ]
    Path("films.jsonl").write_text("\n".join(records), "utf-8")
    shapes(RULE + ENDLESS.format('sh:pattern "^(F.*|(a+)+\\\\2)$"'))
    monkeypatch.setenv("ETL_SHAPE_TIMEOUT", "0.3")
    result = etl("load", "films.jsonl", "--shapes", "own.ttl")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "sh:pattern: to match" in result.stderr
    assert not Path(".etl/current").exists()


@pytest.mark.parametrize("seconds", ["0", "-1", "soon", "inf", "nan"])
def test_a_limit_is_a_number_of_seconds(
    etl: Etl, monkeypatch: pytest.MonkeyPatch, seconds: str
) -> None:
    seeds(EMMA)
    result = etl("validate", "seeds", "--shape-timeout", seconds)
    assert result.exit_code == 2
    assert "Error: Invalid value for '--shape-timeout'" in result.stderr
    monkeypatch.setenv("ETL_SHAPE_TIMEOUT", seconds)
    for command in (["load", "seeds"], ["undo", "1"]):
        result = etl(*command)
        assert result.exit_code == 2
        assert "Invalid value for '--shape-timeout'" in result.stderr


def test_a_pattern_that_backtracks_is_answered(etl: Etl) -> None:
    seeds(EMMA.but(title="a" * 60 + "!"), HEAT)
    shapes(RULE + ENDLESS.format('sh:pattern "^(([a-zA-Z0-9 ]+)+)+$" ; sh:message "No." '))
    for engine in ("compiled", "pyshacl"):
        result = etl("validate", "seeds", "--shapes", "own.ttl", "-f", "csv", "--engine", engine)
        assert result.stdout.count("No.") == 1
    assert etl("load", "seeds", "--shapes", "own.ttl").stdout.startswith(
        "seeds: 2 records read: 1 loaded, 1 quarantined\n"
    )


@pytest.fixture
def listener() -> Iterator[tuple[str, list[object]]]:
    """Listen on loopback, and keep who asks."""
    asked: list[object] = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.1)
        ends = threading.Event()

        def accept() -> None:
            while not ends.is_set():
                with contextlib.suppress(TimeoutError):
                    connection, address = server.accept()
                    asked.append(address)
                    connection.close()

        thread = threading.Thread(target=accept)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}/x", asked
        ends.set()
        thread.join()


TARGET = "own:S sh:targetClass schema:Movie ; sh:nodeKind sh:IRI"
REFUSED, WARNED = 2, 0


@ENGINES
@pytest.mark.parametrize(
    ("rule", "code"),
    [
        ("sh:sparql [ sh:select 'SELECT $this {{ SERVICE <{0}> {{ ?a ?b ?c }} }}' ]", REFUSED),
        ("sh:sparql [ sh:select 'SELECT $this FROM <{0}> {{ ?a ?b ?c }}' ]", REFUSED),
        ("sh:sparql [ sh:select 'SELECT $this {{ GRAPH <{0}> {{ ?a ?b ?c }} }}' ]", REFUSED),
        (". own: <http://www.w3.org/2002/07/owl#imports> <{0}>", WARNED),
        (". own: sh:shapesGraph <{0}>", WARNED),
        ("; sh:js [ sh:jsLibrary [ sh:jsLibraryURL '{0}'^^xsd:anyURI ] ]", WARNED),
    ],
)
def test_no_shape_causes_a_request(
    etl: Etl, listener: tuple[str, list[object]], engine: str, rule: str, code: int
) -> None:
    address, asked = listener
    seeds(EMMA)
    separator = "" if rule[0] in ".;" else "; "
    shapes(f"{RULE}{TARGET} {separator}{rule.format(address)} .")
    for command in (["validate", "seeds", "--engine", engine], ["load", "seeds"]):
        result = etl(*command, "--shapes", "own.ttl")
        assert result.exit_code == code
        assert result.stderr.count("Error" if code else "Warning") == 1
    assert asked == []


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.ttl", "<a:b> <http://www.w3.org/ns/shacl#shapesGraph> <{0}> ."),
        ("b.ttl", "<a:b> <http://www.w3.org/2002/07/owl#imports> <{0}> ."),
        ("c.jsonld", '{{"@context": "{0}", "@id": "a:b", "@type": "Movie"}}'),
        ("d.jsonld", '{{"@context": ["https://schema.org/", "{0}"], "@type": "Movie"}}'),
        ("e.jsonld", '{{"@context": {{"@import": "{0}"}}, "@type": "Movie"}}'),
        ("f.jsonld", '{{"@context": {{"a": {{"@id": "a:", "@context": "{0}"}}}}, "a": {{}}}}'),
        (
            "g.rdf",
            ('<?xml version="1.0"?><!DOCTYPE r SYSTEM "{0}" [<!ENTITY e SYSTEM "{0}">]>'
            '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"'
            ' xmlns:s="https://schema.org/"><s:Movie rdf:about="a:b"><s:name>&e;</s:name>'
            "</s:Movie></rdf:RDF>"),
        ),
    ],
)  # fmt: skip
def test_no_file_causes_a_request(
    etl: Etl, listener: tuple[str, list[object]], name: str, text: str
) -> None:
    address, asked = listener
    Path(name).write_text(text.format(address), "utf-8")
    result = etl("validate", name)
    assert asked == []
    assert result.exit_code == (0 if name.endswith(".ttl") else 2)
    if name.endswith(".ttl"):
        assert f"<{address}>: what it names is not read\n" in result.stderr


def test_what_is_found_is_what_the_record_says(etl: Etl) -> None:
    """No end of the scale, which the mapping adds, nor the year that a film must be after."""
    seeds(EMMA.but(rating="0.20"), HEAT.but(rating="11"))
    shapes(
        RULE + "own:R sh:targetClass schema:AggregateRating ; sh:property"
        " [ sh:path schema:bestRating ; sh:maxInclusive 5 ; sh:message 'Rate to five.' ] ."
        "own:M sh:targetClass schema:Movie ; sh:property"
        " [ sh:path schema:datePublished ; sh:minInclusive '1996'^^xsd:gYear ;"
        " sh:message 'Too old.' ] ."
    )
    rows = csv.DictReader(
        io.StringIO(etl("validate", "seeds", "--shapes", "own.ttl", "-f", "csv").stdout)
    )
    found = {(row["file"], row["message"].partition(",")[0], row["text"]) for row in rows}
    assert found == {
        ("seeds/6.txt", RATING.removeprefix("ratingValue: ").partition(",")[0], "11"),
        ("seeds/6.txt", "Rate to five.", "11"),
        ("seeds/6.txt", "Too old.", "1995"),
        (
            "seeds/838.txt",
            "Give a rating (`ratingValue:`) that is not below the worst of its scale",
            "0.20",
        ),
        ("seeds/838.txt", "Rate to five.", "0.20"),
    }
    errors = etl("load", "seeds").stderr
    assert "scale it is on. Found '0.20'.\n" in errors
    assert "scale it is on. Found '11'.\n" in errors
