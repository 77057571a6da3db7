"""`etl export --rdf12`: each triple with the record that states it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import rdflib
from pyoxigraph import NamedNode, QuerySolutions, RdfFormat, Store, Triple
from rdflib.exceptions import ParserError
from rdflib.plugins.parsers.notation3 import BadSyntax

from commands import Etl, said
from etl.rdf.vocab import RDF
from prepared import Prepared
from records import EMMA, HEAT, write

ASKED = """
PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#>
PREFIX film: <https://w3id.org/reelgraph/film#>
PREFIX schema: <https://schema.org/>
SELECT ?file ?line ?field WHERE {
  ?origin rdf:reifies <<( ?film schema:datePublished ?year )>> ;
    film:file ?file ; film:line ?line ; film:field ?field .
  ?film schema:name "Heat" .
}"""


def _two_sources(etl: Etl) -> None:
    Path("films").mkdir()
    for film in (EMMA, HEAT):
        write(Path("films"), film)
    more = {"movieId": 6, "title": "Heat", "actors": [{"name": "Al Pacino", "born": "1940"}]}
    Path("more.jsonl").write_text(json.dumps(more))
    etl("load", "films")
    etl("load", "more.jsonl")


@pytest.fixture(scope="module")
def two_sources(tmp_path_factory: pytest.TempPathFactory) -> Prepared:
    return Prepared(tmp_path_factory.mktemp("two"), _two_sources)


@pytest.fixture
def films(etl: Etl, two_sources: Prepared, monkeypatch: pytest.MonkeyPatch) -> Etl:
    monkeypatch.chdir(two_sources.put_back())
    return etl


FORMS = {
    "nt": RdfFormat.N_TRIPLES,
    "ttl": RdfFormat.TURTLE,
    "nq": RdfFormat.N_QUADS,
    "rdfxml": RdfFormat.RDF_XML,
}


@pytest.mark.parametrize(("name", "form"), FORMS.items())
def test_every_triple_says_where_it_comes_from(films: Etl, name: str, form: RdfFormat) -> None:
    store = Store()
    store.load(films("export", "--rdf12", "-f", name).stdout, form)
    plain = Store()
    plain.load(films("export", "-f", "nt").stdout, RdfFormat.N_TRIPLES)
    told = {quad.object for quad in store.quads_for_pattern(None, RDF.reifies, None)}
    assert told == {quad.triple for quad in plain}
    [row] = [tuple(each.value for each in row) for row in _solutions(store)]
    assert row == ("films/6.txt", "3", "year")


def _solutions(store: Store) -> QuerySolutions:
    answer = store.query(ASKED)
    assert isinstance(answer, QuerySolutions)
    return answer


def test_several_records_state_one_triple(films: Etl) -> None:
    store = Store()
    store.load(films("export", "--rdf12", "-f", "nt").stdout, RdfFormat.N_TRIPLES)
    pacino = NamedNode("http://localhost:8000/person/Al_Pacino")
    [born] = [
        quad
        for quad in store.quads_for_pattern(None, RDF.reifies, None)
        if isinstance(quad.object, Triple)
        and quad.object.subject == pacino
        and quad.object.predicate.value.endswith("birthDate")
    ]
    lines = {
        quad.object.value  # type: ignore[union-attr]
        for quad in store.quads_for_pattern(born.subject, None, None)
        if quad.predicate != RDF.reifies
    }
    assert {"more.jsonl", "1", "actors"} <= lines


def test_json_ld_cannot_say_it(films: Etl) -> None:
    told = said(films("export", "--rdf12", "-f", "jsonld"))
    hint = "Hint: choose another format, such as nt\n"
    assert told == (2, "", f"Error: JSON-LD cannot hold --rdf12\n{hint}")


@pytest.mark.parametrize(
    ("name", "theirs", "refusal"),
    [("nt", "nt", ParserError), ("ttl", "turtle", BadSyntax)],
)
def test_rdflib_does_not_read_it_as_the_help_says(
    films: Etl, name: str, theirs: str, refusal: type[Exception]
) -> None:
    text = films("export", "--rdf12", "-f", name).stdout
    with pytest.raises(refusal):
        rdflib.Graph().parse(data=text, format=theirs)
    plain = rdflib.Graph().parse(data=films("export", "-f", name).stdout, format=theirs)
    assert len(plain) > 40
    assert "rdflib and QLever do not read what it writes" in " ".join(
        films("export", "--help").stdout.split()
    )
