"""People as a table has them: names in a cell, or objects in JSON."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

from etl.sources.fields import READERS
from etl.sources.notes import Notes
from etl.sources.tables.cells import Texts, is_nameless
from etl.sources.tables.checking import Spec


def people(
    spec: Spec, texts: Callable[[Sequence[str]], Texts]
) -> Callable[[Sequence[str], Notes], object]:
    """Compile the reading of people, with their characters where these are told."""
    read = READERS[spec.field]
    pattern = re.compile(spec.keys["character"]) if _has_pattern(spec) else None
    is_list = bool({"split", "json", "find"} & spec.keys.keys())

    def credits_in(cells: Sequence[str], notes: Notes) -> object:
        found: Any = texts(cells)
        if pattern:
            found = [_with_character(pattern, each) for each in found]
        elif not is_list:
            found = "\n".join(found)
        else:
            found = [each for each in found if not is_nameless(each, notes)]
        return read(found, notes) if found else ()

    return credits_in


def _has_pattern(spec: Spec) -> bool:
    return "character" in spec.keys and "json" not in spec.keys


def _with_character(pattern: re.Pattern[str], text: str) -> dict[str, str]:
    match = pattern.search(text)
    if match is None:
        return {"name": text}
    rest = (text[: match.start()] + text[match.end() :]).strip()
    return {"name": rest, "character": match[1] if pattern.groups else match[0]}
