"""From sources to staged records: what is new, changed or gone since the catalog last looked."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from etl.catalog import Catalog, Staged
from etl.errors import SourceError
from etl.pipeline.reports import Finding, Found, Severity
from etl.records import FilmRecord, Reject
from etl.sources import SUFFIXES, format_of, raw_records
from etl.sources.files import Found as File
from etl.sources.files import Source, Stat, find, shown


@dataclass(slots=True)
class Reading:
    """One look at a source. It is used up by iterating: that reads the files.

    `scope` names what was looked at, as `Catalog.statuses` wants it; `stats` what the files
    that were read looked like. What was repaired in them goes to `found`. The records of the
    sources that it has `absorbed` are from now on its own.
    """

    source: Source
    catalog: Catalog | None
    found: Found
    absorbed: Sequence[Source] = ()
    stats: list[tuple[str, Stat | None]] = field(default_factory=list)
    scope: list[tuple[str, str | None]] = field(default_factory=list)
    vanished: int = 0
    held: int = 0

    def __iter__(self) -> Iterator[Staged]:
        name = self.source.name
        known = self.catalog.files(name) if self.catalog else {}
        counts = self.catalog.place_counts(name) if self.catalog else {}
        self.held = sum(counts.values())
        seen, closed = set[str](), list[str]()
        for found in find(self.source, SUFFIXES):
            seen.add(found.relative)
            if found.problem:
                closed.append(found.relative + os.sep)
            if found.problem or known.get(found.relative) != found.stat:
                yield from self._file(found, read_before=found.relative in counts)
        if not seen and not counts:
            raise SourceError(
                f"{shown(self.source.root)}: no records in it",
                hint=f"expected files that end in {' or '.join(SUFFIXES)}",
            )
        if self.source.whole:
            self.scope.append((name, None))
            gone = [path for path in counts if path not in seen and not _below(path, closed)]
            yield from self._gone(name, gone)
            self.stats.extend((path, None) for path in gone)
            self.vanished = sum(counts[path] for path in gone)
            for source in self.absorbed:
                places = self.catalog.place_counts(source.name) if self.catalog else {}
                yield from self._gone(source.name, places)
        else:
            self.scope.extend((name, path) for path in sorted(seen))

    def _file(self, found: File, *, read_before: bool) -> Iterator[Staged]:
        """Read one file; give what differs from what the catalog has for it."""
        name, path = self.source.name, found.relative
        known = {}
        if read_before and self.catalog:
            known = {place.key: place for place in self.catalog.known(name, path)}
        form = format_of(found.path)
        self.stats.append((path, found.stat))
        for raw in raw_records(found):
            old = known.pop("", None)
            if old is None or old.digest != raw.digest:
                item = raw.parse(form)
                self._note(path, raw.line, item)
                yield Staged(name, path, "", raw.line, raw.digest, item)
        for place in known.values():
            yield Staged(name, path, place.key, place.line, "", None)

    def _note(self, path: str, line: int, item: FilmRecord | Reject) -> None:
        if isinstance(item, FilmRecord):
            for note in item.notes:
                place = f"{opened(self.source, path)}:{line + note.line - 1}"
                self.found(Finding(Severity.INFO, place, f"{note.field}: {note.message}"))

    def _gone(self, source: str, paths: Iterable[str]) -> Iterator[Staged]:
        if not self.catalog:
            return
        for path in paths:
            for place in self.catalog.known(source, path):
                yield Staged(source, path, place.key, place.line, "", None)

    def refuse_mass_removal(self) -> None:
        """Stop when more than half of what the source held has vanished.

        Raises:
            SourceError: it has.
        """
        if self.vanished * 2 > self.held:
            raise SourceError(
                f"{shown(self.source.root)}: {self.vanished} of {self.held} records have vanished",
                hint="is the right folder there? To take them out of the graph, "
                "load with --allow-removals",
            )


def _below(path: str, folders: list[str]) -> bool:
    return any(path.startswith(folder) for folder in folders)


def opened(source: Source, path: str) -> str:
    """Turn a path within a source into one that a person can open from here."""
    root = source.root
    inside = root if os.path.basename(root) == path else os.path.join(root, path)
    return shown(inside)
