"""Small charts as SVG without a style or a script: bars beside their labels, columns over years.

Lengths are in the units of the drawing, which the browser scales.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

_WIDTH, _ROW, _LABEL = 640, 24, 200
_HEIGHT, _FOOT = 120, 20
_VALUE = 90  # room for the number after the longest bar
_LETTERS = 26
_LETTER = 7.5  # wide


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: what it is called, its number, where it stands, where it leads."""

    label: str
    value: float
    x: float
    y: float
    width: float
    height: float
    href: str = ""
    labelled: bool = True

    @property
    def shown(self) -> str:
        """Write the number for people."""
        return f"{self.value:,}" if isinstance(self.value, int) else f"{self.value:,.2f}"

    @property
    def brief(self) -> str:
        """Return the label, shortened to its room."""
        return self.label if len(self.label) <= _LETTERS else self.label[: _LETTERS - 1] + "…"


@dataclass(frozen=True, slots=True)
class Chart:
    """A drawing of bars, all of one kind: `upright` columns, or bars that lie."""

    title: str
    bars: tuple[Bar, ...]
    width: int
    height: int
    upright: bool


Numbers = Sequence[tuple[str, float]]


def bars(title: str, numbers: Numbers, links: Sequence[str] = ()) -> Chart:
    """Draw bars that lie below one another, each beside its label."""
    most = max((value for _, value in numbers), default=0) or 1
    longest = max((len(label) for label, _ in numbers), default=0)
    label_width = min(_LABEL, longest * _LETTER + 12)
    room = _WIDTH - label_width - _VALUE
    drawn = tuple(
        Bar(
            label,
            value,
            label_width,
            place * _ROW + 4,
            round(max(value, 0) / most * room, 1),
            _ROW - 8,
            links[place] if links else "",
        )
        for place, (label, value) in enumerate(numbers)
    )
    return Chart(title, drawn, _WIDTH, len(numbers) * _ROW, upright=False)


def columns(title: str, numbers: Numbers, links: Sequence[str] = ()) -> Chart:
    """Draw columns side by side; where they are many, some have a label."""
    most = max((value for _, value in numbers), default=0) or 1
    step = _WIDTH / max(len(numbers), 1)
    every = max(1, -(-len(numbers) // 10))
    room = _HEIGHT - _FOOT - 16
    drawn = tuple(
        Bar(
            label,
            value,
            round(place * step + step * 0.1, 1),
            round(_HEIGHT - _FOOT - max(value, 0) / most * room, 1),
            round(step * 0.8, 1),
            round(max(value, 0) / most * room, 1),
            links[place] if links else "",
            labelled=place % every == 0,
        )
        for place, (label, value) in enumerate(numbers)
    )
    return Chart(title, drawn, _WIDTH, _HEIGHT, upright=True)
