"""Workspaces that older versions have made."""

from __future__ import annotations

import tarfile
from pathlib import Path

from etl.workspace import Workspace
from places import TESTS

WORKSPACES = TESTS / "fixtures" / "workspaces"


def unpack(version: int, folder: Path) -> Workspace:
    with tarfile.open(WORKSPACES / f"{version}.tar.gz") as archive:
        archive.extractall(folder, filter="data")
    return Workspace(folder / ".etl")
