"""Films and people become the triples that the model promises."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, Triple, serialize
from rdflib import SH, Graph, URIRef

from etl.entities import MAPPING_VERSION
from etl.entities.mapping import (
    PART_PROPERTIES,
    RULES,
    explain_film,
    field_of,
    map_film,
)
from etl.entities.people import explain_person, map_person
from etl.facts import CREW, FACTS, SITES, Kind
from etl.rdf.identifiers import Iris
from etl.rdf.vocab import FILM, RDF, SCHEMA, XSD
from etl.records import Credit, FilmRecord, Origin, Rating, Review, Title
from etl.resolution.films import Film, resolve
from etl.resolution.groups import Group, Member
from etl.resolution.people import NO_IDENTITIES, Person
from etl.resources import folder
from etl.shacl import CompiledEngine, ReferenceEngine, Shapes
from etl.sources.text import parse
from etl.sources.values import Notes, rating
from places import SEEDS
from shared_data import shared

IRIS = Iris()
MINIMAL = FilmRecord({"movielens": "1"}, title="A", lines={"movielens": 1, "title": 2})


def film(source: Path | FilmRecord) -> Film:
    """Make a film of one record."""
    record = parse(source.read_text("utf-8")) if isinstance(source, Path) else source
    assert isinstance(record, FilmRecord)
    members = (Member(Origin("test", "test.txt", 1), record),)
    return resolve(Group(record.key, "", members), NO_IDENTITIES)


def triples(made: Film) -> list[Triple]:
    """Map a film and everybody in it."""
    people = (triple for person in made.people for triple in map_person(person, IRIS))
    return [*map_film(made, IRIS), *people]


def values(made: Film, predicate: NamedNode) -> list[object]:
    """Give the film's own values of a property."""
    movie = IRIS.movie(made.key)
    found = map_film(made, IRIS)
    return [each.object for each in found if (each.subject, each.predicate) == (movie, predicate)]


def lines(graph: Iterable[Triple]) -> list[str]:
    text = (serialize(graph, format=RdfFormat.N_TRIPLES) or b"").decode()
    return sorted(text.splitlines(keepends=True))


def sample() -> list[Film]:
    return [film(path) for path in sorted(SEEDS.glob("*.txt"))]


def test_a_sample_record_becomes_exactly_these_triples(
    expect: Callable[[str, bytes], None],
) -> None:
    expect("movie-7361.nt", "".join(lines(triples(film(SEEDS / "7361.txt")))).encode())


def test_a_record_that_says_little_becomes_little() -> None:
    movie, node = "<http://localhost:8000/movie/movielens-1", "#identifier-movielens>"
    kind = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"
    schema = "<https://schema.org/"
    assert lines(triples(film(MINIMAL))) == [
        f"{movie}{node} {kind} {schema}PropertyValue> .\n",
        f'{movie}{node} {schema}propertyID> "movielens" .\n',
        f'{movie}{node} {schema}value> "1" .\n',
        f"{movie}> {kind} {schema}Movie> .\n",
        f"{movie}> {schema}identifier> {movie}{node} .\n",
        f'{movie}> {schema}name> "A" .\n',
    ]


def test_the_real_record_becomes_the_movie_it_describes() -> None:
    [path] = shared("seeds").glob("*.txt")
    made = film(path)
    page = NamedNode("https://www.imdb.com/title/tt0338013/")
    assert IRIS.movie(made.key).value == "http://localhost:8000/movie/tt0338013"
    assert values(made, SCHEMA.name) == [Literal("Eternal Sunshine of the Spotless Mind")]
    assert values(made, SCHEMA.datePublished) == [Literal("2004", datatype=XSD.gYear)]
    assert values(made, SCHEMA.director) == [IRIS.person("Michel Gondry")]
    assert len(set(map(str, values(made, SCHEMA.actor)))) == 10
    assert values(made, SCHEMA.sameAs) == values(made, SCHEMA.url) == [page]
    assert values(made, SCHEMA.aggregateRating) == []
    assert SCHEMA.AggregateRating not in {each.object for each in triples(made)}
    synopsis = path.read_text("utf-8").partition("synopsis:\n")[2]
    assert values(made, SCHEMA.description) == [Literal(synopsis)]
    assert len(values(made, FILM.performance)) == 8


def full() -> FilmRecord:
    """A record that says something in every field."""
    values = {
        Kind.DATE: "2004-03-19",
        Kind.DURATION: "PT1H48M",
        Kind.ADDRESS: "https://example.org/p.jpg",
        Kind.LANGUAGE: "de",
    }
    return FilmRecord(
        {"imdb": "tt0338013", "wikidata": "Q163872", "tmdb": "38", "movielens": "7361"},
        title="A",
        year=2004,
        rating=Rating(Decimal("7.5")),
        directors=(Credit("B"),),
        actors=(Credit("C", characters=("D",)),),
        synopsis="E",
        titles=(Title("F"), Title("G", "de")),
        facts={name: (values.get(fact.kind, "H"),) for name, fact in FACTS.items()},
        crew={role: (Credit(f"I {role}"),) for role in CREW},
        ratings={site: Rating(Decimal(2), Decimal(5), Decimal("0.5"), 3) for site in SITES},
        reviews=(
            Review(Decimal(8), date="2024-02-03", text="J", source="mine", viewer="mine"),
            Review(text="K", source="Q 1", viewer="Q 1"),
        ),
    )


def test_every_rule_makes_triples() -> None:
    undated = {name: values for name, values in full().facts.items() if name != "date"}
    records = [full(), replace(full(), facts=undated)]
    made = {rule.name for each in map(film, records) for rule, _ in explain_film(each, IRIS)}
    assert made == {rule.name for rule in RULES}
    assert len({rule.name for rule in RULES}) == len(RULES)


def test_what_a_full_record_says_is_known_to_the_shapes_and_conforms() -> None:
    made = film(full())
    for engine in (CompiledEngine, ReferenceEngine):
        assert not engine(Shapes.read([folder("shapes")])).validate(triples(made)).results


@pytest.mark.parametrize(
    ("date", "datatype"),
    [("2004", XSD.gYear), ("2004-03", XSD.gYearMonth), ("2004-03-19", XSD.date)],
)
def test_a_date_is_as_exact_as_the_record(date: str, datatype: NamedNode) -> None:
    made = film(replace(MINIMAL, year=2004, facts={"date": (date,)}))
    found = [each.object for each in map_film(made, IRIS) if "datePublished" in str(each.predicate)]
    assert found == [Literal(date, datatype=datatype)]


def test_a_date_of_another_year_gives_way_to_the_year() -> None:
    made = film(replace(MINIMAL, year=2003, facts={"date": ("2004-03-19",)}))
    found = [each.object for each in map_film(made, IRIS) if "datePublished" in str(each.predicate)]
    assert found == [Literal("2003", datatype=XSD.gYear)]


def test_what_is_explained_is_what_is_made() -> None:
    for made in sample():
        explained = [triple for _, triple in explain_film(made, IRIS)]
        assert sorted(explained, key=str) == sorted(map_film(made, IRIS), key=str)
        for person in made.people:
            explained = [triple for _, triple in explain_person(person, IRIS)]
            assert explained == map_person(person, IRIS)


def test_nothing_is_a_blank_node_and_nothing_is_said_twice() -> None:
    for made in sample():
        graph = map_film(made, IRIS)
        assert not any(isinstance(term, BlankNode) for triple in graph for term in triple)
        assert len(set(graph)) == len(graph)


def test_other_triples_are_those_of_another_version_of_the_mapping(
    expect: Callable[[str, bytes], None],
) -> None:
    """Raise `MAPPING_VERSION` when this fails, so that old graphs are known to be old."""
    person = Credit("B C", "nm0000001", characters=("D",))
    full = FilmRecord(
        {"imdb": "tt0000001", "movielens": "1", "wikidata": "Q1"},
        title="A",
        year=1999,
        rating=Rating(Decimal("7.5"), count=3),
        directors=(person,),
        actors=(person, Credit("E"), Credit("Q2"), Credit("Ne\u0301e"), Credit("", "nm0000002")),
        synopsis="F (E) sings.",
    )
    made = [triple for each in [*sample(), film(full)] for triple in triples(each)]
    digest = hashlib.sha256("".join(lines(made)).encode()).hexdigest()
    expect("mapping-version.txt", f"{MAPPING_VERSION} {digest}\n".encode())


def test_a_film_owns_the_subjects_of_its_triples() -> None:
    for made in sample():
        movie = IRIS.movie(made.key).value
        subjects = {str(triple.subject).strip("<>") for triple in map_film(made, IRIS)}
        assert {subject for subject in subjects if subject.partition("#")[0] != movie} == set()


def known_to_shapes() -> dict[str, set[str]]:
    """Give the properties that the shapes of each class speak of."""
    graph = Graph()
    for path in folder("shapes").glob("*.ttl"):
        graph.parse(path)
    known: dict[str, set[str]] = {}
    for shape, target in graph.subject_objects(SH.targetClass):
        paths = {graph.value(each, SH.path) for each in graph.objects(shape, SH.property)}
        about = known.setdefault(str(target), set())
        about.update(str(path) for path in paths if isinstance(path, URIRef))
    return known


def test_every_property_that_is_written_is_known_to_the_shapes() -> None:
    known = known_to_shapes()
    linked = film(replace(MINIMAL, identifiers={"wikidata": "Q208269"}))
    named = Person("Jim Carrey", "nm0000120")
    for graph in [*map(triples, [*sample(), linked]), map_person(named, IRIS)]:
        classes = {each.subject: each.object for each in graph if each.predicate == RDF.type}
        for each in graph:
            target = classes[each.subject]
            assert isinstance(target, NamedNode)
            assert each.predicate == RDF.type or each.predicate.value in known[target.value], each


# a rating as it is written, and as it stands in the graph
DECIMALS = [
    ("8", "8"),
    ("8.0", "8"),
    ("8.5", "8.5"),
    ("8.50", "8.5"),
    ("8,5", "8.5"),
    ("10", "10"),
    ("10.0", "10"),
    ("100", "100"),
    ("0", "0"),
    ("0.0", "0"),
    ("007.5", "7.5"),
    ("7.123456789012345678", "7.123456789012345678"),
]


@pytest.mark.parametrize(("written", "canonical"), DECIMALS)
def test_a_rating_is_a_decimal_in_canonical_form(written: str, canonical: str) -> None:
    made = film(replace(MINIMAL, rating=rating(written, Notes())))
    node = IRIS.part(IRIS.movie(made.key), "rating")
    said = {each.predicate: each.object for each in map_film(made, IRIS) if each.subject == node}
    assert said == {
        RDF.type: SCHEMA.AggregateRating,
        SCHEMA.ratingValue: Literal(canonical, datatype=XSD.decimal),
        SCHEMA.bestRating: Literal("10", datatype=XSD.decimal),
        SCHEMA.worstRating: Literal("1", datatype=XSD.decimal),
    }


@given(st.decimals(0, 999, places=6))
def test_equal_ratings_are_equal_terms(value: Decimal) -> None:
    def term(number: Decimal) -> object:
        graph = map_film(film(replace(MINIMAL, rating=Rating(number))), IRIS)
        return next(each.object for each in graph if each.predicate == SCHEMA.ratingValue)

    assert term(value) == term(value.normalize()) == term(value + Decimal("0.000000"))


def test_a_rating_tells_its_votes_where_they_are_known() -> None:
    made = film(
        replace(MINIMAL, rating=Rating(Decimal("3.5"), best=Decimal(5), worst=Decimal(0), count=12))
    )
    found = {each.predicate: each.object for each in map_film(made, IRIS)}
    assert found[SCHEMA.bestRating] == Literal("5", datatype=XSD.decimal)
    assert found[SCHEMA.worstRating] == Literal("0", datatype=XSD.decimal)
    assert found[SCHEMA.ratingCount] == Literal("12", datatype=XSD.integer)


@pytest.mark.parametrize(("year", "written"), [(2004, "2004"), (800, "0800"), (0, "0000")])
def test_a_year_is_a_year_of_four_digits_and_no_day(year: int, written: str) -> None:
    made = film(replace(MINIMAL, year=year))
    assert values(made, SCHEMA.datePublished) == [Literal(written, datatype=XSD.gYear)]


def test_a_person_with_an_id_has_their_page() -> None:
    node = NamedNode("http://localhost:8000/person/nm0000120")
    assert map_person(Person("Jim Carrey", "nm0000120"), IRIS) == [
        Triple(node, RDF.type, SCHEMA.Person),
        Triple(node, SCHEMA.name, Literal("Jim Carrey")),
        Triple(node, SCHEMA.sameAs, NamedNode("https://www.imdb.com/name/nm0000120/")),
    ]


def test_the_properties_of_parts_lead_to_parts_of_the_same_film_and_no_others_do() -> None:
    leading = set[NamedNode]()
    for made in [*sample(), film(full())]:
        parts = f"{IRIS.movie(made.key).value}#"
        for triple in map_film(made, IRIS):
            to_part = isinstance(triple.object, NamedNode) and triple.object.value.startswith(parts)
            assert to_part == (triple.predicate in PART_PROPERTIES)
            leading.update([triple.predicate] if to_part else ())
    assert leading == PART_PROPERTIES


def test_a_part_that_a_source_lists_is_a_performance() -> None:
    cast = (Credit("Jim Carrey", "nm0000120", ("Joel", "Young Joel")), Credit("Kate Winslet"))
    graph = map_film(film(replace(MINIMAL, actors=cast)), IRIS)
    movie = IRIS.movie("movielens-1")
    roles = [each.object for each in graph if each.predicate == FILM.performance]
    assert roles == [IRIS.part(movie, "role-1"), IRIS.part(movie, "role-2")]
    named = [each.object for each in graph if each.predicate == SCHEMA.characterName]
    assert named == [Literal("Joel"), Literal("Young Joel")]


# a property, or a path of several, and the field it is made from
FIELDS = [
    (SCHEMA.name.value, "title"),
    (SCHEMA.ratingValue.value, "rating"),
    (FILM.performance.value, "synopsis"),
    (RDF.type.value, ""),
    ("", ""),
    (f"{SCHEMA.director.value}>|<{SCHEMA.actor.value}", ""),
]


@pytest.mark.parametrize(("path", "field"), FIELDS)
def test_a_property_tells_the_field_it_is_made_from(path: str, field: str) -> None:
    assert field_of(path) == field
