"""Reelgraph: film records in, a schema.org knowledge graph that can be trusted out.

`etl.open(".etl")` opens the graph of a workspace; docs/python.md shows what can be asked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from etl.interface import FilmGraph

__all__ = ["open"]


def open(workspace: str | Path = ".etl", queries: str | Path | None = None) -> FilmGraph:  # noqa: A001
    """Open the graph of a workspace for reading, with a folder of saved queries of your own.

    Raises:
        WorkspaceError: there is no such workspace, or nothing has been loaded into it.
    """
    from etl.interface import FilmGraph  # which commands have no need of

    return FilmGraph(workspace, queries)
