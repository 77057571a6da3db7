"""Where a value comes from, as a page tells it: each record that says it, or something else."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from pyoxigraph import Triple

from etl.catalog.kept_out import Places
from etl.inspection.explaining import Explainer, Explanation
from etl.web.readers import Reading


@dataclass(frozen=True, slots=True)
class Note:
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
class Value:
    """A value on a page: its text, where it leads to, and where it comes from."""

    text: str
    href: str = ""
    notes: tuple[Note, ...] = ()
    count: int | None = None

    @property
    def disputed(self) -> bool:
        """Return whether a record says something else."""
        return not all(note.stated for note in self.notes)


Origins = dict[Triple, tuple[Note, ...]]
"""The triples of a film or a person, in the order of the rules, and the records behind each."""


def explainer(reading: Reading) -> Explainer:
    """Return what explains triples, and tells no paths of the disk."""
    catalog = reading.snapshot.catalog
    sources = reading.once("standing", catalog.sources.standing)
    places = Places(catalog, within_sources=True, sources=sources)
    return Explainer(reading.snapshot, reading.snapshot.store, places)


def origins(explanations: Iterable[Explanation]) -> Origins:
    """Put together what explains the same triple; what says something else comes last."""
    found: dict[Triple, list[Note]] = {}
    for each in explanations:
        note = Note(
            each.place, each.field, each.value, each.rule, each.run, each.outcome == "stated"
        )
        found.setdefault(each.triple, []).append(note)
    return {
        triple: tuple(sorted(dict.fromkeys(notes), key=lambda note: not note.stated))
        for triple, notes in found.items()
    }
