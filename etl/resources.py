"""The data that the package ships: `ontology/`, `shapes/` and `queries/`."""

from __future__ import annotations

from pathlib import Path


def folder(name: str) -> Path:
    """Return the folder of shipped data: inside the wheel, or at the top of a checkout."""
    package = Path(__file__).parent
    installed = package / "data" / name
    return installed if installed.is_dir() else package.parent / name
