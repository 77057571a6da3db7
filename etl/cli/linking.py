"""Commands about links to Wikidata and IMDb."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from etl.cli.carrying import Manner, tell_and_send, tell_plan
from etl.cli.evidence import EndpointOptions, asked, asking_options, decisions_option, gathered
from etl.cli.grouping import OptionGroup, command, option
from etl.cli.interrupts import take_back_in_order
from etl.cli.listing import Chosen, films_and_names, rows
from etl.cli.options import (
    DATA_SAY_NO,
    DONE,
    LINKS,
    Number,
    json_option,
    quiet_option,
    store_option,
    workspace_option,
    writes,
)
from etl.cli.session import command_line, engine, opened, write
from etl.cli.telling import SHOWN_AT_MOST, Telling, change_lines, counted, link_lines
from etl.cli.watching import memory_bytes

if TYPE_CHECKING:
    from etl.catalog.catalog import Catalog
    from etl.linking.sssom import Decision
    from etl.operations.link import LinkReport
    from etl.queries.lookup import GraphLookup


@command()
@click.argument(
    "evidence",
    metavar="[FILE|FOLDER]...",
    nargs=-1,
    type=click.Path(exists=True, path_type=Path),
)
@asking_options
@option(
    "--dry-run",
    group=OptionGroup.SAFETY,
    is_flag=True,
    help="Print how many requests would be sent; send none.",
)
@decisions_option
@workspace_option
@store_option
@json_option
@quiet_option
def link(
    evidence: tuple[Path, ...],
    workspace: Path,
    store: str | None,
    decisions: Path,
    quiet: bool,
    dry_run: bool,
    format_name: str,
    **options: Any,  # noqa: ANN401 - click checks them
) -> None:
    """Link films and people to Wikidata and IMDb.

    Each link is kept with its evidence. A FILE is a crosswalk of IMDb ids and Wikidata items, as
    SSSOM TSV or CSV. A FOLDER holds IMDb's tables, such as title.principals.tsv.gz. The SPARQL
    endpoint is asked as well, unless you give --offline.

    A person is only compared with the people of the same film. Answers of the endpoint are stored
    and not requested again. A link stays until evidence contradicts it.

    With --facts, what Wikidata states of the linked films is loaded as the source 'wikidata', which
    comes last where sources disagree.
    """
    from etl.cli.progress import Meter
    from etl.operations.link import link, plan
    from etl.operations.options import ChangeOptions
    from etl.workspace import Workspace

    take_back_in_order()
    told, place, asking = Telling(quiet=quiet), Workspace(workspace), EndpointOptions(**options)
    manner = Manner(workspace, store, dry_run, quiet, format_name)
    with told, Meter(quiet=quiet) as meter, asked(workspace, asking, meter, dry_run) as inquiry:
        known = gathered(evidence, inquiry, asking)
        if dry_run:
            tell_plan(manner, plan(place, known))
            return
        report = link(
            place,
            known,
            _decisions(workspace, decisions),
            engine(workspace),
            ChangeOptions(
                command=command_line(),
                memory_bytes=memory_bytes(),
                progress=meter.update,
                waiting=meter.say,
                found=told.tell,
            ),
        )
    _tell_taken_back(report, decisions, quiet=quiet)
    tell_and_send(manner, report.change, link_lines(report), told.document() | report.document)
    if report.stopped:
        click.echo(f"Error: {report.stopped}", err=True)
    if report.stopped or report.left:
        click.echo(
            f"Hint: {report.left} answers are still missing; run 'etl link' again to go on",
            err=True,
        )
    sys.exit(DATA_SAY_NO if report.left else DONE)


def _tell_taken_back(report: LinkReport, path: Path, *, quiet: bool) -> None:
    """Say which decisions stay undone, and how many links come again that had been undone."""
    for decision, run in report.undone[:SHOWN_AT_MOST]:
        click.echo(
            f"Warning: {path}: {decision}: left out, since run {run} has undone it", err=True
        )
    if len(report.undone) > SHOWN_AT_MOST:
        click.echo(f"… and {len(report.undone) - SHOWN_AT_MOST} more", err=True)
    if report.undone:
        click.echo("Hint: delete the row, or decide again: etl links 'FILM/NAME=ID'", err=True)
    for run in () if quiet else sorted({run for _, run in report.again}):
        films, names = report.again["film", run], report.again["person", run]
        told = f"{counted(films, 'film')} and {counted(names, 'name')}"
        click.echo(f"Note: {told} linked again, which run {run} had undone", err=True)


def _decisions(workspace: Path, path: Path) -> list[Decision]:
    from etl.linking.sssom import read_decisions

    if not path.exists():
        return []
    with opened(workspace) as snapshot:
        return read_decisions(path, snapshot.iris)


@command()
@click.argument("decided", metavar="[DECISION|FILE]...", nargs=-1)
@option(
    "--rung",
    group=OptionGroup.CHOICE,
    help="List only links found by this rule, by its name in the column rung.",
)
@option(
    "--min-confidence",
    group=OptionGroup.CHOICE,
    type=Number(0, 1),
    metavar="NUMBER",
    help="List links of at least this confidence.",
)
@option(
    "--unlinked",
    group=OptionGroup.CHOICE,
    is_flag=True,
    help="List films and names without a link, with the reason.",
)
@option(
    "--review",
    group=OptionGroup.CHOICE,
    is_flag=True,
    help="List conflicts and open cases, with the rival candidates.",
)
@decisions_option
@workspace_option
@writes(LINKS)
def links(
    decided: tuple[str, ...],
    workspace: Path,
    decisions: Path,
    format_name: str | None,
    output: Path | None,
    **options: Any,  # noqa: ANN401 - click checks them
) -> None:
    """List the links with their reasons, or decide on links yourself.

    A DECISION overrides all evidence. 'tt0338013=Q208269' links a film,
    'tt0338013/Jim Carrey=nm0000120' links a person in that film. Instead of an id, 'yes' confirms
    the link found, 'no' rejects it, 'none' rules out any link. A film is named by any of its ids,
    its title or its IRI. A FILE holds decisions as SSSOM TSV; --format sssom writes such a file.

    A table also shows, after the links, films and names that have none. --unlinked lists only
    these, in any format.
    """
    if decided:
        _decide(workspace, decisions, decided)
        return
    chosen = Chosen(**options)
    with opened(workspace) as snapshot:
        found, unlinked = chosen.among(snapshot.catalog)
        if format_name == "sssom" or (not format_name and str(output).endswith(".sssom.tsv")):
            from etl.linking.sssom import write_links

            text = write_links(((each.film, each.link) for each in found), snapshot.iris)
            _write_text(text, output)
            return
        on_terminal = output is None and sys.stdout.isatty()
        is_table = format_name == "table" or (format_name is None and on_terminal)
        at_most = SHOWN_AT_MOST if on_terminal and is_table else None
        first = found[: None if chosen.lists_links else at_most]
        write(rows(first), format_name, output, snapshot.iris.base)
        _tell_more(len(found) - len(first), "--review" if chosen.review else "--unlinked")
        if not found:
            asked = chosen.lists_links or snapshot.catalog.resolved.matches()
            told = "no such links" if asked else "no links yet; run: etl link --contact YOU"
            click.echo(f"Note: {told}", err=True)
        if unlinked and is_table and output is None:
            click.echo(f"\nnot linked: {films_and_names(unlinked)}")
            write(rows(unlinked[:at_most]), format_name, None, snapshot.iris.base)
            _tell_more(len(unlinked[at_most:]) if at_most else 0, "--unlinked")


def _tell_more(left_out: int, option: str) -> None:
    if left_out:
        click.echo(f"… and {left_out} more: etl links {option} -f csv lists them all", err=True)


def _write_text(text: str, output: Path | None) -> None:
    from etl.output import opened

    with opened(output) as target:
        target.stream.write(text.encode())


def _decide(workspace: Path, path: Path, decided: tuple[str, ...]) -> None:
    """Write decisions into the user's file, and link again by what is known."""
    from etl.linking.evidence import Evidence
    from etl.linking.sssom import write_decisions
    from etl.operations.link import link
    from etl.operations.options import ChangeOptions
    from etl.workspace import Workspace

    with opened(workspace) as snapshot:
        lookup, iris = snapshot.lookup(), snapshot.iris
        new = [each for text in decided for each in _decided(snapshot.catalog, lookup, text)]
    about = {(each.film, each.name) for each in new}
    kept = [each for each in _decisions(workspace, path) if (each.film, each.name) not in about]
    _write_text(write_decisions([*kept, *new], iris), path)
    take_back_in_order()
    options = ChangeOptions(command=command_line(), memory_bytes=memory_bytes())
    report = link(Workspace(workspace), Evidence(), kept, engine(workspace), options, new)
    _tell_taken_back(report, path, quiet=True)
    click.echo(f"{path}: {counted(len(kept) + len(new), 'decision')}")
    for line in change_lines(report.change, dry_run=False) if report.change else ():
        click.echo(line)


def _decided(catalog: Catalog, lookup: GraphLookup, text: str) -> list[Decision]:
    """Read a decision as it was typed, or those in a file."""
    from functools import partial

    from etl.errors import LinkError
    from etl.linking.deciding import decide, decide_match
    from etl.linking.sssom import read_decisions
    from etl.operations.link import film

    if "=" not in text or Path(text).is_file():
        if not Path(text).exists():
            hint = "a decision is FILM=ID or FILM/NAME=ID; or name a file of decisions"
            raise LinkError(f"{text}: neither a decision nor a file", hint=hint)
        return read_decisions(Path(text), catalog.iris)
    if matched := decide_match(text, catalog.resolved.matches(), catalog.iris):
        return [matched]
    return [decide(_by_key(text, lookup), partial(film, catalog))]


def _by_key(text: str, lookup: GraphLookup) -> str:
    """Return a decision with the key of the film that it names by an id of any kind."""
    subject, _, verdict = text.rpartition("=")
    slashes = [place for place, letter in enumerate(subject) if letter == "/"]
    for end in (*slashes, len(subject)):  # an address has slashes before that of the name
        if key := lookup.film_key(subject[:end]):
            return f"{key}{subject[end:].rstrip('/')}={verdict}"
    title, slash, name = subject.partition("/")
    key = lookup.key_of(title)
    return f"{key}{slash}{name}={verdict}" if key else text


COMMANDS = (link, links)
