from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
import rdflib
from hypothesis import example, given
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, Quad, QueryResultsFormat, QuerySolutions, Store

from etl.errors import QueryError
from etl.queries import (
    SavedQuery,
    Term,
    assignments,
    bind,
    fill,
    find,
    parse_terms,
    read_own,
    serialized,
)
from etl.queries.lookup import GraphLookup
from etl.queries.syntax import column_order, declared, distinct, predeclared, syntax_error, tokens
from etl.rdf.identifiers import Iris
from etl.rdf.vocab import SCHEMA, XSD
from places import TESTS
from query_cases import CASES, QUERIES


@pytest.fixture(scope="module")
def lookup(films: Store) -> GraphLookup:
    return GraphLookup(films, Iris())


@pytest.fixture(scope="module")
def films_in_rdflib() -> rdflib.Dataset:
    fixtures = TESTS / "fixtures"
    dataset = rdflib.Dataset()
    dataset.default_graph.parse(fixtures / "films.ttl")
    dataset.graph(rdflib.URIRef(Iris().provenance_graph.value)).parse(fixtures / "provenance.ttl")
    return dataset


def solutions(store: Store, sparql: str) -> QuerySolutions:
    answer = store.query(sparql)
    assert isinstance(answer, QuerySolutions)
    return answer


def test_every_saved_query_is_tested() -> None:
    assert sorted(CASES) == list(QUERIES)


@pytest.mark.parametrize("name", CASES)
def test_a_saved_query_answers_as_expected(
    name: str, films: Store, lookup: GraphLookup, expect: Callable[[str, bytes], None]
) -> None:
    answer = solutions(films, bind(QUERIES[name], CASES[name], lookup))
    output = answer.serialize(format=QueryResultsFormat.CSV)
    assert output is not None
    assert output.count(b"\n") > 1, "the fixture has nothing for this query"
    expect(f"queries/{name}.csv", output.replace(b"\r\n", b"\n"))


# rdflib 7 warns about its own use of what it deprecates.
@pytest.mark.filterwarnings(r"ignore:Dataset\.\w+ is deprecated:DeprecationWarning")
@pytest.mark.parametrize("name", CASES)
def test_another_engine_answers_alike_and_in_the_same_order(
    name: str, films: Store, lookup: GraphLookup, films_in_rdflib: rdflib.Dataset
) -> None:
    sparql = bind(QUERIES[name], CASES[name], lookup)
    ours = [
        [None if term is None else str(term) for term in row] for row in solutions(films, sparql)
    ]
    assert from_rdflib(films_in_rdflib.query(sparql)) == ours


def from_rdflib(rows: Iterable[object]) -> list[list[str | None]]:
    return [[oxigraph_term(term) for term in row] for row in rows if isinstance(row, tuple)]


def oxigraph_term(term: rdflib.term.Identifier | None) -> str | None:
    match term:
        case None:
            return None
        case rdflib.Literal(datatype=rdflib.URIRef() as datatype):
            return str(Literal(str(term), datatype=NamedNode(datatype)))
        case rdflib.Literal():
            return str(Literal(str(term), language=term.language))
        case _:
            return str(NamedNode(str(term)))


@pytest.mark.parametrize("name", CASES)
def test_a_saved_query_is_valid_as_it_stands(name: str, films: Store) -> None:
    assert next(solutions(films, QUERIES[name].text), None) is not None


@pytest.mark.parametrize("name", CASES)
def test_a_saved_query_is_portable_and_ordered(name: str) -> None:
    text = re.sub(r"<[^>\s]*>|\"[^\"]*\"|#\+.*", "", QUERIES[name].text)
    assert not re.search(r"\b(SERVICE|LATERAL|FROM|DEFINE|bif:|sql:)\b", text)
    assert not re.search(r"\w[*+]", text), "an unbounded path"
    assert re.search(r"^ORDER BY .*$(\nLIMIT \d+)?\s*\Z", text, re.MULTILINE)


def test_a_summary_is_a_sentence() -> None:
    assert [q.name for q in QUERIES.values() if not re.fullmatch(r"[A-Z].*\.", q.summary)] == []


# Reading


HEADER = "#+ summary: Something.\n"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("SELECT * { }", "q.rq:1: expected one summary, found 0"),
        (HEADER + HEADER, "q.rq:1: expected one summary, found 2"),
        (
            HEADER + "#+ parm: x",
            "q.rq:2: expected a summary, a param or a chart, found '#+ parm: x'",
        ),
        (HEADER + "#+ param: film", "q.rq:2: expected a parameter, found 'film'"),
        (HEADER + "#+ param: film movie: a film", "q.rq:2: 'movie' is not a kind of parameter"),
        (HEADER + "#+ param: a film: x", "q.rq:2: the parameter a has no place in the query"),
        (HEADER + "VALUES ?film { UNDEF }", "q.rq:2: the place of ?film has no parameter"),
        (
            HEADER + "#+ param: a text: x\n#+ param: a text: y\nVALUES ?a { UNDEF }",
            "q.rq:3: the parameter a is declared twice",
        ),
    ],
)
def test_a_wrong_header_is_refused_with_its_place(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "q.rq"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(QueryError) as caught:
        SavedQuery.read(path)
    assert str(caught.value) == f"{tmp_path}/{message}"


def test_a_file_that_is_not_utf8_is_refused(tmp_path: Path) -> None:
    (tmp_path / "q.rq").write_bytes(b"#+ summary: Am\xe9lie.")
    with pytest.raises(QueryError, match=r"q\.rq:1: expected text in UTF-8"):
        SavedQuery.read(tmp_path / "q.rq")


def test_a_byte_order_mark_before_a_query_is_skipped(tmp_path: Path) -> None:
    (tmp_path / "all.rq").write_text("#+ summary: All.\nSELECT * { ?s ?p ?o }", "utf-8-sig")
    saved = SavedQuery.read(tmp_path / "all.rq")
    assert (saved.summary, saved.text[0]) == ("All.", "#")


def test_a_query_that_asks_a_service_is_not_run_to_be_read(tmp_path: Path) -> None:
    asked = "ASK { SERVICE <http://127.0.0.1:1/> { ?s ?p ?o } }"
    (tmp_path / "q.rq").write_text(f"#+ summary: Asked elsewhere.\n{asked}", "utf-8")
    assert list(read_own(tmp_path)[0]) == ["q"]


# Finding and binding


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("cast-of-flm", "did you mean cast-of-film or cast-of-films?"),
        ("zzzzzz", "'etl queries' lists them all"),
    ],
)
def test_an_unknown_query_names_the_nearest(name: str, hint: str) -> None:
    queries = {**QUERIES, "cast-of-films": QUERIES["cast-of-film"]}
    queries = {key: queries[key] for key in ("cast-of-film", "cast-of-films", "unlinked-people")}
    with pytest.raises(QueryError) as caught:
        find(queries, name)
    assert (str(caught.value), caught.value.hint) == (f"no saved query {name!r}", hint)


@pytest.mark.parametrize(
    ("name", "values", "message", "hint"),
    [
        ("cast-of-film", {"flm": "Emma"}, "cast-of-film: no parameter 'flm'", "did you mean film?"),
        ("cast-of-film", {"x": "1"}, "cast-of-film: no parameter 'x'", "its parameters: film"),
        ("films-by-year", {"year": "1"}, "films-by-year: no parameter 'year'", "it takes none"),
        (
            "films-of-year",
            {},
            "films-of-year: the parameter year is missing",
            "add -p year=… (the year of publication)",
        ),
        (
            "films-of-year",
            {"year": "two thousand"},
            "year: expected a year such as 2004, found 'two thousand'",
            "",
        ),
        (
            "best-rated-films",
            {"minimum": "7,5"},
            "minimum: expected a number such as 7 or 7.5, found '7,5'",
            "",
        ),
        ("films-called", {"title": "\udcff"}, "title: expected text in UTF-8, found '\\udcff'", ""),
        (
            "cast-of-film",
            {"film": "Two Thousnd"},
            "film: no film is called 'Two Thousnd'",
            "did you mean Two Thousand?",
        ),
    ],
)
def test_a_wrong_value_is_refused(
    name: str, values: dict[str, str], message: str, hint: str, lookup: GraphLookup
) -> None:
    with pytest.raises(QueryError) as caught:
        bind(QUERIES[name], values, lookup)
    assert (str(caught.value), caught.value.hint) == (message, hint)


def test_each_place_of_a_parameter_is_filled(lookup: GraphLookup) -> None:
    values = {"person": "Tom Wren", "other": "nm9900001"}
    text = bind(QUERIES["chain-between-people"], values, lookup)
    assert text.count("VALUES ?person { <http://localhost:8000/person/nm9900002> }") == 3
    assert text.count("VALUES ?other { <http://localhost:8000/person/nm9900001> }") == 3
    assert "UNDEF" not in text


def test_a_default_is_used_and_typed(lookup: GraphLookup) -> None:
    assert 'VALUES ?minimum { "7"^^<http://www.w3.org/2001/XMLSchema#integer> }' in bind(
        QUERIES["best-rated-films"], {}, lookup
    )


ECHO = "SELECT ?text WHERE {\n  VALUES ?text { UNDEF }\n}"


@given(st.text())
@example('"} SELECT * { ?s ?p ?o }')
@example("\\u0022 } UNION { ?s ?p ?o } #")
@example("\\U00000022 }")
@example("\x0b0022\x00\x7f\u0085\u2028")
@example("\\\\u005Cn\n'''\"\"\"\t\r\\")
@example("VALUES ?text { UNDEF }")
@example("עברית \u202e 😀 {{}}")
def test_any_text_is_bound_as_itself(text: str) -> None:
    filled = fill(ECHO, {"text": Literal(text)})
    assert [tuple(row) for row in solutions(Store(), filled)] == [(Literal(text),)]
    assert from_rdflib(rdflib.Graph().query(filled)) == [[str(Literal(text))]]


def bound(text: str) -> Term:
    """Bind a text to a parameter of that kind."""
    given = {"title": text}
    return parse_terms(QUERIES["films-called"], given, GraphLookup(Store(), Iris()))["title"]


@given(st.text(st.sampled_from("aZ0_ .,'!?\"\\{}\n\t\rüřЖя中あא\u0301\u0327")))
def test_a_text_parameter_is_bound_in_its_composed_form(text: str) -> None:
    assert bound(text) == Literal(unicodedata.normalize("NFC", text))


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("Cafe\u0301\u200e", "Café"),
        ("Cafe\u0301\u00a0Noir", "Café Noir"),
        (" of ", " of "),
        ("two\nlines", "two\nlines"),
        ("Q &amp; A", "Q & A"),
    ],
)
def test_a_text_parameter_is_bound_as_titles_are_spelled(typed: str, meant: str) -> None:
    assert bound(typed) == Literal(meant)


def test_code_points_are_written_so_that_nothing_is_read_too_early() -> None:
    assert serialized(Literal("\\u0022")) == r'"\\\U000000750022"'
    assert serialized(Literal("\x0b12")) == r'"\U0000000B12"'


@pytest.mark.parametrize(
    ("texts", "outcome"),
    [
        (["film=Emma", "year=2004"], {"film": "Emma", "year": "2004"}),
        (["title=a=b"], {"title": "a=b"}),
        (["title="], {"title": ""}),
    ],
)
def test_assignments_are_split_at_the_first_sign(texts: list[str], outcome: dict[str, str]) -> None:
    assert assignments(texts) == outcome


@pytest.mark.parametrize(
    ("texts", "message"),
    [
        (["film"], "expected a parameter and its value, found 'film'"),
        (["=Emma"], "expected a parameter and its value, found '=Emma'"),
        (["film=a", "film=b"], "the parameter film is given twice"),
    ],
)
def test_wrong_assignments_are_refused(texts: list[str], message: str) -> None:
    with pytest.raises(QueryError, match=re.escape(message)):
        assignments(texts)


@pytest.mark.parametrize(
    ("text", "term"),
    [
        ("7", Literal("7", datatype=XSD.integer)),
        (" +07 ", Literal("7", datatype=XSD.integer)),
        ("7.5", Literal("7.5", datatype=XSD.decimal)),
        ("-0.50", Literal("-0.50", datatype=XSD.decimal)),
    ],
)
def test_a_number_is_whole_or_has_decimals(text: str, term: Literal, lookup: GraphLookup) -> None:
    assert parse_terms(QUERIES["best-rated-films"], {"minimum": text}, lookup) == {"minimum": term}


@pytest.mark.parametrize("text", ["", "7,5", "7.", ".5", "1e3", "٧", "7 5", "NaN", "9" * 19])
def test_what_is_no_number_is_refused(text: str, lookup: GraphLookup) -> None:
    with pytest.raises(QueryError, match=r"minimum: expected a number such as 7 or 7\.5, found "):
        parse_terms(QUERIES["best-rated-films"], {"minimum": text}, lookup)


# Prefixes and columns

OURS = predeclared(Iris())
NAMES = st.sampled_from(
    ["schema:name", "film:performance", "wd:Q1", "movie:tt1", "xsd:gYear", "prov:used"]
)
NOISE = st.sampled_from(
    [
        " ",
        "\n",
        "# schema:no PREFIX film: <x:>\n",
        "<http://example.org/PREFIX#schema:x>",
        "'film: { * } # not'",
        '"""a "quoted" prov:used\n?no"""',
        "?v",
    ]
)


@given(
    st.lists(st.tuples(NAMES, NOISE), min_size=1, max_size=6),
    st.sampled_from(["", "PREFIX schema: <urn:own:>\n", "prefix wd:<urn:own:> "]),
)
def test_a_query_with_its_prefixes_declared_is_what_the_engine_makes_of_it(
    parts: list[tuple[str, str]], own: str
) -> None:
    """What is sent to a server means what the embedded engine takes it for."""
    terms = [NamedNode("urn:s"), NamedNode("urn:own:name"), NamedNode("urn:own:Q1")]
    text = (
        own
        + "SELECT * {\n"
        + "".join(
            f"OPTIONAL {{ {name} ?p{place} ?o{place} {'.' if noise in (' ',) else ''} }}"
            f"{noise if noise[:1] in (' ', chr(10), '#') else f'FILTER({noise} != 1)'}\n"
            for place, (name, noise) in enumerate(parts)
        )
        + "}"
    )
    store = Store()
    iris = [NamedNode(f"{iri}{local}") for iri in OURS.values() for local in ("name", "Q1", "tt1")]
    for subject in (*terms, *iris):
        store.add(Quad(subject, SCHEMA.name, Literal(subject.value)))
    sent = declared(text, OURS)
    assert sent.endswith(text)
    assert sent.count("\n") == text.count("\n")
    theirs = store.query(sent)
    ours = store.query(text, prefixes=OURS)
    assert isinstance(theirs, QuerySolutions)
    assert isinstance(ours, QuerySolutions)
    assert list(map(tuple, theirs)) == list(map(tuple, ours))


@given(st.text())
def test_any_text_is_cut_into_tokens(text: str) -> None:
    found = list(tokens(text))
    assert [text[each.start : each.start + len(each.text)] for each in found] == [
        each.text for each in found
    ]
    assert declared(text, {}) == text
    assert set(column_order(text)) <= set(re.findall(r"[?$](\w+)", text))


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        ("SELECT ?b ?a { ?a ?c ?b }", ["b", "a"]),
        ("select distinct $b ?a from <urn:g> { ?a ?c ?b }", ["b", "a"]),
        ("SELECT (COUNT(?a) AS ?n) ?b (IF(BOUND(?c), ?d, ?e) AS ?f) { }", ["n", "b", "f"]),
        ("SELECT * { ?b ?a ?b . # ?x\n ?c '?y' <?z> }", ["b", "a", "c"]),
        ("SELECT (2 * 3 AS ?n) ?b { ?b ?a ?c }", ["n", "b"]),
        ("ASK { ?s ?p ?o }", []),
    ],
)
def test_the_order_of_columns_is_read_off_the_query(text: str, columns: list[str]) -> None:
    assert column_order(text) == columns


@pytest.mark.parametrize("name", [name for name, query in QUERIES.items() if query.parameters])
def test_a_query_left_open_gives_the_values_that_have_an_answer(name: str, films: Store) -> None:
    query = QUERIES[name]
    for parameter in query.parameters:
        if parameter.kind not in ("text", "year"):
            continue
        answer = solutions(films, distinct(query.text, parameter.name))
        for value in [row[0] for row in answer if isinstance(row[0], Literal)]:
            assert next(solutions(films, fill(query.text, {parameter.name: value})), None)


# Syntax errors


@pytest.mark.parametrize(
    ("sparql", "message", "hint"),
    [
        (
            "SELECT ?x WHERE {\n ?x schema:name ?y }",
            "not SPARQL: line 2, column 16: the prefix schema: is not declared",
            "begin the query with PREFIX schema: <https://schema.org/>",
        ),
        (
            "ASK { ?s a ex:a }",
            "not SPARQL: line 1, column 16: the prefix ex: is not declared",
            "the line is: ASK { ?s a ex:a }",
        ),
        (
            "SELECT ?s WHERE { ?s ?p ?o ",
            "not SPARQL: line 1, column 28: the query ends before it is complete",
            "the line is: SELECT ?s WHERE { ?s ?p ?o",
        ),
        (
            "SELECT * { <foo> a ?x }",
            "not SPARQL: line 1, column 20: did not expect '?x' here",
            "the line is: SELECT * { <foo> a ?x }",
        ),
        (
            "SELECT (COUNT(?x) AS ?n) ?y WHERE {?x a ?y}",
            "not SPARQL: line 1, column 44: the SELECT contains a variable that is unbound",
            "the line is: SELECT (COUNT(?x) AS ?n) ?y WHERE {?x a ?y}",
        ),
        (
            "",
            "not SPARQL: line 1, column 1: the query ends before it is complete",
            "",
        ),
        (
            "PREFIX s: <https://schema.org/> # now\ninsert data { s:a s:b s:c }",
            "expected a query, found the update 'insert'",
            "the graph changes by 'etl load', 'etl remove' and 'etl undo'",
        ),
    ],
)
def test_a_syntax_error_keeps_its_place_and_loses_the_grammar(
    sparql: str, message: str, hint: str
) -> None:
    with pytest.raises(SyntaxError) as caught:
        Store().query(sparql)
    error = syntax_error(caught.value, sparql)
    assert (str(error), error.hint) == (message, hint)


@given(st.text(alphabet="SELECT ?x{}<>\"'.\n:#\\aé"))
def test_any_syntax_error_is_translated_into_one_line(tail: str) -> None:
    sparql = f"SELECT * {{ {tail}"
    try:
        Store().query(sparql)
    except SyntaxError as error:
        assert "\n" not in str(syntax_error(error, sparql))
