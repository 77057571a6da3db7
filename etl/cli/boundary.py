"""The boundary: every error of a command becomes a line, a hint and an exit code."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

import click

from etl.cli.interrupts import Interrupted, interrupted, interruptible
from etl.cli.options import CUT_OFF, NOT_DONE
from etl.errors import EtlError
from etl.terminal import harmless_streams, on_one_line

TRACEBACK = "ETL_TRACEBACK"  # set, it lets through what nobody expected


class ReaderGone(BaseException):
    """The reader of a command's output has gone."""


@contextmanager
def boundary() -> Iterator[None]:
    """Turn every error into text and an exit code, and see to it that all that was said is out."""
    closed = _closed_stream()
    with harmless_streams():
        try:
            if closed:
                raise closed
            with interruptible(), _flushed():
                yield
        except BaseException as error:  # noqa: BLE001 - the one boundary there is
            _answer(interrupted() or error)


def _answer(error: BaseException) -> NoReturn:
    """Say what went wrong and exit; what click answers itself is raised again."""
    match error:
        case EtlError():
            _end(str(error), error.hint)
        case Interrupted():
            _end("interrupted", "", error.exit_code)
        case BrokenPipeError() | ReaderGone():  # `etl export | head` ends quietly
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            sys.exit(CUT_OFF)
        case MemoryError():
            _end("there is not enough memory", "free some, or raise the limit: ulimit -v")
        case OSError():
            reason = (error.strerror or str(error)).lower()
            _end(f"{error.filename}: {reason}" if error.filename else reason, "")
        case click.ClickException() | click.exceptions.Exit() | SystemExit():
            raise error
    if os.environ.get(TRACEBACK):
        raise error
    first = str(error).partition("\n")[0]
    hint = f"this is a fault of reelgraph: please report what {TRACEBACK}=1 shows"
    _end(f"unexpected: {type(error).__name__}: {first}", hint)


def _end(message: str, hint: str, code: int = NOT_DONE) -> NoReturn:
    """Say what went wrong and what to do, and exit."""
    click.echo(f"Error: {on_one_line(message)}", err=True)
    if hint:
        click.echo(f"Hint: {on_one_line(hint)}", err=True)
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


def _closed_stream() -> EtlError | None:
    """Have all three streams open, and return what to say where standard output was closed.

    The next file that is opened would take a closed stream's place.
    """
    names = ("stdin", "stdout", "stderr")
    closed = [number for number, name in enumerate(names) if getattr(sys, name) is None]
    for _ in closed:
        os.open(os.devnull, os.O_RDWR)  # which takes the lowest number that is free
    for number in closed:
        stream = open(number, "w" if number else "r", encoding="utf-8", closefd=False)  # noqa: SIM115
        setattr(sys, names[number], stream)
    hint = f"redirect it, for instance to {os.devnull}"
    return EtlError("standard output is closed", hint=hint) if 1 in closed else None
