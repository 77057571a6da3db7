"""Columns of text: as wide as they need to be, or fitted to a terminal.

On a terminal columns shrink; where that does not do, or takes more lines, each row is a stack of
lines. Text is broken between words only, so that an identifier, an IRI or a number stays whole.
"""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from rich.cells import cell_len

GAP = 2
_LEAST = 12  # cells to which a column of text may shrink
_IDENTIFIER = re.compile("[/:_]")


def aligned(
    columns: Sequence[str], body: Sequence[Sequence[str]], right: Sequence[bool]
) -> Iterator[str]:
    """Yield lines of columns that are as wide as their widest cell."""
    widths = _natural(columns, body)
    for row in (columns, *body):
        yield _line(row, widths, right)


def fitted(
    columns: Sequence[str], body: Sequence[Sequence[str]], right: Sequence[bool], width: int
) -> Iterator[str]:
    """Yield lines that are no wider than a terminal, unless a single word is."""
    widths, room = _natural(columns, body), width - GAP * (len(columns) - 1)
    if sum(widths) <= room:
        yield from _wrapped_rows(columns, body, right, widths)
        return
    if not body:
        yield from folded("  ".join(columns), width, 0)
        return
    stacked, least = list(_stacked(columns, body, width)), _least(columns, body)
    if sum(least) > room:
        yield from stacked
        return
    widths = _shrunk(_lengths(columns, body), least, room)
    yield from min(list(_wrapped_rows(columns, body, right, widths)), stacked, key=len)


def _wrapped_rows(
    columns: Sequence[str],
    body: Sequence[Sequence[str]],
    right: Sequence[bool],
    widths: Sequence[int],
) -> Iterator[str]:
    """Yield the lines of columns of some widths, with a rule below their names."""
    for number, row in enumerate((columns, *body)):
        cells = [_wrapped(text, fit) for text, fit in zip(row, widths, strict=True)]
        for texts in itertools.zip_longest(*cells, fillvalue=""):
            yield _line(texts, widths, right)
        if number == 0:
            yield "─" * (sum(widths) + GAP * (len(widths) - 1)) + "\n"


def _natural(columns: Sequence[str], body: Sequence[Sequence[str]]) -> list[int]:
    return [max(map(cell_len, column)) for column in zip(columns, *body, strict=True)]


def _least(columns: Sequence[str], body: Sequence[Sequence[str]]) -> list[int]:
    """Return how wide columns have to be at least: no word is broken, and none becomes a thread."""
    return [
        max(
            min(max(map(cell_len, column)), _LEAST),
            *(piece.width for cell in column for piece in _pieces(cell)),
        )
        for column in zip(columns, *body, strict=True)
    ]


def folded(text: str, width: int, indent: int, *, hanging: bool = False) -> Iterator[str]:
    """Yield the lines of a text, indented; a hanging text but for its first line."""
    lines = _wrapped(text, max(width - indent, 1))
    for number, line in enumerate(lines):
        yield f"{'' if hanging and not number else ' ' * indent}{line}\n"


def _stacked(columns: Sequence[str], body: Sequence[Sequence[str]], width: int) -> Iterator[str]:
    """Yield each row as lines of a column's name and a cell; empty cells are left out."""
    indent = max(map(cell_len, columns)) + GAP
    for number, row in enumerate(body):
        if number:
            yield "\n"
        for column, cell in zip(columns, row, strict=True):
            if cell:
                first, *further = folded(cell, width, indent)
                yield column + first[cell_len(column) :]
                yield from further


def _line(texts: Sequence[str], widths: Sequence[int], right: Sequence[bool]) -> str:
    padded = (
        " " * (width - cell_len(text)) + text
        if to_the_right
        else text + " " * (width - cell_len(text))
        for text, width, to_the_right in zip(texts, widths, right, strict=True)
    )
    return (" " * GAP).join(padded).rstrip() + "\n"


def _lengths(columns: Sequence[str], body: Sequence[Sequence[str]]) -> list[Counter[int]]:
    """Count the cells of each column by their widths."""
    return [Counter(map(cell_len, column)) for column in zip(columns, *body, strict=True)]


def _shrunk(lengths: Sequence[Counter[int]], least: Sequence[int], room: int) -> list[int]:
    """Return widths that fit into some room: a column gives way where that adds the fewest lines.

    `lengths` counts the cells of each column by their widths.
    """
    widths = [max(low, min(max(column), room)) for low, column in zip(least, lengths, strict=True)]
    while sum(widths) > room:
        wide = [place for place, low in enumerate(least) if widths[place] > low]
        losses = {
            place: _height(lengths[place], widths[place] - 1)
            - _height(lengths[place], widths[place])
            for place in wide
        }
        widths[min(wide, key=lambda place: (losses[place], -widths[place]))] -= 1
    return widths


def _height(lengths: Counter[int], width: int) -> float:
    """Estimate the lines that the cells of a column take."""
    return sum(count * max(1.0, length / width) for length, count in lengths.items())


class _Piece(NamedTuple):
    """What is not broken: a word, or an ideograph, before which a line may end without a space."""

    text: str
    width: int
    spaced: bool


def _pieces(text: str) -> list[_Piece]:
    pieces: list[_Piece] = []
    for word in filter(None, text.split(" ")):
        parts = [word] if word.isascii() or _IDENTIFIER.search(word) else _parts(word)
        pieces += [_Piece(part, cell_len(part), not place) for place, part in enumerate(parts)]
    return pieces


def _parts(word: str) -> list[str]:
    """Split a word before each ideograph or syllable that fills two cells."""
    parts: list[str] = []
    for character in word:
        wide = unicodedata.east_asian_width(character) in "WF" and character.isalpha()
        if wide or not parts:
            parts.append(character)
        else:
            parts[-1] += character
    return parts


def _wrapped(text: str, width: int) -> list[str]:
    """Break a text into lines; a word that is too wide has a line of its own."""
    if cell_len(text) <= width:
        return [text]
    lines, used = [""], 0
    for piece in _pieces(text):
        space = " " if piece.spaced and lines[-1] else ""
        if lines[-1] and used + len(space) + piece.width > width:
            lines.append("")
            space, used = "", 0
        lines[-1] += space + piece.text
        used += len(space) + piece.width
    return lines
