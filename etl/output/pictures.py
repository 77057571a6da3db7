"""The picture of an answer: the chart that its query declares, or the graph that it constructs."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from importlib.util import find_spec

from pyoxigraph import QueryBoolean, QuerySolutions, Triple

from etl.errors import EtlError, QueryError
from etl.output.answers import Solutions
from etl.output.charts import drawn
from etl.output.networks import network
from etl.queries.saved import SavedQuery
from etl.queries.syntax import column_order

_PROBE = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="20" height="20">'
    '<text y="15" style="font: 13px sans-serif">{}</text></svg>'
)

# What a letter without serifs is written with, the first that is installed; resvg's own is Arial.
_FAMILIES = ("Arial", "Liberation Sans", "DejaVu Sans", "Noto Sans", "Helvetica", "Segoe UI")


def picture(
    saved: SavedQuery, answer: QuerySolutions | QueryBoolean | Iterable[Triple], base_iri: str
) -> str:
    """Draw an answer to a saved query as SVG.

    Raises:
        QueryError: there is nothing to draw, or too much.
    """
    drawing: str | None
    if isinstance(answer, QueryBoolean):
        drawing, why = None, "its answer is yes or no"
    elif not isinstance(answer, QuerySolutions):
        drawing, why = network(answer, base_iri), "no triple of its graph joins two things"
    elif saved.drawing is None:
        hint = "declare one by a line '#+ chart: bars LABEL NUMBER' in it"
        raise QueryError(f"{saved.name}: nothing to draw: it declares no chart", hint=hint)
    else:
        solutions = Solutions.of(answer, column_order(saved.text))
        chart = drawn(saved.drawing, solutions.columns, solutions, base_iri)
        drawing, why = chart.picture() if chart else None, "its answer has fewer than two numbers"
    if drawing is None:
        raise QueryError(f"{saved.name}: nothing to draw: {why}", hint="see it as a table")
    return drawing


def as_file(svg: str, form: str) -> bytes:
    """Write a picture as a file, `svg` or `png`, which has twice as many points as it has units.

    Raises:
        EtlError: the library that draws is not installed, or there is no font to write with.
    """
    if form == "svg":
        return svg.encode()
    try:
        import resvg_py
    except ImportError as error:
        raise EtlError(
            "a PNG needs a package that is not installed: resvg_py",
            hint="run: pip install 'reelgraph[plot]', or write an SVG",
        ) from error
    family = _family()
    if family is None:
        raise EtlError(
            "a PNG needs a font, and none is installed",
            hint="install one, such as Debian's fonts-dejavu-core, or write an SVG",
        )
    return bytes(resvg_py.svg_to_bytes(svg_string=svg, zoom=2, sans_serif_family=family))


def writes_png() -> bool:
    """Return whether a picture can be written as PNG here."""
    return find_spec("resvg_py") is not None and _family() is not None


@cache
def _family() -> str | None:
    """Return the first family of letters that is installed; None if there is none."""
    import resvg_py

    for family in _FAMILIES:
        letter, nothing = (
            resvg_py.svg_to_bytes(svg_string=_PROBE.format(text), sans_serif_family=family)
            for text in ("M", "")
        )
        if letter != nothing:
            return family
    return None
