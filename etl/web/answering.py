"""The process that answers queries over one store: it reads questions and writes frames.

A question is a line of JSON; `Question` in `etl/web/worker.py` has its keys. Its answer is
some frames, each a letter, a length and that many bytes: `h` with the kind of the answer, `d` with
a piece of it, then `e` with the memory that this process takes, or `x` with what was wrong. Whoever
asks kills this process where it takes too long; it ends by itself when its standard input does.

It has to start in a moment, so it imports no more than it needs at once.
"""

from __future__ import annotations

import io
import json
import os
import queue
import re
import signal
import struct
import sys
import threading
from typing import Any, BinaryIO, cast

from pyoxigraph import (
    NamedNode,
    QueryBoolean,
    QueryResultsFormat,
    QuerySolutions,
    QueryTriples,
    RdfFormat,
    Store,
)

from etl.process.limits import memory_taken
from etl.web.confinement import within_memory, without_sockets

HEAD, DATA, END, REFUSED = b"h", b"d", b"e", b"x"
FRAME = struct.Struct("!cI")
NO_SYNTAX = 0  # in the place of a status: what the engine says of a text that it cannot parse
_PIECE = 1 << 16
# What the engine writes as exactly as we do, and its names for that.
_SOLUTIONS = {"json": QueryResultsFormat.JSON, "tsv": QueryResultsFormat.TSV}
_GRAPHS = {"ttl": RdfFormat.TURTLE, "nt": RdfFormat.N_TRIPLES}


class _Pieces(io.RawIOBase):
    """Gathers what is written into frames; before the first, an error can be told instead."""

    def __init__(self, frames: BinaryIO) -> None:
        self._frames = frames
        self._waiting = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:  # noqa: ANN401 - any object that holds bytes
        self._waiting += data
        if len(self._waiting) >= _PIECE:
            self.send()
        return len(data)

    def send(self) -> None:
        """Send what has been gathered."""
        if self._waiting:
            _send(self._frames, DATA, bytes(self._waiting))
            self._waiting.clear()


def _send(stream: BinaryIO, kind: bytes, data: bytes) -> None:
    stream.write(FRAME.pack(kind, len(data)) + data)
    stream.flush()


def main() -> None:
    """Answer questions until standard input ends. Arguments: store, memory, most seconds."""
    path, memory_bytes, seconds = sys.argv[1], int(sys.argv[2]), float(sys.argv[3])
    frames = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    confined = without_sockets()  # before there is any other thread
    store = Store.read_only(path)
    within_memory(memory_bytes)
    questions = queue.SimpleQueue[bytes]()
    threading.Thread(target=_listen, args=(questions,), daemon=True).start()
    _send(frames, HEAD, b"ready")
    while True:
        question = json.loads(questions.get())
        signal.setitimer(signal.ITIMER_REAL, seconds)  # should nobody be there to kill us
        try:
            _answer(store, question, frames, confined=confined)
        except SyntaxError as error:
            _refuse(frames, NO_SYNTAX, str(error))
        except (OSError, RuntimeError, ValueError) as error:
            _refuse(frames, *_failed(question["query"], error))
        signal.setitimer(signal.ITIMER_REAL, 0)


def _listen(questions: queue.SimpleQueue[bytes]) -> None:
    """Take what is asked; when nothing comes any more, the server is gone, and so are we."""
    with os.fdopen(0, "rb") as stream:
        for line in stream:
            questions.put(line)
    os._exit(0)


def _answer(store: Store, question: dict[str, Any], frames: BinaryIO, *, confined: bool) -> None:
    """Answer a question in frames."""
    query = question["query"]
    if not confined and "service" in _plain(query):
        _refuse(frames, 403, *_NO_SERVICE)
        return
    answer = store.query(query, prefixes=question["prefixes"], **_dataset(question))
    is_graph = isinstance(answer, QueryTriples)
    chosen = question["graph" if is_graph else "solutions"]
    if not chosen:
        _refuse(frames, 406, "the answer cannot be written in a form that is accepted")
        return
    _send(frames, HEAD, b"graph" if is_graph else b"solutions")
    pieces = _Pieces(frames)
    _write(answer, chosen, question["columns"], pieces)
    pieces.send()
    _send(frames, END, str(memory_taken()).encode())


def _write(
    answer: QuerySolutions | QueryBoolean | QueryTriples,
    chosen: str,
    columns: list[str],
    pieces: _Pieces,
) -> None:
    """Write an answer: the engine, where it has the columns in order and writes exactly."""
    stream = cast(BinaryIO, pieces)
    if isinstance(answer, QueryTriples) and chosen in _GRAPHS:
        answer.serialize(stream, _GRAPHS[chosen])
        return
    if isinstance(answer, QuerySolutions) and chosen in _SOLUTIONS and _names(answer) == columns:
        answer.serialize(stream, _SOLUTIONS[chosen])
        return
    from etl.output import Destination, Solutions, write

    rows = Solutions.of(answer, columns) if isinstance(answer, QuerySolutions) else answer
    write(rows, Destination(stream, chosen))


def _names(answer: QuerySolutions) -> list[str]:
    return [variable.value for variable in answer.variables]


def _dataset(question: dict[str, Any]) -> dict[str, Any]:
    """Return the graphs that a question names beside its text, which then count alone.

    Source: SPARQL 1.1 Protocol, section 2.1.4.
    """
    default, named = question["default_graphs"], question["named_graphs"]
    if default is None and named is None:
        return {}
    return {
        "default_graph": list(map(NamedNode, default or ())),
        "named_graphs": list(map(NamedNode, named or ())),
    }


_NO_SERVICE = "SERVICE is not answered here", "ask that server itself"
_ESCAPE = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")


def _plain(query: str) -> str:
    """Return a text in small letters, however they are written."""
    return _ESCAPE.sub(lambda m: chr(min(int(m[1] or m[2], 16), sys.maxunicode)), query).lower()


def _failed(query: str, error: Exception) -> tuple[int, str, str]:
    """Say that a query failed; one that wants others to be asked, that they are not."""
    if "service" in _plain(query):
        return 403, *_NO_SERVICE
    return 500, f"the query failed: {str(error).partition(chr(10))[0]}", ""


def _refuse(frames: BinaryIO, status: int, message: str, hint: str = "") -> None:
    _send(frames, REFUSED, json.dumps([status, message, hint]).encode())
