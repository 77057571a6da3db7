"""How exactly films of several sources are matched that share no id.

    python -m bench.matching [--data ../shared/data]

Text records beside copies of themselves whose ids are hidden and whose titles are varied, with and
without people; and beside the titles of MovieLens, by whose ids the right answers are known, alone
and with two lists of IMDb's films, which name people, in the same workspace. Each time also with
every other target taken away. Rates have a Wilson interval at 95 %.
"""

from __future__ import annotations

import argparse
import csv
import json
import random
import re
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from anyascii import anyascii

from bench.characters import interval
from bench.linking_data import DATA, read_record
from etl.catalog.catalog import Catalog
from etl.operations.load import LoadOptions, load
from etl.records import FilmRecord
from etl.resources import folder
from etl.shacl import CompiledEngine, Shapes
from etl.workspace import Workspace

Told = dict[str, Any]
"""A film as a line of JSON."""


# Titles and names as people write them


def _moved(title: str) -> str:
    article, _, rest = title.partition(" ")
    return f"{rest}, {article}" if article in ("The", "A", "An") and rest else title


def _digits(title: str) -> str:
    romans = {"II": "2", "III": "3", "IV": "4", "V": "5", "VI": "6"}
    return " ".join(romans.get(word, word) for word in title.split())


VARIATIONS: tuple[Callable[[str], str], ...] = (
    str,
    _moved,
    _digits,
    str.upper,
    anyascii,
    lambda title: title.replace(" and ", " & "),
    lambda title: re.sub(r"[:!?,.]", "", title),
    lambda title: f"{title} (Ein anderer Titel)",
    lambda title: title.removeprefix("The "),
    lambda title: re.split(r": | - ", title)[0],
    lambda title: f"Jon Halde's {title}",
)
"""Ways in which another list may write a title; the last two are looser than the rest."""

EXACT = len(VARIATIONS) - 2


def _inverted(name: str) -> str:
    *given, family = name.split()
    return f"{family}, {' '.join(given)}" if given else name


# What is matched


@dataclass(frozen=True)
class Case:
    """Two sources, and the film of the second that each film of the first is, by their keys.

    Of films that are `dated` otherwise, the two sources give different years: known errors of the
    gold. `beside` are other sources in the same workspace.
    """

    name: str
    ours: Sequence[Told]
    theirs: Sequence[Told]
    right: Mapping[str, str]
    dated: frozenset[str] = frozenset()
    beside: Sequence[Path] = ()


def text_records(data: Path) -> list[tuple[str, FilmRecord]]:
    """Read the films that have text records, each once, by their IMDb ids."""
    folders = (data / "seed_format", data / "linking" / "records")
    paths = (path for each in folders for path in sorted(each.glob("*.txt")))
    found = {record.identifiers["imdb"]: record for record in map(read_record, paths)}
    return sorted(found.items())


def line(record: FilmRecord, **ids: object) -> Told:
    """Write a record with other ids."""
    people = {
        role: [credit.name for credit in record.credited(role)] for role in ("directors", "actors")
    }
    return {**ids, "title": record.title, "year": record.year, **people}


def copies(records: Sequence[tuple[str, FilmRecord]], *, people: bool) -> Case:
    """Set records beside copies of themselves; every third copy of people has other spellings."""
    chance = random.Random(7)
    ours, theirs, right = [], [], {}
    for number, (imdb, record) in enumerate(records, start=1):
        ours.append(line(record, imdb=imdb))
        copy = line(record, tmdb=number)
        vary = VARIATIONS[number % (len(VARIATIONS) if people else EXACT)]
        copy["title"] = vary(copy["title"])
        if people:
            copy["year"] += chance.choice([0] * 9 + [1])
            copy["actors"] = chance.sample(copy["actors"], min(4, len(copy["actors"])))
            if number % 3 == 0:
                copy["directors"] = list(map(_inverted, copy["directors"]))
                copy["actors"] = list(map(anyascii, copy["actors"]))
        else:
            del copy["directors"], copy["actors"]
        theirs.append(copy)
        right[imdb] = f"tmdb-{number}"
    return Case(f"copies, {'with people' if people else 'no people'}", ours, theirs, right)


def movielens(
    data: Path, records: Sequence[tuple[str, FilmRecord]], *, lists: bool = False
) -> Case:
    """Set records beside the titles of MovieLens, which names nobody, and lists of IMDb's films."""
    with (data / "movielens" / "links.csv").open(encoding="utf-8") as file:
        numbers = {f"tt{row['imdbId']}": row["movieId"] for row in csv.DictReader(file)}
    with (data / "movielens" / "movies.csv").open(encoding="utf-8") as file:
        theirs = [
            {"movieId": row["movieId"], "title": row["title"]} for row in csv.DictReader(file)
        ]
    ours = [line(record, imdb=imdb) for imdb, record in records]
    right = {imdb: f"movielens-{numbers[imdb]}" for imdb, _ in records if imdb in numbers}
    titles = {_key(each): each["title"].rstrip() for each in theirs}
    dated = {
        imdb
        for imdb, record in records
        if imdb in right and not titles[right[imdb]].endswith(f"({record.year})")
    }
    names = ("IMDB-Movie-Data.csv", "imdb_top_1000.csv") if lists else ()
    beside = [data / "files" / name for name in names]
    name = "MovieLens and IMDb's lists" if lists else "MovieLens"
    return Case(name, ours, theirs, right, frozenset(dated), beside)


def without_half(case: Case) -> Case:
    """Take every other target away."""
    gone = set(list(case.right.values())[::2])
    theirs = [each for each in case.theirs if _key(each) not in gone]
    right = {film: target for film, target in case.right.items() if target not in gone}
    dated = case.dated & right.keys()
    return replace(case, name=f"{case.name}, half absent", theirs=theirs, right=right, dated=dated)


def _key(told: Told) -> str:
    return f"tmdb-{told['tmdb']}" if "tmdb" in told else f"movielens-{told['movieId']}"


# How well it is done


@dataclass
class Score:
    """What was matched, right and wrong, by rung, and what was missed."""

    possible: int
    right: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)
    dated: list[str] = field(default_factory=list)
    of_one_year: tuple[int, int] = (0, 0)
    review: int = 0
    proposed: int = 0

    def lines(self, name: str) -> Iterator[str]:
        """Say it, and name what is wrong or missed."""
        found = self.right.total()
        yield f"{name}: {found + len(self.wrong)} matched, of {self.possible}"
        for rate, right, of in (
            ("precision", found, found + len(self.wrong)),
            ("recall", found, self.possible),
            ("of one year", *self.of_one_year),
        ):
            low, high = interval(right, of)
            share = right / of if of else 1
            yield f"  {rate:11} {right} of {of}: {share:.4f} ({low:.4f} to {high:.4f})"
        ways = ", ".join(f"{count} {rung}" for rung, count in sorted(self.right.items()))
        yield f"  {ways}; {self.review} left for review, {self.proposed} of them right"
        yield from (f"  wrong: {each}" for each in self.wrong)
        yield from (f"  missed: {each}" for each in self.missed)
        yield from (f"  missed, of another year there: {each}" for each in self.dated)


def score(case: Case) -> Score:
    """Load both sources into a workspace of their own, and see what was matched."""
    found = Score(len(case.right))
    titles = {_key(each): each["title"] for each in case.theirs}
    with tempfile.TemporaryDirectory() as place:
        path = Path(place)
        sources = [_write(path / "ours.jsonl", case.ours), _theirs(path, case.theirs)]
        sources += map(str, case.beside)
        workspace = Workspace(path / ".etl")
        engine = CompiledEngine(Shapes.read([folder("shapes")]))
        for source in sources:  # each by itself, or they would be one
            load(workspace, [source], engine, LoadOptions())
        with Catalog.read(workspace.required().catalog) as catalog:
            matches = catalog.resolved.matches()
    ours = {told["imdb"]: told for told in case.ours}
    same = case.right.keys() - case.dated
    matched = set[str]()
    for match in matches:
        if match.film not in titles or (match.key or match.other) not in ours:
            continue  # it is about another source
        is_right = case.right.get(match.key or match.other) == match.film
        if match.key is None:
            found.review += 1
            found.proposed += is_right
        elif is_right:
            found.right[match.rung] += 1
            matched.add(match.key)
        else:
            found.wrong.append(f"{match.key} with {match.film}: {match.title} ({match.rung})")
    found.of_one_year = len(same & matched), len(same)
    for imdb in sorted(ours.keys() & case.right.keys() - matched):
        told = f"{ours[imdb]['title']}, {ours[imdb]['year']}: {titles[case.right[imdb]]}"
        (found.dated if imdb in case.dated else found.missed).append(told)
    return found


def _theirs(path: Path, films: Sequence[Told]) -> str:
    if "movieId" not in films[0]:
        return _write(path / "theirs.jsonl", films)
    with (path / "movies.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["movieId", "title", "genres"])
        writer.writerows([each["movieId"], each["title"], "Drama"] for each in films)
    return str(path / "movies.csv")


def _write(path: Path, films: Iterable[Told]) -> str:
    path.write_text("".join(json.dumps(film) + "\n" for film in films), "utf-8")
    return str(path)


def main() -> None:
    """Print all figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=DATA)
    data = parser.parse_args().data
    records = text_records(data)
    cases = [
        copies(records, people=True),
        copies(records, people=False),
        movielens(data, records),
        movielens(data, records, lists=True),
    ]
    for case in cases:
        for each in (case, without_half(case)):
            for told in score(each).lines(each.name):
                print(told)


if __name__ == "__main__":
    main()
