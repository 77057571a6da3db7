"""Recognition of a table: how it is written, by its content, and the map of its header."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import dropwhile, islice

import msgspec

from etl.sources.decoding import encoding_of
from etl.sources.packed import head_of, opened
from etl.sources.tables import documents, sheets
from etl.sources.tables.cells import trimmed
from etl.sources.tables.delimited import records
from etl.sources.tables.forms import TREES, Form, Kind, map_of, mark_of
from etl.sources.tables.maps import ColumnMap
from etl.sources.tables.plans import Plan
from etl.sources.tables.shipped import SHIPPED
from etl.sources.trees import linked, nfo, triples

SNIFFED = 1 << 16  # bytes that are looked at
_ROWS = 300  # rows that are looked at
_DELIMITERS = ("\t", ",", ";", "|", "::")
_NARROW = 2  # columns of the smallest table
_ALIKE, _HALF = 0.8, 0.5  # of its rows have as many cells as the first; of those of a wider one
_NAME_LENGTH = 120  # characters that no column's name has
_LOST = 4  # of so many columns that tell a map's files, one may be lacking
_ROW_KEYS = ("results", "movies", "films", "items", "data", "rows", "titles")


@dataclass(frozen=True, slots=True)
class Sheet:
    """How a table is written, and the first of its rows; `path` leads to the array of a JSON.

    `first` is the first line of delimited text, whether it names the columns or not.
    """

    kind: Kind
    header: tuple[str, ...]
    rows: Sequence[Sequence[str]] = field(default=())
    delimiter: str = ","
    encoding: str = "utf-8"
    path: str = ""
    first: str = ""


def look(path: str, top: ColumnMap | None = None, encoding: str = "") -> Sheet | None:
    """Return how a table is written, by its content and by what a map says of it; None is no table.

    An `encoding` is taken for granted.

    Raises:
        OSError: it cannot be read.
    """
    head = head_of(path, SNIFFED)
    told = top.top if top else {}
    if "delimiter" not in told and (kind := _tree(path, head)):
        return Sheet(kind, ())
    if head.startswith(b"PAR1"):
        columns = sheets.parquet_header(path)
        rows = list(islice(sheets.parquet_cells(path, columns), _ROWS)) if columns else []
        return Sheet(Kind.PARQUET, tuple(columns), rows) if columns else None
    if head.startswith(b"PK\x03\x04") and b"xl/" in head:
        header, *rows = sheets.excel_sample(path, str(told.get("sheet", "")), _ROWS) or [[]]
        return Sheet(Kind.EXCEL, named(header), rows) if header else None
    is_whole = len(head) < SNIFFED
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if start.startswith((b"{", b"[")) and "delimiter" not in told:
        return _json(path, head, told.get("rows", ""))
    encoding = encoding or told.get("encoding") or encoding_of(head)
    text = head.decode(encoding, "replace")
    if "\0" in text:
        return None
    lines = io.StringIO(text, newline="").readlines()
    if not is_whole:
        del lines[-1:]
    if "begin" in told:
        lines = _from_header(lines, told["begin"], told["like"])
    delimiters = [told["delimiter"]] if "delimiter" in told else _DELIMITERS
    found = [(each, list(_records(lines, each, told.get("quote", '"')))) for each in delimiters]
    chosen = [
        (_fit(rows), each, rows) for each, rows in found if any(_fit(rows)) or len(found) == 1
    ]
    if not chosen:
        return None
    _, delimiter, rows = max(chosen, key=lambda each: each[0])
    if "header" in told:
        return Sheet(Kind.DELIMITED, named(told["header"]), rows, delimiter, encoding)
    first = rows[0] if rows else []
    line = delimiter.join(first)
    return Sheet(Kind.DELIMITED, named(first), rows[1:], delimiter, encoding, first=line)


def _tree(path: str, head: bytes) -> Kind | None:
    """Tell what kind of a tree a file is that a module of `trees` reads."""
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if linked.claims(start) and linked.has_films(path, start):
        return Kind.LINKED if linked.has_own_context(path) else Kind.RDF
    if triples.claims(path, head):
        return Kind.RDF
    return Kind.NFO if nfo.claims(path, head) else None


def _records(lines: Iterable[str], delimiter: str, quote: str) -> Iterator[list[str]]:
    """Return the first rows; one that cannot be read, or is cut off, is passed over."""
    found = (cells for _, cells, _ in records(lines, delimiter, quote) if isinstance(cells, list))
    return islice((cells for cells in found if any(cells)), _ROWS)


def _from_header(lines: list[str], header: list[str], like: str) -> list[str]:
    """Pass over what comes before the header of a table in a file whose first line fits."""
    if not lines or not re.match(like, lines[0]):
        return []
    return list(dropwhile(lambda line: next(csv.reader([line]), []) != header, lines))


def _fit(rows: Sequence[Sequence[str]]) -> tuple[int, int]:
    """Return how well a delimiter cuts rows into a table of two columns or more; 0, 0 is none."""
    width = len(rows[0]) if rows else 0
    alike = sum(len(row) == width for row in rows)
    needed = _ALIKE if width == _NARROW else _HALF
    is_prose = any(len(cell) > _NAME_LENGTH for cell in rows[0]) if rows else True
    if width < _NARROW or alike <= needed * len(rows) or is_prose:
        return 0, 0
    return int(alike > _ALIKE * len(rows)), width


def _json(path: str, head: bytes, rows: str) -> Sheet | None:
    """Look at JSON: an object in each line, an array, or an array within an object."""
    lines = [line for line in head.splitlines() if line.strip()]
    first = _object(lines[0].removeprefix(b"\xef\xbb\xbf")) if lines else None
    if first is not None and len(lines) > 1 and not rows:
        objects = [each for line in lines[:_ROWS] if (each := _object(line)) is not None]
        return _of_objects(Kind.JSON_LINES, objects, "")
    try:
        with opened(path) as file:
            data = file.read(documents.SIZE_LIMIT).removeprefix(codecs.BOM_UTF8)
        for where in [rows] if rows else ["", *_ROW_KEYS, documents.ITSELF]:
            try:
                found = documents.elements(data, where)
                objects = [one for _, raw in islice(found, _ROWS) if (one := _object(raw))]
            except msgspec.DecodeError:
                continue
            if objects or where == documents.ITSELF:
                return _of_objects(Kind.JSON, objects, where)
    except (RecursionError, UnicodeDecodeError):
        pass
    return _of_objects(Kind.JSON_LINES, [first], "") if first and len(lines) == 1 else None


def _object(raw: bytes) -> dict[str, object] | None:
    try:
        found = msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _of_objects(kind: Kind, objects: Sequence[dict[str, object]], path: str) -> Sheet | None:
    cells = [documents.flat(each) for each in objects]
    header = tuple(dict.fromkeys(key for each in cells for key in each))
    rows = [[each.get(column, "") for column in header] for each in cells]
    return Sheet(kind, header, rows, path=path) if header else None


def named(header: Iterable[str]) -> tuple[str, ...]:
    """Name the columns of a header; without a name by their number, those of one name apart."""
    names: list[str] = []
    for number, each in enumerate(header, start=1):
        name = plain = " ".join(trimmed(each).split()) or f"column {number}"
        count = 1
        while name in names:
            count += 1
            name = f"{plain} ({count})"
        names.append(name)
    return tuple(names)


_OF_KIND = {Kind.NFO: "kodi_nfo", Kind.LINKED: "schema_org", Kind.RDF: "schema_org"}
"""The map of each kind of tree that a module of its own reads."""


def recognise(path: str, chosen: str = "") -> Form | None:
    """Find out how a table is read: by the map that was chosen, else by one that claims it.

    `chosen` is the name of a map that ships, or a map's text, as `Form.map` has it. None says that
    it is no table, or that no map claims it.

    Raises:
        OSError: the file cannot be read.
    """
    if chosen:
        sheet = look(path, map_of(chosen))
        return as_form(sheet, chosen, named_by_map=_reads(chosen, sheet)) if sheet else None
    sheet = look(path)
    if sheet and sheet.kind in _OF_KIND:
        return as_form(sheet, _OF_KIND[sheet.kind], named_by_map=True)
    if sheet:
        name = _claimant(sheet.kind, sheet.header, sheet.delimiter, sheet.first)
        return as_form(sheet, name, named_by_map=True) if name else None
    within = ((name, look(path, map_of(name))) for name in SHIPPED if "begin" in map_of(name).top)
    return next((as_form(found, name) for name, found in within if found), None)


@lru_cache(maxsize=256)
def _claimant(kind: Kind, header: tuple[str, ...], delimiter: str, first: str) -> str:
    """Name the map that claims tables of a header, of which a folder may have thousands."""
    sheet = Sheet(kind, header, delimiter=delimiter, first=first)
    claims = [(claim, name) for name in SHIPPED if (claim := _claim(sheet, map_of(name)))]
    return max(claims)[1] if claims else ""


def _claim(sheet: Sheet, columns: ColumnMap) -> tuple[bool, int, int] | None:
    """Say whether a map is of trees, count the columns that it knows, and, below 0, those it lacks.

    None is no claim.
    """
    is_of_trees = columns.top.get("kind") == "tree"
    if is_of_trees and sheet.kind not in TREES:
        return None
    if columns.top.get("delimiter", sheet.delimiter) != sheet.delimiter:
        return None
    if "begin" in columns.top:
        return None
    if pattern := columns.top.get("like"):
        return (False, len(sheet.header), 0) if re.fullmatch(pattern, sheet.first) else None
    header = {name.casefold() for name in sheet.header}
    lost = sum(name.casefold() not in header for name in columns.recognise)
    if not columns.recognise or lost * _LOST > len(columns.recognise):
        return None
    plan = Plan.bound(columns, sheet.header)
    known = len(sheet.header) - len(plan.unused)
    return (is_of_trees, known, -len(plan.missing)) if "title" in plan.keys else None


def as_form(sheet: Sheet, chosen: str, *, named_by_map: bool = False) -> Form:
    """Say how a table is read by a map, which names the columns of a tree that it knows."""
    top, header = map_of(chosen).top, sheet.header
    if named_by_map and sheet.kind in TREES:
        header = _columns_of(chosen)
    return Form(
        kind=sheet.kind,
        map=chosen,
        mark=mark_of(chosen),
        header=named(top["header"]) if "header" in top else header,
        delimiter=top.get("delimiter", sheet.delimiter),
        quote=top.get("quote", '"'),
        encoding=top.get("encoding", sheet.encoding),
        has_header="header" not in top,
        begins="begin" in top,
        rows=sheet.path,
    )


def _reads(chosen: str, sheet: Sheet) -> bool:
    """Say whether a map that ships is of a tree's kind, or knows its title; a user's may be."""
    if sheet.kind in _OF_KIND:
        return chosen not in SHIPPED or chosen == _OF_KIND[sheet.kind]
    return chosen in SHIPPED and "title" in Plan.bound(map_of(chosen), sheet.header).keys


@lru_cache(maxsize=256)
def _columns_of(chosen: str) -> tuple[str, ...]:
    return map_of(chosen).named


def told(form: Form, plan: Plan) -> str:
    """Say what a file was recognised as, what it lacks of that, and what of it is not read."""
    parts = [form.columns.name]
    if plan.missing:
        parts.append(f"without {', '.join(dict(plan.missing))}")
    if plan.unused:
        parts.append(f"not read: {', '.join(plan.unused)}")
    if form.joined:
        parts.append(f"with {', '.join(each.path for each in form.joined)}")
    found = {each.name for each in form.joined}
    if lacking := [name for name in form.columns.joined if name not in found]:
        parts.append(f"not beside it: {', '.join(lacking)}")
    return "; ".join(parts)
