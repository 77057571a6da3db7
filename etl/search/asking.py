"""What a search index finds for a text: candidates, which are for others to rank."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple, Self
from urllib.parse import quote

from etl.search.folding import ARTICLES, core, folded, forms, telling, turned, words
from etl.search.writing import KIND

ENOUGH = 10
_AT_MOST = 100  # of each kind
_IN_RANGE = 1000  # labels that begin with a text are looked at
_COMPLETIONS = 32
_NEAREST = 12
_SHORT = 6  # letters; a shorter word has one of them wrong, a longer one two
FILMS, PEOPLE = (0, (1 << KIND) - 1), (1 << KIND, (2 << KIND) - 1)
"""The ids of the labels of each kind."""


class Label(NamedTuple):
    """A name of a film or a person, and why it has it; see `Entry`.

    `name` is the title or name of what has the label, empty if that has none.
    """

    iri: str
    why: str
    text: str
    folded: str
    year: str | None
    weight: int
    name: str


_LABELS = """
SELECT ? || key, why, text, folded, year, weight, coalesce(
    (SELECT min(text) FROM label AS title WHERE title.key = label.key AND title.why = ''), '')
FROM label """
_CALLED = f"{_LABELS} INDEXED BY by_folded WHERE folded = ? AND id BETWEEN ? AND ? LIMIT {_AT_MOST}"
_BEGINNING = f"""{_LABELS}
WHERE id IN (
    SELECT id FROM (SELECT id FROM label INDEXED BY by_folded
    WHERE folded >= ? AND folded < ? LIMIT {_IN_RANGE}) WHERE id BETWEEN ? AND ?)
ORDER BY id LIMIT {_AT_MOST}"""  # noqa: S608 - numbers of ours
_FOUND = f"""{_LABELS} JOIN found ON found.rowid = label.id
WHERE found MATCH ? AND found.rowid BETWEEN ? AND ? ORDER BY found.rowid LIMIT {_AT_MOST}"""
_COMPLETE = "SELECT word FROM word WHERE word >= ? AND word < ? ORDER BY labels DESC LIMIT ?"


@contextmanager
def opened(path: Path) -> Iterator[sqlite3.Connection]:
    """Open an index that nobody writes any more: no lock is taken, and no other file looked for."""
    address = f"file:{quote(str(path.absolute()))}?mode=ro&immutable=1"
    with closing(sqlite3.connect(address, uri=True, check_same_thread=False)) as connection:
        yield connection


class SearchIndex:
    """The search index of a finished generation; `base` is what all of its IRIs begin with."""

    def __init__(self, connection: sqlite3.Connection, base: str) -> None:
        self._db = connection
        self._base = base
        self._near = lru_cache(maxsize=1 << 10)(self._nearest)

    @classmethod
    @contextmanager
    def read(cls, path: Path, base: str) -> Iterator[Self]:
        """Open an index that nobody writes any more; that reads nothing of it."""
        with opened(path) as connection:
            yield cls(connection, base)

    def called(self, text: str, kinds: Sequence[tuple[int, int]]) -> list[Label]:
        """Return what is called this exactly, but for capitals, diacritics and articles."""
        names = {core(folded(each)) for each in (text, turned(text))}
        return [
            label
            for name in sorted(names)
            for each in (name, *(f"{article} {name}" for article in ARTICLES))
            for kind in kinds
            for label in self._labels(_CALLED, each, *kind)
        ]

    def candidates(
        self, text: str, kinds: Sequence[tuple[int, int]] = (FILMS, PEOPLE)
    ) -> list[Label]:
        """Return what a text may mean, of each kind the best known.

        That is what is called this, what begins with it, what has all of its words, the last one
        perhaps begun. Where nothing is called this, typing errors are taken into account.
        """
        exact = self.called(text, kinds)
        wanted = folded(text)
        found = dict.fromkeys(exact)
        parts = telling(words(wanted))
        for kind in kinds:
            found |= dict.fromkeys(self._labels(_BEGINNING, wanted, f"{wanted}\x7f", *kind))
        if parts:
            last = [parts[-1], *self._completed(parts[-1])]
            self._find(found, [[[word] for word in parts[:-1]] + [last]], kinds)
        if not exact and parts:
            near = [self._near(word) for word in parts]
            self._find(found, [near], kinds)
            if len(found) < ENOUGH and len(parts) > 1:
                less = [near[:place] + near[place + 1 :] for place in range(len(near))]
                self._find(found, less, kinds)
        return list(found)

    def _find(
        self,
        found: dict[Label, None],
        choices: Iterable[Sequence[Sequence[str]]],
        kinds: Sequence[tuple[int, int]],
    ) -> None:
        """Add the labels that have one word of each group, of any one of the choices."""
        wanted = [
            " AND ".join(f"({' OR '.join(map(_quoted, group))})" for group in groups)
            for groups in choices
            if all(groups)
        ]
        if wanted:
            match = " OR ".join(f"({each})" for each in wanted)
            for kind in kinds:
                found |= dict.fromkeys(self._labels(_FOUND, match, *kind))

    def _labels(self, sql: str, *parameters: object) -> list[Label]:
        rows = self._db.execute(sql, (self._base, *parameters))
        return [Label(*row) for row in rows]

    def _completed(self, word: str) -> list[str]:
        """Return the commonest of the words that begin with one."""
        rows = self._db.execute(_COMPLETE, (f"{word}!", f"{word}\x7f", _COMPLETIONS))
        return [each for (each,) in rows]

    def _nearest(self, word: str) -> list[str]:
        """Return the words that a word may have been meant for, itself first if there is one."""
        from rapidfuzz.distance import OSA  # which takes a while

        rows = self._db.execute(
            "SELECT DISTINCT word, labels FROM typo JOIN word USING (word) "
            "WHERE form IN (SELECT value FROM json_each(?))",
            (json.dumps(list(forms(word))),),
        )
        most = 1 if len(word) < _SHORT else 2
        near = [
            (distance, -labels, each)
            for each, labels in rows
            if (distance := OSA.distance(word, each, score_cutoff=most)) <= most
        ]
        return [each for *_, each in sorted(near)[:_NEAREST]]


def _quoted(word: str) -> str:
    return f'"{word}"'
