"""How a long piece of work tells how far it has come."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

Progress = Callable[[str, int, int | None], None]
"""Told of a stage, how much of it is done, and of how much, where that is known."""


def silent(stage: str, done: int, total: int | None) -> None:
    """Report no progress."""


_listener: ContextVar[Progress] = ContextVar("listener", default=silent)


@contextmanager
def telling(progress: Progress) -> Iterator[None]:
    """Pass on what `tell` is told meanwhile."""
    token = _listener.set(progress)
    try:
        yield
    finally:
        _listener.reset(token)


def tell(stage: str, done: int, total: int | None) -> None:
    """Report the progress of what is read deep below, to the command that reads it if any does."""
    _listener.get()(stage, done, total)
