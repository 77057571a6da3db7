"""Keys that an object of JSON has more than once, of which a parser only keeps the last.

Source: RFC 8259 section 4, names within an object should be unique.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from etl.sources.fields import Bad
from etl.sources.notes import Notes, quoted, shortened


def refuse_repeated_keys(text: str, item: Mapping[str, object], notes: Notes) -> None:
    """Note keys that are given twice with the same value; `item` is what a parser makes of a text.

    Raises:
        Bad: a key is given another value.
    """
    if not _may_be_repeated(text, item):
        return
    for path, members in _objects(text):
        values: dict[str, object] = {}
        for key, value in members:
            if key not in values:
                values[key] = value
            elif values[key] == value:
                notes.once(_path(path, key), "repeated key, with the same value")
            else:
                found = f"{_shown(values[key])} and {_shown(value)}"
                raise Bad(1, _path(path, key), "one value", found)


def _may_be_repeated(text: str, item: Mapping[str, object]) -> bool:
    """Tell quickly whether any object may be given a key twice: a colon is behind each of them."""
    keys = len(item)
    for value in item.values():
        if isinstance(value, list):
            keys += sum(len(each) for each in value if isinstance(each, dict))
    if " :" not in text and "\t:" not in text and text.count('":') == keys:
        return False
    return text.count(":") != keys and text.count(":") != _keys(item)


def _keys(value: object) -> int:
    """Count the keys of all objects in a value."""
    if isinstance(value, dict):
        return len(value) + sum(map(_keys, value.values()))
    return sum(map(_keys, value)) if isinstance(value, list) else 0


@dataclass(frozen=True, slots=True)
class _Object:
    """An object of JSON with all its members, in order."""

    members: list[tuple[str, Any]]


def _objects(text: str) -> Iterator[tuple[str, list[tuple[str, Any]]]]:
    """Yield the members of each object in a text, by the keys that lead to it."""
    waiting: list[tuple[str, Any]] = [
        ("", json.loads(text, object_pairs_hook=_Object, parse_float=str, parse_int=str))
    ]
    while waiting:
        path, value = waiting.pop()
        if isinstance(value, _Object):
            yield path, value.members
            waiting += [
                (_path(path, key), each)
                for key, each in reversed(value.members)
                if isinstance(each, _Object | list)
            ]
        elif isinstance(value, list):
            waiting += [(path, each) for each in reversed(value)]


def _path(path: str, key: str) -> str:
    return shortened(f"{path}.{key}" if path else key)


def _shown(value: object) -> str:
    return "an object" if isinstance(value, _Object) else quoted(str(value))
