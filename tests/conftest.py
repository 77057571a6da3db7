"""Fixtures that several test modules share."""

from __future__ import annotations

from pathlib import Path

import pytest
from desk import Desk


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """A fresh workspace and an empty folder of records."""
    return Desk(tmp_path)
