"""Check what is there: that store and catalog agree, and that the store conforms."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from tempfile import TemporaryDirectory

from pyoxigraph import NamedNode, Quad, Triple

from etl.catalog.catalog import Catalog
from etl.identifiers import Iris
from etl.mapping import map_film, map_person, map_redirect, person_iri
from etl.pipeline.building import CHUNK_FILMS
from etl.pipeline.loading import LoadOptions, load
from etl.pipeline.reports import Finding, Severity
from etl.resolution import resolve
from etl.stores.embedded import EmbeddedStore
from etl.validation import Engine, ValidationResult
from etl.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Difference:
    """An entity whose triples in the store are not those that the catalog gives."""

    entity: NamedNode
    missing: int
    surplus: int


def differences(catalog: Catalog, store: EmbeddedStore) -> Iterator[Difference]:
    """Compare every film and person of the catalog with the store, then look for strangers."""
    expected, iris = 0, catalog.iris
    for entity, triples in _expected(catalog, iris):
        wanted = set(triples)
        held = {quad.triple for quad in store.entity(entity) if _in_default_graph(quad)}
        expected += len(wanted)
        if wanted != held:
            yield Difference(entity, len(wanted - held), len(held - wanted))
            expected += len(held) - len(wanted)
    strangers = store.size() - expected
    if strangers:
        yield Difference(NamedNode(iris.base), 0, strangers)


def _in_default_graph(quad: Quad) -> bool:
    return not isinstance(quad.graph_name, NamedNode)


def _expected(catalog: Catalog, iris: Iris) -> Iterator[tuple[NamedNode, list[Triple]]]:
    comparison = catalog.compare()
    for groups in comparison.films(CHUNK_FILMS):
        identities = comparison.identities(groups)
        for group in groups:
            film = resolve(group.film, group.members, identities)
            yield iris.movie(film.key), map_film(film, iris)
    for people in comparison.people(CHUNK_FILMS):
        for person in people:
            yield person_iri(person, iris), map_person(person, iris)
    redirects = [map_redirect(redirect, iris) for redirect in comparison.redirects()]
    for subject, triples in groupby(redirects, attrgetter("subject")):
        yield subject, list(triples)


def validate_sources(sources: Sequence[str], engine: Engine) -> list[Finding]:
    """Read and validate sources as a load would, and load nothing."""
    findings: list[Finding] = []
    options = LoadOptions(dry_run=True, found=findings.append)
    with TemporaryDirectory() as folder:
        load(Workspace(Path(folder)), sources, engine, options)
    return findings


def validate_store(catalog: Catalog, store: EmbeddedStore, engine: Engine) -> list[Finding]:
    """Validate the store's films, each together with the people it names."""
    findings: dict[Finding, None] = {}
    iris = catalog.iris
    for groups in catalog.compare().films(CHUNK_FILMS):
        films = [quad.triple for group in groups for quad in store.entity(iris.movie(group.film))]
        people = {
            triple.object
            for triple in films
            if isinstance(triple.object, NamedNode)
            and triple.object.value.startswith(f"{iris.base}person/")
        }
        triples = films + [quad.triple for person in people for quad in store.entity(person)]
        for result in engine.validate(triples).results:
            findings[_finding(result)] = None
    return list(findings)


def _finding(result: ValidationResult) -> Finding:
    severity = result.severity.value.rpartition("#")[2]
    message = "; ".join(message.value for message in result.messages)
    return Finding(Severity(severity), str(result.focus_node), message)
