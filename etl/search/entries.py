"""What films and people are found by, read out of what the graph says of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import NamedTuple, Protocol

from pyoxigraph import Literal, NamedNode, Quad

from etl.facts import CREDITS
from etl.rdf.descriptions import Told, said, values_of
from etl.rdf.vocab import SCHEMA

CHARACTER = "character"

_WHY = {SCHEMA.name: "", SCHEMA.alternateName: "also known as", SCHEMA.characterName: CHARACTER}
_TELLING = frozenset((*_WHY, SCHEMA.datePublished, SCHEMA.ratingCount))
_CREDITS = frozenset(CREDITS.values())


class Entry(NamedTuple):
    """A film or a person: what each is called, and why; what is best known has most `weight`.

    That is the number of ratings of a film, and of credits of a person. The reason for a label
    is empty if it is the title or name.
    """

    iri: str
    year: str | None
    weight: int
    labels: tuple[tuple[str, str], ...]


def entry(iri: str, told: Iterable[Told], weight: int = 0) -> Entry:
    """Return the entry of a film or a person by what is told of it and its parts."""
    labels: set[tuple[str, str]] = set()
    year = None
    for subject, predicate, cell in said(told):
        if predicate not in _TELLING:
            continue
        texts = [value.value for value in values_of(cell) if isinstance(value, Literal)]
        if predicate in _WHY:
            labels.update((_WHY[predicate], text) for text in texts)
        elif predicate == SCHEMA.ratingCount:
            weight = max(weight, *map(int, texts))
        elif texts and subject == NamedNode(iri):  # not of a review
            year = texts[-1][:4]
    return Entry(iri, year, weight, tuple(sorted(labels)))


def credited(told: Iterable[Told]) -> Counter[str]:
    """Count the credits of each person in what is told of films; a role is no credit."""
    return Counter(
        value.value
        for subject, predicate, cell in said(told)
        if predicate in _CREDITS and isinstance(subject, NamedNode) and "#" not in subject.value
        for value in values_of(cell)
        if isinstance(value, NamedNode)
    )


class IndexedGraph(Protocol):
    """What an index is made of: a graph of films and people."""

    def entity(self, subject: NamedNode) -> Iterable[Quad]:
        """Return what is said of a film or a person, and of the parts of it."""
        ...

    def named(self) -> Iterator[str]:
        """Return the IRI of each film and each person."""
        ...

    def credits(self, person: NamedNode) -> int:
        """Count the credits of a person in films."""
        ...


def entry_in(graph: IndexedGraph, iri: str) -> Entry:
    """Return the entry of a film or a person in a graph; without labels if it is not there."""
    node = NamedNode(iri)
    return entry(iri, (quad.triple for quad in graph.entity(node)), graph.credits(node))
