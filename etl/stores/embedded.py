"""The embedded store: Oxigraph in a folder on disk."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Self

from pyoxigraph import DefaultGraph, NamedNode, Quad, Store

from etl.errors import StoreError
from etl.queries import syntax_error
from etl.stores import Answer


class EmbeddedStore:
    """An Oxigraph store; reading sees one snapshot, and writing belongs to one process."""

    def __init__(self, store: Store) -> None:
        self._store = store

    @classmethod
    def read(cls, path: Path) -> Self:
        """Open a finished store for reading.

        Raises:
            StoreError: it cannot be opened.
        """
        try:
            return cls(Store.read_only(str(path)))
        except (OSError, RuntimeError) as error:
            raise _unusable(path, error) from error

    @classmethod
    def write(cls, path: Path) -> Self:
        """Open a store for building it, made anew where there is none.

        Raises:
            StoreError: it cannot be opened.
        """
        try:
            return cls(Store(str(path)))
        except (OSError, RuntimeError) as error:
            raise _unusable(path, error) from error

    @staticmethod
    def checkpoint(source: Path, target: Path) -> None:
        """Make a copy of a finished store that shares its files by hard links."""
        try:
            Store.read_only(str(source)).backup(str(target))
        except (OSError, RuntimeError) as error:
            raise _unusable(source, error) from error

    def query(self, sparql: str) -> Answer:
        """Answer a query. See `Readable.query`."""
        try:
            return self._store.query(sparql)
        except SyntaxError as error:
            raise syntax_error(error, sparql) from error

    def entity(self, subject: NamedNode) -> set[Quad]:
        """Return an entity's quads. See `Writable.entity`."""
        quads = set(self._store.quads_for_pattern(subject, None, None))
        parts = {
            quad.object
            for quad in quads
            if isinstance(quad.object, NamedNode)
            and quad.object.value.startswith(subject.value + "#")
        }
        for part in parts:
            quads.update(self._store.quads_for_pattern(part, None, None))
        return quads

    def add(self, quads: Iterable[Quad]) -> None:
        """Add many quads, in bulk."""
        self._store.bulk_extend(quads)

    def remove(self, quads: Iterable[Quad]) -> None:
        """Remove quads."""
        for quad in quads:
            self._store.remove(quad)

    def export(self) -> Iterator[Quad]:
        """Give every quad of the default graph."""
        return self._store.quads_for_pattern(None, None, None, DefaultGraph())

    def finish(self) -> None:
        """Write everything through to the disk."""
        self._store.flush()


def _unusable(path: Path, error: Exception) -> StoreError:
    return StoreError(f"{path}: the store cannot be opened: {error}", hint="run: etl check")
