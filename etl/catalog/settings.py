"""Settings of a catalog: the base IRI, and the shapes by which films are validated."""

from __future__ import annotations

from functools import cached_property

import duckdb


class Settings:
    """Named texts in a catalog, whichever version wrote it."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._db = connection

    @cached_property
    def _known(self) -> dict[str, str]:
        return dict(self._db.execute("FROM settings").fetchall())

    def get(self, name: str) -> str | None:
        """Return a setting, or None where there is none."""
        return self._known.get(name)

    def set(self, **values: str) -> None:
        """Remember settings in the place of those before."""
        rows = ", ".join(["(?, ?)"] * len(values))
        told = [each for item in values.items() for each in item]
        self._db.execute(f"INSERT OR REPLACE INTO settings VALUES {rows}", told)  # noqa: S608
        self._known.update(values)

    @property
    def mapping(self) -> int:
        """The version of the mapping that made the graph; 0 where there is no graph yet."""
        return int(self.get("mapping") or 0)

    @property
    def own_shapes(self) -> str:
        """The user's own shapes as N-Triples; empty if there are none."""
        return self.get("own_shapes") or ""

    @property
    def shapes_digest(self) -> str | None:
        """The digest of the shapes that all of the graph was judged by; None if unknown."""
        return self.get("shapes_digest")

    @property
    def match(self) -> str:
        """What films of several sources are matched by: `title`, or only with a `witness`."""
        return self.get("match") or "title"

    def keep_shapes(self, *, own: str | None = None, digest: str | None = None) -> None:
        """Remember the user's own shapes, or the digest of those that all films were judged by."""
        told = {"own_shapes": own, "shapes_digest": digest}
        if known := {name: value for name, value in told.items() if value is not None}:
            self.set(**known)
