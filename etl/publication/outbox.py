"""What each remote store has yet to be sent: the memory of publication, beside the generations.

    .etl/stores/NAME.sqlite     a store's endpoints, and its outbox

Every change of the workspace puts the subjects it touched into the outbox of every store, before
it is committed; publishing takes them out once the server has confirmed them. A subject that is
sent needlessly does no harm, so nothing has to be undone when either of the two is interrupted.
No generation holds any of this: taking a load back does not change what a server has.
"""

from __future__ import annotations

import json
import os
import shlex
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple, Self
from urllib.parse import quote, unquote

from filelock import FileLock

from etl.errors import StoreError, WorkspaceError

_SUFFIX = ".sqlite"
_SCHEMA = """
CREATE TABLE IF NOT EXISTS settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS pending (
    entity TEXT, part TEXT,             -- a subject: an entity itself, or a part such as #rating
    generation INTEGER NOT NULL,        -- the first that has it as it should be
    PRIMARY KEY (entity, part)) WITHOUT ROWID;
"""


class Pending(NamedTuple):
    """A subject that a server has yet to be sent: an entity itself, or a part of it."""

    entity: str
    part: str


Position = tuple[int, int | str]
"""How far a first publication has come, in an order that `etl.publication.seeding` gives."""


class Outbox:
    """One remote store as the workspace knows it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        if path.exists() and not path.is_file():
            raise WorkspaceError(f"{path}: expected a file, found a folder", hint=_away(path))
        with self._usable():
            self._db = sqlite3.connect(path, timeout=60.0, isolation_level=None)
            self._db.execute("PRAGMA journal_mode = WAL")
            self._db.execute("PRAGMA synchronous = NORMAL")  # what is lost is only sent again
            self._db.executescript(_SCHEMA)

    @contextmanager
    def _usable(self) -> Iterator[None]:
        """Translate what the database says when it cannot go on.

        Raises:
            WorkspaceError: the file is damaged, or may not be read or written.
        """
        try:
            yield
        except sqlite3.DatabaseError as error:
            name = shlex.quote(self.name)
            hint = f"run: etl store remove {name}, then etl store add, and publish with --repair"
            if not os.access(self.path.parent, os.W_OK) or not os.access(self.path, os.R_OK):
                hint = "get permission to read and write it"
            raise WorkspaceError(f"{self.path}: cannot be used: {error}", hint=hint) from error

    def _rows(self, sql: str, parameters: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        with self._usable():
            return self._db.execute(sql, parameters).fetchall()

    @property
    def name(self) -> str:
        """Return what the store is called."""
        return unquote(self.path.stem)

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        with self._usable(), self._db:  # which commits, or rolls back
            self._db.execute("BEGIN IMMEDIATE")
            yield

    # What the store is

    def setting(self, name: str) -> str | None:
        """Return a setting, or None."""
        rows = self._rows("SELECT value FROM settings WHERE name = ?", [name])
        return str(rows[0][0]) if rows else None

    def set(self, **settings: str | None) -> None:
        """Set settings; None forgets one."""
        with self._transaction():
            self._set(settings)

    def _set(self, settings: dict[str, str | None]) -> None:
        for name, value in settings.items():
            self._db.execute("DELETE FROM settings WHERE name = ?", [name])
            if value is not None:
                self._db.execute("INSERT INTO settings VALUES (?, ?)", [name, value])

    @property
    def bases(self) -> list[str]:
        """Return the base IRIs below which the server may hold something of ours."""
        return (self.setting("bases") or "").split()

    # What it has yet to be sent

    def note(self, generation: int, subjects: Iterable[str] | None) -> None:
        """Put subjects in that a generation changes; None stands for all that there are."""
        self._rows("PRAGMA synchronous = FULL")  # they are on the disk before it is committed
        with self._transaction():
            if subjects is None:
                self._set({"whole": str(generation)})
            else:
                self._put(generation, subjects)

    def _put(self, generation: int, subjects: Iterable[str]) -> None:
        self._db.executemany(
            "INSERT INTO pending VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET "
            "generation = max(generation, excluded.generation)",
            ((*_parted(subject), generation) for subject in subjects),
        )

    @property
    def state(self) -> str:
        """Return how far publishing has come: "new", "begun", or "done" at least once."""
        return self.setting("state") or "new"

    def whole(self, generation: int) -> bool:
        """Return whether a generation, or one before it, was made wholly anew."""
        whole = self.setting("whole")
        return whole is not None and int(whole) <= generation

    def begin(self, generation: int, base_iri: str, held: Sequence[int]) -> None:
        """Begin a first publication. `held` counts what the server's graphs hold already."""
        with self._transaction():
            counts = " ".join(map(str, held))
            self._set({"state": "begun", "bases": base_iri, "held": counts})
            self._forget_whole(generation)

    @property
    def held(self) -> list[int]:
        """Return what the server's graphs held before a first publication, as counts."""
        return [int(count) for count in (self.setting("held") or "").split()]

    @property
    def seeded(self) -> Position:
        """Return how far a first publication is confirmed."""
        stage, place = json.loads(self.setting("seeded") or "[0, 0]")
        return stage, place

    def seed(self, confirmed: Position) -> None:
        """Mark how far a first publication is confirmed."""
        self.set(seeded=json.dumps(confirmed))

    def fill(self, generation: int, subjects: Iterable[str], base_iri: str) -> None:
        """Put in all that still tells the server from a generation; then this is "done"."""
        with self._transaction():
            self._put(generation, subjects)
            bases = " ".join(sorted({*self.bases, base_iri}))
            self._set({"state": "done", "bases": bases, "seeded": None})
            self._forget_whole(generation)

    def _forget_whole(self, generation: int) -> None:
        if self.whole(generation):
            self._set({"whole": None})

    def pending(self, after: str, limit: int) -> list[Pending]:
        """Give subjects of the entities after this one, in order; the parts of one together.

        They are a few more than the limit, unless no more are waiting.
        """
        page = self._rows(
            "SELECT entity FROM pending WHERE entity > ? ORDER BY entity, part LIMIT 1 OFFSET ?",
            [after, limit],
        )
        condition, last = ("AND entity <= ?", [page[0][0]]) if page else ("", [])
        rows = self._rows(
            "SELECT entity, part FROM pending "  # noqa: S608
            f"WHERE entity > ? {condition} ORDER BY entity, part",
            [after, *last],
        )
        return [Pending(entity, part) for entity, part in rows]

    def count(self) -> int:
        """Count the entities that are waiting."""
        return int(self._rows("SELECT count(DISTINCT entity) FROM pending")[0][0])

    def confirm(self, generation: int, subjects: Iterable[str]) -> None:
        """Take subjects out that the server has as a generation has them."""
        with self._transaction():
            self._db.executemany(
                "DELETE FROM pending WHERE entity = ? AND part = ? AND generation <= ?",
                ((*_parted(subject), generation) for subject in subjects),
            )


def _parted(subject: str) -> tuple[str, str]:
    """Part a subject into its entity, and what follows it."""
    entity, hash_sign, name = subject.partition("#")
    return entity, hash_sign + name


def _away(path: Path) -> str:
    return f"move {path} away"


class Outboxes:
    """The remote stores that a workspace knows."""

    def __init__(self, workspace: Path) -> None:
        self._folder = workspace / "stores"

    def names(self) -> list[str]:
        """List what they are called."""
        return sorted(unquote(path.stem) for path in self._folder.glob(f"*{_SUFFIX}"))

    def has(self, name: str) -> bool:
        """Return whether there is a store of this name."""
        return self._path(name).is_file()

    def open(self, name: str) -> Outbox:
        """Open a store's outbox, which is made if there is none.

        Raises:
            WorkspaceError: it cannot be used.
        """
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
        except FileExistsError as error:
            message = f"{self._folder}: expected a folder, found a file"
            raise WorkspaceError(message, hint=_away(self._folder)) from error
        except OSError as error:
            raise WorkspaceError(f"{self._folder}: cannot be made: {error.strerror}") from error
        return Outbox(self._path(name))

    def remove(self, name: str) -> None:
        """Forget a store; the server keeps what it has.

        Raises:
            StoreError: there is none of this name.
        """
        path = self._path(name)
        if path.is_dir():
            raise StoreError(f"{path}: expected a file, found a folder", hint=_away(path))
        if not self.has(name):
            known = ", ".join(self.names()) or "none"
            raise StoreError(f"no store is called {name!r}", hint=f"there is: {known}")
        for suffix in ("", "-wal", "-shm", ".lock"):
            with suppress(FileNotFoundError):
                os.unlink(f"{self._path(name)}{suffix}")

    def adopt(self, name: str, other: str) -> None:
        """Make two stores that are one server and graph one: what was sent to it is known of both.

        Nobody may change the workspace meanwhile, because that is noted for each store.
        """
        with FileLock(self._folder.parent / "lock"), FileLock(self.lock_file(other)):
            with self.open(name) as mine, self.open(other) as theirs:
                taken = mine.state == "new" and theirs.state != "new"
            if taken:
                os.replace(self._path(other), self._path(name))
            else:
                self._path(other).unlink()
        self.lock_file(other).unlink(missing_ok=True)

    def note(self, generation: int, subjects: Iterable[str] | None) -> None:
        """Tell every store what a generation changes. See `Outbox.note`."""
        for name in self.names():
            with self.open(name) as outbox:
                outbox.note(generation, subjects)

    def lock_file(self, name: str) -> Path:
        """Return the file that whoever publishes to a store holds a lock on."""
        return Path(f"{self._path(name)}.lock")

    def _path(self, name: str) -> Path:
        return self._folder / f"{quote(name, safe='')}{_SUFFIX}"
