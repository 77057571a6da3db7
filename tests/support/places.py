"""Where the parts of the repository lie that tests look at."""

from __future__ import annotations

from pathlib import Path

TESTS = Path(__file__).parents[1]
ROOT = TESTS.parent
SEEDS = ROOT / "seeds"
