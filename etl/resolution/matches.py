"""Find the films that share no id and are one: what may be is found in SQL, what is, in Python."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any

import msgspec

from etl.rdf.identifiers import film_id
from etl.records import Credit, Title, decode_links
from etl.resolution.components import components
from etl.resolution.matching import RUNGS, Match, Matching, MatchRung, Pair, Seen
from etl.resolution.names import exact_titles, loose_titles, words_of_name
from etl.resolution.tables import scalar

if TYPE_CHECKING:
    import duckdb

_AT_ONCE = 10_000
CLUSTERS_AT_ONCE = 100
_LONGEST_TITLE = 300  # letters; no two films are the same by a longer one

# Whether more than one source tells of films; linking tells of no others.
SEVERAL = (
    "SELECT min(source) < max(source) FROM places "
    "WHERE source NOT IN ('links', 'wikidata') AND choice > 0"
)

# The chosen versions of which nothing was noted, and their records.
UNNOTED = """
CREATE OR REPLACE TEMP TABLE unnoted AS
SELECT version FROM versions
WHERE kind = 'film' AND version IN (SELECT choice FROM places)
  AND version NOT IN (SELECT version FROM clues) ORDER BY version
"""

BODIES = """
WITH page AS (SELECT version FROM unnoted WHERE rowid >= $1 AND rowid < $2)
SELECT version, body FROM versions
WHERE version BETWEEN (SELECT min(version) FROM page) AND (SELECT max(version) FROM page)
  AND version IN (FROM page)
"""

NOTED = """
INSERT INTO clues SELECT unnest($1::BIGINT[]), unnest($2::TEXT[]), unnest($3::INTEGER[]),
                         unnest($4::TEXT[][]), unnest($5::TEXT[][]), unnest($6::TEXT[][])
"""

# Films by the forms of their titles and their years. What very many films are called in one year
# tells none from another.
TITLED = """
CREATE OR REPLACE TEMP TABLE titled AS
WITH told AS (SELECT film, clues.* FROM clues JOIN members USING (version)),
dated AS (SELECT DISTINCT film, year FROM told WHERE year IS NOT NULL),
called AS (
    SELECT film, title, unnest(exact) AS form, false AS loose FROM told
    UNION ALL SELECT film, title, unnest(loose), true FROM told)
SELECT film, form, year, bool_and(loose) AS loose, min(title) AS title
FROM called JOIN dated USING (film) GROUP BY film, form, year
QUALIFY count(*) OVER (PARTITION BY form, year) <= 50
"""

OWNED = """
CREATE OR REPLACE TEMP TABLE owned AS
SELECT film, list(DISTINCT source) AS sources FROM members WHERE kind = 'film' GROUP BY film
"""

# Two films of different sources that agree in title and year, of which each may be near.
PAIRED = """
CREATE OR REPLACE TEMP TABLE paired AS
SELECT pair.one, pair.other, min(near) AS near,
       arg_min(titles, (near, titles, years)) AS titles,
       arg_min(years, (near, titles, years)) AS years
FROM (
    SELECT one.film AS one, other.film AS other,
           [one.title, other.title] AS titles, [one.year, other.year] AS years,
           one.loose::INTEGER + other.loose::INTEGER + (one.year <> other.year)::INTEGER AS near
    FROM titled AS one
    JOIN (SELECT *, unnest([year - 1, year, year + 1]) AS at FROM titled) AS other
        ON one.form = other.form AND one.year = other.at AND one.film < other.film)
    AS pair
JOIN owned AS mine ON mine.film = pair.one JOIN owned AS theirs ON theirs.film = pair.other
WHERE (near <= 1 OR near = 2 AND years[1] <> years[2])
  AND NOT list_has_any(mine.sources, theirs.sources)
GROUP BY pair.one, pair.other
"""

# Which films some ids are, by their scheme and id.
IDENTIFIED = """
SELECT scheme, id, film FROM keys WHERE (scheme, id) IN (
    SELECT unnest($1::TEXT[]), unnest($2::TEXT[]))
"""

# What people have decided about films, as link records tell it.
DECISIONS = """
SELECT film, body FROM members JOIN versions USING (version)
WHERE members.kind = 'link' AND body LIKE '%"decided":["%'
"""

# What is compared of the films of each cluster.
SEEN = """
WITH known AS (
    SELECT film, list(DISTINCT [scheme, id]) AS ids FROM ids JOIN members USING (version)
    WHERE scheme <> 'record' AND film IN (SELECT film FROM clustered) GROUP BY film),
named AS (
    SELECT film, list_distinct(flatten(list(people))) AS people
    FROM clues JOIN members USING (version)
    WHERE film IN (SELECT film FROM clustered) GROUP BY film)
SELECT cluster, film, sources, coalesce(ids, []), coalesce(people, [])
FROM clustered JOIN owned USING (film) LEFT JOIN known USING (film) LEFT JOIN named USING (film)
ORDER BY cluster
"""


class _Told(msgspec.Struct):
    """What films are matched by, of a record."""

    title: str | None = None
    year: int | None = None
    titles: tuple[Title, ...] = ()
    directors: tuple[Credit, ...] = ()
    actors: tuple[Credit, ...] = ()


_TOLD = msgspec.json.Decoder(_Told)


def find_matches(db: duckdb.DuckDBPyConnection) -> bool:
    """Write into `matches` which films are one, by the members that ids give them; say if any are.

    Where one source tells of all films there is nothing to find, and nothing is looked at.
    """
    if not scalar(db, SEVERAL):
        return False
    _note(db)
    for sql in (TITLED, OWNED, PAIRED):
        db.execute(sql)
    decided, barred, alone = _decisions(db)
    pairs = [pair for pair in _paired(db, decided) if alone.isdisjoint(pair[:2])]
    needs_witness = scalar(db, "SELECT value FROM settings WHERE name = 'match'") == "witness"
    matches = _matches(db, pairs, barred, RUNGS[:-1] if needs_witness else RUNGS)
    for start in range(0, len(matches), _AT_ONCE):
        columns = zip(*matches[start : start + _AT_ONCE], strict=True)
        db.execute(
            "INSERT INTO temp.matches SELECT unnest($1::TEXT[]), unnest($2::TEXT[]), "
            "unnest($3::TEXT[]), unnest($4::TEXT[]), unnest($5::TEXT[]), unnest($6::INTEGER[]), "
            "unnest($7::TEXT[]), unnest($8::INTEGER[]), unnest($9::TEXT[]), unnest($10::TEXT[])",
            list(map(list, columns)),
        )
    return any(each.key for each in matches)


def _note(db: duckdb.DuckDBPyConnection) -> None:
    """Note of each version that is chosen now what films are matched by."""
    db.execute(UNNOTED)
    for start in range(0, int(scalar(db, "SELECT count(*) FROM unnoted")), _AT_ONCE):
        rows = db.execute(BODIES, [start, start + _AT_ONCE]).fetchall()
        db.execute(NOTED, list(map(list, zip(*(clues_of(*row) for row in rows), strict=True))))


def clues_of(version: int, body: str) -> tuple[Any, ...]:
    """Return what a record is matched by, as a row of `clues`."""
    told = _TOLD.decode(body)
    texts = (told.title, *(title.text for title in told.titles))
    titles = [each for each in texts if each and len(each) <= _LONGEST_TITLE]
    exact = frozenset[str]().union(*map(exact_titles, titles))
    loose = frozenset[str]().union(*map(loose_titles, titles)) - exact
    people = {
        each
        for credit in (*told.directors, *told.actors)
        for each in (words_of_name(credit.name), credit.imdb_id)
        if each
    }
    return version, told.title, told.year, sorted(exact), sorted(loose), sorted(people)


def _decisions(db: duckdb.DuckDBPyConnection) -> tuple[list[Pair], set[frozenset[str]], set[str]]:
    """Return the films that people say are one, those that are not, and those like no other."""
    said = [
        (film, verdict.removeprefix("not "), verdict.startswith("not "))
        for film, body in db.execute(DECISIONS).fetchall()
        for link in decode_links(body).links
        for verdict in (link.decided if link.kind == "film" else ())
    ]
    alone = {film for film, verdict, _ in said if verdict == "none"}
    ids = sorted({film_id(verdict) for _, verdict, _ in said})
    columns = [list(column) for column in zip(*ids, strict=True)] or [[], []]
    found = (
        {(s, i): film for s, i, film in db.execute(IDENTIFIED, columns).fetchall()} if ids else {}
    )
    pairs = [
        (film, other, rejected)
        for film, verdict, rejected in said
        if (other := found.get(film_id(verdict), film)) != film
    ]
    decided = [Pair(one, other, decided=True) for one, other, rejected in pairs if not rejected]
    return decided, {frozenset(pair[:2]) for pair in pairs if pair[2]}, alone


def _paired(db: duckdb.DuckDBPyConnection, decided: Sequence[Pair]) -> Iterator[Pair]:
    """Give the films that may be one by title and year, and those that people say are one."""
    said = {frozenset(pair[:2]): pair for pair in decided}
    for one, other, near, titles, years in _rows(db, "FROM paired"):
        agreed = said.pop(frozenset((one, other)), None) if said else None
        yield Pair(one, other, near, tuple(titles), tuple(years), agreed is not None)
    yield from said.values()


def _matches(
    db: duckdb.DuckDBPyConnection,
    pairs: Sequence[Pair],
    barred: set[frozenset[str]],
    rungs: Sequence[MatchRung],
) -> list[Match]:
    """Match films some clusters at a time: those of two have nothing to do with each other."""
    numbers = components(pair[:2] for pair in pairs).items()
    clusters = {film: number // CLUSTERS_AT_ONCE for film, number in numbers}
    by_cluster: defaultdict[int, list[Pair]] = defaultdict(list)
    for pair in pairs:
        by_cluster[clusters[pair.one]].append(pair)
    db.execute("CREATE OR REPLACE TEMP TABLE clustered (film TEXT, cluster INTEGER)")
    db.execute(
        "INSERT INTO clustered SELECT unnest($1::TEXT[]), unnest($2::INTEGER[])",
        [list(clusters), list(clusters.values())],
    )
    found: list[Match] = []
    for cluster, rows in groupby(_rows(db, SEEN), itemgetter(0)):
        films = {
            film: Seen(film, frozenset(sources), frozenset(map(tuple, ids)), frozenset(people))
            for _, film, sources, ids, people in rows
        }
        concerned = {each for each in barred if each <= films.keys()}
        found += Matching(films, concerned).matches(by_cluster[cluster], rungs)
    return found


def _rows(db: duckdb.DuckDBPyConnection, sql: str) -> Iterator[tuple[Any, ...]]:
    result = db.execute(sql)
    while rows := result.fetchmany(_AT_ONCE):
        yield from rows
