"""Commands about links to Wikidata and IMDb."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from etl.cli.carrying import Manner, bring_in_step
from etl.cli.options import (
    DATA_SAY_NO,
    DONE,
    LINKS,
    quiet_option,
    store_option,
    workspace_option,
    writes,
)
from etl.cli.session import command_line, engine, opened, write
from etl.cli.telling import Told, change_lines

if TYPE_CHECKING:
    from etl.catalog.catalog import Catalog
    from etl.linking.evidence import Evidence
    from etl.linking.inquiry import Inquiry
    from etl.linking.sssom import Decision
    from etl.lookup import GraphLookup
    from etl.pipeline.linking import Linked, LinkReport
    from etl.progress import Meter

decisions_option = click.option(
    "--decisions",
    type=click.Path(dir_okay=False, path_type=Path),
    default=Path("decisions.sssom.tsv"),
    envvar="ETL_DECISIONS",
    show_default=True,
    show_envvar=True,
    help="The file that holds your own decisions about links.",
)


@click.command()
@click.argument(
    "evidence",
    metavar="[FILE|FOLDER]...",
    nargs=-1,
    type=click.Path(exists=True, path_type=Path),
)
@click.option(
    "--endpoint", metavar="URL", help="Ask this SPARQL endpoint instead of Wikidata's own."
)
@click.option("--offline", is_flag=True, help="Ask nobody: use files and earlier answers.")
@click.option(
    "--contact",
    envvar="ETL_CONTACT",
    show_envvar=True,
    help="How the endpoint's operators can reach you: an e-mail address or a page.",
)
@click.option("--limit", type=click.IntRange(0), help="Make at most so many requests.")
@click.option("--dry-run", is_flag=True, help="Say how many requests it would make; make none.")
@decisions_option
@workspace_option
@store_option
@quiet_option
def link(
    evidence: tuple[Path, ...],
    workspace: Path,
    store: str | None,
    decisions: Path,
    quiet: bool,
    dry_run: bool,
    **options: Any,  # noqa: ANN401 - click checks them
) -> None:
    """Link films and people to Wikidata and IMDb, exactly.

    Each link is kept with its reasons. A FILE is a crosswalk: IMDb ids and Wikidata items, as SSSOM
    TSV or CSV. A FOLDER has tables of IMDb's, such as title.principals.tsv.gz. Beside them an
    endpoint is asked, Wikidata's own unless you name another.

    People are looked for only among those of their film. What has been answered before is not asked
    again; what was found before stays, unless something says otherwise.
    """
    from etl.pipeline.changing import ChangeOptions
    from etl.pipeline.linking import link, plan
    from etl.progress import Meter
    from etl.workspace import Workspace

    told, place, asking = Told(quiet=quiet), Workspace(workspace), Asking(**options)
    with Meter(quiet=quiet) as meter, _asked(workspace, asking, meter, dry_run) as inquiry:
        known = _evidence(evidence, inquiry, asking.endpoint)
        if dry_run:
            for kind, count in plan(place, known):
                click.echo(f"{kind}: at most {count} requests")
            return
        report = link(
            place,
            known,
            _decisions(workspace, decisions),
            engine(workspace),
            ChangeOptions(
                command=command_line(),
                progress=meter.update,
                waiting=meter.say,
                found=told.tell,
            ),
        )
    told.end(report.change)
    if not quiet:
        for line in _lines(report):
            click.echo(line)
    bring_in_step(Manner(workspace, store, dry_run, quiet))
    if report.stopped:
        click.echo(f"Error: {report.stopped}", err=True)
    if report.stopped or report.left:
        click.echo(
            f"Hint: {report.left} answers are still missing; run 'etl link' again to go on",
            err=True,
        )
    sys.exit(DATA_SAY_NO if report.left else DONE)


@dataclass(frozen=True, slots=True)
class Asking:
    """Whom to ask, on whose behalf, and how often: the options that are about the endpoint."""

    endpoint: str | None
    offline: bool
    contact: str | None
    limit: int | None


@contextmanager
def _asked(workspace: Path, asking: Asking, meter: Meter, dry_run: bool) -> Iterator[Inquiry]:
    """Open what an endpoint has answered before, and the endpoint, if it may be asked."""
    from etl.linking.cache import Cache
    from etl.linking.endpoint import PUBLIC, Endpoint, required_contact
    from etl.linking.inquiry import Inquiry
    from etl.workspace import Workspace

    url = asking.endpoint or PUBLIC
    asked = None
    if not asking.offline and not dry_run:
        asked = Endpoint(url, required_contact(asking.contact))
    Workspace(workspace).required()
    with Cache.open(workspace / "answers.sqlite", url) as cache:
        yield Inquiry(cache, asked, limit=asking.limit, progress=meter.update)


def _evidence(places: tuple[Path, ...], inquiry: Inquiry, endpoint: str | None) -> Evidence:
    """Read what links are found by: crosswalks are files, IMDb's tables are in a folder."""
    from etl.errors import LinkError
    from etl.linking.crosswalk import read_crosswalks
    from etl.linking.evidence import Evidence
    from etl.linking.imdb_tables import ImdbTables

    folders = [place for place in places if place.is_dir()]
    if len(folders) > 1:
        raise LinkError("several folders with IMDb's tables", hint="put all tables into one")
    return Evidence(
        crosswalk=read_crosswalks([place for place in places if not place.is_dir()]),
        imdb=ImdbTables.find(folders[0]) if folders else None,
        inquiry=inquiry,
        name=endpoint or "Wikidata",
    )


def _decisions(workspace: Path, path: Path) -> list[Decision]:
    from etl.linking.sssom import read_decisions

    if not path.exists():
        return []
    with opened(workspace) as (catalog, _):
        return read_decisions(path, catalog.iris)


def _lines(report: LinkReport) -> Iterator[str]:
    """Say how many films and names are linked, by which rungs, and what changed."""
    for kind, noun in (("film", "films"), ("person", "names")):
        rungs: Counter[str] = report.linked.get(kind, Counter())
        linked = sum(rungs.values())
        ways = ", ".join(f"{count} {rung}" for rung, count in sorted(rungs.items()))
        how = f": {ways}" if ways else ""
        yield f"{noun}: {linked} of {report.total[kind]} linked{how}"
    if report.review:
        yield f"to review: {report.review} (etl links --review)"
    if report.requests:
        yield f"requests: {report.requests}"
    if report.change is None:
        yield "graph: unchanged"
    else:
        yield from change_lines(report.change, dry_run=False)


@click.command()
@click.argument("decided", metavar="[DECISION|FILE]...", nargs=-1)
@click.option("--rung", help="Show links of this rung only; none: what is not linked, and why.")
@click.option(
    "--min-confidence", type=click.FloatRange(0, 1), help="Show links that are at least so sure."
)
@click.option("--review", is_flag=True, help="Show what conflicts or was left open, with rivals.")
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
    """List the links with their reasons, or decide yourself.

    A DECISION wins over every rung: `tt0338013=Q208269` for a film, `'tt0338013/Jim
    Carrey=nm0000120'` for somebody whom it names; instead of an id, `yes` for what was found,
    `no` for not that one, `none` for no link at all. A film is named by any of its ids or its IRI.
    A FILE has decisions as SSSOM TSV, which --format sssom writes too.
    """
    if decided:
        _decide(workspace, decisions, decided)
        return
    with opened(workspace) as (catalog, _):
        chosen = _chosen(catalog, **options)
        if format_name == "sssom" or (not format_name and str(output).endswith(".sssom.tsv")):
            from etl.linking.sssom import write_links

            text = write_links(((each.film, each.link) for each in chosen), catalog.iris)
            _write_text(text, output)
            return
        from etl.output import Rows

        columns = (
            *("film", "title", "name", "imdb", "wikidata", "called", "rung", "confidence"),
            *("evidence", "rivals", "reason"),
        )
        rows = Rows(columns, [_row(each) for each in chosen])
        write(rows, format_name, output, catalog.iris.base)


def _write_text(text: str, output: Path | None) -> None:
    from etl.output import opened

    with opened(output) as target:
        target.stream.write(text.encode())


def _decide(workspace: Path, path: Path, decided: tuple[str, ...]) -> None:
    """Write decisions into the user's file, and link again by what is known."""
    from etl.linking.evidence import Evidence
    from etl.linking.sssom import write_decisions
    from etl.lookup import GraphLookup
    from etl.pipeline.changing import ChangeOptions
    from etl.pipeline.linking import link
    from etl.workspace import Workspace

    with opened(workspace) as (catalog, graph):
        lookup = GraphLookup(graph, catalog.iris)
        new = [each for text in decided for each in _decided(catalog, lookup, text)]
        iris = catalog.iris
    about = {(each.film, each.name) for each in new}
    kept = [each for each in _decisions(workspace, path) if (each.film, each.name) not in about]
    _write_text(write_decisions([*kept, *new], iris), path)
    options = ChangeOptions(command=command_line())
    report = link(Workspace(workspace), Evidence(), [*kept, *new], engine(workspace), options)
    click.echo(f"{path}: {len(kept) + len(new)} decisions")
    for line in change_lines(report.change, dry_run=False) if report.change else ():
        click.echo(line)


def _decided(catalog: Catalog, lookup: GraphLookup, text: str) -> list[Decision]:
    """Read a decision as it was typed, or those in a file."""
    from functools import partial

    from etl.linking.deciding import decide
    from etl.linking.sssom import read_decisions
    from etl.pipeline.linking import film

    if "=" not in text or Path(text).is_file():
        return read_decisions(Path(text), catalog.iris)
    return [decide(_by_key(text, lookup), partial(film, catalog))]


def _by_key(text: str, lookup: GraphLookup) -> str:
    """Return a decision with the key of the film that it names by an id of any kind."""
    subject, _, verdict = text.rpartition("=")
    slashes = [place for place, letter in enumerate(subject) if letter == "/"]
    for end in (*slashes, len(subject)):  # an address has slashes before that of the name
        if key := lookup.film_key(subject[:end]):
            return f"{key}{subject[end:].rstrip('/')}={verdict}"
    return text


def _chosen(
    catalog: Catalog, rung: str | None, min_confidence: float | None, review: bool
) -> list[Linked]:
    """Choose links by what was asked for: those that hold, unless others were."""
    from etl.pipeline.linking import links, needs_review

    def wanted(each: Linked) -> bool:
        link = each.link
        if review:
            return needs_review(link)
        if rung is not None and (link.rung or "none") != rung:
            return False
        return (link.holds or rung is not None) and link.confidence >= (min_confidence or 0)

    return [each for each in links(catalog) if wanted(each)]


def _row(each: Linked) -> tuple[str | float | None, ...]:
    link = each.link
    year = f" ({each.year})" if each.year is not None else ""
    return (
        each.film,
        each.title + year,
        link.subject if link.kind == "person" else "",
        link.imdb_id,
        link.wikidata_id,
        link.object_label,
        link.rung,
        link.confidence or None,
        link.evidence,
        ", ".join(link.rivals),
        link.reason,
    )


COMMANDS = (link, links)
