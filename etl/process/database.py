"""How a database of ours is opened: it fetches nothing, and takes no more memory than it may."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TypeAlias

Config: TypeAlias = dict[str, str | bool | int | float | list[str]]


def alone(memory_bytes: int = 0) -> Config:
    """Return the settings of a database that installs and loads no extension.

    What takes more than `memory_bytes` is put on the disk meanwhile; 0 is four fifths of the
    machine's memory.
    """
    config: Config = {
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
    }
    return config | ({"memory_limit": f"{memory_bytes}B"} if memory_bytes else {})


_PATTERN = re.compile(r"[*?\[]")  # by which the database would read other files as well


def this_file_alone(path: str | Path) -> str:
    """Write a path as the pattern that no other file fits.

    Raises:
        OSError: there is none, as the path has a backslash too.
    """
    whole = os.path.abspath(path)
    pattern = _PATTERN.sub(r"[\g<0>]", whole)
    if "\\" in whole and pattern != whole and os.sep != "\\":
        raise OSError("the path has a backslash beside one of * ? [")
    return pattern
