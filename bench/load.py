"""`python -m bench.load --records 20000`: a whole load, beside the store's own bulk load.

All of it is measured in one run, because machines are noisy: our load from text files to a
queryable store with its parts, with and without validation; the store's bulk load of the same
triples from a finished file; and the same job done in the plainest way, with rdflib and
pySHACL, on a sample.

What is measured is imported where it is used: the processes that read files import this module
too, as they would a command line.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import resource
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pyoxigraph import DefaultGraph, NamedNode, RdfFormat, Store

from bench.records import write_records

if TYPE_CHECKING:
    from etl.shacl import ValidationReport

SAMPLE = 1000  # records that rdflib and pySHACL are given


class Unchecked:
    """An engine that finds nothing, and looks for nothing."""

    walked_back: frozenset[NamedNode] | None = frozenset()

    def __init__(self) -> None:
        from etl.shacl import Shapes

        self.shapes = Shapes(())

    def validate(self, triples: object) -> ValidationReport:
        """Find nothing."""
        from etl.shacl import ValidationReport

        del triples
        return ValidationReport()


def our_load(source: str, workspace: str, *, validate: bool) -> dict[str, float]:
    """Load text files into a new workspace; give the seconds of each part."""
    from etl.operations.load import LoadOptions, load
    from etl.resources import folder
    from etl.shacl import CompiledEngine, Shapes
    from etl.workspace import Workspace

    engine = CompiledEngine(Shapes.read([folder("shapes")])) if validate else Unchecked()
    started = time.perf_counter()
    options = LoadOptions(processes=os.cpu_count() or 1)
    report = load(Workspace(Path(workspace)), [source], engine, options)
    seconds = dict(report.seconds)
    seconds["whole"] = time.perf_counter() - started
    return seconds


def bulk_load(file: str, store: str) -> dict[str, float]:
    """Load a finished N-Triples file into a new store."""
    started = time.perf_counter()
    opened = Store(store)
    opened.bulk_load(path=file, format=RdfFormat.N_TRIPLES)
    opened.flush()
    return {"whole": time.perf_counter() - started}


def plainest(source: str, file: str) -> dict[str, float]:
    """Do the same job as plainly as one can: one rdflib graph, one call of pySHACL."""
    import pyshacl
    import rdflib

    from etl.resources import folder

    started = time.perf_counter()
    graph = rdflib.Graph()
    schema = rdflib.Namespace("https://schema.org/")
    base = "http://localhost:8000/"
    for path in sorted(Path(source).rglob("*.txt")):
        head, _, synopsis = path.read_text("utf-8").partition("\n\nsynopsis:\n")
        record = dict(line.split(": ", 1) for line in head.splitlines() if ": " in line)
        movie = rdflib.URIRef(f"{base}movie/{record['url'].rstrip('/').rpartition('/')[2]}")
        graph.add((movie, rdflib.RDF.type, schema.Movie))
        graph.add((movie, schema.name, rdflib.Literal(record["title"])))
        year = rdflib.Literal(record["year"], datatype=rdflib.XSD.gYear)
        graph.add((movie, schema.datePublished, year))
        graph.add((movie, schema.description, rdflib.Literal(synopsis)))
        for key, term in (("directors", schema.director), ("actors", schema.actor)):
            for name in record.get(key, "").split(", "):
                person = rdflib.URIRef(f"{base}person/{name.replace(' ', '_')}")
                graph.add((movie, term, person))
                graph.add((person, rdflib.RDF.type, schema.Person))
                graph.add((person, schema.name, rdflib.Literal(name)))
    mapped = time.perf_counter()
    shapes = rdflib.Graph()
    for each in folder("shapes").glob("*.ttl"):
        shapes.parse(each)
    pyshacl.validate(graph, shacl_graph=shapes)
    validated = time.perf_counter()
    graph.serialize(file, format="nt", encoding="utf-8")
    finished = time.perf_counter()
    return {
        "map": mapped - started,
        "validate": validated - mapped,
        "store": finished - validated,
        "whole": finished - started,
    }


def measured(work: Callable[..., dict[str, float]], *args: Any, **options: Any) -> dict[str, float]:  # noqa: ANN401 - passed on
    """Run work in a process of its own; add its peak memory in MB and its CPU seconds."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=context) as pool:
        return pool.submit(_measured, work, args, options).result()


def _measured(
    work: Callable[..., dict[str, float]], args: tuple[Any, ...], options: dict[str, Any]
) -> dict[str, float]:
    before = time.process_time()
    result = work(*args, **options)
    own = resource.getrusage(resource.RUSAGE_SELF)
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    result["cpu"] = time.process_time() - before + children.ru_utime + children.ru_stime
    result["peak_mb"] = own.ru_maxrss / 1024
    return result


def run(records: int, place: Path, *, validate: bool) -> dict[str, Any]:
    """Measure everything on that many records."""
    from etl.workspace import Workspace

    write_records(place / "films", records)
    write_records(place / "sample", min(SAMPLE, records))
    figures: dict[str, Any] = {"records": records}
    figures["load, unvalidated"] = measured(
        our_load, str(place / "films"), str(place / "unvalidated"), validate=False
    )
    store = Workspace(place / "unvalidated").required().store
    dump = place / "dump.nt"
    with dump.open("wb") as file:
        Store.read_only(str(store)).dump(file, RdfFormat.N_TRIPLES, from_graph=DefaultGraph())
    with dump.open("rb") as file:
        figures["triples"] = sum(1 for _ in file)
    figures["bulk load"] = measured(bulk_load, str(dump), str(place / "bulk"))
    if validate:
        figures["load"] = measured(
            our_load, str(place / "films"), str(place / "validated"), validate=True
        )
    figures["plainest"] = measured(plainest, str(place / "sample"), str(place / "plain.nt"))
    return figures


def printed(figures: dict[str, Any]) -> str:
    """Lay the figures out for people."""
    records, bulk = figures["records"], figures["bulk load"]
    lines = [f"{records:,} records, {figures['triples']:,} triples", ""]
    for name in ("load", "load, unvalidated", "bulk load", "plainest"):
        if name not in figures:
            continue
        each = dict(figures[name])
        count = min(SAMPLE, records) if name == "plainest" else records
        whole, cpu, peak = each.pop("whole"), each.pop("cpu"), each.pop("peak_mb")
        title = f"{name} ({count:,} records)" if name == "plainest" else name
        lines.append(f"{title:28} {whole:7.2f} s  {cpu:7.2f} CPU s  {peak:6.0f} MB")
        lines += [f"    {part:24} {seconds:7.2f} s" for part, seconds in each.items()]
    plain = figures["plainest"]["whole"] / min(SAMPLE, records) * records
    lines.append("")
    for name in ("load", "load, unvalidated"):
        if name in figures:
            ours = figures[name]["whole"]
            lines.append(f"{name} / bulk load: {ours / bulk['whole']:.2f}")
            lines.append(f"rdflib and pySHACL, scaled to all records / {name}: {plain / ours:.1f}")
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m bench.load", description=__doc__)
    parser.add_argument("--records", type=int, default=20_000)
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    parser.add_argument("--no-validation", action="store_true", help="leave the slow part out")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as place:
        figures = run(options.records, Path(place), validate=not options.no_validation)
    print(json.dumps(figures, indent=1) if options.json else printed(figures))


if __name__ == "__main__":
    main()
