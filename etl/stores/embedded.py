"""The embedded store: Oxigraph in a folder on disk."""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Self, cast

from pyoxigraph import (
    DefaultGraph,
    NamedNode,
    Quad,
    QuerySolutions,
    RdfFormat,
    Store,
    Triple,
    serialize,
)

from etl.errors import StoreError, limit_reached
from etl.facts import CREDITS
from etl.queries.syntax import syntax_error
from etl.rdf.vocab import RDF, SCHEMA
from etl.stores import Answer
from etl.stores.graphs import StoredGraph

_ANYWHERE = "{ ?s ?p ?o } UNION { GRAPH ?g { ?s ?p ?o } }"
_SUBJECT = re.compile(rb"^<([^>]*)>", re.MULTILINE)
_LEAST_PART, _LARGEST_PART = 1 << 22, 1 << 24  # 4 and 16 MB, about 30,000 and 130,000 triples
_PART_OF_ALL = 8  # a part is at least an eighth of all that came before it
_TO_READ, TO_WRITE = 1 << 30, 2 << 30  # bytes of address space, measured with small stores
_STANDING_BACK = 15  # how nice the threads are that compact


class EmbeddedStore:
    """An Oxigraph store; reading sees one snapshot, and writing belongs to one process."""

    def __init__(self, store: Store, path: Path | None = None) -> None:
        self._store, self.path = store, path
        self._load: Future[None] | None = None
        self._waiting: list[bytes] = []
        self._waiting_bytes = self._added_bytes = 0
        self._loader = ThreadPoolExecutor(1, thread_name_prefix="bulk-load")
        self.touched: set[str] | None = None  # the subjects that were changed, if anybody asks
        self._unsettled = set[str]()  # those of what was added last, without their parts

    @classmethod
    def read(cls, path: Path) -> Self:
        """Open a finished store for reading.

        Raises:
            StoreError: it cannot be opened.
        """
        expect_memory(path, _TO_READ)
        try:
            return cls(Store.read_only(str(path)), path)
        except (OSError, RuntimeError) as error:
            raise _unusable(path, error) from error

    @classmethod
    def write(cls, path: Path) -> Self:
        """Open a store for building it, made anew where there is none.

        Raises:
            StoreError: it cannot be opened.
        """
        expect_memory(path)
        try:
            store = Store(str(path))
        except (OSError, RuntimeError) as error:
            raise _unusable(path, error) from error
        _compact_in_the_background()
        return cls(store)

    @staticmethod
    def checkpoint(source: Path, target: Path) -> None:
        """Make a copy of a finished store that shares its files of data by hard links."""
        shutil.copytree(source, target, ignore=_OF_NO_DATA, copy_function=_share)

    def query(self, sparql: str, prefixes: Mapping[str, str] | None = None) -> Answer:
        """Answer a query. See `Readable.query`."""
        try:
            return self._store.query(sparql, prefixes=dict(prefixes or {}))
        except SyntaxError as error:
            raise syntax_error(error, sparql, prefixes) from error

    def entity(self, subject: NamedNode) -> set[Quad]:
        """Return an entity's quads. See `Writable.entity`."""
        self._settle_about(subject.value)
        new = quads = set(self._store.quads_for_pattern(subject, None, None))
        seen, start = set[object](), subject.value + "#"
        while new:  # a part may have parts
            parts = {
                (quad.object, quad.graph_name)
                for quad in new
                if isinstance(quad.object, NamedNode) and quad.object.value.startswith(start)
            }
            new = {
                quad
                for part, graph in parts - seen  # to look into every graph takes twice as long
                for quad in self._store.quads_for_pattern(part, None, None, graph)
            }
            seen |= parts
            quads = quads | new
        return quads

    def named(self) -> Iterator[str]:
        """Return the IRI of each film and each person."""
        self._settle()
        return self.subjects(f"{{ ?s a {SCHEMA.Movie} }} UNION {{ ?s a {SCHEMA.Person} }}")

    def credits(self, person: NamedNode) -> int:
        """Count the credits of a person in films."""
        found = (
            quad.subject
            for role in CREDITS.values()
            for quad in self._store.quads_for_pattern(None, role, person, DefaultGraph())
        )
        return sum("#" not in film.value for film in found if isinstance(film, NamedNode))

    def about(self, subject: str) -> list[Quad]:
        """Return the quads of one subject, in all graphs."""
        return list(self._store.quads_for_pattern(NamedNode(subject), None, None))

    def subjects(self, pattern: str = _ANYWHERE) -> Iterator[str]:
        """Yield every subject ?s of a pattern, once; without one, those of all graphs."""
        answer = self._store.query(f"SELECT DISTINCT ?s WHERE {{ {pattern} }}")
        for solution in cast(QuerySolutions, answer):
            yield solution["s"].value

    def add(self, statements: Iterable[Triple | Quad]) -> None:
        """Add many triples or quads, in bulk and beside the work that goes on meanwhile."""
        mixed = cast(Iterable[Quad], statements)  # the stub takes either kind, not both
        self.add_serialized(serialize(mixed, format=RdfFormat.N_QUADS) or b"")

    def add_serialized(self, batch: bytes) -> None:
        """Add many quads that are N-Quads already.

        What comes waits until it is worth a bulk load, which lets other threads run meanwhile.
        Each bulk load puts files into the store that have to be merged with what is there, so that
        many small ones cost far more than a few large ones, and large ones take much memory.
        """
        if self.touched is not None:
            subjects = set(map(bytes.decode, set(_SUBJECT.findall(batch))))
            self.touched |= subjects
            self._unsettled.update(each.partition("#")[0] for each in subjects)
        self._waiting.append(batch)
        self._waiting_bytes += len(batch)
        worth = max(_LEAST_PART, self._added_bytes // _PART_OF_ALL)
        if self._waiting_bytes >= min(worth, _LARGEST_PART):
            self._start()

    def add_file(self, path: Path) -> None:
        """Add all quads of a file in N-Quads.

        Raises:
            StoreError: it cannot be read, or is not what it should be.
        """
        try:
            self._store.bulk_load(path=path, format=RdfFormat.N_QUADS)
        except (OSError, RuntimeError, SyntaxError) as error:
            raise StoreError(f"{path}: cannot be loaded: {error}") from error

    def _start(self) -> None:
        """Load what is waiting, after what is being loaded."""
        if self._load is not None:
            self._load.result()
        batch = b"".join(self._waiting)
        self._waiting.clear()
        self._added_bytes += self._waiting_bytes
        self._waiting_bytes = 0
        self._load = self._loader.submit(self._bulk_load, batch)

    def _bulk_load(self, batch: bytes) -> None:
        self._store.bulk_load(input=batch, format=RdfFormat.N_QUADS)

    def _settle(self) -> None:
        """Wait for what is being added.

        Raises:
            StoreError: it could not be added.
        """
        try:
            if self._waiting:
                self._start()
            if self._load is not None:
                self._load.result()
            self._unsettled.clear()
        except (OSError, RuntimeError) as error:
            raise StoreError(f"the store could not be written: {error}") from error

    def _settle_about(self, subject: str) -> None:
        """Wait for what is being added, if any of it may be about a subject."""
        if self.touched is None or subject.partition("#")[0] in self._unsettled:
            self._settle()

    def remove(self, quads: Iterable[Quad]) -> None:
        """Remove quads."""
        for quad in quads:
            subject: str = quad.subject.value  # type: ignore[union-attr]
            self._settle_about(subject)
            if self.touched is not None:
                self.touched.add(subject)
            self._store.remove(quad)

    def export(self, graph: NamedNode | None = None) -> Iterator[Quad]:
        """Return every quad of a named graph, or of the default graph."""
        return self._store.quads_for_pattern(None, None, None, graph or DefaultGraph())

    def types(self, subject: NamedNode) -> set[object]:
        """Return the classes that a subject is said to be of."""
        return self.objects(subject, RDF.type)

    def objects(self, subject: NamedNode, predicate: NamedNode) -> set[object]:
        """Return the values of a property of a subject."""
        return {quad.object for quad in self._store.quads_for_pattern(subject, predicate, None)}

    def holds(self, quads: Iterable[Quad]) -> bool:
        """Return whether it has all of some quads."""
        return all(map(self._store.__contains__, quads))

    def graph(self, name: NamedNode | None = None) -> StoredGraph:
        """Return a named graph of it, or the default graph."""
        return StoredGraph(self._store, name or DefaultGraph())

    def dump(self, target: Path) -> None:
        """Write every quad of all graphs into a file, as N-Quads; other threads run meanwhile."""
        self._store.dump(target, RdfFormat.N_QUADS)

    def sizes(self) -> tuple[int, int]:
        """Count the triples of the default graph, and those of the named graphs."""
        counts = []
        for pattern in ("?s ?p ?o", "GRAPH ?g { ?s ?p ?o }"):
            answer = self._store.query(f"SELECT (COUNT(*) AS ?n) WHERE {{ {pattern} }}")
            counts += [int(solution["n"].value) for solution in cast(QuerySolutions, answer)]
        return counts[0], counts[1]

    def finish(self) -> None:
        """Write everything to the disk."""
        self._settle()
        self._store.flush()

    def close(self) -> None:
        """Close the store, and end its threads' work on the files."""
        self._loader.shutdown()
        del self._store


_OF_NO_DATA = shutil.ignore_patterns("LOCK", "LOG", "LOG.old*")


def _share(source: str, target: str) -> None:
    """Copy a file of a finished store, or share it where nobody ever writes to it again."""
    if source.endswith(".sst"):
        with suppress(OSError):  # not every system has links
            os.link(source, target)
            return
    shutil.copyfile(source, target)


def _compact_in_the_background() -> None:
    """Let the threads that compact stores give way to all others, where the system lets us (Linux).

    Where they are late they merge much at once, which costs less in all.

    Source: `Env::LowerThreadPoolCPUPriority` of RocksDB, which pyoxigraph does not hand on.
    """
    for thread in Path("/proc/self/task").glob("*"):
        with suppress(OSError):  # it has ended, or may not be touched
            if (thread / "comm").read_text() == "rocksdb:low\n":
                os.setpriority(os.PRIO_PROCESS, int(thread.name), _STANDING_BACK)


def _unusable(path: Path, error: Exception) -> StoreError:
    reason, hint = limit_reached(error) or (str(error), "run: etl check")
    return StoreError(f"{path}: the store cannot be opened: {reason}", hint=hint)


def expect_memory(path: Path, needed: int = TO_WRITE) -> None:
    """Refuse to open a store where its library would find no memory, and abort the process.

    Raises:
        StoreError: the limit that the system sets is too low.
    """
    if sys.platform != "win32":
        import resource

        limit, _ = resource.getrlimit(resource.RLIMIT_AS)
        if limit not in (resource.RLIM_INFINITY, -1) and limit < needed:
            raise StoreError(
                f"{path}: opening the store takes {needed >> 20} MB of address space, and the "
                f"limit is {limit >> 20}",
                hint=f"raise the limit: ulimit -v {needed >> 10}",
            )
