"""Who worked on which films, in memory: numbers of films and people, and arrays of them.

Films are numbered by how well they are known, so that the first of somebody's films are those that
most people know. Who has thousands of films is answered in milliseconds.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from heapq import nsmallest
from itertools import chain, islice
from typing import TypeAlias

Numbers: TypeAlias = "dict[int, array[int]]"
_NONE = array("i")


@dataclass(slots=True)
class Ties:
    """The films of each person, those in which they act, the people of each film, and its year."""

    films_of: Numbers
    acted: Numbers
    people_of: Numbers
    years: array[int]  # 0 where that is unknown

    def partners(self, person: int, at_most: int) -> list[tuple[int, int]]:
        """Return whom somebody has most films with, if more than one, and how many."""
        films = self.films_of.get(person, _NONE)
        counts = Counter(chain.from_iterable(self.people_of[film] for film in films))
        return _most(counts, person, at_most)

    def latest(self, person: int, at_most: int) -> tuple[list[int], Counter[int]]:
        """Return the latest of somebody's films, and how many there are of each year."""
        films, years = self.films_of.get(person, _NONE), self.years
        ordered = sorted(films, key=years.__getitem__, reverse=True)
        return ordered[:at_most], Counter(map(years.__getitem__, films))

    def alike(self, film: int, at_most: int) -> list[tuple[int, int]]:
        """Return the films that share more than one of a film's cast, and how many."""
        counts = Counter[int]()
        for person in self.people_of.get(film, _NONE):
            acted = self.acted.get(person, _NONE)
            if _has(acted, film):
                counts.update(acted)
        return _most(counts, film, at_most)

    def shared(
        self, film: int, people: Iterable[int], at_most: tuple[int, int]
    ) -> list[tuple[int, int]]:
        """Pair the first of some people of a film with other films of theirs; so many of each.

        Films with several of them come first, then the best known of each in turn.
        """
        busy = (person for person in people if len(self.films_of.get(person, _NONE)) > 1)
        shown = list(islice(busy, at_most[0]))
        counts = Counter(chain.from_iterable(self.films_of[person] for person in shown))
        chosen = dict.fromkeys(other for other, _ in _most(counts, film, at_most[1] - len(shown)))
        for person in shown:  # none stands alone
            theirs = self.films_of[person]
            if not any(_has(theirs, other) for other in chosen):
                chosen[next(other for other in theirs if other != film)] = None
        turns = zip(*(_filled(self.films_of[person], at_most[1]) for person in shown), strict=True)
        for other in chain.from_iterable(turns):
            if other is not None and other != film and len(chosen) < at_most[1]:
                chosen[other] = None
        return [(p, other) for p in shown for other in chosen if _has(self.films_of[p], other)]


def _most(counts: Counter[int], but: int, at_most: int) -> list[tuple[int, int]]:
    """Return what was counted most often, more than once, but for one."""
    several = ((number, n) for number, n in counts.items() if n > 1 and number != but)
    return nsmallest(max(at_most, 0), several, key=lambda each: (-each[1], each[0]))


def _has(numbers: Sequence[int], number: int) -> bool:
    place = bisect_left(numbers, number)
    return place < len(numbers) and numbers[place] == number


def _filled(numbers: Sequence[int], length: int) -> Iterator[int | None]:
    """Yield the first of some numbers, and None in the place of those that are missing."""
    return islice(chain(numbers, [None] * length), length)
