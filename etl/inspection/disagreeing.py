"""Where sources disagree, as a table: what the graph has, and what a record says instead."""

from __future__ import annotations

from collections.abc import Iterator

from etl.catalog.kept_out import Places
from etl.entities.drafting import CHUNK_FILMS
from etl.errors import QueryError
from etl.facts import RANKED
from etl.output.rows import Cell
from etl.queries import nearest
from etl.resolution.disagreements import disagreements
from etl.resolution.groups import groups_of
from etl.workspace.snapshot import Snapshot

COLUMNS = ("film", "title", "field", "graph", "source", "says", "place")


def rows(snapshot: Snapshot, field: str | None) -> Iterator[tuple[Cell, ...]]:
    """Return the rows of `COLUMNS`, those of a film side by side; of one field, if it is given.

    Raises:
        QueryError: sources are not compared in such a field.
    """
    if field is not None and field not in RANKED:
        near = nearest(field, list(RANKED)) or list(RANKED)
        message = f"{field}: no field in which sources are compared"
        raise QueryError(message, hint=f"choose from: {', '.join(near)}")
    return _rows(snapshot, field)


def _rows(snapshot: Snapshot, field: str | None) -> Iterator[tuple[Cell, ...]]:
    places = Places.of(snapshot.catalog)
    for page, _ in snapshot.catalog.resolved.pages(CHUNK_FILMS, records=2):
        for group in groups_of(page):
            film = snapshot.iris.movie(group.film)
            titles = (each.record.title for each in group.ordered("title"))
            title = next(filter(None, titles), None)
            for each in disagreements(group):
                if field in (None, each.field.partition(".")[0]):
                    origin = each.member.origin
                    path, line = places.field(origin, each.member.record, each.field)
                    source = places.sources[origin.source].label
                    said = each.chosen, source, each.said, f"{path}:{line}"
                    yield film, title, each.field, *said
