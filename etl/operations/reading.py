"""From sources to staged records: what is new, changed or gone since the catalog last looked."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, partial
from itertools import chain, islice
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple, NoReturn

from etl.catalog.entries import Known, Place, Staged
from etl.errors import SourceError
from etl.findings import Finding, Found, Severity
from etl.operations.reports import other_files
from etl.records import FilmRecord, Note, NoteKind, Reject
from etl.sources import SUFFIXES, Raw, format_of
from etl.sources.claims import find_claimed, told
from etl.sources.files import FoundFile, Source, Stat, opened, shown
from etl.sources.kinds import kind_of_file, tells_of_others

if TYPE_CHECKING:  # the processes that read files have no need of the database
    from etl.catalog.catalog import Catalog
    from etl.process.workers import Workers

FILES_AT_ONCE = 500
RECORDS_AT_ONCE = 500
BYTES_AT_ONCE = 4 << 20
_NOT_PLAIN = re.compile(r"[\W_]+")
LARGE = 1 << 20  # bytes of a file that is not given to one process alone


class Unread(NamedTuple):
    """A record as it was cut out of a file of some form, to be parsed."""

    path: str
    form: str
    raw: Raw


@dataclass(frozen=True, slots=True)
class Differences:
    """Tells what in the files of a source differs from what the catalog has of them.

    What is no longer there collects in `gone`, what only stands on another line in `moved`; what is
    no film is counted in `left_out`, by its kind.
    """

    source: str
    gone: list[Place] = field(default_factory=list)
    moved: list[Place] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)

    def of(self, file: FoundFile, known: Iterable[Known]) -> Iterator[Unread]:
        """Cut a file into records, and give those that are new or have changed."""
        places = {each.key: each for each in known}
        for raw in format_of(file.path, file.form).cut(file):
            if raw.left_out:
                self.left_out[raw.left_out] += 1
                continue
            old = places.pop(raw.key, None)
            if old is None or old.digest != raw.digest:
                yield Unread(file.relative, file.form, raw)
            elif old.line != raw.line:
                self.moved.append(Place(self.source, file.relative, raw.key, raw.line))
            if raw.reject and not raw.key:  # of a file that cannot be read nothing has gone
                return
        self.gone.extend(
            Place(self.source, file.relative, each.key, each.line) for each in places.values()
        )


class Work(NamedTuple):
    """Some of a source that is to be read: small files, or records cut out of a large one.

    Each file comes with what the catalog has of it.
    """

    source: Source
    files: Sequence[tuple[FoundFile, Sequence[Known]]] = ()
    records: Sequence[Unread] = ()


class Read(NamedTuple):
    """Records that differ from what the catalog has, and what was repaired in them.

    Those in `moved` only stand on another line; so many have `vanished` from their files.
    `absences` counts the records that say nothing of a field, by its key, `left_out` what is no
    film, by its kind.
    """

    staged: list[Staged]
    findings: Sequence[Finding] = ()
    vanished: int = 0
    moved: Sequence[Place] = ()
    absences: Mapping[str, int] = MappingProxyType({})
    left_out: Mapping[str, int] = MappingProxyType({})


def parse_records(engine: object, work: Work) -> Read:
    """Cut files into records, and parse those that differ; no engine is needed for that."""
    del engine
    differences = Differences(work.source.name)
    cut = (each for file, known in work.files for each in differences.of(file, known))
    staged: list[Staged] = []
    findings: list[Finding] = []
    absences = Counter[str]()
    shown_as = cache(partial(opened, work.source))
    for path, form, raw in chain(work.records, cut):
        item = _owned(format_of(path, form).read(raw), work.source, path, raw.key)
        place = Place(work.source.name, path, raw.key, raw.line)
        staged.append(Staged.read(place, raw.digest, item))
        for note in item.notes if isinstance(item, FilmRecord) else ():
            if note.kind == NoteKind.ABSENCE:
                absences[note.field] += 1
            else:
                findings.append(_told(shown_as(path), raw.line, note))
    staged.extend(map(Staged.gone, differences.gone))
    gone, moved = len(differences.gone), differences.moved
    return Read(staged, findings, gone, moved, absences, differences.left_out)


def _owned(item: FilmRecord | Reject, source: Source, path: str, key: str) -> FilmRecord | Reject:
    """Tell a film without an id by its source, its file within that, and the record's key there.

    No other record of the file has that key, so that two films of one name stay two.
    """
    if isinstance(item, Reject) or "record" not in item.identifiers:
        return item
    file = () if path == os.path.basename(source.root) else (path,)
    slug = source.slug if source.named else _NOT_PLAIN.sub("-", source.slug)
    identifiers = {**item.identifiers, "record": "-".join((slug, *file, key))}
    return replace(item, identifiers=identifiers)


def _told(path: str, line: int, note: Note) -> Finding:
    """Tell a note about a record that begins on a line of a file."""
    line += note.line - 1
    return Finding(Severity.INFO, note.message, path, line, key=note.field, kind=note.kind)


def _absent(source: Source, counts: Mapping[str, int]) -> Finding:
    """Say how many records have nothing to say of a field: they are counted, not named."""
    told = (
        f"1 record has no {key}" if count == 1 else f"{count} records have no {key}"
        for key, count in counts.items()
    )
    return Finding(Severity.INFO, "; ".join(told), shown(source.root), kind=NoteKind.ABSENCE)


@dataclass(slots=True)
class Reading:
    """One look at a source. It is used up by iterating: that reads the files.

    `scope` names what was looked at, as `Catalog.statuses` wants it; `stats` what the files
    that were read looked like, which with `rehash` is all of them. What was repaired in them goes
    to `found`. The records of the sources that it has `absorbed` are from now on its own. `others`
    counts the files of its folders that no format claims, `left_out` what is no film in those that
    were read, both by kind.
    """

    source: Source
    catalog: Catalog | None
    found: Found
    workers: Workers
    rehash: bool = False
    absorbed: Sequence[Source] = ()
    stats: list[tuple[str, Stat | None, str]] = field(default_factory=list)
    scope: list[tuple[str, str | None]] = field(default_factory=list)
    others: Counter[str] = field(default_factory=Counter)
    left_out: Counter[str] = field(default_factory=Counter)
    vanished: int = 0
    held: int = 0

    def __iter__(self) -> Iterator[Read]:
        name = self.source.name
        counts = self.catalog.sources.place_counts(name) if self.catalog else {}
        self.held = sum(counts.values())
        seen, closed = set[str](), list[str]()
        differences = Differences(name)
        absences = Counter[str]()
        work = self._work(self._differing(seen, closed), differences)
        for read in self.workers.map(parse_records, work):
            for finding in read.findings:
                self.found(finding)
            absences.update(read.absences)
            self.left_out.update(read.left_out)
            self.vanished += read.vanished
            yield read
        if absences:
            self.found(_absent(self.source, absences))
        yield Read(list(map(Staged.gone, differences.gone)), moved=differences.moved)
        self.left_out.update(differences.left_out)
        self.vanished += len(differences.gone)
        if not seen and not counts:
            self._refuse_empty()
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
            places_of = self.catalog.sources.place_counts(source.name) if self.catalog else {}
            yield Read(list(self._gone(source.name, list(places_of))))

    def _refuse_empty(self) -> NoReturn:
        others = f", but {other_files(self.others)}" if self.others else ""
        raise SourceError(
            f"{shown(self.source.root)}: no records in it{others}",
            hint=f"expected files that end in {' or '.join(SUFFIXES)}, or tables: etl columns FILE",
        )

    def _differing(self, seen: set[str], closed: list[str]) -> Iterator[FoundFile]:
        """Find the files that are not as they were when they were last read, or all of them."""
        remembered = None if self.rehash else self.catalog
        known = remembered.files.of(self.source.name) if remembered else {}
        said = set[str]()
        for found in find_claimed(self.source):
            if found.other:
                self.others[kind_of_file(found.path).name] += 1
                continue
            if found.path != self.source.root and tells_of_others(found.path):
                continue
            seen.add(found.relative)
            if found.problem:
                closed.append(found.relative + os.sep)
            if found.problem or known.get(found.relative) != (found.stat, found.form):
                if found.form and (message := told(found.form)) not in said:
                    said.add(message)
                    where = shown(found.path)
                    self.found(Finding(Severity.INFO, message, where, kind=NoteKind.FORMAT))
                yield found

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
                if size < LARGE:
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
