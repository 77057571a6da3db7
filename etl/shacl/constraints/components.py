"""Which parameter stands for which constraint component (SHACL chapter 4)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from pyoxigraph import NamedNode

from etl.rdf.vocab import SH
from etl.shacl.constraints import (
    cardinality,
    logic,
    other,
    pairs,
    shape_based,
    strings,
    value_range,
    value_type,
)
from etl.shacl.constraints.model import Constraint, ShapeLookup
from etl.shacl.declarations import Declaration

_OF_VALUES: dict[NamedNode, Callable[[Declaration], Iterable[Constraint]]] = {
    SH["class"]: value_type.class_,
    SH.datatype: value_type.datatype,
    SH.nodeKind: value_type.node_kind,
    SH.minCount: cardinality.min_count,
    SH.maxCount: cardinality.max_count,
    SH.minExclusive: value_range.min_exclusive,
    SH.minInclusive: value_range.min_inclusive,
    SH.maxExclusive: value_range.max_exclusive,
    SH.maxInclusive: value_range.max_inclusive,
    SH.minLength: strings.min_length,
    SH.maxLength: strings.max_length,
    SH.languageIn: strings.language_in,
    SH.uniqueLang: strings.unique_lang,
    SH.equals: pairs.equals,
    SH.disjoint: pairs.disjoint,
    SH.lessThan: pairs.less_than,
    SH.lessThanOrEquals: pairs.less_than_or_equals,
    SH.closed: other.closed,
    SH.hasValue: other.has_value,
    SH["in"]: other.in_,
}

_OF_TIME: dict[NamedNode, Callable[[Declaration, float], Iterable[Constraint]]] = {
    SH.pattern: strings.pattern,
}

_OF_SHAPES: dict[NamedNode, Callable[[Declaration, ShapeLookup], Iterable[Constraint]]] = {
    SH["not"]: logic.not_,
    SH["and"]: logic.and_,
    SH["or"]: logic.or_,
    SH.xone: logic.xone,
    SH.node: shape_based.node,
    SH.qualifiedValueShape: shape_based.qualified_value_shape,
}

# The parameters that make a node of a shapes graph a shape (section 2.1).
PARAMETERS = frozenset({*_OF_VALUES, *_OF_TIME, *_OF_SHAPES, SH.property})


def constraints(shape: Declaration, lookup: ShapeLookup, timeout_s: float) -> Iterator[Constraint]:
    """Yield the constraints that a shape declares, which take at most so long on one value.

    Raises:
        ShapesError: a parameter has a value that the standard does not allow.
    """
    for parameter in shape.graph.properties(shape.node):
        if parameter in _OF_VALUES:
            yield from _OF_VALUES[parameter](shape)
        elif parameter in _OF_TIME:
            yield from _OF_TIME[parameter](shape, timeout_s)
        elif parameter in _OF_SHAPES:
            yield from _OF_SHAPES[parameter](shape, lookup)
