"""`python -m bench.tables --titles 1000000`: a set of IMDb's tables, beside the same as JSON Lines.

Both say the same of the same films: titles, a year, a running time, genres, a rating, and ten
people with ids and what they play. As tables these are four files, which a load joins. In one run:
a first load of either and what it takes of memory, all its processes together, and a load with
nothing changed, as a part of the first. Seconds are of the clock and of the processors; where other
work is running, only the latter compare.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

CREDITS = 10  # of a film
_CATEGORIES = ("director", "writer", *["actor", "actress"] * 4)
_FIELDS = {"director": "directors", "writer": "writers", "actor": "actors", "actress": "actors"}
_WORDS = "Amber Border Cliff Debt Engine Frost Garden Harbour Island Journey Kite Letter".split()
_GENRES = "Action Comedy Crime Drama Family Horror Mystery Romance Thriller War".split()
_GIVEN = "Ada Bela Cleo Dora Emil Finn Gerd Hana Ivor Jana Karl Lena Mira Nils Olga Pavel".split()
_EVERY_S = 0.25  # between two looks at the memory


class Principal(NamedTuple):
    """Somebody's part in a film."""

    number: int
    category: str
    character: str


def name(number: int) -> str:
    """Name a person; there are few namesakes."""
    return f"{_GIVEN[number % 16]} {_WORDS[number // 16 % 12]}{number // 192:x}"


def film(number: int, people: int) -> tuple[dict[str, Any], list[Principal]]:
    """Invent a film and its people."""
    chance = random.Random(number)
    title = f"{chance.choice(_WORDS)} {chance.choice(_WORDS)} {number}"
    told = {
        "imdb_id": f"tt{number:07d}",
        "title": title,
        "original_title": title if number % 5 else f"{title} original",
        "year": chance.randint(1920, 2024),
        "duration": chance.randint(40, 200),
        "genres": chance.sample(_GENRES, chance.randint(1, 3)),
        "rating": chance.randint(10, 100) / 10,
        "votes": chance.randint(5, 100_000),
    }
    cast = [int(people * chance.random() ** 2) for _ in range(CREDITS)]
    parts = zip(dict.fromkeys(cast), _CATEGORIES)  # noqa: B905 - somebody drawn twice has one part
    played = chance.choice(_WORDS)
    return told, [
        Principal(who, category, f"{played} {n}" if category.startswith("act") else "")
        for n, (who, category) in enumerate(parts)
    ]


def write_tables(folder: Path, titles: int) -> None:
    """Write the films as four of IMDb's tables."""
    people = titles * 2
    folder.mkdir(parents=True)
    headers = {
        "title.basics": "tconst titleType primaryTitle originalTitle isAdult startYear endYear "
        "runtimeMinutes genres",
        "title.ratings": "tconst averageRating numVotes",
        "title.principals": "tconst ordering nconst category job characters",
        "name.basics": "nconst primaryName birthYear deathYear primaryProfession knownForTitles",
    }
    files = {each: (folder / f"{each}.tsv").open("w", encoding="utf-8") for each in headers}
    for each, header in headers.items():
        _write(files[each], *header.split())
    for number in range(1, titles + 1):
        told, cast = film(number, people)
        i = told["imdb_id"]
        titles_of = told["title"], told["original_title"]
        genres = ",".join(told["genres"])
        row = i, "movie", *titles_of, 0, told["year"], "\\N", told["duration"], genres
        _write(files["title.basics"], *row)
        _write(files["title.ratings"], i, told["rating"], told["votes"])
        for order, (who, category, character) in enumerate(cast, start=1):
            played = json.dumps([character]) if character else "\\N"
            _write(files["title.principals"], i, order, f"nm{who:07d}", category, "\\N", played)
    for number in range(people):
        _write(files["name.basics"], f"nm{number:07d}", name(number), *["\\N"] * 4)
    for file in files.values():
        file.close()


def _write(file: Any, *cells: object) -> None:  # noqa: ANN401 - a text file
    file.write("\t".join(map(str, cells)) + "\n")


def write_lines(folder: Path, titles: int) -> None:
    """Write the films as JSON Lines."""
    folder.mkdir(parents=True)
    with (folder / "films.jsonl").open("w", encoding="utf-8") as file:
        file.writelines(f"{json.dumps(each)}\n" for each in _records(titles))


def _records(titles: int) -> Iterator[dict[str, Any]]:
    for number in range(1, titles + 1):
        told, cast = film(number, titles * 2)
        rating = {"value": told.pop("rating"), "count": told.pop("votes")}
        told |= {"duration": f"{told['duration']} min", "ratings": {"imdb": rating}}
        for each in cast:
            person = {"name": name(each.number), "imdb": f"nm{each.number:07d}"}
            if each.character:
                person["character"] = each.character
            told.setdefault(_FIELDS[each.category], []).append(person)
        yield told


class Memory(threading.Thread):
    """Looks at what a process and those below it hold in memory; `most` is the peak in bytes."""

    def __init__(self, process: int) -> None:
        super().__init__(daemon=True)
        self.process, self.most, self.ended = process, 0, threading.Event()

    def run(self) -> None:
        """Look until it has ended."""
        while not self.ended.wait(_EVERY_S):
            self.most = max(self.most, _held(self.process))


def _held(process: int) -> int:
    """Return the bytes that a process and its children hold, each page once (Linux' PSS)."""
    try:
        rollup = Path(f"/proc/{process}/smaps_rollup").read_text()
        children = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    except OSError:
        return 0
    own = next(int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:"))
    return own * 1024 + sum(map(_held, map(int, children)))


class Loaded(NamedTuple):
    """What a load took: seconds of the clock, of the processors, the most bytes of memory."""

    wall_s: float
    cpu_s: float
    memory_bytes: int


def load(workspace: Path, source: Path) -> Loaded:
    """Load a source, and measure what that takes."""
    command = [
        sys.executable,
        "-m",
        "etl",
        "load",
        str(source),
        "--workspace",
        str(workspace),
        "--quiet",
    ]
    start, before = time.perf_counter(), _cpu_s()
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        memory = Memory(process.pid)
        memory.start()
        code = process.wait()
        memory.ended.set()
    if code:
        raise SystemExit(f"etl load ended with {code}")
    return Loaded(time.perf_counter() - start, _cpu_s() - before, memory.most)


def _cpu_s() -> float:
    """Return what all processes have taken that this one has waited for."""
    taken = resource.getrusage(resource.RUSAGE_CHILDREN)
    return taken.ru_utime + taken.ru_stime


def main(arguments: Sequence[str] | None = None) -> None:
    """Print what was measured."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--titles", type=int, default=100_000)
    titles = parser.parse_args(arguments).titles
    print(f"{titles:,} titles, {titles * CREDITS:,} credits, {os.cpu_count()} cores")
    with tempfile.TemporaryDirectory(prefix="bench-") as name_of:
        folder, seconds = Path(name_of), dict[str, float]()
        for form, write in {"JSON Lines": write_lines, "tables": write_tables}.items():
            source = folder / form.replace(" ", "-")
            write(source, titles)
            first = load(folder / f"{source.name}.etl", source)
            again = load(folder / f"{source.name}.etl", source)
            seconds[form] = first.cpu_s
            print(
                f"{form:11} {first.wall_s:7.1f} s, {first.cpu_s:7.1f} of CPU, "
                f"{first.cpu_s / titles * 1e6:5.0f} µs each, {first.memory_bytes / 1e6:6,.0f} MB, "
                f"again {again.wall_s:6.1f} s, {again.cpu_s:6.1f} of CPU, "
                f"{again.cpu_s / first.cpu_s:.1%}",
                flush=True,
            )
    print(f"tables take {seconds['tables'] / seconds['JSON Lines']:.2f} times as much CPU")


if __name__ == "__main__":
    main()
