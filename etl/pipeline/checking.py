"""Check that store and catalog agree."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter

from pyoxigraph import NamedNode, Quad, Triple

from etl.catalog.catalog import Catalog
from etl.identifiers import Iris
from etl.mapping import map_film, map_person, map_redirect, person_iri
from etl.pipeline.building import CHUNK_FILMS
from etl.resolution import resolve
from etl.stores.embedded import EmbeddedStore


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
    comparison.compare_accepted()
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
