"""Identifiers are read in every form they come in, and no two things share an IRI."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from random import Random
from urllib.parse import unquote

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import NamedNode, RdfFormat, Triple, parse, serialize
from rdflib import Graph, URIRef

from etl.entities.people import person_iri
from etl.errors import EtlError
from etl.rdf.identifiers import (
    DEFAULT_BASE_IRI,
    FILM_SCHEMES,
    Iris,
    imdb_id,
    imdb_name_id,
    imdb_page,
    imdb_title_id,
    name_key,
    wikidata_entity,
    wikidata_id,
)
from etl.records import FilmRecord
from etl.resolution.identities import NAME_KEY
from etl.resolution.people import Person

IRIS = Iris()

# what is written, and the id that it means
IMDB = [
    ("tt0338013", "tt0338013"),
    (" nm0000120\n", "nm0000120"),
    ("tt10872600", "tt10872600"),
    ("tt1234567890", "tt1234567890"),
    ("https://www.imdb.com/name/nm0000120/", "nm0000120"),
    ("http://m.imdb.com/name/nm0000120", "nm0000120"),
    ("imdb.com/title/tt0338013", "tt0338013"),
    ("https://www.imdb.com/title/tt0338013/reviews?sort=date#top", "tt0338013"),
    ("https://www.imdb.com:443/title/tt0338013/", "tt0338013"),
    ("tt033801", None),
    ("tt12345678901", None),
    ("TT0338013", "tt0338013"),
    ("Nm0000120", "nm0000120"),
    ("tt00338013", "tt0338013"),
    ("nm0000000120", "nm0000120"),
    ("tt0010872600", "tt10872600"),
    ("tt0000000000", "tt0000000"),
    ("https://www.imdb.com/title/TT000338013/", "tt0338013"),
    ("https://www.imdb.com/name/nm00000120/bio", "nm0000120"),
    ("tn0338013", None),
    ("nm0000120 nm0000121", None),
    ("ﾄtt0338013", None),
    ("0338013", None),
    ("tt٠٣٣٨٠١٣", None),
    ("https://www.imdb.com/title/nm0000120/", None),
    ("https://www.imdb.com/name/tt0338013/", None),
    ("https://www.imdb.com/title/", None),
    ("https://www.imdb.com/title/tt0338013x", None),
    ("https://www.imdb.com.example.org/title/tt0338013/", None),
    ("https://example.org/?u=https://www.imdb.com/title/tt0338013/", None),
    ("https://www.imdb.com/title/tt03380\n13/", None),
    ("https://www.imdb.com/title/tt0338013/ and more", None),
    ("https://[imdb.com/title/tt0338013/", None),
    ("", None),
]


@pytest.mark.parametrize(("written", "meant"), IMDB)
def test_an_imdb_id_is_read_in_each_of_its_forms(written: str, meant: str | None) -> None:
    assert imdb_id(written) == meant
    film = meant if meant and meant.startswith("tt") else None
    assert (imdb_title_id(written), imdb_name_id(written)) == (film, meant if not film else None)


@pytest.mark.parametrize("identifier", ["tt0338013", "nm0000120"])
def test_the_page_of_an_id_is_read_as_that_id(identifier: str) -> None:
    assert imdb_id(imdb_page(identifier)) == identifier


# what is written, and the item that it means
WIKIDATA = [
    ("Q208269", "Q208269"),
    ("http://www.wikidata.org/entity/Q208269", "Q208269"),
    ("https://www.wikidata.org/wiki/Q208269", "Q208269"),
    ("https://wikidata.org/wiki/Q208269", "Q208269"),
    (" Q1 ", "Q1"),
    ("Q0", None),
    ("Q٣", None),
    ("P345", None),
    ("q42", None),
    ("https://www.wikidata.org/wiki/Property:P345", None),
]


@pytest.mark.parametrize(("written", "meant"), WIKIDATA)
def test_a_wikidata_item_is_read_in_each_of_its_forms(written: str, meant: str | None) -> None:
    assert wikidata_id(written) == meant


def test_a_wikidata_item_has_the_iri_that_wikidata_gives_it() -> None:
    assert wikidata_entity("Q208269") == "http://www.wikidata.org/entity/Q208269"


# a name, and the end of the IRI of whoever has it
NAMES = [
    ("Jim Carrey", "Jim_Carrey"),
    ("Samuel L. Jackson", "Samuel_L._Jackson"),
    ("Deirdre O'Connell", "Deirdre_O'Connell"),
    ("Robert Downey Jr.", "Robert_Downey_Jr."),
    ("Björk", "Björk"),
    ("Bjo\u0308rk", "Bjo%CC%88rk"),
    ("\u212bngstro\u0308m", "%E2%84%ABngstro%CC%88m"),
    (">\u0301", "%3E%CC%81"),
    ("李连杰", "李连杰"),
    ("Jim_Carrey", "Jim%5FCarrey"),
    ("100% Wolf", "100%25_Wolf"),
    ("AC/DC", "AC%2FDC"),
    ("?#[]", "%3F%23%5B%5D"),
    ('"<>\\^`{|}', "%22%3C%3E%5C%5E%60%7B%7C%7D"),
    ("a\u00a0b", "a%C2%A0b"),
    ("\u202eabc", "%E2%80%AEabc"),
    ("a  b ", "a__b_"),
    (".", "%2E"),
    ("..", "%2E%2E"),
    ("\ue000", "%EE%80%80"),
    ("nm0000120", "nm0000120"),
]


@pytest.mark.parametrize(("name", "segment"), NAMES)
def test_a_name_can_be_seen_in_its_iri(name: str, segment: str) -> None:
    assert IRIS.person(name) == NamedNode(f"{DEFAULT_BASE_IRI}person/{segment}")


def test_every_kind_of_thing_has_its_own_place() -> None:
    movie = IRIS.movie("tt0338013")
    minted = [movie, IRIS.part(movie, "rating"), IRIS.person("nm0000120"), IRIS.run(7)]
    minted += [IRIS.source("my films"), IRIS.provenance_graph]
    assert [iri.value.removeprefix(DEFAULT_BASE_IRI) for iri in minted] == [
        "movie/tt0338013",
        "movie/tt0338013#rating",
        "person/nm0000120",
        "run/7",
        "source/my_films",
        "graph/provenance",
    ]


names = st.text(st.characters(exclude_categories=()), min_size=1, max_size=20)
# Names that are near to each other are where two might meet.
near = st.text(st.sampled_from("aA.%_- /25FEe\u0301é\u0338\u00a0\u200b#"), min_size=1, max_size=6)
ids = st.from_regex(
    "(?:nm|NM|Q|q|tt|name-nm|name-Q|wikidata-Q|movielens-)[0-9]{1,7}", fullmatch=True
)
keys = st.one_of(names, near, ids, ids.map(lambda text: f"name-{text}"))
FOLDS: tuple[Callable[[str], str], ...] = (
    lambda text: unicodedata.normalize("NFC", text),
    lambda text: unicodedata.normalize("NFD", text),
    lambda text: unicodedata.normalize("NFKC", text),
    str.swapcase,
    str.strip,
    unquote,
    lambda text: text.replace("_", " "),
)
pairs = st.one_of(
    st.tuples(keys, keys),
    st.tuples(keys, st.sampled_from(FOLDS)).map(lambda pair: (pair[0], pair[1](pair[0]))),
)


def every_iri(key: str) -> list[NamedNode]:
    """Give the IRIs of all that has this key, or has it in its own."""
    movie = IRIS.movie(key)
    parts = [IRIS.part(movie, name) for name in ("rating", "role-1", "identifier-imdb")]
    return [movie, *parts, IRIS.person(key), IRIS.mention("tt0000001", key), IRIS.source(key)]


@given(pairs)
def test_different_keys_have_different_iris(pair: tuple[str, str]) -> None:
    one, two = map(every_iri, pair)
    assert [a == b for a, b in zip(one, two, strict=True)] == [pair[0] == pair[1]] * len(one)
    assert len({*one, *two}) == len(one) * len(set(pair))


records = st.tuples(keys, st.lists(keys, min_size=1).map("/".join), st.just("") | keys)


@given(records, records)
def test_different_records_have_different_iris(
    one: tuple[str, str, str], two: tuple[str, str, str]
) -> None:
    assert (IRIS.record(*one) == IRIS.record(*two)) == (one == two)


@given(keys)
def test_an_iri_is_in_form_nfc_and_gives_its_key_back(key: str) -> None:
    segment = IRIS.person(key).value.removeprefix(f"{DEFAULT_BASE_IRI}person/")
    assert unicodedata.is_normalized("NFC", segment)
    assert unquote(segment.replace("_", " "), errors="surrogatepass") == key


imdb_ids = st.from_regex("nm[0-9]{7,10}", fullmatch=True)
items = st.from_regex("Q[1-9][0-9]{0,7}", fullmatch=True)


@st.composite
def people(draw: st.DrawFn) -> Person:
    """Give somebody by name, whose name may be any text, or with ids."""
    name = draw(st.one_of(keys, imdb_ids, items))
    return Person(name, draw(st.none() | imdb_ids), draw(st.none() | items))


def identity(person: Person) -> tuple[str, str]:
    """Say who somebody is, and by what that is known."""
    if person.imdb_id:
        return "imdb", person.imdb_id
    return ("wikidata", person.wikidata_id) if person.wikidata_id else ("name", person.name)


@given(people(), people(), st.booleans())
def test_a_name_is_never_the_key_of_an_id(one: Person, two: Person, like: bool) -> None:
    if like:  # somebody whose name is the other's id, or the other's key
        two = Person(one.key)
    same = identity(one) == identity(two)
    assert (one.key == two.key) == same
    assert (person_iri(one, IRIS) == person_iri(two, IRIS)) == same


@pytest.mark.parametrize(
    ("name", "end"),
    [
        ("nm9000001", "name-nm9000001"),
        ("NM9000001", "name-NM9000001"),
        ("Q42", "name-Q42"),
        ("name-Q42", "name-name-Q42"),
        ("Agent 007", "Agent_007"),
        ("Q", "Q"),
        ("Q42 ", "Q42_"),
        ("Quincy 42", "Quincy_42"),
    ],
)
def test_a_name_that_looks_like_an_id_says_so_in_its_iri(name: str, end: str) -> None:
    assert person_iri(Person(name), IRIS).value == f"{DEFAULT_BASE_IRI}person/{end}"


@given(st.lists(keys.filter(lambda text: text.isprintable()), min_size=1))
def test_the_catalog_and_the_mapping_mark_the_same_names(listed: list[str]) -> None:
    sql = f"SELECT {NAME_KEY} FROM (SELECT unnest($1::TEXT[]) AS name)"
    marked = [key for (key,) in duckdb.execute(sql, [listed]).fetchall()]
    assert marked == [name_key(name) for name in listed]


@given(
    st.fixed_dictionaries(
        {},
        optional={
            "imdb": st.from_regex("tt[0-9]{7,10}", fullmatch=True),
            "movielens": st.from_regex("[1-9][0-9]{0,7}", fullmatch=True),
            "wikidata": items,
        },
    ).filter(bool),
    st.randoms(),
)
def test_a_film_is_known_by_its_strongest_id(ids: dict[str, str], order: Random) -> None:
    shuffled = sorted(ids.items(), key=lambda _: order.random())
    scheme = next(each for each in FILM_SCHEMES if each in ids)
    key = FilmRecord(dict(shuffled)).key
    assert key == (ids["imdb"] if scheme == "imdb" else f"{scheme}-{ids[scheme]}")


@given(names)
def test_every_iri_is_one_segment_that_all_parsers_read_back(name: str) -> None:
    iri = IRIS.person(name)
    assert "/" not in iri.value.removeprefix(f"{DEFAULT_BASE_IRI}person/")
    triple = Triple(iri, iri, iri)
    line = serialize([triple], format=RdfFormat.N_TRIPLES) or b""
    assert [quad.triple for quad in parse(line, RdfFormat.N_TRIPLES)] == [triple]
    node = URIRef(iri.value)
    assert node.n3() == f"<{iri.value}>"
    assert list(Graph().parse(data=line, format="nt")) == [(node, node, node)]


# what a user gives, and what every IRI then begins with
BASES = [
    ("https://films.example.org/", "https://films.example.org/"),
    ("https://films.example.org", "https://films.example.org/"),
    ("http://example.org/data/films", "http://example.org/data/films/"),
    ("http://localhost:8000/", "http://localhost:8000/"),
    ("http://[::1]:8000/", "http://[::1]:8000/"),
    ("https://münchen.example/", "https://münchen.example/"),
]


@pytest.mark.parametrize(("given_iri", "base"), BASES)
def test_a_base_iri_ends_with_a_slash(given_iri: str, base: str) -> None:
    assert Iris.below(given_iri) == Iris(base)


NO_BASES = """
films
/films/
ftp://example.org/
urn:isbn:1
http:///films
http://example.org/?
http://example.org/?q=1
http://example.org/#
http://example.org/#films
http://example.org:port/
http://[::1/
http://example.org/<films>
""".split()


@pytest.mark.parametrize("text", [*NO_BASES, "", "http://exa mple.org/", "http://example.org/a b"])
def test_what_no_path_can_be_put_behind_is_no_base_iri(text: str) -> None:
    with pytest.raises(EtlError) as caught:
        Iris.below(text)
    said = f"base IRI: expected an address such as http://localhost:8000/, found {text!r}"
    assert str(caught.value) == said
    assert caught.value.hint == "give an http or https address without query or fragment"
