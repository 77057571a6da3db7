"""How a database of ours is opened: it fetches nothing, and takes no more memory than it may."""

from __future__ import annotations

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
