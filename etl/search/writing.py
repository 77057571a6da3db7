"""The writing of a search index: all of it at once, or what has changed."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from itertools import islice
from math import log2
from pathlib import Path
from typing import Any, Self

from pyoxigraph import NamedNode

from etl.errors import StoreError, limit_reached
from etl.rdf.descriptions import Description
from etl.search.entries import Entry, IndexedGraph, entry, entry_in
from etl.search.folding import folded, forms, words

_TABLES = """
CREATE TABLE label (                    -- in the order of their ids, the best known come first
    id INTEGER PRIMARY KEY, key TEXT, why TEXT, text TEXT, folded TEXT, year TEXT, weight INTEGER);
CREATE VIEW words AS SELECT id, folded || coalesce(' ' || year, '') AS words FROM label;
CREATE VIRTUAL TABLE found USING fts5 (
    words, content = 'words', content_rowid = 'id', detail = 'none', columnsize = 0,
    tokenize = 'ascii');
CREATE TABLE word (word TEXT PRIMARY KEY, labels INTEGER) WITHOUT ROWID;
CREATE TABLE typo (form INTEGER, word TEXT, PRIMARY KEY (form, word)) WITHOUT ROWID;
"""
_COUNTED = """
CREATE TEMP TABLE credit (person TEXT PRIMARY KEY, credits INTEGER) WITHOUT ROWID;
"""
_FILLED = """
CREATE INDEX by_key ON label (key);
CREATE INDEX by_folded ON label (folded);
INSERT INTO found (found) VALUES ('rebuild');
CREATE VIRTUAL TABLE temp.vocabulary USING fts5vocab (main, found, row);
INSERT INTO word SELECT term, doc FROM temp.vocabulary;
DROP TABLE temp.vocabulary;
DELETE FROM temp.credit;
"""
_PERSON = "person/"
_CACHE_KB = 1 << 16
_AT_ONCE = 10_000
_PEOPLE_AT_ONCE = 1 << 17  # whose credits are counted in memory
_STEPS = 8  # of weight, for each time that it doubles
_LIGHTEST = 255
KIND, STEP = 40, 32
"""The bits of a label's id: whether a person has it, how little known it is, a running number."""

Row = tuple[str, str, str, str | None, int]
"""A label as it is compared: key, why, text, year, weight."""


class IndexWriter:
    """A search index that is written: a new one, or a copy of one that was finished.

    The IRIs of all that is in it begin with `base`.
    """

    def __init__(self, path: Path, base: str, *, new: bool) -> None:
        self._path, self._base = path, base
        self.filling = new  # until `finish` or `make`
        self._later: list[Entry] = []
        self._last: dict[int, int] = {}
        self._credited = Counter[str]()
        with self._usable():
            self._db = sqlite3.connect(path, isolation_level=None)
            self._db.executescript(
                f"PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; "
                f"PRAGMA locking_mode = EXCLUSIVE; PRAGMA cache_size = -{_CACHE_KB}; "
                f"PRAGMA temp.cache_size = -{_CACHE_KB};"
            )
            self._db.executescript(_TABLES + _COUNTED if new else _COUNTED)
            self._db.execute("BEGIN")

    @contextmanager
    def _usable(self) -> Iterator[None]:
        """Translate what the database says when it cannot go on.

        Raises:
            StoreError: the file is damaged, or cannot be written.
        """
        try:
            yield
        except sqlite3.Error as error:
            reason, hint = limit_reached(error) or (str(error), "run: etl rebuild")
            message = f"{self._path}: the search index cannot be written: {reason}"
            raise StoreError(message, hint=hint) from error

    def add(self, entries: Iterable[Entry], credited: Mapping[str, int]) -> None:
        """Add films that the graph had nothing of, and count what credits they give people."""
        self._credit(credited)
        if self.filling:
            with self._usable():
                self._insert(entries)
        else:
            self._replace_some(entries)

    def add_people(self, told: Iterable[Description]) -> None:
        """Add people to a new index, after all films that credit them."""
        self._write_credits()
        people = ((str(each[0].value), each) for each in told if isinstance(each[0], NamedNode))
        with self._usable():
            self._insert(entry(iri, [each], self._credits(iri)) for iri, each in people)

    def replace(self, entries: Iterable[Entry], credited: Mapping[str, int]) -> None:
        """Bring films and people in step that have changed; those without labels go.

        People come after all films. What credits they have got more, or fewer, is counted here.
        """
        self._credit(credited)
        if self.filling:
            self._later.extend(entries)
        else:
            self._replace_some(entries)

    def _credit(self, credited: Mapping[str, int]) -> None:
        self._credited.update(credited)
        if len(self._credited) >= _PEOPLE_AT_ONCE:
            self._write_credits()

    def _write_credits(self) -> None:
        """Write down the credits that were counted: one by one, that would take far longer."""
        with self._usable():
            self._db.executemany(
                "INSERT INTO temp.credit VALUES (?, ?) "
                "ON CONFLICT DO UPDATE SET credits = credits + excluded.credits",
                self._credited.items(),
            )
        self._credited.clear()

    def _credits(self, person: str) -> int:
        """Return how many credits more, or fewer, somebody was counted to have."""
        rows = self._rows("SELECT credits FROM temp.credit WHERE person = ?", (person,))
        return int(rows[0][0]) if rows else 0

    def finish(self) -> None:
        """Bring in step what is left: words of a new index, people of whom only credits changed."""
        self._write_credits()
        if self.filling:
            self._fill()
            self._replace_some(self._later)
            return
        people = (iri for (iri,) in self._rows("SELECT person FROM temp.credit", ()))
        for some in _chunks(people):
            self._replace_some(map(self._held, some))

    def _held(self, iri: str) -> Entry:
        rows = self._rows(
            "SELECT why, text FROM label WHERE key = ? ORDER BY why, text",
            (iri.removeprefix(self._base),),
        )
        return Entry(iri, None, 0, tuple(rows))

    def make(self, graph: IndexedGraph) -> None:
        """Make a new index of a graph."""
        for some in _chunks(graph.named()):
            self.add((entry_in(graph, iri) for iri in some), {})
        self._fill()

    def _fill(self) -> None:
        """Have all that was added to a new index found by its words."""
        with self._usable():
            self._db.execute("COMMIT")
            self._db.executescript(_FILLED)
            self._db.execute("BEGIN")
            words = self._db.execute("SELECT word FROM word")
            self._db.execute("CREATE TEMP TABLE unsorted (form INTEGER, word TEXT)")
            self._db.executemany("INSERT INTO unsorted VALUES (?, ?)", _typos(w for (w,) in words))
            self._db.execute(
                "INSERT OR IGNORE INTO typo SELECT * FROM unsorted ORDER BY form, word"
            )
            self._db.execute("DROP TABLE unsorted")
        self.filling = False

    def _replace_some(self, entries: Iterable[Entry]) -> None:
        """Replace those entries that are not as they are held."""
        self._write_credits()
        counted: list[tuple[str]] = []
        old: list[tuple[int, str]] = []
        new: list[Entry] = []
        for each in entries:
            key = each.iri.removeprefix(self._base)
            rows = self._rows(
                "SELECT label.id, words, key, why, text, year, weight "
                "FROM label JOIN words USING (id) WHERE key = ? ORDER BY why, text",
                (key,),
            )
            if key.startswith(_PERSON):
                weight = (rows[0][-1] if rows else 0) + self._credits(each.iri)
                each = each._replace(weight=weight)
                counted.append((each.iri,))
            if [row[2:] for row in rows] != self._wanted(each):
                old += [row[:2] for row in rows]
                new.append(each)
        with self._usable():
            self._db.executemany("DELETE FROM temp.credit WHERE person = ?", counted)
            self._replace(sorted(old), new)

    def _replace(self, old: Sequence[tuple[int, str]], new: Sequence[Entry]) -> None:
        self._db.executemany("INSERT INTO found (found, rowid, words) VALUES ('delete', ?, ?)", old)
        self._db.executemany("DELETE FROM label WHERE id = ?", ((number,) for number, _ in old))
        texts = self._insert(new)
        self._db.executemany("INSERT INTO found (rowid, words) VALUES (?, ?)", sorted(texts))
        counts = Counter(word for _, text in texts for word in set(words(text)))
        counts.subtract(word for _, text in old for word in set(words(text)))
        self._count({word: number for word, number in counts.items() if number})

    def _count(self, counts: Mapping[str, int]) -> None:
        """Bring the number of labels of some words in step, and the typing errors of those."""
        self._db.executemany(
            "INSERT INTO word VALUES (?, ?) "
            "ON CONFLICT DO UPDATE SET labels = labels + excluded.labels",
            counts.items(),
        )
        rows = self._db.execute("DELETE FROM word WHERE labels = 0 RETURNING word").fetchall()
        gone = {word for (word,) in rows}
        self._db.executemany("DELETE FROM typo WHERE form = ? AND word = ?", _typos(gone))
        typos = _typos(counts.keys() - gone)
        self._db.executemany("INSERT OR IGNORE INTO typo VALUES (?, ?)", typos)

    def _insert(self, entries: Iterable[Entry]) -> list[tuple[int, str]]:
        """Insert labels; give their ids and words."""
        rows = [
            (self._number(key, weight), key, why, text, folded(text), year, weight)
            for entry in entries
            for key, why, text, year, weight in self._wanted(entry)
        ]
        self._db.executemany("INSERT INTO label VALUES (?, ?, ?, ?, ?, ?, ?)", rows)
        return [(row[0], f"{row[4]} {row[5]}" if row[5] else row[4]) for row in rows]

    def _wanted(self, entry: Entry) -> list[Row]:
        key = entry.iri.removeprefix(self._base)
        return [(key, why, text, entry.year, entry.weight) for why, text in entry.labels]

    def _number(self, key: str, weight: int) -> int:
        """Return the next free id of a kind and a weight."""
        step = _LIGHTEST - min(_LIGHTEST, round(_STEPS * log2(weight + 1)))
        first = key.startswith(_PERSON) << KIND | step << STEP
        if first not in self._last:
            sql = "SELECT max(id) FROM label WHERE id BETWEEN ? AND ?"
            ((last,),) = self._rows(sql, (first, first + (1 << STEP) - 1))
            self._last[first] = first - 1 if last is None else last
        self._last[first] += 1
        return self._last[first]

    def _rows(self, sql: str, parameters: Sequence[object]) -> list[tuple[Any, ...]]:
        with self._usable():
            return self._db.execute(sql, parameters).fetchall()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, failed: type[BaseException] | None, *_: object) -> None:
        """Write everything to the file, unless something has failed, and let go of it."""
        with self._usable(), closing(self._db):
            if failed is None:
                self._db.execute("COMMIT")


def _chunks(iris: Iterable[str]) -> Iterator[list[str]]:
    every = iter(iris)
    while some := list(islice(every, _AT_ONCE)):
        yield some


def _typos(words: Iterable[str]) -> Iterator[tuple[int, str]]:
    return ((form, word) for word in words for form in forms(word))
