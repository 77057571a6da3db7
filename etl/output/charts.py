"""Small charts as SVG: bars beside their labels, columns over years; on a page, or as a picture.

Lengths are in the units of the drawing, which whoever shows it scales.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from math import isfinite

from pyoxigraph import Literal, NamedNode

from etl.output.lettering import breadth, fitted, shortened, written
from etl.queries.saved import Drawing
from etl.rdf.vocab import XSD

_WIDTH, _ROW, _LABEL = 640, 24, 200
_HEIGHT, _FOOT = 120, 20
_AT_MOST = {"bars": 30, "columns": 120}
_NUMBERS = {XSD.integer, XSD.decimal, XSD.double, XSD.float}
_TOLD = 40  # bars that are told to those who do not see them
_EDGE, _HEAD = 16, 44  # around a picture, and for its title
_STYLE = (
    "text { font: 13px sans-serif; fill: #5c5c5c } .number { fill: #1d1d1d } "
    ".title { font-size: 18px; fill: #1d1d1d } .mark { fill: #b4654f } "
    ".zero { stroke: #5c5c5c; stroke-width: 1 }"
)


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: what it is called, its number, where it stands, where it leads.

    `brief` is the label as far as there is room for it, and `shown` the number as it is written;
    either is empty where there is none.
    """

    label: str
    value: float
    brief: str
    shown: str
    x: float
    y: float
    width: float
    height: float
    href: str = ""

    @property
    def name(self) -> str:
        """Say all of it in words."""
        return f"{self.label}: {self.shown or _plain(self.value)}"


@dataclass(frozen=True, slots=True)
class Chart:
    """A drawing of bars, all of one kind: `upright` columns, or bars that lie."""

    title: str
    bars: tuple[Bar, ...]
    width: int
    height: int
    upright: bool

    @property
    def svg(self) -> str:
        """Write the drawing for a page, whose style it takes on."""
        role = "group" if self.bars and self.bars[0].href else "img"
        label = written(f"{self.title}: {', '.join(bar.name for bar in self.bars[:_TOLD])}")
        head = f'<svg viewBox="0 0 {self.width} {self.height}" role="{role}" aria-label="{label}">'
        return f"{head}\n{self._inside()}</svg>"

    def picture(self) -> str:
        """Write the drawing as a file of its own, with its title and its style."""
        width, height = self.width + 2 * _EDGE, self.height + _HEAD + _EDGE
        title = fitted(self.title, self.width * 13 / 18)  # in larger letters
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
            f'width="{width}" height="{height}">\n<style type="text/css">{_STYLE}</style>\n'
            f'<rect width="{width}" height="{height}" fill="#ffffff"/>\n'
            f'<text class="title" x="{_EDGE}" y="28">{written(title)}</text>\n'
            f'<g transform="translate({_EDGE} {_HEAD})">\n{self._inside()}</g>\n</svg>\n'
        )

    def _inside(self) -> str:
        lines = [line for bar in self.bars for line in self._drawn(bar)]
        if self.upright:
            foot = self.height - _FOOT
            lines.append(f'<line class="zero" x1="0" x2="{self.width}" y1="{foot}" y2="{foot}"/>')
        return "".join(f"{line}\n" for line in lines)

    def _drawn(self, bar: Bar) -> Iterator[str]:
        name = written(bar.name)
        if bar.href:
            yield f'<a href="{written(bar.href)}" aria-label="{name}">'
        yield f"<g><title>{name}</title>"
        yield (
            f'<rect class="mark" x="{bar.x}" y="{bar.y}" width="{bar.width}" '
            f'height="{bar.height}"/>'
        )
        if self.upright:
            middle = bar.x + bar.width / 2
            if bar.brief:
                yield self._centred("label", middle, self.height - 4, bar.brief)
            if bar.shown and bar.value:
                yield self._centred("number", middle, bar.y - 4, bar.shown)
        else:
            yield _text("label", bar.x - 8, bar.y + 12, bar.brief, "end")
            yield _text("number", round(bar.x + bar.width + 6, 1), bar.y + 12, bar.shown, "start")
        yield "</g></a>" if bar.href else "</g>"

    def _centred(self, kind: str, x: float, y: float, text: str) -> str:
        """Write a text below or above a column, and inside the drawing."""
        half = breadth(text) / 2
        return _text(kind, round(max(half, min(x, self.width - half)), 1), y, text, "middle")


def _text(kind: str, x: float, y: float, text: str, anchor: str) -> str:
    return f'<text class="{kind}" x="{x}" y="{y}" text-anchor="{anchor}">{written(text)}</text>'


def drawn(
    drawing: Drawing, names: Sequence[str], rows: Iterable[Sequence[object]], base_iri: str
) -> Chart | None:
    """Draw what a query says is to be drawn; None where its answer has too little of it.

    `names` are the variables of the answer, `rows` its terms.
    """
    if not {drawing.label, drawing.number} <= set(names):
        return None
    label, number = names.index(drawing.label), names.index(drawing.number)
    found = (
        (_label(row[label], base_iri), value)
        for row in rows
        if (value := _number(row[number])) is not None
    )
    numbers = list(islice(found, _AT_MOST[drawing.kind]))
    if len(numbers) < 2:
        return None
    title = f"{drawing.number.capitalize()} by {drawing.label}"
    return (columns if drawing.kind == "columns" else bars)(title, numbers)


def is_number(term: object) -> bool:
    """Return whether a term is a number."""
    return isinstance(term, Literal) and term.datatype in _NUMBERS


def _number(term: object) -> float | None:
    if not isinstance(term, Literal) or not is_number(term):
        return None
    value = float(term.value)
    if not isfinite(value):
        return None
    return int(value) if value.is_integer() else value


def _label(term: object, base_iri: str) -> str:
    if isinstance(term, NamedNode):
        return shortened(term.value, base_iri)
    return term.value if isinstance(term, Literal) else "" if term is None else str(term)


Numbers = Sequence[tuple[str, float]]


def _plain(value: float, decimals: int = 2) -> str:
    """Write a number for people."""
    if abs(value) >= 1e12:
        return f"{value:.3g}"
    return f"{value:,}" if isinstance(value, int) and not decimals else f"{value:,.{decimals}f}"


def _alike(numbers: Numbers) -> list[str]:
    """Write numbers with equally many decimals: as many as one of them needs, and at most two."""
    needed = (f"{value % 1:.2f}".rstrip("0").partition(".")[2] for _, value in numbers)
    decimals = max(map(len, needed), default=0)
    return [_plain(value, decimals) for _, value in numbers]


def bars(title: str, numbers: Numbers, links: Sequence[str] = ()) -> Chart:
    """Draw bars that lie below one another, each beside its label."""
    most = max((value for _, value in numbers), default=0) or 1
    briefs, shown = [fitted(label, _LABEL - 12) for label, _ in numbers], _alike(numbers)
    label_width, value_width = (max(map(breadth, each), default=0) + 12 for each in (briefs, shown))
    room = _WIDTH - label_width - value_width
    drawn = tuple(
        Bar(
            label,
            value,
            brief,
            number,
            label_width,
            place * _ROW + 4,
            round(max(value, 0) / most * room, 1),
            _ROW - 8,
            links[place] if links else "",
        )
        for place, ((label, value), brief, number) in enumerate(
            zip(numbers, briefs, shown, strict=True)
        )
    )
    return Chart(title, drawn, _WIDTH, len(numbers) * _ROW, upright=False)


def columns(title: str, numbers: Numbers, links: Sequence[str] = ()) -> Chart:
    """Draw columns side by side, with labels and numbers as far as there is room for them.

    The highest always has its number.
    """
    highest = max((value for _, value in numbers), default=0)
    most = highest or 1
    step = _WIDTH / max(len(numbers), 1)
    every = max(1, -(-len(numbers) // 10))
    beside = step * (2 * every + 1) / 3 - 6  # the first and the last are moved inside
    room = _HEIGHT - _FOOT - 16
    shown = _alike(numbers)
    if any(breadth(each) > step for each in shown):
        peak = next(place for place, (_, value) in enumerate(numbers) if value == highest)
        shown = [each if place == peak else "" for place, each in enumerate(shown)]
    drawn = tuple(
        Bar(
            label,
            value,
            "" if place % every else fitted(label, beside),
            shown[place],
            round(place * step + step * 0.1, 1),
            round(_HEIGHT - _FOOT - max(value, 0) / most * room, 1),
            round(step * 0.8, 1),
            round(max(value, 0) / most * room, 1),
            links[place] if links else "",
        )
        for place, (label, value) in enumerate(numbers)
    )
    return Chart(title, drawn, _WIDTH, _HEIGHT, upright=True)
