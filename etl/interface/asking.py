"""Queries of somebody who is not trusted, each in a process of its own that limits can end."""

from __future__ import annotations

import subprocess
import sys
import threading
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from pyoxigraph import QueryBoolean, QueryResultsFormat, RdfFormat, parse, parse_query_results

from etl.errors import QueryError
from etl.interface.answers import AnswerRows, value_of
from etl.process.limits import MB, Bounds
from etl.queries.syntax import asks_others, query_form

_ANSWER_LIMIT = 1 << 20  # bytes of an answer that are read
_TRIPLE = ("subject", "predicate", "object")


@dataclass(frozen=True, slots=True)
class Asker:
    """Runs queries of a workspace's graph, within limits of time, memory and rows."""

    workspace: Path
    bounds: Bounds

    def rows(self, text: str, at_most: int) -> tuple[AnswerRows, bool]:
        """Return the first rows that `etl sparql` gives, and whether there are more.

        A graph has a row for each triple, and yes or no is one row.

        Raises:
            QueryError: the command refuses, or does not end within its limits.
        """
        if asks_others(text):
            raise QueryError("SERVICE is not answered here", hint="ask about the graph itself")
        is_graph = query_form(text) in ("construct", "describe")
        heading = 0 if is_graph else 1
        options = ["--workspace", str(self.workspace), "--format", "nt" if is_graph else "tsv"]
        if self.bounds.seconds:
            options += ["--timeout", str(self.bounds.seconds)]
        if self.bounds.memory_bytes:
            options += ["--memory", str(self.bounds.memory_bytes // MB)]
        program = [sys.executable, "-m", "etl", "sparql", *options, "-"]
        with subprocess.Popen(  # noqa: S603 - our own program
            program, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        ) as process:
            seconds = 2 * (self.bounds.seconds or 60)
            clock = threading.Timer(seconds, process.kill)
            clock.start()
            try:
                lines = self._lines(process, text, heading + at_most + 1)
                if len(lines) > heading + at_most:
                    process.kill()
                process.wait()
                error = process.stderr.read().decode() if process.stderr else ""
            finally:
                clock.cancel()
                with suppress(OSError):
                    process.kill()
        if process.returncode > 0:
            raise _refusal(error)
        is_cut = process.returncode < 0
        if is_cut and len(lines) <= heading:
            raise QueryError(f"no answer within {seconds:g} s", hint="ask for less")
        data = b"".join(lines[: heading + at_most])
        return _read(data, is_graph=is_graph), is_cut or len(lines) > heading + at_most

    @staticmethod
    def _lines(process: subprocess.Popen[bytes], text: str, at_most: int) -> list[bytes]:
        """Send a query, and read the first lines of its answer, no more bytes than are shown."""
        if process.stdin:
            with suppress(BrokenPipeError), process.stdin as query:
                query.write(text.encode())
        lines, size = list[bytes](), 0
        for line in islice(process.stdout or (), at_most):
            lines.append(line)
            size += len(line)
            if size > _ANSWER_LIMIT:
                process.kill()
                break
        return lines


def _read(data: bytes, *, is_graph: bool) -> AnswerRows:
    """Read lines of N-Triples, of TSV, or a truth value."""
    if is_graph:
        triples = (quad.triple for quad in parse(data, RdfFormat.N_TRIPLES))
        return AnswerRows(_TRIPLE, (tuple(map(value_of, triple)) for triple in triples))
    parsed = parse_query_results(data, QueryResultsFormat.TSV)
    if isinstance(parsed, QueryBoolean):
        return AnswerRows(["answer"], [(bool(parsed),)])
    columns = [variable.value for variable in parsed.variables]
    return AnswerRows(columns, (tuple(map(value_of, solution)) for solution in parsed))


def _refusal(said: str) -> QueryError:
    """Make an error of the lines that a command has written."""
    lines = said.splitlines()
    errors, hints = (
        [line.removeprefix(start) for line in lines if line.startswith(start)]
        for start in ("Error: ", "Hint: ")
    )
    return QueryError(next(iter(errors), said), hint=next(iter(hints), ""))
