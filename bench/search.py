"""`python -m bench.search --films 1000000 --names 1500000`: films and people found by name.

Invented titles and names are put into a workspace's store and search index. Asked are exact names
and titles that are the only ones of their kind, the same with a typing error, inverted, without
their article, half typed; for each kind how long an answer takes in the process, and how often the
right one is first, or among the first ten. Then what the whole command takes, how long the index
took to make and to bring in step when one name in a hundred changed, and which part of a first load
it is, at a size that can be given.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from shutil import copyfile
from typing import Any

from pyoxigraph import Literal, NamedNode

from bench.load import measured, our_load
from bench.records import write_lines
from etl.catalog.catalog import Catalog
from etl.entities import MAPPING_VERSION
from etl.queries.lookup import search
from etl.rdf.descriptions import Description, written
from etl.rdf.identifiers import Iris
from etl.rdf.vocab import RDF, SCHEMA, XSD
from etl.search.entries import Entry
from etl.search.writing import IndexWriter
from etl.stores.embedded import EmbeddedStore
from etl.workspace import Workspace
from etl.workspace.generations import Generation, Made
from etl.workspace.snapshot import Snapshot

QUERIES = 400  # of each kind
_IRIS = Iris()
_AT_ONCE = 20_000
_SYLLABLES = (
    "ba be ca co da de do el en fa fi ga ge ha hi ja ka ke la le lo ma mi mo na ni no or pa pe "
    "ra re ri ro sa se si so ta te ti to va ve vi wa wi ya za zo an ar en in on un st tr gr sh"
).split()
_SMALL = "the of a and in".split()
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


class Words:
    """Invented words, some far commoner than others."""

    def __init__(self, number: int, chance: random.Random) -> None:
        every = dict.fromkeys(
            "".join(chance.choices(_SYLLABLES, k=chance.choice((1, 2, 2, 3, 3, 4)))).title()
            for _ in range(2 * number)
        )
        self._every = list(islice(every, number))
        self._chance = chance

    def any(self) -> str:
        """Pick a word."""
        return self._every[int(len(self._every) * self._chance.random() ** 4)]


def titles(number: int) -> Iterator[tuple[str, str | None, int]]:
    """Invent titles, with a year and a number of ratings."""
    chance = random.Random(1)
    words = Words(max(200, number // 6), chance)
    for _ in range(number):
        parts = [words.any() for _ in range(chance.choices(range(1, 6), (3, 6, 5, 3, 1))[0])]
        if len(parts) > 2 and chance.random() < 0.5:
            parts.insert(chance.randrange(1, len(parts)), chance.choice(_SMALL))
        if chance.random() < 0.3:
            parts.insert(0, "The")
        yield (
            " ".join(parts),
            str(chance.randint(1920, 2024)),
            int(10 ** (6 * chance.random() ** 2)),
        )


def names(number: int) -> Iterator[tuple[str, str | None, int]]:
    """Invent people's names, with a number of credits."""
    chance = random.Random(2)
    given, family = Words(max(100, number // 60), chance), Words(max(100, number // 12), chance)
    for _ in range(number):
        middle = f" {chance.choice(_LETTERS).upper()}." if chance.random() < 0.1 else ""
        yield f"{given.any()}{middle} {family.any()}", None, int(200 * chance.random() ** 6) + 1


def entries(kind: str, invented: Iterable[tuple[str, str | None, int]]) -> Iterator[Entry]:
    """Give films or people of these names."""
    for key, (name, year, weight) in enumerate(invented):
        yield Entry(f"{_IRIS.base}{kind}/{key}", year, weight, (("", name),))


def described(each: Entry) -> Iterator[Description]:
    """Say of a film or person what it is found by; a film has two people in it."""
    node, ((_, name),) = NamedNode(each.iri), each.labels
    if each.year is None:
        yield node, (RDF.type, SCHEMA.name), (SCHEMA.Person, Literal(name))
        return
    number = int(each.iri.rpartition("/")[2])
    people = tuple(NamedNode(f"{_IRIS.base}person/{number + step}") for step in (0, 7))
    rating, year = _IRIS.part(node, "rating"), Literal(each.year, datatype=XSD.gYear)
    properties = (RDF.type, SCHEMA.name, SCHEMA.datePublished, SCHEMA.actor, SCHEMA.aggregateRating)
    yield node, properties, (SCHEMA.Movie, Literal(name), year, people, rating)
    yield rating, (SCHEMA.ratingCount,), (Literal(str(each.weight), datatype=XSD.integer),)


def chunks(every: Iterable[Entry]) -> Iterator[list[Entry]]:
    """Give so many at a time."""
    rest = iter(every)
    while some := list(islice(rest, _AT_ONCE)):
        yield some


def everything(films: int, people: int) -> Iterator[Entry]:
    """Give all films and people."""
    yield from entries("movie", titles(films))
    yield from entries("person", names(people))


def make(place: Path, films: int, people: int) -> dict[str, float]:
    """Make a workspace; give what its index took."""
    generation = Generation(1, place / "generations" / "0001")
    generation.path.mkdir(parents=True)
    Catalog.create(generation.catalog, _IRIS).close()
    store = EmbeddedStore.write(generation.store)
    for some in chunks(everything(films, people)):
        store.add_serialized(written(each for entry in some for each in described(entry)))
    store.finish()
    started, busy = time.perf_counter(), time.process_time()
    with IndexWriter(generation.search, _IRIS.base, new=True) as index:
        for some in chunks(everything(films, people)):
            index.add(some, {})
        invented = time.perf_counter()
        index.finish()
    made = {
        "wall": time.perf_counter() - started,
        "cpu": time.process_time() - busy,
        "words": time.perf_counter() - invented,
        "megabytes": generation.search.stat().st_size / 1e6,
    }
    store.close()
    generation.tell(Made(_IRIS.base, MAPPING_VERSION))
    Workspace(place).commit(generation)
    return made


def change(place: Path, films: int, people: int) -> float:
    """Give one in a hundred another name, in a copy of the index; give the seconds it took."""
    copy = place / "copy.sqlite"
    changed = [
        each._replace(weight=each.weight if each.year else 0, labels=(("", f"Restored {number}"),))
        for number, each in enumerate(islice(everything(films, people), 0, None, 100))
    ]
    started = time.perf_counter()
    copyfile(Workspace(place).required().search, copy)
    with IndexWriter(copy, _IRIS.base, new=False) as index:
        index.replace(changed, {})
        index.finish()
    return time.perf_counter() - started


def mistyped(text: str, chance: random.Random) -> str:
    """Make one typing error: two letters swapped, one left out, put in or another."""
    while True:
        place = chance.randrange(len(text))
        before, here, after = text[:place], text[place], text[place + 1 :]
        wrong = chance.choice(
            (
                f"{before}{after[:1]}{here}{after[1:]}",
                before + after,
                f"{before}{here}{chance.choice(_LETTERS)}{after}",
                f"{before}{chance.choice(_LETTERS)}{after}",
            )
        )
        if here != " " and wrong.lower() != text.lower() and len(text) > 1:
            return wrong


def inverted(name: str) -> str:
    """Put a family name first."""
    given, _, family = name.rpartition(" ")
    return f"{family}, {given}"


def behind(title: str) -> str:
    """Put an article behind a title."""
    return f"{title.removeprefix('The ')}, The"


Kind = tuple[str, Sequence[Entry], Callable[[str, random.Random], str]]


def kinds(films: int, people: int) -> list[Kind]:
    """Give each kind of question: what is looked for, and what is typed for it."""
    found: dict[str, list[Entry]] = {}
    count = Counter(each.labels[0][1].lower() for each in everything(films, people))
    for kind, every in (
        ("titles", entries("movie", titles(films))),
        ("names", entries("person", names(people))),
    ):
        alone = [each for each in every if count[each.labels[0][1].lower()] == 1]
        found[kind] = random.Random(3).sample(alone, QUERIES)
        the = [each for each in alone if each.labels[0][1].startswith("The ")]
        found[f"the {kind}"] = random.Random(3).sample(the, min(QUERIES, len(the)))
    people_, films_, the = found["names"], found["titles"], found["the titles"]
    return [
        ("exact name", people_, lambda text, _: text),
        ("exact title", films_, lambda text, _: text),
        ("name, one typing error", people_, mistyped),
        ("title, one typing error", films_, mistyped),
        ("name, inverted", people_, lambda text, _: inverted(text)),
        ("title, article behind", the, lambda text, _: behind(text)),
        ("title, without article", the, lambda text, _: text.removeprefix("The ")),
        ("name, two thirds typed", people_, lambda text, _: text[: 2 * len(text) // 3]),
        ("title, two thirds typed", films_, lambda text, _: text[: 2 * len(text) // 3]),
    ]


def ask(place: Path, asked: Iterable[Kind]) -> dict[str, dict[str, float]]:
    """Ask everything."""
    figures = {}
    with Snapshot.opened(Workspace(place).required()) as snapshot:
        lookup = snapshot.lookup()
        for name, wanted, typed in asked:
            chance, ms, ranks = random.Random(4), list[float](), list[int]()
            for each in wanted:
                text = typed(each.labels[0][1], chance)
                started = time.perf_counter()
                found = [match.entity.iri.value for match in search(lookup, text)]
                ms.append(1000 * (time.perf_counter() - started))
                ranks.append(found.index(each.iri) if each.iri in found else len(found) + 10)
            figures[name] = {
                "p50": statistics.median(ms),
                "p95": statistics.quantiles(ms, n=20)[-1],
                "first": sum(rank == 0 for rank in ranks) / len(ranks),
                "in 10": sum(rank < 10 for rank in ranks) / len(ranks),
            }
    return figures


def command(place: Path, asked: Iterable[Kind]) -> float:
    """Give the median of the seconds that the whole command takes."""
    seconds = []
    for _, wanted, typed in asked:
        text = typed(wanted[0].labels[0][1], random.Random(4))
        started = time.perf_counter()
        program = [sys.executable, "-m", "etl", "search", "--workspace", str(place), "--", text]
        subprocess.run(program, check=True, capture_output=True)
        seconds.append(time.perf_counter() - started)
    return statistics.median(seconds)


def first_load(place: Path, records: int) -> dict[str, float]:
    """Load records for the first time; give the seconds in all, and those of the index."""
    write_lines(place / "films.jsonl", records)
    return measured(our_load, str(place / "films.jsonl"), str(place / "loaded"))


def run(films: int, people: int, records: int, place: Path) -> dict[str, Any]:
    """Measure everything."""
    figures: dict[str, Any] = {"films": films, "names": people}
    workspace = place / "workspace"
    figures["made"] = make(workspace, films, people)
    asked = kinds(films, people)
    figures["asked"] = ask(workspace, asked)
    figures["command"] = command(workspace, asked)
    figures["1% changed"] = change(workspace, films, people)
    if records:
        load = first_load(place, records)
        figures["first load"] = {"records": records, **load}
    return figures


def printed(figures: dict[str, Any]) -> str:
    """Lay the figures out for people."""
    made, load = figures["made"], figures.get("first load")
    lines = [
        f"{figures['films']:,} films, {figures['names']:,} names: {made['megabytes']:.0f} MB",
        f"made in {made['wall']:.1f} s ({made['cpu']:.1f} CPU s), words {made['words']:.1f}",
        f"1% changed: {figures['1% changed']:.2f} s",
        f"whole command: {figures['command']:.2f} s",
        "",
        f"{'':26}  p50 ms  p95 ms   first  in 10",
    ]
    lines += [
        f"{name:26} {each['p50']:7.1f} {each['p95']:7.1f} {each['first']:7.1%} {each['in 10']:6.1%}"
        for name, each in figures["asked"].items()
    ]
    if load:
        share = f"{load['search']:.1f} s, {load['search'] / load['whole']:.1%}"
        whole = f"{load['records']:,} records: {load['whole']:.1f} s"
        lines.append(f"\nfirst load of {whole}, of which the index {share}")
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m bench.search", description=__doc__)
    parser.add_argument("--films", type=int, default=20_000)
    parser.add_argument("--names", type=int, default=30_000)
    parser.add_argument("--records", type=int, default=20_000, help="of the first load; 0: none")
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as place:
        figures = run(options.films, options.names, options.records, Path(place))
    print(json.dumps(figures, indent=1) if options.json else printed(figures))


if __name__ == "__main__":
    main()
