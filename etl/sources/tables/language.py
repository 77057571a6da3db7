"""What a column map may say: its keys and its fields, and what each may hold."""

from __future__ import annotations

from etl.facts import CREDITS, FACTS, PERSON_FACTS, SITES
from etl.rdf.identifiers import FILM_SCHEMES
from etl.sources.tables.styles import STYLES

VERSION = 1
SCHEMES = tuple(scheme for scheme in FILM_SCHEMES if scheme != "record")
RATINGS = ("rating", "ratings", "reviews")
FOLLOWING = ("title", "year", "directors")
"""What tells a film that has no key and no id."""

FIELDS = (
    *("key", "ids", "title", "original_title", "alternative_titles", "year"),
    *("synopsis", *RATINGS, *CREDITS, *FACTS),
)
"""The fields that a map may fill; `ids` has a column for each scheme."""

PERSON_IDS = ("imdb", "tmdb", "own")
"""What people are told apart by: ids of IMDb and TMDb, and keys of the source's own."""

TEXT, TEXTS, LIST = "a text", "a text or a list of texts", "a list of texts"
TABLE = "a table"
PATH = "a path in json"
NUMBER = "a number, or a text with json"
TOP = {
    **dict.fromkeys(
        (
            "name",
            "delimiter",
            "quote",
            "encoding",
            "decimal",
            "rows",
            "sheet",
            "like",
            "same",
            "kind",
            "licence",
        ),
        TEXT,
    ),
    **dict.fromkeys(("recognise", "header", "ignore", "null", "begin", "not_in"), LIST),
    **dict.fromkeys(("films", "with", "fields"), TABLE),
    "map": f"the number {VERSION}",
}
FILMS_KEYS = {"column": TEXT, "in": LIST}
FILMS_MAY = {"none": TEXT}
WITH = {
    "recognise": LIST,
    "like": TEXT,
    "header": LIST,
    "delimiter": TEXT,
    "on": "a text or a table",
    "many": TEXT,
    "aggregate": TABLE,
    "instead": TABLE,
}
INSTEAD = {"recognise": LIST, "lists": TABLE, "gives": LIST}
SOURCES = ("column", "columns", "first")
VALUE = {
    "column": TEXT,
    "columns": LIST,
    "first": LIST,
    "null": LIST,
    "unless": TEXT,
    "split": TEXTS,
    "find": TEXT,
    "values": TABLE,
    "template": TEXT,
    "unit": "min, h or s",
    "date": TEXTS,
    "style": " or ".join(STYLES),
    "json": TEXT,
    "where": TABLE,
    "order": TEXT,
    "flags": "true",
}
PERSON = (
    VALUE
    | {"character": TEXT, "id": "a table with imdb or own"}
    | dict.fromkeys(PERSON_FACTS, PATH)
)
TITLE = VALUE | {"language": TEXT}
RATING = {
    "value": TEXTS,
    "count": TEXTS,
    "best": NUMBER,
    "worst": NUMBER,
    **{key: VALUE[key] for key in ("null", "json", "where")},
    "text": TEXT,
    "date": TEXTS,
    "site": f"one of {', '.join(SITES)}",
}
KINDS: dict[str, tuple[type, ...]] = {
    TEXT: (str,),
    TEXTS: (str, list),
    NUMBER: (int, float, str),
    PATH: (str,),
    LIST: (list,),
    "a text or a table": (str, dict),
}
