"""From sources to staged records: what is new, changed or gone since the catalog last looked."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import TYPE_CHECKING, NoReturn

from etl.catalog.entries import Known, Place, Staged
from etl.errors import SourceError
from etl.findings import Finding, Found, Severity
from etl.operations.parsing import Differences, Read, Work, parse_records
from etl.operations.reports import other_files
from etl.records import NoteKind, Reject
from etl.sources.claims import find_claimed, told
from etl.sources.description import UNDESCRIBED, description_of, read_description
from etl.sources.files import FoundFile, Source, Stat, opened, shown
from etl.sources.formats import SUFFIXES
from etl.sources.kinds import kind_of_file, tells_of_others
from etl.sources.packed import Unpacking

if TYPE_CHECKING:  # the processes that read files have no need of the database
    from etl.catalog.catalog import Catalog
    from etl.process.workers import Workers

FILES_AT_ONCE = 500
RECORDS_AT_ONCE = 500
BYTES_AT_ONCE = 4 << 20
LARGE = 1 << 20  # bytes of a file that is not given to one process alone


def absent(source: Source, counts: Mapping[str, int]) -> Finding:
    """Say how many records have nothing to say of a field: they are counted, not named."""
    told = (
        f"1 record has no {key}" if count == 1 else f"{count} records have no {key}"
        for key, count in counts.items()
    )
    return Finding(Severity.INFO, "; ".join(told), shown(source.root), kind=NoteKind.ABSENCE)


def refuse_empty(source: Source, others: Mapping[str, int]) -> NoReturn:
    """Refuse a source that has no file with records; `others` counts its files, by kind.

    Raises:
        SourceError: always.
    """
    told = f", but {other_files(others)}" if others else ""
    raise SourceError(
        f"{shown(source.root)}: no records in it{told}",
        hint=f"expected files that end in {' or '.join(SUFFIXES)}, or tables: etl columns FILE",
    )


def described(source: Source, old: Source | None, found: Found) -> Source:
    """Give a source with what it says of itself; if that cannot be read, with what it said."""
    path = description_of(source.root)
    told = read_description(path)
    if isinstance(told, Reject):
        found(Finding(Severity.WARNING, told.message, shown(path), told.line))
        told = old.description if old else UNDESCRIBED
    return replace(source, description=told)


def _taken_in(inner: Source, outer: Source) -> Finding:
    """Say that a source is now a part of another, and that its column map is not used there."""
    message = f"takes in the source {inner.label}, whose files lie in it"
    if inner.map in ("", outer.map):
        return Finding(Severity.INFO, message, shown(outer.root))
    message += "; its tables are read without the column map that it had: give that by --columns"
    return Finding(Severity.WARNING, message, shown(outer.root))


@dataclass(slots=True)
class Reading:
    """One look at a source. It is used up by iterating: that reads the files.

    `scope` names what was looked at, as `Catalog.statuses` wants it; `stats` what the files
    that were read looked like, which with `rehash` is all of them. What was repaired in them goes
    to `found`. The records of the sources that it has `absorbed` are from now on its own. `others`
    counts the files of its folders that no format claims, `left_out` what is no film in those that
    were read, `unread` what the graph has no place for, by kind and key; `lists` tells each.
    """

    source: Source
    catalog: Catalog | None
    found: Found
    workers: Workers
    rehash: bool = False
    memory_bytes: int = 0
    absorbed: Sequence[Source] = ()
    stats: list[tuple[str, Stat | None, str]] = field(default_factory=list)
    scope: list[tuple[str, str | None]] = field(default_factory=list)
    others: Counter[str] = field(default_factory=Counter)
    left_out: Counter[str] = field(default_factory=Counter)
    unread: Counter[str] = field(default_factory=Counter)
    lists: bool = False
    vanished: int = 0
    held: int = 0

    def __iter__(self) -> Iterator[Read]:
        name = self.source.name
        counts = self.catalog.sources.place_counts(name) if self.catalog else {}
        self.held = sum(counts.values())
        seen, closed = set[str](), list[str]()
        differences = Differences(name)
        absences = Counter[str]()
        with Unpacking() as unpacking:
            work = self._work(self._differing(seen, closed, unpacking), differences)
            for read in self.workers.map(parse_records, work):
                for finding in read.findings:
                    if finding.kind == NoteKind.UNREAD:
                        self.unread[finding.key] += 1
                    if finding.kind != NoteKind.UNREAD or self.lists:
                        self.found(finding)
                absences.update(read.absences)
                self.left_out.update(read.left_out)
                self.vanished += read.vanished
                yield read
        if absences:
            self.found(absent(self.source, absences))
        yield Read(list(map(Staged.gone, differences.gone)), moved=differences.moved)
        self.left_out.update(differences.left_out)
        self.vanished += len(differences.gone)
        if not seen and not counts:
            refuse_empty(self.source, self.others)
        gone = [
            path
            for path in counts
            if path not in seen and self.source.speaks_for(path) and not _below(path, closed)
        ]
        self.vanished += sum(counts[path] for path in gone)
        self.stats.extend((path, None, "") for path in gone)
        looked_at = [None] if self.source.whole else sorted(seen)
        self.scope.extend((name, path) for path in looked_at)
        yield Read(list(self._gone(name, gone)))
        for source in self.absorbed:
            self.found(_taken_in(source, self.source))
            places_of = self.catalog.sources.place_counts(source.name) if self.catalog else {}
            yield Read(list(self._gone(source.name, list(places_of))))

    def _differing(
        self, seen: set[str], closed: list[str], unpacking: Unpacking
    ) -> Iterator[FoundFile]:
        """Find the files that are not as they were when they were last read, or all of them."""
        known = self.catalog.files.of(self.source.name) if self.catalog else {}
        said = set[str]()
        for found in find_claimed(self.source, unpacking, known, rehash=self.rehash):
            if found.other:
                self.others[kind_of_file(found.path).name] += 1
                continue
            if found.path != self.source.root and tells_of_others(found.path):
                continue
            seen.add(found.relative)
            if found.problem:
                closed.append(found.relative + os.sep if found.path != self.source.root else "")
            is_known = known.get(found.relative) == (found.stat, found.form)
            if found.problem or self.rehash or not is_known:
                if found.form and (message := told(found.form)) not in said:
                    said.add(message)
                    where = opened(self.source, found.relative)
                    self.found(Finding(Severity.INFO, message, where, kind=NoteKind.FORMAT))
                yield replace(found, memory_bytes=self.memory_bytes)

    def _known(self, source: str, paths: Sequence[str]) -> dict[str, list[Known]]:
        return self.catalog.sources.known(source, paths) if self.catalog else {}

    def _work(self, differing: Iterator[FoundFile], differences: Differences) -> Iterator[Work]:
        """Yield what is to be read. Large files are cut here, as `differences` tells."""
        source = replace(self.source, paths=(), complete=frozenset())  # other processes get it
        while files := list(islice(differing, FILES_AT_ONCE)):
            self.stats.extend((found.relative, found.stat, found.form) for found in files)
            known = self._known(self.source.name, [found.relative for found in files])
            some, taken = list[tuple[FoundFile, Sequence[Known]]](), 0
            for found in files:
                size, held = found.stat.size if found.stat else 0, known.get(found.relative, ())
                if size < LARGE and not found.joined:
                    some.append((found, held))
                    taken += size
                else:
                    unread = differences.of(found, held)
                    while records := list(islice(unread, RECORDS_AT_ONCE)):
                        yield Work(source, records=records)
                if taken >= BYTES_AT_ONCE:
                    yield Work(source, some)
                    some, taken = [], 0
            if some:
                yield Work(source, some)

    def _gone(self, source: str, paths: Sequence[str]) -> Iterator[Staged]:
        for path, places in self._known(source, paths).items():
            for known in places:
                yield Staged.gone(Place(source, path, known.key, known.line))

    def refuse_mass_removal(self) -> None:
        """Stop when more than half of what the source held has vanished.

        Raises:
            SourceError: it has.
        """
        if self.vanished * 2 > self.held:
            raise SourceError(
                f"{shown(self.source.root)}: {self.vanished} of {self.held} records have vanished",
                hint="check that the folder is the right one; to remove the records, "
                "load with --allow-removals",
            )


def _below(path: str, folders: list[str]) -> bool:
    return any(path.startswith(folder) for folder in folders)
