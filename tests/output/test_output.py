from __future__ import annotations

import io
import itertools
import json
import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path

import pytest
import rdflib
from hypothesis import assume, given
from hypothesis import strategies as st
from pyoxigraph import (
    BlankNode,
    DefaultGraph,
    Literal,
    NamedNode,
    Quad,
    QueryBoolean,
    QuerySolutions,
    QueryTriples,
    RdfFormat,
    Store,
    Triple,
    parse,
)

from etl.errors import EtlError
from etl.output import Answer, Cell, Destination, GraphAnswer, Rows, graphs, opened, write
from etl.output.jsonld import Context, nodes
from etl.rdf.vocab import FILM, RDF, SCHEMA, XSD

BASE = "http://localhost:8000/"
SELECT = """
SELECT ?film ?title ?rating WHERE { VALUES (?film ?title ?rating) {
  (<http://localhost:8000/movie/tt1> "Amélie|*x*" 8.5)
  (<https://schema.org/Movie> "花の雨" 10.0)
  (<urn:x> "two\\n\\tlines \x1b[31m\\u202E" UNDEF)
} }
"""


def written(answer: Answer, format_name: str | None = None, *, terminal: bool = False) -> str:
    stream = io.BytesIO()
    write(answer, Destination(stream, format_name, terminal=terminal, base_iri=BASE))
    return stream.getvalue().decode()


def solutions() -> QuerySolutions:
    answer = Store().query(SELECT)
    assert isinstance(answer, QuerySolutions)
    return answer


def in_xml() -> QuerySolutions:
    answer = Store().query(SELECT.replace("\x1b", ""))
    assert isinstance(answer, QuerySolutions)
    return answer


def boolean() -> QueryBoolean:
    answer = Store().query("ASK {}")
    assert isinstance(answer, QueryBoolean)
    return answer


# Solutions


SOLUTIONS = {
    "table": (
        "film          title                     rating\n"
        "movie/tt1     Amélie|*x*                   8.5\n"
        "schema:Movie  花の雨                        10\n"
        "urn:x         two lines \\x1b[31m\\u202e\n"
    ),
    "markdown": (
        "| film | title | rating |\n"
        "| --- | --- | --- |\n"
        "| movie/tt1 | Amélie\\|\\*x\\* | 8.5 |\n"
        "| schema:Movie | 花の雨 | 10 |\n"
        "| urn:x | two lines \\\\x1b\\[31m\\\\u202e |  |\n"
    ),
    "csv": (
        "film,title,rating\r\n"
        "http://localhost:8000/movie/tt1,Amélie|*x*,8.5\r\n"
        "https://schema.org/Movie,花の雨,10\r\n"
        'urn:x,"two\n\tlines \x1b[31m\u202e",\r\n'
    ),
    "tsv": (
        "?film\t?title\t?rating\n"
        '<http://localhost:8000/movie/tt1>\t"Amélie|*x*"\t8.5\n'
        '<https://schema.org/Movie>\t"花の雨"\t"10"^^<http://www.w3.org/2001/XMLSchema#decimal>\n'
        '<urn:x>\t"two\\n\\tlines \x1b[31m\u202e"\t\n'
    ),
}


@pytest.mark.parametrize("name", SOLUTIONS)
def test_solutions_are_written_as(name: str) -> None:
    assert written(solutions(), name) == SOLUTIONS[name]


def test_solutions_are_json_and_xml_as_sparql_defines_them() -> None:
    assert json.loads(written(solutions(), "json"))["head"] == {"vars": ["film", "title", "rating"]}
    assert written(in_xml(), "xml").count("<result>") == 3


def test_what_sparql_s_xml_cannot_say_is_refused() -> None:
    with pytest.raises(EtlError) as caught:
        written(solutions(), "xml")
    assert str(caught.value) == "XML cannot hold the character U+001B of ?title"
    assert caught.value.hint == "choose another format, such as json"


def test_no_solutions_are_a_table_with_a_head_only() -> None:
    answer = Store().query("SELECT ?a ?b { ?a ?x ?b }")
    assert isinstance(answer, QuerySolutions)
    assert written(answer, "table") == "a  b\n"


def test_a_table_on_a_terminal_keeps_brackets_and_steers_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    rows = Rows(("[bold]x[/bold]", "n"), [("[red]a[/red]\x1b[2J", 1), (None, 20)])
    shown = written(rows, terminal=True)
    assert "[bold]x[/bold]" in shown
    assert "[red]a[/red]\\x1b[2J" in shown
    assert "\x1b[2J" not in shown


BOOLEAN_XML = (
    '<?xml version="1.0"?><sparql xmlns="http://www.w3.org/2005/sparql-results#">'
    "<head></head><boolean>true</boolean></sparql>\n"
)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("table", "true\n"),
        ("csv", "true\n"),
        ("tsv", "true\n"),
        ("markdown", "true\n"),
        ("json", '{"head":{},"boolean":true}\n'),
        ("xml", BOOLEAN_XML),
    ],
)
def test_a_yes_or_no_is_written_as(name: str, text: str) -> None:
    assert written(boolean(), name) == text


# Reports


COLUMNS = ("run", "at", "source", "ok")
RECORDS: list[dict[str, Cell]] = [
    {"run": 1, "at": datetime(2024, 5, 1, 12, 30, tzinfo=UTC), "source": Path("a\tb"), "ok": True},
    {"run": 12, "source": 'say "hi"\\\n'},
]
REPORTS = {
    "table": (
        "run  at                         source     ok\n"
        "  1  2024-05-01T12:30:00+00:00  a b        true\n"
        ' 12                             say "hi"\\\n'
    ),
    "csv": (
        'run,at,source,ok\r\n1,2024-05-01T12:30:00+00:00,a\tb,true\r\n12,,"say ""hi""\\\n",\r\n'
    ),
    "tsv": (
        'run\tat\tsource\tok\n1\t2024-05-01T12:30:00+00:00\ta\\tb\ttrue\n12\t\tsay "hi"\\\\\\n\t\n'
    ),
    "json": (
        '[\n{"run": 1, "at": "2024-05-01T12:30:00+00:00", "source": "a\\tb", "ok": true},\n'
        '{"run": 12, "at": null, "source": "say \\"hi\\"\\\\\\n", "ok": null}\n]\n'
    ),
    "markdown": (
        "| run | at | source | ok |\n"
        "| --- | --- | --- | --- |\n"
        "| 1 | 2024-05-01T12:30:00+00:00 | a b | true |\n"
        '| 12 |  | say "hi"\\\\ |  |\n'
    ),
}


@pytest.mark.parametrize("name", REPORTS)
def test_a_report_is_written_as(name: str) -> None:
    assert written(Rows.of(COLUMNS, RECORDS), name) == REPORTS[name]


def test_an_empty_report_is_an_empty_list() -> None:
    assert written(Rows(("a",), []), "json") == "[]\n"


# Choosing


@pytest.mark.parametrize(
    ("suffix", "begin"),
    [
        (".csv", "film,title"),
        (".tsv", "?film\t"),
        (".JSON", '{"head"'),
        (".xml", "<?xml"),
        (".md", "| film"),
        (".txt", "film   "),
        ("", "?film\t"),
    ],
)
def test_the_suffix_chooses_the_format(tmp_path: Path, suffix: str, begin: str) -> None:
    path = tmp_path / f"answer{suffix}"
    with opened(path) as target:
        write(in_xml(), target)
    assert path.read_text(encoding="utf-8").startswith(begin)
    assert [each.name for each in tmp_path.iterdir()] == [path.name]


def test_a_named_format_goes_before_the_suffix(tmp_path: Path) -> None:
    with opened(tmp_path / "answer.csv", "markdown") as target:
        write(solutions(), target)
    assert (tmp_path / "answer.csv").read_text(encoding="utf-8") == SOLUTIONS["markdown"].replace(
        "movie/tt1", "http://localhost:8000/movie/tt1"
    )


def test_a_table_is_for_terminals_and_tsv_for_pipes() -> None:
    assert written(solutions()) == SOLUTIONS["tsv"]
    assert "─" in written(solutions(), terminal=True)
    assert written(GraphAnswer([])) == ""
    assert written(GraphAnswer([]), terminal=True).startswith("@prefix")


@pytest.mark.parametrize(
    ("answer", "format_name", "file", "message", "hint"),
    [
        (
            solutions,
            "ttl",
            None,
            "solutions cannot be written as 'ttl'",
            "choose one of table, csv, tsv, json, xml, markdown with --format",
        ),
        (
            boolean,
            "nt",
            None,
            "a yes or no cannot be written as 'nt'",
            "choose one of table, csv, tsv, json, xml, markdown with --format",
        ),
        (
            lambda: GraphAnswer([]),
            "cvs",
            None,
            "a graph cannot be written as 'cvs'",
            "choose one of ttl, nt, nq, jsonld, rdfxml with --format",
        ),
        (
            lambda: Rows((), []),
            None,
            "runs.xml",
            "runs.xml: a report cannot be written as '.xml'",
            "choose one of table, csv, tsv, json, markdown with --format",
        ),
    ],
)
def test_an_unknown_format_names_the_choices(
    answer: Callable[[], Answer], format_name: str | None, file: str | None, message: str, hint: str
) -> None:
    with pytest.raises(EtlError) as caught:
        write(answer(), Destination(io.BytesIO(), format_name, Path(file) if file else None))
    assert (str(caught.value), caught.value.hint) == (message, hint)


# Files


def test_a_failed_answer_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "answer.nope"
    path.write_text("old", encoding="utf-8")
    with pytest.raises(EtlError), opened(path) as target:
        target.stream.write(b"half")
        write(solutions(), target)
    assert path.read_text(encoding="utf-8") == "old"
    assert [each.name for each in tmp_path.iterdir()] == ["answer.nope"]


def test_a_link_to_a_file_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "link.csv").symlink_to(tmp_path / "answer.csv")
    with opened(tmp_path / "link.csv") as target:
        write(solutions(), target)
    assert (tmp_path / "link.csv").is_symlink()
    assert (tmp_path / "answer.csv").is_file()


def test_a_device_is_written_to_and_not_replaced() -> None:
    with opened(Path("/dev/null")) as target:
        write(solutions(), target)
    assert Path("/dev/null").is_char_device()


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    path = tmp_path / "nowhere" / "answer.csv"
    with pytest.raises(EtlError) as caught, opened(path):
        pass
    assert str(caught.value) == f"{path}: cannot be written: No such file or directory"


def test_standard_output_is_the_default(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    with opened() as target:
        write(solutions(), target)
    assert capfdbinary.readouterr().out == SOLUTIONS["tsv"].encode()


# Graphs


RDF_FORMATS = {
    "ttl": RdfFormat.TURTLE,
    "nt": RdfFormat.N_TRIPLES,
    "nq": RdfFormat.N_QUADS,
    "jsonld": RdfFormat.JSON_LD,
    "rdfxml": RdfFormat.RDF_XML,
}


def triples(text: str, name: str) -> set[Triple]:
    return {quad.triple for quad in parse(text, RDF_FORMATS[name])}


@pytest.mark.parametrize("name", RDF_FORMATS)
def test_the_films_come_back_from_every_format(name: str, films: Store) -> None:
    text = written(GraphAnswer(films), name)
    assert triples(text, name) == {quad.triple for quad in films}


def test_only_nquads_keeps_graphs_apart(films: Store) -> None:
    assert set(parse(written(GraphAnswer(films), "nq"), RdfFormat.N_QUADS)) == set(films)


@pytest.mark.parametrize("name", RDF_FORMATS)
def test_a_graph_is_written_alike_in_whatever_order_it_comes(name: str, films: Store) -> None:
    statements = list(films)
    twice = [*reversed(statements), *statements]
    assert written(GraphAnswer(twice), name) == written(GraphAnswer(statements), name)


@pytest.mark.parametrize("name", RDF_FORMATS)
def test_sorting_on_disk_changes_nothing(
    name: str, films: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_memory = written(GraphAnswer(films), name)
    monkeypatch.setattr(graphs, "SORTED_AT_ONCE", 7)
    assert written(GraphAnswer(films), name) == in_memory


def test_ntriples_are_sorted_by_their_bytes(films: Store) -> None:
    lines = written(GraphAnswer(films), "nt").encode().splitlines(keepends=True)
    assert lines == sorted(set(lines))


def test_nquads_keep_the_named_graph(films: Store) -> None:
    assert {
        Quad(*quad) for quad in parse(written(GraphAnswer(films), "nq"), RdfFormat.N_QUADS)
    } == set(films)


def test_constructed_triples_are_a_graph(films: Store) -> None:
    answer = films.query("CONSTRUCT { ?s a ?c } WHERE { ?s a ?c }")
    assert isinstance(answer, QueryTriples)
    assert "<http://localhost:8000/movie/films-5>\n    a schema:Movie .\n" in written(answer, "ttl")


@pytest.mark.parametrize("name", ["ttl", "jsonld"])
def test_a_film_is_written_to_be_read(
    name: str, films: Store, expect: Callable[[str, bytes], None]
) -> None:
    film = f"{BASE}movie/tt9900011"
    about = [quad for quad in films if str(quad.subject).startswith(f"<{film}")]
    person = [quad for quad in films if quad.subject == NamedNode(f"{BASE}person/nm9900003")]
    statements = [quad for quad in about + person if quad.graph_name == DefaultGraph()]
    expect(f"graphs/film.{name}", written(GraphAnswer(statements), name).encode())


IRIS = st.sampled_from(
    [
        *(
            f"{BASE}movie/tt{n}{part}"
            for n in (1, 12)
            for part in ("", "#role-1", "#role-10", "#a/b", "!")
        ),
        f"{BASE}person/Zoë_%22K%22",
        "urn:x",
        "http://example.org/a_b?c=1#d",
        "https://schema.org/Movie",
        "https://schema.org/",
        "http://example.org/#",
    ]
).map(NamedNode)
PREDICATES = st.sampled_from(
    [
        RDF.type,
        SCHEMA.name,
        SCHEMA.actor,
        SCHEMA.datePublished,
        SCHEMA.ratingCount,
        SCHEMA.ratingValue,
        SCHEMA.sameAs,
        SCHEMA.genre,
        FILM.performance,
        NamedNode("https://schema.org/keywords"),
        NamedNode("http://example.org/terms#odd-one.out"),
        NamedNode("http://example.org/p/été"),
    ]
)
WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=9)
LITERALS = st.one_of(
    WORDS.map(Literal),
    st.builds(
        lambda text, tag: Literal(text, language=tag), WORDS, st.sampled_from(["en", "de-ch"])
    ),
    st.builds(
        lambda text, datatype: Literal(text, datatype=datatype),
        st.one_of(
            WORDS, st.integers().map(str), st.sampled_from(["007", "-0", "+1", "1.50", ".5", "2."])
        ),
        st.sampled_from(
            [XSD.integer, XSD.decimal, XSD.gYear, XSD.duration, NamedNode("http://example.org/t")]
        ),
    ),
)
TRIPLES = st.lists(st.builds(Triple, IRIS, PREDICATES, st.one_of(IRIS, LITERALS)), max_size=12)
IN_XML = re.compile("[\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]*")


@pytest.mark.parametrize("name", RDF_FORMATS)
@given(graph=TRIPLES)
def test_any_graph_comes_back_from_every_format(name: str, graph: list[Triple]) -> None:
    if name == "rdfxml":
        values = [each.object.value for each in graph if isinstance(each.object, Literal)]
        assume(all(map(IN_XML.fullmatch, values)))
    assert triples(written(GraphAnswer(graph), name), name) == set(graph)


# rdflib 7 warns about its own use of what it deprecates.
@pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")
@given(graph=TRIPLES)
def test_another_reader_takes_the_same_from_jsonld(graph: list[Triple]) -> None:
    known = rdflib.Graph().parse(data=written(GraphAnswer(graph), "nt"), format="nt")
    found = rdflib.Graph().parse(data=written(GraphAnswer(graph), "jsonld"), format="json-ld")
    assert set(found) == set(known)


@pytest.mark.parametrize(
    ("triple", "problem"),
    [
        (
            Triple(NamedNode("urn:x"), SCHEMA.name, Literal("a\x0bb")),
            "<urn:x>: RDF/XML cannot hold the character U+000B of schema:name",
        ),
        (
            Triple(NamedNode("urn:x"), NamedNode("http://example.org/1"), Literal("a")),
            "<urn:x>: RDF/XML cannot hold the property <http://example.org/1>",
        ),
    ],
)
def test_what_xml_cannot_say_is_refused(triple: Triple, problem: str) -> None:
    with pytest.raises(EtlError) as caught:
        written(GraphAnswer([triple]), "rdfxml")
    assert str(caught.value) == problem


QUOTED = Triple(NamedNode("urn:a"), SCHEMA.name, Literal("x"))


@pytest.mark.parametrize(
    ("triple", "problem"),
    [
        (
            Triple(NamedNode("film:x"), SCHEMA.name, Literal("x")),
            "<film:x>: JSON-LD cannot hold this IRI, its context says what film: means",
        ),
        (
            Triple(NamedNode("urn:x"), SCHEMA.name, QUOTED),
            f"JSON-LD cannot hold a statement about a statement: {QUOTED}",
        ),
    ],
)
def test_what_jsonld_cannot_say_is_refused(triple: Triple, problem: str) -> None:
    with pytest.raises(EtlError) as caught:
        written(GraphAnswer([triple]), "jsonld")
    assert str(caught.value) == problem


@pytest.mark.parametrize("name", ["ttl", "nt", "nq"])
def test_blank_nodes_and_quoted_triples_of_a_query_are_written(name: str) -> None:
    graph = {
        Triple(BlankNode("b"), SCHEMA.name, BlankNode("c")),
        Triple(BlankNode("b"), SCHEMA.name, QUOTED),
    }
    assert triples(written(GraphAnswer(graph), name), name) == graph


# Contexts


CONTEXTS: list[dict[str, object]] = [
    {},
    {"@vocab": "https://schema.org/"},
    {"@vocab": "https://schema.org/", "@language": "en", "actor": {"@type": "@id"}},
    {"s": "https://schema.org/", "id": "@id", "type": "@type", "name": "s:name", "title": "name"},
    {
        "s": "https://schema.org/",
        "xsd": "http://www.w3.org/2001/XMLSchema#",
        "year": {"@id": "s:datePublished", "@type": "xsd:gYear", "@container": "@set"},
        "names": {"@id": "s:name", "@container": "@language"},
        "count": {"@id": "s:ratingCount", "@type": "xsd:integer"},
        "rating": {"@id": "s:ratingValue", "@type": "xsd:decimal"},
        "kind": {"@id": "s:genre", "@type": "@vocab"},
    },
]


@pytest.mark.parametrize("definitions", CONTEXTS)
@given(graph=TRIPLES)
def test_whatever_the_context_the_triples_are_the_same(
    definitions: dict[str, object], graph: list[Triple]
) -> None:
    objects = list(nodes(by_subject(graph), Context(definitions)))
    text = json.dumps({"@context": definitions, "@graph": objects})
    assert triples(text, "jsonld") == set(graph)


def by_subject(graph: Iterable[Triple]) -> list[Triple]:
    return list(graphs.ordered(graph))


def test_parts_are_inside_their_film_in_the_order_of_their_numbers() -> None:
    film, rival = NamedNode(f"{BASE}movie/tt1"), NamedNode(f"{BASE}movie/tt1!")
    roles = [NamedNode(f"{film.value}#role-{number}") for number in (10, 2, 1)]
    graph = itertools.chain.from_iterable(
        (Triple(film, FILM.performance, role), Triple(role, SCHEMA.characterName, Literal("x")))
        for role in roles
    )
    about_rival = Triple(rival, SCHEMA.name, Literal("x"))
    node, _ = nodes(
        by_subject([about_rival, *graph]), Context({"performance": FILM.performance.value})
    )
    assert [role["@id"].partition("#")[2] for role in node["performance"]] == [
        "role-1",
        "role-2",
        "role-10",
    ]
