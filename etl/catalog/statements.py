"""The SQL of the catalog: its tables, and how what they hold is put together.

Who changes a table adds a migration to `etl/catalog/migrations.py`.
"""

TABLES = """
CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE runs (
    run INTEGER PRIMARY KEY, command TEXT, started TIMESTAMP, seconds DOUBLE, report TEXT,
    undoes INTEGER,                     -- the run that this one takes back
    undone_by INTEGER);                 -- the run that has taken this one back
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

VIEWS = """
CREATE OR REPLACE VIEW standing AS      -- the versions of the runs that have not been taken back
    SELECT versions.* FROM versions JOIN runs USING (run) WHERE undone_by IS NULL;
CREATE OR REPLACE VIEW heads AS         -- the newest standing version of each place
    SELECT max(version) AS version FROM standing GROUP BY source, path, key;
"""

# Films that were put into the graph as soon as a record of them was read.
FORESEEN = "CREATE TEMP TABLE foreseen (film TEXT, version BIGINT)"

CONFIRM = """
INSERT INTO films SELECT film, inputs, versions
FROM candidates JOIN foreseen USING (film)
WHERE inputs = version::TEXT
AND film NOT IN (SELECT film FROM foreseen GROUP BY film HAVING count(*) > 1)
"""

MISTAKEN = (
    "SELECT DISTINCT film FROM foreseen WHERE film NOT IN (SELECT film FROM films) ORDER BY film"
)

# For each place that has not gone: its newest version, and the newest that is fit for the graph.
PLACES = """
CREATE OR REPLACE TEMP TABLE places AS
SELECT head, kind, accepted FROM (
    SELECT max(version) AS head, arg_max(kind, version) AS kind,
           max(version) FILTER (kind = 'film' AND version NOT IN (SELECT version FROM quarantine))
               AS accepted
    FROM standing GROUP BY source, path, key)
WHERE kind <> 'gone'
"""

# The versions of each film. A record without an IMDb id belongs to the film whose records give
# its MovieLens id, where there is just one. Of one source's records the last by place counts.
PEOPLE = (
    "unnest(string_split(names, chr(10))) AS name, unnest(string_split(name_ids, chr(10))) AS id"
)

MEMBERS = """
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

IDENTITIES = """
CREATE OR REPLACE TEMP TABLE identities AS
SELECT name, min(id) AS id
FROM (SELECT {people} FROM candidates_members WHERE counts AND name_ids IS NOT NULL)
WHERE id <> '' GROUP BY name HAVING count(DISTINCT id) = 1
"""

# What a film is made from: its versions, and the identities of the people it names.
GROUPS = """
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
NAMED = """
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

STATUS = """
SELECT source, status, count(*) FROM (
    SELECT v.source, CASE
        WHEN p.kind = 'reject' THEN 'rejected'
        WHEN p.head IN (SELECT version FROM quarantine) THEN 'quarantined'
        WHEN NOT m.counts THEN 'superseded'
        WHEN v.run = $run OR v.version IN (SELECT version FROM tried) THEN 'loaded'
        ELSE 'unchanged' END AS status
    FROM places p JOIN versions v ON v.version = p.head
    LEFT JOIN candidates_members m ON m.version = p.head
    JOIN scope s ON s.source = v.source AND (s.path IS NULL OR s.path = v.path))
GROUP BY ALL
"""

# Which version of a place is tried: the newest that can be read.
CANDIDATE = "CASE WHEN kind = 'film' THEN head ELSE accepted END"
