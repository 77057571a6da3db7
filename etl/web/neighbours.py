"""A film, its people and their other films as a drawing in three columns, which also is a list.

Every place is computed here, so that nothing overlaps and the page needs no script to show it.
Lengths are in the units of the drawing, which the browser scales.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

from etl.rdf.identifiers import Iris
from etl.web.origins import ShownValue
from etl.web.site import path_of

MOST_PEOPLE, MOST_FILMS = 14, 24
_WIDTH, _ROW, _MARGIN = 760, 25, 14
_FILM_AT, _PEOPLE_AT, _OTHERS_AT = 12, 120, 440
_LABEL = 36, 42  # letters that have room beside a person, and beside a film
_LETTER, _TO_LABEL = 7.2, 16


@dataclass(frozen=True, slots=True)
class DrawnNode:
    """A film or a person in the drawing; `name` tells it from the others."""

    name: str
    is_film: bool
    label: str
    href: str
    x: int
    y: float

    @property
    def brief(self) -> str:
        """Return the label, shortened to its room."""
        room = _LABEL[self.is_film]
        return self.label if len(self.label) <= room else f"{self.label[: room - 1]}…"

    @property
    def label_width(self) -> float:
        """Return how wide its label is, or a little less."""
        return len(self.brief) * _LETTER


@dataclass(frozen=True, slots=True)
class Edge:
    """A line from a film to somebody who worked on it."""

    one: DrawnNode
    other: DrawnNode

    @property
    def path(self) -> str:
        """Return the line as SVG draws it: a curve from behind a label, level at both ends."""
        start_x = self.one.x + (0 if self.one.is_film else _TO_LABEL + self.one.label_width)
        middle = (start_x + self.other.x) / 2
        start, end = f"{start_x:g} {self.one.y}", f"{self.other.x} {self.other.y}"
        return f"M{start}C{middle:g} {self.one.y} {middle:g} {self.other.y} {end}"


@dataclass(frozen=True, slots=True)
class Neighbourhood:
    """The drawing, and the same as a list: somebody, and their other films."""

    film: DrawnNode
    nodes: tuple[DrawnNode, ...]
    edges: tuple[Edge, ...]
    height: int
    listed: tuple[tuple[ShownValue, tuple[ShownValue, ...]], ...]
    width: int = _WIDTH


Shared = Sequence[tuple[str, str, str, str]]
"""Somebody's IRI and name, the IRI and the label of another film; people in their order."""


def neighbourhood(title: str, shared: Shared, iris: Iris) -> Neighbourhood | None:
    """Draw the people of a film and their other films; None if they have none."""
    if not shared:
        return None
    names = {person: name for person, name, _, _ in shared}
    titles = {film: label for _, _, film, label in shared}
    places = {person: place for place, person in enumerate(names)}
    nearest = {
        film: fmean(places[person] for person, _, other, _ in shared if other == film)
        for film in titles
    }
    films = sorted(titles, key=lambda film: (nearest[film], titles[film], film))
    rows = max(len(names), len(films))
    height = rows * _ROW + 2 * _MARGIN

    def column(
        kind: str, keys: Sequence[str], labels: dict[str, str], x: int
    ) -> dict[str, DrawnNode]:
        step = rows / len(keys)
        return {
            key: DrawnNode(
                f"{kind}{place}",
                kind == "film",
                labels[key],
                path_of(key, iris),
                x,
                round(_MARGIN + (place + 0.5) * step * _ROW, 1),
            )
            for place, key in enumerate(keys)
        }

    people = column("person", list(names), names, _PEOPLE_AT)
    others = column("film", films, titles, _OTHERS_AT)
    film = DrawnNode("this", True, title, "", _FILM_AT, height / 2)
    return Neighbourhood(
        film,
        (*people.values(), *others.values()),
        (
            *(Edge(film, person) for person in people.values()),
            *(Edge(people[person], others[other]) for person, _, other, _ in shared),
        ),
        height,
        tuple(
            (
                ShownValue(name, path_of(person, iris)),
                tuple(
                    ShownValue(label, path_of(other, iris))
                    for each, _, other, label in shared
                    if each == person
                ),
            )
            for person, name in names.items()
        ),
    )
