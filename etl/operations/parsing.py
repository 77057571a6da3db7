"""Parse what has been cut out of files, in this process or in one beside it."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, partial
from itertools import chain
from types import MappingProxyType
from typing import NamedTuple

from etl.catalog.entries import Known, Place, Staged
from etl.findings import Finding, Severity
from etl.records import Credit, FilmRecord, Note, NoteKind, Reject, Review
from etl.sources.files import FoundFile, Source, beside, opened
from etl.sources.formats import format_of
from etl.sources.raw import Raw, says_the_same


class Unread(NamedTuple):
    """A record as it was cut out of a file of some form, to be parsed."""

    path: str
    form: str
    raw: Raw
    moved: bool = False  # what it says is known, but not where all of it stands


@dataclass(frozen=True, slots=True)
class Differences:
    """Tells what in the files of a source differs from what the catalog has of them.

    What is no longer there collects in `gone`, what only stands on another line in `moved`; what is
    no film is counted in `left_out`, by its kind. Where a file that is joined cannot be read, films
    that the catalog knows stay as they are: nobody can tell what it would say of them.
    """

    source: str
    gone: list[Place] = field(default_factory=list)
    moved: list[Place] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)

    def of(self, file: FoundFile, known: Iterable[Known]) -> Iterator[Unread]:
        """Cut a file into records, and give those that are new or have changed."""
        places, is_partial = {each.key: each for each in known}, False
        for raw in format_of(file.path, file.form).cut(file):
            if raw.left_out:
                self.left_out[raw.left_out] += 1
                continue
            old = places.pop(raw.key, None)
            if is_partial and old is not None and old.kind != "reject":
                continue
            if old is None or old.digest != raw.digest:
                moved = old is not None and says_the_same(old.digest, raw.digest)
                yield Unread(file.relative, file.form, raw, moved)
            elif old.line != raw.line:
                self.moved.append(Place(self.source, file.relative, raw.key, raw.line))
            if raw.reject and not raw.key:  # of a file that cannot be read nothing has gone
                return
            is_partial |= raw.reject is not None and raw.key == raw.reject.file
        if is_partial:
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

    Those in `moved` only stand on another line, and those `relocated` are joined to rows that do;
    so many have `vanished` from their files. `absences` counts the records that say nothing of a
    field, by its key, `left_out` what is no film, by its kind. `source` names their source.
    """

    staged: list[Staged]
    findings: Sequence[Finding] = ()
    vanished: int = 0
    moved: Sequence[Place] = ()
    absences: Mapping[str, int] = MappingProxyType({})
    left_out: Mapping[str, int] = MappingProxyType({})
    relocated: Sequence[Staged] = ()
    source: str = ""

    @property
    def tells(self) -> bool:
        """Return whether the catalog has anything to write down of it."""
        return bool(self.staged or self.moved or self.relocated)


def parse_records(_: object, work: Work, named: Callable[[Source, str], str] = opened) -> Read:
    """Cut files into records, and parse those that differ; no engine is needed for that.

    Findings name files as a person can open them from here, or as `named` does.
    """
    differences = Differences(work.source.name)
    cut = (each for file, known in work.files for each in differences.of(file, known))
    staged, relocated = list[Staged](), list[Staged]()
    findings: list[Finding] = []
    absences = Counter[str]()
    shown_as = cache(partial(named, work.source))
    for path, form, raw, moved in chain(work.records, cut):
        read_as = format_of(path, form)
        item = _owned(read_as.read(raw), work.source, "" if read_as.same else path, raw.key)
        place = Place(work.source.name, path, raw.key, raw.line)
        (relocated if moved else staged).append(Staged.read(place, raw.digest, item))
        if moved:
            continue
        for note in item.notes if isinstance(item, FilmRecord) else ():
            if note.kind == NoteKind.ABSENCE:
                absences[note.field] += 1
            else:
                findings.append(_told(shown_as(path), raw.line, note))
    staged.extend(map(Staged.gone, differences.gone))
    gone, left_out = len(differences.gone), differences.left_out
    counts = absences, left_out
    name = work.source.name
    return Read(staged, findings, gone, differences.moved, *counts, relocated, name)


def _owned(item: FilmRecord | Reject, source: Source, path: str, key: str) -> FilmRecord | Reject:
    """Say whose reviews these are; tell a film without an id by its source, its file and its key.

    No other record of the file has that key, so that two films of one name stay two. Without a
    path, the key is that of the film itself.
    """
    if isinstance(item, Reject):
        return item
    if item.reviews:
        whose = (source.slug, source.label)
        item = replace(item, reviews=tuple(Review(*each[:-2], *whose) for each in item.reviews))
    if any(credit.key.startswith("key-") for credit in item.credits):
        item = _with_keys_of(source, item)
    if "record" not in item.identifiers:
        return item
    key = key if path else item.identifiers["record"]
    file = () if path in ("", os.path.basename(source.root)) else (path,)
    identifiers = {**item.identifiers, "record": "-".join((source.plain_slug, *file, key))}
    return replace(item, identifiers=identifiers)


def _with_keys_of(source: Source, item: FilmRecord) -> FilmRecord:
    """Say by which source people have the keys that are its own."""
    keys = {each.key for each in item.credits if each.key.startswith("key-")}
    owned = {key: f"key-{source.plain_slug}-{key.removeprefix('key-')}" for key in keys}

    def named(people: tuple[Credit, ...]) -> tuple[Credit, ...]:
        return tuple(each._replace(key=owned.get(each.key, each.key)) for each in people)

    crew = {role: named(people) for role, people in item.crew.items()}
    rows = {
        field: {owned.get(value, value): line for value, line in lines.items()}
        for field, lines in item.rows.items()
    }
    directors, actors = named(item.directors), named(item.actors)
    return replace(item, directors=directors, actors=actors, crew=crew, rows=rows)


def _told(path: str, line: int, note: Note) -> Finding:
    """Tell a note about a record that begins on a line of a file."""
    line = note.line if note.file else line + note.line - 1
    path = beside(path, note.file)
    return Finding(Severity.INFO, note.message, path, line, key=note.field, kind=note.kind)
