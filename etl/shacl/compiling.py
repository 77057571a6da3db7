"""Turns the shapes of a shapes graph into functions over data graphs, once for all graphs.

Each shape becomes three: `suspects` says quickly which of many nodes need a closer look,
`conforms` says yes or no of one node, and `results` says what is wrong with it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Set
from itertools import starmap

from pyoxigraph import BlankNode, Literal, NamedNode

from etl.rdf.descriptions import Term
from etl.shacl.constraints.components import constraints
from etl.shacl.constraints.model import (
    Constraint,
    Failure,
    GraphTest,
    Screen,
    TermTest,
)
from etl.shacl.declarations import Declaration
from etl.shacl.demands import Demands, demands, node_test, property_test, term_test
from etl.shacl.graph import Graph
from etl.shacl.paths import PropertyPath, walk
from etl.shacl.report import ValidationResult
from etl.shacl.screening import node_screen, property_screen


class Compiler:
    """Compiles shapes of one shapes graph, each at most once.

    Shapes must not refer to themselves, not even through others.
    """

    def __init__(self, graph: Graph, timeout_s: float) -> None:
        self._graph = graph
        self.timeout_s = timeout_s
        self._compiled: dict[NamedNode | BlankNode, CompiledShape] = {}

    def compile(self, node: NamedNode | BlankNode) -> CompiledShape:
        """Compile a shape, and those that it refers to.

        Raises:
            ShapesError: a shape is not what SHACL allows.
        """
        shape = self._compiled.get(node)
        if shape is None:
            shape = CompiledShape(Declaration(node, self._graph), self)
            self._compiled[node] = shape
        return shape


class CompiledShape:
    """One shape, ready to be asked about the nodes of any data graph."""

    def __init__(self, shape: Declaration, compiler: Compiler) -> None:
        self.path = shape.path
        self._node = shape.node
        self._severity = shape.severity
        self._messages = shape.messages
        self._walk = _stay if shape.path is None else walk(shape.path)
        self._constraints: list[Constraint] = []
        self._properties: list[CompiledShape] = []
        if not shape.is_deactivated:
            self._constraints += constraints(shape, compiler.compile, compiler.timeout_s)
            self._properties += map(compiler.compile, shape.property_shapes())
        own = demands(self._constraints)
        self.demands = own | Demands(
            graph_tests=tuple(each.conforms for each in self._properties),
            screens=tuple(_screens(self._properties)),
        )
        self.accepts: TermTest | None = None
        self.conforms: GraphTest
        if self.path is None:
            self.accepts = term_test(self.demands)
            self.conforms = node_test(self.demands)
            self._screen = node_screen(self.demands)
        else:
            self.conforms = property_test(self.path, self.demands)
            self._screen = property_screen(self.path, self.demands)

    def suspects(self, graph: Graph, nodes: Collection[Term]) -> Set[Term]:
        """Return the nodes that may not conform; the others do."""
        return self._screen(graph, nodes)

    def results(self, graph: Graph, focus_node: Term) -> Iterator[ValidationResult]:
        """Yield what is wrong with a focus node (section 3.4)."""
        values = self._walk(graph, focus_node)
        for constraint in self._constraints:
            for finding in constraint.findings(graph, focus_node, values):
                yield self._result(focus_node, constraint, finding)
        for shape in self._properties:
            for value in values:
                yield from shape.results(graph, value)

    def _result(
        self, focus_node: Term, constraint: Constraint, finding: Failure
    ) -> ValidationResult:
        return ValidationResult(
            focus_node=focus_node,
            source_shape=self._node,
            source_constraint_component=constraint.component,
            severity=self._severity,
            result_path=finding.path or self.path,
            value=finding.value,
            messages=self._messages or (Literal(constraint.message),),
            detail=finding.detail,
        )


def _screens(property_shapes: Iterable[CompiledShape]) -> Iterator[Screen]:
    """Make the screens of property shapes; those with the same path are asked together."""
    by_path: dict[PropertyPath, Demands] = {}
    for shape in property_shapes:
        if shape.path is not None:
            by_path[shape.path] = by_path.get(shape.path, Demands()) | shape.demands
    return starmap(property_screen, by_path.items())


def _stay(_: Graph, node: Term) -> Collection[Term]:
    return (node,)
