"""Compare what a server holds with what it should, which is the current generation."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from pyoxigraph import NamedNode

from etl.process.temporary import temporary_folder
from etl.publication.outbox import Outboxes
from etl.publication.targets import Target
from etl.rdf.identifiers import Iris
from etl.stores.embedded import EmbeddedStore
from etl.stores.remote import RemoteStore
from etl.stores.servers import ServerKind
from etl.stores.spellings import as_held
from etl.workspace import Workspace
from etl.workspace.snapshot import Snapshot

PART_BYTES = 1 << 29  # four million lines; their hashes take a third of a gigabyte


def provenance_graphs(base_iri: str, bases: Iterable[str]) -> list[NamedNode]:
    """Return the graphs for provenance: the one below a base IRI, and those of former ones."""
    return [Iris(base).provenance_graph for base in dict.fromkeys([base_iri, *bases])]


@contextmanager
def copied(workspace: Workspace, remote: RemoteStore) -> Iterator[EmbeddedStore]:
    """Copy what a server holds into an embedded store that is there for a while.

    Raises:
        StoreError: the server fails, or cuts its answer short.
    """
    with temporary_folder(workspace.path, "copy-") as folder:
        file = Path(folder, "graph.nq")
        with file.open("wb") as target:
            remote.copy(target)
        copy = EmbeddedStore.write(Path(folder, "store"))
        try:
            copy.add_file(file)
            yield copy
        finally:
            copy.close()


@dataclass(slots=True)
class Differing:
    """How many triples a server lacks of a subject, and how many it has too much."""

    missing: int = 0
    surplus: int = 0


def differing(
    workspace: Workspace, store: EmbeddedStore, remote: RemoteStore, bases: Iterable[str]
) -> dict[str, Differing]:
    """Compare what a server holds with what it should; give the subjects that differ.

    What it holds that does not lie below one of our base IRIs is not ours, and left alone.

    Raises:
        StoreError: the server fails, or cuts its answer short.
    """
    found: defaultdict[str, Differing] = defaultdict(Differing)
    ours = tuple(bases)
    with temporary_folder(workspace.path, "copy-") as folder:
        here, there = Path(folder, "here.nq"), Path(folder, "there.nq")
        with ThreadPoolExecutor(1) as beside, there.open("wb") as target:
            dumped = beside.submit(store.dump, here)
            remote.copy(target)
            dumped.result()
        for line, missing in _apart(here, there, remote.where.kind):
            subject = line[1 : line.index(b">")].decode()
            if missing:
                found[subject].missing += 1
            elif subject.startswith(ours):
                found[subject].surplus += 1
    return found


def _apart(here: Path, there: Path, kind: ServerKind) -> Iterator[tuple[bytes, bool]]:
    """Yield the lines that only one of two files has, and whether that is the first.

    Lines are told apart by their hashes, of so many at a time as fit into the memory.
    """
    parts = here.stat().st_size // PART_BYTES + 1
    for part in range(parts):
        wanted = {code for code, _ in _hashed(here, part, parts, kind)}
        for code, line in _hashed(there, part, parts, kind):
            if code in wanted:
                wanted.remove(code)
            else:
                yield line, False
        if wanted:
            for code, line in _hashed(here, part, parts, kind):
                if code in wanted:
                    yield line, True


def _hashed(path: Path, part: int, parts: int, kind: ServerKind) -> Iterator[tuple[int, bytes]]:
    """Yield the lines of a part of a file, as a server can hold them, each with its hash."""
    with path.open("rb") as file:
        for line in file:
            if kind.kept_as_text:
                line = as_held(line, kind)
            code = hash(line)
            if code % parts == part:
                yield code, line


def by_entity(found: Mapping[str, Differing]) -> Iterator[tuple[str, int, int]]:
    """Add differences up by entity: what is missing, and what is too much."""
    for entity, subjects in groupby(sorted(found, key=_entity), _entity):
        parts = [found[subject] for subject in subjects]
        yield entity, sum(part.missing for part in parts), sum(part.surplus for part in parts)


def _entity(subject: str) -> str:
    return subject.partition("#")[0]


def compared(workspace: Workspace, target: Target) -> list[tuple[str, int, int]]:
    """Compare a remote store with the current generation; give what differs, by entity.

    Raises:
        StoreError: the server cannot be reached, fails, or cuts its answer short.
    """
    with Snapshot.opened(workspace.required()) as snapshot:
        iris, store = snapshot.iris, snapshot.store
    bases, outboxes = [iris.base], Outboxes(workspace.path)
    if outboxes.has(target.name):
        with outboxes.open(target.name) as outbox:
            bases += outbox.bases
    graphs = provenance_graphs(iris.base, bases)
    with RemoteStore.opened(target.where, *graphs) as remote:
        return list(by_entity(differing(workspace, store, remote, bases)))
