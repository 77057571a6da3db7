"""Between which values a value node lies (SHACL section 4.3).

What cannot be compared with the bound lies outside. Years, dates, times and durations compare
as in XML Schema, which SPARQL 1.1 section 17.3.1 allows and its own table leaves out.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator
from decimal import Decimal

from pyoxigraph import Literal

from etl.rdf.descriptions import Term
from etl.rdf.vocab import SH
from etl.shacl.constraints.model import TermConstraint, TermTest, component
from etl.shacl.declarations import Declaration, name
from etl.shacl.literals import is_less, is_less_or_equal, number


def min_exclusive(shape: Declaration) -> Iterator[TermConstraint]:
    """Each value node is greater than a bound (section 4.3.1)."""
    bound = shape.literal(SH.minExclusive)
    test = _test(bound, operator.gt, lambda value: is_less(bound, value))
    message = f"expected a value greater than {name(bound)}"
    yield TermConstraint(component("MinExclusive"), message, test)


def min_inclusive(shape: Declaration) -> Iterator[TermConstraint]:
    """Each value node is a bound or greater (section 4.3.2)."""
    bound = shape.literal(SH.minInclusive)
    test = _test(bound, operator.ge, lambda value: is_less_or_equal(bound, value))
    message = f"expected {name(bound)} or a greater value"
    yield TermConstraint(component("MinInclusive"), message, test)


def max_exclusive(shape: Declaration) -> Iterator[TermConstraint]:
    """Each value node is less than a bound (section 4.3.3)."""
    bound = shape.literal(SH.maxExclusive)
    test = _test(bound, operator.lt, lambda value: is_less(value, bound))
    message = f"expected a value less than {name(bound)}"
    yield TermConstraint(component("MaxExclusive"), message, test)


def max_inclusive(shape: Declaration) -> Iterator[TermConstraint]:
    """Each value node is a bound or less (section 4.3.4)."""
    bound = shape.literal(SH.maxInclusive)
    test = _test(bound, operator.le, lambda value: is_less_or_equal(value, bound))
    message = f"expected {name(bound)} or a lesser value"
    yield TermConstraint(component("MaxInclusive"), message, test)


def _test(
    bound: Literal, of_numbers: Callable[[Decimal, Decimal], bool], of_terms: TermTest
) -> TermTest:
    """Compare exact numbers directly, which is quick, and other terms as SPARQL would."""
    limit = number(bound)
    if limit is None:
        return of_terms

    def test(value: Term) -> bool:
        found = number(value)
        return of_terms(value) if found is None else of_numbers(found, limit)

    return test
