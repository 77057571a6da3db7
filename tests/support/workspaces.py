"""Workspaces that older versions have made."""

from __future__ import annotations

import tarfile
from pathlib import Path

from etl.workspace import Workspace
from places import TESTS

WORKSPACES = TESTS / "fixtures" / "workspaces"


def unpack(version: int, folder: Path) -> Workspace:
    with tarfile.open(WORKSPACES / f"{version}.tar.gz") as archive:
        if hasattr(tarfile, "data_filter"):  # which Python 3.11 has since its fourth release
            archive.extractall(folder, filter="data")
        else:
            archive.extractall(folder)
    return Workspace(folder / ".etl")
