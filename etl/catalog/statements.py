"""The SQL of the catalog: its tables and views.

Who changes a table adds a migration to `etl/catalog/migrations.py`.
"""

TABLES = """
CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE runs (
    run INTEGER PRIMARY KEY, command TEXT, started TIMESTAMP, seconds DOUBLE, report TEXT,
    undoes INTEGER,                     -- the run that this one takes back
    undone_by INTEGER,                  -- the run that has taken this one back
    software TEXT);                     -- the version of the program that did it
CREATE TABLE sources (
    source TEXT PRIMARY KEY, label TEXT, root TEXT, paths TEXT[],
    description TEXT,                   -- what it says of itself, as JSON
    map TEXT,                           -- the column map that was chosen for its tables
    reviews BOOLEAN);                   -- whether its owner's reviews are read
CREATE TABLE precedence (               -- the order in which a run has put the sources
    run INTEGER, field TEXT,            -- of all fields if empty
    sources TEXT[]);
CREATE TABLE files (
    source TEXT, path TEXT, size BIGINT, mtime_ns BIGINT, inode UBIGINT, ctime_ns BIGINT);
CREATE TABLE sizes (                    -- the bytes of a file as a run read it
    run INTEGER, source TEXT, path TEXT, size BIGINT,
    form TEXT);                         -- how it was read, if it is a table
CREATE TABLE versions (
    version BIGINT, run INTEGER, source TEXT, path TEXT, key TEXT, line INTEGER,
    kind TEXT,                          -- film, link, fact, reject or gone
    digest TEXT,
    names TEXT, name_ids TEXT,          -- its people, a line each, and their IMDb ids if it has any
    body TEXT,                          -- the record or the reject, as JSON
    name_facts TEXT,                    -- what it says of its people, a line each, if anything
    name_keys TEXT);                    -- by what its source tells them from namesakes, likewise
CREATE TABLE identifiers (version BIGINT, scheme TEXT, id TEXT);  -- of the films of records
CREATE TABLE quarantine (version BIGINT, film TEXT, inputs TEXT, run INTEGER, results TEXT);
CREATE TABLE films (film TEXT, inputs TEXT, versions BIGINT[]);
CREATE TABLE people (
    name TEXT, imdb TEXT, wikidata TEXT,
    facts TEXT,                         -- what is known of them, with tabs between
    key TEXT);                          -- by what a source tells them from namesakes
CREATE TABLE links (                    -- who the names in a film are, as its link record says
    version BIGINT, name TEXT, imdb TEXT, wikidata TEXT);
CREATE TABLE redirects (kind TEXT, old TEXT, new TEXT);

-- What resolution finds beside films, people and redirects; see etl/resolution.
CREATE TABLE members (                  -- the records of each film, those that count and the others
    version BIGINT, film TEXT, counts BOOLEAN);
CREATE TABLE identities (name TEXT, id TEXT);  -- whose name it is, where there is just one id
CREATE TABLE items (imdb TEXT, wikidata TEXT);  -- which ids are one person's
CREATE TABLE keyed (key TEXT, id TEXT);  -- the id of whom a source tells from namesakes by a key
CREATE TABLE names (id TEXT, called TEXT);  -- what somebody is called whom a record gives by id
CREATE TABLE disputed (                 -- what records say of ids that cannot all be so
    about TEXT,                         -- id, which is said to be of several films, or film
    scheme TEXT, subject TEXT, said TEXT, version BIGINT);
CREATE TABLE matches (                  -- films that share no id and are one, or might be
    film TEXT, other TEXT,              -- the weaker and the stronger, by their keys without it
    key TEXT,                           -- what the film is called now, if they are one
    rung TEXT, title TEXT, year INTEGER, other_title TEXT, other_year INTEGER, witness TEXT,
    reason TEXT);
CREATE TABLE clues (                    -- what films are matched by; only ever added
    version BIGINT, title TEXT, year INTEGER, exact TEXT[], loose TEXT[], people TEXT[]);
"""


VIEWS = """
CREATE OR REPLACE VIEW standing AS      -- the versions of the runs that have not been taken back
    SELECT versions.* FROM versions JOIN runs USING (run) WHERE undone_by IS NULL;
CREATE OR REPLACE VIEW heads AS         -- the newest standing version of each place
    SELECT max(version) AS version FROM standing GROUP BY source, path, key;
CREATE OR REPLACE VIEW standing_sizes AS  -- the bytes of each file as it stands
    SELECT source, path, arg_max(size, run) AS size, arg_max(form, run) AS form, max(run) AS run
    FROM sizes JOIN runs USING (run)
    WHERE undone_by IS NULL GROUP BY source, path;
CREATE OR REPLACE VIEW ranks AS         -- the order of sources as it stands; the others follow
    SELECT field, unnest(sources) AS source, generate_subscripts(sources, 1) AS rank
    FROM (SELECT field, arg_max(sources, run) AS sources FROM precedence JOIN runs USING (run)
          WHERE undone_by IS NULL GROUP BY field);
"""

# How many files a source says something in, their bytes, and a digest of its records.
EXTENT = """
WITH said AS (
    SELECT path, key, split_part(digest, '@', 1) AS digest
    FROM versions SEMI JOIN heads USING (version)
    WHERE source = $1 AND kind <> 'gone')
SELECT count(DISTINCT path),
       (SELECT coalesce(sum(size), 0) FROM standing_sizes
        WHERE source = $1 AND path IN (SELECT path FROM said)),
       coalesce(sha256(string_agg(
           concat_ws(chr(0), path, key, digest), chr(10) ORDER BY path, key)), '')
FROM said
"""

# Whether a run has read anything, or put the sources in another order.
CHANGED = """
SELECT $1 IN (SELECT run FROM versions) OR $1 IN (SELECT run FROM precedence)
"""

# What stands at the places that a run has read; and how that differs once it has been taken back.
STANDING_AT = """
CREATE OR REPLACE TEMP TABLE stood AS
SELECT source, path, key, max(version) AS version, arg_max(kind, version) AS kind
FROM standing SEMI JOIN (SELECT source, path, key FROM versions WHERE run = ?)
    USING (source, path, key)
GROUP BY source, path, key
"""

TAKEN_BACK = """
SELECT source, path,
       count(*) FILTER (old.kind <> 'gone' AND coalesce(new.kind, 'gone') = 'gone'),
       list(new.version) FILTER (new.version IS NOT NULL)
FROM earlier AS old FULL JOIN stood AS new USING (source, path, key)
WHERE old.version IS DISTINCT FROM new.version GROUP BY source, path ORDER BY source, path
"""

# What each source has, by the form of its files and their suffix.
HOLDINGS = """
WITH said AS (
    SELECT versions.* FROM versions SEMI JOIN heads USING (version) WHERE kind <> 'gone'),
held AS (
    SELECT source, coalesce(form, '') AS form,
           lower(regexp_extract(path, '(\\.[^./]+?)(\\.gz)?$', 1)) AS suffix,
           count(DISTINCT path), count(*), count(DISTINCT film) FILTER (counts),
           count(*) FILTER (kind = 'reject' OR version IN (SELECT version FROM quarantine))
    FROM said LEFT JOIN standing_sizes USING (source, path) LEFT JOIN members USING (version)
    WHERE kind <> 'link' GROUP BY ALL)
SELECT * FROM held ORDER BY source = 'wikidata', source, form, suffix
"""

# How the newest record of each place within a scope stands. `tried` are versions that count as
# loaded by this run though another one read them.
STATUS = """
WITH scope AS (SELECT unnest($sources::TEXT[]) AS source, unnest($paths::TEXT[]) AS path),
heads AS (
    SELECT standing.source, max(version) AS version, arg_max(kind, version) AS kind,
           max(run) AS run
    FROM standing JOIN scope
        ON scope.source = standing.source AND coalesce(scope.path, standing.path) = standing.path
    GROUP BY standing.source, standing.path, key)
SELECT source, status, count(*) FROM (
    SELECT heads.source, CASE
        WHEN heads.kind = 'reject' THEN 'rejected'
        WHEN version IN (SELECT version FROM quarantine) THEN 'quarantined'
        WHEN NOT counts THEN 'superseded'
        WHEN run = $run OR version IN (SELECT unnest($tried::BIGINT[])) THEN 'loaded'
        ELSE 'unchanged' END AS status
    FROM heads LEFT JOIN members USING (version) WHERE heads.kind <> 'gone')
GROUP BY ALL
"""

# How many tables of each source that are older than a moment were read by a map, and when the
# oldest of them was written, or at least read.
DATED = """
SELECT form ->> '$.map', source, count(*),
       min(coalesce(make_timestamp(mtime_ns // 1000), started)) AS oldest
FROM (SELECT DISTINCT source, path FROM versions SEMI JOIN heads USING (version)
      WHERE kind <> 'gone')
JOIN standing_sizes USING (source, path) JOIN runs USING (run)
LEFT JOIN files USING (source, path)
WHERE form <> '' AND coalesce(make_timestamp(mtime_ns // 1000), started) < $1
GROUP BY ALL ORDER BY ALL
"""
