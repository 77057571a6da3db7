"""How exact linking is, beside matching by name over everything.

    python -m bench.linking [--data ../shared/data]

The data are films with known IMDb ids and Wikidata items, the same films shaped like Wikidata's
own data and served by a SPARQL server on this machine, and the titles of MovieLens.
"""

from __future__ import annotations

import argparse
import csv
import json
import random
import re
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import chain
from pathlib import Path
from urllib.error import URLError

from rapidfuzz import fuzz, process

from etl.linking import ladder
from etl.linking.cache import Cache
from etl.linking.candidates import FilmCandidate, PersonCandidate
from etl.linking.endpoint import Endpoint
from etl.linking.evidence import Evidence
from etl.linking.films import FilmMention, FilmOutcome, TitleIndex
from etl.linking.inquiry import Inquiry
from etl.linking.judgement import words_of
from etl.linking.names import folded
from etl.linking.people import link_people
from etl.linking.subjects import Subject, subject
from etl.records import FilmRecord, Origin
from etl.resolution import Member
from etl.sources.text import parse

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
FUZZY_AT_LEAST = 90  # of 100, as rapidfuzz counts


@dataclass(slots=True)
class Score:
    """How many links were made and right, of how many there are; and where none is right."""

    linked: int = 0
    right: int = 0
    possible: int = 0
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
    return subject(record.key, [Member(Origin("bench", path.name, 1), record)])


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
    ):
        yield Evidence(inquiry=Inquiry(cache, Endpoint(url, "bench@example.org")))


# Names as people write them


def _as_is(name: str, chance: random.Random) -> str:
    del chance
    return name


def _initials(name: str, chance: random.Random) -> str:
    del chance
    first, *rest = name.split()
    return " ".join([f"{first[0]}.", *rest]) if rest else name


def _inverted(name: str, chance: random.Random) -> str:
    del chance
    *given, family = name.split()
    return f"{family}, {' '.join(given)}" if given else name


def _without_middle(name: str, chance: random.Random) -> str:
    del chance
    words = name.split()
    tail = 2 if words[-1].strip(".").lower() in ("jr", "sr", "ii", "iii", "junior") else 1
    return " ".join([words[0], *words[-tail:]]) if len(words) > tail + 1 else name


def _with_typo(name: str, chance: random.Random) -> str:
    """Leave a letter out, swap two, or hit another key, once, within a word."""
    places = [n for n in range(1, len(name) - 1) if name[n].isalpha() and name[n + 1].isalpha()]
    if not places:
        return name
    place = chance.choice(places)
    other = chance.choice("abcdefghijklmnopqrstuvwxyz")
    changed = chance.choice(["", name[place + 1] + name[place], other])
    behind = place + (2 if len(changed) == 2 else 1)
    return name[:place] + changed + name[behind:]


Perturbation = Callable[[str, random.Random], str]
PERTURBATIONS: dict[str, Perturbation] = {
    "as written": _as_is,
    "initials": _initials,
    "inverted": _inverted,
    "no middle name": _without_middle,
    "a typo": _with_typo,
}


# What is measured


def films_by_id(films: Sequence[Gold], evidence: Evidence) -> tuple[Score, list[FilmOutcome]]:
    """Link films by IMDb id; also give the outcomes without a link."""
    score, outcomes = Score(), evidence.films([each.subject for each in films])
    for each in films:
        outcome = outcomes[each.subject.film.key]
        exact = outcome.rung is not None and outcome.rung.predicate == ladder.EXACT
        found = outcome.candidate.wikidata_id if outcome.candidate and exact else None
        score.add(found, each.qid, outcome.rung.name if outcome.rung else "", str(outcome.mention))
    return score, [each for each in outcomes.values() if each.rung is not ladder.FILM_ID]


Lists = dict[str, list[PersonCandidate]]


def people_lists(films: Sequence[Gold], evidence: Evidence) -> Lists:
    """Ask who worked on each film."""
    subjects = [each.subject for each in films]
    return evidence.people(subjects, evidence.films(subjects))


def with_homonyms(films: Sequence[Gold], lists: Lists) -> Lists:
    """Clone everybody of each film, with other ids, into the next film that does not name them."""
    cloned = dict(lists)
    keys = [each.subject.film.key for each in films]
    for number, each in enumerate(films):
        following = keys[(number + 1) % len(keys)]
        named = set(films[(number + 1) % len(films)].people)
        clones = [
            replace(person, imdb_id=f"nm9{n:03}{number:06}", wikidata_id=f"Q9{n:03}{number:06}")
            for n, person in enumerate(lists[each.subject.film.key])
            if named.isdisjoint(person.names)
        ]
        cloned[following] = [*cloned[following], *clones]
    return cloned


def people(
    films: Sequence[Gold], lists: Lists, perturb: Perturbation, absent_every: int = 1
) -> Score:
    """Link the people of films by their names.

    Every so many of them are also linked with the right answer taken away.
    """
    score, chance = Score(), random.Random(7)
    names = words_of(chain.from_iterable(lists.values()))
    for each in films:
        listed = lists[each.subject.film.key]
        items = {person.wikidata_id for person in listed}
        written = {m.name: perturb(m.name, chance) for m in each.subject.people}
        mentions = [replace(m, name=written[m.name]) for m in each.subject.people]
        for mention, outcome in zip(
            each.subject.people, link_people(mentions, listed), strict=True
        ):
            right = each.people[mention.name] if each.people[mention.name] in items else None
            found = outcome.candidate.wikidata_id if outcome.candidate else None
            rung = outcome.rung.name if outcome.rung else ""
            score.add(found, right, rung, f"{written[mention.name]} in {each.subject.film.title}")
            if right is not None and score.possible % absent_every == 0:
                left = [person for person in listed if person.wikidata_id != right]
                others = {o.mention.name: o for o in link_people(mentions, left, names)}
                found_instead = others[written[mention.name]].candidate
                score.add_absent(found_instead.label if found_instead else None, right)
    return score


def people_baseline(
    films: Sequence[Gold], lists: Lists, perturb: Perturbation, *, fuzzy: bool
) -> Score:
    """Link people by name over everybody: the same name, or the nearest."""
    everybody: dict[str, str] = {}
    for person in (person for each in lists.values() for person in each):
        for name in person.names[:1]:
            everybody.setdefault(folded(name), person.wikidata_id or "")
    score, chance = Score(), random.Random(7)
    for each in films:
        items = {person.wikidata_id for person in lists[each.subject.film.key]}
        for mention in each.subject.people:
            name = folded(perturb(mention.name, chance))
            right = each.people[mention.name] if each.people[mention.name] in items else None
            found = _anybody(name, everybody, None, fuzzy=fuzzy)
            score.add(found, right, "", mention.name)
            if right is not None:
                score.add_absent(_anybody(name, everybody, right, fuzzy=fuzzy), mention.name)
    return score


def _anybody(name: str, known: dict[str, str], without: str | None, *, fuzzy: bool) -> str | None:
    if not fuzzy:
        found = known.get(name)
        return found if found != without else None
    best = process.extract(name, known.keys(), scorer=fuzz.ratio, limit=2)
    for text, score, _ in best:
        if score >= FUZZY_AT_LEAST and known[text] != without:
            return known[text]
    return None


class _Without(TitleIndex):
    """An index of titles without one film."""

    def __init__(self, index: TitleIndex, absent: str | None) -> None:
        self._by_form = index._by_form
        self._absent = absent

    def called(self, title: str) -> list[FilmCandidate]:
        """Give the candidates of which one title is like this one."""
        return [each for each in super().called(title) if each.imdb_id != self._absent]


def films_by_title(films: Sequence[FilmMention], candidates: Sequence[FilmCandidate]) -> Score:
    """Link films as if they had no id, each also with the right answer taken away."""
    index, score = TitleIndex(candidates), Score()
    known = {each.imdb_id for each in candidates}
    for film in films:
        right = film.imdb_id if film.imdb_id in known else None
        unknown = replace(film, imdb_id=None)
        outcome = index.link(unknown)
        found = outcome.candidate.imdb_id if outcome.candidate else None
        score.add(found, right, outcome.rung.name if outcome.rung else "", film.title)
        if right is not None:
            absent = _Without(index, right).link(unknown).candidate
            score.add_absent(str(absent) if absent else None, film.title)
    return score


def title_baseline(
    films: Sequence[FilmMention], candidates: Sequence[FilmCandidate], *, fuzzy: bool
) -> Score:
    """Link films by title only: the same title, or the nearest."""
    known: dict[str, str] = {}
    for each in candidates:
        known.setdefault(folded(each.titles[0]), each.imdb_id or "")
    score = Score()
    for film in films:
        title = folded(film.title)
        score.add(_anybody(title, known, None, fuzzy=fuzzy), film.imdb_id, "", film.title)
        absent = _anybody(title, known, film.imdb_id, fuzzy=fuzzy)
        score.add_absent(absent, film.title)
    return score


def titled_films(data: Path) -> list[FilmMention]:
    """Read the films that are to be found by title."""
    folders = (data / "seed_format", data / "linking" / "records")
    return [read_subject(path).film for folder in folders for path in sorted(folder.glob("*.txt"))]


# What is printed


def _line(name: str, score: Score) -> str:
    return (
        f"{name:34} P {score.precision:.4f}  R {score.recall:.4f}  "
        f"false where none is right {score.false_rate:7.2%}  (n = {score.possible})"
    )


def _rungs(scores: Sequence[Score]) -> Iterator[str]:
    total: Counter[tuple[str, bool]] = sum((each.rungs for each in scores), Counter())
    for rung in ladder.RUNGS:
        right, wrong = total[rung.name, True], total[rung.name, False]
        if right + wrong:
            observed = right / (right + wrong)
            yield (
                f"  {rung.name:24} stated {rung.confidence:.3f}  observed {observed:.4f}  "
                f"({right + wrong} links)"
            )


def main() -> None:
    """Print all figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=DATA)
    data = parser.parse_args().data
    films, scores = gold(data), []
    with served(data / "wikidata" / "standin.ttl") as url, asking(url) as evidence:
        by_id, unlinked = films_by_id(films, evidence)
        lists = people_lists(films, evidence)
    print(_line("films by IMDb id", by_id))
    for outcome in unlinked:
        print(f"  not linked: {outcome.mention.title}: {outcome.reason}")
    scores.append(by_id)
    titled, candidates = titled_films(data), movielens(data)
    by_title = films_by_title(titled, candidates)
    scores.append(by_title)
    print(_line("films by title", by_title))
    print(_line("  baseline: title only", title_baseline(titled, candidates, fuzzy=False)))
    print(_line("  baseline: nearest title", title_baseline(titled, candidates, fuzzy=True)))
    homonyms = with_homonyms(films, lists)
    for name, perturb in PERTURBATIONS.items():
        score = people(films, lists, perturb)
        scores.append(score)
        print(_line(f"people, {name}", score))
        print(_line("  with homonyms in the next film", people(films, homonyms, perturb)))
        for fuzzy, baseline in ((False, "name only"), (True, "nearest name")):
            measured = people_baseline(films, homonyms, perturb, fuzzy=fuzzy)
            print(_line(f"  baseline: {baseline}", measured))
    print("rungs")
    for line in _rungs(scores):
        print(line)


if __name__ == "__main__":
    main()
