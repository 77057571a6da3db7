"""Records kept out of the graph: those that cannot be read, and those that do not conform."""

from __future__ import annotations

import json

import duckdb

from etl.catalog.entries import Quarantined
from etl.records import Origin, Reason, Reject, decode_heading, decode_reject
from etl.resolution.tables import scalar


class Refusals:
    """The rejects and the quarantine, of the records that stand."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._db = connection

    def rejects(self) -> list[tuple[Origin, Reject]]:
        """List the records that could not be read, by place."""
        rows = self._db.execute(
            "SELECT source, path, line, body FROM versions SEMI JOIN heads USING (version) "
            "WHERE kind = 'reject' ORDER BY source, path, line"
        )
        return [
            (Origin(source, path, line), decode_reject(body))
            for source, path, line, body in rows.fetchall()
        ]

    def quarantined(self) -> list[Quarantined]:
        """List the records that are kept out by the shapes, by place."""
        if not scalar(self._db, "SELECT count(*) FROM quarantine"):
            return []
        rows = self._db.execute(
            "SELECT v.source, v.path, v.line, q.film, v.body, q.results, v.run, version "
            "FROM quarantine q JOIN versions v USING (version) SEMI JOIN heads USING (version) "
            "ORDER BY v.source, v.path, v.line"
        )
        return [
            Quarantined(
                Origin(source, path, line),
                film,
                decode_heading(body),
                tuple(Reason(**reason) for reason in json.loads(reasons)),
                run,
                version,
            )
            for source, path, line, film, body, reasons, run, version in rows.fetchall()
        ]

    def files(self) -> dict[str, list[str]]:
        """List the files that hold records that are kept out: source → paths."""
        rows = self._db.execute(
            "SELECT DISTINCT source, path FROM versions SEMI JOIN heads USING (version) "
            "WHERE kind = 'reject' OR version IN (SELECT version FROM quarantine) ORDER BY ALL"
        ).fetchall()
        files: dict[str, list[str]] = {}
        for source, path in rows:
            files.setdefault(source, []).append(path)
        return files

    def never_read(self) -> list[tuple[Origin, Reject]]:
        """List the files of which no record was ever read, each with the reason."""
        rows = self._db.execute(
            "SELECT source, path, line, body FROM versions SEMI JOIN heads USING (version) "
            "WHERE kind = 'reject' AND key = '' AND (source, path) NOT IN "
            "(SELECT source, path FROM standing WHERE kind = 'film' AND key = '') ORDER BY ALL"
        )
        return [(Origin(*place), decode_reject(body)) for *place, body in rows.fetchall()]
