"""The maps that ship, `etl/sources/maps/*.toml`, each known by its file's name."""

from __future__ import annotations

from functools import cache
from pathlib import Path

_FOLDER = Path(__file__).parent.parent / "maps"

SHIPPED = tuple(sorted(path.stem for path in _FOLDER.glob("*.toml")))
"""Their names, for `--as`."""


@cache
def shipped_text(name: str) -> str:
    """Return the text of one of them."""
    return (_FOLDER / f"{name}.toml").read_text("utf-8")
