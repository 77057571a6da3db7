"""What sources have ever said, though the graph may not hold it, or no longer."""

from __future__ import annotations

import duckdb

from etl.rdf.identifiers import FILM_SCHEMES
from etl.resolution.tables import scalar


class Past:
    """Answers by all versions of all records, those that were taken back included."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._db = connection

    def film(self, key: str) -> bool:
        """Return whether a record was ever read of a film with this key."""
        scheme, _, identifier = key.partition("-")
        if scheme not in FILM_SCHEMES:
            scheme, identifier = FILM_SCHEMES[0], key
        sql = "SELECT count(*) FROM identifiers WHERE scheme = ? AND id = ?"
        return bool(scalar(self._db, sql, [scheme, identifier]))

    def person(self, key: str) -> bool:
        """Return whether a record ever named somebody with this key: an id, or a name."""
        sql = (
            "SELECT count(*) FROM versions WHERE contains(concat_ws(chr(10), '', names, name_ids, "
            "name_keys, ''), chr(10) || $1 || chr(10))"
        )
        return bool(scalar(self._db, sql, [key.removeprefix("name-")]))

    def is_kept_out(self, film: str) -> bool:
        """Return whether a record of a film is kept out of the graph now."""
        sql = "SELECT count(*) FROM quarantine SEMI JOIN heads USING (version) WHERE film = ?"
        return bool(scalar(self._db, sql, [film]))
