"""Which records are one film, and who its people are: resolution's own SQL, run by Spark.

A load on Spark begins from nothing, so each place has one version, and a record that is refused
has none before it to fall back to.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from etl.resolution.identities import (
    IDENTITIES,
    IN_FILM,
    KNOWN_PEOPLE,
    LIVES,
    MENTIONS,
    NAMED,
    NAMES,
    REDIRECTED,
    TOLD_APART,
    UNNAMED,
)
from etl.resolution.statements import (
    DISPUTED,
    GROUPS,
    IDS,
    MEMBERS,
    STRONGEST,
    WEAKER,
    WEAKER_RANKS,
)
from etl.resolution.tables import EMPTY
from etl.spark.matching import find_matches
from etl.spark.tables import SparkTables

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

# The tables of a catalog that Spark has of its own: the versions and their ids, and where each
# stands; those of a workspace's past and of its owner's decisions are empty.
CATALOG = """
CREATE TABLE ranks (field TEXT, source TEXT, rank INTEGER);
CREATE TABLE refused (version BIGINT)
"""

PLACED = """
CREATE TABLE places AS
SELECT source, path, key, version AS head, kind, 0::BIGINT AS gone,
       CASE WHEN kind = 'film' THEN version END AS choice
FROM versions ANTI JOIN refused USING (version)
"""

# Whether records give ids of people, facts about them, or keys.
TOLD_OF_PEOPLE = """
SELECT bool_or(name_ids IS NOT NULL), bool_or(name_facts IS NOT NULL),
       bool_or(name_keys IS NOT NULL)
FROM versions
"""


class Resolving:
    """Groups records by film, as often as records are refused."""

    def __init__(self, tables: SparkTables, records: DataFrame, *, needs_witness: bool) -> None:
        """Begin with all records, of which none is refused."""
        self._tables = tables
        tables.run(EMPTY, CATALOG)
        held = records.where("kind IN ('film', 'reject')").drop("identifiers")
        for name in ("versions", "standing"):
            tables.show(name, held)
        ids = records.where("kind = 'film'").selectExpr("version", "inline(identifiers)")
        tables.show("identifiers", ids)
        (present,) = tables.ask(TOLD_OF_PEOPLE).collect()
        self._identified, self._lives, self._keyed = map(bool, present)
        tables.run(PLACED, IDS, STRONGEST)
        for (rank,) in tables.ask(WEAKER_RANKS).collect():
            tables.run(WEAKER.replace("$1", str(rank)))
        tables.run(MEMBERS)
        self.matched = find_matches(tables, needs_witness=needs_witness)
        if self.matched:
            tables.run(MEMBERS)
        tables.run(DISPUTED)
        if self._identified:
            tables.run(UNNAMED)
            if tables.count("unnamed"):
                tables.run(NAMES)
        self._group()

    def _group(self) -> None:
        if self._keyed:
            self._tables.run(*TOLD_APART)
        if self._identified or self._keyed:
            self._tables.run(IDENTITIES, KNOWN_PEOPLE)
        self._tables.run(GROUPS)

    def without(self, refused: DataFrame) -> None:
        """Group again, as if no record were there that is refused by now."""
        self._tables.put("refused", lambda: refused)
        self._tables.run(PLACED, MEMBERS)
        self._group()

    def name_people(self) -> None:
        """Tell who the people of the `films` in the graph are, and what redirects to which."""
        if self._identified or self._keyed:
            self._tables.run(IN_FILM)
        self._tables.run(MENTIONS)
        if self._lives:
            self._tables.run(LIVES)
        self._tables.run(NAMED)
        if self.matched:
            self._tables.run(REDIRECTED)
