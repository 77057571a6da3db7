"""Saved queries: run one, list them, and say what each asks for."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.shell_completion import CompletionItem

from etl.cli.grouping import Command, OptionGroup, command, option
from etl.cli.options import (
    DRAWABLE,
    PICTURES,
    memory_option,
    output_options,
    parameters,
    query_timeout_option,
    store_option,
    workspace_option,
    writes,
)
from etl.cli.session import Shown, lookup, opened_store, write, write_answer
from etl.cli.watching import watched

if TYPE_CHECKING:
    from etl.errors import QueryError
    from etl.queries import SavedQuery


queries_option = option(
    "--queries",
    "folder",
    group=OptionGroup.QUERY,
    settable=True,
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    metavar="DIR",
    help="Folder of your own queries, as files NAME.rq.",
)


def known_queries(own: Path | None) -> tuple[dict[str, SavedQuery], dict[str, QueryError]]:
    """Read our queries and the user's, whose names win; give apart what is wrong with theirs."""
    from etl.queries import read_own, read_queries

    mine, broken = read_own(own) if own else ({}, {})
    return dict(sorted((read_queries() | mine).items())), broken


class _OfAQuery(Command):
    """A command about a saved query; its help describes the parameters of one that is named."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        ctx.meta["words"] = list(args)
        return super().parse_args(ctx, args)

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        super().format_help_text(ctx, formatter)
        words, _, _ = self.make_parser(ctx).parse_args(list(ctx.meta["words"]))
        for parameter in parameters(workspace_option, queries_option):
            value, _ = parameter.handle_parse_result(ctx, words, [])
        known, _ = known_queries(value if isinstance(value, Path) else None)
        saved = next((known[word] for word in ctx.meta["words"] if word in known), None)
        if saved is None:
            return
        with formatter.section(saved.name):
            formatter.write_text(saved.summary)
            if asked := [(str(each), each.description) for each in saved.parameters]:
                formatter.write_dl(asked)


def _names(ctx: click.Context, argument: click.Parameter, begun: str) -> list[CompletionItem]:
    """Complete the name of a saved query."""
    del argument
    folder = ctx.params.get("folder")
    found = known_queries(folder if isinstance(folder, Path) else None)[0].values()
    return [CompletionItem(s.name, help=s.summary) for s in found if s.name.startswith(begun)]


@click.command(cls=_OfAQuery)
@click.argument("name", shell_complete=_names)
@click.argument("values", metavar="[VALUE]...", nargs=-1)
@option(
    "-p",
    "--parameter",
    "named",
    group=OptionGroup.QUERY,
    multiple=True,
    metavar="NAME=VALUE",
    help="Value of a parameter; may be given several times.",
)
@queries_option
@workspace_option
@store_option
@query_timeout_option
@memory_option
@writes(DRAWABLE)
def query(
    name: str,
    values: tuple[str, ...],
    named: tuple[str, ...],
    folder: Path | None,
    workspace: Path,
    store: str | None,
    format_name: str | None,
    output: Path | None,
) -> None:
    """Run a saved query.

    'etl query NAME --help' describes the parameters of NAME; the VALUEs fill them in order. A film
    or a person is given by name, by IRI or by id: tt0113277 (IMDb), 6 (MovieLens), tmdb-949 (TMDb),
    Q42198 (Wikidata). 'Heat (1995)' tells films of the same name apart.

    The formats svg and png draw the chart that the query declares, or the graph that it constructs.
    """
    from etl.output import opened
    from etl.output.pictures import as_file, picture
    from etl.queries import assignments, fill, find, parse_terms, positional
    from etl.queries.lookup import near_values

    known, broken = known_queries(folder)
    if name in broken:
        raise broken[name]
    saved = find(known, name)
    opening = opened_store(workspace, store, graph_only=True)
    with watched() as watch, opening as (snapshot, graph):
        given = positional(saved, values) | assignments(named)
        terms = parse_terms(saved, given, lookup(snapshot, graph))
        answer = graph.query(fill(saved.text, terms))
        form = format_name or (output.suffix.lower().removeprefix(".") if output else "")
        if form in PICTURES:
            drawn = as_file(picture(saved, answer, snapshot.iris.base), form)
            with opened(output) as target:
                target.stream.write(drawn)
            return
        shown = Shown(format_name, output, snapshot.iris.base, watch.answered)
        if write_answer(answer, saved.text, shown):
            return
        near = [
            f"; {name} is {terms[name].value!r}, the nearest: {', '.join(map(repr, values))}"
            for name, values in near_values(graph, saved, terms)
        ]
        click.echo(f"Note: no solutions{''.join(near)}", err=True)


@command()
@click.argument("words", metavar="[TEXT]...", nargs=-1)
@queries_option
@workspace_option
@output_options
def queries(
    words: tuple[str, ...],
    folder: Path | None,
    workspace: Path,
    format_name: str | None,
    output: Path | None,
) -> None:
    """List the saved queries, or those that mention TEXT.

    Queries of your own are listed beside ours, with their files. Where two have the same name,
    yours is the one that runs.
    """
    from etl.output import Rows
    from etl.queries import mentioning

    del workspace  # which may remember the folder
    known, broken = known_queries(folder)
    found = mentioning(known.values(), " ".join(words))
    columns = ("query", "parameters", "answers", *(["file"] if folder else []))
    rows = [
        (
            *(saved.name, ", ".join(str(each) for each in saved.parameters), saved.summary),
            *([_own_file(saved, folder)] if folder else []),
        )
        for saved in found
    ]
    tell_of_own(folder, known, broken)
    if not rows:
        click.echo(f"Note: no saved query mentions {' '.join(words)!r}", err=True)
    write(Rows(columns, rows), format_name, output)


def _own_file(saved: SavedQuery, folder: Path) -> Path | None:
    return saved.path if saved.path.parent == folder else None


def tell_of_own(
    folder: Path | None, known: dict[str, SavedQuery], broken: dict[str, QueryError]
) -> None:
    """Say which files of the user's are broken, and which queries take the place of ours."""
    from etl.queries import read_queries

    for error in broken.values():
        click.echo(f"Warning: {error}", err=True)
        if error.hint:
            click.echo(f"Hint: {error.hint}", err=True)
    for name in read_queries() if folder else ():
        if known[name].path.parent == folder:
            click.echo(f"Note: {known[name].path} runs instead of our query {name}", err=True)


COMMANDS = (query, queries)
