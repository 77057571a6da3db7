"""What a reader opens: one generation, which nothing changes while it is read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Self

import duckdb

from etl.catalog.catalog import Catalog
from etl.catalog.connection import unusable
from etl.entities.mapping import MAPPING_VERSION
from etl.errors import StoreError
from etl.rdf.identifiers import Iris
from etl.resolution.films import Film, resolve
from etl.stores.embedded import EmbeddedStore
from etl.workspace.generations import Generation

DAMAGE = "Corruption"  # RocksDB's word
CHECK = "run: etl check"


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The catalog and the store of one generation, and what mints its IRIs.

    Opening it reads neither; several may be open at once, also beside a writer.
    """

    generation: Generation
    catalog: Catalog
    store: EmbeddedStore
    iris: Iris

    @classmethod
    @contextmanager
    def opened(cls, generation: Generation) -> Iterator[Self]:
        """Open a generation for reading.

        Raises:
            WorkspaceError: the catalog cannot be opened, or is found damaged while it is read.
            StoreError: the store cannot be opened, or is found damaged while it is read.
        """
        with _undamaged(generation), Catalog.read(generation.catalog) as catalog:
            yield cls(generation, catalog, EmbeddedStore.read(generation.store), catalog.iris)

    @property
    def other_mapping(self) -> int | None:
        """Return the version of the mapping that made the graph, if it is not this program's."""
        made_by = self.catalog.settings.mapping
        return None if made_by == MAPPING_VERSION else made_by

    def film(self, key: str) -> tuple[Film, Mapping[int, int]] | None:
        """Make a film as the graph has it; also give the run that read each of its versions."""
        resolved = self.catalog.resolved
        group = resolved.group(key)
        if group is None:
            return None
        made = resolve(group, resolved.identities([group]))
        return made, self.catalog.runs.reading(group.versions)


@contextmanager
def _undamaged(generation: Generation) -> Iterator[None]:
    """Translate what catalog or store say when they meet damage while they are read."""
    try:
        yield
    except duckdb.Error as error:
        raise unusable(generation.catalog, error) from error
    except (OSError, RuntimeError) as error:
        reason = str(error).partition("\n")[0]
        if DAMAGE not in reason:
            raise
        raise StoreError(f"{generation.store}: damaged: {reason}", hint=CHECK) from error
