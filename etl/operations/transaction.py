"""One change of a workspace: the next generation's catalog and store, built and committed."""

from __future__ import annotations

import shutil
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Set
from contextlib import contextmanager
from functools import cached_property
from itertools import chain

from pyoxigraph import NamedNode, Quad

from etl.catalog.catalog import Catalog
from etl.catalog.connection import expect_openable
from etl.catalog.kept_out import Places, Scope, displaced, kept_out, located
from etl.entities import MAPPING_VERSION
from etl.entities.judging import reason
from etl.entities.tally import Tally
from etl.errors import WorkspaceError
from etl.findings import Finding, Severity, severity_of
from etl.operations.building import Builder
from etl.operations.disturbances import soundest, undisturbed
from etl.operations.migrate import migrate
from etl.operations.options import ChangeOptions, unseen
from etl.operations.reports import LoadReport, SourceReport
from etl.process.garbage import uncollected
from etl.provenance.recording import concerned, describe
from etl.publication.outbox import Outboxes
from etl.rdf.identifiers import Iris
from etl.resolution.films import Film
from etl.search.writing import IndexWriter
from etl.shacl import Engine, ValidationResult
from etl.sources.files import LINKS, Source
from etl.stores.embedded import EmbeddedStore, expect_memory
from etl.workspace import Workspace
from etl.workspace.generations import Generation, Made


class Change:
    """The next generation of a workspace while it is made beside the current one."""

    def __init__(
        self,
        workspace: Workspace,
        following: Generation,
        engine: Engine,
        options: ChangeOptions,
        base: Generation | None,
    ) -> None:
        self.current = base
        self.report = LoadReport()
        self._workspace, self._following = workspace, following
        self.engine = engine
        self._options = options
        self._started = time.perf_counter()
        self._places: Places | None = None
        self._ended: dict[str, SourceReport] = {}
        self._touched: set[str] | None = None
        self._quarantined: Set[int] | None = None  # before this change

    @contextmanager
    def building(self, iris: Iris | None, *, afresh: bool = False) -> Iterator[Builder]:
        """Begin a run on a copy of the current catalog, and of the current store unless `afresh`.

        `iris` is for a workspace that has no catalog yet, or whose graph is made afresh; None
        keeps what it has.
        """
        catalog = self._catalog(iris or Iris())
        try:
            with catalog.at_once():
                self.report.run = catalog.runs.begin(self._options.command)
                self._quarantined = {each.version for each in catalog.refusals.quarantined()}
                if afresh:
                    catalog.forget_graph(iris or catalog.iris)
                elif self.current is not None:
                    _refuse_other_mapping(catalog)
                self._keep_shapes(catalog, fresh=self.current is None or afresh)
            store = self._store(afresh=afresh)
            try:
                with self._index(catalog, store, afresh=afresh) as index:
                    yield self._builder(catalog, store, index, afresh=afresh)
            finally:
                store.close()
        finally:
            catalog.close()

    def _keep_shapes(self, catalog: Catalog, *, fresh: bool) -> None:
        """Remember the user's own shapes, and those that all of a fresh graph is judged by."""
        digest = self.engine.shapes.digest if fresh else None
        catalog.settings.keep_shapes(own=self._options.own_shapes, digest=digest)

    def _catalog(self, iris: Iris) -> Catalog:
        memory_bytes = self._options.memory_bytes
        with self.report.timed("catalog"):
            path = self._following.catalog
            if self.current is None:
                return Catalog.create(path, iris, memory_bytes)
            catalog = Catalog.write(shutil.copyfile(self.current.catalog, path), memory_bytes)
            self.report.migrated_from = self.report.migrated_from or catalog.migrated_from
            return catalog

    def _store(self, *, afresh: bool) -> EmbeddedStore:
        with self.report.timed("store"):
            if self.current is not None and not afresh:
                EmbeddedStore.checkpoint(self.current.store, self._following.store)
            store = EmbeddedStore.write(self._following.store)
            if self.current is not None and not afresh:
                self._touched = store.touched = set()
            return store

    def _index(self, catalog: Catalog, store: EmbeddedStore, *, afresh: bool) -> IndexWriter:
        """Begin with a copy of the current search index; where that is lost, make it anew."""
        with self.report.timed("search"):
            current = None if afresh else self.current
            kept = current is not None and not current.index_missing()
            if current is not None and kept:
                shutil.copyfile(current.search, self._following.search)
            index = IndexWriter(self._following.search, catalog.iris.base, new=not kept)
            if current is not None and not kept:
                index.make(store)
            return index

    def _builder(
        self, catalog: Catalog, store: EmbeddedStore, index: IndexWriter, *, afresh: bool
    ) -> Builder:
        fresh = self.current is None or afresh
        builder = Builder(
            catalog=catalog,
            store=store,
            index=index,
            iris=catalog.iris,
            engine=self.engine,
            report=self.report,
            run=self.report.run or 0,
            fresh=fresh,
            progress=self._options.progress,
            warned=lambda film, result: self._warn(builder, film, result),
            changed=unseen if afresh else self._options.changed,
            before=self._before,
            tally=Tally() if fresh else Tally.decode(catalog.settings.get("tally") or "[]"),
        )
        return builder

    def _before(self, entity: NamedNode) -> set[Quad]:
        """Return what the graph said of an entity before this change."""
        return self._standing.entity(entity)

    @cached_property
    def _standing(self) -> EmbeddedStore:
        return EmbeddedStore.read(self._workspace.required().store)

    def _warn(self, builder: Builder, film: Film, result: ValidationResult) -> None:
        why = reason(film, result, builder.iris)
        places = self._places = self._places or Places.of(builder.catalog)
        for member in film.group.members:
            finding = located(severity_of(result), places, member.origin, member.record, why)
            self._options.found(finding)

    def account(
        self,
        catalog: Catalog,
        sources: Iterable[tuple[Source, int]],
        scope: Scope,
        *,
        why: bool = True,
    ) -> None:
        """Say how every record within a scope ended, source by source, and why any is kept out.

        Each source comes with the number of its records that have vanished.
        """
        judged_by = catalog.settings.shapes_digest
        self.report.shapes_changed = judged_by not in (None, self.engine.shapes.digest)
        self._count(catalog)
        statuses = catalog.statuses(self.report.run or 0, scope)
        licences = catalog.sources.licences()
        for source, vanished in sources:
            ended = SourceReport(source.label, source.name, source.root, vanished=vanished)
            for status, number in statuses.get(source.name, {}).items():
                setattr(ended, status, number)
            ended.licences = list(licences.get(source.name, ()))
            self.report.sources.append(ended)
            self._ended[source.name] = ended
        out = any({"rejected", "quarantined"} & ended.keys() for ended in statuses.values())
        others = list(displaced(catalog, scope, self._quarantined)) if why else []
        self.report.displaced = dict(Counter(each.source for each in others))
        for refused in chain(kept_out(catalog, scope) if why and out else (), others):
            for finding in refused.findings:
                self._options.found(finding)

    def _count(self, catalog: Catalog) -> None:
        """Count what resolution has found that a person may want to look at."""
        self.report.disputes = catalog.resolved.disputes()
        self.report.matched = catalog.resolved.matched_by_title()

    def record(self, builder: Builder) -> None:
        """Write down the run, in the catalog and in the provenance graph, and end the building."""
        catalog, run = builder.catalog, self.report.run or 0
        if not self._ended:
            self._count(catalog)
        for name, ended in self._ended.items():
            if name != LINKS.name:
                ended.files, ended.bytes, ended.digest = catalog.sources.extent(name)
        seconds = time.perf_counter() - self._started
        with catalog.at_once():
            catalog.runs.end(run, seconds, self.report.summary(self._following.number))
            catalog.settings.set(mapping=str(MAPPING_VERSION), tally=builder.tally.encode())
        self._following.tell(Made(catalog.iris.base, MAPPING_VERSION))
        with self.report.timed("store"):
            runs = catalog.runs.all()
            described = runs if builder.fresh else concerned(runs, run)
            describe(catalog, builder.store, builder.tally, described, fresh=builder.fresh)
            builder.store.finish()

    def commit(self) -> None:
        """Make it the generation that readers see, unless this is a dry run."""
        if self._options.dry_run:
            return
        with self.report.timed("store"):
            Outboxes(self._workspace.path).note(self._following.number, self._touched)
            self._workspace.commit(self._following)
        self.report.committed = True


def _refuse_other_mapping(catalog: Catalog) -> None:
    """Keep a graph from being made by two mappings at once.

    Raises:
        WorkspaceError: the graph was made by another than this version's.
    """
    if catalog.settings.mapping != MAPPING_VERSION:
        raise WorkspaceError(
            f"the graph was made by version {catalog.settings.mapping} of the mapping, "
            f"and this is version {MAPPING_VERSION}",
            hint="to make the graph anew, run: etl rebuild",
        )


@contextmanager
def changing(workspace: Workspace, engine: Engine, options: ChangeOptions) -> Iterator[Change]:
    """Hold a workspace for one change; it is thrown away unless it is committed.

    Raises:
        WorkspaceError: the workspace cannot be used.
    """
    migrated_from = migrate(workspace, options)
    with _building(workspace, engine, options, Workspace.current) as change:
        change.report.migrated_from = migrated_from
        yield change


@contextmanager
def mending(workspace: Workspace, engine: Engine, options: ChangeOptions) -> Iterator[Change]:
    """Hold a workspace, which may be damaged, for making its graph anew; see `changing`.

    The change begins from the newest generation whose catalog is sound.

    Raises:
        WorkspaceError: there is none.
    """
    with _building(workspace, engine, options, soundest) as change:
        yield change


@contextmanager
def _building(
    workspace: Workspace,
    engine: Engine,
    options: ChangeOptions,
    base: Callable[[Workspace], Generation | None],
) -> Iterator[Change]:
    expect_openable(workspace.path)
    expect_memory(workspace.path)
    writing = workspace.writing(options.command, options.waiting)
    with uncollected(), undisturbed(workspace), writing as following:
        for generation in workspace.abandoned:
            message = "complete but never made current, because a command was killed: deleted"
            options.found(Finding(Severity.WARNING, message, str(generation.path)))
        yield Change(workspace, following, engine, options, base(workspace))
