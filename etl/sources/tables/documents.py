"""Rows of JSON: an array of objects, or an object in each line, nested ones by path.

An object's keys are columns; those of an object in it are `outer.inner`. Lists stay JSON.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

import msgspec

from etl.records import Reject
from etl.sources.decoding import decode, wide_encoding
from etl.sources.files import RECORD_LIMIT, FoundFile, opening, too_long, unreadable
from etl.sources.tables.cells import written
from etl.sources.tables.delimited import Row
from etl.sources.tables.forms import Form, TableKind

SIZE_LIMIT = 1 << 28
"""Bytes that a file may have which is one JSON document."""

ITSELF = "."
"""The path to a document that is no array, but one row."""

_DEPTH = 20
_NOTHING = ("", "[]", "{}", "null", "N/A", "0", "0.0")
_OBJECT = msgspec.json.Decoder(dict[str, Any])
_RAW_LIST = msgspec.json.Decoder(list[msgspec.Raw])
_RAW_OBJECT = msgspec.json.Decoder(dict[str, msgspec.Raw])


def rows(found: FoundFile, form: Form) -> Iterator[Row]:
    """Read the rows of a file."""
    with opening(found) as file:
        if isinstance(file, Reject):
            yield Row(1, [], file)
            return
        try:
            if form.kind is TableKind.JSON_LINES:
                lines = enumerate(iter(partial(file.readline, RECORD_LIMIT), b""), start=1)
                raws: Iterator[tuple[int, bytes]] = (
                    (n, line) for n, line in lines if not line.isspace()
                )
            else:
                data = file.read(SIZE_LIMIT + 1)
                if len(data) > SIZE_LIMIT:
                    yield Row(1, [], too_long("JSON document", 0))
                    return
                raws = elements(data.removeprefix(codecs.BOM_UTF8), form.rows)
            for line, raw in raws:
                yield _row(line, raw, form.header)
        except OSError as error:
            yield Row(1, [], unreadable(error))
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            expected = "a JSON array of objects"
            yield Row(1, [], Reject(1, "", expected, wide_encoding(data) or str(error).lower()))


def elements(data: bytes, path: str | None = None) -> Iterator[tuple[int, bytes]]:
    """Yield the elements of the array that a path leads to, each with its line.

    Raises:
        msgspec.DecodeError: there is no such array.
    """
    whole = data
    if path == ITSELF:
        yield 1 + data.count(b"\n", 0, len(data) - len(data.lstrip())), data
        return
    for key in filter(None, (path or "").split(".")):
        inside = _RAW_OBJECT.decode(data)
        if key not in inside:
            raise msgspec.DecodeError(f"an object without {key!r}")
        data = bytes(inside[key])
    place, line, counted = whole.find(data) if path else 0, 1, 0
    for each in _RAW_LIST.decode(data):
        raw = bytes(each)
        place = whole.index(raw, place)
        line += whole.count(b"\n", counted, place)
        counted = place
        yield line, raw
        place += len(raw)


def as_row(line: int, item: Mapping[str, Any], header: Sequence[str]) -> Row:
    """Make a row of an object, with the keys that say something and are no columns."""
    cells, known = flat(item), frozenset(header)
    beside = (key for key, cell in cells.items() if key not in known and cell not in _NOTHING)
    return Row(line, [cells.get(column, "") for column in header], None, tuple(beside))


def _row(line: int, raw: bytes, header: Sequence[str]) -> Row:
    try:
        return as_row(line, _OBJECT.decode(raw.removeprefix(codecs.BOM_UTF8)), header)
    except (msgspec.DecodeError, RecursionError) as error:
        text = raw[:65_536].decode("utf-8", "backslashreplace").rstrip("\r\n")
        return Row(line, [], Reject(1, "", "a JSON object", str(error).lower(), text))
    except UnicodeDecodeError:
        said = decode(raw)
        reject = said if isinstance(said, Reject) else Reject(1, "", "UTF-8 text", "other bytes")
        return Row(line, [], reject)


def flat(item: Mapping[str, Any], before: str = "", depth: int = 0) -> dict[str, str]:
    """Turn an object into cells by the names of columns."""
    cells: dict[str, str] = {}
    for key, value in item.items():
        if isinstance(value, dict) and value and depth < _DEPTH:
            cells |= flat(value, f"{before}{key}.", depth + 1)
        else:
            cells[before + key] = written(value)
    return cells
