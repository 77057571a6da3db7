from __future__ import annotations

import unicodedata
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, Quad, Store

from etl.errors import QueryError
from etl.queries.lookup import FILM, PERSON, GraphLookup, entities, search
from etl.rdf.identifiers import Iris
from etl.rdf.vocab import DCTERMS, RDF, SCHEMA
from etl.search.asking import SearchIndex
from etl.search.folding import folded
from etl.search.writing import IndexWriter
from etl.stores.embedded import EmbeddedStore

BASE = "http://localhost:8000/"
EMMA_1996 = "tt9900001 (1996, by Inês Duarte)"
EMMA_2020 = "tt9900002 (2020, by Autumn Hale)"
SAM_PARKS = "nm9900010 (Emma (1996), Two Thousand), nm9900011 (Emma (2020))"


@pytest.fixture(scope="module", params=["index", "scan"])
def lookup(
    films: Store, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[GraphLookup]:
    """Look things up by an index, or by all names of the graph: there is no difference."""
    if request.param == "scan":
        yield GraphLookup(films, Iris())
        return
    path = tmp_path_factory.mktemp("index") / "search.sqlite"
    with IndexWriter(path, BASE, new=True) as writer:
        writer.make(EmbeddedStore(films))
    with SearchIndex.read(path, BASE) as index:
        yield GraphLookup(films, Iris(), index)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("Emma (1996)", "movie/tt9900001"),
        ("emma (2020)", "movie/tt9900002"),
        ("Emmanuel", "movie/tt9900012"),
        ("  Two Thousand ", "movie/tt9900007"),
        ("two thousand", "movie/tt9900007"),
        ("花の雨", "movie/tt9900004"),
        ('"Quoted" \\ Backslash', "movie/films-8"),
        (unicodedata.normalize("NFD", "Der lange Weg nach Süden"), "movie/tt9900003"),
        ("tt9900003", "movie/tt9900003"),
        ("TT009900003", "movie/tt9900003"),
        ("Der lange\u00a0Weg  nach Su\u0308den\u200e", "movie/tt9900003"),
        ("movie/tt09900003", "movie/tt9900003"),
        ("https://m.imdb.com/title/tt9900003/fullcredits?ref_=x", "movie/tt9900003"),
        ("imdb.com/title/tt9900003", "movie/tt9900003"),
        ("Q9990000004", "movie/tt9900004"),
        ("https://www.wikidata.org/wiki/Q9990000004", "movie/tt9900004"),
        ("films-5", "movie/films-5"),
        ("movie/films-5", "movie/films-5"),
        ("http://localhost:8000/movie/films-5", "movie/films-5"),
        ("<http://localhost:8000/movie/films-5>", "movie/films-5"),
        ("movie:films-5", "movie/films-5"),
        ("wd:Q9990000004", "movie/tt9900004"),
        ("9101", "movie/tt9900001"),
        ("movielens-9101", "movie/tt9900001"),
        ("MovieLens:9101", "movie/tt9900001"),
        ("https://movielens.org/movies/9101", "movie/tt9900001"),
        ("movie/tt9900001", "movie/tt9900001"),
    ],
)
def test_a_film_is_found_by_whatever_names_it(text: str, key: str, lookup: GraphLookup) -> None:
    assert lookup.film(text) == NamedNode(BASE + key)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("Zoë Kravánek", "person/nm9900003"),
        ("ZOË KRAVÁNEK", "person/nm9900003"),
        ("Zoe Kravanek", "person/nm9900003"),
        ("Kravánek, Zoë", "person/nm9900003"),
        ("lyla hdd", "person/ليلى_حداد"),
        ("nm9900011", "person/nm9900011"),
        ("https://www.imdb.com/name/nm009900011/", "person/nm9900011"),
        ("Zoe\u0308 Krava\u0301nek\u200e", "person/nm9900003"),
        ("https://www.imdb.com/name/nm9900011/", "person/nm9900011"),
        ("Q9990000016", "person/Autumn_Hale"),
        ("Autumn_Hale", "person/Autumn_Hale"),
        ("person/Inês_Duarte", "person/Inês_Duarte"),
        ("Dara_%22Ace%22_Okoye", "person/Dara_%22Ace%22_Okoye"),
        ('Dara "Ace" Okoye', "person/Dara_%22Ace%22_Okoye"),
        ("ليلى حداد", "person/ليلى_حداد"),
        ("person:Inês_Duarte", "person/Inês_Duarte"),
        ("http://localhost:8000/person/In%C3%AAs_Duarte", "person/Inês_Duarte"),
        ("wd:Q9990000016", "person/Autumn_Hale"),
    ],
)
def test_a_person_is_found_by_whatever_names_them(text: str, key: str, lookup: GraphLookup) -> None:
    assert lookup.person(text) == NamedNode(BASE + key)


def test_everything_is_found_by_its_iri(films: Store, lookup: GraphLookup) -> None:
    for kind in (FILM, PERSON):
        for entity in entities(films, kind):
            assert lookup.entity(entity.iri.value) == entity
            assert lookup.entity(entity.iri.value.removeprefix(BASE)) == entity


def test_a_thing_is_a_film_or_a_person(lookup: GraphLookup) -> None:
    assert lookup.entity("Emmanuel").kind is FILM
    assert lookup.entity("Tom Wren").kind is PERSON


def test_a_number_of_movielens_is_no_person_s(lookup: GraphLookup) -> None:
    with pytest.raises(QueryError, match="no person is called 'movielens-9101'"):
        lookup.person("movielens-9101")


def test_a_film_s_key_is_found_by_its_ids_alone(lookup: GraphLookup) -> None:
    assert lookup.film_key("9101") == lookup.film_key("movie:tt9900001") == "tt9900001"
    assert lookup.film_key("films-5") == "films-5"
    assert [lookup.film_key(text) for text in ("Emmanuel", "Tom Wren", "99999")] == [None] * 3


def test_a_film_is_not_taken_for_a_person(lookup: GraphLookup) -> None:
    with pytest.raises(QueryError, match="no person is called 'tt9900001'"):
        lookup.person("tt9900001")


def test_a_former_iri_leads_to_the_person_of_today() -> None:
    store = Store()
    person, former = NamedNode(f"{BASE}person/nm0000001"), NamedNode(f"{BASE}person/Ada_Moss")
    store.add(Quad(person, RDF.type, SCHEMA.Person))
    store.add(Quad(person, SCHEMA.name, Literal("Ada Moss the Elder")))
    store.add(Quad(former, DCTERMS.isReplacedBy, person))
    assert GraphLookup(store, Iris()).person("person/Ada_Moss") == person


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        (
            "Emma",
            "2 films are called 'Emma'",
            f"name one by its id or with its year: {EMMA_1996}, {EMMA_2020}",
        ),
        (
            "sam park",
            "2 people are called 'sam park'",
            f"name one by its id: {SAM_PARKS}",
        ),
        (
            "Night Fery",
            "no film or person is called 'Night Fery'",
            "did you mean Night Ferry (1964) or Night Ferry, Again (2012)?",
        ),
        (
            "Emma (1812)",
            "no film or person is called 'Emma (1812)'",
            "did you mean Emma (1996) or Emma (2020)?",
        ),
        (
            "Zoe Kravanec",
            "no film or person is called 'Zoe Kravanec'",
            "did you mean Zoë Kravánek?",
        ),
        ("xyzzy", "no film or person is called 'xyzzy'", "try 'etl search'"),
        ("", "no film or person is called ''", "try 'etl search'"),
    ],
)
def test_what_is_not_found_or_not_one_says_what_to_do(
    text: str, message: str, hint: str, lookup: GraphLookup
) -> None:
    with pytest.raises(QueryError) as caught:
        lookup.entity(text)
    assert (str(caught.value), caught.value.hint) == (message, hint)


def test_many_of_one_name_are_not_all_listed() -> None:
    store = Store()
    for number in range(12):
        film = NamedNode(f"{BASE}movie/x-{number:02}")
        store.add(Quad(film, RDF.type, SCHEMA.Movie))
        store.add(Quad(film, SCHEMA.name, Literal("Emma")))
    with pytest.raises(QueryError) as caught:
        GraphLookup(store, Iris()).film("Emma")
    assert str(caught.value) == "12 films are called 'Emma'"
    assert caught.value.hint.endswith(", x-09 and 2 more")


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_any_text_finds_one_thing_or_is_refused(text: str) -> None:
    store = Store()
    film = Iris().movie("tt0000001")
    store.add(Quad(film, RDF.type, SCHEMA.Movie))
    store.add(Quad(film, SCHEMA.name, Literal("Emma")))
    try:
        assert GraphLookup(store, Iris()).film(text) == film
    except QueryError as error:
        assert str(error).startswith("no film is called")
    assert len(search(GraphLookup(store, Iris()), text)) <= 1


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("9101", ["identifier Emma (1996)"]),
        ("tt9900001", ["identifier Emma (1996)"]),
        ("wd:Q9990000004", ["identifier 花の雨 (2004)"]),
        ("nm9900010", ["identifier Sam Park"]),
        ("emma", ["exact Emma (1996)", "exact Emma (2020)", "prefix Emmanuel (2012)"]),
        ("EMMA 2020", ["exact Emma (2020)"]),
        ("wren, tom", ["exact Tom Wren"]),
        ("jurgen grosse", ["exact Jürgen Größe"]),
        ("kravan", ["words Zoë Kravánek"]),
        ("花", ["prefix 花の雨 (2004)", "words 宮本 花"]),
        ("ليلى", ["prefix ليلى حداد"]),
        ("signal noise", ["prefix Signal & Noise <Remastered> (1999)"]),
        ("1964 night", ["words Night Ferry (1964)"]),
        ("renee ohara", ["exact Renée O'Hara"]),
        ("Rene\u0301e\u00ad O\u200b'Hara", ["exact Renée O'Hara"]),
        ("nigth fery", ["similar Night Ferry (1964)", "similar Night Ferry, Again (2012)"]),
        ("kravanec", ["similar Zoë Kravánek"]),
        ("xyzzy", []),
        (" ", []),
        ("!?", []),
    ],
)
def test_search_ranks_what_a_text_may_mean(
    text: str, found: list[str], lookup: GraphLookup
) -> None:
    matches = search(lookup, text)
    assert [f"{match.manner} {match.entity.label}" for match in matches] == found


def test_search_returns_no_more_than_asked_for(lookup: GraphLookup) -> None:
    assert len(search(lookup, "e", limit=1)) == 1


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("Größe", "grosse"),
        ("Ørsted-Łódź", "orsted lodz"),
        ("O’Hara's  ½", "oharas 1 2"),
        ("ÆON", "aeon"),
        ("!!!", "!!!"),
    ],
)
def test_folding_leaves_only_what_counts(text: str, plain: str) -> None:
    assert folded(text) == plain
