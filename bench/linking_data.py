"""The data that linking is measured with, and how answers are scored.

The data are films with known IMDb ids and Wikidata items, the same films shaped like Wikidata's
own data and served by a SPARQL server on this machine, and the titles of MovieLens.
"""

from __future__ import annotations

import csv
import json
import re
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.error import URLError

from rapidfuzz import fuzz, process

from etl.linking.cache import Cache
from etl.linking.candidates import FilmCandidate
from etl.linking.endpoint import Endpoint
from etl.linking.evidence import Evidence
from etl.linking.films import FilmMention
from etl.linking.inquiry import Inquiry
from etl.linking.subjects import Subject, subject
from etl.records import FilmRecord, Origin
from etl.resolution.groups import Group, Member
from etl.sources.text import parse

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
FUZZY_AT_LEAST = 90  # of 100, as rapidfuzz counts


@dataclass(slots=True)
class Score:
    """How many links were made and right, of how many there are; and where none is right.

    `proposed` counts those of which the right one was linked or put forward for review.
    """

    linked: int = 0
    right: int = 0
    possible: int = 0
    proposed: int = 0
    absent: int = 0
    false_when_absent: int = 0
    wrong: list[str] = field(default_factory=list)
    rungs: Counter[tuple[str, bool]] = field(default_factory=Counter)

    @property
    def precision(self) -> float:
        """Return which part of the links is right."""
        return self.right / self.linked if self.linked else 1.0

    @property
    def recall(self) -> float:
        """Return which part of the links there are was found."""
        return self.right / self.possible if self.possible else 1.0

    @property
    def proposed_rate(self) -> float:
        """Return which part of the links there are was found or put forward for review."""
        return self.proposed / self.possible if self.possible else 1.0

    @property
    def false_rate(self) -> float:
        """Return how often something was linked of which the right answer had been taken away."""
        return self.false_when_absent / self.absent if self.absent else 0.0

    def add(self, found: str | None, right: str | None, rung: str, what: str) -> None:
        """Count one answer; `right` is None where there is none."""
        self.possible += right is not None
        if found is not None:
            self.linked += 1
            self.right += found == right
            self.rungs[rung, found == right] += 1
            if found != right:
                self.wrong.append(f"{what}: {found} instead of {right} ({rung})")

    def add_absent(self, found: str | None, what: str) -> None:
        """Count one answer where the right one had been taken away."""
        self.absent += 1
        self.false_when_absent += found is not None
        if found is not None:
            self.wrong.append(f"{what}: {found} though the right one was taken away")


# The data


@dataclass(frozen=True)
class Gold:
    """A film of the gold standard: its subject, its item, and its people's items by name."""

    subject: Subject
    qid: str
    people: dict[str, str | None]


def read_record(path: Path) -> FilmRecord:
    """Read a record of the text format."""
    found = parse(path.read_text("utf-8"))
    assert isinstance(found, FilmRecord)
    return found


def read_subject(path: Path) -> Subject:
    """Read a record as what is to be linked."""
    record = read_record(path)
    return subject(Group(record.key, "", (Member(Origin("bench", path.name, 1), record),)))


def gold(data: Path) -> list[Gold]:
    """Read the films whose links are known."""
    found = []
    for line in (data / "linking" / "gold.jsonl").read_text("utf-8").splitlines():
        row = json.loads(line)
        people = {each["name"]: each["qid"] for each in row["directors"] + row["actors"]}
        path = data / "linking" / "records" / f"{row['movieId']}.txt"
        found.append(Gold(read_subject(path), row["qid"], people))
    return found


def movielens(data: Path) -> list[FilmCandidate]:
    """Read the titles of MovieLens as candidates."""
    with (data / "movielens" / "links.csv").open(encoding="utf-8") as file:
        ids = {row["movieId"]: f"tt{row['imdbId']}" for row in csv.DictReader(file)}
    with (data / "movielens" / "movies.csv").open(encoding="utf-8") as file:
        return [_movielens_film(row["title"], ids[row["movieId"]]) for row in csv.DictReader(file)]


def _movielens_film(text: str, identifier: str) -> FilmCandidate:
    match = re.fullmatch(r"(.*) \((\d{4})\)\s*", text)
    if match is None:
        return FilmCandidate((text,), imdb_id=identifier)
    return FilmCandidate((match[1],), (int(match[2]),), identifier)


@contextmanager
def served(*files: Path) -> Iterator[str]:
    """Serve RDF files by a real SPARQL server on this machine, and give its address."""
    server = Path(sys.executable).with_name("oxigraph")
    with tempfile.TemporaryDirectory() as folder, socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
        for file in files:
            load = [str(server), "load", "--location", folder, "--file", str(file)]
            subprocess.run(load, check=True, capture_output=True)
        free.close()
        serve = [str(server), "serve-read-only", "--location", folder, "--bind", address]
        process_ = subprocess.Popen(serve, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            _wait_for(f"http://{address}/")
            yield f"http://{address}/query"
        finally:
            process_.terminate()
            process_.wait()


def _wait_for(url: str) -> None:
    for _ in range(200):
        try:
            urllib.request.urlopen(url).close()
            return
        except URLError:
            time.sleep(0.05)
    raise TimeoutError(url)


@contextmanager
def asking(url: str) -> Iterator[Evidence]:
    """Take an endpoint for the only evidence, with a fresh cache."""
    with (
        tempfile.TemporaryDirectory() as folder,
        Cache.open(Path(folder) / "answers.sqlite", url) as cache,
        closing(Endpoint(url, "bench@example.org")) as endpoint,
    ):
        yield Evidence(inquiry=Inquiry(cache, endpoint))


def titled_films(data: Path) -> list[FilmMention]:
    """Read the films that are to be found by title."""
    folders = (data / "seed_format", data / "linking" / "records")
    return [read_subject(path).film for folder in folders for path in sorted(folder.glob("*.txt"))]


def among_everybody(
    name: str, known: dict[str, str], without: str | None, *, fuzzy: bool
) -> str | None:
    """Look a name up among all, with one of them taken away: the same name, or the nearest."""
    if not fuzzy:
        found = known.get(name)
        return found if found != without else None
    best = process.extract(name, known.keys(), scorer=fuzz.ratio, limit=2)
    for text, score, _ in best:
        if score >= FUZZY_AT_LEAST and known[text] != without:
            return known[text]
    return None
