"""A graph for Python: what `etl.open` returns, for notebooks and programs of one's own."""

from __future__ import annotations

from etl.interface.answers import AnswerRows
from etl.interface.graph import FilmGraph
from etl.interface.things import FilmFacts, NamedThing, PersonFacts

__all__ = ["AnswerRows", "FilmFacts", "FilmGraph", "NamedThing", "PersonFacts"]
