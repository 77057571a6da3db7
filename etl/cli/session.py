"""What commands share: the open workspace, the shapes, and the destination of answers."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import click

from etl.cli.options import SHAPE_TIMEOUT, read_elsewhere, shape_timeout_option
from etl.cli.watching import file_bounds
from etl.errors import StoreError

if TYPE_CHECKING:
    from etl.output import Answer
    from etl.queries import Queryable
    from etl.queries.lookup import GraphLookup
    from etl.shacl import CompiledEngine, Engine, ReferenceEngine, Shapes, ShapesEngine
    from etl.shacl.aims import Aim
    from etl.stores import Answer as QueryAnswer
    from etl.stores.embedded import EmbeddedStore
    from etl.stores.remote import RemoteStore
    from etl.workspace.snapshot import Snapshot


def command_line() -> str:
    """Give back the command as it was typed."""
    import shlex

    return shlex.join(["etl", *sys.argv[1:]])


def own_shapes(workspace: Path, files: Sequence[Path], *, damaged: bool = False) -> Shapes:
    """Read the user's own shapes: those that are named, else those the workspace remembers.

    A workspace that may be `damaged` is asked for the newest sound generation's.
    """
    from etl.catalog.catalog import Catalog
    from etl.operations.disturbances import soundest
    from etl.shacl import Shapes
    from etl.shacl.shapes import turtle_files
    from etl.sources.proving import prove_turtle
    from etl.workspace import Workspace

    if files:
        prove_turtle(turtle_files(files), file_bounds())
        return Shapes.read(files)
    held = Workspace(workspace)
    generation = soundest(held) if damaged else held.current()
    return Shapes.of_text(Catalog.own_shapes(generation.catalog) if generation else "")


def engine(
    workspace: Path,
    files: Sequence[Path] = (),
    name: str = "compiled",
    *,
    damaged: bool = False,
    for_our_graph: bool = True,
) -> ShapesEngine:
    """Build the engine that validates by our shapes and the user's own; print warnings about them.

    What the user's shapes are about is compared with what a graph of ours can have, unless the
    engine is `for_our_graph` not alone.
    """
    from etl.errors import ShapesError
    from etl.shacl import CompiledEngine, ReferenceEngine
    from etl.shacl.shapes import located

    own = own_shapes(workspace, files, damaged=damaged)
    kind = ReferenceEngine if name == "pyshacl" else CompiledEngine
    seconds = shape_timeout_s()
    try:
        made = kind(shipped_shapes() | own, seconds) if own.triples else _of_ours(kind, seconds)
    except ShapesError as error:
        if own.triples and not files:
            error.hint = f"{error.hint}, and have it remembered: etl rebuild --shapes FILE"
        raise located(error, files) from error
    warn(made.notes)
    if for_our_graph and own.triples:
        warn(aim.note for aim in unmet_in_ours(made))
    return made


@cache
def _of_ours(kind: type[CompiledEngine | ReferenceEngine], timeout_s: float) -> ShapesEngine:
    """Build an engine of our shapes alone, once in a process."""
    return kind(shipped_shapes(), timeout_s)


@cache
def shipped_shapes() -> Shapes:
    """Read the shapes that come with the program."""
    from etl.resources import folder
    from etl.shacl import Shapes

    return Shapes.read([folder("shapes")])


def chosen_map(columns: Path | None, name: str | None) -> str | None:
    """Return the column map that was chosen; None where none was."""
    from etl.sources.claims import own_map, shipped_map

    if columns and name:
        raise click.UsageError("--columns and --as exclude each other")
    if columns:
        return own_map(columns)
    return None if name is None else shipped_map(name)


def warn(notes: Iterable[object]) -> None:
    """Print warnings, each once."""
    for note in dict.fromkeys(map(str, notes)):
        click.echo(f"Warning: {note}", err=True)


def unmet_in_ours(made: ShapesEngine) -> list[Aim]:
    """Return the targets of the user's shapes that no graph of ours can have."""
    from etl.entities.mapping import specimen
    from etl.shacl.aims import own_aims, unmet_in
    from etl.shacl.streaming import hierarchy_of

    aims = own_aims(made.shapes, shipped_shapes())
    return unmet_in(aims, [*specimen(), *hierarchy_of(made)]) if aims else []


def shape_timeout_s() -> float:
    """Return how long a pattern or a query of a shape may take on one node."""
    from etl.shacl.limits import SHAPE_TIMEOUT_S

    context = click.get_current_context()
    if SHAPE_TIMEOUT not in context.meta:
        read_elsewhere(context, shape_timeout_option)
    seconds: float | None = context.meta[SHAPE_TIMEOUT]
    return SHAPE_TIMEOUT_S if seconds is None else seconds


@cache
def provenance_engine(name: str) -> Engine:
    """Build the engine that validates the description of runs, sources and data set."""
    from etl.resources import folder
    from etl.shacl import CompiledEngine, ReferenceEngine, Shapes

    shapes = Shapes.read([folder("shapes") / "provenance"])
    return ReferenceEngine(shapes) if name == "pyshacl" else CompiledEngine(shapes)


@contextmanager
def opened(workspace: Path, *, graph_only: bool = False) -> Iterator[Snapshot]:
    """Open the current generation for reading, and say if another mapping made its graph.

    With `graph_only`, which takes less time, the catalog is not opened.
    """
    from etl.entities import MAPPING_VERSION
    from etl.workspace import Workspace
    from etl.workspace.snapshot import Snapshot

    with Snapshot.opened(Workspace(workspace).required(), graph_only=graph_only) as snapshot:
        if made_by := snapshot.other_mapping:
            click.echo(
                f"Warning: the graph was made by version {made_by} of the mapping, "
                f"and this is version {MAPPING_VERSION}; to make it anew, run: etl rebuild",
                err=True,
            )
        yield snapshot


@contextmanager
def opened_store(
    workspace: Path, store: str | None, *, graph_only: bool = False
) -> Iterator[tuple[Snapshot, EmbeddedStore | RemoteStore]]:
    """Open the current generation for reading, with a remote store for its own if one is named."""
    with opened(workspace, graph_only=graph_only) as snapshot:
        if store is None:
            yield snapshot, snapshot.store
            return
        from etl.publication.outbox import Outboxes
        from etl.publication.targets import Target
        from etl.stores.remote import RemoteStore

        where = Target.named(Outboxes(workspace), store).where
        with RemoteStore.opened(where, snapshot.iris.provenance_graph) as remote:
            yield snapshot, remote


def lookup(snapshot: Snapshot, graph: Queryable) -> GraphLookup:
    """Return the lookup of names in a graph; warn if it has to read the whole graph."""
    if graph is snapshot.store and (lost := snapshot.generation.index_missing()):
        click.echo(f"Warning: {lost}, so all names are read; to repair it, {lost.remedy}", err=True)
    return snapshot.lookup(graph)


@contextmanager
def opened_copy(workspace: Path, store: str | None) -> Iterator[tuple[Snapshot, EmbeddedStore]]:
    """Open the current generation for reading, with a copy of a remote store if one is named."""
    from etl.publication.comparing import copied
    from etl.stores.embedded import EmbeddedStore
    from etl.workspace import Workspace

    with opened_store(workspace, store) as (snapshot, graph):
        if isinstance(graph, EmbeddedStore):
            yield snapshot, graph
            return
        with copied(Workspace(workspace), graph) as copy:
            yield snapshot, copy


def write(
    answer: Answer, format_name: str | None, output: Path | None, base_iri: str | None = None
) -> None:
    """Write an answer to a file or to standard output.

    Raises:
        StoreError: the store found out while it was answering that it cannot.
    """
    from etl.output import opened, write
    from etl.workspace.snapshot import CHECK, DAMAGE

    with opened(output, format_name, base_iri) as target:
        try:
            write(answer, target)
        except BrokenPipeError:
            raise
        except (OSError, RuntimeError) as error:  # an engine finds out while it is answering
            reason = getattr(error, "strerror", None) or str(error).partition("\n")[0]
            hint = CHECK if DAMAGE in reason else ""
            message = f"the answer could not be completed: {reason.lower()}"
            raise StoreError(message, hint=hint) from error


@dataclass(frozen=True, slots=True)
class Shown:
    """How to write the answer to a query, and the callback for its first solution."""

    format_name: str | None
    output: Path | None
    base_iri: str
    answered: Callable[[], None]


def write_answer(answer: QueryAnswer, query: str, shown: Shown) -> bool:
    """Write the answer to a query, with columns in its order; return whether it has any solution.

    Raises:
        StoreError: the store found out while it was answering that it cannot.
    """
    from itertools import chain, islice

    from pyoxigraph import QuerySolutions, QueryTriples

    from etl.output import GraphAnswer, Solutions
    from etl.queries.syntax import column_order

    where = shown.format_name, shown.output, shown.base_iri
    if isinstance(answer, QuerySolutions):
        solutions = Solutions.of(answer, column_order(query), shown.answered)
        write(solutions, *where)
        shown.answered()
        return solutions.were_any
    if isinstance(answer, QueryTriples):
        first = list(islice(answer, 1))
        shown.answered()
        write(GraphAnswer(chain(first, answer)), *where)
        return bool(first)
    shown.answered()
    write(answer, *where)
    return True
