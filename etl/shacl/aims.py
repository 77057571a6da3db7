"""What shapes are about: our own and the user's told apart, and whether a graph has any of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import assert_never

from pyoxigraph import NamedNode, Triple

from etl.rdf.descriptions import Told
from etl.shacl.declarations import Declaration, name
from etl.shacl.graph import Graph
from etl.shacl.notes import ShapeNote
from etl.shacl.shapes import Shapes
from etl.shacl.streaming import TripleSource, focus_nodes
from etl.shacl.targets import (
    ClassTarget,
    NodeTarget,
    ObjectsOfTarget,
    ShapeTarget,
    SubjectsOfTarget,
    declared_shapes,
    is_target,
    targets,
)

_TWINS = ("http://schema.org/", "https://schema.org/")


@dataclass(frozen=True, slots=True)
class Aim:
    """A shape and one of its targets; `twin` is what a graph has that looks much like it."""

    shape: Declaration
    target: ShapeTarget
    twin: NamedNode | None = None

    @property
    def note(self) -> ShapeNote:
        """Say that a graph has nothing of it."""
        twin = f"; {self.twin} is" if self.twin else ""
        return ShapeNote(str(self.shape), f"{_called(self.target)} is not in the graph{twin}")


def _called(target: ShapeTarget) -> str:
    match target:
        case NodeTarget(node):
            return f"its target {name(node)}"
        case ClassTarget(class_):
            return f"its target class {class_}"
        case SubjectsOfTarget(predicate) | ObjectsOfTarget(predicate):
            return f"its target property {predicate}"
        case _:
            assert_never(target)


def own_aims(shapes: Shapes, shipped: Shapes) -> list[Aim]:
    """Return the targets that shapes have beside those of the shapes that we ship."""
    ours = {
        (shape.node, each) for shape in declared_shapes(shipped.graph) for each in targets(shape)
    }
    return [
        Aim(shape, target)
        for shape in declared_shapes(shapes.graph)
        for target in targets(shape)
        if (shape.node, target) not in ours
    ]


def parted(shapes: Shapes, shipped: Shapes) -> tuple[Shapes, Shapes]:
    """Return the shapes twice: with the targets of those that we ship, and with the others."""
    known = set(shipped.triples)
    ours, others = [], []
    for triple in shapes.triples:
        is_aim = is_target(triple, shapes.graph)
        if not is_aim or triple in known:
            ours.append(triple)
        if not is_aim or triple not in known:
            others.append(triple)
    return Shapes(tuple(ours)), Shapes(tuple(others))


def in_all(unmet: Sequence[Sequence[Aim]]) -> list[Aim]:
    """Return the aims that each of some graphs has nothing of, as the first puts them."""
    lacking = [{(aim.shape, aim.target) for aim in each} for each in unmet[1:]]
    return [
        aim
        for aim in next(iter(unmet), ())
        if all((aim.shape, aim.target) in each for each in lacking)
    ]


def unmet_in(aims: Iterable[Aim], told: Iterable[Told]) -> list[Aim]:
    """Return the aims that what is told, all of it in memory, has nothing of."""
    graph = Graph(told)
    return list(_unmet(aims, lambda target: bool(target.focus_nodes(graph))))


def unmet(aims: Iterable[Aim], source: TripleSource, hierarchy: Sequence[Triple] = ()) -> list[Aim]:
    """Return the aims that a graph has nothing of."""

    def has(target: ShapeTarget) -> bool:
        return any(True for _ in focus_nodes([target], source, hierarchy))

    return list(_unmet(aims, has))


def _unmet(aims: Iterable[Aim], has: Callable[[ShapeTarget], bool]) -> Iterator[Aim]:
    for aim in aims:
        if not isinstance(aim.target, NodeTarget) and not has(aim.target):
            twin = _twin(aim.target)
            yield replace(aim, twin=twin[0]) if twin and has(twin[1]) else aim


def _twin(target: ShapeTarget) -> tuple[NamedNode, ShapeTarget] | None:
    """Return the target that is written with `https:` for `http:`, or the other way round."""
    match target:
        case ClassTarget(NamedNode() as term) | SubjectsOfTarget(term) | ObjectsOfTarget(term):
            for here, there in (_TWINS, _TWINS[::-1]):
                if term.value.startswith(here):
                    twin = NamedNode(there + term.value.removeprefix(here))
                    return twin, type(target)(twin)
    return None
