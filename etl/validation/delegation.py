"""What our checks do not cover, and so goes to pySHACL.

That is SPARQL constraints, constraint components that a shapes graph defines itself, and shapes
that refer to themselves.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

from pyoxigraph import BlankNode, Literal, NamedNode, Store, Triple

from etl.descriptions import Term
from etl.errors import ShapesError
from etl.validation import reference
from etl.validation.constraints.shape_based import sibling_shapes
from etl.validation.declarations import Declaration, name
from etl.validation.graph import Graph, reachable
from etl.validation.paths import walked_back
from etl.validation.report import ValidationResult
from etl.validation.shapes import Shapes
from etl.validation.targets import TARGETS, class_types, focus_nodes, targets
from etl.vocab import RDF, SH

# Oxigraph's complaint goes on with the whole grammar: the first clause says what is wrong.
_SYNTAX_ERROR = re.compile(r"error at (\d+):(\d+): (?:expected one of )?([^,]*).*", re.DOTALL)


def reason_to_delegate(shape: Declaration) -> str | None:
    """Say why a shape, or one that it refers to, cannot be compiled; None if it can."""
    reasons = map(_reason_beyond_core, referred_shapes(shape))
    beyond_core = next(filter(None, reasons), None)
    if beyond_core is None and any(map(_refers_to_itself, referred_shapes(shape))):
        return "it refers to itself"
    return beyond_core


def referred_shapes(shape: Declaration) -> Iterator[Declaration]:
    """Yield a shape and all that it refers to, directly or through others."""
    graph = shape.graph
    for node in reachable([shape.node], lambda node: _references(Declaration(node, graph))):
        yield Declaration(node, graph)


def _references(shape: Declaration) -> Iterator[NamedNode | BlankNode]:
    """Yield the shapes that a shape needs; one that is deactivated needs none."""
    if shape.is_deactivated:
        return
    for parameter, node in shape.shapes():
        yield node
        if parameter == SH.qualifiedValueShape:
            yield from sibling_shapes(shape, node)


def _refers_to_itself(shape: Declaration) -> bool:
    return any(
        below.node == shape.node
        for node in _references(shape)
        for below in referred_shapes(Declaration(node, shape.graph))
    )


def _reason_beyond_core(shape: Declaration) -> str | None:
    if shape.is_deactivated:
        return None
    if shape.all(SH.sparql):
        return "it has a SPARQL constraint"
    for component in _own_components(shape.graph):
        for declaration in shape.graph.objects(component, SH.parameter):
            for parameter in shape.graph.objects(declaration, SH.path):
                if parameter in shape.graph.properties(shape.node):
                    return f"it uses {name(component)}, which the shapes graph defines"
    return None


def _own_components(graph: Graph) -> Iterator[NamedNode]:
    """Yield the constraint components that a shapes graph defines, beside the standard's."""
    for component in graph.instances(SH.ConstraintComponent):
        if isinstance(component, NamedNode) and not component.value.startswith(SH.iri):
            yield component


class Delegate:
    """Has pySHACL validate some shapes of a shapes graph, on as few triples as will do."""

    def __init__(self, shapes: Shapes, delegated: Sequence[Declaration]) -> None:
        """Take some shapes of a shapes graph.

        Raises:
            ShapesError: a query among the shapes is not SPARQL.
        """
        nodes = frozenset(shape.node for shape in delegated)
        if delegated:
            _check_queries(shapes)
        self._targets = [target for shape in delegated for target in targets(shape)]
        self._shapes = Shapes(tuple(_without_other_targets(shapes, nodes)))
        self._looks_ahead_only = all(map(looks_ahead_only, delegated))

    def __bool__(self) -> bool:
        """Say whether there is anything for pySHACL to do."""
        return bool(self._targets)

    def results(self, graph: Graph) -> Sequence[ValidationResult]:
        """Validate a data graph; where no node is a target, pySHACL is not even imported.

        Raises:
            ShapesError: pySHACL refuses the shapes, or gives up on them.
        """
        found = focus_nodes(graph, self._targets)
        if not found:
            return ()
        ahead = _ahead_of(found, graph) if self._looks_ahead_only else graph
        return reference.validate(self._shapes, ahead).results


def _check_queries(shapes: Shapes) -> None:
    """Have Oxigraph read each query, whose complaints can be told from other errors."""
    prefixes = " ".join(f"PREFIX {prefix}: <{iri}>" for prefix, iri in set(shapes.prefixes()))
    for parameter in (SH.select, SH.ask):
        for query, constraints in shapes.graph.column(parameter).by_value.items():
            text = query.value if isinstance(query, Literal) else ""
            try:
                Store().query(f"{prefixes} {text.replace('$PATH', '<urn:path>')}")
            except SyntaxError as error:
                raise ShapesError(
                    f"{name(parameter)} of {', '.join(map(name, constraints))}: "
                    + _SYNTAX_ERROR.sub(r"line \1, column \2: \3", error.msg),
                    hint="mend the query, or declare its prefixes with sh:prefixes and sh:declare",
                ) from error


def _without_other_targets(
    shapes: Shapes, nodes: frozenset[NamedNode | BlankNode]
) -> Iterator[Triple]:
    """Yield a shapes graph in which only some shapes have targets."""
    classes = class_types(shapes.graph)
    for triple in shapes.triples:
        is_target = triple.predicate in TARGETS or (
            triple.predicate == RDF.type and triple.object in classes
        )
        if triple.subject in nodes or not is_target:
            yield triple


def properties_walked_back(shape: Declaration) -> frozenset[NamedNode] | None:
    """Return the properties that a shape may follow from value to subject; None: perhaps all."""
    below = list(referred_shapes(shape))
    if shape.all(SH.targetObjectsOf) or any(map(_reason_beyond_core, below)):
        return None
    paths = (each.path for each in below if each.path is not None)
    return frozenset().union(*map(walked_back, paths))


def looks_ahead_only(shape: Declaration) -> bool:
    """Say whether what a shape reads can all be reached from its focus nodes along triples."""
    return properties_walked_back(shape) == frozenset()


def _ahead_of(nodes: Iterable[Term], graph: Graph) -> Iterator[Triple]:
    found = reachable(nodes, lambda node: (triple.object for triple in graph.about(node)))
    return chain.from_iterable(map(graph.about, found))
