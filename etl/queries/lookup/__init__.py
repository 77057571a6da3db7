"""Films and people by what a user calls them: a name, an identifier, an IRI.

`GraphLookup` finds the one thing that is meant, or says why it cannot; `search` ranks
everything that a text may mean.
"""

from __future__ import annotations

from etl.queries.lookup.alternatives import near_values, unknown_names
from etl.queries.lookup.entities import FILM, PERSON, Entity, EntityKind, best_known, entities
from etl.queries.lookup.likeness import NameMatch
from etl.queries.lookup.meaning import GraphLookup
from etl.queries.lookup.searching import search

__all__ = [
    "FILM",
    "PERSON",
    "Entity",
    "EntityKind",
    "GraphLookup",
    "NameMatch",
    "best_known",
    "entities",
    "near_values",
    "search",
    "unknown_names",
]
