"""What is kept out of the graph, and why: the rejects and the quarantine, put into words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from etl.catalog.catalog import Catalog
from etl.catalog.entries import Quarantined
from etl.findings import Finding, Severity
from etl.records import FilmRecord, Heading, Origin, Reason, Reject
from etl.sources import format_of
from etl.sources.files import Source, opened


@dataclass(frozen=True, slots=True)
class KeptOut:
    """A record that is kept out: `kind` says whether it could not be read or does not conform."""

    kind: str
    source: str
    film: str
    title: str
    findings: tuple[Finding, ...]
    identifiers: Mapping[str, str] = field(default_factory=dict)

    def told(self) -> Iterator[Finding]:
        """Give the findings, each with what is known of the record."""
        for finding in self.findings:
            yield replace(
                finding, kind=self.kind, source=self.source, film=self.film, title=self.title
            )


Scope = set[tuple[str, str | None]]
"""Sources, and files of them: a path of None means the whole source."""


def kept_out(catalog: Catalog, scope: Scope | None = None) -> Iterator[KeptOut]:
    """Give the records that are kept out, by place; a scope as in `Catalog.statuses`."""
    sources = {source.name: source for source in catalog.sources.standing()}

    def inside(origin: Origin) -> bool:
        whole = (origin.source, None)
        return scope is None or whole in scope or (origin.source, origin.path) in scope

    for origin, reject in catalog.refusals.rejects():
        if inside(origin):
            source = sources[origin.source]
            finding = unreadable(opened(source, origin.path), origin.line, reject)
            yield KeptOut("rejected", source.label, "", "", (finding,))
    for item in catalog.refusals.quarantined():
        if inside(item.origin):
            yield _quarantined(item, sources[item.origin.source])


def _quarantined(item: Quarantined, source: Source) -> KeptOut:
    path, line = opened(source, item.origin.path), item.origin.line
    findings = (
        located(Severity.VIOLATION, path, line, item.heading, reason) for reason in item.reasons
    )
    title = item.heading.title or ""
    ids = item.heading.identifiers
    return KeptOut("quarantined", source.label, item.film, title, tuple(findings), ids)


def unreadable(path: str, first_line: int, reject: Reject) -> Finding:
    """Point a reject at its line."""
    lines = reject.text.split("\n")
    return Finding(
        Severity.VIOLATION,
        f"expected {reject.expected}",
        path,
        first_line + reject.line - 1,
        key=reject.field,
        value=reject.found,
        text=lines[reject.line - 1] if reject.line <= len(lines) else "",
    )


def located(
    severity: Severity, path: str, first_line: int, record: FilmRecord | Heading, reason: Reason
) -> Finding:
    """Point a validation result at the line of the field that it speaks of."""
    return Finding(
        severity,
        reason.message,
        path,
        first_line + record.lines.get(reason.field, 1) - 1,
        key=format_of(path).keys.get(reason.field, ""),
        value=reason.value,
        text=reason.text,
        path=reason.path,
        focus_node=reason.focus_node,
        component=reason.component,
        shape=reason.shape,
    )
