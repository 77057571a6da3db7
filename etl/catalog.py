"""The catalog: every record as it was read, in a DuckDB file.

A *place* is where a record stands: source, path, key within the file. What was read there is a
*version*; versions are only ever added, numbered upwards, so the newest of a place is what it
says now. `films` and `people` hold what the graph was last made from: comparing them with the
versions gives what has changed, with one join.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

import duckdb

from etl.errors import WorkspaceError
from etl.identifiers import Iris
from etl.records import FilmRecord, Origin, Reject, decode_film, decode_reject, encode
from etl.resolution import Member, Person
from etl.sources.files import Source, Stat

SCHEMA_VERSION = 1

_SCHEMA = """
CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE runs (
    run INTEGER PRIMARY KEY, command TEXT, started TIMESTAMP, seconds DOUBLE, report TEXT);
CREATE TABLE sources (source TEXT PRIMARY KEY, label TEXT, root TEXT, paths TEXT[]);
CREATE TABLE files (source TEXT, path TEXT, size BIGINT, mtime_ns BIGINT, inode UBIGINT);
CREATE TABLE versions (
    version BIGINT, run INTEGER, source TEXT, path TEXT, key TEXT, line INTEGER,
    kind TEXT,                          -- film, reject or gone
    digest TEXT, imdb TEXT, movielens TEXT,
    names TEXT, name_ids TEXT,          -- its people, a line each, and their IMDb ids if it has any
    body TEXT);                         -- the record or the reject, as JSON
CREATE TABLE quarantine (version BIGINT, film TEXT, inputs TEXT, run INTEGER, results TEXT);
CREATE TABLE films (film TEXT, inputs TEXT, versions BIGINT[]);
CREATE TABLE people (name TEXT, imdb TEXT);
"""

# For each place that has not gone: its newest version, and the newest that is fit for the graph.
_PLACES = """
CREATE OR REPLACE TEMP TABLE places AS
SELECT head, kind, accepted FROM (
    SELECT max(version) AS head, arg_max(kind, version) AS kind,
           max(version) FILTER (kind = 'film' AND version NOT IN (SELECT version FROM quarantine))
               AS accepted
    FROM versions GROUP BY source, path, key)
WHERE kind <> 'gone'
"""

# The versions of each film. A record without an IMDb id belongs to the film whose records give
# its MovieLens id, where there is just one. Of one source's records the last by place counts.
_PEOPLE = (
    "unnest(string_split(names, chr(10))) AS name, unnest(string_split(name_ids, chr(10))) AS id"
)

_MEMBERS = """
CREATE OR REPLACE TEMP TABLE {table}_members AS
SELECT *, row_number() OVER (PARTITION BY film, source ORDER BY path DESC, line DESC) = 1 AS counts
FROM (
    SELECT version, source, path, line, names, name_ids,
           coalesce(imdb,
                    CASE WHEN min(imdb) OVER same = max(imdb) OVER same
                         THEN min(imdb) OVER same END,
                    'movielens-' || movielens) AS film
    FROM versions WHERE version IN (SELECT {choice} FROM places)
    WINDOW same AS (PARTITION BY movielens))
"""

_IDENTITIES = """
CREATE OR REPLACE TEMP TABLE identities AS
SELECT name, min(id) AS id
FROM (SELECT {people} FROM candidates_members WHERE counts AND name_ids IS NOT NULL)
WHERE id <> '' GROUP BY name HAVING count(DISTINCT id) = 1
"""

# What a film is made from: its versions, and the identities of the people it names.
_GROUPS = """
CREATE OR REPLACE TEMP TABLE {table} AS
WITH named AS (
    SELECT film, string_agg(DISTINCT who, ';' ORDER BY who) AS people FROM (
        SELECT film, name || '=' || identities.id AS who
        FROM (SELECT film, {people} FROM {table}_members WHERE counts)
        JOIN identities USING (name))
    GROUP BY film)
SELECT film, list(version ORDER BY source) AS versions, min(version) AS first,
       string_agg(version::TEXT, ',' ORDER BY source) || coalesce(';' || any_value(people), '')
           AS inputs
FROM {table}_members LEFT JOIN named USING (film) WHERE counts GROUP BY film
"""

# The people of the films in the graph, each with one name.
_NAMED = """
CREATE OR REPLACE TEMP TABLE named AS
WITH mentions AS (
    SELECT name, coalesce(nullif(credits.id, ''), identities.id) AS imdb
    FROM (SELECT {people} FROM accepted_members JOIN films USING (film) WHERE counts) AS credits
    LEFT JOIN identities USING (name)
    WHERE name <> ''),
spellings AS (SELECT name, imdb, count(*) AS films FROM mentions GROUP BY ALL)
SELECT name, imdb FROM spellings WHERE imdb IS NULL
UNION ALL
SELECT arg_min(name, (-films, name)) AS name, imdb FROM spellings WHERE imdb IS NOT NULL
GROUP BY imdb
"""

_STATUS = """
SELECT source, status, count(*) FROM (
    SELECT v.source, CASE
        WHEN p.kind = 'reject' THEN 'rejected'
        WHEN p.head IN (SELECT version FROM quarantine) THEN 'quarantined'
        WHEN NOT m.counts THEN 'superseded'
        WHEN v.run = $run THEN 'loaded'
        ELSE 'unchanged' END AS status
    FROM places p JOIN versions v ON v.version = p.head
    LEFT JOIN candidates_members m ON m.version = p.head
    JOIN scope s ON s.source = v.source AND (s.path IS NULL OR s.path = v.path))
GROUP BY ALL
"""


@dataclass(frozen=True, slots=True)
class Staged:
    """A record to be kept: where it stands, and what was read there; None says it has gone."""

    source: str
    path: str
    key: str
    line: int
    digest: str
    item: FilmRecord | Reject | None


@dataclass(frozen=True, slots=True)
class Known:
    """What the catalog has for a place: its newest version's kind and digest."""

    key: str
    line: int
    kind: str
    digest: str


@dataclass(frozen=True, slots=True)
class Group:
    """The records that make one film, and the text that tells this make-up from another."""

    film: str
    inputs: str
    members: tuple[Member, ...]


@dataclass(frozen=True, slots=True)
class Reason:
    """Why the shapes refuse a film: one validation result, in words.

    `field` is the field of the record that it speaks of, `path` the property, `value` the
    offending term, `shape` the shape's IRI; each is empty where there is none.
    """

    message: str
    field: str
    path: str
    value: str
    shape: str
    focus_node: str


@dataclass(frozen=True, slots=True)
class Quarantined:
    """A record that is kept out: where it stands, its film, and the results that say why."""

    origin: Origin
    film: str
    record: FilmRecord
    reasons: tuple[Reason, ...]
    run: int


@dataclass(frozen=True, slots=True)
class Run:
    """One load as the catalog remembers it; `report` holds its counts."""

    run: int
    command: str
    started: datetime
    seconds: float
    report: dict[str, Any] = field(default_factory=dict)


class Catalog:
    """The records, runs and quarantine of one generation."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._db = connection

    @classmethod
    def create(cls, path: Path, iris: Iris) -> Self:
        """Make an empty catalog."""
        catalog = cls(_connect(path, read_only=False))
        catalog._db.execute(_SCHEMA)
        catalog._db.executemany(
            "INSERT INTO settings VALUES (?, ?)",
            [("schema_version", str(SCHEMA_VERSION)), ("base_iri", iris.base)],
        )
        return catalog

    @classmethod
    @contextmanager
    def read(cls, path: Path) -> Iterator[Self]:
        """Open a finished catalog for reading.

        Raises:
            WorkspaceError: it cannot be opened, or another version of us wrote it.
        """
        connection = _connect(path, read_only=True)
        try:
            yield cls(connection)._checked(path)
        finally:
            connection.close()

    @classmethod
    def write(cls, path: Path) -> Self:
        """Open a copy of a finished catalog for changing it; it is to be closed."""
        return cls(_connect(path, read_only=False))._checked(path)

    def _checked(self, path: Path) -> Self:
        found = self._setting("schema_version")
        if found != str(SCHEMA_VERSION):
            raise WorkspaceError(
                f"{path}: expected a catalog of version {SCHEMA_VERSION}, found {found}",
                hint="use the version of reelgraph that wrote it, or load into a new workspace",
            )
        return self

    def close(self) -> None:
        """Write everything to the file and let go of it."""
        self._db.execute("CHECKPOINT")
        self._db.close()

    def _setting(self, name: str) -> str:
        return str(self._one("SELECT value FROM settings WHERE name = ?", [name]))

    def _one(self, sql: str, parameters: object = None) -> Any:  # noqa: ANN401 - any SQL value
        row = self._db.execute(sql, parameters).fetchone()
        return row[0] if row else None

    @property
    def iris(self) -> Iris:
        """Return what mints the workspace's IRIs."""
        return Iris(self._setting("base_iri"))

    # Sources and files

    def sources(self) -> list[Source]:
        """List the sources, by name."""
        rows = self._db.execute("SELECT * FROM sources ORDER BY source").fetchall()
        return [Source(name, label, root, tuple(paths)) for name, label, root, paths in rows]

    def keep_source(self, source: Source) -> None:
        """Remember a source."""
        self._db.execute(
            "INSERT OR REPLACE INTO sources VALUES (?, ?, ?, ?)",
            [source.name, source.label, source.root, list(source.paths)],
        )

    def drop_source(self, source: Source) -> None:
        """Forget a source; its records are to be staged as gone."""
        for table in ("sources", "files"):
            self._db.execute(f"DELETE FROM {table} WHERE source = ?", [source.name])  # noqa: S608

    def files(self, source: str) -> dict[str, Stat]:
        """Return what the files of a source looked like when they were last read."""
        rows = self._db.execute(
            "SELECT path, size, mtime_ns, inode FROM files WHERE source = ?", [source]
        )
        return {path: Stat(*stat) for path, *stat in rows.fetchall()}

    def keep_files(self, source: str, stats: Sequence[tuple[str, Stat | None]]) -> None:
        """Remember what files looked like when they were read; None forgets one."""
        self._db.execute(
            "DELETE FROM files WHERE source = $1 AND path IN (SELECT unnest($2::TEXT[]))",
            [source, [path for path, _ in stats]],
        )
        kept = [(path, stat) for path, stat in stats if stat]
        self._db.execute(
            "INSERT INTO files SELECT $1, unnest($2::TEXT[]), unnest($3::BIGINT[]), "
            "unnest($4::BIGINT[]), unnest($5::UBIGINT[])",
            [
                source,
                [path for path, _ in kept],
                [stat.size for _, stat in kept],
                [stat.mtime_ns for _, stat in kept],
                [stat.inode for _, stat in kept],
            ],
        )

    def known(self, source: str, paths: Sequence[str]) -> dict[str, list[Known]]:
        """Return the places of files that hold something, by path."""
        rows = self._db.execute(
            "SELECT path, key, arg_max(line, version), arg_max(kind, version) AS kind, "
            "arg_max(digest, version) FROM versions "
            "WHERE source = $1 AND path IN (SELECT unnest($2::TEXT[])) "
            "GROUP BY path, key HAVING kind <> 'gone' ORDER BY path, key",
            [source, list(paths)],
        )
        known: dict[str, list[Known]] = {}
        for path, *place in rows.fetchall():
            known.setdefault(path, []).append(Known(*place))
        return known

    def place_counts(self, source: str) -> dict[str, int]:
        """Count the places of each file of a source."""
        rows = self._db.execute(
            "SELECT path, count(*) FROM (SELECT path, arg_max(kind, version) AS kind "
            "FROM versions WHERE source = ? GROUP BY path, key) WHERE kind <> 'gone' GROUP BY path",
            [source],
        )
        return dict(rows.fetchall())

    # Runs and versions

    def begin(self, command: str) -> int:
        """Begin a run and return its number."""
        number = (self._one("SELECT max(run) FROM runs") or 0) + 1
        self._db.execute(
            "INSERT INTO runs (run, command, started) VALUES (?, ?, ?)",
            [number, command, datetime.now(UTC).replace(tzinfo=None)],
        )
        return number

    def end(self, run: int, seconds: float, report: dict[str, Any]) -> None:
        """Write down what a run did."""
        self._db.execute(
            "UPDATE runs SET seconds = ?, report = ? WHERE run = ?",
            [seconds, json.dumps(report), run],
        )

    def runs(self) -> list[Run]:
        """List the runs, oldest first."""
        rows = self._db.execute("SELECT * FROM runs ORDER BY run").fetchall()
        return [
            Run(run, command, started, seconds, json.loads(report or "{}"))
            for run, command, started, seconds, report in rows
        ]

    def stage(self, run: int, staged: Sequence[Staged]) -> None:
        """Add versions."""
        first = (self._one("SELECT max(version) FROM versions") or 0) + 1
        columns = zip(*(_row(item) for item in staged), strict=True)
        self._db.execute(
            "INSERT INTO versions SELECT unnest($1::BIGINT[]), $2, unnest($3::TEXT[]), "
            "unnest($4::TEXT[]), unnest($5::TEXT[]), unnest($6::INTEGER[]), unnest($7::TEXT[]), "
            "unnest($8::TEXT[]), unnest($9::TEXT[]), unnest($10::TEXT[]), unnest($11::TEXT[]), "
            "unnest($12::TEXT[]), unnest($13::TEXT[])",
            [list(range(first, first + len(staged))), run, *map(list, columns)],
        )

    # What has changed

    def compare(self) -> None:
        """Put together which versions make which film now; what follows speaks of that."""
        self._db.execute(_PLACES)
        self._db.execute(_MEMBERS.format(table="candidates", choice=_CANDIDATE))
        self._db.execute(_IDENTITIES.format(people=_PEOPLE))
        self._db.execute(_GROUPS.format(table="candidates", people=_PEOPLE))

    def compare_accepted(self) -> None:
        """Put together which accepted versions make which film, after all have been judged."""
        self._db.execute(_PLACES)
        self._db.execute(_MEMBERS.format(table="accepted", choice="accepted"))
        self._db.execute(_GROUPS.format(table="accepted", people=_PEOPLE))

    def pending(self, table: str, size: int) -> Iterator[list[Group]]:
        """Give the films of `candidates` or `accepted` that differ from the graph's, in chunks."""
        self._db.execute(
            f"CREATE OR REPLACE TEMP TABLE pending AS SELECT * FROM {table} g "  # noqa: S608
            "WHERE NOT EXISTS (FROM films f WHERE f.film = g.film AND f.inputs = g.inputs) "
            "AND NOT EXISTS (FROM quarantine q WHERE q.film = g.film AND q.inputs = g.inputs) "
            "ORDER BY first"
        )
        total = int(self._one("SELECT count(*) FROM pending"))
        for start in range(0, total, size):
            yield list(self._groups(start, start + size))

    def pending_count(self) -> int:
        """Count the films that `pending` gives."""
        return int(self._one("SELECT count(*) FROM pending"))

    def _groups(self, start: int, end: int) -> Iterator[Group]:
        rows = self._db.execute(
            "WITH page AS (SELECT rowid AS place, film, inputs, unnest(versions) AS version "
            "FROM pending WHERE rowid >= $1 AND rowid < $2) "
            "SELECT film, inputs, version, source, path, line, body "
            "FROM page JOIN versions USING (version) ORDER BY place, source",
            [start, end],
        ).fetchall()
        members: list[Member] = []
        for index, (film, inputs, version, source, path, line, body) in enumerate(rows):
            members.append(Member(Origin(source, path, line), decode_film(body), version))
            if index + 1 == len(rows) or rows[index + 1][0] != film:
                yield Group(film, inputs, tuple(members))
                members = []

    def identities(self, groups: Iterable[Group]) -> dict[str, str]:
        """Return the IMDb ids of those names of the groups that have exactly one in the catalog."""
        if not self._one("SELECT count(*) FROM identities"):
            return {}
        records = (member.record for group in groups for member in group.members)
        names = {credit.name for record in records for credit in record.credits}
        rows = self._db.execute(
            "SELECT name, id FROM identities WHERE name IN (SELECT unnest($1::TEXT[]))",
            [list(names)],
        )
        return dict(rows.fetchall())

    # Verdicts

    def accept(self, groups: Sequence[Group]) -> None:
        """Remember what films in the graph are made from."""
        films = [group.film for group in groups]
        self.forget(films)
        self._db.execute(
            "INSERT INTO films SELECT film, inputs, versions FROM pending "
            "WHERE film IN (SELECT unnest($1::TEXT[]))",
            [films],
        )

    def forget(self, films: Sequence[str]) -> None:
        """Forget films that have left the graph."""
        self._db.execute("DELETE FROM films WHERE film IN (SELECT unnest($1::TEXT[]))", [films])

    def refuse(
        self, run: int, group: Group, refused: Sequence[Member], reasons: Sequence[Reason]
    ) -> None:
        """Put records in quarantine, with what the shapes say of them."""
        text = json.dumps([asdict(reason) for reason in reasons], ensure_ascii=False)
        self._db.executemany(
            "INSERT INTO quarantine VALUES (?, ?, ?, ?, ?)",
            [(member.version, group.film, group.inputs, run, text) for member in refused],
        )

    def release(self, groups: Sequence[Group]) -> None:
        """Take the records of films that now conform out of quarantine."""
        versions = [member.version for group in groups for member in group.members]
        self._db.execute(
            "DELETE FROM quarantine WHERE version IN (SELECT unnest($1::BIGINT[]))", [versions]
        )

    def superfluous_films(self) -> list[str]:
        """List the films in the graph that no accepted record is about any more."""
        rows = self._db.execute(
            "SELECT film FROM films WHERE film NOT IN (SELECT film FROM accepted) ORDER BY film"
        )
        return [film for (film,) in rows.fetchall()]

    def change_people(self, size: int) -> Iterator[tuple[list[Person], list[Person]]]:
        """Bring the people in step with the films; give those removed and those added, in chunks.

        A person whose name changed is in both. People with an IMDb id have the name that most
        films give them, the first by alphabet among equals.
        """
        self._db.execute(_NAMED.format(people=_PEOPLE))
        for old, new in (("people", "named"), ("named", "people")):
            self._db.execute(
                f"CREATE OR REPLACE TEMP TABLE only_{old} AS "  # noqa: S608
                f"SELECT * FROM {old} EXCEPT SELECT * FROM {new} ORDER BY ALL"
            )
        for removed in self._people("only_people", size):
            yield removed, []
        for added in self._people("only_named", size):
            yield [], added
        self._db.execute("DELETE FROM people")
        self._db.execute("INSERT INTO people SELECT * FROM named")

    def _people(self, table: str, size: int) -> Iterator[list[Person]]:
        total = int(self._one(f"SELECT count(*) FROM {table}"))  # noqa: S608
        for start in range(0, total, size):
            rows = self._db.execute(
                f"SELECT name, imdb FROM {table} WHERE rowid >= ? AND rowid < ?",  # noqa: S608
                [start, start + size],
            )
            yield [Person(*row) for row in rows.fetchall()]

    # Answers about what is held

    def statuses(
        self, run: int, scope: Sequence[tuple[str, str | None]]
    ) -> dict[str, dict[str, int]]:
        """Count how the records within a scope stand: source → status → number.

        A scope names sources, and files of them; a path of None means the whole source.
        """
        self._db.execute("CREATE OR REPLACE TEMP TABLE scope (source TEXT, path TEXT)")
        self._db.executemany("INSERT INTO scope VALUES (?, ?)", [list(item) for item in scope])
        counts: dict[str, dict[str, int]] = {}
        for source, status, number in self._db.execute(_STATUS, {"run": run}).fetchall():
            counts.setdefault(source, {})[status] = number
        return counts

    def rejects(self) -> list[tuple[Origin, Reject]]:
        """List the records that could not be read, by place."""
        rows = self._db.execute(
            "SELECT source, path, line, body FROM versions "
            "WHERE version IN (SELECT max(version) FROM versions GROUP BY source, path, key) "
            "AND kind = 'reject' ORDER BY source, path, line"
        )
        return [
            (Origin(source, path, line), decode_reject(body))
            for source, path, line, body in rows.fetchall()
        ]

    def quarantined(self) -> list[Quarantined]:
        """List the records that are kept out by the shapes, by place."""
        rows = self._db.execute(
            "SELECT v.source, v.path, v.line, q.film, v.body, q.results, v.run "
            "FROM quarantine q JOIN versions v USING (version) WHERE version IN "
            "(SELECT max(version) FROM versions GROUP BY source, path, key) "
            "ORDER BY v.source, v.path, v.line"
        )
        return [
            Quarantined(
                Origin(source, path, line),
                film,
                decode_film(body),
                tuple(Reason(**reason) for reason in json.loads(reasons)),
                run,
            )
            for source, path, line, film, body, reasons, run in rows.fetchall()
        ]

    def group(self, film: str) -> tuple[Group, dict[int, int]] | None:
        """Return what a film in the graph is made from, and the run that read each version."""
        inputs = self._one("SELECT inputs FROM films WHERE film = ?", [film])
        if inputs is None:
            return None
        rows = self._db.execute(
            "SELECT version, run, source, path, line, body FROM versions "
            "WHERE version IN (SELECT unnest(versions) FROM films WHERE film = ?) ORDER BY source",
            [film],
        ).fetchall()
        members = tuple(
            Member(Origin(source, path, line), decode_film(body), version)
            for version, _, source, path, line, body in rows
        )
        return Group(film, inputs, members), {row[0]: row[1] for row in rows}

    def counts(self) -> tuple[int, int]:
        """Count the films and the people in the graph."""
        return (
            int(self._one("SELECT count(*) FROM films")),
            int(self._one("SELECT count(*) FROM people")),
        )

    def films(self, size: int) -> Iterator[list[Group]]:
        """Give what each film in the graph is made from, in chunks."""
        self._db.execute(
            "CREATE OR REPLACE TEMP TABLE pending AS SELECT film, inputs, versions FROM films"
        )
        for start in range(0, self.pending_count(), size):
            yield list(self._groups(start, start + size))

    def people(self, size: int) -> Iterator[list[Person]]:
        """Give all people in the graph, in chunks."""
        self._db.execute("CREATE OR REPLACE TEMP TABLE everybody AS FROM people")
        yield from self._people("everybody", size)


_CANDIDATE = "CASE WHEN kind = 'film' THEN head ELSE accepted END"


def _connect(path: Path, *, read_only: bool) -> duckdb.DuckDBPyConnection:
    try:
        return duckdb.connect(str(path), read_only=read_only)
    except duckdb.Error as error:
        first = str(error).partition("\n")[0]
        raise WorkspaceError(
            f"{path}: the catalog cannot be opened: {first}", hint="run: etl check"
        ) from error


def _row(staged: Staged) -> tuple[Any, ...]:
    """Spread a staged record over the columns of `versions`, number and run left out."""
    head = (staged.source, staged.path, staged.key, staged.line)
    match staged.item:
        case FilmRecord() as record:
            people = dict.fromkeys((credit.name, credit.imdb_id) for credit in record.credits)
            return (
                *head,
                "film",
                staged.digest,
                record.identifiers.get("imdb"),
                record.identifiers.get("movielens"),
                "\n".join(name for name, _ in people),
                "\n".join(i or "" for _, i in people) if any(i for _, i in people) else None,
                encode(record),
            )
        case Reject() as reject:
            return (*head, "reject", staged.digest, None, None, None, None, encode(reject))
        case None:
            return (*head, "gone", staged.digest, None, None, None, None, None)
