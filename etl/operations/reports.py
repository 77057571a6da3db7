"""What a run did, in numbers and places: made by operations, written out by `cli`."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from typing import Any

from etl.sources.licences import terms
from etl.sources.notes import listed


@dataclass(slots=True)
class Diff:
    """How many entities of one kind a run added, changed and removed."""

    added: int = 0
    changed: int = 0
    removed: int = 0

    def __bool__(self) -> bool:
        return bool(self.added or self.changed or self.removed)


@dataclass(slots=True)
class GraphDiff:
    """How much of a graph a run added, changed and removed: films, people, redirects.

    `redirects` counts the IRIs that have been replaced by others than before, or are no longer.
    """

    films: Diff = field(default_factory=Diff)
    people: Diff = field(default_factory=Diff)
    redirects: int = 0

    def __bool__(self) -> bool:
        return bool(self.films or self.people or self.redirects)


def other_files(counts: Mapping[str, int]) -> str:
    """Say how many files no format claims: `3 files of other kinds: 2 CSV, 1 PNG`."""
    number = sum(counts.values())
    files = "1 file of another kind" if number == 1 else f"{number} files of other kinds"
    kinds = sorted(counts.items(), key=lambda each: (-each[1], each[0]))
    return f"{files}: {', '.join(f'{count} {name}' for name, count in kinds)}"


@dataclass(slots=True)
class SourceReport:
    """How the records of one source ended: each of those read in exactly one way.

    `label` is what people call the source, `source` what the catalog knows it by, `path` where
    it lies. `files`, `bytes` and `digest` are of all that the source says after the run, whether
    it was read now or before: the digest is made of those of its records, in order of place.
    `other_files` counts the files in its folders that no format claims, by kind, and
    `left_out` what is no film in the files that were read now, and what only `--reviews` reads,
    `unread` what their records say and the graph has no place for, by key. `licences` are the IRIs
    of those of all of it.
    """

    label: str
    source: str
    path: str = ""
    files: int = 0
    bytes: int = 0
    digest: str = ""
    loaded: int = 0
    unchanged: int = 0
    superseded: int = 0
    rejected: int = 0
    quarantined: int = 0
    vanished: int = 0
    other_files: dict[str, int] = field(default_factory=dict)
    left_out: dict[str, int] = field(default_factory=dict)
    unread: dict[str, int] = field(default_factory=dict)
    licences: list[str] = field(default_factory=list)

    @property
    def no_films(self) -> str:
        """Say how much was left out that is no film; empty if nothing was."""
        kinds = sorted(self.left_out.items(), key=lambda each: (-each[1], each[0]))
        return ", ".join(f"{count} {kind}" for kind, count in kinds)

    @property
    def no_place(self) -> str:
        """Say what the graph has no place for, the most frequent first; empty if nothing."""
        keys = sorted(self.unread.items(), key=lambda each: (-each[1], each[0]))
        return listed([f"{count} {key}" for key, count in keys])

    @property
    def terms(self) -> str:
        """Say what its licences ask that not everybody can do; empty if nothing."""
        return ", ".join(terms(self.licences))

    @property
    def others(self) -> str:
        """Say how many files no format claims; empty if there are none."""
        return other_files(self.other_files) if self.other_files else ""

    @property
    def read(self) -> int:
        """Count the records that were read."""
        ended = self.loaded + self.unchanged + self.superseded
        return ended + self.rejected + self.quarantined

    @property
    def kept_out(self) -> int:
        """Count the records that are not in the graph because something is wrong with them."""
        return self.rejected + self.quarantined


@dataclass(slots=True)
class LoadReport:
    """What a load did, or would have done. `run` is None when nothing was written.

    `migrated_from` is the version that the workspace's catalog had, where that was not ours;
    `lost` says that runs were lost with a damaged catalog. With `shapes_changed`, part of the
    graph was judged by other shapes than today's. `disputes` counts the ids of films, and the
    films, of which records contradict each other, `matched` the films that are one with another by
    title and year alone, `displaced` the records of other sources than those that were read that
    are kept out from now on, by the source's label.
    """

    run: int | None = None
    migrated_from: int | None = None
    lost: bool = False
    committed: bool = False
    shapes_changed: bool = False
    disputes: int = 0
    matched: int = 0
    sources: list[SourceReport] = field(default_factory=list)
    displaced: dict[str, int] = field(default_factory=dict)
    graph: GraphDiff = field(default_factory=GraphDiff)
    seconds: dict[str, float] = field(default_factory=dict)

    @property
    def films(self) -> Diff:
        """Return how many films were added, changed and removed."""
        return self.graph.films

    @property
    def people(self) -> Diff:
        """Return how many people were added, changed and removed."""
        return self.graph.people

    @property
    def kept_out(self) -> int:
        """Count the records of the named sources that are not in the graph, and the displaced."""
        return sum(source.kept_out for source in self.sources) + sum(self.displaced.values())

    @contextmanager
    def timed(self, part: str) -> Iterator[None]:
        """Add the time that a part of the work takes to `seconds`."""
        start = time.perf_counter()
        try:
            yield
        finally:
            self.add_time(part, time.perf_counter() - start)

    def add_time(self, part: str, seconds: float) -> None:
        """Add time that a part of the work has taken, here or in another process."""
        self.seconds[part] = self.seconds.get(part, 0.0) + seconds

    def summary(self, generation: int) -> dict[str, Any]:
        """Return what the catalog keeps of it, with the generation that it makes."""
        return {
            "generation": generation,
            "sources": [asdict(source) for source in self.sources],
            **asdict(self.graph),
        }
