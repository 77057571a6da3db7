"""Where the graph comes from, as PROV-O in a named graph of its own.

Source: PROV-O, sections 3.1 and 3.2.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from pyoxigraph import Literal, NamedNode, Quad, Triple

from etl.catalog.entries import Run
from etl.identifiers import Iris
from etl.resolution import Film
from etl.sources.files import Source
from etl.vocab import PROV, RDF, SCHEMA, XSD


def derivations(film: Film, sources: Mapping[str, NamedNode], iris: Iris) -> Iterator[Quad]:
    """Say from which sources a film derives. `sources` gives the IRI of each by name."""
    movie = iris.movie(film.key)
    for member in film.members:
        source = sources[member.origin.source]
        yield Quad(movie, PROV.wasDerivedFrom, source, iris.provenance_graph)


def describe_source(source: Source, iris: Iris) -> Iterator[Quad]:
    """Describe a source."""
    node = iris.source(source.slug)
    yield Quad(node, RDF.type, PROV.Entity, iris.provenance_graph)
    yield Quad(node, SCHEMA.name, Literal(source.label), iris.provenance_graph)


def describe_run(run: Run, used: Sequence[Source], iris: Iris) -> Iterator[Quad]:
    """Describe a run: when it took place, and which sources it read."""
    node = iris.run(run.run)
    ended = run.started + timedelta(seconds=run.seconds)
    triples = [
        Triple(node, RDF.type, PROV.Activity),
        Triple(node, PROV.startedAtTime, _date_time(run.started)),
        Triple(node, PROV.endedAtTime, _date_time(ended)),
        *(Triple(node, PROV.used, iris.source(source.slug)) for source in used),
    ]
    for triple in triples:
        yield Quad(triple.subject, triple.predicate, triple.object, iris.provenance_graph)


def _date_time(moment: datetime) -> Literal:
    return Literal(moment.strftime("%Y-%m-%dT%H:%M:%SZ"), datatype=XSD.dateTime)
