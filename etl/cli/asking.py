"""Commands that ask the graph."""

from __future__ import annotations

import os
import re
import sys
from itertools import chain
from pathlib import Path

import click

from etl.cli.grouping import OptionGroup, command, is_standing, option
from etl.cli.options import (
    ANY_ANSWER,
    DATA_SAY_NO,
    DONE,
    GRAPH,
    Whole,
    memory_option,
    output_options,
    query_timeout_option,
    store_option,
    workspace_option,
    writes,
)
from etl.cli.session import Shown, lookup, opened_store, write, write_answer
from etl.cli.watching import watched
from etl.errors import EtlError, QueryError


@command("sparql")
@click.argument("query", metavar="TEXT|FILE|-")
@workspace_option
@store_option
@query_timeout_option
@memory_option
@writes(ANY_ANSWER)
def any_query(
    query: str, workspace: Path, store: str | None, format_name: str | None, output: Path | None
) -> None:
    """Run a SPARQL query of your own.

    The query is given as text, as the name of a file, or on standard input (-).

    These prefixes need not be declared: dcat, dcterms, film (our own terms), movie, person (our
    films and people), owl, prov, rdf, rdfs, schema, sh, skos, void, wd (Wikidata's items) and xsd.
    A prefix that the query declares itself has the meaning given there.
    """
    from etl.queries.lookup import unknown_names
    from etl.queries.syntax import predeclared, refuse_endless

    text = _query_text(query)
    refuse_endless(text)
    opening = opened_store(workspace, store, graph_only=True)
    with watched() as watch, opening as (snapshot, graph):
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


@command()
@click.argument("text")
@option(
    "--limit",
    group=OptionGroup.CHOICE,
    type=Whole(1),
    metavar="N",
    default=20,
    show_default=True,
    help="Number of matches to list at most.",
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
    """Find films and people by name or id, despite typing errors.

    Each match says why it was found. Films are also found by the names of characters, which are
    then shown. Of a person, two of the best-known films are shown.
    """
    from etl.output import Rows
    from etl.queries.lookup import best_known, search

    with opened_store(workspace, store, graph_only=True) as (snapshot, graph):
        rows = []
        for match in search(lookup(snapshot, graph), text, limit):
            found = match.entity
            known = match.named.text if match.named.why else ", ".join(best_known(graph, found))
            rows.append((found.kind.noun, found.label, found.iri, match.why, known))
        base_iri = snapshot.iris.base
    columns = ("kind", "name", "iri", "match", "details")
    write(Rows(columns, rows), format_name, output, base_iri)
    if not rows:
        click.echo(f"Note: no film or person has a name like {text!r}", err=True)


@command()
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

    The origin is a rule, a field, a file and line, and the run that read the record. For a film
    that is kept out, the reason is shown. A PREDICATE is a property (director, schema:director or
    an IRI), or a field as the file has it.
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


@command()
@option(
    "--provenance",
    group=OptionGroup.CHOICE,
    is_flag=True,
    help="Add the description of data set, runs and sources, and each film's records.",
)
@option(
    "--owl-same-as",
    group=OptionGroup.CHOICE,
    is_flag=True,
    help="Add owl:sameAs links to the Wikidata items.",
)
@option(
    "--rdf12",
    group=OptionGroup.CHOICE,
    is_flag=True,
    help="Add file, line and field behind each triple, as RDF 1.2 triple terms.",
)
@option(
    "--shards",
    group=OptionGroup.OUTPUT,
    metavar="DIR",
    type=click.Path(path_type=Path, file_okay=False),
    help="Write numbered files for a server's own loader, with the provenance, into DIR.",
)
@option(
    "--kind",
    group=OptionGroup.OUTPUT,
    metavar="KIND",
    help="Kind of server that the files of --shards are for, such as Fuseki.",
)
@workspace_option
@store_option
@writes(GRAPH)
def export(
    provenance: bool,
    owl_same_as: bool,
    rdf12: bool,
    shards: Path | None,
    kind: str | None,
    workspace: Path,
    store: str | None,
    format_name: str | None,
    output: Path | None,
) -> None:
    """Write the whole graph in an RDF format.

    N-Quads puts the provenance into a named graph; the other formats have one graph only. --rdf12
    cannot be written as JSON-LD, and rdflib and QLever do not read what it writes.

    The number of triples and their hash are printed on standard error. Both depend neither on the
    format nor on the order of the triples; 'etl check' prints those of the store. Sources with a
    non-commercial or share-alike licence are named there too.

    With --shards, both graphs are written as compressed N-Triples, a million triples in a file,
    and a manifest with their numbers and hashes. Virtuoso and Fuseki need files of their own
    (--kind).
    """
    from etl.inspection.reifying import reified
    from etl.output import GraphAnswer, GraphHash
    from etl.output.graphs import with_owl_same_as
    from etl.provenance.recording import provenance_of
    from etl.publication.sharding import write_shards
    from etl.sources.licences import terms
    from etl.stores.servers import GENERIC, kind_called

    if shards is None and kind is not None:
        raise click.UsageError("--kind belongs to --shards")
    own_format = None if is_standing(click.get_current_context(), "format_name") else format_name
    if shards is not None and (provenance or owl_same_as or rdf12 or output or own_format):
        raise click.UsageError("--shards goes with --kind alone")
    if rdf12 and format_name == "jsonld":
        raise EtlError("JSON-LD cannot hold --rdf12", hint="choose another format, such as nt")
    with opened_store(workspace, store) as (snapshot, held):
        if shards is not None:
            product = GENERIC if kind is None else kind_called(kind)
            exported = write_shards(held, snapshot.iris.provenance_graph, shards, product)
        else:
            graph = with_owl_same_as(held.export()) if owl_same_as else held.export()
            added = provenance_of(snapshot.catalog, held) if provenance else ()
            origins = reified(snapshot) if rdf12 else ()
            exported = {"graph": GraphHash()}
            counted = exported["graph"].counting(chain(graph, added, origins))
            write(GraphAnswer(counted), format_name, output)
        known = snapshot.catalog.sources
        licences, standing = known.licences(), known.standing()
    for name, hashed in exported.items():
        click.echo(f"{name}: {hashed}", err=True)
    for source in standing:
        if asked := terms(licences[source.name]):
            where = ", ".join(licences[source.name])
            told = f"Warning: data of {source.label} are {' and '.join(asked)} ({where})"
            click.echo(told, err=True)


COMMANDS = (any_query, search, explain, export)
