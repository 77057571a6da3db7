"""The boundary: whatever goes wrong in a command becomes a line, a hint and an exit code."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click

from etl.cli.interrupts import Interrupted, interruptible
from etl.cli.options import CUT_OFF, NOT_DONE
from etl.errors import EtlError

TRACEBACK = "ETL_TRACEBACK"  # set, it lets through what nobody expected
_STREAMS = ("standard input", "standard output", "standard error")


class ReaderGone(BaseException):
    """Nobody reads on what a command writes."""


@contextmanager
def boundary() -> Iterator[None]:
    """Turn every error into text and an exit code, and see to it that all that was said is out."""
    try:
        _expect_streams()
        with interruptible(), _flushed():
            yield
    except EtlError as error:
        _end(str(error), error.hint)
    except Interrupted as interrupted:
        _end("interrupted", "", interrupted.exit_code)
    except (BrokenPipeError, ReaderGone):  # `etl export | head` ends quietly
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(CUT_OFF)
    except MemoryError:
        _end("there is not enough memory", "free some, or raise the limit: ulimit -v")
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        _end(f"{error.filename}: {reason}" if error.filename else reason, "")
    except (click.ClickException, click.exceptions.Exit, SystemExit):
        raise
    except BaseException as error:
        if os.environ.get(TRACEBACK):
            raise
        first = str(error).partition("\n")[0]
        hint = f"this is a fault of reelgraph: please report what {TRACEBACK}=1 shows"
        _end(f"unexpected: {type(error).__name__}: {first}", hint)


def _end(message: str, hint: str, code: int = NOT_DONE) -> None:
    """Say what went wrong and what to do, and exit."""
    click.echo(f"Error: {message}", err=True)
    if hint:
        click.echo(f"Hint: {hint}", err=True)
    sys.exit(code)


@contextmanager
def _flushed() -> Iterator[None]:
    """See to it that a reader who has gone, or a disk that is full, is noticed here."""
    try:
        yield
    finally:
        try:
            sys.stdout.flush()
        except BrokenPipeError:
            raise
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise EtlError(f"standard output: {reason}") from error


def _expect_streams() -> None:
    """Refuse to run with a closed stream: the next file that is opened would take its place.

    Raises:
        EtlError: standard input or output is closed.
    """
    streams = zip(_STREAMS, (sys.stdin, sys.stdout, sys.stderr), strict=True)
    closed = [name for name, stream in streams if stream is None]
    for _ in closed:
        os.open(os.devnull, os.O_RDWR)  # which takes the lowest number that is free
    if sys.stderr is None:
        sys.stderr = open(2, "w", encoding="utf-8", closefd=False)  # noqa: SIM115 - to the end
    if sys.stdout is None:
        sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115 - to the end
    for name in closed[:1]:
        if name != _STREAMS[2]:
            raise EtlError(f"{name} is closed", hint=f"redirect it, for instance to {os.devnull}")
