"""`python -m bench.load --records 100000`: a whole load, beside the store's own bulk load.

All of it is measured in one run, because machines are noisy. For records as text files, as JSON
Lines, and as JSON Lines with an id of everybody: our validated load to a queryable store; the
store's bulk load of the same triples from a finished file; the pure work of reading and making
films, in one process; and as a yardstick the same job done in the plainest way, with rdflib and
pySHACL, on a sample. What a load takes beside bulk load and pure work is machinery.

What is measured is imported where it is used: the processes that read files import this module
too, as they would a command line.
"""

from __future__ import annotations

import argparse
import gc
import json
import multiprocessing
import os
import resource
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

from pyoxigraph import DefaultGraph, RdfFormat, Store

from bench.records import write_lines, write_records

SAMPLE = 1000  # records that rdflib and pySHACL are given


def our_load(source: str, workspace: str) -> dict[str, float]:
    """Load records into a new workspace; give the seconds of each part."""
    from etl.operations.load import LoadOptions, load
    from etl.resources import folder
    from etl.shacl import CompiledEngine, Shapes
    from etl.workspace import Workspace

    engine = CompiledEngine(Shapes.read([folder("shapes")]))
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


def pure_work(source: str) -> dict[str, float]:
    """Read records and make their films in this process; no catalog, no store, no processes."""
    from etl.entities.batches import Batch, build_batch
    from etl.entities.drafting import CHUNK_FILMS
    from etl.operations.reading import Reading
    from etl.process.workers import Workers
    from etl.rdf.identifiers import Iris
    from etl.records import decode_film
    from etl.resolution.people import NO_IDENTITIES
    from etl.resources import folder
    from etl.shacl import CompiledEngine, Shapes
    from etl.sources.naming import sources

    gc.disable()  # as a load does
    engine = CompiledEngine(Shapes.read([folder("shapes")]))
    [named] = sources([source], None, [])
    iris = Iris()
    started = time.perf_counter()
    read = Reading(named, None, lambda _: None, Workers(0, engine))
    staged = [each for part in read for each in part.staged if each.body]
    seconds = {"read": time.perf_counter() - started}
    for start in range(0, len(staged), CHUNK_FILMS):
        some = staged[start : start + CHUNK_FILMS]
        rows = [
            (
                decode_film(str(each.body)).key,
                "",
                number,
                each.kind,
                *each[:2],
                each.line,
                each.body or "",
            )
            for number, each in enumerate(some)
        ]
        build_batch(engine, Batch(rows, NO_IDENTITIES, iris, {named.name: iris.source("films")}))
    seconds["whole"] = time.perf_counter() - started
    return seconds


FORMS = {
    "text": lambda place, count: write_records(place, count),
    "JSON Lines": lambda place, count: write_lines(place / "films.jsonl", count),
    "JSON Lines with ids": lambda place, count: write_lines(place / "films.jsonl", count, ids=True),
}
"""How records are written, by the name of the form."""


def run(records: int, place: Path, forms: Sequence[str]) -> dict[str, Any]:
    """Measure everything on that many records."""
    figures: dict[str, Any] = {"records": records}
    for form in forms:
        with tempfile.TemporaryDirectory(dir=place) as folder:
            figures[form] = _run(records, Path(folder), form)
    write_records(place / "sample", min(SAMPLE, records))
    figures["plainest"] = measured(plainest, str(place / "sample"), str(place / "plain.nt"))
    return figures


def _run(records: int, place: Path, form: str) -> dict[str, Any]:
    from etl.workspace import Workspace

    films, dump = place / "films", place / "dump.nt"
    FORMS[form](films, records)
    load = measured(our_load, str(films), str(place / "ours"))
    store = Store.read_only(str(Workspace(place / "ours").required().store))
    with dump.open("wb") as file:
        store.dump(file, RdfFormat.N_TRIPLES, from_graph=DefaultGraph())
    with dump.open("rb") as file:
        triples = sum(1 for _ in file)
    bulk = measured(bulk_load, str(dump), str(place / "bulk"))
    return {
        "triples": triples,
        "load": load,
        "bulk load": bulk,
        "pure work": measured(pure_work, str(films)),
    }


def printed(figures: dict[str, Any]) -> str:
    """Lay the figures out for people."""
    records = figures["records"]
    lines = []
    for form in (each for each in FORMS if each in figures):
        found = figures[form]
        load, bulk, pure = found["load"], found["bulk load"], found["pure work"]
        lines += [f"{form}: {records:,} records, {found['triples']:,} triples", ""]
        lines += [_line(name, found[name]) for name in ("load", "bulk load", "pure work")]
        rest = load["cpu"] - bulk["cpu"] - pure["cpu"]
        lines += [f"{'machinery (the rest)':20} {'':10}  {rest:7.1f} CPU s", ""]
        lines.append(
            f"load / bulk load: {load['whole'] / bulk['whole']:.2f} wall, "
            f"{load['cpu'] / bulk['cpu']:.2f} CPU"
        )
        lines.append(f"{1000 * load['whole'] / records:.3f} ms a film\n")
    each = figures["plainest"]["whole"] / min(SAMPLE, records)
    lines.append(f"rdflib and pySHACL: {1000 * each:.2f} ms a film")
    return "\n".join(lines)


def _line(name: str, each: dict[str, float]) -> str:
    figures = f"{each['whole']:7.1f} s    {each['cpu']:7.1f} CPU s  {each['peak_mb']:6.0f} MB"
    parts = {part: each[part] for part in each if part not in ("whole", "cpu", "peak_mb")}
    told = ", ".join(f"{part} {seconds:.1f}" for part, seconds in parts.items())
    return f"{name:20} {figures}" + (f"  ({told})" if told else "")


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m bench.load", description=__doc__)
    parser.add_argument("--records", type=int, default=20_000)
    parser.add_argument("--form", choices=FORMS, action="append", help="one form, not all")
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as place:
        figures = run(options.records, Path(place), options.form or list(FORMS))
    print(json.dumps(figures, indent=1) if options.json else printed(figures))


if __name__ == "__main__":
    main()
