"""Where a value comes from, as a page tells it: each record that says it, or something else."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Self

from pyoxigraph import Literal, NamedNode, Triple

from etl.catalog.kept_out import Places
from etl.inspection.explaining import Explainer, Explanation
from etl.sources.files import within
from etl.web.readers import OpenGeneration


@dataclass(frozen=True, slots=True)
class SourceNote:
    """One record behind a value: its place, the field there and what it says, the rule, the run.

    `stated` is False where the record says something else, which others have outweighed.
    """

    place: str
    field: str
    says: str
    rule: str
    run: int
    stated: bool


@dataclass(frozen=True, slots=True)
class ShownValue:
    """A value on a page: its text, where it leads to, and where it comes from."""

    text: str
    href: str = ""
    notes: tuple[SourceNote, ...] = ()
    count: int | None = None

    @property
    def disputed(self) -> bool:
        """Return whether a record says something else."""
        return not all(note.stated for note in self.notes)


class Origins:
    """The triples of a film or a person, in the order of the rules, and the records behind each."""

    def __init__(self, notes: Mapping[Triple, Iterable[SourceNote]]) -> None:
        self._notes = {
            triple: tuple(sorted(each, key=lambda note: not note.stated))
            for triple, each in notes.items()
        }
        self._said: dict[tuple[object, NamedNode], list[Triple]] = {}
        for triple in notes:
            self._said.setdefault((triple.subject, triple.predicate), []).append(triple)

    @classmethod
    def told(cls, explanations: Iterable[Explanation]) -> Self:
        """Put together what explains the same triple."""
        found: dict[Triple, dict[SourceNote, None]] = {}
        for each in explanations:
            note = SourceNote(
                each.place, each.field, each.value, each.rule, each.run, each.outcome == "stated"
            )
            found.setdefault(each.triple, {})[note] = None
        return cls(found)

    @classmethod
    def unknown(cls, triples: Iterable[Triple]) -> Self:
        """Return triples of which nobody knows where they come from, in a fixed order."""
        return cls(dict.fromkeys(sorted(triples, key=str), ()))

    def of(
        self, subject: object, predicate: NamedNode
    ) -> Iterator[tuple[Literal | NamedNode, tuple[SourceNote, ...]]]:
        """Yield the values of a property of a node, each with the records behind it."""
        for triple in self._said.get((subject, predicate), ()):
            if isinstance(triple.object, Literal | NamedNode):
                yield triple.object, self._notes[triple]

    def value(self, subject: object, predicate: NamedNode) -> str:
        """Return the first value of a property of a node; nothing where it has none."""
        for triple in self._said.get((subject, predicate), ()):
            if isinstance(triple.object, Literal | NamedNode):
                return triple.object.value
        return ""

    def notes(self, triple: Triple) -> tuple[SourceNote, ...]:
        """Return the records behind a triple; what says something else comes last."""
        return self._notes.get(triple, ())


def explainer(reading: OpenGeneration) -> Explainer:
    """Return what explains triples, and tells no paths of the disk."""
    catalog = reading.snapshot.catalog
    sources = reading.once("standing", catalog.sources.standing)
    places = Places.of(catalog, named=within, sources=sources)
    return Explainer(reading.snapshot, reading.snapshot.store, places)
