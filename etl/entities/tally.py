"""VoID statistics, updated incrementally.

To count a graph of ten million triples takes seconds each time; to count what comes and goes
takes next to nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import chain
from operator import itemgetter
from typing import Self

import msgspec
from pyoxigraph import NamedNode, Triple

from etl.rdf.descriptions import Cell, Description, values_of
from etl.rdf.vocab import RDF, SCHEMA

LINKED = {"imdb": "https://www.imdb.com/", "wikidata": "http://www.wikidata.org/entity/"}
"""Whom we link to by `schema:sameAs`, and how all of their IRIs begin."""

_TOLD_APART = {RDF.type, SCHEMA.sameAs}


@dataclass(frozen=True, slots=True)
class Tally:
    """Numbers of triples: of each property, of `rdf:type` for each class, of links to each place.

    `links` are counted by their names in `LINKED`.
    """

    properties: Counter[str] = field(default_factory=Counter)
    classes: Counter[str] = field(default_factory=Counter)
    links: Counter[str] = field(default_factory=Counter)

    @classmethod
    def of(cls, triples: Sequence[Triple]) -> Self:
        """Count triples."""
        tally = cls()
        for term, number in Counter(map(itemgetter(1), triples)).items():
            tally.properties[term.value] += number
        for _, predicate, value in triples:
            if predicate in _TOLD_APART:
                tally._tell_apart(predicate, _iris_of((value,)))
        return tally

    @classmethod
    def of_descriptions(cls, told: Iterable[Description]) -> Self:
        """Count the triples of descriptions, of those with the same properties at once."""
        tally = cls()
        alike: dict[tuple[NamedNode, ...], list[tuple[Cell, ...]]] = {}
        for _, properties, cells in told:
            alike.setdefault(properties, []).append(cells)
        for properties, rows in alike.items():
            for predicate, cells in zip(properties, zip(*rows, strict=True), strict=True):
                values: Sequence[Cell] = cells
                if tuple in set(map(type, cells)):
                    values = list(chain.from_iterable(map(values_of, cells)))
                tally.properties[predicate.value] += len(values)
                if predicate in _TOLD_APART:
                    tally._tell_apart(predicate, _iris_of(values))
        return tally

    @classmethod
    def of_lines(cls, lines: Iterable[bytes]) -> Self:
        """Count triples that are lines of N-Triples, with one space between terms."""
        tally, predicates = cls(), Counter[bytes]()
        values: dict[bytes, list[str]] = {b"<%b>" % each.value.encode(): [] for each in _TOLD_APART}
        for line in lines:
            _, predicate, value = line.split(b" ", 2)
            predicates[predicate] += 1
            if predicate in values and value[:1] == b"<":
                values[predicate].append(value[1:].partition(b">")[0].decode())
        for predicate, number in predicates.items():
            tally.properties[predicate[1:-1].decode()] += number
        for predicate, iris in values.items():
            tally._tell_apart(NamedNode(predicate[1:-1].decode()), iris)
        return tally

    def _tell_apart(self, predicate: NamedNode, iris: Sequence[str]) -> None:
        if predicate == RDF.type:
            self.classes.update(iris)
        else:
            self.links.update(
                name for iri in iris for name, start in LINKED.items() if iri.startswith(start)
            )

    @classmethod
    def decode(cls, text: str) -> Self:
        """Read back what `encode` wrote."""
        return cls(*map(Counter, msgspec.json.decode(text, type=list[dict[str, int]])))

    def encode(self) -> str:
        """Write it as JSON."""
        return msgspec.json.encode(self._counters).decode()

    @property
    def _counters(self) -> tuple[Counter[str], Counter[str], Counter[str]]:
        return self.properties, self.classes, self.links

    def add(self, other: Tally) -> None:
        """Count triples that have entered."""
        for mine, theirs in zip(self._counters, other._counters, strict=True):
            mine.update(theirs)

    def subtract(self, other: Tally) -> None:
        """Count triples that have left; counts of 0 are removed."""
        for mine, theirs in zip(self._counters, other._counters, strict=True):
            mine.subtract(theirs)
            for name in [name for name, number in mine.items() if not number]:
                del mine[name]


def _iris_of(terms: Iterable[object]) -> list[str]:
    return [term.value for term in terms if isinstance(term, NamedNode)]
