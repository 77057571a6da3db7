"""Engines that validate a file from the command line: `etl validate`, and three in Java.

Each is a process of its own, from its start to its results. Java's engines are those that
`mvn -q -f tests/support/java validate` fetches; one that is absent is left out.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path

from pyoxigraph import RdfFormat, Triple, serialize

from bench.films import films
from etl.rdf.descriptions import Description, triples
from etl.rdf.vocab import SCHEMA
from etl.resources import folder
from etl.shacl import Shapes

JARS = Path(sys.prefix, "jars")
FAULT_PERCENT = 2.0
AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Cost:
    """What a validation took, and how many results it had."""

    results: int
    wall_s: float
    cpu_s: float
    peak_mb: float


def write_films(path: Path, most: int) -> int:
    """Write films into a file of N-Triples, about so many triples; return how many they are.

    People are in it once each, as in a graph.
    """
    written, made = 0, films(most, FAULT_PERCENT)  # each film has many triples
    people: set[Description] = set()
    with path.open("wb") as file:
        while written < most:
            some = chain.from_iterable(each.descriptions for each in islice(made, AT_ONCE))
            text = _text([*triples(each for each in some if _is_new(each, people))])
            written += text.count(b"\n")
            file.write(text)
    return written


def _is_new(told: Description, people: set[Description]) -> bool:
    if SCHEMA.Person not in told[2]:
        return True
    known = told in people
    people.add(told)
    return not known


def _text(said: Sequence[Triple]) -> bytes:
    return serialize(said, format=RdfFormat.N_TRIPLES) or b""


def _of_a_report(text: str) -> int:
    return text.count("ValidationResult")


Command = tuple[list[str], Callable[[str], int]]


def commands(data: Path, shapes: Path, place: Path) -> dict[str, Command]:
    """Return the command of each engine that is here, and what counts the results it prints."""
    engines: dict[str, Command] = {
        "etl validate": (
            [sys.executable, "-m", "etl", "validate", str(data), "--format", "json"],
            lambda text: text.count('"severity"'),
        )
    }
    if not JARS.is_dir() or shutil.which("javac") is None:
        print("the engines in Java are absent, and left out", file=sys.stderr)
        return engines
    fuseki, others = str(JARS / "jena-fuseki-server.jar"), str(JARS / "shacl" / "*")
    source = Path(__file__).parent / "java" / "Rdf4jShacl.java"
    subprocess.run(["javac", "-cp", others, "-d", str(place), str(source)], check=True)
    jena = ["shacl.shacl", "validate", "--shapes", str(shapes), "--data", str(data)]
    topbraid = ["-datafile", str(data), "-shapesfile", str(shapes)]
    return engines | {
        "Jena": (["java", "-cp", fuseki, *jena], _of_a_report),
        "RDF4J": (["java", "-cp", f"{place}:{others}", "Rdf4jShacl", str(data), str(shapes)], int),
        "TopBraid": (
            ["java", "-cp", others, "org.topbraid.shacl.tools.Validate", *topbraid],
            _of_a_report,
        ),
    }


def measured(command: Command, place: Path) -> Cost:
    """Run an engine."""
    arguments, count = command
    printed, started = place / "printed", time.perf_counter()
    with printed.open("wb") as file:
        process = subprocess.Popen(arguments, stdout=file, stderr=subprocess.DEVNULL)
        _, _, used = os.wait4(process.pid, 0)
    process.returncode = 0  # wait4 has it
    wall_s = time.perf_counter() - started
    cpu_s = used.ru_utime + used.ru_stime
    return Cost(count(printed.read_text()), wall_s, cpu_s, used.ru_maxrss / 1024)


def run(most: int, place: Path) -> tuple[int, dict[str, Cost]]:
    """Measure every engine on a file of about so many triples."""
    data, shapes = place / "films.nt", place / "shapes.nt"
    shapes.write_bytes(_text(Shapes.read([folder("shapes")]).triples))
    written = write_films(data, most)
    engines = commands(data, shapes, place)
    return written, {name: measured(engine, place) for name, engine in engines.items()}


def printed(written: int, costs: dict[str, Cost]) -> str:
    """Lay the figures out for people."""
    lines = [f"{written:,} triples in a file", f"{'':14} wall s    CPU s  peak MB  results"]
    for name, each in costs.items():
        figures = f"{each.wall_s:8.1f} {each.cpu_s:8.1f} {each.peak_mb:8,.0f} {each.results:8,}"
        lines.append(f"{name:12} {figures}")
    return "\n".join(lines)
