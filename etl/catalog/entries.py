"""What goes into the catalog and comes out of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple, Self

from etl.facts import in_line
from etl.records import FilmRecord, Heading, LinkRecord, Origin, Reason, Reject, digest_of, encode


class Staged(NamedTuple):
    """What was read at a place, as the catalog keeps it: a row of `versions`.

    `kind` is film, link, fact (what Wikidata states of a film), reject or gone. `names` has the
    people of a film, a line each, `name_ids` their IMDb ids, or None where it gives none, and
    `name_facts` what it says of them, or None likewise, `name_keys` by what the source tells them
    from namesakes. `body` is the record as JSON. The `identifiers` are rows of a table of their
    own.
    """

    source: str
    path: str
    key: str
    line: int
    kind: str
    digest: str
    names: str | None = None
    name_ids: str | None = None
    body: str | None = None
    name_facts: str | None = None
    name_keys: str | None = None
    identifiers: tuple[tuple[str, str], ...] = ()

    @classmethod
    def read(cls, place: Place, digest: str, item: FilmRecord | Reject) -> Self:
        """Stage the record read at a place."""
        if isinstance(item, Reject):
            return cls(*place, "reject", digest, body=encode(item))
        return cls._of(place, "film", digest, item)

    @classmethod
    def linked(cls, place: Place, record: LinkRecord) -> Self:
        """Stage a link record at a place."""
        return cls._of(place, "link", digest_of(record), record)

    @classmethod
    def stated(cls, place: Place, record: FilmRecord) -> Self:
        """Stage at a place what Wikidata states of a film."""
        return cls._of(place, "fact", digest_of(record), record)

    @classmethod
    def _of(cls, place: Place, kind: str, digest: str, item: FilmRecord | LinkRecord) -> Self:
        people: dict[tuple[str, str | None, str], tuple[tuple[str, str], ...]] = {}
        for credit in item.credits:
            who = credit.name, credit.imdb_id, credit.key
            people[who] = people.get(who) or credit.facts
        facts = people.values()
        return cls(
            *place,
            kind,
            digest,
            names="\n".join(name for name, *_ in people),
            name_ids=_lines(i or "" for _, i, _ in people),
            body=encode(item),
            name_facts=_lines(map(in_line, facts)),
            name_keys=_lines(key for *_, key in people),
            identifiers=tuple(item.identifiers.items()),
        )

    @classmethod
    def gone(cls, place: Place) -> Self:
        """Stage that the record of a place is gone."""
        return cls(*place, "gone", "")


def _lines(texts: Iterable[str]) -> str | None:
    """Write texts, a line each; None where none says anything."""
    lines = list(texts)
    return "\n".join(lines) if any(lines) else None


class Place(NamedTuple):
    """Where a record stands: source, path within it, key within the file, its first line."""

    source: str
    path: str
    key: str
    line: int


class Known(NamedTuple):
    """What the catalog has for a place: its newest version's kind and digest."""

    key: str
    line: int
    kind: str
    digest: str


class Extent(NamedTuple):
    """How much a source says: its files, their bytes, and a digest of its records."""

    files: int
    bytes: int
    digest: str


class Holding(NamedTuple):
    """The files of one kind that a source has: their form and suffix, their records and films.

    `kept_out` counts the records that are rejected or quarantined.
    """

    source: str
    form: str
    suffix: str
    files: int
    records: int
    films: int
    kept_out: int


@dataclass(frozen=True, slots=True)
class Quarantined:
    """A record that is kept out: where it stands, its film, and the results that say why."""

    origin: Origin
    film: str
    heading: Heading
    reasons: tuple[Reason, ...]
    run: int
    version: int


class TakenBack(NamedTuple):
    """A file in which other records stand now that a run is undone, and how many no longer do."""

    source: str
    path: str
    vanished: int


@dataclass(frozen=True, slots=True)
class Run:
    """One change as the catalog remembers it; `report` holds its counts.

    `undoes` is the run that it took back, `undone_by` the run that has taken it back; `software`
    is the version of the program that did it, or "unknown" where that was not written down.
    """

    run: int
    command: str
    started: datetime
    seconds: float
    report: dict[str, Any] = field(default_factory=dict)
    undoes: int | None = None
    undone_by: int | None = None
    software: str = "unknown"

    @property
    def changed_graph(self) -> bool:
        """Return whether anything in the graph has changed by it."""
        counts = [*self.report.get("films", {}).values(), *self.report.get("people", {}).values()]
        return any(counts) or bool(self.report.get("redirects"))

    @property
    def verb(self) -> str:
        """Return the command without its arguments, which may contain paths of the disk."""
        words = self.command.split()
        return words[1] if words[0] == "etl" and len(words) > 1 else words[0]
