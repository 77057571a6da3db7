"""The sources, and the places in which each of them says something."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any

import duckdb

from etl.catalog.entries import Extent, Holding, Known
from etl.catalog.statements import EXTENT, HOLDINGS
from etl.sources.description import SourceDescription
from etl.sources.files import Source


class Sources:
    """The catalog's table of sources, and what stands of each."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._db = connection

    def standing(self) -> list[Source]:
        """List the sources that say something, by name."""
        rows = self._db.execute(
            "SELECT * FROM sources WHERE source IN (SELECT source FROM versions "
            "SEMI JOIN heads USING (version) WHERE kind <> 'gone') ORDER BY source"
        ).fetchall()
        return [_source(row) for row in rows]

    def all(self) -> list[Source]:
        """List the sources that ever said anything, by name."""
        rows = self._db.execute("SELECT * FROM sources ORDER BY source").fetchall()
        return [_source(row) for row in rows]

    def keep(self, source: Source) -> None:
        """Remember a source; one of which only a part was named keeps the paths that it has."""
        self._db.execute(
            "INSERT INTO sources VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (source) DO UPDATE SET "
            "description = excluded.description, map = excluded.map, "
            "reviews = excluded.reviews, label = excluded.label, root = excluded.root, "
            "paths = CASE WHEN ? THEN excluded.paths ELSE paths END",
            [
                *(source.name, source.label, source.root, source.kept_paths),
                *(source.description.encode(), source.map, source.reviews, source.whole),
            ],
        )

    def known(self, source: str, paths: Sequence[str]) -> dict[str, list[Known]]:
        """Return the places of files that hold something, by path."""
        rows = self._db.execute(
            "SELECT path, key, arg_max(line, version), arg_max(kind, version) AS kind, "
            "arg_max(digest, version) FROM standing "
            "WHERE source = $1 AND path IN (SELECT unnest($2::TEXT[])) "
            "GROUP BY path, key HAVING kind <> 'gone' ORDER BY path, key",
            [source, list(paths)],
        )
        known: dict[str, list[Known]] = {}
        for path, *place in rows.fetchall():
            known.setdefault(path, []).append(Known(*place))
        return known

    def place_counts(self, source: str) -> dict[str, int]:
        """Count the places of each file of a source."""
        rows = self._db.execute(
            "SELECT path, count(*) FROM (SELECT path, arg_max(kind, version) AS kind "
            "FROM standing WHERE source = ? GROUP BY path, key) WHERE kind <> 'gone' GROUP BY path",
            [source],
        )
        return dict(rows.fetchall())

    def holdings(self) -> list[Holding]:
        """List how many files and records of each kind each source has, and how many films."""
        return [Holding(*row) for row in self._db.execute(HOLDINGS).fetchall()]

    def licences(self) -> dict[str, tuple[str, ...]]:
        """Return the licences of each source, by its name: its own, else those of its formats."""
        from etl.sources.tables.forms import map_of  # takes long to import, and most only read

        maps = self._db.execute(
            "SELECT DISTINCT source, form ->> '$.map' FROM standing_sizes "
            "WHERE form <> '' ORDER BY ALL"
        )
        found: dict[str, dict[str, None]] = {}
        for source, chosen in maps.fetchall():
            if licence := map_of(chosen).licence:
                found.setdefault(source, {})[licence] = None
        return {
            source.name: source.description.licences or tuple(found.get(source.name, ()))
            for source in self.all()
        }

    @property
    def ranks(self) -> dict[str, list[str]]:
        """The names of the sources that come first, in order, by field; under "", of all fields."""
        rows = self._db.execute("FROM ranks ORDER BY field, rank").fetchall()
        return {
            field: [source for _, source, _ in placed]
            for field, placed in groupby(rows, itemgetter(0))
        }

    def rank(self, run: int, ranks: Mapping[str, Sequence[str]]) -> None:
        """Remember which sources come first from a run on, in some fields or in all."""
        self._db.executemany(
            "INSERT INTO precedence VALUES (?, ?, ?)",
            [(run, field, list(sources)) for field, sources in ranks.items()],
        )

    def extent(self, source: str) -> Extent:
        """Say how much a source says: its files, their bytes, and a digest of its records."""
        files, size, digest = self._db.execute(EXTENT, [source]).fetchone() or (0, 0, "")
        return Extent(files, int(size), digest)


def _source(row: tuple[Any, ...]) -> Source:
    name, label, root, paths, description, chosen, reviews = row
    said = SourceDescription.decode(description)
    return Source(name, label, root, tuple(paths), description=said, map=chosen, reviews=reviews)
