"""How the value nodes relate to another property of the focus node (SHACL section 4.5)."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from etl.rdf.descriptions import Term
from etl.rdf.vocab import SH
from etl.shacl.constraints.model import Failure, PairConstraint, component
from etl.shacl.declarations import Declaration, name
from etl.shacl.literals import is_less, is_less_or_equal


def equals(shape: Declaration) -> Iterator[PairConstraint]:
    """The value nodes are the values of the other property (section 4.5.1)."""
    for other in shape.iris(SH.equals):
        yield PairConstraint(
            component("Equals"),
            f"expected the same values as {name(other)}",
            other,
            _unequal,
        )


def disjoint(shape: Declaration) -> Iterator[PairConstraint]:
    """No value node is a value of the other property (section 4.5.2)."""
    for other in shape.iris(SH.disjoint):
        yield PairConstraint(
            component("Disjoint"),
            f"expected no value that {name(other)} also has",
            other,
            _shared,
        )


def less_than(shape: Declaration) -> Iterator[PairConstraint]:
    """Each value node is less than each value of the other property (section 4.5.3)."""
    shape.require_path(SH.lessThan)
    for other in shape.iris(SH.lessThan):
        yield PairConstraint(
            component("LessThan"),
            f"expected values less than those of {name(other)}",
            other,
            _not_less,
        )


def less_than_or_equals(shape: Declaration) -> Iterator[PairConstraint]:
    """Each value node is at most each value of the other property (section 4.5.4)."""
    shape.require_path(SH.lessThanOrEquals)
    for other in shape.iris(SH.lessThanOrEquals):
        yield PairConstraint(
            component("LessThanOrEquals"),
            f"expected values less than or equal to those of {name(other)}",
            other,
            _greater,
        )


def _unequal(values: Collection[Term], others: Collection[Term]) -> list[Failure]:
    missing = [Failure(value) for value in values if value not in others]
    return missing + [Failure(value) for value in others if value not in values]


def _shared(values: Collection[Term], others: Collection[Term]) -> list[Failure]:
    if len(others) < len(values):
        values, others = others, values
    return [Failure(value) for value in values if value in others]


def _not_less(values: Collection[Term], others: Collection[Term]) -> list[Failure]:
    """Find each pair that is not in order: the standard asks for one result for each."""
    return [Failure(value) for value in values for other in others if not is_less(value, other)]


def _greater(values: Collection[Term], others: Collection[Term]) -> list[Failure]:
    return [
        Failure(value) for value in values for other in others if not is_less_or_equal(value, other)
    ]
