"""The answers of an endpoint, kept so that no request is repeated.

Each subject of a question has an answer of its own, empty where the endpoint has nothing. The
file also remembers what the endpoint could not bear: sizes of batches, and until when it wants
to be left alone.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from etl.errors import EndpointError
from etl.linking.wikidata import EndpointQuestion, Row

KEPT_S = 90 * 86400.0
"""For how long an answer is good."""

LIMITED_S = 86400.0
"""For how long a size of batch that was too much is not tried again."""

_TABLES = """
CREATE TABLE IF NOT EXISTS answers (
    endpoint TEXT, question TEXT, subject TEXT, rows TEXT, fetched REAL,
    PRIMARY KEY (endpoint, question, subject));
CREATE TABLE IF NOT EXISTS limits (
    endpoint TEXT, question TEXT, batch INTEGER, learned REAL, PRIMARY KEY (endpoint, question));
CREATE TABLE IF NOT EXISTS pauses (endpoint TEXT PRIMARY KEY, until REAL);
"""


class Cache:
    """The answers of one endpoint."""

    def __init__(self, connection: sqlite3.Connection, endpoint: str) -> None:
        self._db = connection
        self._endpoint = endpoint

    @classmethod
    @contextmanager
    def open(cls, path: Path, endpoint: str) -> Iterator[Cache]:
        """Open a cache, or make it.

        Raises:
            EndpointError: the file cannot be used.
        """
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            connection = sqlite3.connect(path)
            connection.executescript(_TABLES)
        except (OSError, sqlite3.Error) as error:
            raise EndpointError(
                f"{path}: cannot be used: {error}", hint="delete it, or choose another --workspace"
            ) from error
        try:
            yield cls(connection, endpoint)
        finally:
            connection.close()

    def answers(self, question: EndpointQuestion, subjects: Sequence[str]) -> dict[str, list[Row]]:
        """Return what is known about subjects; an empty list is an answer too."""
        asked = set(subjects)
        rows = self._db.execute(
            "SELECT subject, rows FROM answers WHERE endpoint = ? AND question = ? AND fetched > ?",
            (self._endpoint, _kind(question), time.time() - KEPT_S),
        )
        return {
            subject: [tuple(row) for row in json.loads(text)]
            for subject, text in rows
            if subject in asked
        }

    def keep(self, question: EndpointQuestion, answers: Mapping[str, Iterable[Row]]) -> None:
        """Remember the answer to one request: all of it, or nothing if we are killed."""
        with self._db:
            self._db.executemany(
                "INSERT OR REPLACE INTO answers VALUES (?, ?, ?, ?, ?)",
                [
                    (
                        self._endpoint,
                        _kind(question),
                        subject,
                        json.dumps(list(rows), ensure_ascii=False),
                        time.time(),
                    )
                    for subject, rows in answers.items()
                ],
            )

    def batch(self, question: EndpointQuestion) -> int:
        """Return how many subjects go together: fewer where more were too many before."""
        row = self._db.execute(
            "SELECT batch FROM limits WHERE endpoint = ? AND question = ? AND learned > ?",
            (self._endpoint, _kind(question), time.time() - LIMITED_S),
        ).fetchone()
        return min(question.batch, int(row[0])) if row else question.batch

    def limit(self, question: EndpointQuestion, batch: int) -> None:
        """Remember that no more than so many subjects may go together."""
        with self._db:
            self._db.execute(
                "INSERT OR REPLACE INTO limits VALUES (?, ?, ?, ?)",
                (self._endpoint, _kind(question), max(1, batch), time.time()),
            )

    @property
    def paused_until(self) -> float:
        """Return until when the endpoint wants to be left alone, in seconds since 1970."""
        row = self._db.execute(
            "SELECT until FROM pauses WHERE endpoint = ?", (self._endpoint,)
        ).fetchone()
        return float(row[0]) if row else 0.0

    def pause(self, until: float) -> None:
        """Remember until when the endpoint wants to be left alone."""
        with self._db:
            self._db.execute("INSERT OR REPLACE INTO pauses VALUES (?, ?)", (self._endpoint, until))


def _kind(question: EndpointQuestion) -> str:
    """Name a question so that another wording of it is another question."""
    digest = hashlib.sha256(question.query.encode()).hexdigest()[:12]
    return f"{question.name}-{digest}"
