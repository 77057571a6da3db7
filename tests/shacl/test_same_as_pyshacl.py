"""Our checks and pySHACL say the same about the same graphs.

With `CI=true` this is thorough, and takes some six minutes. Where pySHACL departs from the
standard, the random graphs keep away: those places are in `test_differences_from_pyshacl.py`.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import given, settings
from pyoxigraph import Triple

from bench.films import FAULTS, Fault, chunks, films
from desk import Desk
from etl.resources import folder
from etl.shacl import CompiledEngine, ReferenceEngine, Shapes, Told, ValidationReport
from places import SEEDS
from shared_data import shared
from thoroughness import THOROUGH, examples
from validation.random_graphs import shapes_and_data
from validation.turtle import summary

GRAPHS = examples(few=100, many=600)
FILMS = examples(few=100, many=1_000)


class BothEngines:
    """Validates with our checks and with pySHACL, and insists that they agree."""

    def __init__(self) -> None:
        self.shapes = Shapes.read([folder("shapes")])
        self._ours = CompiledEngine(self.shapes)
        self._reference = ReferenceEngine(self.shapes)
        self.walked_back = self._ours.walked_back

    def validate(self, triples: Iterable[Told]) -> ValidationReport:
        data = list(triples)
        report = self._ours.validate(data)
        assert summary(report) == summary(self._reference.validate(data))
        return report


@pytest.fixture(scope="module")
def both_engines() -> BothEngines:
    return BothEngines()


@settings(max_examples=GRAPHS)
@given(shapes_and_data())
def test_on_random_shapes_and_data(example: tuple[list[Triple], list[Triple]]) -> None:
    shapes, data = example
    graph = Shapes.of(shapes)
    engine = CompiledEngine(graph)
    ours = summary(engine.validate(data))
    assert ours == summary(ReferenceEngine(graph).validate(data))
    assert ours == summary(engine.validate(sorted(data * 2, key=str)))


def test_on_films_with_faults(both_engines: BothEngines) -> None:
    found = set[str]()
    for chunk in chunks(films(FILMS, fault_percent=examples(few=40, many=6)), 500):
        report = both_engines.validate(chunk)
        found.update(str(result.source_shape) for result in report.results)
    assert len(found) >= 12


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_on_each_fault_alone(both_engines: BothEngines, fault: Fault) -> None:
    sample = next(films(1, fault_percent=0))
    assert both_engines.validate(sample.descriptions).strictly_conforms
    fault.spoil(sample)
    assert both_engines.validate(sample.descriptions).results


@pytest.mark.parametrize("source", ["data"] if THOROUGH else ["data/seed_format"])
def test_on_films_of_other_people(both_engines: BothEngines, tmp_path: Path, source: str) -> None:
    report = Desk(tmp_path, both_engines).load(shared(source))
    assert report.films.added > 100


def test_on_the_sample_records(both_engines: BothEngines, tmp_path: Path) -> None:
    assert Desk(tmp_path, both_engines).load(SEEDS).films.added > 50
