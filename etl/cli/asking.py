"""Commands that ask the graph."""

from __future__ import annotations

import os
import re
import sys
from itertools import chain
from pathlib import Path

import click

from etl.cli.options import (
    ANY_ANSWER,
    DATA_SAY_NO,
    DONE,
    GRAPH,
    memory_option,
    output_options,
    query_timeout_option,
    store_option,
    workspace_option,
    writes,
)
from etl.cli.session import Shown, lookup, opened_store, write, write_answer
from etl.cli.watching import watched
from etl.errors import QueryError


@click.command("sparql")
@click.argument("query", metavar="TEXT|FILE|-")
@workspace_option
@store_option
@query_timeout_option
@memory_option
@writes(ANY_ANSWER)
def any_query(
    query: str, workspace: Path, store: str | None, format_name: str | None, output: Path | None
) -> None:
    """Run any SPARQL query.

    It is given as text, as the name of a file, or on standard input (-). These prefixes need not be
    declared: dcat, dcterms, film (our own terms), movie, person (our films and people), owl, prov,
    rdf, rdfs, schema, sh, skos, void, wd (Wikidata's items) and xsd. One that the query declares
    itself stands for what it says.
    """
    from etl.queries.lookup import unknown_names
    from etl.queries.syntax import predeclared, refuse_endless

    text = _query_text(query)
    refuse_endless(text)
    with watched() as watch, opened_store(workspace, store) as (snapshot, graph):
        prefixes = predeclared(snapshot.iris)
        answer = graph.query(text, prefixes)
        shown = Shown(format_name, output, snapshot.iris.base, watch.answered)
        if write_answer(answer, text, shown):
            return
        absent = [
            name + (f" (did you mean {' or '.join(near)}?)" if near else "")
            for name, near in unknown_names(graph, text, prefixes)
        ]
        hint = f"; nowhere in the graph: {', '.join(absent)}" if absent else ""
        click.echo(f"Note: no solutions{hint}", err=True)


# What stands on the command line in one word, or ends like a file of queries.
_LIKE_A_PATH = re.compile(r"[^\s{}<>?$*]+|[^{}<>?$*]+\.(?:rq|sparql|ru|txt)")


def _query_text(query: str) -> str:
    """Return a query that was given as text, as the name of a file, or on standard input."""
    if query != "-" and not os.path.exists(query):  # unlike Path, it takes any text for a name
        if _LIKE_A_PATH.fullmatch(query.strip()):
            raise QueryError(
                f"{query}: no such file, and no query",
                hint="give a query's text, the name of a file, or - for standard input; "
                "'etl queries' lists the saved ones, which 'etl query' runs",
            )
        return query
    place = "standard input" if query == "-" else query
    try:
        data = sys.stdin.buffer.read() if query == "-" else Path(query).read_bytes()
        return data.decode("utf-8-sig")
    except OSError as error:
        raise QueryError(f"{place}: cannot be read: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise QueryError(f"{place}: expected a query in UTF-8") from error


@click.command()
@click.argument("text")
@click.option(
    "--limit", type=click.IntRange(1), default=20, show_default=True, help="Show at most so many."
)
@workspace_option
@store_option
@output_options
def search(
    text: str,
    limit: int,
    workspace: Path,
    store: str | None,
    format_name: str | None,
    output: Path | None,
) -> None:
    """Find films and people by name or id, forgiving typing errors.

    A film is also found by its characters. Each match says why it was found, and tells the
    character, or two films that a person is best known for.
    """
    from etl.output import Rows
    from etl.queries.lookup import best_known, search

    with opened_store(workspace, store) as (snapshot, graph):
        rows = []
        for match in search(lookup(snapshot, graph), text, limit):
            found = match.entity
            known = match.named.text if match.named.why else ", ".join(best_known(graph, found))
            rows.append((found.kind.noun, found.label, found.iri, match.why, known))
        base_iri = snapshot.iris.base
    columns = ("kind", "name", "iri", "match", "details")
    write(Rows(columns, rows), format_name, output, base_iri)
    if not rows:
        click.echo(f"Note: no film or person is called {text!r}, or nearly so", err=True)


@click.command()
@click.argument("iri", metavar="IRI|ID|NAME")
@click.argument("predicate", required=False)
@workspace_option
@store_option
@output_options
def explain(
    iri: str,
    predicate: str | None,
    workspace: Path,
    store: str | None,
    format_name: str | None,
    output: Path | None,
) -> None:
    """Show where each triple of a film or person comes from.

    That is the rule, the field, the file and the line, and the run that read it. Of a film that is
    kept out, show why. A property is given as `director`, `schema:director` or an IRI.
    """
    from etl.inspection.explaining import explain, properties
    from etl.output import Rows

    columns = ("triple", "rule", "field", "says", "place", "run", "outcome")
    with opened_store(workspace, store) as (snapshot, graph):
        rows, refused = explain(snapshot, graph, iri, predicate)
        for finding in refused:
            click.echo(f"Kept out: {finding.place}: {finding.reason}", err=True)
        report = Rows(columns, rows, abridged=frozenset({"triple", "says"}))
        write(report, format_name, output, snapshot.iris.base)
        if not rows and not refused:
            there = ", ".join(properties(explain(snapshot, graph, iri, None)[0]))
            without = f" with {predicate}; there are: {there}" if predicate and there else ""
            click.echo(f"Note: no triples of {iri!r} to explain{without}", err=True)
    sys.exit(DATA_SAY_NO if refused else DONE)


@click.command()
@click.option(
    "--provenance",
    is_flag=True,
    help="Add what the data set is, its runs and sources, and the records behind each film.",
)
@click.option("--owl-same-as", is_flag=True, help="Add owl:sameAs to the Wikidata items.")
@workspace_option
@store_option
@writes(GRAPH)
def export(
    provenance: bool,
    owl_same_as: bool,
    workspace: Path,
    store: str | None,
    format_name: str | None,
    output: Path | None,
) -> None:
    """Write the whole graph, in any format of RDF.

    That is N-Triples, Turtle, N-Quads, JSON-LD or RDF/XML. In N-Quads, provenance is a graph of its
    own; the other formats have one graph for all.

    The number of triples and a hash of them are printed on standard error. They are the same for
    the same graph in any format and any order; 'etl check' prints those of the store.
    """
    from etl.output import GraphAnswer, GraphHash
    from etl.output.graphs import with_owl_same_as
    from etl.provenance.recording import provenance_of

    with opened_store(workspace, store) as (snapshot, held):
        graph = with_owl_same_as(held.export()) if owl_same_as else held.export()
        added = provenance_of(snapshot.catalog, held) if provenance else ()
        exported = GraphHash()
        write(GraphAnswer(exported.counting(chain(graph, added))), format_name, output)
    click.echo(f"graph: {exported}", err=True)


COMMANDS = (any_query, search, explain, export)
