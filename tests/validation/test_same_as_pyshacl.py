"""Our checks and pySHACL say the same about the same graphs."""

from __future__ import annotations

import os
from collections import Counter

from hypothesis import given, settings
from pyoxigraph import Triple

from etl.validation import CompiledEngine, ReferenceEngine, Shapes, ValidationReport
from validation.random_graphs import examples

LONG = os.environ.get("REELGRAPH_LONG") == "1"


def summary(report: ValidationReport) -> Counter[tuple[str, ...]]:
    return Counter(
        (
            str(result.focus_node),
            str(result.result_path),
            str(result.value),
            str(result.source_constraint_component),
            str(result.source_shape),
            str(result.severity),
        )
        for result in report.results
    )


@settings(max_examples=int(os.environ.get("N", "0")) or (5000 if LONG else 200), deadline=None)
@given(examples())
def test_random_graphs(example: tuple[list[Triple], list[Triple]]) -> None:
    shapes, data = example
    graph = Shapes.of(shapes)
    ours = summary(CompiledEngine(graph).validate(data))
    assert ours == summary(ReferenceEngine(graph).validate(data))
