"""Refuse files of RDF that are made to harm: they would crash a parser, or take all memory.

A process of its own parses such a file first and throws away what it finds. What it survives within
the limits, the command parses again: it takes no more the second time. That costs less than handing
over the triples would. Most files need no proof, since nothing in them can harm: triples in plain
lines, and Turtle without triple terms and without names that are so long that each use of their
prefix makes much of little.
"""

from __future__ import annotations

import json
import re
import signal
import stat
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast

from etl.errors import EtlError, ShapesError, SourceError
from etl.process.limits import MB, Bounds
from etl.sources import parsing
from etl.sources.files import shown

_LINES = frozenset({".nq", ".nt"})
_TERSE = frozenset({".trig", ".ttl"})
_LONG = 500  # characters
_TRIPLE_TERM = re.compile(rb"<<")
_TRIPLE_TERM_OR_LONG = re.compile(rb"<<|<[^<>]{%d}" % _LONG)
_PIECE = 1 << 20
_LEAST_MEMORY, _MEMORY_TIMES = 1000 * MB, 16  # what a sound file takes at most, by its size


@dataclass(frozen=True, slots=True)
class _Work:
    path: Path
    suffix: str
    seconds: float
    memory_bytes: int

    @property
    def reasons(self) -> dict[int, str]:
        """Say by the exit code of the process why a file is refused."""
        memory = f"reading it takes more than {self.memory_bytes // MB} MB of memory"
        crash = "it is nested so deeply that a parser crashes"
        return {
            parsing.TOO_DEEP: f"it has triple terms in one another, more than {parsing.DEEPEST}",
            parsing.NO_MEMORY: memory,
            -signal.SIGABRT: memory,  # Rust finds no memory
            -signal.SIGKILL: "reading it takes more memory than there is",
            -signal.SIGSEGV: crash,
            -signal.SIGBUS: crash,
            -signal.SIGPROF: f"reading it takes longer than {self.seconds:g} s",
        }


def prove(paths: Iterable[Path], bounds: Bounds) -> None:
    """Refuse files of RDF, each in the format of its suffix, that cannot be read within bounds.

    Raises:
        SourceError: one is such a file.
    """
    _prove([(path, path.suffix.lower()) for path in paths], bounds, SourceError)


def prove_turtle(paths: Iterable[Path], bounds: Bounds) -> None:
    """Refuse shapes in Turtle, whatever their suffixes, that cannot be read within bounds.

    Raises:
        ShapesError: one cannot.
    """
    _prove([(path, ".ttl") for path in paths], bounds, ShapesError)


def _prove(
    files: list[tuple[Path, str]], bounds: Bounds, kind: type[SourceError] | type[ShapesError]
) -> None:
    work = []
    for path, suffix in files:
        try:
            found = path.stat()
            if stat.S_ISREG(found.st_mode) and _may_harm(path, suffix):  # a pipe is read once only
                work.append(_allowed(path, suffix, found.st_size, bounds))
        except OSError:
            continue  # which whoever reads it says
    if work:
        _run(work, kind)


def _allowed(path: Path, suffix: str, size: int, bounds: Bounds) -> _Work:
    """Allow a second more for each megabyte, so that a large file may take its time."""
    seconds = round(bounds.seconds + size / MB, 1) if bounds.seconds else 0
    memory = min(bounds.memory_bytes, _LEAST_MEMORY + _MEMORY_TIMES * size)
    return _Work(path, suffix, seconds, memory)


def _may_harm(path: Path, suffix: str) -> bool:
    if suffix not in _LINES | _TERSE:
        return True
    sign = _TRIPLE_TERM if suffix in _LINES else _TRIPLE_TERM_OR_LONG
    with path.open("rb") as file:
        before = b""
        while piece := file.read(_PIECE):
            if sign.search(before + piece):
                return True
            before = piece[-_LONG:]
    return False


def _run(work: list[_Work], kind: type[EtlError]) -> None:
    """Have files proved, one after the other."""
    named = [(str(each.path), each.suffix, each.seconds, each.memory_bytes) for each in work]
    process = subprocess.Popen(  # noqa: S603 - a script of ours
        [sys.executable, "-I", parsing.__file__],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    to, said = cast("IO[bytes]", process.stdin), cast("IO[bytes]", process.stdout)
    with process:
        try:
            to.write(json.dumps(named).encode() + b"\n")
            to.flush()
            sound = len(said.read())
            code = process.wait()
        finally:
            process.kill()
    if sound < len(work):
        refused = work[sound]
        reason = refused.reasons.get(code, f"a parser fails on it ({code})")
        raise kind(
            f"{shown(str(refused.path))}: refused: {reason}",
            hint="have a look at who made the file; if you trust it, raise --timeout or --memory",
        )
