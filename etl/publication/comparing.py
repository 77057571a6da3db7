"""Compare what a server holds with what it should, which is the current generation."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import groupby, islice
from pathlib import Path
from typing import IO, TypeAlias

from pyoxigraph import DefaultGraph, NamedNode, RdfFormat, Store, parse, serialize

from etl.process.temporary import temporary_folder
from etl.process.workers import Workers
from etl.publication.outbox import Outboxes
from etl.publication.targets import Target
from etl.rdf.identifiers import Iris
from etl.stores.answers import not_sparql
from etl.stores.embedded import EmbeddedStore
from etl.stores.remote import RemoteStore
from etl.stores.servers import Endpoints
from etl.stores.spellings import as_held
from etl.workspace import Workspace
from etl.workspace.snapshot import Snapshot

PART_BYTES = 1 << 28  # two million lines; the hashes of both files take a third of a gigabyte
SPELT_AT_ONCE = 10_000  # lines
LOOKED_UP_AT_ONCE = 1 << 20  # bytes
_LITERAL = re.compile(rb'"[^"\\\n]*(?:\\.[^"\\\n]*)*"(?:\^\^<[^>]*>)?')

Compared: TypeAlias = list[tuple[str, int, int]]
"""The entities that a server has otherwise, with the numbers of triples missing and too many."""


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
            target.writelines(remote.lines_of_all())
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

    What it holds that does not lie below one of our base IRIs is not ours, and left alone. While a
    document that has everything arrives, each of its lines is looked up in the store here, by a
    process beside this one if there are many; only if that has not all of them, or more than them,
    both are compared as files.

    Raises:
        StoreError: the server fails, or cuts its answer short.
    """
    with temporary_folder(workspace.path, "copy-") as folder, ThreadPoolExecutor(1) as beside:
        here, there = Path(folder, "here.nq"), Path(folder, "there.nq")
        with there.open("wb") as target, Workers(1, Held(store)) as workers:
            arriving = _written(target, remote.lines_of_all())
            if remote.where.gives_documents:  # else a triple may come twice, and another one never
                held = _sum(workers.map(Held.count, arriving))
                if held == sum(store.sizes()):
                    return {}
            dumped = beside.submit(store.dump, here)
            for _ in arriving:
                pass
        dumped.result()
        return _differing(here, there, bases, remote.where)


def _written(target: IO[bytes], arriving: Iterable[bytes]) -> Iterator[bytes]:
    """Write lines as they arrive, and yield them, many together: servers send them in bits."""
    some, size = list[bytes](), 0
    for lines in arriving:
        target.write(lines)
        some.append(lines)
        size += len(lines)
        if size >= LOOKED_UP_AT_ONCE:
            yield b"".join(some)
            some, size = [], 0
    yield b"".join(some)


def _sum(counts: Iterable[int | None]) -> int | None:
    """Add counts up; None as soon as one is."""
    total = 0
    for count in counts:
        if count is None:
            return None
        total += count
    return total


class Held:
    """Counts the lines of a server that a store has too, in the same spelling."""

    def __init__(self, store: EmbeddedStore) -> None:
        self._store = store
        self._kept = set[bytes]()

    def __reduce__(self) -> tuple[Callable[[Path], Held], tuple[Path | None]]:
        """Travel to another process as the path of the store, which is opened there."""
        return _held_in, (self._store.path,)

    def count(self, lines: bytes) -> int | None:
        """Count lines of N-Quads; None if the store has not all of them."""
        try:
            quads = list(parse(lines, RdfFormat.N_QUADS))
            has_all = self._keeps(_typed(lines)) and self._store.holds(quads)
        except SyntaxError:
            return None
        return len(quads) if has_all else None

    def _keeps(self, literals: set[bytes]) -> bool:
        """Return whether a store, which keeps values, gives literals back as they are spelt."""
        if new := literals - self._kept:
            values = Store()
            values.bulk_load(b"".join(map(b"<a:> <a:> %b .\n".__mod__, new)), RdfFormat.N_TRIPLES)
            given = values.dump(format=RdfFormat.N_TRIPLES, from_graph=DefaultGraph()) or b""
            self._kept |= _typed(given)
        return literals <= self._kept


def _typed(lines: bytes) -> set[bytes]:
    """Return the literals with a datatype of some lines; others end in a quotation mark."""
    return {each for each in set(_LITERAL.findall(lines)) if each.endswith(b">")}


def _held_in(store: Path) -> Held:
    return Held(EmbeddedStore.read(store))


def _differing(
    here: Path, there: Path, bases: Iterable[str], where: Endpoints
) -> dict[str, Differing]:
    """Compare two files of N-Quads: as they are, then what is left of them in one spelling."""
    found: defaultdict[str, Differing] = defaultdict(Differing)
    ours = tuple(bases)
    rest_here, rest_there = here.with_suffix(".rest"), there.with_suffix(".rest")
    with rest_here.open("wb") as missing, rest_there.open("wb") as surplus:
        for line, is_missing in _apart(here, there):
            (missing if is_missing else surplus).write(line)
    _respell(rest_here, where)
    _respell(rest_there, where)
    for line, is_missing in _apart(rest_here, rest_there):
        subject = line[1 : line.index(b">")].decode()
        if is_missing:
            found[subject].missing += 1
        elif subject.startswith(ours):
            found[subject].surplus += 1
    return found


def _apart(here: Path, there: Path) -> Iterator[tuple[bytes, bool]]:
    """Yield the lines that only one of two files has, and whether that is the first.

    Lines are told apart by their hashes, of so many at a time as fit into the memory.
    """
    parts = here.stat().st_size // PART_BYTES + 1
    for part in range(parts):
        wanted, strange = set(_codes(here, part, parts)), set[int]()
        for code in _codes(there, part, parts):
            if code in wanted:
                wanted.remove(code)
            else:
                strange.add(code)
        for path, codes in ((there, strange), (here, wanted)):
            if codes:
                with path.open("rb") as file:
                    yield from ((line, path is here) for line in file if hash(line) in codes)


def _codes(path: Path, part: int, parts: int) -> Iterator[int]:
    """Yield the hashes of the lines of a part of a file."""
    with path.open("rb") as file:
        yield from (code for code in map(hash, file) if code % parts == part)


def _respell(path: Path, where: Endpoints) -> None:
    """Write the lines of a file as we spell them, where a server can hold them so."""
    spelt = path.with_suffix(".spelt")
    with path.open("rb") as file, spelt.open("wb") as target:
        while some := b"".join(islice(file, SPELT_AT_ONCE)):
            try:
                text = serialize(parse(some, RdfFormat.N_QUADS), format=RdfFormat.N_QUADS)
            except SyntaxError as error:
                raise not_sparql(where.query, "broken N-Triples") from error
            target.write(as_held(text or b"", where.kind))
    spelt.replace(path)


def by_entity(found: Mapping[str, Differing]) -> Iterator[tuple[str, int, int]]:
    """Add differences up by entity: what is missing, and what is too much."""
    for entity, subjects in groupby(sorted(found, key=_entity), _entity):
        parts = [found[subject] for subject in subjects]
        yield entity, sum(part.missing for part in parts), sum(part.surplus for part in parts)


def _entity(subject: str) -> str:
    return subject.partition("#")[0]


def compared(workspace: Workspace, target: Target) -> Compared:
    """Compare a remote store with the current generation, entity by entity.

    Raises:
        StoreError: the server cannot be reached, fails, or cuts its answer short.
    """
    with Snapshot.opened(workspace.required()) as snapshot:
        bases, outboxes = [snapshot.iris.base], Outboxes(workspace.path)
        if outboxes.has(target.name):
            with outboxes.open(target.name) as outbox:
                bases += outbox.bases
        graphs = provenance_graphs(bases[0], bases)
        with RemoteStore.opened(target.where, *graphs) as remote:
            return list(by_entity(differing(workspace, snapshot.store, remote, bases)))
