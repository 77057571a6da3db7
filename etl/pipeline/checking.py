"""Check that store and catalog agree."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter

from pyoxigraph import NamedNode, Quad, Triple

from etl.catalog.catalog import Catalog
from etl.generations import Damage, Generation
from etl.identifiers import Iris
from etl.mapping import map_film, map_person, map_redirect, person_iri
from etl.pipeline.building import CHUNK_FILMS
from etl.pipeline.reports import Progress, silent
from etl.resolution import resolve
from etl.stores.embedded import EmbeddedStore
from etl.workspace import MEND, Workspace


@dataclass(frozen=True, slots=True)
class Difference:
    """An entity whose triples in the store are not those that the catalog gives."""

    entity: NamedNode
    missing: int
    surplus: int

    @property
    def problem(self) -> str:
        """Say it in words."""
        counts = {"missing": self.missing, "surplus": self.surplus}
        return ", ".join(f"{count} {name}" for name, count in counts.items() if count) + " triples"


@dataclass(frozen=True, slots=True)
class Health:
    """How a workspace is: what is wrong with it, what it holds, what it takes on the disk.

    `bytes_taken` is by generation, beside what it shares with those before it. `remedy` is
    what mends it, and empty where nothing is wrong.
    """

    damages: list[Damage]
    differences: list[Difference]
    films: int
    people: int
    bytes_taken: dict[int, int]
    remedy: str


def check(workspace: Workspace, progress: Progress) -> Health:
    """Read all files of a workspace, and compare its store with its catalog if they are sound.

    Raises:
        WorkspaceError: nothing has been loaded yet, or an older version wrote the workspace.
    """
    if workspace.is_new:
        workspace.required()
    current = workspace.newest()
    damages = list(workspace.damages())
    found: list[Difference] = []
    films = people = 0
    if not any(damage.path.is_relative_to(current.path) for damage in damages if damage.content):
        with Catalog.read(current.catalog) as catalog:
            films, people = catalog.counts()
            found = list(differences(catalog, EmbeddedStore.read(current.store), progress))
    remedy = _remedy(workspace, current) if damages or found else ""
    return Health(damages, found, films, people, workspace.disk(), remedy)


def _remedy(workspace: Workspace, current: Generation) -> str:
    if current.has_sound_catalog():
        return MEND
    if any(each.has_sound_catalog() for each in workspace.candidates()):
        return f"{MEND}, then load your sources again"
    return f"delete {workspace.path} and load your sources again"


def differences(
    catalog: Catalog, store: EmbeddedStore, progress: Progress = silent
) -> Iterator[Difference]:
    """Compare every film and person of the catalog with the store.

    Where the store holds all that is expected, and as many triples as that, they agree. Only
    where they do not is it worth to look what each entity has, and then for strangers.
    """
    iris = catalog.iris
    if _agree(catalog, store, progress):
        return
    expected = 0
    for entity, triples in _expected(catalog, iris):
        wanted = set(triples)
        held = {quad.triple for quad in store.entity(entity) if _in_default_graph(quad)}
        expected += len(held)
        if wanted != held:
            yield Difference(entity, len(wanted - held), len(held - wanted))
    strangers = store.size() - expected
    if strangers:
        yield Difference(NamedNode(iris.base), 0, strangers)


def _agree(catalog: Catalog, store: EmbeddedStore, progress: Progress) -> bool:
    expected, total = 0, sum(catalog.counts())
    for done, (_, triples) in enumerate(_expected(catalog, catalog.iris)):
        wanted = set(triples)
        expected += len(wanted)
        if not store.holds(wanted):
            return False
        if done % CHUNK_FILMS == 0:
            progress("checked", done, total)
    return store.size() == expected


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
