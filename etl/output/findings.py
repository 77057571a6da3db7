"""Findings as text: grouped for people, a row for each for programs, SARIF for editors."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from operator import attrgetter
from typing import BinaryIO

from etl.findings import Finding, Severity
from etl.output.formats import Formats, Target, Writer
from etl.output.graphs import GRAPH_WRITERS, Statement
from etl.output.rows import ROW_WRITERS, Rows, aligned, shown, text_stream
from etl.output.sarif import write_sarif

_ATTRIBUTES = {"field": "key"}


@dataclass(frozen=True, slots=True)
class Refusals:
    """What keeps records out of the graph. In a table, `at_most` so many of a kind are shown."""

    findings: Sequence[Finding]
    at_most: int | None = None


@dataclass(frozen=True, slots=True)
class Violations:
    """What validation has found; it can be written as the standard's report, too."""

    findings: Sequence[Finding]
    at_most: int | None = None


def write_groups(answer: Refusals | Violations, target: Target) -> None:
    """Write findings grouped by what is wrong, the most frequent first."""
    groups: dict[tuple[Severity, str], list[Finding]] = {}
    for finding in answer.findings:
        headline = f"{finding.key}: repaired" if finding.is_repair else finding.headline
        groups.setdefault((finding.severity, headline), []).append(finding)
    most_frequent = sorted(groups.items(), key=lambda group: (-len(group[1]), group[0][0].rank))
    with text_stream(target.stream) as text:
        for (severity, headline), found in most_frequent:
            text.write(f"{severity} ({len(found)}): {shown(headline, target.base_iri)}\n")
            text.writelines(_some(found, answer.at_most, target.base_iri))


def _some(found: Sequence[Finding], at_most: int | None, base_iri: str | None) -> Iterator[str]:
    places = [_place(each, base_iri) for each in found[:at_most]]
    values = [
        shown(each.message if each.is_repair else each.value, base_iri) for each in found[:at_most]
    ]
    cells = [list(row) for row in zip(places, values, strict=True)]
    for line in islice(aligned(("", ""), cells, [False, False]), 1, None):
        yield f"  {line}"
    if len(found) > len(places):
        yield f"  … and {len(found) - len(places)} more\n"


def _place(finding: Finding, base_iri: str | None) -> str:
    place = shown(finding.place, base_iri)
    return place.replace(f"<{base_iri}", "<", 1) if base_iri else place


def _flat(columns: tuple[str, ...]) -> dict[str, Writer[Refusals | Violations]]:
    """Make the writers of a row for each finding."""
    cells = attrgetter(*(_ATTRIBUTES.get(column, column) for column in columns))

    def writing(writer: Writer[Rows]) -> Writer[Refusals | Violations]:
        def write_rows(answer: Refusals | Violations, target: Target) -> None:
            rows = ([cell or None for cell in cells(each)] for each in answer.findings)
            writer(Rows(columns, rows), target)

        return write_rows

    return {name: writing(writer) for name, writer in ROW_WRITERS.items()}


def _marks(answer: Refusals | Violations, target: Target) -> None:
    write_sarif(answer.findings, target.stream)


def _report(
    writer: Callable[[Iterable[Statement], BinaryIO], None],
) -> Callable[[Violations, Target], None]:
    """Make a writer of the standard's report, which knows nothing of files and their lines."""

    def write_report(answer: Violations, target: Target) -> None:
        from etl.validation import ValidationReport

        found = {(each.result, each.copy): each.result for each in answer.findings if each.result}
        writer(ValidationReport(tuple(found.values())).to_triples(), target.stream)

    return write_report


_RECORD_COLUMNS = ("kind", "source", "film", "title", "file", "line", "field", "text", "message")
_SHAPE_COLUMNS = ("path", "focus_node", "component", "shape")

REFUSALS: Formats[Refusals] = Formats(
    "a quarantine",
    {"table": write_groups, **_flat(_RECORD_COLUMNS + _SHAPE_COLUMNS), "sarif": _marks},
    on_terminal="table",
    piped="tsv",
)
VIOLATIONS: Formats[Violations] = Formats(
    "a validation report",
    {
        "table": write_groups,
        **_flat(("severity", *_RECORD_COLUMNS[4:], *_SHAPE_COLUMNS)),
        "sarif": _marks,
        **{name: _report(writer) for name, writer in GRAPH_WRITERS.items()},
    },
    on_terminal="table",
    piped="tsv",
)
