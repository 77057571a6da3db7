"""Report what a command did: its findings, then a line for each source; or all as JSON."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Self

import click

if TYPE_CHECKING:
    from etl.findings import Finding
    from etl.operations.link import LinkReport
    from etl.operations.reports import LoadReport
    from etl.publication.sending import Published

SHOWN_AT_MOST = 20  # findings of a severity that are named; the rest is counted
_ALIKE_AT_MOST = 3  # notes or warnings of one message

_WORDS = {"Info": "Note", "Warning": "Warning", "Violation": "Error"}
_RANKS = {"format": -1, "loss": 0, "repair": 2, "absence": 3}  # of notes; all others are in between


def counted(number: int, noun: str, plural: str = "") -> str:
    """Return a number with its noun: `1 film`, `2 films`, `2 people`."""
    return f"{number} {noun if number == 1 else plural or noun + 's'}"


class Telling:
    """Collects findings, and prints the first of each severity on standard error at the end.

    Notes come first, of these what was lost; then warnings and errors, each in its order.
    """

    def __init__(
        self, *, quiet: bool, lists: str = "etl validate SOURCE", refused: str = "etl quarantine"
    ) -> None:
        """Begin with the commands or files that list all findings, and all refused records."""
        self._quiet = quiet
        self._lists = {"Violation": refused, "Warning": lists, "Info": lists}
        self._counts: Counter[str] = Counter()
        self._alike: Counter[tuple[str, str]] = Counter()
        self._held: defaultdict[tuple[str, int], list[Finding]] = defaultdict(list)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for severity, word in _WORDS.items():
            if self._quiet and severity != "Violation":
                continue
            shown = self._first(severity)
            for finding in shown:
                click.echo(f"{word}: {finding.place}: {finding.sentence}", err=True)
            more = self._counts[severity] - len(shown)
            if more and not self._quiet:
                where = self._lists[severity]
                click.echo(f"… and {more} more: {where} lists them all", err=True)

    def tell(self, finding: Finding) -> None:
        """Count a finding, and keep it if it is among the first of its kind."""
        self._counts[finding.severity] += 1
        alike = finding.severity, finding.message
        self._alike[alike] += 1
        if self._alike[alike] > _ALIKE_AT_MOST and finding.severity != "Violation":
            return
        rank = _RANKS.get(finding.kind, 1) if finding.severity == "Info" else 0
        held = self._held[finding.severity, rank]
        if len(held) < SHOWN_AT_MOST:
            held.append(finding)

    def count(self, severity: str, number: int) -> None:
        """Count findings that are not shown."""
        self._counts[severity] += number

    def _first(self, severity: str) -> list[Finding]:
        """Return the first findings of a severity, what matters most before the rest."""
        found = [finding for rank in range(-1, 4) for finding in self._held[severity, rank]]
        return found[:SHOWN_AT_MOST]

    def document(self) -> dict[str, Any]:
        """Return the findings as JSON: how many of each severity, and the first of them."""
        return {
            "warnings": self._counts["Warning"],
            "notes": self._counts["Info"],
            "findings": [
                finding_document(finding)
                for severity in _WORDS
                for finding in self._first(severity)
            ],
        }


def finding_document(finding: Finding) -> dict[str, Any]:
    """Return a finding about a record as JSON."""
    return {
        "severity": finding.severity,
        "file": finding.file,
        "line": finding.line or None,
        "field": finding.key,
        "message": finding.message,
        "value": finding.value,
        "text": finding.text,
    }


def change_document(report: LoadReport | None, command: str, *, dry_run: bool) -> dict[str, Any]:
    """Give what a change did as JSON; the figures are those of `etl runs`. None changed nothing."""
    from etl.operations.reports import LoadReport

    report = report or LoadReport()
    return {
        "run": report.run if report.committed else None,
        "command": command,
        "dry_run": dry_run,
        "committed": report.committed,
        "migrated_from": report.migrated_from,
        "sources": [asdict(source) for source in report.sources],
        **asdict(report.graph),
        "kept_out": report.kept_out,
        "displaced": report.displaced,
        "disputes": report.disputes,
        "matched": report.matched,
    }


def load_lines(report: LoadReport, *, dry_run: bool) -> Iterator[str]:
    """Yield a line with the outcomes of each source, then lines about the changes of the graph."""
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
        others = f"; left out: {source.no_films}" if source.left_out else ""
        others += f"; no place for: {source.no_place}" if source.unread else ""
        others += f"; {source.others}" if source.others else ""
        others += f"; licence: {source.terms}" if source.terms else ""
        if source.vanished and not source.read:
            yield f"{source.label}: {source.vanished} taken out{others}"
            continue
        records = counted(source.read, "record")
        yield f"{source.label}: {records} read: {ended or 'none'}{gone}{others}"
    for label, number in report.displaced.items():
        yield f"{label}: {counted(number, 'record')} quarantined that conformed before"
    yield from change_lines(report, dry_run=dry_run)


def change_lines(report: LoadReport, *, dry_run: bool) -> Iterator[str]:
    """Yield the changes of the graph, and whether they were written."""
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


def link_lines(report: LinkReport) -> Iterator[str]:
    """Yield how many films and names are linked, by which rungs, and what changed."""
    for kind, noun in (("film", "films"), ("person", "names")):
        rungs: Counter[str] = report.linked.get(kind, Counter())
        linked = sum(rungs.values())
        ways = ", ".join(f"{count} {rung}" for rung, count in sorted(rungs.items()))
        how = f": {ways}" if ways else ""
        yield f"{noun}: {linked} of {report.total[kind]} linked{how}"
    if report.review:
        yield f"to review: {report.review} (etl links --review)"
    if any((facts := report.facts.document).values()):
        changed = f"{facts['loaded']} new or changed, {facts['vanished']} no longer"
        yield f"facts of Wikidata: {counted(facts['films'], 'film')}, {changed}"
    if report.requests:
        yield f"requests: {report.requests}"
    if report.change is None:
        yield "graph: unchanged"
    else:
        yield from change_lines(report.change, dry_run=False)


def remarks(
    report: LoadReport | None,
    disputes: str = "etl check",
    matches: str = "etl links --review",
) -> Iterator[str]:
    """Yield notes about further steps, which name the commands or files that list more."""
    if report and report.shapes_changed:
        yield (
            "Note: the shapes have changed; "
            "to check the films that were loaded before by them too, run: etl rebuild"
        )
    if report and report.disputes:
        lists = "" if report.run and not report.committed else f": {disputes} lists them"
        number = counted(report.disputes, "id or film", "ids or films")
        yield f"Note: records contradict each other about {number}{lists}"
    if report and report.matched:
        lists = "" if report.run and not report.committed else f": {matches} lists them"
        number = counted(report.matched, "film is one", "films are one")
        yield f"Note: {number} with another source's by title and year alone{lists}"


def published_line(published: Published) -> str:
    """Return the line about what was sent to a store."""
    if not published.entities:
        return f"{published.store}: in step"
    entities = counted(published.entities, "entity", "entities")
    return f"{published.store}: {entities} sent, {counted(published.triples, 'triple')}"
