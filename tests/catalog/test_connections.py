"""Catalogs that are open at once are apart, and a catalog opened later finds nothing of others."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import duckdb
import pytest

from etl.catalog.connection import opened
from etl.resolution.tables import beside, scalar

TABLES = "SELECT list(table_name ORDER BY table_name) FROM duckdb_tables()"
MEMORY = "SELECT current_setting('memory_limit')"


def made(path: Path, number: int) -> Path:
    """Make a catalog of one table that holds a number."""
    with opened(path) as db:
        db.execute(f"CREATE TABLE held AS SELECT {number} AS number")
    return path


def test_catalogs_that_are_open_at_once_are_apart(tmp_path: Path) -> None:
    made(tmp_path / "one", 1)
    with opened(tmp_path / "one", read_only=True) as one, opened(tmp_path / "two") as two:
        two.execute("CREATE TABLE other AS SELECT 2 AS number; CREATE TEMP TABLE noted (n INT)")
        assert scalar(one, TABLES) == ["held"]
        assert scalar(two, TABLES) == ["noted", "other"]
        with beside(one) as third:
            assert scalar(third, "SELECT number FROM held") == 1


def test_what_one_catalog_was_opened_with_is_gone_for_the_next(tmp_path: Path) -> None:
    whole = scalar(duckdb.connect(), MEMORY)
    with opened(tmp_path / "one", 64 << 20) as db:
        db.execute("CREATE TABLE held (number INT); CREATE TEMP TABLE noted (number INT)")
        assert scalar(db, MEMORY) == "64.0 MiB"
    with opened(tmp_path / "two") as db:
        assert scalar(db, MEMORY) == whole
        assert scalar(db, TABLES) is None


def test_a_catalog_can_be_opened_again_whatever_happened_to_it(tmp_path: Path) -> None:
    path = made(tmp_path / "one", 1)
    with opened(path, read_only=True) as db:
        _left_open = beside(db).execute("SELECT number FROM held, range(100000)")
    with pytest.raises(duckdb.Error, match="nowhere"), opened(path) as db:
        db.begin()
        db.execute("INSERT INTO held VALUES (2)")
        db.execute("FROM nowhere")
    with opened(path) as db:
        assert db.execute("FROM held").fetchall() == [(1,)]


def test_threads_that_open_catalogs_do_not_come_into_each_others_way(tmp_path: Path) -> None:
    paths = [made(tmp_path / str(number), number) for number in range(4)]
    with opened(paths[0], read_only=True) as kept:

        def read(turn: int) -> tuple[int, int]:
            with opened(paths[turn % 4], read_only=True) as db, beside(kept) as other:
                return scalar(db, "SELECT number FROM held"), scalar(
                    other, "SELECT number FROM held"
                )

        with ThreadPoolExecutor(8) as threads:
            found = list(threads.map(read, range(200)))
    assert found == [(turn % 4, 0) for turn in range(200)]
