"""Commands that inspect the workspace: its runs, and whether it is sound."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from etl.cli.grouping import Commands, command
from etl.cli.options import (
    DATA_SAY_NO,
    json_option,
    output_options,
    store_option,
    workspace_option,
)
from etl.cli.session import command_line, engine, opened, write
from etl.cli.telling import Telling, counted, finding_document
from etl.cli.watching import memory_bytes

if TYPE_CHECKING:
    from etl.inspection.checking import Health
    from etl.workspace import Workspace


@click.group(cls=Commands, invoke_without_command=True)
@workspace_option
@output_options
@click.pass_context
def runs(
    context: click.Context, workspace: Path, format_name: str | None, output: Path | None
) -> None:
    """List the runs: when each began, what it read and changed.

    JSON has more details: the path, files, bytes and digest of each source, and the size on disk of
    each generation that is kept.
    """
    if context.invoked_subcommand:
        return
    from etl.inspection.history import COLUMNS, document, row
    from etl.output import Rows
    from etl.workspace import Workspace

    with opened(workspace) as snapshot:
        held = snapshot.catalog.runs.all()
        taken = Workspace(workspace).disk()
    documents = [document(run, taken) for run in held]
    write(Rows(COLUMNS, map(row, held), documents), format_name, output)


@runs.command()
@click.argument("first", metavar="A", type=int)
@click.argument("last", metavar="B", type=int)
@workspace_option
@json_option
def diff(first: int, last: int, workspace: Path, format_name: str) -> None:
    """Print the triples that differ between two runs.

    The graph after run A is compared with the graph after run B. Triples are lines of N-Triples
    that begin with - if they left and + if they entered. The number of films and people concerned
    is printed on standard error; --format json prints the numbers alone. 'etl runs' lists the runs.
    Both graphs are made anew by the current shapes, and may differ from those of that time.
    """
    from etl.cli.progress import Meter
    from etl.operations.compare import compare
    from etl.operations.options import ChangeOptions
    from etl.output.changes import Changes
    from etl.workspace import Workspace

    with Changes() as changes:
        with Meter(quiet=False) as meter:
            options = ChangeOptions(
                command=command_line(),
                memory_bytes=memory_bytes(),
                progress=meter.update,
                waiting=meter.say,
                changed=changes.add,
            )
            compare(Workspace(workspace), first, last, engine(workspace, ()), options)
        counts = {kind: Counter[str]() for kind in ("films", "people", "triples")}
        for entity in changes.entities():
            kind = "films" if entity.iri.split("/")[-2] == "movie" else "people"
            counts[kind][entity.manner] += 1
            added = sum(line.startswith(b"+") for line in entity.lines)
            counts["triples"] += Counter(added=added, removed=len(entity.lines) - added)
            if format_name == "text":
                sys.stdout.buffer.writelines(entity.lines)
        sys.stdout.buffer.flush()
    if format_name == "json":
        told = {kind: {each: of[each] for each in _MANNERS[kind]} for kind, of in counts.items()}
        click.echo(json.dumps({"from": first, "to": last, **told}, indent=2))
        return
    for kind, of in counts.items():
        click.echo(f"{kind}: {', '.join(f'{of[e]} {e}' for e in _MANNERS[kind])}", err=True)


_MANNERS = {
    **dict.fromkeys(("films", "people"), ("added", "changed", "removed")),
    "triples": ("added", "removed"),
}


@command()
@workspace_option
@store_option
@output_options
def check(workspace: Path, store: str | None, format_name: str | None, output: Path | None) -> None:
    """Check that no file is damaged and that store and catalog agree.

    All files are read. The store must hold exactly the triples that follow from the catalog: films,
    people, and the description of runs, sources and statistics.

    With --store, the server must hold exactly the triples of the store. The files are read too, but
    the store is not compared with the catalog, and notes, triples and hash are left out.

    A note is no fault. It names an id that records give to different films, or a film to which they
    give different ids; such an id is not used to tell which records are of one film.

    JSON is one object: status (sound, damaged or different), findings, notes, generation, films,
    people, triples and hash of the graph, bytes, remedy.
    """
    from etl.cli.progress import Meter
    from etl.inspection.checking import check
    from etl.output import Rows
    from etl.workspace import Workspace

    held = Workspace(workspace)
    with Meter(quiet=False) as meter:
        health = check(held, meter.update, contents=store is None)
    _tell(health)
    verdict = _of_workspace(health, workspace)
    if store is not None and not verdict.rows:
        verdict = _of_server(held, store)
    if verdict.rows or format_name or output:
        document = _document(verdict, health, held.newest().number)
        write(Rows(verdict.columns, verdict.rows, document=document), format_name, output)
    if not verdict.rows:
        return
    click.echo(f"Error: {verdict.fault}", err=True)
    click.echo(f"Hint: {verdict.remedy}", err=True)
    sys.exit(DATA_SAY_NO)


@dataclass(frozen=True, slots=True)
class Verdict:
    """The result of a check: rows, the fault, and its remedy."""

    status: str
    columns: tuple[str, ...]
    rows: Sequence[tuple[str | int, ...]]
    fault: str = ""
    remedy: str = ""


def _of_workspace(health: Health, workspace: Path) -> Verdict:
    from etl.inspection.checking import TRIPLES

    rows = [(str(each.path), each.problem) for each in health.damages]
    rows += [(each.entity.value, each.problem) for each in health.differences]
    status = "damaged" if health.damages else "different" if rows else "sound"
    what = {each.what for each in health.differences}
    pair = "store and catalog" if TRIPLES in what else "search index and store"
    fault = "a file is damaged" if health.damages else f"{pair} differ"
    return Verdict(status, ("place", "problem"), rows, f"{workspace}: {fault}", health.remedy)


def _of_server(held: Workspace, store: str) -> Verdict:
    """Compare a server with the store of a workspace."""
    from etl.publication.comparing import compared
    from etl.publication.outbox import Outboxes
    from etl.publication.targets import Target

    found = compared(held, Target.named(Outboxes(held.path), store))
    if not found:
        click.echo(f"{store} and {held.path} agree", err=True)
    columns = ("entity", "missing triples", "surplus triples")
    fault, remedy = f"{store} and {held.path} differ", f"run: etl load --repair --store {store}"
    return Verdict("different" if found else "sound", columns, found, fault, remedy)


def _tell(health: Health) -> None:
    """Tell how a workspace is, as far as nothing is wrong with it."""
    taken = health.bytes_taken
    click.echo(
        f"disk: {counted(len(taken), 'generation')}, {sum(taken.values()) / 1e6:.1f} MB", err=True
    )
    if health.graph is not None:
        click.echo(f"graph: {health.graph}", err=True)
    for generation in health.unnamed:
        told = "complete but never made current, because a command was killed"
        click.echo(f"Note: {generation.path}: {told}; the next change deletes it", err=True)
    if health.graph is not None and not health.remedy:
        people = counted(health.people, "person", "people")
        films = counted(health.films, "film")
        click.echo(f"store and catalog agree: {films}, {people}", err=True)
    with Telling(quiet=False, lists="etl check -f json") as telling:
        for note in health.notes:
            telling.tell(note)


def _document(verdict: Verdict, health: Health, generation: int) -> dict[str, object]:
    """Say in one object how the workspace is, whether anything is wrong with it or not."""
    columns = [column.replace(" ", "_") for column in verdict.columns]
    return {
        "status": verdict.status,
        "findings": [dict(zip(columns, row, strict=True)) for row in verdict.rows],
        "notes": [finding_document(note) for note in health.notes],
        "generation": generation,
        "films": health.films,
        "people": health.people,
        "triples": health.graph.triples if health.graph else None,
        "hash": health.graph.digest if health.graph else None,
        "bytes": sum(health.bytes_taken.values()),
        "remedy": verdict.remedy if verdict.rows else None,
    }


COMMANDS = (runs, check)
