"""`python -m bench.validation --records 20000`: our checks beside other SHACL engines.

All of it is measured in one run, in seconds of CPU, because machines are noisy and differ. Films
with faults are validated in chunks, as loading does; engines that take long get a sample. Ours is
given descriptions of nodes, as the mapping makes them; each of the others is given triples, and
turns them into the form that it takes quickest, which counts. Making the films and reading the
shapes does not. An engine that is not installed is left out
(`pip install shacl pyshacl-turbo rdflib-turbo`).

`--triples 1000000` compares `etl validate` on a file of so many triples with Jena, RDF4J and
TopBraid instead, each from the start of its process to its results.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import logging
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, NamedTuple

from pyoxigraph import RdfFormat, Triple, serialize

from bench import shacl_files
from bench.films import chunks, films
from bench.load import measured
from etl.rdf.descriptions import Description, triples
from etl.resources import folder
from etl.shacl import CompiledEngine, ReferenceEngine, Shapes

CHUNK = 1000
SAMPLE = 2000
WHOLE = (10_000, 100_000)  # films in one graph, which takes some engines long
FAULT_PERCENT = 2.0

# Takes the triples of a chunk and returns the number of results.
Validate = Callable[[list[Triple]], int]


def compiled() -> Callable[[list[Description]], int]:
    """Make our own engine."""
    engine = CompiledEngine(Shapes.read([folder("shapes")]))
    return lambda told: len(engine.validate(told).results)


def pyshacl() -> Validate:
    """Make pySHACL, as we call it."""
    engine = ReferenceEngine(Shapes.read([folder("shapes")]))
    return lambda triples: len(engine.validate(triples).results)


def pyshacl_turbo() -> Validate:
    """Make pyshacl-turbo, with its own kind of graph where that is installed."""
    import rdflib

    logging.getLogger("rdflib.term").disabled = True  # it speaks of every ill-formed literal
    turbo = importlib.import_module("pyshacl_turbo")
    has_graph = importlib.util.find_spec("rdflib_turbo") is not None
    new_graph = importlib.import_module("rdflib_turbo").Dataset if has_graph else rdflib.Graph
    shapes = turbo.compile_shapes(rdflib.Graph().parse(data=_shapes_text(), format="nt"))

    def validate(triples: list[Triple]) -> int:
        data = new_graph()
        data.parse(data=_text(triples), format="nt")
        _, report, _ = shapes.validate(data)
        return len(set(report.objects(None, rdflib.SH.result)))

    return validate


def shacl() -> Validate:
    """Make the engine in Rust, which reads text."""
    shapes = importlib.import_module("shacl").Shapes.from_text(_shapes_text(), "ntriples")
    return lambda triples: len(shapes.validate_text(_text(triples), "ntriples").results)


def _shapes_text() -> str:
    return _text(Shapes.read([folder("shapes")]).triples)


def _text(triples: Sequence[Triple]) -> str:
    return (serialize(triples, format=RdfFormat.N_TRIPLES) or b"").decode()


def _triples(told: list[Description]) -> list[Triple]:
    return list(triples(told))


class Candidate(NamedTuple):
    """An engine: what makes it, the form it is given triples in, the module it needs."""

    make: Callable[[], Callable[[list[Any]], int]]
    form: Callable[[list[Description]], list[Any]]
    module: str


ENGINES = {
    "compiled": Candidate(compiled, list, "etl"),
    "pySHACL": Candidate(pyshacl, _triples, "pyshacl"),
    "pyshacl-turbo": Candidate(pyshacl_turbo, _triples, "pyshacl_turbo"),
    "shacl (Rust)": Candidate(shacl, _triples, "shacl"),
}


def validation(name: str, records: int, chunk: int = CHUNK) -> dict[str, float]:
    """Validate that many films in chunks."""
    engine = ENGINES[name]
    validate = engine.make()
    seconds, results = 0.0, 0
    for told in chunks(films(records, FAULT_PERCENT), chunk):
        data = engine.form(told)
        started = time.process_time()
        results += validate(data)
        seconds += time.process_time() - started
    return {"films_per_s": records / seconds, "results": results}


def run(records: int) -> dict[str, dict[str, float]]:
    """Measure every engine, each in a process of its own."""
    figures = {}
    sample = min(SAMPLE, records)
    for name, engine in ENGINES.items():
        if importlib.util.find_spec(engine.module) is None:
            print(f"{name} is not installed, and left out", file=sys.stderr)
        else:
            figures[f"{name}, {sample:,}"] = measured(validation, name, sample)
    for count in (records // 10, records):
        figures[f"compiled, {count:,}"] = measured(validation, "compiled", count)
    for count in WHOLE:
        if count <= records:
            for name in ("compiled", "shacl (Rust)"):
                if importlib.util.find_spec(ENGINES[name].module):
                    title = f"{name}, {count:,} as one graph"
                    figures[title] = measured(validation, name, count, count)
    return figures


def printed(figures: dict[str, dict[str, float]]) -> str:
    """Lay the figures out for people."""
    lines = [
        f"{name:36} {each['films_per_s']:9,.0f} films/s {each['results']:8,.0f} results"
        f" {each['peak_mb']:6,.0f} MB"
        for name, each in figures.items()
    ]
    lines.append("")
    for name, each in figures.items():
        engine, _, rest = name.partition(", ")
        if engine != "compiled":
            ratio = figures[f"compiled, {rest}"]["films_per_s"] / each["films_per_s"]
            lines.append(f"compiled / {name}: {ratio:.1f}")
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m bench.validation", description=__doc__)
    parser.add_argument("--records", type=int, default=20_000)
    parser.add_argument("--triples", type=int, help="validate a file of so many instead")
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    options = parser.parse_args(arguments)
    if options.triples:
        with tempfile.TemporaryDirectory() as place:
            written, costs = shacl_files.run(options.triples, Path(place))
        shown = json.dumps({"triples": written} | costs, indent=1, default=asdict)
        print(shown if options.json else shacl_files.printed(written, costs))
        return
    figures = run(options.records)
    print(json.dumps(figures, indent=1) if options.json else printed(figures))


if __name__ == "__main__":
    main()
