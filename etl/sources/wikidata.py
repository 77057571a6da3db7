"""What Wikidata states of films and people: its properties, and the fields that they give.

Each field is explained by the property that its values are from. A new property is a row of
`OF_FILMS` or `OF_PEOPLE`.

Source: Wikidata's properties, by their ids and English labels.
"""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple


class ValueKind(Enum):
    """How a property has its values."""

    TEXT = "a text"
    TIME = "a time, as exact as its precision"
    QUANTITY = "a number with a unit"
    ITEM = "an item, of which the name counts"
    PERSON = "an item, which is somebody"


class Property(NamedTuple):
    """A property: its id, what Wikidata calls it, the field of a record that it gives."""

    id: str
    label: str
    field: str
    value: ValueKind


OF_FILMS = (
    Property("P345", "IMDb ID", "imdb", ValueKind.TEXT),
    Property("P4947", "TMDB movie ID", "tmdb", ValueKind.TEXT),
    Property("P1476", "title", "original_title", ValueKind.TEXT),
    Property("P577", "publication date", "date", ValueKind.TIME),
    Property("P2047", "duration", "duration", ValueKind.QUANTITY),
    Property("P136", "genre", "genres", ValueKind.ITEM),
    Property("P364", "original language of film or TV show", "languages", ValueKind.ITEM),
    Property("P495", "country of origin", "countries", ValueKind.ITEM),
    Property("P272", "production company", "companies", ValueKind.ITEM),
    Property("P57", "director", "directors", ValueKind.PERSON),
    Property("P161", "cast member", "actors", ValueKind.PERSON),
    Property("P725", "voice actor", "actors", ValueKind.PERSON),
    Property("P58", "screenwriter", "writers", ValueKind.PERSON),
    Property("P162", "producer", "producers", ValueKind.PERSON),
    Property("P86", "composer", "composers", ValueKind.PERSON),
    Property("P1040", "film editor", "editors", ValueKind.PERSON),
)
"""What is asked of films, and the fields of a record."""

OF_PEOPLE = (
    Property("P345", "IMDb ID", "imdb_id", ValueKind.TEXT),
    Property("P569", "date of birth", "born", ValueKind.TIME),
    Property("P570", "date of death", "died", ValueKind.TIME),
)
"""What is asked of the people of films."""

KEYS = {
    "title": "label",
    "wikidata": "item",
    **{each.field: each.label for each in reversed(OF_FILMS)},
}
"""The fields, and what Wikidata calls each."""
