"""Where an answer goes, and how its format is chosen."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Generic, TypeVar, cast

from etl.errors import EtlError
from etl.process.temporary import temporary_file
from etl.terminal import HarmlessBytes

_Answer = TypeVar("_Answer")


@dataclass(frozen=True, slots=True)
class Destination:
    """Where an answer goes. A format of None leaves the choice to the path's suffix."""

    stream: BinaryIO
    format: str | None = None
    path: Path | None = None
    terminal: bool = False
    base_iri: str | None = None


@contextmanager
def opened(
    path: Path | None = None, format_name: str | None = None, base_iri: str | None = None
) -> Iterator[Destination]:
    """Open a file to write an answer to, or standard output when the path is None.

    The file appears when it is complete; if anything fails, what was there before stays.
    In tables, IRIs below the base IRI are shown without it.

    Raises:
        EtlError: the file cannot be written.
    """
    if path is None:
        yield Destination(sys.stdout.buffer, format_name, None, sys.stdout.isatty(), base_iri)
        sys.stdout.buffer.flush()
        return
    final = path.resolve()
    special = final.exists() and not final.is_file()  # such as /dev/null
    written = final if special else final.with_name(f".{final.name}.{os.getpid()}.part")
    removed = nullcontext() if special else temporary_file(written)
    try:
        with removed:
            with written.open("wb") as stream:
                yield Destination(_harmless(stream), format_name, path, base_iri=base_iri)
            if not special:
                written.replace(final)
    except OSError as error:
        raise EtlError(f"{path}: cannot be written: {error.strerror or error}") from error


def _harmless(stream: BinaryIO) -> BinaryIO:
    """Let nothing that steers a terminal pass, if the stream leads to one, as `/dev/tty` does."""
    return cast(BinaryIO, HarmlessBytes(stream)) if stream.isatty() else stream


Writer = Callable[[_Answer, Destination], None]


@dataclass(frozen=True, slots=True)
class Formats(Generic[_Answer]):
    """The formats of one kind of answer, and which one is meant when none is named."""

    what: str
    writers: Mapping[str, Writer[_Answer]]
    on_terminal: str
    piped: str

    def chosen(self, target: Destination) -> Writer[_Answer]:
        """Choose the format by its name, else by the suffix, else by who reads it.

        Raises:
            EtlError: this kind of answer has no such format.
        """
        hint = f"choose one of {', '.join(self.writers)} with --format"
        if target.format is not None:
            if target.format not in self.writers:
                raise EtlError(f"{self.what} cannot be written as {target.format!r}", hint=hint)
            return self.writers[target.format]
        suffix = target.path.suffix.lower() if target.path else ""
        if suffix:
            for name in SUFFIXES.get(suffix, ()):
                if name in self.writers:
                    return self.writers[name]
            raise EtlError(f"{target.path}: {self.what} cannot be written as {suffix!r}", hint=hint)
        return self.writers[self.on_terminal if target.terminal else self.piped]


SUFFIXES: dict[str, tuple[str, ...]] = {
    ".csv": ("csv",),
    ".json": ("json", "jsonld"),
    ".jsonld": ("jsonld",),
    ".md": ("markdown",),
    ".nq": ("nq",),
    ".nt": ("nt",),
    ".png": ("png",),
    ".rdf": ("rdfxml",),
    ".sarif": ("sarif",),
    ".srj": ("json",),
    ".srx": ("xml",),
    ".svg": ("svg",),
    ".tsv": ("tsv",),
    ".ttl": ("ttl",),
    ".txt": ("table",),
    ".xml": ("xml", "rdfxml"),
}
