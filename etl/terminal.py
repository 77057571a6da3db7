"""Text for a terminal: nothing in it that steers the terminal, errors in red.

What records, shapes, servers and file names say may hold escape sequences, C1 controls and
characters that turn the direction of what follows them. All text of a command passes through here
on its way to a terminal, and all of its talk on standard error; what goes into a pipe or a file as
data stays exact.
"""

from __future__ import annotations

import codecs
import io
import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO, TextIO, cast

# Tab, line feed and the end of a line in CSV are all that a terminal may obey.
_STEERING = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
    "|\r(?!\n)"
)
_ERROR = re.compile("^Error: .*$", re.MULTILINE)
_RED, _PLAIN = "\x1b[31m", "\x1b[0m"


def harmless(text: str) -> str:
    r"""Return a text with an escape such as `\x1b` in the place of all that steers a terminal."""
    return _STEERING.sub(_escaped, text)


def on_one_line(text: str) -> str:
    r"""Return a text that is harmless, with `\n` in the place of each line break."""
    return harmless(text.replace("\r\n", "\n")).replace("\n", "\\n")


def _escaped(match: re.Match[str]) -> str:
    return ascii(match[0])[1:-1]


class HarmlessText(io.TextIOBase):
    """A stream of text through which nothing passes that steers a terminal."""

    def __init__(self, stream: TextIO, *, errors_in_red: bool = False) -> None:
        self._stream = stream
        self._bytes = HarmlessBytes(stream.buffer)
        self._red = errors_in_red

    def write(self, text: str) -> int:
        """Write a text; its lines that begin with `Error:` may be red."""
        safe = harmless(text)
        if self._red:
            safe = _ERROR.sub(lambda line: f"{_RED}{line[0]}{_PLAIN}", safe)
        self._stream.write(safe)
        return len(text)

    @property
    def buffer(self) -> BinaryIO:
        """The stream of bytes below, harmless too."""
        return cast(BinaryIO, self._bytes)

    @property
    def trusted(self) -> TextIO:
        """The stream itself, for what we draw by escape sequences."""
        return self._stream

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever the stream has
        return getattr(self._stream, name)

    @property
    def encoding(self) -> str:  # type: ignore[override]
        """The encoding of the stream; a stream that draws beside a bar names none."""
        return self._stream.encoding or "utf-8"

    @property
    def errors(self) -> str | None:  # type: ignore[override]
        """How the stream takes what its encoding lacks."""
        return self._stream.errors

    def isatty(self) -> bool:
        """Return whether the stream leads to a terminal."""
        return self._stream.isatty()

    def fileno(self) -> int:
        """Return the number of the open file."""
        return self._stream.fileno()

    def writable(self) -> bool:
        """Tell that it can be written to."""
        return True

    def flush(self) -> None:
        """Hand on all that was written."""
        self._stream.flush()


class HarmlessBytes(io.BufferedIOBase):
    """A stream of text in UTF-8 through which nothing passes that steers a terminal."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._decoder = codecs.getincrementaldecoder("utf-8")("backslashreplace")
        self._waiting = ""  # a carriage return, whose line feed may come next

    def write(self, data: Any) -> int:  # noqa: ANN401 - any object that holds bytes
        """Write bytes; a character may come in several pieces."""
        self._write(self._waiting + self._decoder.decode(bytes(data)))
        return len(data)

    def _write(self, text: str) -> None:
        self._waiting = "\r" if text.endswith("\r") else ""
        self._stream.write(harmless(text.removesuffix(self._waiting)).encode())

    def writable(self) -> bool:
        """Tell that it can be written to."""
        return True

    def isatty(self) -> bool:
        """Return whether the stream leads to a terminal."""
        return self._stream.isatty()

    def flush(self) -> None:
        """Hand on all that was written."""
        self._stream.write(harmless(self._waiting).encode())
        self._waiting = ""
        self._stream.flush()


@contextmanager
def harmless_streams() -> Iterator[None]:
    """Make all text to a terminal, and all text on standard error, harmless."""
    kept = sys.stdout, sys.stderr
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # a label may be beyond its encoding
    if sys.stdout is not None and sys.stdout.isatty():
        sys.stdout = cast(TextIO, HarmlessText(sys.stdout))
    guard_talk()
    try:
        yield
    finally:
        sys.stdout, sys.stderr = kept


def guard_talk() -> None:
    """Make standard error harmless, unless it is so already; errors are red on a terminal."""
    if sys.stderr is not None and not isinstance(sys.stderr, HarmlessText):
        red = sys.stderr.isatty() and _has_colours()
        sys.stderr = cast(TextIO, HarmlessText(sys.stderr, errors_in_red=red))


def trusted(stream: TextIO) -> TextIO:
    """Return the stream below a harmless one, for what we draw by escape sequences."""
    return stream.trusted if isinstance(stream, HarmlessText) else stream


def _has_colours() -> bool:
    """Return whether colours are wanted. Source: no-color.org."""
    return not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
