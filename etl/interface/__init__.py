"""A graph for Python: what `etl.open` returns, for notebooks and programs of one's own."""

from __future__ import annotations

from etl.interface.answers import Answer
from etl.interface.graph import Graph
from etl.interface.things import FilmFacts, Named, PersonFacts

__all__ = ["Answer", "FilmFacts", "Graph", "Named", "PersonFacts"]
