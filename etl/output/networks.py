"""A small graph drawn as a network: things as dots with their names, triples as arrows.

Source of the layout: Fruchterman and Reingold, Graph Drawing by Force-directed Placement (1991).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from urllib.parse import unquote

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from etl.errors import QueryError
from etl.output.lettering import breadth, fitted, written
from etl.rdf.vocab import RDF, SCHEMA

_AT_MOST = 80  # things in a picture
_SPACE = 150  # units between two things
_ROUNDS = 300
_EDGE, _LABEL = 40, 200
_WIDER = 1.5  # than high: labels lie
_DOT = 6
_STYLE = (
    "text { font: 13px sans-serif; fill: #1d1d1d; paint-order: stroke; stroke: #ffffff; "
    "stroke-width: 3px } .edge { stroke: #9a9a9a } .of { fill: #5c5c5c; font-size: 12px } "
    ".node { fill: #b4654f }"
)
_NAMES = {SCHEMA.name, SCHEMA.characterName}

Resource = NamedNode | BlankNode
Place = tuple[float, float]


def network(triples: Iterable[Triple], base_iri: str) -> str | None:
    """Draw a graph as SVG; None where it has no triple between two things.

    A thing has the name that the graph gives it; other literals and types are not drawn.

    Raises:
        QueryError: there are more things than can be told apart.
    """
    names: dict[Resource, str] = {}
    edges: dict[tuple[Resource, Resource], list[str]] = {}
    for triple in sorted(triples, key=str):
        subject, value = triple.subject, triple.object
        if not isinstance(subject, Resource):
            continue
        if isinstance(value, Literal) and triple.predicate in _NAMES:
            names.setdefault(subject, value.value)
        elif isinstance(value, Resource) and triple.predicate != RDF.type:
            edges.setdefault((subject, value), []).append(
                _local(triple.predicate.value).rpartition("#")[2]
            )
    things = list(dict.fromkeys(each for edge in edges for each in edge))
    if not things:
        return None
    if len(things) > _AT_MOST:
        raise QueryError(
            f"a picture of {len(things)} things cannot be read: at most {_AT_MOST} are drawn",
            hint="ask for less, by LIMIT or by a condition",
        )
    number = {thing: place for place, thing in enumerate(things)}
    labels = [fitted(names.get(each) or _short(each, base_iri), _LABEL) for each in things]
    pairs = {(number[one], number[other]): told for (one, other), told in edges.items()}
    return _written(_placed(len(things), pairs), pairs, labels)


def _local(iri: str) -> str:
    return iri.rstrip("/").rpartition("/")[2]


def _short(thing: Resource, base_iri: str) -> str:
    if isinstance(thing, NamedNode) and thing.value.startswith(base_iri):
        return unquote(_local(thing.value).replace("_", " "))
    return _local(thing.value)


def _placed(count: int, pairs: Iterable[tuple[int, int]]) -> list[Place]:
    """Place things so that those with a triple between them are near, and others apart."""
    side = _SPACE * math.sqrt(count)
    turn = 2 * math.pi / count
    places = [
        (side / 2 * math.cos(turn * n) + n % 7, side / 2 * math.sin(turn * n) + n % 5)
        for n in range(count)
    ]
    for step in range(_ROUNDS):
        moves = [[0.0, 0.0] for _ in range(count)]
        for one in range(count):
            for other in range(one):
                _push(places, moves, one, other, lambda far: _SPACE**2 / far)
        for one, other in pairs:
            _push(places, moves, one, other, lambda far: -(far**2) / _SPACE)
        most = side / 8 * (1 - step / _ROUNDS) + 1
        places = [
            (x + dx * part, y + dy * part)
            for (x, y), (dx, dy) in zip(places, moves, strict=True)
            for part in (min(1.0, most / (math.hypot(dx, dy) or 1)),)
        ]
    return places


def _push(
    places: list[Place],
    moves: list[list[float]],
    one: int,
    other: int,
    force: Callable[[float], float],
) -> None:
    """Push two things apart by a force that depends on how far they are from one another."""
    if one == other:
        return
    dx, dy = places[one][0] - places[other][0], places[one][1] - places[other][1]
    far = math.hypot(dx, dy) or 0.1
    strength = force(far) / far
    for thing, sign in ((one, 1), (other, -1)):
        moves[thing][0] += sign * strength * dx
        moves[thing][1] += sign * strength * dy


def _written(
    places: list[Place], pairs: dict[tuple[int, int], list[str]], labels: list[str]
) -> str:
    left, top = (min(place[axis] for place in places) - _EDGE for axis in (0, 1))
    at = [(round((x - left) * _WIDER, 1), round(y - top, 1)) for x, y in places]
    right = max(x + _DOT + breadth(text) for (x, _), text in zip(at, labels, strict=True))
    width, height = math.ceil(right + _EDGE), math.ceil(max(y for _, y in at) + _EDGE)
    lines = [*_arrows(at, pairs), *_dots(at, labels)]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        f'width="{width}" height="{height}">\n<style type="text/css">{_STYLE}</style>\n'
        '<defs><marker id="tip" viewBox="0 0 8 8" refX="14" refY="4" markerWidth="7" '
        'markerHeight="7" orient="auto"><path d="M0 0 8 4 0 8z" fill="#9a9a9a"/></marker></defs>\n'
        f'<rect width="{width}" height="{height}" fill="#ffffff"/>\n'
        + "".join(f"{line}\n" for line in lines)
        + "</svg>\n"
    )


def _arrows(at: list[Place], pairs: dict[tuple[int, int], list[str]]) -> Iterator[str]:
    for (one, other), told in pairs.items():
        (x1, y1), (x2, y2) = at[one], at[other]
        yield (
            f'<line class="edge" x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}" marker-end="url(#tip)"/>'
        )
        x, y, words = round((x1 + x2) / 2, 1), round((y1 + y2) / 2, 1), written(", ".join(told))
        yield f'<text class="of" x="{x}" y="{y}" text-anchor="middle">{words}</text>'


def _dots(at: list[Place], labels: list[str]) -> Iterator[str]:
    for (x, y), label in zip(at, labels, strict=True):
        yield f'<circle class="node" cx="{x}" cy="{y}" r="{_DOT}"/>'
        yield f'<text x="{x + _DOT + 3}" y="{y + 4}">{written(label)}</text>'
