"""The engines: our own checks with pySHACL for what they do not cover, and pySHACL alone."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain
from typing import TypeAlias

from pyoxigraph import NamedNode

from etl.errors import ShapesError
from etl.process.garbage import uncollected
from etl.rdf.descriptions import Term, Told
from etl.rdf.vocab import RDFS, SH
from etl.shacl import reference
from etl.shacl.compiling import CompiledShape, Compiler
from etl.shacl.declarations import Declaration, name
from etl.shacl.delegation import (
    Delegate,
    properties_walked_back,
    reason_to_delegate,
)
from etl.shacl.graph import Graph
from etl.shacl.limits import SHAPE_TIMEOUT_S
from etl.shacl.notes import ShapeNote, notes
from etl.shacl.report import ValidationReport, ValidationResult
from etl.shacl.shapes import Shapes
from etl.shacl.sparql import queries
from etl.shacl.targets import ShapeTarget, declared_shapes, focus_nodes_by_table, targets
from etl.shacl.wellformedness import check


@dataclass(frozen=True, slots=True)
class ShapeGroup:
    """The shapes that are about the same nodes, as they are declared and ready to be asked."""

    targets: tuple[ShapeTarget, ...]
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

    `notes` says which shapes could not be compiled, and what in them asks for nothing.
    """

    def __init__(
        self, shapes: Shapes, timeout_s: float = SHAPE_TIMEOUT_S, *, is_checked: bool = False
    ) -> None:
        """Compile the shapes; a pattern or a query of theirs takes at most so long on one node.

        Raises:
            ShapesError: a shape is not what SHACL allows, or none says what it is about.
        """
        declared = declared_shapes(shapes.graph)
        found = () if is_checked else _checked(shapes, declared, timeout_s)
        self.shapes = shapes
        self.timeout_s = timeout_s
        self.walked_back = _walked_back(declared)
        self.hierarchy = [
            triple for triple in shapes.triples if triple.predicate == RDFS.subClassOf
        ]
        reasons = {shape: reason_to_delegate(shape) for shape in declared}
        compiled = [shape for shape in declared if not reasons[shape]]
        self.groups = tuple(_groups(compiled, Compiler(shapes.graph, timeout_s)))
        delegated = [shape for shape in declared if reasons[shape]]
        self.delegate = Delegate(shapes, delegated, timeout_s)
        self.notes = (*_delegation_notes(reasons), *found)

    def of(self, shapes: Shapes) -> CompiledEngine:
        """Make such an engine of other shapes."""
        return CompiledEngine(shapes, self.timeout_s)

    def __reduce__(self) -> tuple[Callable[..., CompiledEngine], tuple[Shapes, float]]:
        """Travel to another process as the shapes, to be compiled there."""
        again = partial(CompiledEngine, is_checked=True)
        return again, (Shapes(self.shapes.triples), self.timeout_s)

    def validate(self, triples: Iterable[Told]) -> ValidationReport:
        """Validate triples, together with the class hierarchy that the shapes graph states.

        Raises:
            ShapesError: pySHACL, where it is needed, gives up on the shapes.
        """
        with uncollected():
            return self._report(chain(triples, self.hierarchy))

    def _report(self, triples: Iterable[Told]) -> ValidationReport:
        graph = Graph(triples)
        results = (
            group.results(graph, focus_nodes_by_table(graph, group.targets))
            for group in self.groups
        )
        return ValidationReport((*chain.from_iterable(results), *self.delegate.results(graph)))


class ReferenceEngine:
    """Validates with pySHACL; every call reads the shapes anew.

    It refuses the shapes that `CompiledEngine` refuses, for the same reasons.
    """

    def __init__(self, shapes: Shapes, timeout_s: float = SHAPE_TIMEOUT_S) -> None:
        declared = declared_shapes(shapes.graph)
        self.notes = _checked(shapes, declared, timeout_s)
        self.shapes = shapes
        self.timeout_s = timeout_s
        self.walked_back = _walked_back(declared)

    def of(self, shapes: Shapes) -> ReferenceEngine:
        """Make such an engine of other shapes."""
        return ReferenceEngine(shapes, self.timeout_s)

    def validate(self, triples: Iterable[Told]) -> ValidationReport:
        """Validate triples; see `reference.validate`."""
        return reference.validate(self.shapes, triples, self.timeout_s)


ShapesEngine: TypeAlias = CompiledEngine | ReferenceEngine


def _walked_back(declared: Iterable[Declaration]) -> frozenset[NamedNode] | None:
    found: frozenset[NamedNode] = frozenset()
    for properties in map(properties_walked_back, declared):
        if properties is None:
            return None
        found |= properties
    return found


def _checked(
    shapes: Shapes, declared: Sequence[Declaration], timeout_s: float
) -> tuple[ShapeNote, ...]:
    """Check that the shapes can be used by any engine; return what is to be known of them."""
    _check_scope(shapes, declared)
    check(shapes.graph, timeout_s)
    prefixes = dict(shapes.prefixes())
    nameless = [each for each in queries(shapes.graph, prefixes) if not each.check(timeout_s)]
    return tuple(dict.fromkeys(notes(shapes.graph, nameless)))


def _groups(declared: Sequence[Declaration], compiler: Compiler) -> Iterator[ShapeGroup]:
    same_targets: dict[tuple[ShapeTarget, ...], list[Declaration]] = {}
    for shape in declared:
        same_targets.setdefault(tuple(targets(shape)), []).append(shape)
    for found, declarations in same_targets.items():
        compiled = (_compiled(shape, compiler) for shape in declarations)
        yield ShapeGroup(found, tuple(declarations), tuple(compiled))


def _compiled(shape: Declaration, compiler: Compiler) -> CompiledShape:
    try:
        return compiler.compile(shape.node)
    except RecursionError as error:
        raise shape.error(SH.node, "too many shapes stand in one another") from error


def _check_scope(shapes: Shapes, declared: Sequence[Declaration]) -> None:
    """Refuse shapes that would let everything pass, or ask for what we cannot do.

    Source: SHACL section 1.5 on entailment.
    """
    if not declared:
        raise ShapesError(
            "no shape has a target, so everything would conform",
            hint="give a shape a target, such as sh:targetClass",
        )
    for regime in shapes.graph.column(SH.entailment).values:
        raise ShapesError(
            f"the shapes ask for the entailment regime {name(regime)}, which is not supported",
            hint="remove sh:entailment, and add to the data what it would infer",
        )


def _delegation_notes(reasons: Mapping[Declaration, str | None]) -> Iterator[ShapeNote]:
    for shape, reason in reasons.items():
        if reason is not None:
            yield ShapeNote(str(shape), f"checked by pySHACL, which is slow: {reason}")
