"""Tell people what a command did: findings as they come, then a line for each source."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from etl.findings import Finding
    from etl.pipeline.reports import LoadReport
    from etl.publication.sending import Published

SHOWN_AT_MOST = 20  # findings of a kind that are named; the rest is counted


class Told:
    """Tells findings on standard error as they come, the first few of each severity."""

    def __init__(self, *, quiet: bool) -> None:
        self._quiet = quiet
        self._counts: Counter[str] = Counter()

    def tell(self, finding: Finding) -> None:
        """Print a finding, if it is among the first of its severity."""
        self._counts[finding.severity] += 1
        blocks = finding.severity == "Violation"
        if self._counts[finding.severity] <= SHOWN_AT_MOST and (blocks or not self._quiet):
            word = {"Violation": "Error", "Warning": "Warning", "Info": "Note"}[finding.severity]
            click.echo(f"{word}: {finding.place}: {finding.sentence}", err=True)

    def end(self, report: LoadReport | None) -> None:
        """Say how many findings were not printed, and what else is to be done."""
        where = {"Violation": "etl quarantine"}
        for severity, count in self._counts.items():
            if count > SHOWN_AT_MOST and not self._quiet:
                command = where.get(severity, "etl validate SOURCE")
                more = f"… and {count - SHOWN_AT_MOST} more: {command} lists them all"
                click.echo(more, err=True)
        if report and report.shapes_changed and not self._quiet:
            line = "Note: other shapes judged the graph; to judge all of it by these: etl rebuild"
            click.echo(line, err=True)


def load_lines(report: LoadReport, *, dry_run: bool) -> Iterator[str]:
    """Say in one line for each source how its records ended, then what changed in the graph."""
    for source in report.sources:
        parts = {
            "loaded": source.loaded,
            "unchanged": source.unchanged,
            "superseded": source.superseded,
            "rejected": source.rejected,
            "quarantined": source.quarantined,
        }
        ended = ", ".join(f"{count} {name}" for name, count in parts.items() if count)
        gone = f"; {source.vanished} no longer there" if source.vanished else ""
        others = f"; {source.others}" if source.others else ""
        if source.vanished and not source.read:
            yield f"{source.label}: {source.vanished} taken out{others}"
            continue
        records = "record" if source.read == 1 else "records"
        yield f"{source.label}: {source.read} {records} read: {ended or 'none'}{gone}{others}"
    yield from change_lines(report, dry_run=dry_run)


def change_lines(report: LoadReport, *, dry_run: bool) -> Iterator[str]:
    """Say what changed in the graph, and whether it was written."""
    if report.migrated_from is not None:
        yield f"workspace: brought up to date from version {report.migrated_from}"
    if not report.graph:
        yield "graph: unchanged"
    elif not report.films and not report.people:
        yield f"redirects: {report.graph.redirects} changed"
    else:
        for name, diff in (("films", report.films), ("people", report.people)):
            yield f"{name}: {diff.added} added, {diff.changed} changed, {diff.removed} removed"
    if report.run is not None and not report.committed:
        reason = "a dry run" if dry_run else "--strict, and some records are kept out"
        yield f"nothing was written: {reason}"


def published_line(published: Published) -> str:
    """Say what was sent to a store."""
    if not published.entities:
        return f"{published.store}: in step"
    things = "entity" if published.entities == 1 else "entities"
    sent = f"{published.entities} {things} sent, {published.triples} triples"
    return f"{published.store}: {sent}"
