"""Refuse files of RDF that are made to harm: they would crash a parser, or take all memory.

A process of its own parses such a file first and throws away what it finds, while the command
reads its shapes. What it survives within the limits, the command parses again: it takes no more the
second time. That costs less than handing over the triples would. Most files need no proof, since
nothing in them can harm: triples in plain lines, and Turtle without triple terms and without names
that are, or by one relative base after another become, so long that each use makes much of little.
"""

from __future__ import annotations

import json
import re
import signal
import stat
import subprocess
import sys
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass
from pathlib import Path

from etl.errors import EtlError, ShapesError, SourceError
from etl.process.limits import MB, Bounds
from etl.sources import parsing
from etl.sources.files import shown

_LINES = frozenset({".nq", ".nt"})
_TERSE = frozenset({".trig", ".ttl"})
_LONG = 500  # characters
_TRIPLE_TERM = re.compile(rb"<<")
_GROWING = re.compile(rb"<<|<[^<>]{%d}|base(?:\s|#[^\n]*\n)*+<(?!https?:)" % _LONG, re.IGNORECASE)
"""Triple terms, long names, and a `@base` that is relative, and so adds to the one before."""
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


@contextmanager
def proving(paths: Iterable[str], bounds: Bounds) -> Iterator[Iterator[str]]:
    """Prove files of RDF, each in the format of its suffix, while the caller goes on.

    The iterator gives the paths in order, and waits for each file until that is known to be sound.

    Raises:
        SourceError: a file cannot be read within bounds; the iterator raises it in its place.
    """
    with _proving(
        [(path, Path(path).suffix.lower()) for path in paths], bounds, SourceError
    ) as proven:
        yield proven


def prove_turtle(paths: Iterable[Path], bounds: Bounds) -> None:
    """Refuse shapes in Turtle, whatever their suffixes, that cannot be read within bounds.

    Raises:
        ShapesError: one cannot.
    """
    with _proving([(str(path), ".ttl") for path in paths], bounds, ShapesError) as proven:
        deque(proven, maxlen=0)


def prove(path: str, suffix: str, bounds: Bounds) -> None:
    """Refuse one file of RDF, of the format of a suffix, that cannot be read within bounds.

    Raises:
        SourceError: it cannot.
    """
    with _proving([(path, suffix)], bounds, SourceError) as proven:
        deque(proven, maxlen=0)


@contextmanager
def _proving(
    files: list[tuple[str, str]], bounds: Bounds, kind: type[SourceError] | type[ShapesError]
) -> Iterator[Iterator[str]]:
    work = {path: _work(Path(path), suffix, bounds) for path, suffix in files}
    needed = [each for each in work.values() if each]
    with _process(needed) if needed else nullcontext() as process:

        def proven() -> Iterator[str]:
            sound = set[_Work]()
            for path, _ in files:
                each = work[path]
                if process and each and each not in sound:
                    _wait(process, each, kind)
                    sound.add(each)
                yield path

        yield proven()


def _work(path: Path, suffix: str, bounds: Bounds) -> _Work | None:
    """Return a file with its limits as work for the proving process; None if it cannot harm."""
    with suppress(OSError):  # which whoever reads it says
        found = path.stat()
        if stat.S_ISREG(found.st_mode) and _may_harm(path, suffix):  # a pipe is read once only
            return _allowed(path, suffix, found.st_size, bounds)
    return None


def _allowed(path: Path, suffix: str, size: int, bounds: Bounds) -> _Work:
    """Allow a second more for each megabyte, so that a large file may take its time."""
    seconds = round(bounds.seconds + size / MB, 1) if bounds.seconds else 0
    memory = min(bounds.memory_bytes, _LEAST_MEMORY + _MEMORY_TIMES * size)
    return _Work(path, suffix, seconds, memory)


def _may_harm(path: Path, suffix: str) -> bool:
    if suffix not in _LINES | _TERSE:
        return True
    sign = _TRIPLE_TERM if suffix in _LINES else _GROWING
    with path.open("rb") as file:
        before = b""
        while piece := file.read(_PIECE):
            if sign.search(before + piece):
                return True
            before = piece[-_LONG:]
    return False


@contextmanager
def _process(work: list[_Work]) -> Iterator[subprocess.Popen[bytes]]:
    """Start a process that proves files one after the other, and end it with this context."""
    named = [(str(each.path), each.suffix, each.seconds, each.memory_bytes) for each in work]
    process = subprocess.Popen(  # noqa: S603 - a script of ours
        [sys.executable, "-I", parsing.__file__],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    with process:
        try:
            if process.stdin:
                process.stdin.write(json.dumps(named).encode() + b"\n")
                process.stdin.flush()
            yield process
        finally:
            process.kill()


def _wait(process: subprocess.Popen[bytes], work: _Work, kind: type[EtlError]) -> None:
    """Wait until the next file is found to be sound."""
    if process.stdout and process.stdout.read(1):
        return
    code = process.wait()
    reason = work.reasons.get(code, f"a parser fails on it ({code})")
    raise kind(
        f"{shown(str(work.path))}: refused: {reason}",
        hint="check where the file comes from; if you trust it, raise --timeout or --memory",
    )
