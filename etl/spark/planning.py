"""Which files a load on Spark reads, and how the reading is divided among tasks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from etl.findings import Finding, Severity
from etl.operations.parsing import Work
from etl.operations.reading import refuse_empty
from etl.records import NoteKind
from etl.sources.claims import find_claimed, told
from etl.sources.decoding import wide_encoding
from etl.sources.files import FoundFile, Source, opened
from etl.sources.formats import format_of
from etl.sources.jsonlines import cut
from etl.sources.kinds import kind_of_file, tells_of_others
from etl.sources.packed import Unpacking
from etl.spark.elsewhere import NOTHING_ELSEWHERE, Outline

SPLIT_BYTES = 64 << 20
"""A file of JSON Lines of so many bytes is cut into several pieces."""

_BEGINNING = 100  # bytes that tell the encoding
_FILES_AT_ONCE = 500
_BYTES_AT_ONCE = 4 << 20


@dataclass(slots=True)
class ReadingPlan:
    """What is to be read: pieces of work, and large files of JSON Lines by their paths or URIs.

    The files of pieces `elsewhere` are brought to the tasks by Spark, from where `outline` says.
    `others` counts the files that no format claims, by source and kind, `forms` has how tables are
    read, by source and path; `stamp` tells these files from those of another time.
    """

    pieces: list[Work] = field(default_factory=list)
    elsewhere: list[Work] = field(default_factory=list)
    lines: dict[str, tuple[Source, FoundFile]] = field(default_factory=dict)
    others: dict[str, Counter[str]] = field(default_factory=dict)
    recognised: list[Finding] = field(default_factory=list)
    forms: dict[tuple[str, str], str] = field(default_factory=dict)
    stamp: list[tuple[str, str, int, int]] = field(default_factory=list)
    outline: Outline = NOTHING_ELSEWHERE


def planned(
    sources: Sequence[Source],
    memory_bytes: int,
    split_bytes: int = SPLIT_BYTES,
    outline: Outline = NOTHING_ELSEWHERE,
) -> ReadingPlan:
    """Look for the files of sources, and divide the reading of them.

    Raises:
        SourceError: a source has no file with records.
    """
    plan = ReadingPlan(outline=outline)
    for source in sources:
        shown = outline.shown(source)
        pieces = plan.pieces if shown is source else plan.elsewhere
        own = replace(shown, paths=(), complete=frozenset())
        some, taken, archives, said = list[FoundFile](), 0, set[str](), set[str]()
        others = plan.others[shown.name] = Counter()
        with Unpacking() as unpacking:
            for found in find_claimed(source, unpacking):
                if found.other:
                    others[kind_of_file(found.path).name] += 1
                    continue
                if found.path != source.root and tells_of_others(found.path):
                    continue
                size, mtime = (found.stat.size, found.stat.mtime_ns) if found.stat else (0, 0)
                if found.form:
                    plan.forms[shown.name, found.relative] = found.form
                plan.stamp.append((shown.name, found.relative + found.form, size, mtime))
                if found.form and (message := told(found.form)) not in said:
                    said.add(message)
                    where = opened(shown, found.relative)
                    note = Finding(Severity.INFO, message, where, kind=NoteKind.FORMAT)
                    plan.recognised.append(note)
                if found.archive:
                    archives.add(found.archive)
                elif size >= split_bytes and _is_lines(found):
                    plan.lines[outline.uris.get(found.path, found.path)] = own, found
                else:
                    some.append(replace(found, memory_bytes=memory_bytes))
                    taken += size
                if taken >= _BYTES_AT_ONCE or len(some) >= _FILES_AT_ONCE:
                    pieces.append(Work(own, [(each, ()) for each in some]))
                    some, taken = [], 0
        if not any(name == shown.name for name, *_ in plan.stamp):
            refuse_empty(shown, others)
        if some:
            pieces.append(Work(own, [(each, ()) for each in some]))
        pieces += [Work(replace(own, paths=(each,))) for each in sorted(archives)]
    return plan


def _is_lines(found: FoundFile) -> bool:
    """Return whether a file is JSON Lines that may be cut anywhere between two."""
    if found.problem or found.path.endswith(".gz"):
        return False
    with open(found.path, "rb") as file:
        is_wide = bool(wide_encoding(file.read(_BEGINNING)))
    return format_of(found.path, found.form).cut is cut and not is_wide
