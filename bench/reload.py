"""`python -m bench.reload --records 100000`: what it costs to load again.

In one run and for each format: a first load, a load with nothing changed, and one with one
record in a hundred changed (another rating, another title, one actor fewer), each as a part of
the first.

What is measured is imported where it is used: the processes that parse records import this
module too, as they would a command line.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from bench.records import film, pool_of, write_text

EVERY = 100  # the records that change


def revised(each: dict[str, Any]) -> dict[str, Any]:
    """Revise a film."""
    cast = each["actors"][:-1] or each["actors"]
    return each | {"rating": 9.9, "title": f"{each['title']} (restored)", "actors": cast}


def films(records: int, *, changed: bool) -> Iterator[dict[str, Any]]:
    """Invent films; with `changed`, one in a hundred is revised."""
    for number in range(1, records + 1):
        each = film(number, pool_of(records))
        yield revised(each) if changed and number % EVERY == 0 else each


def as_text(folder: Path, records: int, *, changed: bool) -> None:
    """Write films as text files; with `changed`, only those that are revised."""
    numbers = range(EVERY if changed else 1, records + 1, EVERY if changed else 1)
    for number in numbers:
        each = film(number, pool_of(records))
        write_text(folder, revised(each) if changed else each)


def as_json_lines(folder: Path, records: int, *, changed: bool) -> None:
    """Write films into one file, a line each."""
    folder.mkdir(exist_ok=True)
    with (folder / "films.jsonl").open("w", encoding="utf-8") as file:
        file.writelines(f"{json.dumps(each)}\n" for each in films(records, changed=changed))


FORMATS: dict[str, Callable[..., None]] = {"text": as_text, "jsonl": as_json_lines}


def load(workspace: Path, source: Path) -> float:
    """Load a source; give the seconds it took."""
    from etl.operations.load import LoadOptions, load
    from etl.resources import folder
    from etl.shacl import CompiledEngine, Shapes
    from etl.workspace import Workspace

    engine = CompiledEngine(Shapes.read([folder("shapes")]))
    started = time.perf_counter()
    load(Workspace(workspace), [str(source)], engine, LoadOptions(processes=os.cpu_count() or 1))
    return time.perf_counter() - started


def run(name: str, records: int, place: Path) -> dict[str, float]:
    """Measure one format."""
    source, workspace = place / name, place / f"{name}-workspace"
    FORMATS[name](source, records, changed=False)
    seconds = {"first": load(workspace, source), "unchanged": load(workspace, source)}
    FORMATS[name](source, records, changed=True)
    seconds["1% changed"] = load(workspace, source)
    return seconds


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m bench.reload", description=__doc__)
    parser.add_argument("--records", type=int, default=100_000)
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as place:
        for name in FORMATS:
            seconds = run(name, options.records, Path(place))
            for step, each in seconds.items():
                print(f"{name:6} {step:12} {each:7.2f} s  {each / seconds['first']:7.1%}")


if __name__ == "__main__":
    main()
