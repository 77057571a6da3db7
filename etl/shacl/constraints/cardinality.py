"""How many value nodes there are (SHACL section 4.2)."""

from __future__ import annotations

from collections.abc import Iterator

from etl.rdf.vocab import SH
from etl.shacl.constraints.model import CountConstraint, component
from etl.shacl.declarations import Declaration


def min_count(shape: Declaration) -> Iterator[CountConstraint]:
    """There are at least so many value nodes (section 4.2.1)."""
    shape.require_path(SH.minCount)
    least = shape.integer(SH.minCount) or 0
    yield CountConstraint(component("MinCount"), f"expected at least {least} values", least=least)


def max_count(shape: Declaration) -> Iterator[CountConstraint]:
    """There are at most so many value nodes (section 4.2.2)."""
    shape.require_path(SH.maxCount)
    most = shape.integer(SH.maxCount) or 0
    yield CountConstraint(component("MaxCount"), f"expected at most {most} values", most=most)
