"""The line of a key in a TOML text, which Python's reader does not give."""

from __future__ import annotations

import re
from collections.abc import Iterator

_HEADER = re.compile(r"\s*\[\[?\s*([^\[\]]+?)\s*\]\]?\s*(?:#.*)?")
_KEY = re.compile(r"""\s*((?:[\w-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[\w-]+|"[^"]*"|'[^']*'))*)\s*=""")
_PART = re.compile(r"""[\w-]+|"[^"]*"|'[^']*'""")
_MULTILINE = re.compile(r"'''|\"\"\"")


def line_of(text: str, path: tuple[str, ...]) -> int:
    """Return the line of the key that a path leads to, or of the innermost that is found; else 1.

    The keys of an inline table stand on its line, unless it is an array that goes over several.
    """
    best, line = 0, 1
    for number, keys in _keys(text):
        shared = next((n for n, (a, b) in enumerate(zip(keys, path)) if a != b), None)  # noqa: B905
        depth = min(len(keys), len(path)) if shared is None else shared
        if depth == len(keys) and depth > best:
            best, line = depth, number
    if best < len(path):
        word = re.compile(rf"(?<![\w-]){re.escape(path[-1])}[\"']?\s*[=.]")
        for number, each in enumerate(text.split("\n")[line - 1 :], start=line):
            if number > line and (_KEY.match(each) or _HEADER.fullmatch(each)):
                break
            if word.search(each):
                return number
    return line


def _keys(text: str) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Yield the keys that begin a line, each with the tables that it is in."""
    table: tuple[str, ...] = ()
    inside = ""
    for number, line in enumerate(text.split("\n"), start=1):
        marks = _MULTILINE.findall(line)
        if inside:
            if inside in marks:
                inside = ""
            continue
        if match := _HEADER.fullmatch(line):
            table = _parts(match[1])
            yield number, table
        elif match := _KEY.match(line):
            yield number, (*table, *_parts(match[1]))
            if len(marks) == 1:
                inside = marks[0]


def _parts(key: str) -> tuple[str, ...]:
    return tuple(part.strip("\"'") for part in _PART.findall(key))
