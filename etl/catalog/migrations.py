"""From a catalog of an older version to one of ours, a version at a time.

The catalog that is migrated is always a copy, of which nobody knows until it is committed: a
migration that fails or is killed has changed nothing.
"""

from __future__ import annotations

from pathlib import Path

import duckdb

from etl.catalog.statements import VIEWS
from etl.errors import WorkspaceError
from etl.resolution.comparison import Comparison
from etl.resolution.tables import scalar

MIGRATIONS: tuple[str, ...] = (
    # 1 → 2: the graph remembers which mapping made it
    "INSERT INTO settings VALUES ('mapping', '1');",
    # 2 → 3: links
    """
    ALTER TABLE people ADD COLUMN wikidata TEXT;
    CREATE TABLE links (version BIGINT, name TEXT, imdb TEXT, wikidata TEXT);
    CREATE TABLE redirects (kind TEXT, old TEXT, new TEXT);
    """,
    # 3 → 4: which program did a run, what a source says of itself
    """
    ALTER TABLE runs ADD COLUMN software TEXT;
    ALTER TABLE sources ADD COLUMN description TEXT;
    UPDATE runs SET software = 'unknown';
    UPDATE sources SET description = '{}';
    """,
    # 4 → 5: when the system last changed a file, how large files were when they were read, ids of
    # films in a table of their own, what resolution has found, how tables are read, what is said of
    # people, which source comes first; films are matched when something changes next
    """
    ALTER TABLE files ADD COLUMN ctime_ns BIGINT;
    CREATE TABLE sizes (run INTEGER, source TEXT, path TEXT, size BIGINT, form TEXT);
    ALTER TABLE sources ADD COLUMN map TEXT;
    ALTER TABLE sources ADD COLUMN reviews BOOLEAN;
    UPDATE sources SET map = '', reviews = false;
    INSERT INTO sizes
    SELECT max(run), source, path, any_value(size), ''
    FROM files JOIN versions USING (source, path) JOIN runs USING (run)
    WHERE undone_by IS NULL GROUP BY source, path;
    CREATE TABLE precedence (run INTEGER, field TEXT, sources TEXT[]);
    CREATE TABLE identifiers (version BIGINT, scheme TEXT, id TEXT);
    INSERT INTO identifiers
    SELECT version, 'imdb', imdb FROM versions WHERE imdb IS NOT NULL UNION ALL
    SELECT version, 'movielens', movielens FROM versions WHERE movielens IS NOT NULL;
    DROP VIEW heads;
    DROP VIEW standing;
    ALTER TABLE versions DROP COLUMN imdb;
    ALTER TABLE versions DROP COLUMN movielens;
    ALTER TABLE versions ADD COLUMN name_facts TEXT;
    ALTER TABLE versions ADD COLUMN name_keys TEXT;
    ALTER TABLE people ADD COLUMN facts TEXT;
    ALTER TABLE people ADD COLUMN key TEXT;
    CREATE TABLE members (version BIGINT, film TEXT, counts BOOLEAN);
    CREATE TABLE identities (name TEXT, id TEXT);
    CREATE TABLE items (imdb TEXT, wikidata TEXT);
    CREATE TABLE keyed (key TEXT, id TEXT);
    CREATE TABLE names (id TEXT, called TEXT);
    CREATE TABLE disputed (
        about TEXT, scheme TEXT, subject TEXT, said TEXT, version BIGINT);
    CREATE TABLE matches (
        film TEXT, other TEXT, key TEXT, rung TEXT, title TEXT, year INTEGER, other_title TEXT,
        other_year INTEGER, witness TEXT, reason TEXT);
    CREATE TABLE clues (
        version BIGINT, title TEXT, year INTEGER, exact TEXT[], loose TEXT[], people TEXT[]);
    """,
)
"""What turns the tables of version n into those of n + 1, for n = 1, 2, …; views are made anew."""

VERSION = 1 + len(MIGRATIONS)


def found_version(connection: duckdb.DuckDBPyConnection, path: Path) -> int:
    """Return the version of a catalog, which is ours or an older one.

    Raises:
        WorkspaceError: it says none, or a newer version of us wrote it.
    """
    try:
        sql = "SELECT value FROM settings WHERE name = 'schema_version'"
        found = int(scalar(connection, sql) or 0)
    except (duckdb.Error, ValueError):
        found = 0
    if found < 1:
        raise WorkspaceError(f"{path}: this is not a catalog of reelgraph", hint="run: etl check")
    if found > VERSION:
        raise WorkspaceError(
            f"{path}: a newer version of reelgraph wrote it "
            f"(its catalog is version {found}, this one reads up to {VERSION})",
            hint="use that version, or upgrade: pip install --upgrade reelgraph",
        )
    return found


def migrate(connection: duckdb.DuckDBPyConnection, found: int) -> None:
    """Turn a catalog of a version that was found into one of ours."""
    if found == VERSION:
        return
    connection.begin()
    for statements in MIGRATIONS[found - 1 :]:
        connection.execute(statements)
    connection.execute(VIEWS)
    Comparison(connection, settled=True).keep()
    connection.execute(
        "UPDATE settings SET value = ? WHERE name = 'schema_version'", [str(VERSION)]
    )
    connection.commit()
