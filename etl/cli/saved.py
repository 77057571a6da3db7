"""Saved queries: run one, list them, and say what each asks for."""

from __future__ import annotations

from pathlib import Path

import click
from click.shell_completion import CompletionItem

from etl.cli.options import (
    SOLUTIONS,
    memory_option,
    output_options,
    query_timeout_option,
    store_option,
    workspace_option,
    writes,
)
from etl.cli.session import Shown, lookup, opened_store, write, write_answer
from etl.cli.watching import watched


class _OfAQuery(click.Command):
    """A command about a saved query; its help tells the parameters of one that is named."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        ctx.meta["words"] = list(args)
        return super().parse_args(ctx, args)

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        from etl.queries import read_queries

        super().format_help_text(ctx, formatter)
        known = read_queries()
        saved = next((known[word] for word in ctx.meta["words"] if word in known), None)
        if saved is None:
            return
        with formatter.section(saved.name):
            formatter.write_text(saved.summary)
            if asked := [(str(each), each.description) for each in saved.parameters]:
                formatter.write_dl(asked)


def _names(ctx: click.Context, argument: click.Parameter, begun: str) -> list[CompletionItem]:
    """Complete the name of a saved query."""
    from etl.queries import read_queries

    del ctx, argument
    found = read_queries().values()
    return [CompletionItem(s.name, help=s.summary) for s in found if s.name.startswith(begun)]


@click.command(cls=_OfAQuery)
@click.argument("name", shell_complete=_names)
@click.argument("values", metavar="[VALUE]...", nargs=-1)
@click.option(
    "-p", "--parameter", "named", multiple=True, metavar="NAME=VALUE", help="A parameter's value."
)
@workspace_option
@store_option
@query_timeout_option
@memory_option
@writes(SOLUTIONS)
def query(
    name: str,
    values: tuple[str, ...],
    named: tuple[str, ...],
    workspace: Path,
    store: str | None,
    format_name: str | None,
    output: Path | None,
) -> None:
    """Run a saved query. 'etl query NAME --help' tells what NAME asks for.

    A film or a person is given by name, by an id of IMDb, MovieLens or Wikidata, or by IRI;
    `Emma (1996)` tells two films of one name apart. Values without a name stand for the query's
    parameters in their order.
    """
    from etl.queries import assignments, fill, find, parse_terms, positional, read_queries
    from etl.queries.lookup import near_values

    saved = find(read_queries(), name)
    with watched() as watch, opened_store(workspace, store) as (snapshot, graph):
        given = positional(saved, values) | assignments(named)
        terms = parse_terms(saved, given, lookup(snapshot, graph))
        answer = graph.query(fill(saved.text, terms))
        shown = Shown(format_name, output, snapshot.iris.base, watch.answered)
        if write_answer(answer, saved.text, shown):
            return
        near = [
            f"; {name} is {terms[name].value!r}, the nearest: {', '.join(map(repr, values))}"
            for name, values in near_values(graph, saved, terms)
        ]
        click.echo(f"Note: no solutions{''.join(near)}", err=True)


@click.command()
@click.argument("words", metavar="[TEXT]...", nargs=-1)
@output_options
def queries(words: tuple[str, ...], format_name: str | None, output: Path | None) -> None:
    """List the saved queries, or those that speak of TEXT."""
    from etl.output import Rows
    from etl.queries import read_queries

    wanted = " ".join(words).casefold().split()
    rows = [
        (saved.name, ", ".join(str(each) for each in saved.parameters), saved.summary)
        for saved in read_queries().values()
        if all(word in f"{saved.name} {saved.summary}".casefold() for word in wanted)
    ]
    if not rows:
        click.echo(f"Note: no saved query speaks of {' '.join(words)!r}", err=True)
    write(Rows(("query", "parameters", "answers"), rows), format_name, output)


COMMANDS = (query, queries)
