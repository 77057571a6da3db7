"""Compare what a server holds with what it should, which is the current generation."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from pyoxigraph import NamedNode, Quad

from etl.catalog.catalog import Catalog
from etl.identifiers import Iris
from etl.outbox import Outboxes
from etl.stores.embedded import EmbeddedStore
from etl.stores.remote import RemoteStore
from etl.stores.servers import Kind
from etl.stores.updates import adapted
from etl.targets import Target
from etl.workspace import Workspace


def provenance_graphs(base_iri: str, bases: Iterable[str]) -> list[NamedNode]:
    """Return the graphs for provenance: the one below a base IRI, and those of former ones."""
    return [Iris(base).provenance_graph for base in dict.fromkeys([base_iri, *bases])]


@dataclass(frozen=True, slots=True)
class Differing:
    """A subject that a server does not hold as it should."""

    subject: str
    missing: int
    surplus: int


@contextmanager
def copied(workspace: Workspace, remote: RemoteStore) -> Iterator[EmbeddedStore]:
    """Copy what a server holds into an embedded store that is there for a while.

    Raises:
        StoreError: the server fails, or cuts its answer short.
    """
    with TemporaryDirectory(dir=workspace.path, prefix="copy-") as folder:
        file = Path(folder, "graph.nq")
        with file.open("wb") as target:
            remote.copy(target)
        copy = EmbeddedStore.write(Path(folder, "store"))
        try:
            copy.add_file(file)
            yield copy
        finally:
            copy.close()


def differing(
    store: EmbeddedStore, copy: EmbeddedStore, bases: Iterable[str], remote: RemoteStore
) -> Iterator[Differing]:
    """Compare what a server holds with what it should, subject by subject.

    What it holds that does not lie below one of our base IRIs is not ours, and left alone.
    """
    kind = remote.where.kind
    for subject in store.subjects():
        wanted = {_adapted(quad, kind) for quad in store.about(subject)}
        held = set(copy.about(subject))
        if wanted != held:
            yield Differing(subject, len(wanted - held), len(held - wanted))
    ours = tuple(bases)
    for subject in copy.subjects():
        if subject.startswith(ours) and not store.about(subject):
            yield Differing(subject, 0, len(copy.about(subject)))


def _adapted(quad: Quad, kind: Kind) -> Quad:
    subject, predicate, term = adapted(quad.triple, kind)
    return Quad(subject, predicate, term, quad.graph_name)


def by_entity(found: Iterable[Differing]) -> Iterator[tuple[str, int, int]]:
    """Add differences up by entity: what is missing, and what is too much."""
    sums: dict[str, list[int]] = {}
    for each in found:
        both = sums.setdefault(each.subject.partition("#")[0], [0, 0])
        both[0] += each.missing
        both[1] += each.surplus
    for entity in sorted(sums):
        yield entity, sums[entity][0], sums[entity][1]


def compared(workspace: Workspace, target: Target) -> list[tuple[str, int, int]]:
    """Compare a remote store with the current generation; give what differs, by entity.

    Raises:
        StoreError: the server cannot be reached, fails, or cuts its answer short.
    """
    generation = workspace.required()
    with Catalog.read(generation.catalog) as catalog:
        iris = catalog.iris
    store = EmbeddedStore.read(generation.store)
    bases, outboxes = [iris.base], Outboxes(workspace.path)
    if outboxes.has(target.name):
        with outboxes.open(target.name) as outbox:
            bases += outbox.bases
    graphs = provenance_graphs(iris.base, bases)
    with RemoteStore.opened(target.where, *graphs) as remote, copied(workspace, remote) as copy:
        return list(by_entity(differing(store, copy, bases, remote)))
