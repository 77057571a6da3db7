"""How to change a workspace, and whom to tell."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from pyoxigraph import Quad

from etl.findings import Found, unheard
from etl.process.limits import COMPARING_BYTES
from etl.process.progress import Progress, silent

Changed = Callable[[str, Iterable[Quad]], None]
"""Told of statements that leave the graph ("-") and enter it ("+")."""


def _nobody(holder: str) -> None:
    """Wait for another writer without a word."""


def unseen(sign: str, quads: Iterable[Quad]) -> None:
    """Let statements come and go."""


@dataclass(frozen=True, slots=True)
class ChangeOptions:
    """How to change a workspace, and whom to tell; `dry_run` changes nothing.

    Comparing records takes `memory_bytes`, and the disk for more; 0 is without a limit.
    `own_shapes` are the user's own from now on, as N-Triples; None leaves them as they are.
    """

    command: str = "load"
    dry_run: bool = False
    memory_bytes: int = COMPARING_BYTES
    own_shapes: str | None = None
    progress: Progress = silent
    waiting: Callable[[str], None] = field(default=_nobody)
    found: Found = field(default=unheard)
    changed: Changed = field(default=unseen)
