"""A record as it was cut out of its file, not yet parsed."""

from __future__ import annotations

import hashlib
from collections import Counter
from typing import NamedTuple

from etl.records import Reject


class Raw(NamedTuple):
    """One record of a file: its key in the file, the line it begins on, its text, its digest.

    A file that holds one record has the empty key. One that cannot be read gives a `Raw` of that
    key with a reject in it, and a record that is no text one of its own key. The digest of one that
    is joined of several files ends in that of the lines where they have it.
    """

    key: str
    line: int
    text: str
    digest: str
    reject: Reject | None = None
    left_out: str = ""


def digest(data: bytes) -> str:
    """Return the digest of a record's bytes."""
    return hashlib.sha256(data).hexdigest()


def located(mark: str, lines: bytes) -> str:
    """Add to a record's digest that of the lines of other files that say something of it."""
    return f"{mark}@{digest(lines)[:16]}"


def says_the_same(one: str, other: str) -> bool:
    """Return whether two digests are of one record, whatever lines of other files have it."""
    return one.partition("@")[0] == other.partition("@")[0]


def distinct(name: str, mark: str, seen: Counter[str]) -> str:
    """Make the key of a record: its name, with a number where others have the same name."""
    name = name or mark[:16]
    seen[name] += 1
    key, count = name, seen[name]
    while count > 1 and (key := f"{name} ({count})") in seen:
        count += 1
    if key is not name:
        seen[name], seen[key] = count, 1
    return key
