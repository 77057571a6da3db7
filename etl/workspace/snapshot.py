"""Snapshot: one generation, opened for reading."""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Self

from etl.entities import MAPPING_VERSION
from etl.errors import StoreError
from etl.queries import Queryable
from etl.queries.lookup import GraphLookup
from etl.rdf.identifiers import Iris
from etl.search.asking import SearchIndex
from etl.stores.embedded import EmbeddedStore
from etl.workspace.generations import MEND, Generation

if TYPE_CHECKING:  # the catalog's database takes longer to start than most questions to answer
    from etl.catalog.catalog import Catalog
    from etl.resolution.films import Film

DAMAGE = "Corruption"  # RocksDB's word
CHECK = "run: etl check"


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The catalog, store, minter of IRIs and search index of one generation.

    Opening it reads none of them; several may be open at once, also beside a writer. `index` is
    None where it is lost or damaged, or an older version wrote none: names are then to be looked
    for in the store. `mapping` is the version of the mapping that made the graph.
    """

    generation: Generation
    open_catalog: Callable[[], Catalog]
    store: EmbeddedStore
    iris: Iris
    mapping: int
    index: SearchIndex | None = None

    @classmethod
    @contextmanager
    def opened(cls, generation: Generation, *, graph_only: bool = False) -> Iterator[Self]:
        """Open a generation for reading.

        With `graph_only`, the catalog is opened when somebody first asks for it; a later change of
        the workspace may have deleted it by then.

        Raises:
            WorkspaceError: the catalog cannot be opened, or is found damaged while it is read.
            StoreError: the store cannot be opened, or it or the search index is found damaged
                while it is read.
        """
        with undamaged(generation), ExitStack() as opened:

            @cache
            def catalog() -> Catalog:
                from etl.catalog.catalog import Catalog

                return opened.enter_context(Catalog.read(generation.catalog))

            if graph_only and (made := generation.made):
                iris, mapping = Iris(made.base_iri), made.mapping
            else:
                iris, mapping = catalog().iris, catalog().settings.mapping
            store, index = EmbeddedStore.read(generation.store), None
            if not generation.index_missing():
                index = opened.enter_context(SearchIndex.read(generation.search, iris.base))
            yield cls(generation, catalog, store, iris, mapping, index)

    @property
    def catalog(self) -> Catalog:
        """The catalog, which is opened if it is not."""
        return self.open_catalog()

    @contextmanager
    def apart(self) -> Iterator[Self]:
        """Give the same to another thread, with a connection to the catalog of its own."""
        with self.catalog.apart() as catalog:
            yield replace(self, open_catalog=lambda: catalog)

    @property
    def other_mapping(self) -> int | None:
        """Return the version of the mapping that made the graph, if it is not this program's."""
        return None if self.mapping == MAPPING_VERSION else self.mapping

    def lookup(self, graph: Queryable | None = None) -> GraphLookup:
        """Return the lookup of films and people by name, in this graph or a remote one."""
        if graph is None or graph is self.store:
            return GraphLookup(self.store, self.iris, self.index)
        return GraphLookup(graph, self.iris)

    def film(self, key: str) -> tuple[Film, Mapping[int, int]] | None:
        """Make a film as the graph has it; also give the run that read each of its versions."""
        films, runs = self.films([key])
        return (films[0], runs) if films else None

    def films(self, keys: Sequence[str]) -> tuple[list[Film], Mapping[int, int]]:
        """Make films as the graph has them, in the order of their keys, and give those runs."""
        from etl.resolution.films import resolve

        resolved = self.catalog.resolved
        groups = {group.film: group for group in resolved.groups(keys)}
        identities = resolved.identities(groups.values())
        runs = self.catalog.runs.reading([v for each in groups.values() for v in each.versions])
        return [resolve(groups[key], identities) for key in keys if key in groups], runs


@contextmanager
def undamaged(generation: Generation) -> Iterator[None]:
    """Translate what catalog or store say when they meet damage while they are read."""
    try:
        yield
    except _of_the_catalog() as error:
        from etl.catalog.connection import unusable

        raise unusable(generation.catalog, error) from error
    except sqlite3.DatabaseError as error:
        raise StoreError(f"{generation.search}: damaged: {error}", hint=MEND) from error
    except (OSError, RuntimeError) as error:
        reason = str(error).partition("\n")[0]
        if DAMAGE not in reason:
            raise
        raise StoreError(f"{generation.store}: damaged: {reason}", hint=CHECK) from error


def _of_the_catalog() -> tuple[type[Exception], ...]:
    """Return the class of the errors of the catalog's database, if that was started."""
    database = sys.modules.get("duckdb")
    return (database.Error,) if database else ()
