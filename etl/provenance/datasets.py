"""What the graph is as a data set: its sources and their licences, how much of what it holds.

Source: VoID, sections 2 (Dublin Core terms), 4.3 (vocabularies), 4.5 and 4.6 (partitions and
statistics), 5 (linksets); DCAT 3, section 6.6 (`dcat:Dataset`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from pyoxigraph import Literal, NamedNode, Triple

from etl.entities.tally import LINKED, Tally
from etl.provenance.runs import date_time, integer
from etl.rdf.identifiers import Iris, wikidata_entity
from etl.rdf.vocab import DCAT, DCTERMS, FILM, PROV, RDF, SCHEMA, VOID
from etl.sources.files import Source

TARGETS = {"imdb": wikidata_entity("Q37312"), "wikidata": wikidata_entity("Q2013")}
"""The data sets that we link to, as Wikidata knows them."""


def describe_source(source: Source, licences: Sequence[str], iris: Iris) -> Iterator[Triple]:
    """Describe a source: what it is called, and on which terms it may be used."""
    node, description = iris.source(source.slug), source.description
    yield Triple(node, RDF.type, PROV.Entity)
    yield Triple(node, RDF.type, DCAT.Dataset)
    yield Triple(node, SCHEMA.name, Literal(source.label))
    yield Triple(node, DCTERMS.title, Literal(description.title or source.label))
    for licence in licences:
        yield Triple(node, DCTERMS.license, NamedNode(licence))
    if description.homepage:
        yield Triple(node, DCAT.landingPage, NamedNode(description.homepage))


def describe_dataset(
    sources: Sequence[Source],
    licences: Mapping[str, Sequence[str]],
    tally: Tally,
    modified: datetime,
    iris: Iris,
) -> Iterator[Triple]:
    """Describe the graph: what it was made from, when it last changed, what it holds.

    `licences` has those of each source by its name. They are rights held in the graph: by none of
    them alone may all of it be used.
    """
    node = iris.dataset
    names = ", ".join(source.description.title or source.label for source in sources)
    yield Triple(node, RDF.type, VOID.Dataset)
    yield Triple(node, RDF.type, DCAT.Dataset)
    yield Triple(node, DCTERMS.title, Literal(f"Films and people: {names or 'none yet'}"))
    yield Triple(node, DCTERMS.modified, date_time(modified))
    for source in sources:
        yield Triple(node, DCTERMS.source, iris.source(source.slug))
    for licence in dict.fromkeys(each for source in sources for each in licences[source.name]):
        yield Triple(node, DCTERMS.rights, NamedNode(licence))
    yield Triple(node, VOID.uriSpace, Literal(iris.base))
    yield Triple(node, VOID.vocabulary, NamedNode(SCHEMA.iri))
    yield Triple(node, VOID.vocabulary, NamedNode(FILM.iri))
    yield Triple(node, VOID.triples, integer(tally.properties.total()))
    yield Triple(node, VOID.distinctSubjects, integer(_subjects(tally)))
    yield Triple(node, VOID.classes, integer(len(tally.classes)))
    yield Triple(node, VOID.properties, integer(len(tally.properties)))
    yield from _partitions(tally, iris)
    yield from _linksets(tally, iris)


def _subjects(tally: Tally) -> int:
    """Count subjects: each has one class, but an IRI that has been replaced, which has none."""
    return tally.classes.total() + tally.properties[DCTERMS.isReplacedBy.value]


def _partitions(tally: Tally, iris: Iris) -> Iterator[Triple]:
    """Say how many entities there are of each class, and triples of each property."""
    for term, number in tally.classes.items():
        part = iris.part(iris.dataset, f"class-{_local(term)}")
        yield Triple(iris.dataset, VOID.classPartition, part)
        yield Triple(part, VOID["class"], NamedNode(term))
        yield Triple(part, VOID.entities, integer(number))
    for term, number in tally.properties.items():
        part = iris.part(iris.dataset, f"property-{_local(term)}")
        yield Triple(iris.dataset, VOID.propertyPartition, part)
        yield Triple(part, VOID.property, NamedNode(term))
        yield Triple(part, VOID.triples, integer(number))


def _linksets(tally: Tally, iris: Iris) -> Iterator[Triple]:
    for name in LINKED:
        links = iris.part(iris.dataset, f"links-{name}")
        yield Triple(iris.dataset, VOID.subset, links)
        yield Triple(links, RDF.type, VOID.Linkset)
        yield Triple(links, VOID.subjectsTarget, iris.dataset)
        yield Triple(links, VOID.objectsTarget, NamedNode(TARGETS[name]))
        yield Triple(links, VOID.linkPredicate, SCHEMA.sameAs)
        yield Triple(links, VOID.triples, integer(tally.links[name]))


def _local(term: str) -> str:
    """Return the last part of a term's IRI; no two of the terms we write have the same."""
    return term.replace("#", "/").rpartition("/")[2]
