"""Small charts as SVG: bars beside their labels, columns over years; on a page, or as a picture.

Lengths are in the units of the drawing, which whoever shows it scales.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from html import escape
from itertools import islice

from pyoxigraph import Literal, NamedNode

from etl.queries.saved import Drawing
from etl.rdf.vocab import XSD

_WIDTH, _ROW, _LABEL = 640, 24, 200
_HEIGHT, _FOOT = 120, 20
_VALUE = 90  # room for the number after the longest bar
_LETTERS = 26
_LETTER = 7.5  # wide
_AT_MOST = {"bars": 30, "columns": 120}
_NUMBERS = {XSD.integer, XSD.decimal, XSD.double, XSD.float}
_NUMBERED = 16  # columns that have their numbers above them
_TOLD = 40  # bars that are told to those who do not see them
_EDGE, _HEAD = 16, 44  # around a picture, and for its title
_STYLE = (
    "text { font: 13px sans-serif; fill: #5c5c5c } .number { fill: #1d1d1d } "
    ".title { font-size: 18px; fill: #1d1d1d } .mark { fill: #b4654f } "
    ".zero { stroke: #5c5c5c; stroke-width: 1 }"
)


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

    @property
    def svg(self) -> str:
        """Write the drawing for a page, whose style it takes on."""
        role = "group" if self.bars and self.bars[0].href else "img"
        told = ", ".join(f"{bar.label} {bar.shown}" for bar in self.bars[:_TOLD])
        label = escape(f"{self.title}: {told}")
        head = f'<svg viewBox="0 0 {self.width} {self.height}" role="{role}" aria-label="{label}">'
        return f"{head}\n{self._inside()}</svg>"

    def picture(self) -> str:
        """Write the drawing as a file of its own, with its title and its style."""
        width, height = self.width + 2 * _EDGE, self.height + _HEAD + _EDGE
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
            f'width="{width}" height="{height}">\n<style>{_STYLE}</style>\n'
            f'<rect width="{width}" height="{height}" fill="#ffffff"/>\n'
            f'<text class="title" x="{_EDGE}" y="28">{escape(self.title)}</text>\n'
            f'<g transform="translate({_EDGE} {_HEAD})">\n{self._inside()}</g>\n</svg>\n'
        )

    def _inside(self) -> str:
        lines = [line for bar in self.bars for line in self._drawn(bar)]
        if self.upright:
            foot = self.height - _FOOT
            lines.append(f'<line class="zero" x1="0" x2="{self.width}" y1="{foot}" y2="{foot}"/>')
        return "".join(f"{line}\n" for line in lines)

    def _drawn(self, bar: Bar) -> Iterator[str]:
        name = escape(f"{bar.label}: {bar.shown}")
        if bar.href:
            yield f'<a href="{escape(bar.href)}" aria-label="{name}">'
        yield f"<g><title>{name}</title>"
        yield (
            f'<rect class="mark" x="{bar.x}" y="{bar.y}" width="{bar.width}" '
            f'height="{bar.height}"/>'
        )
        if self.upright:
            middle = round(bar.x + bar.width / 2, 1)
            if bar.labelled:
                yield _text("label", middle, self.height - 4, bar.label, "middle")
            if bar.value and len(self.bars) <= _NUMBERED:
                yield _text("number", middle, bar.y - 4, bar.shown, "middle")
        else:
            yield _text("label", bar.x - 8, bar.y + 12, bar.brief, "end")
            yield _text("number", round(bar.x + bar.width + 6, 1), bar.y + 12, bar.shown, "start")
        yield "</g></a>" if bar.href else "</g>"


def _text(kind: str, x: float, y: float, text: str, anchor: str) -> str:
    return f'<text class="{kind}" x="{x}" y="{y}" text-anchor="{anchor}">{escape(text)}</text>'


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
    return int(value) if value.is_integer() else value


def _label(term: object, base_iri: str) -> str:
    if isinstance(term, Literal | NamedNode):
        return term.value.removeprefix(base_iri)
    return "" if term is None else str(term)


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
