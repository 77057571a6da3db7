"""Data that tests may use but the project may not publish: `$REELGRAPH_SHARED`, or `../shared`."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from places import ROOT

_BESIDE_THE_REPOSITORY = ROOT.resolve().parent / "shared"


def shared(path: str) -> Path:
    """Return the place of shared data, such as `data/movielens/links.csv`.

    Where it is absent the test is skipped with the reason; on CI (`CI=true`) it fails.
    """
    place = Path(os.environ.get("REELGRAPH_SHARED") or _BESIDE_THE_REPOSITORY) / path
    if not place.exists():
        reason = f"shared data are absent: {place} (REELGRAPH_SHARED names their folder)"
        if os.environ.get("CI") == "true":
            pytest.fail(reason, pytrace=False)
        pytest.skip(reason, allow_module_level=True)
    return place
