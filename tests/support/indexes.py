"""Search indexes, as tests look at them."""

from __future__ import annotations

import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path

from etl.search.writing import IndexWriter
from etl.workspace.snapshot import Snapshot


def content(path: Path) -> list[list[tuple[object, ...]]]:
    """Give all that an index says, which its own full text agrees with: labels, words, typos."""
    with closing(sqlite3.connect(":memory:")) as copy:
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as index:
            index.backup(copy)
        copy.execute("INSERT INTO found (found, rank) VALUES ('integrity-check', 1)")
        return [
            sorted(copy.execute(sql).fetchall(), key=repr)
            for sql in (
                "SELECT id >> 32, key, why, text, folded, year, weight FROM label",
                "SELECT * FROM word",
                "SELECT * FROM typo",
            )
        ]


def made_anew(snapshot: Snapshot) -> list[list[tuple[object, ...]]]:
    """Give all that an index says that is made of a snapshot's store."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "search.sqlite"
        with IndexWriter(path, snapshot.iris.base, new=True) as index:
            index.make(snapshot.store)
        return content(path)
