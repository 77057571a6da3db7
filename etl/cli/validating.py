"""Commands that list violations: in sources, files of RDF and the store, or kept out."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from etl.cli.grouping import OptionGroup, command, option
from etl.cli.options import (
    DATA_SAY_NO,
    DONE,
    FINDINGS,
    QUARANTINE,
    as_option,
    columns_option,
    file_timeout_option,
    jobs_option,
    memory_option,
    shape_timeout_option,
    shapes_option,
    store_option,
    workspace_option,
    writes,
)
from etl.cli.session import (
    chosen_map,
    engine,
    opened,
    opened_copy,
    provenance_engine,
    shipped_shapes,
    unmet_in_ours,
    warn,
    write,
)
from etl.cli.telling import counted
from etl.cli.watching import file_bounds, held_bytes, watched

if TYPE_CHECKING:
    from etl.findings import Finding
    from etl.shacl import ShapesEngine

SHOWN_OF_A_KIND = 5

all_option = option(
    "--all",
    "everything",
    group=OptionGroup.OUTPUT,
    is_flag=True,
    help="List every place of a finding in a table, not only the first five.",
)


@command()
@click.argument("sources", metavar="[SOURCE]...", nargs=-1)
@workspace_option
@store_option
@shapes_option
@shape_timeout_option
@file_timeout_option
@memory_option
@jobs_option
@columns_option
@as_option
@option(
    "--engine",
    "engine_name",
    group=OptionGroup.VALIDATION,
    type=click.Choice(["compiled", "pyshacl"]),
    default="compiled",
    show_default=True,
    help="Our own engine, or pySHACL, which is slow.",
)
@all_option
@writes(FINDINGS)
def validate(
    sources: tuple[str, ...],
    workspace: Path,
    store: str | None,
    shapes: tuple[Path, ...],
    engine_name: str,
    everything: bool,
    format_name: str | None,
    output: Path | None,
    columns: Path | None,
    format_of_tables: str | None,
    jobs: int,
) -> None:
    """Validate sources, files of RDF, or the store if none is named.

    Nothing is loaded. Validating the store includes its description of runs and sources.

    A table groups the findings, the most frequent first. The formats ttl, nt, nq, jsonld and rdfxml
    give a SHACL validation report; sarif gives annotations for an editor. The exit code is 1 if
    there are violations; warnings do not change it.
    """
    from etl.findings import Severity
    from etl.output import Violations
    from etl.sources.proving import proving
    from etl.sources.rdf import is_rdf

    of_rdf = list(filter(is_rdf, sources))
    with watched(timed=False), proving(of_rdf, file_bounds()) as proven:
        checks = engine(workspace, shapes, engine_name, for_our_graph=False)
        if sources:
            records = [source for source in sources if not is_rdf(source)]
            chosen = chosen_map(columns, format_of_tables)
            findings = _found_in(proven, records, checks, chosen, jobs)
        else:
            findings = _found(workspace, store, checks, engine_name)
    write(Violations(findings, None if everything else SHOWN_OF_A_KIND), format_name, output)
    counts = Counter(finding.severity for finding in findings)
    _tell(counts[Severity.VIOLATION], counts[Severity.WARNING])
    sys.exit(DATA_SAY_NO if counts[Severity.VIOLATION] else DONE)


def _found(
    workspace: Path, store: str | None, checks: ShapesEngine, engine_name: str
) -> list[Finding]:
    """Validate the store: what it knows, and what it says of where that comes from."""
    from etl.findings import in_order
    from etl.inspection.validating import unmet_in_store, validate_provenance, validate_store

    with opened_copy(workspace, store) as (snapshot, held):
        warn(aim.note for aim in unmet_in_store(held, checks, shipped_shapes()))
        findings = validate_store(snapshot, held, checks, held_bytes())
        judge = provenance_engine(engine_name)
        findings += validate_provenance(snapshot, held, judge, held_bytes())
    return in_order(findings)


def _found_in(
    of_rdf: Iterable[str],
    records: Sequence[str],
    checks: ShapesEngine,
    chosen: str | None,
    jobs: int,
) -> list[Finding]:
    """Validate files of RDF, and sources, their tables by the chosen column map."""
    from etl.findings import in_order
    from etl.inspection.validating import validate_file, validate_sources
    from etl.shacl.aims import in_all
    from etl.shacl.notes import not_followed

    shipped = shipped_shapes()
    files = [validate_file(file, checks, shipped, held_bytes()) for file in of_rdf]
    findings = [each for file in files for each in file.findings]
    unmet = [file.unmet for file in files]
    if records:
        findings += validate_sources(records, checks, jobs, chosen)
        unmet.append(unmet_in_ours(checks))
    warn(not_followed(*reference) for file in files for reference in file.references)
    warn(aim.note for aim in in_all(unmet))
    return in_order(findings)


def _tell(violations: int, warnings: int) -> None:
    """Say in one line whether all conforms."""
    counts = [
        counted(count, noun)
        for count, noun in ((violations, "violation"), (warnings, "warning"))
        if count
    ]
    verdict = "does not conform" if violations else "conforms"
    click.echo(": ".join([verdict, *([", ".join(counts)] if counts else [])]), err=True)


@command()
@workspace_option
@all_option
@writes(QUARANTINE)
def quarantine(
    workspace: Path, everything: bool, format_name: str | None, output: Path | None
) -> None:
    """List the records that are kept out of the graph, and why.

    A table groups them by reason, the most frequent first. The format sarif gives annotations for
    an editor.
    """
    from etl.catalog.kept_out import kept_out
    from etl.output import RefusalReport

    with opened(workspace) as snapshot:
        findings = [finding for item in kept_out(snapshot.catalog) for finding in item.told()]
    write(RefusalReport(findings, None if everything else SHOWN_OF_A_KIND), format_name, output)
    if not findings:
        click.echo("Note: nothing is kept out", err=True)


COMMANDS = (validate, quarantine)
