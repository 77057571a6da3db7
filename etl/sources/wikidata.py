"""What Wikidata states of films and people: its properties, and the fields that they give.

Each field is explained by the property that its values are from. A new property is a row of
`OF_FILMS` or `OF_PEOPLE`.

Source: Wikidata's properties, by their ids and English labels.
"""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple


class Value(Enum):
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
    value: Value


OF_FILMS = (
    Property("P345", "IMDb ID", "imdb", Value.TEXT),
    Property("P4947", "TMDB movie ID", "tmdb", Value.TEXT),
    Property("P1476", "title", "original_title", Value.TEXT),
    Property("P577", "publication date", "date", Value.TIME),
    Property("P2047", "duration", "duration", Value.QUANTITY),
    Property("P136", "genre", "genres", Value.ITEM),
    Property("P364", "original language of film or TV show", "languages", Value.ITEM),
    Property("P495", "country of origin", "countries", Value.ITEM),
    Property("P272", "production company", "companies", Value.ITEM),
    Property("P57", "director", "directors", Value.PERSON),
    Property("P161", "cast member", "actors", Value.PERSON),
    Property("P725", "voice actor", "actors", Value.PERSON),
    Property("P58", "screenwriter", "writers", Value.PERSON),
    Property("P162", "producer", "producers", Value.PERSON),
    Property("P86", "composer", "composers", Value.PERSON),
    Property("P1040", "film editor", "editors", Value.PERSON),
)
"""What is asked of films, and the fields of a record."""

OF_PEOPLE = (
    Property("P345", "IMDb ID", "imdb_id", Value.TEXT),
    Property("P569", "date of birth", "born", Value.TIME),
    Property("P570", "date of death", "died", Value.TIME),
)
"""What is asked of the people of films."""

KEYS = {
    "title": "label",
    "wikidata": "item",
    **{each.field: each.label for each in reversed(OF_FILMS)},
}
"""The fields, and what Wikidata calls each."""
