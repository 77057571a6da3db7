# ruff: noqa: S608 - names and texts are quoted by `sql_name`
"""Join the other files of a set to the rows of its films, within bounded memory.

The keys of the films go to DuckDB, which keeps of the other files what belongs to a film, in a
temporary file. The table of the films is then read once more, and what was kept is fetched for some
thousands of its rows at a time: one statement for all of them would take all memory.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING

from etl.errors import SourceError
from etl.process.database import alone
from etl.process.progress import tell
from etl.process.temporary import temporary_folder
from etl.sources.files import FoundFile, shown
from etl.sources.tables.besides import CELL, CLEAN, rows_beside
from etl.sources.tables.delimited import Row
from etl.sources.tables.forms import Form
from etl.sources.tables.lines import lines_of, sql_name
from etl.sources.tables.maps import Join

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection as Connection

_MEMORY = 512_000_000  # bytes that the database may take; the rest lies in its file
_AT_ONCE = 5000  # films


def rows(
    found: FoundFile,
    form: Form,
    read: Callable[[], Iterator[Row]],
    left_out: Callable[[Sequence[str]], str | None],
) -> Iterator[Row]:
    """Yield the rows that `read` gives, those of films with the cells of joined files behind them.

    Rows of joined files that cannot be read come first.

    Raises:
        SourceError: the files cannot be joined.
    """
    import duckdb  # which no process needs that parses

    def is_film(row: Row) -> bool:
        return row.reject is None and left_out(row.cells) is None

    with temporary_folder(prefix="etl-join-") as folder:
        memory = min(_MEMORY, found.memory_bytes // 2 or _MEMORY)  # as much is the catalog's
        config = alone(memory) | {"temp_directory": str(folder), "threads": "2"}
        try:
            with duckdb.connect(folder / "join.duckdb", config=config) as db:
                db.execute("SET enable_progress_bar = false; SET preserve_insertion_order = false")
                joining = _Joining(db, folder, found, form)
                yield from joining.stage(filter(is_film, read()))
                cells = joining.cells()
                for row in read():
                    yield row._replace(cells=row.cells + next(cells)) if is_film(row) else row
        except (duckdb.Error, OSError) as error:
            message = str(error).partition("\n")[0]
            raise SourceError(
                f"{shown(found.path)}: cannot be joined with the files beside it: {message}",
                hint="a join needs room in the temporary folder, about as much as the files take",
            ) from error


@dataclass(slots=True)
class _Joining:
    """One join: the files, and the database that holds what belongs to a film."""

    db: Connection
    folder: Path
    found: FoundFile
    form: Form
    joins: list[Join] = field(init=False)
    keys: list[str] = field(init=False)
    count: int = 0
    _objects: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.joins = [self.form.columns.join(each.name) for each in self.form.joined]
        self.keys = list(dict.fromkeys(join.ours for join in self.joins if not join.through))

    def stage(self, films: Iterator[Row]) -> Iterator[Row]:
        """Keep what belongs to a film; give the rows of joined files that cannot be read."""
        places = [self.form.header.index(key) for key in self.keys]
        path = self.folder / "films"
        with path.open("w", encoding="utf-8", errors="replace", newline="") as file:
            for row in films:
                self.count += 1
                keys = (row.cells[place].strip().translate(CLEAN) for place in places)
                file.write(CELL.join((str(self.count), *keys)) + "\n")
        columns = ", ".join(f"cells[{n + 2}] AS k{n}" for n in range(len(places)))
        films_of = f"SELECT cells[1]::BIGINT AS n, {columns} FROM {lines_of(path, CELL)}"
        self.db.execute(f"CREATE TABLE films AS {films_of}")
        for each in self.form.joined:
            select = yield from rows_beside(self.db, self.folder, self.found, self.form, each)
            self.db.execute(f"CREATE VIEW {sql_name(f'file_{each.name}')} AS {select}")
        for done, (join, _) in enumerate(self.form.groups):
            tell("joining", done, len(self.form.groups))
            if join.many:
                self._keep_all(join)
            else:
                self._keep_one(join)

    def cells(self) -> Iterator[list[str]]:
        """Yield the cells that each film has out of joined files, in the order of the films."""
        for first in range(1, self.count + 1, _AT_ONCE):
            tell("joined", first - 1, self.count)
            some = range(first, first + _AT_ONCE)
            groups = [
                (self._slice(join, some), [""] * len(names)) for join, names in self.form.groups
            ]
            for n in some:
                yield [cell for found, none in groups for cell in found.get(n, none)]

    def _slice(self, join: Join, films: range) -> dict[int, list[str]]:
        """Fetch the cells of some films; of many rows, those of each as an object in JSON."""
        cells = self._objects[join.name] if join.many else "*"
        table = f"FROM {_of(join)} WHERE n BETWEEN {films.start} AND {films.stop - 1}"
        rows = self.db.execute(f"SELECT {cells} {table} ORDER BY n, rank, line").fetchall()
        if not join.many:
            return {
                n: ["" if c is None else str(c) for c in (*cells, line)]
                for n, _, line, *cells in rows
            }
        of_films = groupby(rows, itemgetter(0))
        parts = ((n, zip(*[row[1:] for row in each], strict=True)) for n, each in of_films)
        return {n: [f"[{','.join(texts)}]" for texts in told] for n, told in parts}

    def _keep_one(self, join: Join) -> None:
        """Keep the cells of the first row that a film has in a file, or what all of them make."""
        cells = (f", {self._one(join, c)}::VARCHAR AS {sql_name(c)}" for c in join.columns)
        line, each = ("min(j.line)", "GROUP BY f.n") if join.aggregate else ("j.line", "")
        self.db.execute(
            f"CREATE TABLE {_of(join)} AS SELECT f.n, 0 AS rank, {line} AS line{''.join(cells)} "
            f"FROM {self._with_films(join)} {each} ORDER BY f.n"
        )
        self._keep_first(join, "n")

    def _one(self, join: Join, column: str) -> str:
        if not join.aggregate:
            return self._cell(join.name, column)
        if column == "count":
            return "count(*)"
        number = self._cell(join.name, join.aggregate[column])
        return f"round(avg(try_cast({number} AS DECIMAL(18, 4))), 2)"

    def _keep_first(self, join: Join, key: str) -> None:
        """Delete all rows of a key but the first: a minimum, unlike a whole row, can be spilled."""
        self.db.execute(
            f"DELETE FROM {_of(join)} AS each USING (SELECT {key}, min(line) AS line "
            f"FROM {_of(join)} GROUP BY {key} HAVING count(*) > 1) AS first "
            f"WHERE each.{key} = first.{key} AND each.line > first.line"
        )

    def _keep_all(self, join: Join) -> None:
        """Keep all rows that a film has in a file, each with what other files have about it."""
        through = [each for each in self.joins if each.through == join.name]
        named = dict.fromkeys((*join.columns, *(each.ours for each in through)))
        own = [column for column in named if "." not in column]
        cells = "".join(f", {self._cell(join.name, c)} AS {sql_name(c)}" for c in own)
        rank = f"try_cast({self._cell(join.name, join.many)} AS BIGINT)"
        self.db.execute(
            f"CREATE TABLE kept AS SELECT f.n, {rank} AS rank, j.line{cells} "
            f"FROM {self._with_films(join)}"
        )
        select, tables, lines = "k.*", "kept k", ["line"]
        told = [(column, _cell_in_json(column)) for column in own]
        for each in through:
            of, key = _of(each), self._cell(each.name, each.theirs)
            cells = "".join(
                f", {self._cell(each.name, column)} AS {sql_name(f'{each.name}.{column}')}"
                for column in each.columns
            )
            self.db.execute(
                f"CREATE TABLE {of} AS SELECT trim({key}) AS key, j.line{cells} "
                f"FROM {sql_name(f'file_{each.name}')} j "
                f"WHERE trim({key}) IN (SELECT {sql_name(each.ours)} FROM kept)"
            )
            self._keep_first(each, "key")
            lines.append(sql_name(f"{each.name}."))
            packed = _object((c, _cell_in_json(f"{each.name}.{c}")) for c in each.columns)
            told.append((each.name, f"CASE WHEN {lines[-1]} IS NOT NULL THEN {packed} END"))
            select += f", {of}.* EXCLUDE (key) RENAME (line AS {lines[-1]})"
            tables += f" LEFT JOIN {of} ON {of}.key = k.{sql_name(each.ours)}"
        self.db.execute(f"CREATE TABLE {_of(join)} AS SELECT {select} FROM {tables} ORDER BY k.n")
        self.db.execute("DROP TABLE kept")
        in_json = f"to_json({_object(told)})::VARCHAR", f"to_json([{', '.join(lines)}])::VARCHAR"
        self._objects[join.name] = f"n, {', '.join(in_json)}"

    def _with_films(self, join: Join) -> str:
        key = self._cell(join.name, join.theirs)
        on = f"f.k{self.keys.index(join.ours)} = trim({key})"
        return f"films f JOIN {sql_name(f'file_{join.name}')} j ON {on}"

    def _cell(self, name: str, column: str) -> str:
        """Write a column of a joined file in SQL; nothing where the file lacks it."""
        header = next(each.form.header for each in self.form.joined if each.name == name)
        join = self.form.columns.join(name)
        if join.lists and join.is_listed(header):
            header = (join.theirs, *join.lists.gives, join.many)
        return f"j.cells[{header.index(column) + 1}]" if column in header else "NULL::VARCHAR"


def _of(join: Join) -> str:
    return sql_name(f"of_{join.name}")


def _object(names: Iterable[tuple[str, str]]) -> str:
    """Write an object in SQL: for each name, what is its value."""
    return f"struct_pack({', '.join(f'{sql_name(name)} := {value}' for name, value in names)})"


def _cell_in_json(column: str) -> str:
    return f"nullif({sql_name(column)}, '\\N')"
