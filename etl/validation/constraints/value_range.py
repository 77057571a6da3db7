"""Between which values a value node lies (SHACL section 4.3).

What cannot be compared with the bound lies outside. Years, dates, times and durations compare
as in XML Schema, which SPARQL 1.1 section 17.3.1 allows and its own table leaves out.
"""

from __future__ import annotations

from collections.abc import Iterator

from etl.validation.constraints.model import TermConstraint, component
from etl.validation.declarations import Declaration, name
from etl.validation.graph import Term
from etl.validation.literals import is_less, is_less_or_equal
from etl.vocab import SH


def min_exclusive(shape: Declaration) -> Iterator[TermConstraint]:
    """Each value node is greater than a bound (section 4.3.1)."""
    bound = shape.literal(SH.minExclusive)

    def test(value: Term) -> bool:
        return is_less(bound, value)

    yield TermConstraint(
        component("MinExclusive"), f"expected a value greater than {name(bound)}", test
    )


def min_inclusive(shape: Declaration) -> Iterator[TermConstraint]:
    """Each value node is a bound or greater (section 4.3.2)."""
    bound = shape.literal(SH.minInclusive)

    def test(value: Term) -> bool:
        return is_less_or_equal(bound, value)

    yield TermConstraint(
        component("MinInclusive"), f"expected {name(bound)} or a greater value", test
    )


def max_exclusive(shape: Declaration) -> Iterator[TermConstraint]:
    """Each value node is less than a bound (section 4.3.3)."""
    bound = shape.literal(SH.maxExclusive)

    def test(value: Term) -> bool:
        return is_less(value, bound)

    yield TermConstraint(
        component("MaxExclusive"), f"expected a value less than {name(bound)}", test
    )


def max_inclusive(shape: Declaration) -> Iterator[TermConstraint]:
    """Each value node is a bound or less (section 4.3.4)."""
    bound = shape.literal(SH.maxInclusive)

    def test(value: Term) -> bool:
        return is_less_or_equal(value, bound)

    yield TermConstraint(
        component("MaxInclusive"), f"expected {name(bound)} or a lesser value", test
    )
