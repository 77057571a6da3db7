"""Rows of delimited text, each with the physical line that it begins on.

Source: Python's `csv`, which this reads as, but for a quote that is never closed.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator
from functools import partial
from itertools import chain
from typing import BinaryIO, NamedTuple, TextIO

from etl.records import Reject
from etl.sources.decoding import decode
from etl.sources.files import RECORD_LIMIT, FoundFile, opening, unreadable
from etl.sources.tables.forms import Form

CELL_LIMIT = 1 << 20
"""Characters that a cell may have."""

_UNCLOSED_AT_MOST = 100  # quotes in a file; each costs reading as much as a cell may have once more
_LINE_END = re.compile(r"\r\n|\r|\n")
_WRONG = re.compile("[\0\udc80-\udcff]")


class Row(NamedTuple):
    """A row of a table: its line, and its cells or what is wrong with it.

    A reject of a row has its text; one without any is about the whole file. `beside` are keys of a
    tree that no column has.
    """

    line: int
    cells: list[str]
    reject: Reject | None = None
    beside: tuple[str, ...] = ()


def rows(found: FoundFile, form: Form) -> Iterator[Row]:
    """Read the rows of a file, without its header; those that are blank are none."""
    with opening(found) as file:
        if isinstance(file, Reject):
            yield Row(1, [], file)
            return
        try:
            with text_of(file, form.encoding) as text:
                yield from _rows(text, form)
        except OSError as error:
            yield Row(1, [], unreadable(error))


def text_of(file: BinaryIO, encoding: str) -> TextIO:
    """Decode a file, its line ends as they are; other bytes become lone surrogates."""
    if encoding == "utf-8":
        encoding = "utf-8-sig"
    wide = encoding.startswith(("utf-16", "utf-32"))
    errors = "replace" if wide else "surrogateescape"
    return io.TextIOWrapper(file, encoding, errors, newline="")


def _rows(text: TextIO, form: Form) -> Iterator[Row]:
    width, numbers, begun = len(form.header), 0, not form.begins
    above = form.above + 1 if form.has_header else 0
    lines = iter(partial(text.readline, RECORD_LIMIT), "")
    for line, cells, held in records(lines, form.delimiter, form.quote):
        if isinstance(cells, Reject):
            yield Row(line, [], cells)
            continue
        if not begun and tuple(cells) != form.header:
            continue
        numbers += 1
        if not begun:
            begun, above = True, 0
            continue
        if above:
            above -= any(cells)
            continue
        if len(cells) > width and not any(cells[width:]):
            del cells[width:]
        if len(cells) != width:
            expected = f"{width} cells, as the header has"
            reject: Reject | None = Reject(
                1, "", expected, f"{len(cells)} in record {numbers}", _text(held)
            )
        else:
            reject = _undecoded(cells, held, form)
        if reject is not None or any(cells):
            yield Row(line, cells, reject)


def _undecoded(cells: list[str], held: list[str], form: Form) -> Reject | None:
    """Refuse a row with bytes that are not of the encoding, or with a NUL."""
    text = "".join(held)
    if text.isascii() and "\0" not in text:
        return None
    match = _WRONG.search(text)
    if match is None:
        return None
    column = next((name for name, cell in zip(form.header, cells) if _WRONG.search(cell)), "")  # noqa: B905
    line, found = len(_LINE_END.findall(text[: match.start()])) + 1, "a NUL byte"
    if match[0] == "\0":
        return Reject(line, column, "text", found, _text(held))
    said = decode(text.encode("utf-8", "surrogateescape"))
    if form.encoding == "utf-8" and isinstance(said, Reject):
        return Reject(line, column, said.expected, said.found, _text(held))
    found = f"a byte that is not (0x{ord(match[0]) - 0xDC00:02X})"
    return Reject(line, column, f"{form.encoding} text", found, _text(held))


def _text(held: Iterable[str]) -> str:
    """Return a row's text, as far as the catalog keeps it; bytes that are no text as escapes."""
    text = "".join(held)[:65_536].rstrip("\r\n")
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


class _Lines:
    """Gives lines, and holds those that it has given; `ended` once there are no more."""

    def __init__(self, source: Iterator[str]) -> None:
        self.source = source
        self.held: list[str] = []
        self.ended = False

    def __iter__(self) -> Iterator[str]:
        for line in self.source:
            self.held.append(line)
            yield line
        self.ended = True


def records(
    lines: Iterable[str], delimiter: str, quote: str
) -> Iterator[tuple[int, list[str] | Reject, list[str]]]:
    """Cut lines into records: the line of its beginning, its cells, its lines as they are.

    Where a quote is never closed, the record is refused up to the line on which it stands, and the
    next line begins anew.
    """
    csv.field_size_limit(CELL_LIMIT)
    given, start = _Lines(iter(lines)), 1
    if len(delimiter) > 1:
        for number, line in enumerate(given.source, start=1):
            if text := line.rstrip("\r\n"):
                yield number, text.split(delimiter), [line]
        return
    for _ in range(_UNCLOSED_AT_MOST):
        reader = _reader(given, delimiter, quote)
        while True:
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error:
                break
            if given.ended:  # a reader wants another line within quotes alone
                break
            if cells:
                yield start, cells, given.held
            start += len(given.held)
            given.held = []
        opened = _opened(given, delimiter, quote)
        expected = f"a closing quote within {CELL_LIMIT:,} characters"
        refused, rest = given.held[:opened], given.held[opened:]
        yield start, Reject(opened, "", expected, "none", _text(refused)), refused
        given, start = _Lines(chain(rest, given.source)), start + opened
    expected = f"at most {_UNCLOSED_AT_MOST} quotes that are never closed"
    yield start, Reject(1, "", expected, "more: the rest of the file is not read"), []


def _reader(lines: Iterable[str], delimiter: str, quote: str) -> Iterator[list[str]]:
    if not quote:
        return csv.reader(lines, delimiter=delimiter, quoting=csv.QUOTE_NONE)
    return csv.reader(lines, delimiter=delimiter, quotechar=quote)


def _opened(given: _Lines, delimiter: str, quote: str) -> int:
    """Count the lines of a record up to the one on which its last cell begins."""
    lines = given.held if given.ended else given.held[:-1]
    cells = next(_reader(lines, delimiter, quote), [])
    last = cells[-1] if cells else ""
    ends = len(_LINE_END.findall(last)) + (not last.endswith(("\n", "\r")))
    return max(1, len(lines) - ends + 1)
