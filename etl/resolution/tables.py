"""Ask tables for what they hold, and make those that hold nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import duckdb

CATALOG = "catalog"
"""The name of a catalog in the database that it is opened in."""

# Whether linking has written anything, records give ids of people, facts about them or keys, and
# sources are ranked.
PRESENT = """
SELECT bool_or(kind = 'link'), bool_or(name_ids IS NOT NULL), bool_or(name_facts IS NOT NULL),
       bool_or(name_keys IS NOT NULL), EXISTS(FROM ranks)
FROM versions
"""

# What stays empty where nothing of the kind is present.
EMPTY = """
CREATE OR REPLACE TEMP TABLE upheld (film TEXT, inputs TEXT);
CREATE OR REPLACE TEMP TABLE matches (
    film TEXT, other TEXT, key TEXT, rung TEXT, title TEXT, year INTEGER, other_title TEXT,
    other_year INTEGER, witness TEXT, reason TEXT);
CREATE OR REPLACE TEMP TABLE film_links (
    film TEXT, version BIGINT, name TEXT, imdb TEXT, wikidata TEXT);
CREATE OR REPLACE TEMP TABLE items (imdb TEXT, wikidata TEXT);
CREATE OR REPLACE TEMP TABLE keyed (key TEXT, id TEXT);
CREATE OR REPLACE TEMP TABLE names (id TEXT, called TEXT);
CREATE OR REPLACE TEMP TABLE identities (name TEXT, id TEXT);
CREATE OR REPLACE TEMP TABLE in_film (film TEXT, name TEXT, id TEXT);
CREATE OR REPLACE TEMP TABLE lives (who TEXT, facts TEXT);
CREATE OR REPLACE TEMP TABLE known_people (film TEXT, people TEXT);
CREATE OR REPLACE TEMP TABLE rank_of (source TEXT, rank INTEGER);
CREATE OR REPLACE TEMP TABLE by_field (film TEXT, fields TEXT);
CREATE OR REPLACE TEMP TABLE redirected (kind TEXT, old TEXT, new TEXT);
"""


def beside(connection: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
    """Return another connection to the same catalog."""
    return connection.cursor().execute(f"USE {CATALOG}")


def scalar(connection: duckdb.DuckDBPyConnection, sql: str, parameters: object = None) -> Any:  # noqa: ANN401 - any SQL value
    """Return the first value of the first row, or None."""
    row = connection.execute(sql, parameters).fetchone()
    return row[0] if row else None
