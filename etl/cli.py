"""The command line: `etl`. Data goes to standard output, talk to standard error.

Each command is imported with what it needs when it runs, so that `etl --help` is quick.
"""

from __future__ import annotations

import os
import signal
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from etl.errors import EtlError, QueryError, StoreError

if TYPE_CHECKING:
    from etl.catalog.catalog import Catalog
    from etl.output import Answer
    from etl.pipeline.changing import ChangeOptions
    from etl.pipeline.reports import Finding, LoadReport
    from etl.stores.embedded import EmbeddedStore
    from etl.validation import CompiledEngine

DONE, DATA_SAY_NO, NOT_DONE = 0, 1, 2
SHOWN_AT_MOST = 20  # findings of a kind that `load` names; it counts the rest

_Command = TypeVar("_Command", bound=Callable[..., Any])


class _Main(click.Group):
    """The one place where an `EtlError` becomes text: a line, and a hint."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Refuse what is not Unicode before it gets anywhere."""
        for text in args:
            if any("\ud800" <= character <= "\udfff" for character in text):
                raise click.UsageError(f"expected an argument in UTF-8, found {text!r}", ctx)
        return super().parse_args(ctx, args)

    def invoke(self, ctx: click.Context) -> object:
        """Run a command."""
        try:
            return super().invoke(ctx)
        except EtlError as error:
            click.echo(f"Error: {error}", err=True)
            if error.hint:
                click.echo(f"Hint: {error.hint}", err=True)
            ctx.exit(NOT_DONE)


@click.group(cls=_Main, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="reelgraph")
def main() -> None:
    """Turn film records into a schema.org knowledge graph that you can trust."""
    if hasattr(signal, "SIGPIPE"):
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # `etl export | head` ends quietly


workspace_option = click.option(
    "--workspace",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path(".etl"),
    envvar="ETL_WORKSPACE",
    show_default=True,
    show_envvar=True,
    help="The folder that holds catalog and graph.",
)
quiet_option = click.option("-q", "--quiet", is_flag=True, help="Print errors only.")


def output_options(command: _Command) -> _Command:
    """Add `--format` and `--output`."""
    add_format = click.option(
        "-f",
        "--format",
        "format_name",
        metavar="FORMAT",
        help="table, csv, tsv, json, xml or markdown for rows; ttl, nt, nq, jsonld or rdfxml for "
        "graphs. Without it: by the file's suffix, else a table on a terminal, TSV when piped.",
    )
    add_output = click.option(
        "-o",
        "--output",
        type=click.Path(dir_okay=False, path_type=Path),
        help="Write to this file instead of standard output.",
    )
    return add_format(add_output(command))


# Loading


@main.command()
@click.argument("sources", metavar="SOURCE...", nargs=-1, required=True)
@workspace_option
@click.option("--name", help="Call the source so, instead of by its path.")
@click.option("--dry-run", is_flag=True, help="Say what would change, and change nothing.")
@click.option("--strict", is_flag=True, help="Load nothing if any record is kept out.")
@click.option("--allow-removals", is_flag=True, help="Load though most of a source has vanished.")
@click.option("--base-iri", metavar="IRI", help="Begin all IRIs of a new workspace with this.")
@quiet_option
def load(sources: tuple[str, ...], workspace: Path, quiet: bool, **options: Any) -> None:  # noqa: ANN401 - click checks them
    """Read, validate and load files, folders or globs; print what that changed.

    Loading a source again brings the graph in step with it: what is new is added, what has
    changed is changed, and what the source no longer says goes.
    """
    from etl.pipeline.loading import LoadOptions, load
    from etl.progress import Meter
    from etl.workspace import Workspace

    told = _Told(quiet=quiet)
    with Meter(quiet=quiet) as meter:
        settings = LoadOptions(
            command=_command_line(),
            processes=os.cpu_count() or 1,
            progress=meter.update,
            waiting=meter.say,
            found=told.tell,
            **options,
        )
        report = load(Workspace(workspace), sources, _engine(), settings)
    told.end()
    if not quiet:
        for line in _load_lines(report, dry_run=settings.dry_run):
            click.echo(line)
    sys.exit(DATA_SAY_NO if report.kept_out else DONE)


@main.command()
@click.argument("run", type=int)
@workspace_option
@click.option("--dry-run", is_flag=True, help="Say what would change, and change nothing.")
@quiet_option
def undo(run: int, workspace: Path, dry_run: bool, quiet: bool) -> None:
    """Take a run back: the graph is what the other runs make of it.

    An undo is a run too, and can be undone. `etl runs` lists them.
    """
    from etl.pipeline.revising import undo
    from etl.workspace import Workspace

    _revise(lambda options: undo(Workspace(workspace), run, _engine(), options), dry_run, quiet)


@main.command()
@click.argument("source")
@workspace_option
@click.option("--dry-run", is_flag=True, help="Say what would change, and change nothing.")
@quiet_option
def remove(source: str, workspace: Path, dry_run: bool, quiet: bool) -> None:
    """Take out of the graph all that only this source says."""
    from etl.pipeline.revising import remove
    from etl.workspace import Workspace

    _revise(
        lambda options: remove(Workspace(workspace), source, _engine(), options), dry_run, quiet
    )


def _revise(change: Callable[[ChangeOptions], LoadReport], dry_run: bool, quiet: bool) -> None:
    """Carry out a change that reads no files, and print what it changed."""
    from etl.pipeline.changing import ChangeOptions
    from etl.progress import Meter

    told = _Told(quiet=quiet)
    with Meter(quiet=quiet) as meter:
        report = change(
            ChangeOptions(
                command=_command_line(),
                dry_run=dry_run,
                progress=meter.update,
                waiting=meter.say,
                found=told.tell,
            )
        )
    told.end()
    if not quiet:
        for line in _change_lines(report, dry_run=dry_run):
            click.echo(line)


class _Told:
    """Tells findings on standard error as they come, the first few of each severity."""

    def __init__(self, *, quiet: bool) -> None:
        self._quiet = quiet
        self._counts: Counter[str] = Counter()

    def tell(self, finding: Finding) -> None:
        self._counts[finding.severity] += 1
        blocks = finding.severity == "Violation"
        if self._counts[finding.severity] <= SHOWN_AT_MOST and (blocks or not self._quiet):
            word = {"Violation": "Error", "Warning": "Warning", "Info": "Note"}[finding.severity]
            click.echo(f"{word}: {finding.place}: {finding.message}", err=True)

    def end(self) -> None:
        where = {"Violation": "etl quarantine"}
        for severity, count in self._counts.items():
            if count > SHOWN_AT_MOST and not self._quiet:
                command = where.get(severity, "etl validate SOURCE")
                more = f"… and {count - SHOWN_AT_MOST} more: {command} lists them all"
                click.echo(more, err=True)


def _load_lines(report: LoadReport, *, dry_run: bool) -> Iterator[str]:
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
        records = "record" if source.read == 1 else "records"
        yield f"{source.label}: {source.read} {records} read: {ended or 'none'}{gone}"
    yield from _change_lines(report, dry_run=dry_run)


def _change_lines(report: LoadReport, *, dry_run: bool) -> Iterator[str]:
    """Say what changed in the graph, and whether it was written."""
    if not report.films and not report.people:
        yield "graph: unchanged"
    else:
        for name, diff in (("films", report.films), ("people", report.people)):
            yield f"{name}: {diff.added} added, {diff.changed} changed, {diff.removed} removed"
    if report.run is not None and not report.committed:
        reason = "a dry run" if dry_run else "--strict, and some records are kept out"
        yield f"nothing was written: {reason}"


@main.command()
@click.argument("sources", metavar="[SOURCE]...", nargs=-1)
@workspace_option
@output_options
def validate(
    sources: tuple[str, ...], workspace: Path, format_name: str | None, output: Path | None
) -> None:
    """Check sources without loading them; with none, check the graph in the store."""
    from etl.output import Rows
    from etl.pipeline.checking import validate_sources, validate_store

    if sources:
        findings = validate_sources(sources, _engine())
    else:
        with _opened(workspace) as (catalog, store):
            findings = validate_store(catalog, store, _engine())
    rows = Rows(("severity", "place", "message"), sorted(findings))
    _write(rows, format_name, output)
    sys.exit(DATA_SAY_NO if any(each.severity == "Violation" for each in findings) else DONE)


@main.command()
@workspace_option
@output_options
def quarantine(workspace: Path, format_name: str | None, output: Path | None) -> None:
    """List the records that are kept out of the graph, and why."""
    from etl.output import Rows
    from etl.pipeline.refusing import kept_out

    columns = ("kind", "place", "film", "title", "message")
    with _opened(workspace) as (catalog, _):
        rows = [
            (item.kind, finding.place, item.film, item.title, finding.message)
            for item in kept_out(catalog)
            for finding in item.findings
        ]
    _write(Rows(columns, rows), format_name, output)


@main.command()
@workspace_option
@output_options
def runs(workspace: Path, format_name: str | None, output: Path | None) -> None:
    """List what was loaded when, and what it changed."""
    from etl.output import Rows

    columns = (
        *("run", "started", "seconds", "command"),
        *("records", "kept out", "films", "people", "undone by"),
    )
    with _opened(workspace) as (catalog, _):
        rows = [
            (
                run.run,
                run.started,
                round(run.seconds, 2),
                run.command,
                sum(source["loaded"] for source in run.report["sources"]),
                sum(s["rejected"] + s["quarantined"] for s in run.report["sources"]),
                _signed(run.report["films"]),
                _signed(run.report["people"]),
                run.undone_by,
            )
            for run in catalog.runs()
        ]
    _write(Rows(columns, rows), format_name, output)


def _signed(diff: dict[str, int]) -> str:
    return f"+{diff['added']} ~{diff['changed']} -{diff['removed']}"


@main.command()
@workspace_option
@output_options
def check(workspace: Path, format_name: str | None, output: Path | None) -> None:
    """Prove that the store holds exactly what the catalog says."""
    from etl.output import Rows
    from etl.pipeline.checking import differences

    with _opened(workspace) as (catalog, store):
        found = list(differences(catalog, store))
        films, people = catalog.counts()
    if not found:
        click.echo(f"store and catalog agree: {films} films, {people} people", err=True)
        return
    rows = [(each.entity, each.missing, each.surplus) for each in found]
    _write(Rows(("entity", "missing triples", "surplus triples"), rows), format_name, output)
    click.echo("Error: store and catalog differ", err=True)
    click.echo(f"Hint: delete {workspace} and load your sources again", err=True)
    sys.exit(DATA_SAY_NO)


# Asking


@main.command()
@click.argument("name")
@click.argument("values", metavar="[VALUE]...", nargs=-1)
@click.option(
    "-p", "--parameter", "named", multiple=True, metavar="NAME=VALUE", help="A parameter's value."
)
@workspace_option
@output_options
def query(
    name: str,
    values: tuple[str, ...],
    named: tuple[str, ...],
    workspace: Path,
    format_name: str | None,
    output: Path | None,
) -> None:
    """Run a saved query.

    A film or a person is given by name, IMDb id or IRI; `Emma (1996)` tells two films of one
    name apart. Values without a name stand for the query's parameters in their order.
    """
    from etl.lookup import GraphLookup
    from etl.queries import assignments, bind, find, positional, read_queries

    saved = find(read_queries(), name)
    with _opened(workspace) as (catalog, store):
        given = positional(saved, values) | assignments(named)
        text = bind(saved, given, GraphLookup(store, catalog.iris))
        _interruptible()
        _write(store.query(text), format_name, output, catalog.iris.base)


@main.command()
@output_options
def queries(format_name: str | None, output: Path | None) -> None:
    """List the saved queries, with their parameters."""
    from etl.output import Rows
    from etl.queries import read_queries

    rows = [
        (saved.name, ", ".join(str(each) for each in saved.parameters), saved.summary)
        for saved in read_queries().values()
    ]
    _write(Rows(("query", "parameters", "answers"), rows), format_name, output)


@main.command("sparql")
@click.argument("query", metavar="TEXT|FILE|-")
@workspace_option
@output_options
def any_query(query: str, workspace: Path, format_name: str | None, output: Path | None) -> None:
    """Run any SPARQL query, given as text, in a file, or on standard input (-)."""
    text = _query_text(query)
    with _opened(workspace) as (catalog, store):
        _interruptible()
        _write(store.query(text), format_name, output, catalog.iris.base)


def _query_text(query: str) -> str:
    """Return a query that was given as text, as the name of a file, or on standard input."""
    if query != "-" and not os.path.isfile(query):  # unlike Path, it takes any text for a name
        return query
    place = "standard input" if query == "-" else query
    try:
        data = sys.stdin.buffer.read() if query == "-" else Path(query).read_bytes()
        return data.decode("utf-8-sig")
    except OSError as error:
        raise QueryError(f"{place}: cannot be read: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise QueryError(f"{place}: expected a query in UTF-8") from error


@main.command()
@click.argument("text")
@click.option(
    "--limit", type=click.IntRange(1), default=20, show_default=True, help="Show at most so many."
)
@workspace_option
@output_options
def search(
    text: str, limit: int, workspace: Path, format_name: str | None, output: Path | None
) -> None:
    """Find films and people by name, with some tolerance for typing errors."""
    from etl.lookup import search
    from etl.output import Rows

    with _opened(workspace) as (catalog, store):
        rows = [
            (match.entity.kind.noun, match.entity.label, match.entity.iri, match.manner)
            for match in search(store, text, limit)
        ]
        base_iri = catalog.iris.base
    _write(Rows(("kind", "name", "iri", "match"), rows), format_name, output, base_iri)


@main.command()
@click.argument("iri", metavar="IRI|NAME")
@click.argument("predicate", required=False)
@workspace_option
@output_options
def explain(
    iri: str, predicate: str | None, workspace: Path, format_name: str | None, output: Path | None
) -> None:
    """Show where each triple of a film or person comes from: rule, field, file and line.

    Of a film that is kept out, show why.
    """
    from etl.output import Rows
    from etl.pipeline.explaining import explain

    columns = ("triple", "rule", "field", "says", "place", "run", "outcome")
    with _opened(workspace) as (catalog, store):
        rows, refused = explain(catalog, store, iri, predicate)
        for finding in refused:
            click.echo(f"Kept out: {finding.place}: {finding.message}", err=True)
        _write(Rows(columns, rows), format_name, output, catalog.iris.base)
    sys.exit(DATA_SAY_NO if refused else DONE)


@main.command()
@workspace_option
@output_options
def export(workspace: Path, format_name: str | None, output: Path | None) -> None:
    """Write the whole graph: N-Triples, Turtle, N-Quads, JSON-LD or RDF/XML."""
    from etl.output import Graph

    with _opened(workspace) as (_, store):
        _write(Graph(store.export()), format_name, output)


# What the commands share


def _command_line() -> str:
    """Give back the command as it was typed."""
    import shlex

    return shlex.join(["etl", *sys.argv[1:]])


def _engine() -> CompiledEngine:
    from etl.resources import folder
    from etl.validation import CompiledEngine, Shapes

    return CompiledEngine(Shapes.read([folder("shapes")]))


@contextmanager
def _opened(workspace: Path) -> Iterator[tuple[Catalog, EmbeddedStore]]:
    """Open the current generation for reading."""
    from etl.catalog.catalog import Catalog
    from etl.stores.embedded import EmbeddedStore
    from etl.workspace import Workspace

    generation = Workspace(workspace).required()
    with Catalog.read(generation.catalog) as catalog:
        yield catalog, EmbeddedStore.read(generation.store)


def _interruptible() -> None:
    """Let Ctrl-C end a query at once: the engine does not look at Python's signals."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def _write(
    answer: Answer, format_name: str | None, output: Path | None, base_iri: str | None = None
) -> None:
    from etl.output import opened, write

    with opened(output, format_name, base_iri) as target:
        try:
            write(answer, target)
        except (OSError, RuntimeError) as error:  # an engine finds out while it is answering
            reason = str(error).partition("\n")[0]
            raise StoreError(f"the answer could not be completed: {reason}") from error
