"""Our own terms are described, and an export in JSON-LD means the triples it came from."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
from pyoxigraph import NamedNode, RdfFormat, parse
from rdflib import DCTERMS, OWL, RDF, RDFS, SH, SKOS, XSD, BNode, Graph, Literal, Namespace, URIRef
from rdflib.collection import Collection
from rdflib.term import Node

from etl.rdf import vocab
from etl.resources import folder

SCHEMA = Namespace(vocab.SCHEMA.iri)
FILM = Namespace(vocab.FILM.iri)
ONTOLOGY = URIRef(vocab.FILM.iri.removesuffix("#"))
ONE = Literal(1)

# One film in the layout of an export, and the triples that it stands for.
FILM_AS_JSON: dict[str, Any] = {
    "id": "http://localhost:8000/movie/tt0338013",
    "type": "Movie",
    "name": "Eternal Sunshine of the Spotless Mind",
    "datePublished": "2004",
    "url": "https://www.imdb.com/title/tt0338013/",
    "sameAs": [
        "https://www.imdb.com/title/tt0338013/",
        "http://www.wikidata.org/entity/Q208269",
    ],
    "identifier": [
        {
            "id": "http://localhost:8000/movie/tt0338013#identifier-imdb",
            "type": "PropertyValue",
            "propertyID": "imdb",
            "value": "tt0338013",
        }
    ],
    "director": [
        {
            "id": "http://localhost:8000/person/Michel_Gondry",
            "type": "Person",
            "birthDate": "1963",
            "deathDate": "2061",
            "jobTitle": ["director"],
            "name": "Michel Gondry",
        }
    ],
    "actor": ["http://localhost:8000/person/nm0000120"],
    "performance": [
        {
            "id": "http://localhost:8000/movie/tt0338013#role-1",
            "type": "PerformanceRole",
            "actor": ["http://localhost:8000/person/nm0000120"],
            "characterName": "Joel Barish",
        }
    ],
    "aggregateRating": [
        {
            "id": "http://localhost:8000/movie/tt0338013#rating-imdb",
            "type": "AggregateRating",
            "author": [{"@value": "IMDb"}],
            "ratingValue": "8.3",
            "bestRating": "10",
            "worstRating": "1",
            "ratingCount": 1000000,
        }
    ],
    "review": [
        {
            "id": "http://localhost:8000/movie/tt0338013#review-mine-2024-02-03",
            "type": "Review",
            "author": [{"@value": "mine"}],
            "datePublished": {"@value": "2024-02-03", "@type": "xsd:date"},
            "reviewRating": {
                "id": "http://localhost:8000/movie/tt0338013#review-mine-2024-02-03-rating",
                "type": "Rating",
                "ratingValue": "4.5",
                "bestRating": "5",
                "worstRating": "0.5",
            },
            "reviewBody": "Unforgettable.",
        }
    ],
    "description": "A clinic erases what two former lovers remember of each other.",
    "genre": ["Drama", "Romance"],
    "duration": "PT1H48M",
    "inLanguage": ["en"],
    "countryOfOrigin": ["US"],
    "alternateName": ["Vergiss mein nicht!"],
    "author": ["http://localhost:8000/person/Charlie_Kaufman"],
    "producer": ["http://localhost:8000/person/Steve_Golin"],
    "musicBy": ["http://localhost:8000/person/Jon_Brion"],
    "editor": ["http://localhost:8000/person/Valdis_Oskarsdottir"],
    "contentRating": "R",
    "keywords": ["memory"],
    "abstract": "Two former lovers forget.",
    "productionCompany": ["Focus Features"],
    "isPartOf": "A Collection",
    "image": ["https://example.org/poster.jpg"],
}
FILM_AS_TURTLE = """
@base <http://localhost:8000/> .
@prefix film: <https://w3id.org/reelgraph/film#> .
@prefix schema: <https://schema.org/> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .

<movie/tt0338013> a schema:Movie ;
    schema:name "Eternal Sunshine of the Spotless Mind" ;
    schema:datePublished "2004"^^xsd:gYear ;
    schema:url <https://www.imdb.com/title/tt0338013/> ;
    schema:sameAs <https://www.imdb.com/title/tt0338013/> ,
        <http://www.wikidata.org/entity/Q208269> ;
    schema:identifier <movie/tt0338013#identifier-imdb> ;
    schema:director <person/Michel_Gondry> ;
    schema:actor <person/nm0000120> ;
    film:performance <movie/tt0338013#role-1> ;
    schema:aggregateRating <movie/tt0338013#rating-imdb> ;
    schema:review <movie/tt0338013#review-mine-2024-02-03> ;
    schema:description "A clinic erases what two former lovers remember of each other." ;
    schema:genre "Drama" , "Romance" ;
    schema:duration "PT1H48M"^^xsd:duration ;
    schema:inLanguage "en" ;
    schema:countryOfOrigin "US" ;
    schema:alternateName "Vergiss mein nicht!" ;
    schema:author <person/Charlie_Kaufman> ;
    schema:producer <person/Steve_Golin> ;
    schema:musicBy <person/Jon_Brion> ;
    schema:editor <person/Valdis_Oskarsdottir> ;
    schema:contentRating "R" ;
    schema:keywords "memory" ;
    schema:abstract "Two former lovers forget." ;
    schema:productionCompany "Focus Features" ;
    schema:isPartOf "A Collection" ;
    schema:image <https://example.org/poster.jpg> .
<movie/tt0338013#review-mine-2024-02-03> a schema:Review ;
    schema:author "mine" ;
    schema:datePublished "2024-02-03"^^xsd:date ;
    schema:reviewRating <movie/tt0338013#review-mine-2024-02-03-rating> ;
    schema:reviewBody "Unforgettable." .
<movie/tt0338013#review-mine-2024-02-03-rating> a schema:Rating ;
    schema:ratingValue "4.5"^^xsd:decimal ;
    schema:bestRating "5"^^xsd:decimal ;
    schema:worstRating "0.5"^^xsd:decimal .
<movie/tt0338013#identifier-imdb> a schema:PropertyValue ;
    schema:propertyID "imdb" ;
    schema:value "tt0338013" .
<person/Michel_Gondry> a schema:Person ;
    schema:name "Michel Gondry" ;
    schema:birthDate "1963"^^xsd:gYear ;
    schema:deathDate "2061"^^xsd:gYear ;
    schema:jobTitle "director" .
<movie/tt0338013#role-1> a schema:PerformanceRole ;
    schema:actor <person/nm0000120> ;
    schema:characterName "Joel Barish" .
<movie/tt0338013#rating-imdb> a schema:AggregateRating ;
    schema:author "IMDb" ;
    schema:ratingValue "8.3"^^xsd:decimal ;
    schema:bestRating "10"^^xsd:decimal ;
    schema:worstRating "1"^^xsd:decimal ;
    schema:ratingCount "1000000"^^xsd:integer .
"""


@cache
def ontology() -> Graph:
    return Graph().parse(folder("ontology") / "film.ttl")


@cache
def shapes() -> Graph:
    graph = Graph()
    for path in sorted(folder("shapes").glob("*.ttl")):
        graph.parse(path)
    return graph


@cache
def context() -> dict[str, Any]:
    text = (folder("ontology") / "context.jsonld").read_text(encoding="utf-8")
    document: dict[str, Any] = json.loads(text)
    assert list(document) == ["@context"]
    inner: dict[str, Any] = document["@context"]
    return inner


def full_iri(compact: str) -> URIRef:
    prefix, _, local = compact.partition(":")
    return URIRef(context()[prefix] + local)


def definitions() -> dict[URIRef, dict[str, str]]:
    """Return what the context says of each class and property, by its IRI."""
    expanded = (
        {"@id": definition} if isinstance(definition, str) else definition
        for term, definition in context().items()
        if not term.startswith("@") and not str(definition).startswith(("@", "http"))
    )
    return {full_iri(definition["@id"]): definition for definition in expanded}


def paths() -> dict[URIRef, list[Node]]:
    """Return the property shapes on each property, leaving out those on longer paths."""
    found: dict[URIRef, list[Node]] = {}
    for shape in shapes().objects(None, SH.property):
        path = shapes().value(shape, SH.path)
        if isinstance(path, URIRef):
            found.setdefault(path, []).append(shape)
    return found


def test_the_ontology_says_what_it_is() -> None:
    assert list(ontology().subjects(RDF.type, OWL.Ontology)) == [ONTOLOGY]
    stated = set(ontology().predicates(ONTOLOGY))
    assert stated >= {DCTERMS.title, DCTERMS.description, DCTERMS.license, OWL.versionInfo}


def terms_of(namespace: vocab.Namespace) -> set[URIRef]:
    return {URIRef(term.value) for term in vars(namespace)["_terms"].values()}


def test_the_terms_we_write_are_the_terms_we_define() -> None:
    written = terms_of(vocab.FILM) | terms_of(vocab.FILM_RUNS)
    defined = set(ontology().subjects(RDFS.isDefinedBy, ONTOLOGY))
    assert defined == written == {s for s in ontology().subjects() if str(s) in FILM}


def test_each_of_our_terms_is_described() -> None:
    for term in ontology().subjects(RDFS.isDefinedBy, ONTOLOGY):
        stated = set(ontology().predicates(term))
        assert stated >= {RDF.type, RDFS.label, RDFS.comment}, term
        assert stated >= {RDFS.domain, RDFS.range}, term


def test_the_mapping_leads_from_terms_we_write_to_wikidata() -> None:
    written = terms_of(vocab.SCHEMA) | terms_of(vocab.FILM)
    entity = re.compile(r"http://www\.wikidata\.org/entity/[PQ][1-9][0-9]*")
    mapped = [
        (subject, target)
        for relation in (SKOS.exactMatch, SKOS.closeMatch, SKOS.narrowMatch, SKOS.relatedMatch)
        for subject, target in ontology().subject_objects(relation)
    ]
    assert {subject for subject, _ in mapped} <= written
    assert [target for _, target in mapped if not entity.fullmatch(str(target))] == []
    assert len(mapped) == len(set(mapped)) > 0


def test_the_context_names_exactly_the_classes_and_properties_we_write() -> None:
    written = terms_of(vocab.SCHEMA) | terms_of(vocab.FILM)
    assert set(definitions()) == written | {DCTERMS.isReplacedBy}
    for iri in definitions():
        local = re.split(r"[/#]", iri)[-1]
        assert local in context(), iri


def test_the_context_has_each_class_and_property_of_the_shapes() -> None:
    classes = set(shapes().objects(None, SH.targetClass)) | set(shapes().objects(None, SH["class"]))
    assert classes | set(paths()) <= set(definitions())


def test_the_context_types_each_value_as_its_shapes_do() -> None:
    """A literal's datatype and an IRI are coerced; text is left as JSON's own string."""
    for path, about in paths().items():
        expected = {
            "@id" if kind == SH.IRI else str(kind)
            for parameter, plain in ((SH.datatype, XSD.string), (SH.nodeKind, SH.Literal))
            for shape in about
            for kind in kinds(shape, parameter)
            if kind != plain
        }
        coercion = definitions()[path].get("@type")
        typed = {coercion if coercion == "@id" else str(full_iri(coercion))} if coercion else set()
        assert typed == expected or (typed and typed < expected), path


def kinds(shape: Node, parameter: Node) -> Iterator[Node]:
    """Give what a shape asks of a value, each of what it may choose from."""
    yield from shapes().objects(shape, parameter)
    for choice in shapes().objects(shape, SH["or"]):
        for each in Collection(shapes(), choice):
            if isinstance(each, BNode):
                yield from shapes().objects(each, parameter)


def test_a_property_that_can_repeat_is_always_a_list() -> None:
    for path, about in paths().items():
        classes = {c for shape in about for c in targeted_by(shape)}
        single = {c for s in about for c in targeted_by(s) if (s, SH.maxCount, ONE) in shapes()}
        container = definitions()[path].get("@container")
        assert container == (None if classes == single else "@set"), path


def targeted_by(property_shape: Node) -> set[Node]:
    """Return the classes whose shape has this property shape."""
    owners = shapes().subjects(SH.property, property_shape)
    return {c for owner in owners for c in shapes().objects(owner, SH.targetClass)}


def documents() -> list[Any]:
    """Return the film with its context, with whole numbers as JSON's numbers and as text."""
    as_numbers = {"@context": context(), **FILM_AS_JSON}
    rating = {**FILM_AS_JSON["aggregateRating"][0], "ratingCount": "1000000", "bestRating": 10}
    return [as_numbers, {**as_numbers, "aggregateRating": rating}]


# rdflib's JSON-LD parser itself uses a class that rdflib has deprecated.
@pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")
@pytest.mark.parametrize("document", documents(), ids=["written", "numbers-otherwise"])
def test_rdflib_reads_the_film_as_its_triples(document: dict[str, Any]) -> None:
    read = Graph().parse(data=json.dumps(document), format="json-ld")
    written = Graph().parse(data=FILM_AS_TURTLE, format="turtle")
    assert set(read) == set(written)


@pytest.mark.parametrize("document", documents(), ids=["written", "numbers-otherwise"])
def test_oxigraph_reads_the_film_as_its_triples(document: dict[str, Any]) -> None:
    read = {quad.triple for quad in parse(json.dumps(document), RdfFormat.JSON_LD)}
    assert read == {quad.triple for quad in parse(FILM_AS_TURTLE, RdfFormat.TURTLE)}


def test_the_sample_film_uses_every_property_of_the_context() -> None:
    used = {quad.predicate for quad in parse(FILM_AS_TURTLE, RdfFormat.TURTLE)}
    classes = {NamedNode(str(c)) for c in shapes().objects(None, SH.targetClass)}
    redirect = NamedNode(str(DCTERMS.isReplacedBy))
    terms = {NamedNode(str(iri)) for iri in definitions()} - classes - {redirect}
    assert terms <= used
