"""How a long piece of work tells how far it has come."""

from __future__ import annotations

from collections.abc import Callable

Progress = Callable[[str, int, int | None], None]
"""Told of a stage, how much of it is done, and of how much, where that is known."""


def silent(stage: str, done: int, total: int | None) -> None:
    """Report no progress."""
