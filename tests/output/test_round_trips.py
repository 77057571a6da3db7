"""Whatever a value is, each format gives it back to a reader that is not ours."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Sequence
from xml.etree import ElementTree as ET

import pytest
import rdflib
from hypothesis import example, given
from hypothesis import strategies as st
from pyoxigraph import (
    BlankNode,
    Literal,
    NamedNode,
    QueryResultsFormat,
    QuerySolutions,
    RdfFormat,
    Store,
    Triple,
    parse,
    parse_query_results,
)

from etl.errors import EtlError
from etl.findings import Finding, Severity
from etl.output import Destination, GraphAnswer, RefusalReport, Rows, Solutions, Violations, write
from etl.rdf.vocab import DCTERMS, FILM_RUNS, SCHEMA, SH, XSD

IN_XML = re.compile("[\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]*")
ODD = [
    *("\r", "\r\n", "\n", "\t", "\x00", "\x0b", "\x1b[31m", "\x7f", "\x85", "\x9b2J", "\u2028"),
    *("\u2029", "\ufeff", "\u202e", "\ufffe", '"', "'", '""', "\\", "\\n", "\\u0041", "😀", "é"),
    *(
        "e\u0301",
        "<",
        "&",
        "]]>",
        "|",
        "`",
        ",",
        ";",
        " ",
        "",
        "花",
        "\U000e0001",
        "#",
        "@en",
        "^^",
    ),
]
TEXTS = st.lists(
    st.one_of(st.sampled_from(ODD), st.text(st.characters(exclude_categories=["Cs"]), max_size=3)),
    max_size=6,
).map("".join)
IRIS = st.sampled_from(["http://example.org/a", "http://example.org/é?b&c='d'", "urn:x"])
TERMS = st.one_of(
    IRIS.map(NamedNode),
    TEXTS.map(Literal),
    st.builds(lambda text: Literal(text, language="de-ch"), TEXTS),
    st.builds(lambda text: Literal(text, datatype=NamedNode("http://example.org/t")), TEXTS),
    st.sampled_from(["1", "-007", "1.50", ".5", "x"]).map(
        lambda n: Literal(n, datatype=XSD.integer)
    ),
    st.sampled_from(["1", "1.50", ".5", "2."]).map(lambda n: Literal(n, datatype=XSD.decimal)),
    st.sampled_from(["true", "1"]).map(lambda n: Literal(n, datatype=XSD.boolean)),
    st.just(BlankNode("b")),
)
ROWS = st.integers(1, 3).flatmap(
    lambda width: st.lists(st.tuples(*[st.one_of(st.none(), TERMS)] * width), max_size=4).map(
        lambda rows: (("a", "b", "c")[:width], rows)
    )
)
Table = tuple[Sequence[str], list[tuple[NamedNode | Literal | BlankNode | None, ...]]]


def written(
    answer: Solutions | Rows | GraphAnswer | RefusalReport | Violations, name: str
) -> bytes:
    stream = io.BytesIO()
    write(answer, Destination(stream, name))
    return stream.getvalue()


def plain(term: NamedNode | Literal | BlankNode | None) -> str:
    if term is None:
        return ""
    return str(term) if isinstance(term, BlankNode) else term.value


def sayable(table: Table) -> bool:
    return all(IN_XML.fullmatch(plain(term)) for row in table[1] for term in row)


def node(term: object) -> rdflib.term.Identifier:
    """Make a term rdflib's, without a text between; numbers as rdflib spells them."""
    match term:
        case NamedNode(value=value):
            return rdflib.URIRef(value)
        case BlankNode(value=value):
            return rdflib.BNode(value)
        case Literal(value=value, language=str() as language):
            return rdflib.Literal(value, lang=language)
        case Literal(value=value, datatype=datatype):
            iri = None if datatype == XSD.string else rdflib.URIRef(datatype.value)
            return rdflib.Literal(value, datatype=iri)
        case _:
            raise AssertionError(term)


# Solutions


def oxigraph(text: bytes, form: QueryResultsFormat) -> tuple[list[str], list[tuple[object, ...]]]:
    answer = parse_query_results(text, form)
    assert isinstance(answer, QuerySolutions)
    return [each.value for each in answer.variables], [tuple(row) for row in answer]


@given(table=ROWS)
def test_solutions_come_back_from_csv(table: Table) -> None:
    columns, rows = table
    text = written(Solutions(columns, rows), "csv").decode()
    found = list(csv.reader(io.StringIO(text, newline="")))
    assert found == [list(columns), *([plain(term) for term in row] for row in rows)]


@pytest.mark.parametrize("name", ["tsv", "json"])
@given(table=ROWS)
def test_solutions_come_back_from(name: str, table: Table) -> None:
    columns, rows = table
    form = {"tsv": QueryResultsFormat.TSV, "json": QueryResultsFormat.JSON}[name]
    assert oxigraph(written(Solutions(columns, rows), name), form) == (list(columns), rows)


@given(table=ROWS)
def test_python_reads_solutions_in_json(table: Table) -> None:
    columns, rows = table
    found = json.loads(written(Solutions(columns, rows), "json"))
    assert found["head"]["vars"] == list(columns)
    values = [
        [binding[column]["value"] if column in binding else None for column in columns]
        for binding in found["results"]["bindings"]
    ]
    bare = [[t.value if t is not None else None for t in row] for row in rows]
    assert values == bare


@given(table=ROWS)
@example(table=(("a",), [(Literal("l1\r\nl2\rl3"),)]))
def test_solutions_come_back_from_xml_or_are_refused(table: Table) -> None:
    columns, rows = table
    if not sayable(table):
        with pytest.raises(EtlError, match="XML cannot hold the character U\\+"):
            written(Solutions(columns, rows), "xml")
        return
    text = written(Solutions(columns, rows), "xml")
    space = "{http://www.w3.org/2005/sparql-results#}"
    found = [
        {binding.get("name"): binding[0].text or "" for binding in result}
        for result in ET.fromstring(text).iter(f"{space}result")
    ]
    bare = [
        {c: t.value for c, t in zip(columns, row, strict=True) if t is not None} for row in rows
    ]
    assert found == bare
    read = rdflib.query.Result.parse(io.BytesIO(text), format="xml")
    assert read.bindings is not None
    terms = [{str(name): term for name, term in binding.items()} for binding in read.bindings]
    assert terms == [
        {c: node(t) for c, t in zip(columns, row, strict=True) if t is not None} for row in rows
    ]


@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("csv", QueryResultsFormat.CSV),
        ("tsv", QueryResultsFormat.TSV),
        ("json", QueryResultsFormat.JSON),
    ],
)
@given(values=st.lists(TERMS.filter(lambda term: not isinstance(term, BlankNode)), min_size=1))
def test_the_engine_writes_the_same_bytes(
    name: str, form: QueryResultsFormat, values: list[NamedNode | Literal]
) -> None:
    """The engine shortens `007` and such before it writes, so what it answers is compared."""
    store = Store()
    for place, value in enumerate(values):
        store.add_graph(NamedNode(f"urn:{place}"))
        store.update(f"INSERT DATA {{ GRAPH <urn:{place}> {{ <urn:s> <urn:p> {value} }} }}")
    query = "SELECT ?o ?g { GRAPH ?g { ?s ?p ?o } } ORDER BY ?g"
    answer = store.query(query)
    theirs = store.query(query)
    assert isinstance(answer, QuerySolutions)
    assert isinstance(theirs, QuerySolutions)
    ending = b"\n" if name == "json" else b""
    expected = (theirs.serialize(format=form) or b"") + ending
    ours = written(Solutions(("o", "g"), map(tuple, answer)), name)
    assert json.loads(ours) == json.loads(expected) if name == "json" else ours == expected


@pytest.mark.parametrize("name", ["table", "csv", "tsv", "json", "xml", "markdown"])
@pytest.mark.parametrize("order", [(), ("a", "b"), ("b", "a"), ("a",)])
@pytest.mark.parametrize("values", ["", "(UNDEF UNDEF)", '("" "")', "(1 2) (3 4)"])
def test_it_is_known_whether_there_were_solutions(
    name: str, order: tuple[str, ...], values: str
) -> None:
    answer = Store().query(f"SELECT ?a ?b {{ VALUES (?a ?b) {{ {values} }} }}")
    assert isinstance(answer, QuerySolutions)
    solutions = Solutions.of(answer, order)
    written(solutions, name)
    assert solutions.were_any == bool(values)


# Reports

CELLS = st.lists(st.tuples(TEXTS, TEXTS), max_size=4)
_UNESCAPED = {"\\\\": "\\", "\\t": "\t", "\\n": "\n", "\\r": "\r"}


@given(rows=CELLS)
def test_a_report_comes_back_from_every_format(rows: list[tuple[str, str]]) -> None:
    report = Rows(("x", "y"), rows)
    text = written(report, "csv").decode()
    assert list(csv.reader(io.StringIO(text, newline=""))) == [["x", "y"], *map(list, rows)]
    assert json.loads(written(report, "json")) == [{"x": x, "y": y} for x, y in rows]
    lines = written(report, "tsv").decode().split("\n")[1:-1]
    cells = [
        tuple(re.sub(r"\\.", lambda each: _UNESCAPED[each[0]], cell) for cell in line.split("\t"))
        for line in lines
    ]
    assert cells == rows
    for name in ("table", "markdown"):
        assert len(written(report, name).decode().split("\n")) == len(rows) + (
            2 if name == "table" else 3
        )


# Graphs

TRIPLES = st.lists(
    st.builds(
        Triple,
        IRIS.map(NamedNode),
        st.sampled_from([SCHEMA.name, SCHEMA.genre, NamedNode("http://example.org/p/é")]),
        TERMS.filter(lambda term: not isinstance(term, BlankNode)),
    ),
    max_size=6,
)
RDFLIB = {"ttl": "turtle", "nt": "nt", "nq": "nquads", "rdfxml": "xml", "jsonld": "json-ld"}


# rdflib 7 warns about its own use of what it deprecates.
@pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")
@pytest.mark.filterwarnings("ignore:Dataset:DeprecationWarning")
@pytest.mark.parametrize("name", RDFLIB)
@given(graph=TRIPLES)
def test_a_graph_comes_back_to_rdflib(name: str, graph: list[Triple]) -> None:
    values = [each.object.value for each in graph if isinstance(each.object, Literal)]
    if name == "rdfxml" and not all(map(IN_XML.fullmatch, values)):
        with pytest.raises(EtlError, match="RDF/XML cannot hold the character"):
            written(GraphAnswer(graph), name)
        return
    text = written(GraphAnswer(graph), name).decode()
    read = rdflib.Dataset() if name == "nq" else rdflib.Graph()
    read.parse(data=text, format=RDFLIB[name])
    assert {tuple(statement)[:3] for statement in read} == {
        tuple(map(node, triple)) for triple in graph
    }


# Findings

FINDINGS = st.lists(
    st.builds(
        lambda message, file, value, key: Finding(
            Severity.VIOLATION, message, file, 3, key, repr(value), value, film="tt1", title=value
        ),
        TEXTS.map("expected {}".format),
        TEXTS.map("a{}.txt".format),
        TEXTS,
        TEXTS,
    ),
    max_size=4,
    unique_by=lambda finding: (finding.file, finding.reason),
)
WRITERS: list[Callable[[list[Finding]], RefusalReport | Violations]] = [RefusalReport, Violations]


@pytest.mark.parametrize("kind", WRITERS)
@given(findings=FINDINGS)
def test_findings_come_back_from_every_format(
    kind: Callable[[list[Finding]], RefusalReport | Violations], findings: list[Finding]
) -> None:
    answer = kind(findings)
    wanted = [(each.file, each.key, each.text, each.message, each.found) for each in findings]
    rows = list(csv.DictReader(io.StringIO(written(answer, "csv").decode(), newline="")))
    names = ("file", "field", "text", "message", "found")
    assert [tuple(row[name] for name in names) for row in rows] == wanted
    objects = json.loads(written(answer, "json"))
    assert [tuple(each[name] or "" for name in names) for each in objects] == wanted
    results = json.loads(written(answer, "sarif"))["runs"][0]["results"]
    marks = [
        (each["message"]["text"], each["properties"]["found"], each["properties"].get("value", ""))
        for each in results
    ]
    assert marks == [(each.reason, each.found, each.text) for each in findings]


@pytest.mark.parametrize("name", ["ttl", "nt", "jsonld"])
@given(findings=FINDINGS)
def test_the_standard_s_report_names_message_file_line_and_field(
    name: str, findings: list[Finding]
) -> None:
    form = {"ttl": RdfFormat.TURTLE, "nt": RdfFormat.N_TRIPLES, "jsonld": RdfFormat.JSON_LD}[name]
    report = Store()
    report.extend(parse(written(Violations(findings), name), form))
    answer = report.query(
        f"SELECT ?message ?file ?line ?field {{ ?result {SH.resultMessage} ?message ; "
        f"{SH.resultSeverity} {SH.Violation} ; {DCTERMS.source} ?origin . "
        f"?origin {FILM_RUNS.file} ?file ; {FILM_RUNS.line} ?line . "
        f"OPTIONAL {{ ?origin {FILM_RUNS.field} ?field }} }}"
    )
    assert isinstance(answer, QuerySolutions)
    found = {tuple(term.value if term is not None else "" for term in row) for row in answer}
    assert found == {(each.reason, each.file, "3", each.key) for each in findings}
