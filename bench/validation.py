"""`python -m bench.validation --records 20000`: our checks beside other SHACL engines.

All of it is measured in one run, because machines are noisy. Films with faults are validated in
chunks, as loading does; engines that take long get a sample. An engine that is not installed
(`pip install shacl pyshacl-turbo`) is left out.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import time
from collections.abc import Callable, Iterable, Sequence

from pyoxigraph import Triple

from bench.films import chunks, films
from bench.load import measured
from etl.resources import folder
from etl.validation import CompiledEngine, ReferenceEngine, Shapes

CHUNK = 1000
SAMPLE = 2000
FAULT_PERCENT = 2.0

# Takes the triples of a chunk and returns the number of results.
Validate = Callable[[list[Triple]], int]


def compiled() -> Validate:
    """Make our own engine."""
    engine = CompiledEngine(Shapes.read([folder("shapes")]))
    return lambda triples: len(engine.validate(triples).results)


def pyshacl() -> Validate:
    """Make pySHACL, as we call it."""
    engine = ReferenceEngine(Shapes.read([folder("shapes")]))
    return lambda triples: len(engine.validate(triples).results)


def pyshacl_turbo() -> Validate:
    """Make pyshacl-turbo, which takes pySHACL's arguments; making its graph counts."""
    import rdflib

    turbo = importlib.import_module("pyshacl_turbo")
    shapes = rdflib.Graph().parse(data=_shapes_text(), format="nt")

    def validate(triples: list[Triple]) -> int:
        data = rdflib.Graph().parse(data=_text(triples), format="nt")
        _, report, _ = turbo.validate(data, shacl_graph=shapes)
        return len(set(report.objects(None, rdflib.SH.result)))

    return validate


def shacl() -> Validate:
    """Make the engine in Rust, which reads text; writing and reading that counts."""
    shapes = importlib.import_module("shacl").Shapes.from_text(_shapes_text(), "ntriples")
    return lambda triples: len(shapes.validate_text(_text(triples), "ntriples").results)


def _shapes_text() -> str:
    return _text(Shapes.read([folder("shapes")]).triples)


def _text(triples: Iterable[Triple]) -> str:
    return "".join(f"{triple} .\n" for triple in triples)


ENGINES: dict[str, tuple[Callable[[], Validate], str]] = {
    "compiled": (compiled, "etl"),
    "pySHACL": (pyshacl, "pyshacl"),
    "pyshacl-turbo": (pyshacl_turbo, "pyshacl_turbo"),
    "shacl (Rust)": (shacl, "shacl"),
}


def validation(name: str, records: int) -> dict[str, float]:
    """Validate that many films in chunks; making the films does not count."""
    validate = ENGINES[name][0]()
    seconds, results = 0.0, 0
    for chunk in chunks(films(records, FAULT_PERCENT), CHUNK):
        started = time.perf_counter()
        results += validate(chunk)
        seconds += time.perf_counter() - started
    return {"whole": seconds, "films_per_s": records / seconds, "results": results}


def one_graph(name: str, records: int) -> dict[str, float]:
    """Validate that many films as one graph."""
    validate = ENGINES[name][0]()
    (triples,) = chunks(films(records, FAULT_PERCENT), records)
    started = time.perf_counter()
    results = validate(triples)
    seconds = time.perf_counter() - started
    return {"whole": seconds, "films_per_s": records / seconds, "results": results}


def run(records: int) -> dict[str, dict[str, float]]:
    """Measure every engine, each in a process of its own."""
    figures = {}
    sample = min(SAMPLE, records)
    for name, (_, module) in ENGINES.items():
        if importlib.util.find_spec(module) is not None:
            figures[f"{name}, {sample:,}"] = measured(validation, name, sample)
    for count in (records // 10, records):
        figures[f"compiled, {count:,}"] = measured(validation, "compiled", count)
        figures[f"compiled, {count:,} in one graph"] = measured(one_graph, "compiled", count)
    return figures


def printed(figures: dict[str, dict[str, float]]) -> str:
    """Lay the figures out for people."""
    lines = [
        f"{name:34} {each['films_per_s']:9,.0f} films/s {each['results']:7,.0f} results"
        f" {each['peak_mb']:6,.0f} MB"
        for name, each in figures.items()
    ]
    ours = next(each for name, each in figures.items() if name.startswith("compiled"))
    lines.append("")
    for name, each in figures.items():
        if not name.startswith("compiled"):
            lines.append(f"compiled / {name}: {ours['films_per_s'] / each['films_per_s']:.1f}")
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m bench.validation", description=__doc__)
    parser.add_argument("--records", type=int, default=20_000)
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    options = parser.parse_args(arguments)
    figures = run(options.records)
    print(json.dumps(figures, indent=1) if options.json else printed(figures))


if __name__ == "__main__":
    main()
