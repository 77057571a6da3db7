"""One change of a workspace: the next generation's catalog and store, built and committed."""

from __future__ import annotations

import gc
import shutil
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from pyoxigraph import Quad

from etl.catalog.catalog import Catalog
from etl.catalog.comparison import Comparison
from etl.findings import Found, severity_of, unheard
from etl.identifiers import Iris
from etl.pipeline.building import Builder
from etl.pipeline.judging import reason
from etl.pipeline.reading import opened
from etl.pipeline.refusing import located
from etl.pipeline.reports import LoadReport, Progress, silent
from etl.pipeline.workers import Workers
from etl.provenance import describe_run, describe_source
from etl.resolution import Film
from etl.sources.files import Source
from etl.stores.embedded import EmbeddedStore
from etl.validation import Engine, ValidationResult
from etl.workspace import Generation, Workspace

Changed = Callable[[str, Iterable[Quad]], None]
"""Told of statements that leave the graph ("-") and enter it ("+")."""


def _nobody(holder: str) -> None:
    """Wait for another writer without a word."""


def _unseen(sign: str, quads: Iterable[Quad]) -> None:
    """Let statements come and go."""


@dataclass(frozen=True, slots=True)
class ChangeOptions:
    """How to change a workspace, and whom to tell; `dry_run` changes nothing."""

    command: str = "load"
    dry_run: bool = False
    progress: Progress = silent
    waiting: Callable[[str], None] = field(default=_nobody)
    found: Found = field(default=unheard)
    changed: Changed = field(default=_unseen)


class Change:
    """The next generation of a workspace while it is made beside the current one."""

    def __init__(
        self,
        workspace: Workspace,
        following: Generation,
        engine: Engine,
        options: ChangeOptions,
    ) -> None:
        self.current = workspace.current()
        self.report = LoadReport()
        self._workspace = workspace
        self._following = following
        self.engine = engine
        self._options = options
        self._started = time.perf_counter()
        self._places: dict[str, Source] = {}

    @contextmanager
    def catalog(self, iris: Iris) -> Iterator[Catalog]:
        """Give the next generation's catalog, a copy of the current one, with a run begun.

        `iris` is for a workspace that has none yet.
        """
        with self.report.timed("catalog"):
            if self.current is None:
                catalog = Catalog.create(self._following.catalog, iris)
            else:
                shutil.copyfile(self.current.catalog, self._following.catalog)
                catalog = Catalog.write(self._following.catalog)
        try:
            self.report.run = catalog.begin(self._options.command)
            yield catalog
        finally:
            catalog.close()

    def build(
        self, catalog: Catalog, *, workers: Workers | None = None, afresh: bool = False
    ) -> Comparison:
        """Bring the store in step with the catalog, or make it anew; give the comparison."""
        with self.report.timed("store"):
            if self.current is not None and not afresh:
                EmbeddedStore.checkpoint(self.current.store, self._following.store)
            self._store = EmbeddedStore.write(self._following.store)
        iris = catalog.iris
        self._places = {source.name: source for source in catalog.sources()}
        return Builder(
            catalog=catalog,
            store=self._store,
            iris=iris,
            engine=self.engine,
            report=self.report,
            run=self.report.run or 0,
            fresh=self.current is None or afresh,
            progress=self._options.progress,
            warned=lambda film, result: self._warn(film, result, iris),
            changed=self._options.changed,
            workers=workers,
            sources={name: iris.source(source.slug) for name, source in self._places.items()},
        ).build()

    def _warn(self, film: Film, result: ValidationResult, iris: Iris) -> None:
        why = reason(film, result, iris)
        for member in film.members:
            path = opened(self._places[member.origin.source], member.origin.path)
            finding = located(severity_of(result), path, member.origin.line, member.record, why)
            self._options.found(finding)

    def record(self, catalog: Catalog, used: Sequence[Source], dropped: Sequence[Source]) -> None:
        """Write down the run, in the catalog and in the provenance graph, and end the building."""
        run = self.report.run or 0
        catalog.end(run, time.perf_counter() - self._started, self.report.summary())
        with self.report.timed("store"):
            for source in dropped:
                self._store.remove(self._store.entity(catalog.iris.source(source.slug)))
            self._store.add(describe_run(catalog.runs()[-1], used, catalog.iris))
            for source in catalog.sources():
                self._store.add(describe_source(source, catalog.iris))
            self._store.finish()

    def commit(self) -> None:
        """Make it the generation that readers see, unless this is a dry run."""
        if self._options.dry_run:
            return
        with self.report.timed("store"):
            self._workspace.commit(self._following)
        self.report.committed = True


@contextmanager
def changing(workspace: Workspace, engine: Engine, options: ChangeOptions) -> Iterator[Change]:
    """Hold a workspace for one change; it is thrown away unless it is committed.

    Raises:
        WorkspaceError: the workspace cannot be used.
    """
    with _uncollected(), workspace.writing(options.command, options.waiting) as following:
        yield Change(workspace, following, engine, options)


@contextmanager
def _uncollected() -> Iterator[None]:
    """Keep the collector of cycles away: records and triples form none.

    It would take half the time of a load to look through them all again and again.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()
