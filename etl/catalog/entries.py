"""What goes into the catalog and comes out of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from etl.records import FilmRecord, Origin, Reject
from etl.resolution import Member


@dataclass(frozen=True, slots=True)
class Staged:
    """A record to be kept: where it stands, and what was read there; None says it has gone."""

    source: str
    path: str
    key: str
    line: int
    digest: str
    item: FilmRecord | Reject | None


@dataclass(frozen=True, slots=True)
class Known:
    """What the catalog has for a place: its newest version's kind and digest."""

    key: str
    line: int
    kind: str
    digest: str


@dataclass(frozen=True, slots=True)
class Group:
    """The records that make one film, and the text that tells this make-up from another."""

    film: str
    inputs: str
    members: tuple[Member, ...]


@dataclass(frozen=True, slots=True)
class Reason:
    """Why the shapes refuse a film: one validation result, in words.

    `field` is the field of the record that it speaks of, `path` the property, `value` the
    offending term, `shape` the shape's IRI; each is empty where there is none.
    """

    message: str
    field: str
    path: str
    value: str
    shape: str
    focus_node: str


@dataclass(frozen=True, slots=True)
class Quarantined:
    """A record that is kept out: where it stands, its film, and the results that say why."""

    origin: Origin
    film: str
    record: FilmRecord
    reasons: tuple[Reason, ...]
    run: int


@dataclass(frozen=True, slots=True)
class Run:
    """One load as the catalog remembers it; `report` holds its counts."""

    run: int
    command: str
    started: datetime
    seconds: float
    report: dict[str, Any] = field(default_factory=dict)
