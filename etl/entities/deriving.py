"""What a film derives from: its sources, and the very records; and where these disagree.

Source: PROV-O, section 3.1 `wasDerivedFrom`, section 3.2 `hadPrimarySource`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from pyoxigraph import Literal, NamedNode, Quad, Triple

from etl.facts import RANKED
from etl.rdf.identifiers import Iris
from etl.rdf.vocab import FILM_RUNS, PROV, RDF, XSD
from etl.resolution.disagreements import disagreements
from etl.resolution.films import Film
from etl.resolution.groups import Group


class Derivation(NamedTuple):
    """A film in the graph, and a record it is made from: its place, and the run that read it."""

    film: str
    source: str
    path: str
    key: str
    line: int
    run: int


def derivations(film: Film, sources: Mapping[str, NamedNode], iris: Iris) -> Iterator[Quad]:
    """Say from which sources a film derives, and about which of its properties they disagree.

    `sources` gives the IRI of each by name.
    """
    movie = iris.movie(film.key)
    for member in film.group.everything:
        source = sources[member.origin.source]
        yield Quad(movie, PROV.wasDerivedFrom, source, iris.provenance_graph)
    yield from disputed(film.group, iris)


def disputed(group: Group, iris: Iris) -> Iterator[Quad]:
    """Say about which properties of a film its sources disagree."""
    fields = (each.field.partition(".")[0] for each in disagreements(group))
    for term in dict.fromkeys(RANKED[field] for field in fields):
        yield Quad(iris.movie(group.film), FILM_RUNS.disagreement, term, iris.provenance_graph)


def describe_derivation(derivation: Derivation, slug: str, iris: Iris) -> Iterator[Triple]:
    """Say from which record a film derives, on which line of which file, and who read it when.

    The file is named by its path within the source, which `slug` names in IRIs.
    """
    record = iris.record(slug, derivation.path, derivation.key)
    yield Triple(iris.movie(derivation.film), PROV.wasDerivedFrom, record)
    yield Triple(record, RDF.type, PROV.Entity)
    yield Triple(record, PROV.hadPrimarySource, iris.source(slug))
    yield Triple(record, PROV.wasGeneratedBy, iris.run(derivation.run))
    yield Triple(record, FILM_RUNS.file, Literal(derivation.path))
    yield Triple(record, FILM_RUNS.line, Literal(str(derivation.line), datatype=XSD.integer))
