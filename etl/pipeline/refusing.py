"""What is kept out of the graph, and why: the rejects and the quarantine, put into words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from etl.catalog.catalog import Catalog
from etl.catalog.entries import Reason
from etl.pipeline.reading import opened
from etl.pipeline.reports import Finding, Severity
from etl.records import FilmRecord, Reject
from etl.sources import format_of


@dataclass(frozen=True, slots=True)
class KeptOut:
    """A record that is kept out: `kind` says whether it could not be read or does not conform.

    `shapes` are the IRIs of the shapes that it violates.
    """

    kind: str
    source: str
    film: str
    title: str
    findings: tuple[Finding, ...]
    shapes: tuple[str, ...] = ()


Scope = set[tuple[str, str | None]]
"""Sources, and files of them: a path of None means the whole source."""


def kept_out(catalog: Catalog, scope: Scope | None = None) -> Iterator[KeptOut]:
    """Give the records that are kept out, by place; a scope as in `Catalog.statuses`."""
    sources = {source.name: source for source in catalog.sources()}

    def inside(source: str, path: str) -> bool:
        return scope is None or (source, None) in scope or (source, path) in scope

    for origin, reject in catalog.rejects():
        if inside(origin.source, origin.path):
            source = sources[origin.source]
            finding = _unreadable(opened(source, origin.path), origin.line, reject)
            yield KeptOut("rejected", source.label, "", "", (finding,))
    for item in catalog.quarantined():
        if inside(item.origin.source, item.origin.path):
            source = sources[item.origin.source]
            path, line = opened(source, item.origin.path), item.origin.line
            yield KeptOut(
                kind="quarantined",
                source=source.label,
                film=item.film,
                title=item.record.title or "",
                findings=tuple(
                    located(Severity.VIOLATION, path, line, item.record, reason)
                    for reason in item.reasons
                ),
                shapes=tuple(reason.shape for reason in item.reasons),
            )


def _unreadable(path: str, line: int, reject: Reject) -> Finding:
    return Finding(Severity.VIOLATION, f"{path}:{line + reject.line - 1}", reject.message)


def located(
    severity: Severity, path: str, first_line: int, record: FilmRecord, reason: Reason
) -> Finding:
    """Point a validation result at the line of the field that it speaks of."""
    line = first_line + record.lines.get(reason.field, 1) - 1
    key = format_of(path).keys.get(reason.field, "")
    message = f"{key}: {reason.message}" if key else reason.message
    found = f" Found {reason.value}." if reason.value else ""
    return Finding(severity, f"{path}:{line}", message + found)
