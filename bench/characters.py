"""The texts of which the characters are marked by hand, and how they were drawn.

    python -m bench.characters [--data ../shared/data] --texts

All brackets of the two folders of records are marked, and all pairs of a sample of plots. Films
are drawn, and a third of them put by, by hashes of their names, so that nothing can be chosen.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from etl.records import FilmRecord
from etl.sources.text import parse

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
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
        found.append(_text(f"plots/{row['id']}", f"{header}\n\nsynopsis:\n{row['synopsis']}"))
    bracketed = [each for each in found if BRACKET.search(each.synopsis)]
    return sorted(bracketed, key=lambda each: _hash(f"sample {each.film}"))[:PLOTS]


def records(data: Path) -> Iterator[Text]:
    """Give all records whose synopsis has a bracket, folder by folder."""
    for folder in FOLDERS:
        for path in sorted((data / folder).glob("*.txt")):
            text = _text(f"{folder}/{path.name}", path.read_text("utf-8"))
            if BRACKET.search(text.synopsis):
                yield text


def _text(film: str, text: str) -> Text:
    record = parse(text)
    assert isinstance(record, FilmRecord), (film, record)
    return Text(film, [actor.name for actor in record.actors], record.synopsis or "")


def texts(data: Path) -> list[Text]:
    """Return all texts whose characters are marked."""
    return [*records(data), *plots(data)]


def main() -> None:
    """Write the texts, to be marked by hand."""
    parser = argparse.ArgumentParser(description=__doc__, prog="python -m bench.characters")
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--texts", action="store_true", help="the texts, to be marked")
    options = parser.parse_args()
    if options.texts:
        for each in texts(options.data):
            sys.stdout.write(f"{each.film}\n{', '.join(each.cast)}\n{each.synopsis}\n\n")


if __name__ == "__main__":
    main()
