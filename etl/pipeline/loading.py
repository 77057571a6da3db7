"""Load sources: bring catalog and graph in step with them, all or nothing."""

from __future__ import annotations

import gc
import shutil
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import chain, islice

from etl.catalog import Catalog, Comparison, Staged
from etl.errors import WorkspaceError
from etl.identifiers import DEFAULT_BASE_IRI, Iris
from etl.pipeline.building import Builder
from etl.pipeline.reading import Ahead, Reading, opened, reading_ahead
from etl.pipeline.refusing import kept_out, located
from etl.pipeline.reports import (
    Found,
    LoadReport,
    Progress,
    Severity,
    SourceReport,
    silent,
    unheard,
)
from etl.provenance import describe_run, describe_source
from etl.resolution import Film
from etl.sources.files import Source, sources
from etl.stores.embedded import EmbeddedStore
from etl.validation import Engine, ValidationResult
from etl.workspace import Generation, Workspace

STAGED_AT_ONCE = 2000


def _nobody(holder: str) -> None:
    """Wait for another writer without a word."""


@dataclass(frozen=True, slots=True)
class LoadOptions:
    """How to load.

    `name` calls the source so; `strict` loads nothing if anything is kept out; `dry_run`
    changes nothing; `allow_removals` takes a mass removal for meant. With two `processes` and
    more, that many read files beside this one; a script must then guard its main part.
    """

    command: str = "load"
    name: str | None = None
    strict: bool = False
    dry_run: bool = False
    allow_removals: bool = False
    base_iri: str | None = None
    processes: int = 1
    progress: Progress = silent
    waiting: Callable[[str], None] = field(default=_nobody)
    found: Found = field(default=unheard)


def load(
    workspace: Workspace, arguments: Sequence[str], engine: Engine, options: LoadOptions
) -> LoadReport:
    """Bring the workspace in step with what is named, and say what that changed.

    Raises:
        SourceError: a source cannot be read at all, or most of it has vanished.
        WorkspaceError: the workspace cannot be used.
    """
    with _uncollected(), workspace.writing(options.command, options.waiting) as following:
        run = _Load(workspace.current(), following, engine, options)
        report = run.load(arguments)
        if (
            report.run is not None
            and not options.dry_run
            and not (options.strict and report.kept_out)
        ):
            with report.timed("store"):
                workspace.commit(following)
            report.committed = True
    return report


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


class _Load:
    """One load on its way: reads beside the current generation, writes into the following."""

    def __init__(
        self,
        current: Generation | None,
        following: Generation,
        engine: Engine,
        options: LoadOptions,
    ) -> None:
        self._current = current
        self._following = following
        self._engine = engine
        self._options = options
        self._report = LoadReport()
        self._started = time.perf_counter()

    def load(self, arguments: Sequence[str]) -> LoadReport:
        """Read, and build the following generation if anything is new."""
        if self._current is None:
            self._iris = Iris.below(self._options.base_iri or DEFAULT_BASE_IRI)
            with reading_ahead(self._options.processes) as ahead:
                return self._read(arguments, None, ahead)
        with Catalog.read(self._current.catalog) as catalog:
            self._iris = catalog.iris
            self._check_base_iri()
            with reading_ahead(self._options.processes) as ahead:
                return self._read(arguments, catalog, ahead)

    def _check_base_iri(self) -> None:
        wanted = self._options.base_iri
        if wanted is not None and Iris.below(wanted) != self._iris:
            raise WorkspaceError(
                f"--base-iri: the workspace's base IRI is {self._iris.base}",
                hint="load into a new --workspace to use another",
            )

    def _read(self, arguments: Sequence[str], old: Catalog | None, ahead: Ahead) -> LoadReport:
        known = old.sources() if old else []
        named = sources(arguments, self._options.name, known)
        readings = [
            Reading(source, old, self._options.found, _absorbed(source, known), ahead)
            for source in named
        ]
        staged = chain.from_iterable(readings)
        with self._report.timed("read"):
            first = list(islice(staged, STAGED_AT_ONCE))
        if not first and old:
            return self._finish(old, old.compare(), readings)
        catalog = self._next_catalog()
        try:
            self._report.run = catalog.begin(self._options.command)
            self._stage(catalog, first, staged)
            self._guard(readings)
            for reading in readings:
                catalog.keep_source(reading.source)
                catalog.keep_files(reading.source.name, reading.stats)
                for source in reading.absorbed:
                    catalog.drop_source(source)
            store = self._next_store()
            comparison = self._build(catalog, store)
            report = self._finish(catalog, comparison, readings)
            self._record(catalog, store, readings)
            return report
        finally:
            catalog.close()

    def _next_catalog(self) -> Catalog:
        with self._report.timed("catalog"):
            if self._current is None:
                return Catalog.create(self._following.catalog, self._iris)
            shutil.copyfile(self._current.catalog, self._following.catalog)
            return Catalog.write(self._following.catalog)

    def _stage(self, catalog: Catalog, batch: list[Staged], rest: Iterator[Staged]) -> None:
        done = 0
        run = self._report.run or 0
        while batch:
            with self._report.timed("catalog"):
                catalog.stage(run, batch)
            done += len(batch)
            self._options.progress("records", done, None)
            with self._report.timed("read"):
                batch = list(islice(rest, STAGED_AT_ONCE))

    def _guard(self, readings: Iterable[Reading]) -> None:
        if not self._options.allow_removals:
            for reading in readings:
                if reading.vanished:
                    reading.refuse_mass_removal()

    def _build(self, catalog: Catalog, store: EmbeddedStore) -> Comparison:
        all_sources = catalog.sources()
        builder = Builder(
            catalog=catalog,
            store=store,
            iris=self._iris,
            engine=self._engine,
            report=self._report,
            run=self._report.run or 0,
            fresh=self._current is None,
            progress=self._options.progress,
            warned=lambda film, result: self._warn(builder, film, result),
            sources={source.name: self._iris.source(source.slug) for source in all_sources},
        )
        self._places = {source.name: source for source in all_sources}
        return builder.build()

    def _record(self, catalog: Catalog, store: EmbeddedStore, readings: Sequence[Reading]) -> None:
        """Write down the run, in the catalog and in the provenance graph."""
        run = self._report.run or 0
        catalog.end(run, time.perf_counter() - self._started, self._report.summary())
        used = [reading.source for reading in readings]
        with self._report.timed("store"):
            for source in (source for reading in readings for source in reading.absorbed):
                store.remove(store.entity(self._iris.source(source.slug)))
            store.add(describe_run(catalog.runs()[-1], used, self._iris))
            for source in used:
                store.add(describe_source(source, self._iris))
            store.finish()

    def _warn(self, builder: Builder, film: Film, result: ValidationResult) -> None:
        reason = builder.reason(film, result)
        for member in film.members:
            path = opened(self._places[member.origin.source], member.origin.path)
            finding = located(Severity.WARNING, path, member.origin.line, member.record, reason)
            self._options.found(finding)

    def _next_store(self) -> EmbeddedStore:
        with self._report.timed("store"):
            if self._current is not None:
                EmbeddedStore.checkpoint(self._current.store, self._following.store)
            return EmbeddedStore.write(self._following.store)

    def _finish(
        self, catalog: Catalog, comparison: Comparison, readings: Sequence[Reading]
    ) -> LoadReport:
        """Say how every record of the named sources ended."""
        report = self._report
        scope = [item for reading in readings for item in reading.scope]
        statuses = comparison.statuses(report.run or 0, scope)
        for reading in readings:
            source = reading.source
            counts = statuses.get(source.name, {})
            report.sources.append(SourceReport(source.label, vanished=reading.vanished, **counts))
        for refused in kept_out(catalog, set(scope)):
            for finding in refused.findings:
                self._options.found(finding)
        return report


def _absorbed(source: Source, known: Sequence[Source]) -> list[Source]:
    """List the sources without a name of their own that lie inside a whole source."""
    if not source.whole:
        return []
    return [other for other in known if not other.named and source.holds(other.root)]
