"""Parse files of RDF of somebody else; as a script, only find out whether a parser survives them.

The script is run in a process of its own, see `proving`; it imports nothing of ours, since that
takes longer than most files.
"""

from __future__ import annotations

import codecs
import io
import json
import os
import re
import signal
import sys
import threading
from collections import deque
from contextlib import suppress
from typing import BinaryIO

from pyoxigraph import RdfFormat, Triple, parse

FORMATS: dict[str, RdfFormat] = {
    ".jsonld": RdfFormat.JSON_LD,
    ".nq": RdfFormat.N_QUADS,
    ".nt": RdfFormat.N_TRIPLES,
    ".rdf": RdfFormat.RDF_XML,
    ".trig": RdfFormat.TRIG,
    ".ttl": RdfFormat.TURTLE,
    ".xml": RdfFormat.RDF_XML,
}
"""The format of a file of RDF by its suffix."""

DEEPEST = 100  # triple terms in one another: what writes, compares and drops them is recursive
TOO_DEEP, NO_MEMORY = 3, 4  # exit codes of the script

# What schema.org's context says of how our terms are written; all others are texts there.
_CONTEXT = (
    rb'"@context": {"@vocab": "https://schema.org/", "id": "@id", "type": "@type",'
    rb' "url": {"@type": "@id"}, "sameAs": {"@type": "@id"}}'
)
_CONTEXT_ADDRESS = re.compile(
    rb'"@context"\s*:\s*"https?:(?://|\\/\\/)(?:www\.)?schema\.org(?:/|\\/)?"'
)


def known_context(file: BinaryIO, form: RdfFormat) -> BinaryIO:
    """Replace the address of schema.org's JSON-LD context by the context; nothing is fetched."""
    if form != RdfFormat.JSON_LD:
        return file
    return io.BytesIO(_CONTEXT_ADDRESS.sub(_CONTEXT, file.read()))


def skip_mark(file: BinaryIO) -> None:
    """Skip the byte order mark of UTF-8 at the beginning of a file."""
    if file.read(len(codecs.BOM_UTF8)) != codecs.BOM_UTF8:
        file.seek(0)


def _prove(path: str, suffix: str) -> None:
    """Parse all of a file. What is wrong with it is for the command to say, which parses it too."""
    form = FORMATS[suffix]
    with suppress(OSError, SyntaxError, ValueError), open(path, "rb") as file:
        skip_mark(file)
        found = parse(known_context(file, form), form, base_iri="file:///")
        if form == RdfFormat.JSON_LD:  # has no triple terms
            deque(found, maxlen=0)
        for quad in found:
            part, depth = quad.object, 0
            while isinstance(part, Triple):
                part, depth = part.object, depth + 1
                if depth > DEEPEST:
                    os._exit(TOO_DEEP)


def _limit(seconds: float, memory_bytes: int) -> None:
    """Limit the time and the memory that this process takes from now on; 0 is no limit."""
    if sys.platform != "win32":
        import resource

        signal.setitimer(signal.ITIMER_PROF, seconds)  # of the processor; ends the process
        with suppress(OSError):  # no /proc; macOS would not keep the limit either
            if memory_bytes:
                with open("/proc/self/statm") as statm:
                    taken = int(statm.read().split()[0]) * resource.getpagesize()
                _, hard = resource.getrlimit(resource.RLIMIT_AS)
                most = taken + memory_bytes
                most = most if hard == resource.RLIM_INFINITY else min(most, hard)
                resource.setrlimit(resource.RLIMIT_AS, (most, hard))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _end_with_parent() -> None:
    """Wait for the parent to close its end of the pipe, which it also does by dying."""
    os.read(0, 1)
    os._exit(0)


def _main() -> None:
    """Prove the files that a line on standard input names; write a byte for each that is sound."""
    work = b""
    while not work.endswith(b"\n"):  # of the file itself: a buffer would swallow the end
        read = os.read(0, 1 << 16)
        if not read:
            return
        work += read
    threading.Thread(target=_end_with_parent, daemon=True).start()
    for path, suffix, seconds, memory_bytes in json.loads(work):
        _limit(seconds, memory_bytes)
        try:
            _prove(path, suffix)
        except MemoryError:
            os._exit(NO_MEMORY)
        os.write(1, b".")


if __name__ == "__main__":
    _main()
