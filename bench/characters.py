"""How many characters of a synopsis are found, and how many of those found are right.

    python -m bench.characters [--data ../shared/data] [--wrong | --texts]

Judged by what was marked by hand: all brackets of two folders of records, and all of a sample of
plots. Films are drawn, and a third of them put by, by hashes of their names, so that nothing can be
chosen. Rates have a Wilson interval at 95 %.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import math
import re
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from etl.records import FilmRecord
from etl.resolution.characters import Played, played
from etl.sources.text import parse

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
GOLD = Path(__file__).resolve().parents[1] / "tests" / "fixtures" / "characters" / "gold.tsv"
FOLDERS = ("seed_format", "linking/records")
PLOTS = 200  # plots in the sample, of 604
BRACKET = re.compile(r"[(\[（]")


@dataclass(frozen=True)
class Text:
    """A film's synopsis and its cast; `film` is the place of its record below the data."""

    film: str
    cast: list[str]
    synopsis: str

    @property
    def held_out(self) -> bool:
        """Return whether the film is of the third that rules are never tuned to."""
        return _hash(f"held out {self.film}") % 3 == 0


def _hash(text: str) -> int:
    return int.from_bytes(hashlib.sha256(text.encode()).digest())


def plots(data: Path) -> list[Text]:
    """Return the sample of plots with brackets, each read as a record of the text format."""
    found = []
    for line in (data / "plots" / "plots.jsonl").read_text("utf-8").splitlines():
        row = json.loads(line)
        header = f"movieId: {row['id']}\ntitle: {row['title']}\nactors: {', '.join(row['actors'])}"
        found.append(read_text(f"plots/{row['id']}", f"{header}\n\nsynopsis:\n{row['synopsis']}"))
    bracketed = [each for each in found if BRACKET.search(each.synopsis)]
    return sorted(bracketed, key=lambda each: _hash(f"sample {each.film}"))[:PLOTS]


def records(data: Path) -> Iterator[Text]:
    """Give all records whose synopsis has a bracket, folder by folder."""
    for folder in FOLDERS:
        for path in sorted((data / folder).glob("*.txt")):
            text = read_text(f"{folder}/{path.name}", path.read_text("utf-8"))
            if BRACKET.search(text.synopsis):
                yield text


def read_text(film: str, text: str) -> Text:
    """Read a record of the text format as a film's synopsis and cast."""
    record = parse(text)
    assert isinstance(record, FilmRecord), (film, record)
    return Text(film, [actor.name for actor in record.actors], record.synopsis or "")


def texts(data: Path) -> list[Text]:
    """Return all texts whose characters are marked."""
    return [*records(data), *plots(data)]


class Marked(NamedTuple):
    """A character marked by hand: any of its names is right; without one, nothing is."""

    film: str
    names: tuple[str, ...]
    actor: str
    held_out: bool


def gold(path: Path = GOLD) -> list[Marked]:
    """Return all that was marked by hand."""
    rows = [line.split("\t") for line in path.read_text("utf-8").splitlines()[1:]]
    return [
        Marked(film, tuple(filter(None, names.split("|"))), actor, split == "held out")
        for film, names, actor, split in rows
    ]


def interval(right: int, of: int) -> tuple[float, float]:
    """Return the Wilson interval of a rate at 95 %."""
    if not of:
        return 0.0, 1.0
    z, rate = 1.959964, right / of
    middle, around = (
        rate + z * z / (2 * of),
        z * math.sqrt(rate * (1 - rate) / of + (z / of / 2) ** 2),
    )
    return (middle - around) / (1 + z * z / of), (middle + around) / (1 + z * z / of)


@dataclass(slots=True)
class Score:
    """How many pairs were found and right, of how many there are."""

    found: int = 0
    right: int = 0
    named: int = 0
    met: int = 0
    unnamed: int = 0
    wrong: list[str] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)

    @property
    def precision(self) -> float:
        """Return which part of the pairs found is right."""
        return self.right / self.found if self.found else 1.0

    @property
    def recall(self) -> float:
        """Return which part of the characters with a name was found."""
        return self.met / self.named if self.named else 1.0

    def add(self, film: str, found: Sequence[Played], marked: Iterable[Marked]) -> None:
        """Count what was found in one film."""
        rows = list(marked)
        right = {(name, row.actor) for row in rows for name in row.names}
        pairs = {(pair.character, pair.actor) for pair in found}
        self.found += len(pairs)
        self.right += len(pairs & right)
        self.wrong += [f"{film}: {name} = {actor}" for name, actor in sorted(pairs - right)]
        for row in rows:
            met = any((name, row.actor) in pairs for name in row.names)
            self.named += bool(row.names)
            self.unnamed += not row.names
            self.met += met
            if row.names and not met:
                self.missed.append(f"{film}: {row.names[0]} = {row.actor}")


Finder = Callable[[str, Iterable[str]], Sequence[Played]]


def scores(data: Path, find: Finder = played) -> dict[str, Score]:
    """Return how well characters are found in the part for tuning, and in the part held out."""
    marked: dict[str, list[Marked]] = defaultdict(list)
    for row in gold():
        marked[row.film].append(row)
    found = {"tuning": Score(), "held out": Score()}
    for text in texts(data):
        score = found["held out" if text.held_out else "tuning"]
        score.add(text.film, find(text.synopsis, text.cast), marked[text.film])
    return found


def report(name: str, score: Score) -> str:
    """Return the counts and rates of one part as lines."""
    lines = [f"{name}: {score.named} characters with a name, {score.unnamed} without"]
    for what, right, of in (
        ("precision", score.right, score.found),
        ("recall", score.met, score.named),
    ):
        low, high = interval(right, of)
        rate = right / of if of else 1.0
        lines.append(f"  {what:9}  {right:3} of {of:3}  {rate:.3f}  ({low:.3f} to {high:.3f})")
    return "\n".join(lines) + "\n"


def main() -> None:
    """Print the figures, or the texts to be marked by hand."""
    parser = argparse.ArgumentParser(description=__doc__, prog="python -m bench.characters")
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--texts", action="store_true", help="print the texts, to be marked")
    parser.add_argument("--wrong", action="store_true", help="list mistakes, but none held out")
    options = parser.parse_args()
    if options.texts:
        for each in texts(options.data):
            sys.stdout.write(f"{each.film}\n{', '.join(each.cast)}\n{each.synopsis}\n\n")
        return
    found = scores(options.data)
    for name, score in found.items():
        sys.stdout.write(report(name, score))
    if options.wrong:
        for line in found["tuning"].wrong:
            sys.stdout.write(f"wrong   {line}\n")
        for line in found["tuning"].missed:
            sys.stdout.write(f"missed  {line}\n")


if __name__ == "__main__":
    main()
