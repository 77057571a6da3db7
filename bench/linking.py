"""How exact linking is, beside matching by name over everything.

    python -m bench.linking [--data ../shared/data]

The data are films with known IMDb ids and Wikidata items, the same films shaped like Wikidata's
own data and served by a SPARQL server on this machine, and the titles of MovieLens.
"""

from __future__ import annotations

import argparse
import random
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import chain, product
from pathlib import Path

from bench.linking_data import (
    DATA,
    Gold,
    Score,
    among_everybody,
    asking,
    gold,
    movielens,
    served,
    titled_films,
)
from bench.linking_titles import (
    films_by_title,
    films_without_ids,
    namesakes,
    title_baseline,
    with_people,
    write_namesakes,
)
from etl.linking import ladder
from etl.linking.candidates import PersonCandidate
from etl.linking.evidence import Evidence
from etl.linking.films import FilmOutcome
from etl.linking.judgement import words_of
from etl.linking.people import link_people
from etl.resolution.names import folded

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
            found = among_everybody(name, everybody, None, fuzzy=fuzzy)
            score.add(found, right, "", mention.name)
            if right is not None:
                score.add_absent(among_everybody(name, everybody, right, fuzzy=fuzzy), mention.name)
    return score


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


def _print_titles(data: Path, films: Sequence[Gold], lists: Lists) -> list[Score]:
    """Print how films without an id are linked, with and without anybody to go by."""
    titled, candidates = titled_films(data), movielens(data)
    scores = [films_by_title(titled, candidates)]
    listed = [each for each in titled if each.imdb_id in lists]
    peopled = with_people(candidates, lists)
    scores.append(films_by_title(listed, peopled))
    for name, score in zip(("nobody named there", "people named there"), scores, strict=True):
        print(_line(f"films by title, {name}", score))
        print(f"  linked or put forward for review {score.proposed_rate:.4f}")
    print(_line("  baseline: title only", title_baseline(titled, candidates, fuzzy=False)))
    print(_line("  baseline: nearest title", title_baseline(titled, candidates, fuzzy=True)))
    print(f"namesakes in the place of {len(titled)} films, and how many are linked")
    for kind, mistaken in namesakes(titled, peopled).items():
        print(f"  {kind:68} {mistaken}")
    for years_off, by_others in product((0, 1), (False, True)):
        score = _namesakes_at_an_endpoint(data, films, years_off, by_others=by_others)
        makers = "others" if by_others else "nobody"
        print(f"  by an endpoint, {years_off} years off, made by {makers:31} {score.linked}")
    return scores


def _namesakes_at_an_endpoint(
    data: Path, films: Sequence[Gold], years_off: int, *, by_others: bool
) -> Score:
    with tempfile.TemporaryDirectory() as folder:
        planted = Path(folder) / "namesakes.nt"
        standin = data / "wikidata" / "standin.ttl"
        write_namesakes(standin, films, planted, years_off, by_others=by_others)
        with served(planted) as url, asking(url) as evidence:
            return films_without_ids(films, evidence)


def main() -> None:
    """Print all figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=DATA)
    data = parser.parse_args().data
    films, scores = gold(data), []
    with served(data / "wikidata" / "standin.ttl") as url, asking(url) as evidence:
        by_id, unlinked = films_by_id(films, evidence)
        lists = people_lists(films, evidence)
        without_ids = films_without_ids(films, evidence)
    print(_line("films by IMDb id", by_id))
    for outcome in unlinked:
        print(f"  not linked: {outcome.mention.title}: {outcome.reason}")
    print(_line("films by title at the endpoint", without_ids))
    print(f"  linked or put forward for review {without_ids.proposed_rate:.4f}")
    scores += [by_id, without_ids, *_print_titles(data, films, lists)]
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
