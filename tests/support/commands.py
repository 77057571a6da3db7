"""The command line as tests use it: run in this process, and what it said."""

from __future__ import annotations

import hashlib
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest import mock

from click.testing import CliRunner, Result

from etl.cli import main
from records import Film, write

Etl = Callable[..., Result]


def run(*arguments: object, stdin: bytes | None = None) -> Result:
    """Run a command as if it had been typed; anything but an exit is an error of the test."""
    typed = list(map(str, arguments))
    with mock.patch("sys.argv", ["etl", *typed]):
        result = CliRunner().invoke(main, typed, input=stdin)
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


@contextmanager
def kept_signals() -> Iterator[None]:
    """Put back what commands have made of signals."""
    kept = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGPIPE)}
    yield
    for number, handler in kept.items():
        signal.signal(number, handler)


def said(result: Result) -> tuple[int, str, str]:
    """Give the exit code, the data and the talk of a command."""
    return result.exit_code, result.stdout, result.stderr


def seeds(*films: Film) -> Path:
    """Put records into the folder `seeds`."""
    folder = Path("seeds")
    folder.mkdir(exist_ok=True)
    for film in films:
        write(folder, film)
    return folder


def hash_line(ntriples: str) -> str:
    """Say by its N-Triples what an export and a check say of a graph."""
    lines = [line.encode() for line in ntriples.split("\n") if line]
    numbers = [int(hashlib.sha256(line).hexdigest()[:32], 16) for line in lines]
    return f"graph: {len(lines)} triples, hash {sum(numbers) % 2**128:032x}"
