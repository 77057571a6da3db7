"""SPARQL updates as text: subjects are given the statements that they should have."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import chain
from typing import cast

from pyoxigraph import NamedNode, Quad, RdfFormat, Triple, serialize

from etl.queries import portable
from etl.stores.servers import ServerKind
from etl.stores.spellings import as_held


@dataclass(frozen=True, slots=True)
class Piece:
    """What a server is to hold of an entity's subjects: these statements and no others."""

    entity: str
    subjects: tuple[str, ...]
    statements: Sequence[Triple | Quad] = field(repr=False)


def dataset(pieces: Iterable[Piece], graph: str | None, kind: ServerKind) -> bytes:
    """Write what pieces say as N-Quads, in the graphs that it belongs in on a server."""
    said: Iterator[Triple | Quad] = chain.from_iterable(piece.statements for piece in pieces)
    if graph is not None:
        said = map(partial(_placed, NamedNode(graph)), said)
    return as_held(serialize(cast(Iterable[Quad], said), format=RdfFormat.N_QUADS) or b"", kind)


def _placed(graph: NamedNode, statement: Triple | Quad) -> Quad:
    """Put what belongs in the default graph into another one."""
    if isinstance(statement, Quad):
        if isinstance(statement.graph_name, NamedNode):
            return statement
        statement = statement.triple
    return Quad(statement.subject, statement.predicate, statement.object, graph)


def documents(
    pieces: Iterable[Piece], graph: str | None, kind: ServerKind
) -> Iterator[tuple[str | None, bytes]]:
    """Yield what pieces say, as N-Triples, for each graph that it belongs in on a server."""
    ours: list[Triple] = []
    named: dict[str, list[Triple]] = {}
    for piece in pieces:
        for each in piece.statements:
            if isinstance(each, Triple):
                ours.append(each)
            elif isinstance(each.graph_name, NamedNode):
                named.setdefault(each.graph_name.value, []).append(each.triple)
            else:
                ours.append(each.triple)
    for name, triples in ((graph, ours), *named.items()):
        if triples:
            yield name, as_held(serialize(triples, format=RdfFormat.N_TRIPLES) or b"", kind)


def replacement(
    pieces: Sequence[Piece], graphs: Sequence[str | None], kind: ServerKind, *, fresh: bool
) -> bytes:
    """Write the update that replaces the triples of subjects.

    `graphs` are those that hold anything of ours, the one for the default graph first. Applied
    again, it changes nothing. With `fresh`, the server has none of the subjects.
    """
    return " ;\n".join(_operations(pieces, graphs, kind, fresh)).encode()


def _operations(
    pieces: Sequence[Piece], graphs: Sequence[str | None], kind: ServerKind, fresh: bool
) -> Iterator[str]:
    if not fresh:
        subjects = " ".join(f"<{subject}>" for piece in pieces for subject in piece.subjects)
        for graph in graphs:
            yield (
                f"DELETE {{ {_in(graph, '?s ?p ?o')} }} "
                f"WHERE {{ {_in(graph, f'VALUES ?s {{ {subjects} }} ?s ?p ?o')} }}"
            )
    for graph, document in documents(pieces, graphs[0], kind):
        yield f"INSERT DATA {{ {_in(graph, portable(document.decode()))} }}"


def _in(graph: str | None, pattern: str) -> str:
    return pattern if graph is None else f"GRAPH <{graph}> {{ {pattern} }}"
