"""Check that store and catalog agree."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter, itemgetter
from typing import TypeAlias

from pyoxigraph import NamedNode, Quad, Triple

from etl.catalog.catalog import Catalog
from etl.catalog.connection import reads_whole
from etl.catalog.kept_out import Places
from etl.entities.batches import Batch, drafted
from etl.entities.drafting import CHUNK_FILMS, stored
from etl.entities.people import map_person, map_redirect, person_iri
from etl.entities.tally import Tally
from etl.findings import Finding, Severity
from etl.output import GraphHash
from etl.process.progress import Progress, silent
from etl.provenance.recording import descriptions
from etl.records import FilmRecord
from etl.search.comparing import differing
from etl.sources.files import shown
from etl.stores.embedded import EmbeddedStore
from etl.workspace import MEND, Workspace
from etl.workspace.generations import Damage, Generation
from etl.workspace.snapshot import Snapshot

_SAID_AT_MOST = 5  # of what records say of one id
TRIPLES, LABELS = "triples", "search labels"


@dataclass(frozen=True, slots=True)
class Difference:
    """An entity whose triples in the store are not those that the catalog gives.

    Or `what` the search index has of it is not what the store gives.
    """

    entity: NamedNode
    missing: int
    surplus: int
    what: str = TRIPLES

    @property
    def problem(self) -> str:
        """Say it in words."""
        counts = {"missing": self.missing, "surplus": self.surplus}
        return (
            ", ".join(f"{count} {name}" for name, count in counts.items() if count)
            + f" {self.what}"
        )


@dataclass(frozen=True, slots=True)
class Health:
    """The state of a workspace: damage, contents, size on the disk.

    `bytes_taken` is by generation, beside what it shares with those before it. `remedy` is
    what mends it, and empty where nothing is wrong. `unnamed` are generations that a killed
    command had made but not committed. `graph` is the hash of what the store holds beside
    provenance, as an export prints it, and None where the files are too damaged to tell. `notes`
    are about nothing wrong in it: they list where records contradict each other, and what may not
    be kept any longer.
    """

    damages: list[Damage]
    differences: list[Difference]
    films: int
    people: int
    bytes_taken: dict[int, int]
    remedy: str
    unnamed: list[Generation]
    graph: GraphHash | None = None
    notes: Sequence[Finding] = ()


def check(workspace: Workspace, progress: Progress, *, contents: bool = True) -> Health:
    """Read all files of a workspace, and compare its store with its catalog if they are sound.

    Without `contents`, the files are read and nothing else.

    Raises:
        WorkspaceError: nothing has been loaded yet, or an older version wrote the workspace.
    """
    if workspace.is_new:
        workspace.required()
    current = workspace.newest()
    damages = list(workspace.damages())
    found: list[Difference] = []
    films = people = 0
    graph = None
    notes: list[Finding] = []
    if not any(damage.path.is_relative_to(current.path) for damage in damages if damage.content):
        with Snapshot.opened(current) as snapshot:
            films, people = snapshot.catalog.counts()
            if snapshot.index is None:
                lost = current.index_missing()
                damages += [lost] if lost and lost not in damages else []
            if contents:
                found = list(differences(snapshot.catalog, snapshot.store, progress))
                searched = snapshot.index is not None
                if searched and not found and all(each.path != current.search for each in damages):
                    found = index_differences(snapshot)
                graph = GraphHash()
                graph.add(snapshot.store.export())
                notes = [*disputes(snapshot.catalog), *outdated(snapshot.catalog)]
    remedy = _remedy(workspace, current, damages) if damages or found else ""
    taken, unnamed = workspace.disk(), workspace.unnamed()
    return Health(damages, found, films, people, taken, remedy, unnamed, graph, notes)


def _remedy(workspace: Workspace, current: Generation, damages: Sequence[Damage]) -> str:
    others = list(dict.fromkeys(each.remedy for each in damages if each.remedy != MEND))
    if others:
        return ", ".join(others)
    if current.has_sound_catalog() and (current.complete or reads_whole(current.catalog)):
        return MEND
    if any(each.has_sound_catalog() for each in workspace.candidates()):
        return f"{MEND}, then load your sources again"
    return f"delete {workspace.path} and load your sources again"


def disputes(catalog: Catalog) -> Iterator[Finding]:
    """Give the records that say of ids of films what others contradict, about each one together."""
    places = Places.of(catalog)
    for (about, scheme, subject), held in groupby(catalog.resolved.claims(), itemgetter(0, 1, 2)):
        claims = list(held)
        unjoined = FilmRecord(
            {scheme: subject}
        ).key  # which is no film that the id is said to be of
        said = sorted({claim.said for claim in claims} - {unjoined})
        among = ", ".join(said[:_SAID_AT_MOST]) + ", …" * (len(said) > _SAID_AT_MOST)
        of_id = f"{subject} is said to be of several films, so it joins none: {among}"
        message = of_id if about == "id" else f"{subject} is said to have several: {among}"
        for claim in claims:
            key = places.format(claim.origin).keys.get(scheme, scheme)
            path, line = places.field(claim.origin, claim.heading, scheme)
            yield Finding(Severity.INFO, message, path, line, key)


def outdated(catalog: Catalog) -> Iterator[Finding]:
    """Give the sources whose data TMDb does not allow to be kept any longer."""
    sources = {source.name: source for source in catalog.sources.standing()}
    for name, files, oldest in catalog.files.outdated():
        have = "has" if files == 1 else "have"
        message = (
            f"{files} of its files {have} data of TMDb's from before six months ago, the oldest of "
            f"{oldest:%Y-%m-%d}; by TMDb's terms they may not be kept longer: fetch them again and "
            "load them, or remove the source"
        )
        yield Finding(Severity.WARNING, message, shown(sources[name].root))


def index_differences(snapshot: Snapshot) -> list[Difference]:
    """Compare the search index with the store."""
    compared = differing(snapshot.generation.search, snapshot.iris.base, snapshot.store)
    return [
        Difference(NamedNode(iri), missing, surplus, LABELS) for iri, missing, surplus in compared
    ]


def differences(
    catalog: Catalog, store: EmbeddedStore, progress: Progress = silent
) -> Iterator[Difference]:
    """Compare the triples that follow from the catalog with those in the store.

    Where the store holds all that is expected, and as many triples as that, they agree. Only
    where they do not is it worth to look what each entity has, and then for strangers.
    """
    if _agree(catalog, store, progress):
        return
    expected = 0
    for entity, wanted in _expected(catalog):
        held = store.entity(entity)
        expected += len(held)
        if wanted != held:
            yield Difference(entity, len(wanted - held), len(held - wanted))
    strangers = sum(store.sizes()) - expected
    if strangers:
        yield Difference(NamedNode(catalog.iris.base), 0, strangers)


def _agree(catalog: Catalog, store: EmbeddedStore, progress: Progress) -> bool:
    expected, total = 0, sum(catalog.counts())
    for done, (_, wanted) in enumerate(_expected(catalog)):
        expected += len(wanted)
        if not store.holds(wanted):
            return False
        if done % CHUNK_FILMS == 0:
            progress("checked", done, total)
    return sum(store.sizes()) == expected


Expected: TypeAlias = tuple[NamedNode, Iterable[Triple | Quad]]
"""The IRI of an entity, with what is said of it."""


def _expected(catalog: Catalog) -> Iterator[tuple[NamedNode, set[Quad]]]:
    """Yield each entity with what the store should hold of it, as a load would write it now.

    What is said of the graph as a whole comes last, because it tells how much there is of it.
    """
    tally = Tally()
    for entities in _entities(catalog):
        some = [(entity, list(told)) for entity, told in entities]
        tally.add(Tally.of([each for _, told in some for each in told if isinstance(each, Triple)]))
        for entity, told in some:
            yield entity, {each if isinstance(each, Quad) else Quad(*each) for each in told}
    yield from descriptions(catalog, tally, catalog.runs.all())


def _entities(catalog: Catalog) -> Iterator[Iterator[Expected]]:
    """Yield films, people and redirects, many at a time."""
    resolved, iris = catalog.resolved, catalog.iris
    sources = {source.name: iris.source(source.slug) for source in catalog.sources.standing()}
    for rows, identities in resolved.pages(CHUNK_FILMS):
        drafts = drafted(Batch(rows, identities, iris, sources))
        yield ((iris.movie(each.film.key), stored(each, sources, iris)) for each in drafts)
    for people in resolved.people(CHUNK_FILMS):
        yield ((person_iri(each, iris), map_person(each, iris)) for each in people)
    redirects = [map_redirect(redirect, iris) for redirect in resolved.redirects()]
    yield ((subject, list(told)) for subject, told in groupby(redirects, attrgetter("subject")))
