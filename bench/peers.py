"""`python -m bench.peers --records 100000`: the same records into a queryable store, by morph-kgc.

Theirs is morph-kgc, which makes a file of N-Triples by a mapping, and `oxigraph load`, which puts
it into a store. It is given the records as it reads them quickest: tables without lists in them.
Ours is `etl load` of the records as JSON Lines: read, kept with their places, resolved, validated,
and told of in provenance. Theirs does none of that.

Both run as commands, in one run; morph-kgc in an environment of its own, made for it from PyPI.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from pyoxigraph import Store

from bench.records import film, pool_of, write_lines

TABLES = {
    "films.csv": ("imdb", "movielens", "title", "year", "synopsis"),
    "ratings.csv": ("imdb", "rating"),
    "directors.csv": ("imdb", "name"),
    "actors.csv": ("imdb", "name"),
}
MAPPING = """
prefixes: {sdo: "https://schema.org/", xsd: "http://www.w3.org/2001/XMLSchema#"}
mappings:
  film:
    sources: [["films.csv~csv"]]
    s: http://localhost:8000/movie/$(imdb)
    po:
      - [a, sdo:Movie]
      - [sdo:name, $(title)]
      - [sdo:datePublished, $(year), xsd:gYear]
      - [sdo:description, $(synopsis)]
      - [sdo:url, "https://www.imdb.com/title/$(imdb)/~iri"]
      - [sdo:sameAs, "https://www.imdb.com/title/$(imdb)/~iri"]
      - [sdo:identifier, "http://localhost:8000/movie/$(imdb)#identifier-imdb~iri"]
      - [sdo:identifier, "http://localhost:8000/movie/$(imdb)#identifier-movielens~iri"]
  imdb:
    sources: [["films.csv~csv"]]
    s: http://localhost:8000/movie/$(imdb)#identifier-imdb
    po: [[a, sdo:PropertyValue], [sdo:propertyID, imdb], [sdo:value, $(imdb)]]
  movielens:
    sources: [["films.csv~csv"]]
    s: http://localhost:8000/movie/$(imdb)#identifier-movielens
    po: [[a, sdo:PropertyValue], [sdo:propertyID, movielens], [sdo:value, $(movielens)]]
  rated:
    sources: [["ratings.csv~csv"]]
    s: http://localhost:8000/movie/$(imdb)
    po: [[sdo:aggregateRating, "http://localhost:8000/movie/$(imdb)#rating~iri"]]
  rating:
    sources: [["ratings.csv~csv"]]
    s: http://localhost:8000/movie/$(imdb)#rating
    po:
      - [a, sdo:AggregateRating]
      - [sdo:ratingValue, $(rating), xsd:decimal]
      - [sdo:bestRating, "10", xsd:decimal]
      - [sdo:worstRating, "1", xsd:decimal]
  directed:
    sources: [["directors.csv~csv"]]
    s: http://localhost:8000/movie/$(imdb)
    po: [[sdo:director, "http://localhost:8000/person/$(name)~iri"]]
  director:
    sources: [["directors.csv~csv"]]
    s: http://localhost:8000/person/$(name)
    po: [[a, sdo:Person], [sdo:name, $(name)]]
  acted:
    sources: [["actors.csv~csv"]]
    s: http://localhost:8000/movie/$(imdb)
    po: [[sdo:actor, "http://localhost:8000/person/$(name)~iri"]]
  actor:
    sources: [["actors.csv~csv"]]
    s: http://localhost:8000/person/$(name)
    po: [[a, sdo:Person], [sdo:name, $(name)]]
"""


class Cost(NamedTuple):
    """What a command took: seconds on the clock and of all cores, memory of its largest process."""

    wall_s: float
    cpu_s: float
    peak_mb: float


def cost(*command: str | Path, cwd: Path) -> Cost:
    """Run a command to its end, and measure it with all processes that it starts."""
    started = time.perf_counter()
    with (cwd / "told").open("w") as told:
        running = subprocess.Popen(list(map(str, command)), cwd=cwd, stdout=told, stderr=told)
    _, status, used = os.wait4(running.pid, 0)
    wall = time.perf_counter() - started
    running.returncode = os.waitstatus_to_exitcode(status)
    if running.returncode:
        raise SystemExit(f"{command[0]}: {(cwd / 'told').read_text()}")
    return Cost(wall, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


def environment(folder: Path) -> Path:
    """Return the folder of the peers' programs, installed from PyPI where they are not there yet.

    Raises:
        CalledProcessError: PyPI cannot be reached, or has nothing for this Python.
    """
    programs = folder / "bin"
    if not (programs / "oxigraph").exists():
        venv.create(folder, with_pip=True)
        command = (str(programs / "pip"), "install", "--quiet", "morph-kgc", "oxigraph")
        subprocess.run(command, check=True, capture_output=True, text=True)
    return programs


def write_tables(folder: Path, count: int) -> None:
    """Write the records as tables of single values, the mapping of these, and how to run it."""
    pool = pool_of(count)
    files = {name: (folder / name).open("w", encoding="utf-8", newline="") for name in TABLES}
    tables = {name: csv.writer(file) for name, file in files.items()}
    for name, columns in TABLES.items():
        tables[name].writerow(columns)
    for number in range(1, count + 1):
        each, imdb = film(number, pool), f"tt{number:07d}"
        told = (imdb, number, each["title"], each["year"], each["synopsis"])
        tables["films.csv"].writerow(told)
        if each["rating"] is not None:
            tables["ratings.csv"].writerow((imdb, each["rating"]))
        for role in ("directors", "actors"):
            tables[f"{role}.csv"].writerows((imdb, name) for name in each[role])
    for file in files.values():
        file.close()
    (folder / "mapping.yml").write_text(MAPPING, "utf-8")
    (folder / "morph.ini").write_text(
        f"[CONFIGURATION]\noutput_file=films.nt\nnumber_of_processes={os.cpu_count()}\n"
        "[films]\nmappings=mapping.yml\n",
        "utf-8",
    )


def run(records: int, place: Path, programs: Path) -> dict[str, object]:
    """Measure both on that many records."""
    from etl.workspace import Workspace

    write_tables(place, records)
    write_lines(place / "films" / "films.jsonl", records)
    ours = cost(sys.executable, "-m", "etl", "load", "films", "--quiet", cwd=place)
    mapping = cost(programs / "python", "-m", "morph_kgc", "morph.ini", cwd=place)
    loader = programs / "oxigraph"
    loading = cost(loader, "load", "--location", "store", "--file", "films.nt", cwd=place)
    theirs = Cost(
        mapping.wall_s + loading.wall_s,
        mapping.cpu_s + loading.cpu_s,
        max(mapping.peak_mb, loading.peak_mb),
    )
    stores = {"ours": Workspace(place / ".etl").required().store, "theirs": place / "store"}
    return {
        "records": records,
        "triples": {who: len(Store.read_only(str(path))) for who, path in stores.items()},
        "ours": ours._asdict(),
        "theirs": theirs._asdict(),
        "of which morph-kgc": mapping._asdict(),
        "of which oxigraph load": loading._asdict(),
        "theirs / ours": {
            "wall": theirs.wall_s / ours.wall_s,
            "CPU": theirs.cpu_s / ours.cpu_s,
        },
    }


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print as JSON."""
    parser = argparse.ArgumentParser(prog="python -m bench.peers", description=__doc__)
    parser.add_argument("--records", type=int, default=100_000)
    parser.add_argument("--environment", type=Path, help="keep the peers' programs in this folder")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        try:
            programs = environment((options.environment or place / "environment").resolve())
        except subprocess.CalledProcessError as error:
            reason = (error.stderr or str(error)).strip().splitlines()[-1]
            print(f"skipped: morph-kgc cannot be installed from PyPI: {reason}")
            return
        print(json.dumps(run(options.records, place, programs), indent=1))


if __name__ == "__main__":
    main()
