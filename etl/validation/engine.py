"""The engines: our own checks with pySHACL for what they do not cover, and pySHACL alone."""

from __future__ import annotations

import gc
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain

from pyoxigraph import BlankNode, NamedNode

from etl.descriptions import Term, Told
from etl.errors import ShapesError
from etl.validation import reference
from etl.validation.compiling import CompiledShape, Compiler
from etl.validation.constraints.components import unknown_terms
from etl.validation.declarations import Declaration, name
from etl.validation.delegation import (
    Delegate,
    properties_walked_back,
    reason_to_delegate,
    referred_shapes,
)
from etl.validation.graph import Graph
from etl.validation.report import ValidationReport, ValidationResult
from etl.validation.shapes import Shapes
from etl.validation.targets import Target, declared_shapes, focus_nodes_by_table, targets
from etl.vocab import RDFS, SH


@dataclass(frozen=True, slots=True)
class Note:
    """Something about a shape that its author should know."""

    shape: NamedNode | BlankNode
    reason: str

    def __str__(self) -> str:
        return f"shape {name(self.shape)}: {self.reason}"


@dataclass(frozen=True, slots=True)
class Group:
    """The shapes that are about the same nodes, as they are declared and ready to be asked."""

    targets: tuple[Target, ...]
    declarations: tuple[Declaration, ...]
    shapes: tuple[CompiledShape, ...]

    def results(self, graph: Graph, nodes: Collection[Term]) -> Iterator[ValidationResult]:
        """Yield what is wrong with some nodes."""
        for shape in self.shapes:
            suspects = shape.suspects(graph, nodes)
            for node in nodes if suspects else ():
                if node in suspects:
                    yield from shape.results(graph, node)


class CompiledEngine:
    """Validates with checks compiled from the shapes.

    `notes` says which shapes could not be compiled, and what in them is not SHACL Core.
    """

    def __init__(self, shapes: Shapes) -> None:
        """Compile the shapes.

        Raises:
            ShapesError: a shape is not what SHACL allows, or none says what it is about.
        """
        declared = declared_shapes(shapes.graph)
        _check_scope(shapes, declared)
        self.shapes = shapes
        self.walked_back = _walked_back(declared)
        self.hierarchy = [
            triple for triple in shapes.triples if triple.predicate == RDFS.subClassOf
        ]
        reasons = {shape: reason_to_delegate(shape) for shape in declared}
        self.groups = tuple(_groups([shape for shape in declared if not reasons[shape]], shapes))
        self.delegate = Delegate(shapes, [shape for shape in declared if reasons[shape]])
        self.notes = (*_delegation_notes(reasons), *_unknown_term_notes(declared))

    def __reduce__(self) -> tuple[type[CompiledEngine], tuple[Shapes]]:
        """Travel to another process as the shapes, to be compiled there."""
        return CompiledEngine, (Shapes(self.shapes.triples),)

    def validate(self, triples: Iterable[Told]) -> ValidationReport:
        """Validate triples, together with the class hierarchy that the shapes graph states.

        Raises:
            ShapesError: pySHACL, where it is needed, gives up on the shapes.
        """
        with _without_garbage_collection():
            return self._report(chain(triples, self.hierarchy))

    def _report(self, triples: Iterable[Told]) -> ValidationReport:
        graph = Graph(triples)
        results = (
            group.results(graph, focus_nodes_by_table(graph, group.targets))
            for group in self.groups
        )
        return ValidationReport((*chain.from_iterable(results), *self.delegate.results(graph)))


class ReferenceEngine:
    """Validates with pySHACL; every call reads the shapes anew."""

    def __init__(self, shapes: Shapes) -> None:
        self.shapes = shapes
        self.walked_back = _walked_back(declared_shapes(shapes.graph))

    def validate(self, triples: Iterable[Told]) -> ValidationReport:
        """Validate triples; see `reference.validate`."""
        return reference.validate(self.shapes, triples)


def _walked_back(declared: Iterable[Declaration]) -> frozenset[NamedNode] | None:
    found: frozenset[NamedNode] = frozenset()
    for properties in map(properties_walked_back, declared):
        if properties is None:
            return None
        found |= properties
    return found


def _groups(declared: Sequence[Declaration], shapes: Shapes) -> Iterator[Group]:
    compiler = Compiler(shapes.graph)
    same_targets: dict[tuple[Target, ...], list[Declaration]] = {}
    for shape in declared:
        same_targets.setdefault(tuple(targets(shape)), []).append(shape)
    for found, declarations in same_targets.items():
        compiled = (compiler.compile(shape.node) for shape in declarations)
        yield Group(found, tuple(declarations), tuple(compiled))


@contextmanager
def _without_garbage_collection() -> Iterator[None]:
    """Pause the search for cycles while there is a graph: its many rows set it off, in vain."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _check_scope(shapes: Shapes, declared: Sequence[Declaration]) -> None:
    """Refuse shapes that would let everything pass, or ask for what we cannot do.

    Source: SHACL section 1.5 on entailment.
    """
    if not declared:
        raise ShapesError(
            "no shape says which nodes it is about, so everything would conform",
            hint="give a shape a target, such as sh:targetClass",
        )
    for regime in shapes.graph.column(SH.entailment).values:
        raise ShapesError(
            f"the shapes ask for the entailment regime {name(regime)}, which is not supported",
            hint="take sh:entailment out and state in the data what it would infer",
        )


def _delegation_notes(reasons: Mapping[Declaration, str | None]) -> Iterator[Note]:
    for shape, reason in reasons.items():
        if reason is not None:
            yield Note(shape.node, f"checked by pySHACL, which is slow: {reason}")


def _unknown_term_notes(declared: Iterable[Declaration]) -> Iterator[Note]:
    below = {shape.node: shape for root in declared for shape in referred_shapes(root)}
    for shape in below.values():
        for term in unknown_terms(shape):
            yield Note(shape.node, f"{name(term)} is not a term of SHACL Core, and is ignored")
