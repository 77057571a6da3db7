"""Findings as text: grouped for people, a row for each for programs, SARIF for editors."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from operator import attrgetter
from typing import TYPE_CHECKING, BinaryIO

from pyoxigraph import BlankNode, Literal, NamedNode, Triple
from rich.cells import cell_len

from etl.findings import Finding, Severity
from etl.output.formats import Destination, Formats, Writer
from etl.output.graphs import GRAPH_WRITERS, Statement
from etl.output.rows import ROW_WRITERS, Rows, shown, terminal_width, text_stream
from etl.output.sarif import write_sarif
from etl.output.tables import folded
from etl.rdf.vocab import DCTERMS, FILM_RUNS, XSD

if TYPE_CHECKING:
    from etl.shacl import ValidationResult

_ATTRIBUTES = {"field": "key"}
_READABLE = NamedNode("https://w3id.org/reelgraph/shapes#readable-record")
_READABLE_COMPONENT = NamedNode("https://w3id.org/reelgraph/shapes#ReadableConstraintComponent")


@dataclass(frozen=True, slots=True)
class RefusalReport:
    """What keeps records out of the graph. In a table, `at_most` so many of a kind are shown."""

    findings: Sequence[Finding]
    at_most: int | None = None


@dataclass(frozen=True, slots=True)
class Violations:
    """What validation has found; it can be written as the standard's report, too."""

    findings: Sequence[Finding]
    at_most: int | None = None


def write_groups(answer: RefusalReport | Violations, target: Destination) -> None:
    """Write findings grouped by what is wrong, the most frequent first."""
    groups: dict[tuple[Severity, str, str], list[Finding]] = {}
    for finding in answer.findings:
        headline = f"{finding.key}: repaired" if finding.is_repair else finding.headline
        groups.setdefault((finding.severity, headline, finding.rule), []).append(finding)
    most_frequent = sorted(groups.items(), key=lambda group: (-len(group[1]), group[0][0].rank))
    width = terminal_width() if target.terminal else sys.maxsize
    with text_stream(target.stream) as text:
        for (severity, headline, rule), found in most_frequent:
            line = f"{severity} ({len(found)}): {shown(headline, target.base_iri)}"
            text.writelines(folded(line, width, 2, hanging=True))
            text.write(f"  rule: {shown(_rule(rule), target.base_iri)}\n")
            text.writelines(_some(found, answer.at_most, target.base_iri, width))


def _rule(rule: str) -> NamedNode | str:
    """Return a rule so that it is shown by its prefix, where it has an IRI."""
    return NamedNode(rule) if ":" in rule and not rule.startswith("_:") else rule


def _some(
    found: Sequence[Finding], at_most: int | None, base_iri: str | None, width: int
) -> Iterator[str]:
    """Yield the places of a group, each with what is found there."""
    rows = [
        (_place(each, base_iri), shown(each.message if each.is_repair else each.found, base_iri))
        for each in found[:at_most]
    ]
    widest = max(cell_len(place) for place, _ in rows)
    fits = widest + 4 + max(cell_len(value) for _, value in rows) <= width
    for place, value in rows:
        if fits or not value:
            yield f"  {place}{' ' * (widest - cell_len(place))}  {value}".rstrip() + "\n"
        else:
            yield f"  {place}\n"
            yield from folded(value, width, 4)
    if len(found) > len(rows):
        yield f"  … and {len(found) - len(rows)} more: --all names them\n"


def _place(finding: Finding, base_iri: str | None) -> str:
    place = shown(finding.place, base_iri)
    return place.replace(f"<{base_iri}", "<", 1) if base_iri else place


def _flat(columns: tuple[str, ...]) -> dict[str, Writer[RefusalReport | Violations]]:
    """Make the writers of a row for each finding."""
    cells = attrgetter(*(_ATTRIBUTES.get(column, column) for column in columns))

    def writing(writer: Writer[Rows]) -> Writer[RefusalReport | Violations]:
        def write_rows(answer: RefusalReport | Violations, target: Destination) -> None:
            rows = ([cell or None for cell in cells(each)] for each in answer.findings)
            writer(Rows(columns, rows), target)

        return write_rows

    return {name: writing(writer) for name, writer in ROW_WRITERS.items()}


def _marks(answer: RefusalReport | Violations, target: Destination) -> None:
    write_sarif(answer.findings, target.stream)


def _report(
    writer: Callable[[Iterable[Statement], BinaryIO], None],
) -> Callable[[Violations, Destination], None]:
    """Make a writer of the standard's report; beside it stand file, line and field of a record."""

    def write_report(answer: Violations, target: Destination) -> None:
        from etl.shacl import ValidationReport

        results: list[ValidationResult] = []
        # several records may be at fault for one result
        numbers: dict[tuple[ValidationResult, int], int] = {}
        origins: list[tuple[int, Finding]] = []
        for finding in answer.findings:
            result = finding.result or _unreadable(finding, len(results) + 1)
            if result is None:
                continue
            key = (result, finding.copy)
            if key not in numbers:
                results.append(result)
                numbers[key] = len(results)
            if finding.of_record:
                origins.append((numbers[key], finding))
        report = ValidationReport(tuple(results))
        writer(chain(report.to_triples(), _origins(origins)), target.stream)

    return write_report


def _unreadable(finding: Finding, number: int) -> ValidationResult | None:
    """Return the result that says of a record that it cannot be read."""
    from etl.shacl import ValidationResult

    if finding.severity != Severity.VIOLATION:
        return None
    message = Literal(finding.reason, language="en")
    record = BlankNode(f"record{number}")
    return ValidationResult(record, _READABLE, _READABLE_COMPONENT, messages=(message,))


def _origins(found: Iterable[tuple[int, Finding]]) -> Iterator[Triple]:
    """Say for results, by their numbers, where the record stands that they are about."""
    from etl.shacl.report import result_node

    for place, (number, finding) in enumerate(found, start=1):
        origin = BlankNode(f"origin{place}")
        yield Triple(result_node(number), DCTERMS.source, origin)
        yield Triple(origin, FILM_RUNS.file, Literal(finding.file))
        yield Triple(origin, FILM_RUNS.line, Literal(str(finding.line), datatype=XSD.integer))
        if finding.key:
            yield Triple(origin, FILM_RUNS.field, Literal(finding.key))


_RECORD_COLUMNS = ("kind", "source", "film", "title", "file", "line", "field", "text", "message")
_SHAPE_COLUMNS = ("path", "focus_node", "component", "shape", "rule", "found")

REFUSALS: Formats[RefusalReport] = Formats(
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
