"""IMDb's dataset tables: who worked on a film, with IMDb ids, and what films are called.

Source: the tables `title.basics`, `title.akas`, `title.principals`, `title.crew` and
`name.basics` of IMDb's non-commercial datasets, as `.tsv` or `.tsv.gz`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from etl.errors import LinkError
from etl.linking.candidates import ACTOR, DIRECTOR, FilmCandidate, PersonCandidate, merged, part
from etl.process.database import alone
from etl.sources.names import name_of
from etl.sources.packed import opened
from etl.sources.spelling import words
from etl.sources.tables.lines import columns_of

_TABLES = ("title.basics", "title.akas", "title.principals", "title.crew", "name.basics")

# The columns of each table that hold ids, and an id as we write it: in small letters, without
# zeros beyond the seventh digit.
_IDS = {
    "title.basics": ("tconst",),
    "title.akas": ("titleId",),
    "title.principals": ("tconst", "nconst"),
    "title.crew": ("tconst", "directors"),
    "name.basics": ("nconst",),
}
_ID = "regexp_replace(lower({column}), '(tt|nm)0+([0-9]{{7}})', '\\1\\2', 'g')"

_PRINCIPALS = """
SELECT tconst, nconst, primaryName,
       CASE category WHEN 'director' THEN 'director' ELSE 'actor' END, characters
FROM {title_principals} AS p LEFT JOIN {name_basics} AS n USING (nconst)
WHERE tconst IN (SELECT unnest($1::TEXT[]))
  AND category IN ('director', 'actor', 'actress', 'self')
ORDER BY tconst, ordering::INTEGER
"""
_DIRECTORS = """
SELECT tconst, nconst, primaryName, 'director', NULL
FROM (SELECT tconst, unnest(string_split(directors, ',')) AS nconst FROM {title_crew} AS c
      WHERE tconst IN (SELECT unnest($1::TEXT[])))
LEFT JOIN {name_basics} AS n USING (nconst) ORDER BY tconst, nconst
"""
_FILMS = """
SELECT tconst, primaryTitle, originalTitle, startYear FROM {title_basics} AS t
WHERE tconst IN (SELECT unnest($1::TEXT[])) ORDER BY tconst
"""
# A title is about as `titles` writes it: in small letters, without marks and spaces.
_CALLED = """
WITH films AS (
    SELECT tconst, primaryTitle, originalTitle, startYear,
           [regexp_replace(lower(strip_accents(replace(title, '&', ' and '))),
                           '[^\\p{{L}}\\p{{N}}]', '', 'g')
            FOR title IN [primaryTitle, originalTitle]] AS forms
    FROM {title_basics} AS t
    WHERE titleType IN ('movie', 'short', 'tvMovie', 'tvShort', 'tvSpecial', 'video')
      AND TRY_CAST(startYear AS INTEGER) BETWEEN $2 AND $3)
SELECT tconst, primaryTitle, originalTitle, startYear FROM films
WHERE list_has_any(forms, $1::TEXT[]) ORDER BY tconst
"""


@dataclass(slots=True)
class ImdbTables:
    """The tables in a folder, by name; read by DuckDB when they are asked."""

    paths: dict[str, Path]
    _db: duckdb.DuckDBPyConnection

    @classmethod
    def find(cls, folder: Path) -> ImdbTables:
        """Look which tables a folder has.

        Raises:
            LinkError: it has none.
        """
        paths = {
            table: path
            for table in _TABLES
            for suffix in (".tsv.gz", ".tsv")
            if (path := folder / f"{table}{suffix}").is_file()
        }
        if not paths:
            raise LinkError(
                f"{folder}: none of IMDb's tables in it",
                hint=f"expected files such as {_TABLES[2]}.tsv.gz, from datasets.imdbws.com",
            )
        return cls(paths, duckdb.connect(config=alone()))

    @property
    def has_titles(self) -> bool:
        """Return whether films can be looked up by their titles."""
        return "title.basics" in self.paths

    def _table(self, name: str) -> str:
        """Write a table as DuckDB reads it, its ids in one spelling."""
        with opened(str(self.paths[name])) as file:
            header = file.readline().decode("utf-8-sig", "replace").rstrip("\r\n").split("\t")
        ids = ", ".join(f"{_ID.format(column=column)} AS {column}" for column in _IDS[name])
        table = columns_of(self.paths[name], "\t", header, null="\\N")
        return f"(FROM {table} SELECT * REPLACE ({ids}))"

    def _rows(self, needed: Sequence[str], sql: str, *values: object) -> list[tuple[str, ...]]:
        """Ask tables, which SQL names as `{title_basics}`; nothing if one is not there."""
        if not all(name in self.paths for name in needed):
            return []
        try:
            tables = {name.replace(".", "_"): self._table(name) for name in needed}
            return self._db.execute(sql.format(**tables), list(values)).fetchall()
        except (duckdb.Error, OSError) as error:
            names = ", ".join(str(self.paths[name]) for name in needed)
            first = str(error).partition("\n")[0]
            raise LinkError(f"{names}: cannot be read: {first}") from error

    def people(self, films: Sequence[str]) -> dict[str, list[PersonCandidate]]:
        """Return the people of films, by the films' IMDb ids."""
        found: dict[str, list[PersonCandidate]] = {}
        rows = [*self._principals(films), *self._directors(films)]
        for film, person, name, role, characters in rows:
            candidate = PersonCandidate(
                names=(name_of(name),) if name else (),
                imdb_id=person,
                roles=frozenset({role}),
                characters=tuple(_characters(characters)),
                evidence=f"IMDb {film}",
            )
            found.setdefault(film, []).append(candidate)
        return {film: merged(people) for film, people in found.items()}

    def _principals(self, films: Sequence[str]) -> list[tuple[str, ...]]:
        return self._rows(("title.principals", "name.basics"), _PRINCIPALS, list(films))

    def _directors(self, films: Sequence[str]) -> list[tuple[str, ...]]:
        return self._rows(("title.crew", "name.basics"), _DIRECTORS, list(films))

    def films(self, ids: Sequence[str]) -> dict[str, FilmCandidate]:
        """Describe films by their IMDb ids: titles and years."""
        rows = self._rows(("title.basics",), _FILMS, list(ids))
        return {row[0]: _film(row) for row in rows}

    def called(self, forms: Sequence[str], years: Sequence[int]) -> list[FilmCandidate]:
        """Give the films of about some years that have one of some titles as `titles` has them."""
        span = (min(years) - 1, max(years) + 1) if years else (0, 0)
        rows = self._rows(("title.basics",), _CALLED, list(forms), *span)
        people = self.people([row[0] for row in rows])
        return [_film(row, people.get(row[0], ())) for row in rows]


def _film(row: tuple[str, ...], people: Sequence[PersonCandidate] = ()) -> FilmCandidate:
    film, title, original, year = row
    named = {
        role: tuple(name for each in people if role in each.roles for name in each.names)
        for role in (DIRECTOR, ACTOR)
    }
    return FilmCandidate(
        titles=tuple(dict.fromkeys(words(each) for each in (title, original) if each)),
        years=(int(year),) if year and year.isdigit() else (),
        imdb_id=film,
        directors=named[DIRECTOR],
        evidence=f"IMDb {film}",
        actors=named[ACTOR],
    )


def _characters(text: str | None) -> Iterator[str]:
    r"""Read the `characters` of a row: a list in JSON, or `\N`."""
    try:
        names = json.loads(text or "[]")
    except (ValueError, RecursionError):
        return
    if isinstance(names, list):
        yield from filter(None, (part(name) for name in names if isinstance(name, str)))
