"""SPARQL updates as text: subjects are given the statements that they should have."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, Triple, serialize

from etl.queries import portable
from etl.stores.servers import Kind


@dataclass(frozen=True, slots=True)
class Piece:
    """What a server is to hold of an entity's subjects: these statements and no others."""

    entity: str
    subjects: tuple[str, ...]
    statements: Sequence[Triple | Quad] = field(repr=False)


def adapted(triple: Triple, kind: Kind) -> Triple:
    """Return a triple as a server can hold it."""
    term = triple.object
    if isinstance(term, Literal) and term.datatype in kind.kept_as_text:
        return Triple(triple.subject, triple.predicate, Literal(term.value))
    return triple


def by_graph(
    pieces: Iterable[Piece], graph: str | None, kind: Kind
) -> dict[str | None, list[Triple]]:
    """Sort the statements of pieces by the graph they belong in on a server."""
    sorted_ones: dict[str | None, list[Triple]] = {graph: []}
    ours = sorted_ones[graph]
    for piece in pieces:
        for each in piece.statements:
            if isinstance(each, Triple):
                ours.append(each)
                continue
            name = each.graph_name
            place = name.value if isinstance(name, NamedNode) else graph
            sorted_ones.setdefault(place, []).append(each.triple)
    if kind.kept_as_text:
        return {name: [adapted(each, kind) for each in told] for name, told in sorted_ones.items()}
    return sorted_ones


def replacement(
    pieces: Sequence[Piece], graphs: Sequence[str | None], kind: Kind, *, fresh: bool
) -> bytes:
    """Write the update that brings subjects in step: what they had goes, what they have comes.

    `graphs` are those that hold anything of ours, the one for the default graph first. Applied
    again, it changes nothing. With `fresh`, the server has none of the subjects.
    """
    return " ;\n".join(_operations(pieces, graphs, kind, fresh)).encode()


def _operations(
    pieces: Sequence[Piece], graphs: Sequence[str | None], kind: Kind, fresh: bool
) -> Iterator[str]:
    if not fresh:
        subjects = " ".join(f"<{subject}>" for piece in pieces for subject in piece.subjects)
        for graph in graphs:
            yield (
                f"DELETE {{ {_in(graph, '?s ?p ?o')} }} "
                f"WHERE {{ {_in(graph, f'VALUES ?s {{ {subjects} }} ?s ?p ?o')} }}"
            )
    for graph, triples in by_graph(pieces, graphs[0], kind).items():
        if not triples:
            continue
        text = (serialize(triples, format=RdfFormat.N_TRIPLES) or b"").decode()
        yield f"INSERT DATA {{ {_in(graph, portable(text))} }}"


def _in(graph: str | None, pattern: str) -> str:
    return pattern if graph is None else f"GRAPH <{graph}> {{ {pattern} }}"
