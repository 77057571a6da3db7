"""Load sources: bring catalog and graph in step with them, all or nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from etl.catalog.catalog import Catalog
from etl.errors import WorkspaceError
from etl.operations.building import Builder
from etl.operations.options import ChangeOptions
from etl.operations.parsing import Read
from etl.operations.reading import Reading, described
from etl.operations.reports import LoadReport
from etl.operations.transaction import Change, changing
from etl.process.progress import telling
from etl.process.temporary import temporary_folder
from etl.process.workers import Workers
from etl.rdf.identifiers import DEFAULT_BASE_IRI, Iris
from etl.shacl import Engine
from etl.sources.files import Source
from etl.sources.naming import remembered, sources
from etl.workspace import Workspace

READS_AT_ONCE = 50  # what they give is held in memory until it goes into the catalog's file


@dataclass(frozen=True, slots=True)
class LoadOptions(ChangeOptions):
    """How to load.

    `name` calls the source so; `strict` loads nothing if anything is kept out;
    `allow_removals` takes a mass removal for meant; `rehash` reads files too that look as they did
    when they were last read. `map` is the column map of the sources' tables from now on, as
    `Source.map` has it, and with `reviews` their owners' are read; with None they keep theirs.
    `match` is how films of several sources are matched from now on, as in `Settings.match`. A
    large load has so many `processes`
    read, map and validate beside this one; a script must then guard its main part.
    """

    name: str | None = None
    strict: bool = False
    allow_removals: bool = False
    rehash: bool = False
    base_iri: str | None = None
    map: str | None = None
    match: str | None = None
    reviews: bool | None = None
    processes: int = 0


def load(
    workspace: Workspace, arguments: Sequence[str], engine: Engine, options: LoadOptions
) -> LoadReport:
    """Bring the workspace in step with what is named, or with all that it knows.

    Raises:
        SourceError: a source cannot be read at all, or most of it has vanished.
        WorkspaceError: the workspace cannot be used.
    """
    if options.dry_run and workspace.is_new:
        with temporary_folder() as folder:
            return _load(Workspace(folder), arguments, engine, options)
    return _load(workspace, arguments, engine, options)


def _load(
    workspace: Workspace, arguments: Sequence[str], engine: Engine, options: LoadOptions
) -> LoadReport:
    with changing(workspace, engine, options) as change:
        if change.current is None:
            _Load(change, options, None).load(arguments)
        else:
            with Catalog.read(change.current.catalog) as catalog:
                _Load(change, options, catalog).load(arguments)
        report = change.report
        if report.run is not None and not (options.strict and report.kept_out):
            change.commit()
    return report


class _Load:
    """One load on its way: reads beside the current catalog, `old`, and stages into the next."""

    def __init__(self, change: Change, options: LoadOptions, old: Catalog | None) -> None:
        self._change = change
        self._options = options
        self._old = old
        known = old.sources.all() if old else []
        self._known = {source.name: source for source in known}
        self._report = change.report
        self._staged = 0
        self._iris = old.iris if old else Iris.below(options.base_iri or DEFAULT_BASE_IRI)
        if options.base_iri is not None and Iris.below(options.base_iri) != self._iris:
            raise WorkspaceError(
                f"--base-iri: the workspace's base IRI is {self._iris.base}",
                hint="load into a new --workspace to use another",
            )

    def load(self, arguments: Sequence[str]) -> None:
        """Read, and build the next generation if anything is new."""
        known, options = self._old.sources.standing() if self._old else [], self._options
        named = sources(arguments, options.name, known, options.map) if arguments else None
        if named and options.reviews is not None:
            named = [replace(source, reviews=options.reviews) for source in named]
        current = [
            described(each, self._known.get(each.name), options.found)
            for each in (remembered(known) if named is None else named)
        ]
        with (
            telling(options.progress),
            Workers(options.processes, self._change.engine) as workers,
        ):
            readings = [
                Reading(
                    source=source,
                    catalog=self._old,
                    found=options.found,
                    workers=workers,
                    rehash=options.rehash,
                    memory_bytes=options.memory_bytes,
                    absorbed=_absorbed(source, known),
                )
                for source in current
            ]
            reads = (read for reading in readings for read in reading if read.tells)
            with self._report.timed("read"):
                first = next(reads, None)
            news = self._redescribed(readings) or self._brings_settings()
            news = news or self._refreshed(readings)
            if first is None and self._old and not news:
                self._finish(self._old, readings)
                return
            with self._change.building(self._iris) as builder:
                if options.match:
                    builder.catalog.settings.set(match=options.match)
                self._stage(builder, first, reads)
                self._guard(readings)
                self._keep(builder.catalog, readings)
                builder.build(workers)
                self._finish(builder.catalog, readings)
                self._change.record(builder)

    def _redescribed(self, readings: Iterable[Reading]) -> bool:
        """Say whether a source that is known says something else of itself, or has another map."""
        return any(
            (old.description, old.map, old.reviews) != (new.description, new.map, new.reviews)
            for new in (reading.source for reading in readings)
            if (old := self._known.get(new.name))
        )

    def _refreshed(self, readings: Iterable[Reading]) -> bool:
        """Say whether a source that was too old to be kept has files that were written anew."""
        read = {reading.source.name: reading.stats for reading in readings if reading.stats}
        if self._old is None or not read:
            return False
        files = self._old.files
        known = {name: files.of(name) for name, *_ in files.outdated() if name in read}
        return any(
            known[name].get(path) != (stat, form)
            for name in known
            for path, stat, form in read[name]
        )

    def _brings_settings(self) -> bool:
        """Say whether there is something to remember that the workspace does not know."""
        if self._old is None:
            return False
        own, match, known = self._options.own_shapes, self._options.match, self._old.settings
        return own not in (None, known.own_shapes) or match not in (None, known.match)

    def _stage(self, builder: Builder, read: Read | None, rest: Iterator[Read]) -> None:
        while read:
            with builder.catalog.at_once():
                read = self._stage_some(builder, read, rest)

    def _stage_some(self, builder: Builder, read: Read, rest: Iterator[Read]) -> Read | None:
        """Stage what was read, and some of the rest; give what comes after that."""
        following: Read | None = read
        for _ in range(READS_AT_ONCE):
            if following is None:
                break
            self._stage_one(builder, following)
            with self._report.timed("read"):
                following = next(rest, None)
        return following

    def _stage_one(self, builder: Builder, read: Read) -> None:
        with self._report.timed("catalog"):
            builder.catalog.stage(self._report.run or 0, read.staged)
            builder.catalog.move(read.moved)
            builder.catalog.relocate(read.relocated)
        self._staged += len(read.staged)
        self._options.progress("records", self._staged, None)

    def _guard(self, readings: Iterable[Reading]) -> None:
        if not self._options.allow_removals:
            for reading in readings:
                if reading.vanished:
                    reading.refuse_mass_removal()

    def _keep(self, catalog: Catalog, readings: Iterable[Reading]) -> None:
        with catalog.at_once():
            for reading in readings:
                catalog.sources.keep(reading.source)
                catalog.files.keep(self._report.run or 0, reading.source.name, reading.stats)
                for source in reading.absorbed:
                    catalog.files.forget(source.name)

    def _finish(self, catalog: Catalog, readings: Sequence[Reading]) -> None:
        ended = [(reading.source, reading.vanished) for reading in readings]
        scope = {item for reading in readings for item in reading.scope}
        self._change.account(catalog, ended, scope)
        for reading, report in zip(readings, self._report.sources, strict=True):
            report.other_files = dict(reading.others)
            report.left_out = dict(reading.left_out)
            report.unread = dict(reading.unread)


def _absorbed(source: Source, known: Sequence[Source]) -> list[Source]:
    """List the sources without a name of their own that lie inside a whole source."""
    if not source.whole:
        return []
    return [other for other in known if not other.named and source.holds(other.root)]
