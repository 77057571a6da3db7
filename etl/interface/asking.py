"""Queries of somebody who is not trusted, each in a process of its own that limits can end."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from pyoxigraph import QueryResultsFormat, QuerySolutions, parse_query_results

from etl.errors import QueryError
from etl.interface.answers import AnswerRows, value_of
from etl.process.limits import MB, Bounds
from etl.queries.syntax import asks_others

_ANSWER_LIMIT = 1 << 20  # bytes of an answer that are read


@dataclass(frozen=True, slots=True)
class Asker:
    """Runs commands that ask a workspace's graph, within limits of time, memory and rows."""

    workspace: Path
    queries: Path | None
    bounds: Bounds

    def rows(
        self, command: str, options: Sequence[str], text: str, at_most: int
    ) -> tuple[AnswerRows, bool]:
        """Return the first rows that `etl query` or `etl sparql` gives, and whether there are more.

        Raises:
            QueryError: the command refuses, or does not end within its limits.
        """
        if command == "sparql" and asks_others(text):
            raise QueryError("SERVICE is not answered here", hint="ask about the graph itself")
        options = [*options, "--workspace", str(self.workspace), "--format", "tsv"]
        if self.queries and command == "query":
            options += ["--queries", str(self.queries)]
        if self.bounds.seconds:
            options += ["--timeout", str(self.bounds.seconds)]
        if self.bounds.memory_bytes:
            options += ["--memory", str(self.bounds.memory_bytes // MB)]
        program = [sys.executable, "-m", "etl", command, *options, "--", text]
        with subprocess.Popen(  # noqa: S603 - our own program
            program, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        ) as process:
            seconds = 2 * (self.bounds.seconds or 60)
            clock = threading.Timer(seconds, process.kill)
            clock.start()
            try:
                lines = self._lines(process, at_most + 2)
                if len(lines) == at_most + 2:
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
        if is_cut and len(lines) < 2:
            raise QueryError(f"no answer within {seconds:g} s", hint="ask for less")
        parsed = parse_query_results(b"".join(lines[: at_most + 1]), QueryResultsFormat.TSV)
        assert isinstance(parsed, QuerySolutions)  # noqa: S101  # which TSV only has
        columns = [variable.value for variable in parsed.variables]
        rows = (tuple(map(value_of, solution)) for solution in parsed)
        return AnswerRows(columns, rows), is_cut or len(lines) > at_most + 1

    @staticmethod
    def _lines(process: subprocess.Popen[bytes], at_most: int) -> list[bytes]:
        """Read the first lines of what a process writes, and no more bytes than are shown."""
        lines, size = list[bytes](), 0
        for line in islice(process.stdout or (), at_most):
            lines.append(line)
            size += len(line)
            if size > _ANSWER_LIMIT:
                process.kill()
                break
        return lines


def _refusal(said: str) -> QueryError:
    """Make an error of the lines that a command has written."""
    lines = said.splitlines()
    errors, hints = (
        [line.removeprefix(start) for line in lines if line.startswith(start)]
        for start in ("Error: ", "Hint: ")
    )
    return QueryError(next(iter(errors), said), hint=next(iter(hints), ""))
