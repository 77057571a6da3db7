"""Interrupts: SIGINT and SIGTERM end a command in order, and at the latest a little later.

A signal raises `Interrupted` in the main thread, so that whatever was begun is taken back. The
engines do not look at Python's signals while they work, so a thread waits beside them: where the
command has not ended by then, or is interrupted again, it ends the process. That is as safe as
any kill: a change that is not committed is no change.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from types import FrameType

from etl.process.temporary import remove_temporary

_GRACE_S = 0.2  # what a command that only asks has to end in
_LONGER_S = 5.0  # what a change may take to be taken back
_SIGNALS = (signal.SIGINT, signal.SIGTERM)
_LEFT = 0  # what the thread is sent when the command has ended by itself
_UNHEARD = 255  # what it is sent when the interrupt came where nothing can be raised
_AGAIN = signal.SIGUSR1  # what it sends then, a little later
_AGAIN_S = 0.005


class Interrupted(BaseException):
    """The command was interrupted by a signal; `exit_code` is what a shell gives for that."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.exit_code = 128 + number


_grace_s = _GRACE_S
_heard = 0  # the number of the signal that interrupts this process


def interrupted() -> Interrupted | None:
    """Return the interrupt that this process has heard, if any: an engine may hide it."""
    return Interrupted(_heard) if _heard else None


def take_back_in_order() -> None:
    """Give the command more time to end when it is interrupted: it changes something."""
    global _grace_s
    _grace_s = _LONGER_S


@contextmanager
def interruptible() -> Iterator[None]:
    """Raise `Interrupted` when a signal asks this process to end, and see to it that it does.

    In any thread but the main one this does nothing: only there signals can be handled.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    global _grace_s, _heard
    _grace_s, _heard = _GRACE_S, 0
    heard, told = os.pipe()
    os.set_blocking(told, False)
    handlers = {number: signal.signal(number, partial(_interrupt, told)) for number in _SIGNALS}
    handlers[_AGAIN] = signal.signal(_AGAIN, partial(_interrupt_again, told))
    before = signal.set_wakeup_fd(told, warn_on_full_buffer=False)
    hook, sys.unraisablehook = sys.unraisablehook, partial(_unheard, told)
    thread = threading.Thread(target=_end_in_time, args=(heard,), name="interrupts", daemon=True)
    thread.start()
    try:
        yield
    finally:
        sys.unraisablehook = hook
        signal.set_wakeup_fd(before)
        signal.signal(_AGAIN, signal.SIG_IGN)  # until the thread that sends it has ended
        for number in _SIGNALS:
            signal.signal(number, handlers[number])
        os.write(told, bytes([_LEFT]))
        thread.join()
        signal.signal(_AGAIN, handlers[_AGAIN])
        os.close(told)
        os.close(heard)


def _interrupt(told: int, number: int, frame: FrameType | None) -> None:
    global _heard
    _heard = number
    for each in _SIGNALS:  # from here on the thread alone listens
        signal.signal(each, lambda *_: None)
    _interrupt_again(told, number, frame)


def _interrupt_again(told: int, _: int, frame: FrameType | None) -> None:
    """Raise here, or a little later: an import may abort the process when it cannot go on."""
    if _is_importing(frame):
        os.write(told, bytes([_UNHEARD]))
    else:
        raise Interrupted(_heard)


def _is_importing(frame: FrameType | None) -> bool:
    while frame is not None and not frame.f_code.co_filename.startswith("<frozen importlib."):
        frame = frame.f_back
    return frame is not None


def _unheard(told: int, unraisable: sys.UnraisableHookArgs) -> None:
    """Have the process interrupted again where that happened in code that can raise nothing."""
    if isinstance(unraisable.exc_value, Interrupted):
        os.write(told, bytes([_UNHEARD]))
    else:
        sys.__unraisablehook__(unraisable)


def _end_in_time(heard: int) -> None:
    """Wait for a signal, then for a second one or for the grace to be over, and end the process."""
    number = os.read(heard, 1)[0]
    if number == _LEFT:
        return
    timer = threading.Timer(_grace_s, _end, [number])
    timer.daemon = True
    timer.start()
    while (again := os.read(heard, 1)[0]) in (_UNHEARD, _AGAIN):
        if again == _UNHEARD:
            time.sleep(_AGAIN_S)
            signal.pthread_kill(threading.main_thread().ident or 0, _AGAIN)
    timer.cancel()
    if again != _LEFT:
        _end(again)


def _end(number: int) -> None:
    with suppress(OSError):
        os.write(2, b"Error: interrupted\n")
    remove_temporary()
    os._exit(128 + number)
