"""Turns the shapes of a shapes graph into functions over data graphs, once for all graphs.

Each shape becomes two: `conforms` says yes or no and is quick to say yes; `results` says what is
wrong and is asked only where the answer was no.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from pyoxigraph import BlankNode, Literal, NamedNode

from etl.validation.constraints.components import constraints
from etl.validation.constraints.model import Constraint, Finding, GraphTest, TermTest
from etl.validation.declarations import Declaration
from etl.validation.graph import Graph, Term
from etl.validation.paths import Predicate, Walk, walk
from etl.validation.report import ValidationResult
from etl.validation.screening import (
    Demands,
    demand,
    looked_up,
    node_screen,
    properties_screen,
    property_screen,
    term_screen,
)


class Compiler:
    """Compiles shapes of one shapes graph, each at most once.

    Shapes must not refer to themselves, not even through others. `looked_up` has the predicates
    whose subjects the compiled shapes ask for by value.
    """

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._compiled: dict[NamedNode | BlankNode, CompiledShape] = {}
        self.looked_up: set[NamedNode] = set()

    def compile(self, node: NamedNode | BlankNode) -> CompiledShape:
        """Compile a shape, and those that it refers to.

        Raises:
            ShapesError: a shape is not what SHACL allows.
        """
        shape = self._compiled.get(node)
        if shape is None:
            shape = CompiledShape(Declaration(node, self._graph), self)
            self._compiled[node] = shape
            if shape.path is not None:
                self.looked_up |= looked_up(shape.path, shape.demands)
        return shape


class CompiledShape:
    """One shape, ready to be asked about any node of any data graph."""

    def __init__(self, shape: Declaration, compiler: Compiler) -> None:
        self.path = shape.path
        self._shape = shape
        self._constraints: list[Constraint] = []
        self._properties: list[CompiledShape] = []
        if not shape.is_deactivated:
            self._constraints += constraints(shape, compiler.compile)
            self._properties += map(compiler.compile, shape.property_shapes())
        self.demands = _all_demands(self._constraints, self._properties)
        self.accepts: TermTest | None = None
        if self.path is None:
            self._walk: Walk = _stay
            self.conforms: GraphTest = node_screen(self.demands)
            self.accepts = term_screen(self.demands)
        else:
            self._walk = walk(self.path)
            self.conforms = property_screen(self.path, self.demands)

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
        self, focus_node: Term, constraint: Constraint, finding: Finding
    ) -> ValidationResult:
        shape = self._shape
        return ValidationResult(
            focus_node=focus_node,
            source_shape=shape.node,
            source_constraint_component=constraint.component,
            severity=shape.severity,
            result_path=finding.path or shape.path,
            value=finding.value,
            messages=shape.messages or (Literal(constraint.message),),
            detail=finding.detail,
        )


def _all_demands(found: list[Constraint], property_shapes: list[CompiledShape]) -> Demands:
    """Put together what a shape demands itself, and what its property shapes demand."""
    demands = Demands()
    for constraint in found:
        demands |= demand(constraint)
    simple: list[tuple[NamedNode, Demands]] = []
    tests: list[GraphTest] = []
    for shape in property_shapes:
        if isinstance(shape.path, Predicate):
            simple.append((shape.path.iri, shape.demands))
        else:
            tests.append(shape.conforms)
    if simple:
        tests.insert(0, properties_screen(simple))
    return demands | Demands(graph_tests=tuple(tests))


def _stay(_: Graph, node: Term) -> Collection[Term]:
    return (node,)
