"""How much tests try: little for a developer who waits, much on CI (`CI=true`)."""

from __future__ import annotations

import os

THOROUGH = os.environ.get("CI") == "true"


def examples(few: int, many: int) -> int:
    """Return the number of examples to try."""
    return many if THOROUGH else few
