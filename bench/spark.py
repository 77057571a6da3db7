"""`python -m bench.spark --records 100000`: a load on Spark with one core and two, beside ours.

All of it is measured in one run: the start of Spark alone, loads of the same JSON Lines on
`local[1]` and `local[2]`, and `etl load` with as many processes as there are cores. The hashes of
the graphs are compared. `--skew` loads other records: one actor in all films, and one film that
every hundredth record is about; it prints how many rows the largest partition of a shuffle has,
beside the median, as Spark's log of events tells.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path

from bench.records import write_lines

_ROWS = 1000  # a shuffle of fewer is too small to be uneven
_START = "from etl.spark.session import session\nwith session('local[1]'): pass"


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--records", type=int, default=100_000)
    parser.add_argument("--skew", action="store_true")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        if given.skew:
            _skew(place, given.records)
        else:
            _compare(place, given.records)


def _compare(place: Path, records: int) -> None:
    source = place / "films.jsonl"
    write_lines(source, records, ids=True)
    start = _timed(sys.executable, "-c", _START)
    print(f"start of Spark alone: {start:.1f} s")
    hashes = set[str]()
    for cores in (1, 2):
        out = place / f"out-{cores}"
        seconds = _timed(*_load(source, out, f"local[{cores}]"))
        manifest = json.loads((out / "manifest.json").read_text())
        hashes.add(manifest["graphs"][0]["hash"])
        rate = records / (seconds - start)
        print(f"Spark, {cores} cores: {seconds:.1f} s, {rate:,.0f} films/s without the start")
    workspace = place / "workspace"
    etl = (sys.executable, "-m", "etl")
    seconds = _timed(*etl, "load", "-q", "--workspace", workspace, source)
    print(f"etl load, {os.cpu_count()} cores: {seconds:.1f} s, {records / seconds:,.0f} films/s")
    checked = subprocess.run(
        [*etl, "check", "--workspace", workspace], capture_output=True, text=True, check=True
    )
    same = len(hashes) == 1 and hashes.pop() in checked.stdout + checked.stderr
    print(f"the graphs are {'the same' if same else 'NOT the same'}")


def _skew(place: Path, records: int) -> None:
    source, events = place / "films.jsonl", place / "events"
    events.mkdir()
    with source.open("w") as file:
        for number in range(records):
            film = 1 if number % 100 == 0 else number + 2
            cast = [{"name": "Everybody", "imdb": "nm0000001"}, {"name": f"Actor {number}"}]
            told = {"imdb": f"tt{film:07}", "title": f"Film {film}", "year": 1990, "actors": cast}
            file.write(json.dumps(told) + "\n")
    (place / "spark-defaults.conf").write_text(
        f"spark.eventLog.enabled true\nspark.eventLog.dir {events.as_uri()}\n"
        "spark.eventLog.compress false\nspark.eventLog.rolling.enabled false\n"
        "spark.sql.adaptive.coalescePartitions.enabled false\nspark.sql.shuffle.partitions 16\n"
    )
    os.environ["SPARK_CONF_DIR"] = str(place)
    _timed(*_load(source, place / "out", "local[2]"))
    for stage, rows in sorted(_read_rows(events).items()):
        if sum(rows) >= _ROWS and len(rows) > 1:
            median = statistics.median(rows)
            print(f"stage {stage}: {len(rows)} partitions, median {median:.0f}, most {max(rows)}")


def _read_rows(events: Path) -> dict[int, list[int]]:
    """Return the rows that each task of each stage read of a shuffle."""
    found: defaultdict[int, list[int]] = defaultdict(list)
    for log in events.iterdir():
        for line in log.read_text().splitlines():
            event = json.loads(line)
            if event["Event"] == "SparkListenerTaskEnd":
                read = event["Task Metrics"]["Shuffle Read Metrics"]["Total Records Read"]
                found[event["Stage ID"]].append(read)
    return found


def _load(source: Path, out: Path, master: str) -> list[str | Path]:
    typed = (sys.executable, "-m", "etl", "load", source, "-q", "--engine", "spark")
    return [*typed, "--master", master, "-o", out]


def _timed(*command: str | Path) -> float:
    started = time.perf_counter()
    subprocess.run(command, check=True)
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
