"""The process that answers queries over one store: it reads questions and writes frames.

A question is a line of JSON: the keys of `Question` in `etl/web/worker.py`, and the columns of its
answer. The answer is some frames, each a letter, a length and that many bytes: `h` with its kind,
`d` with a piece of it, then `e` with the memory that this process takes, or `x` with what was
wrong. A short answer is written at once. Whoever asks kills this process where it takes too long;
it ends by itself when its standard input does, or a pipe on which nothing ever comes.

It has to start in a moment, so it imports little.
"""

from __future__ import annotations

import io
import json
import os
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

from etl.output import Destination, Solutions, write
from etl.process.limits import memory_taken
from etl.queries.syntax import unescaped
from etl.web.confinement import within_memory, without_sockets

HEAD, DATA, END, REFUSED = b"h", b"d", b"e", b"x"
FRAME = struct.Struct("!cI")
NO_SYNTAX = 0  # in the place of a status: what the engine says of a text that it cannot parse
PIECE = 1 << 16  # bytes of a piece, but for the last one
# What the engine writes as exactly as we do, and its names for that.
_SOLUTIONS = {"json": QueryResultsFormat.JSON, "tsv": QueryResultsFormat.TSV}
_GRAPHS = {"ttl": RdfFormat.TURTLE, "nt": RdfFormat.N_TRIPLES}


class _Frames(io.RawIOBase):
    """Gathers what is written into frames; before the first is sent, an error can be told."""

    def __init__(self, pipe: int) -> None:
        self._pipe = pipe
        self._framed = bytearray()
        self._waiting = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:  # noqa: ANN401 - any object that holds bytes
        self._waiting += data
        if len(self._waiting) >= PIECE:
            self._frame()
            self._send()
        return len(data)

    def put(self, kind: bytes, data: bytes) -> None:
        """Put a frame behind what was written."""
        self._frame()
        self._framed += FRAME.pack(kind, len(data)) + data

    def end(self, kind: bytes, data: bytes) -> None:
        """Put the last frame of an answer, and send all."""
        if kind == REFUSED:
            self._waiting.clear()
        self.put(kind, data)
        self._send()

    def _frame(self) -> None:
        if self._waiting:
            self._framed += FRAME.pack(DATA, len(self._waiting)) + self._waiting
            self._waiting.clear()

    def _send(self) -> None:
        rest = memoryview(bytes(self._framed))
        self._framed.clear()
        while rest:
            rest = rest[os.write(self._pipe, rest) :]


def main() -> None:
    """Answer until standard input ends. Arguments: store, memory, most seconds, a silent pipe."""
    path, memory_bytes, seconds = sys.argv[1], int(sys.argv[2]), float(sys.argv[3])
    os.setpgid(0, 0)  # out of the reach of Ctrl-C
    frames = _Frames(os.dup(1))
    os.dup2(2, 1)
    confined = without_sockets()  # before there is any other thread
    store = Store.read_only(path)
    within_memory(memory_bytes)
    threading.Thread(target=_end_with, args=(int(sys.argv[4]),), daemon=True).start()
    frames.end(HEAD, b"ready")
    with os.fdopen(0, "rb") as questions:
        for line in questions:
            question, question["columns"] = json.loads(line)
            signal.setitimer(signal.ITIMER_REAL, seconds)  # should nobody be there to kill us
            try:
                _answer(store, question, frames, confined=confined)
            except SyntaxError as error:
                _refuse(frames, NO_SYNTAX, str(error))
            except (OSError, RuntimeError, ValueError) as error:
                _refuse(frames, *_failed(question["query"], error))
            signal.setitimer(signal.ITIMER_REAL, 0)


def _end_with(pipe: int) -> None:
    """End when nobody holds the other end of a pipe any more: the server is gone."""
    os.read(pipe, 1)
    os._exit(0)


def _answer(store: Store, question: dict[str, Any], frames: _Frames, *, confined: bool) -> None:
    """Answer a question in frames."""
    query = question["query"]
    if not confined and "service" in unescaped(query).lower():
        _refuse(frames, 403, *_NO_SERVICE)
        return
    answer = store.query(query, prefixes=question["prefixes"], **_dataset(question))
    is_graph = isinstance(answer, QueryTriples)
    chosen = question["graph" if is_graph else "solutions"]
    if not chosen:
        _refuse(frames, 406, "the answer cannot be written in a form that is accepted")
        return
    frames.put(HEAD, b"graph" if is_graph else b"solutions")
    _write(answer, chosen, question["columns"], cast(BinaryIO, frames))
    frames.end(END, str(memory_taken()).encode())


def _write(
    answer: QuerySolutions | QueryBoolean | QueryTriples,
    chosen: str,
    columns: list[str] | None,
    stream: BinaryIO,
) -> None:
    """Write an answer: the engine, where it has the columns in order and writes exactly."""
    if isinstance(answer, QueryTriples) and chosen in _GRAPHS:
        answer.serialize(stream, _GRAPHS[chosen])
        return
    if isinstance(answer, QuerySolutions):
        names = [variable.value for variable in answer.variables]
        if chosen in _SOLUTIONS and columns in (None, names):
            answer.serialize(stream, _SOLUTIONS[chosen])
            return
        write(Solutions.of(answer, columns or names), Destination(stream, chosen))
        return
    write(answer, Destination(stream, chosen))


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


def _failed(query: str, error: Exception) -> tuple[int, str, str]:
    """Say that a query failed; one that wants others to be asked, that they are not."""
    if "service" in unescaped(query).lower():
        return 403, *_NO_SERVICE
    return 500, f"the query failed: {str(error).partition(chr(10))[0]}", ""


def _refuse(frames: _Frames, status: int, message: str, hint: str = "") -> None:
    frames.end(REFUSED, json.dumps([status, message, hint]).encode())
