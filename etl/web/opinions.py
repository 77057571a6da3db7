"""What sites and viewers think of a film, as its page says it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pyoxigraph import NamedNode

from etl.facts import SITES
from etl.rdf.vocab import SCHEMA
from etl.web.origins import Origins, ShownValue, SourceNote
from etl.web.phrases import plain


@dataclass(frozen=True, slots=True)
class Opinion:
    """What a viewer thinks of a film: who, when, the mark with its scale, the text."""

    viewer: str
    date: str
    mark: str
    text: str
    notes: tuple[SourceNote, ...]


def ratings(known: Origins, film: NamedNode) -> Iterator[ShownValue]:
    """Yield the ratings of a film, each with its scale, its site and its votes."""
    for rating, notes in known.of(film, SCHEMA.aggregateRating):
        site = rating.value.partition("#rating-")[2]
        by = f" ({SITES[site].name})" if site in SITES else ""
        votes = known.value(rating, SCHEMA.ratingCount)
        count = f", {int(votes):,} votes" if votes.isdecimal() else ""
        yield ShownValue(f"{_mark(known, rating)}{by}{count}", notes=notes)


def opinions(known: Origins, film: NamedNode) -> Iterator[Opinion]:
    """Yield the reviews of a film."""
    for review, notes in known.of(film, SCHEMA.review):
        mark = next((node for node, _ in known.of(review, SCHEMA.reviewRating)), None)
        yield Opinion(
            known.value(review, SCHEMA.author),
            known.value(review, SCHEMA.datePublished),
            _mark(known, mark) if mark else "",
            known.value(review, SCHEMA.reviewBody),
            notes,
        )


def _mark(known: Origins, rating: object) -> str:
    value, best = (
        plain(known.value(rating, each)) for each in (SCHEMA.ratingValue, SCHEMA.bestRating)
    )
    return f"{value} of {best}"
