"""The SQL of resolution: which versions make which film.

It reads the tables of the catalog, and is run on its connection.
"""

from etl.rdf.identifiers import FILM_SCHEMES

_RANKS = ", ".join(f"('{scheme}', {rank})" for rank, scheme in enumerate(FILM_SCHEMES))

# For each place that has not gone: its newest version, and the one that is chosen for the graph,
# at first the newest that can be read.
PLACES = """
CREATE OR REPLACE TEMP TABLE places AS
SELECT source, path, key, head, kind, gone, CASE WHEN fit > gone THEN fit END AS choice FROM (
    SELECT source, path, key, max(version) AS head, arg_max(kind, version) AS kind,
           max(version) FILTER (kind NOT IN ('reject', 'gone')) AS fit,
           coalesce(max(version) FILTER (kind = 'gone'), 0) AS gone
    FROM standing GROUP BY source, path, key)
WHERE kind <> 'gone'
"""

# What the shapes have said against the groups as they are now; and what each place that is
# refused by that has to fall back to: its last version before, or nothing.
REFUSED = """
CREATE OR REPLACE TEMP TABLE refused AS
SELECT DISTINCT version, film, inputs FROM quarantine SEMI JOIN groups USING (film, inputs)
"""

FALLBACK = """
CREATE OR REPLACE TEMP TABLE fallback AS
SELECT places.choice AS version, max(older.version) AS choice
FROM places SEMI JOIN refused ON refused.version = places.choice
LEFT JOIN standing AS older
    ON older.source = places.source AND older.path = places.path AND older.key = places.key
    AND older.kind NOT IN ('reject', 'gone')
    AND older.version > gone AND older.version < places.choice
GROUP BY places.choice
"""

# After a change nothing is chosen that is in quarantine, on whatever way that was found out.
SETTLED = """
UPDATE places SET choice = sound.choice FROM (
    SELECT places.choice AS refused, max(older.version) AS choice
    FROM places LEFT JOIN standing AS older
        ON older.source = places.source AND older.path = places.path AND older.key = places.key
        AND older.kind NOT IN ('reject', 'gone') AND older.version > gone
        AND older.version NOT IN (SELECT version FROM quarantine)
    WHERE places.choice IN (SELECT version FROM quarantine)
    GROUP BY places.choice) AS sound
WHERE places.choice = sound.refused
"""

# The ids of the chosen versions, of those schemes by which films are known; 0 is the strongest.
RANKED = f"(VALUES {_RANKS}) AS ranked (scheme, rank)"

IDS = """
CREATE OR REPLACE TEMP TABLE ids AS
SELECT version, kind, scheme, id, rank
FROM identifiers JOIN {ranked} USING (scheme) JOIN versions USING (version)
WHERE version IN (SELECT choice FROM places)
"""

# Which film an id is: the one that is known by the stronger ids of its records, where these agree
# on one. An id of which they say different things joins nothing. What records say of ids counts
# whether or not they conform, so that which of them was judged when is of no account. `own` says
# that a source tells it, and not linking alone.
STRONGEST = """
CREATE OR REPLACE TEMP TABLE keys AS
SELECT DISTINCT scheme, id, id AS film, true AS own FROM ids WHERE rank = 0
"""

WEAKER_RANKS = "SELECT DISTINCT rank FROM ids WHERE rank > 0 ORDER BY rank"

WEAKER = """
INSERT INTO keys
WITH stronger AS (
    SELECT version, arg_min(scheme, rank) AS scheme, arg_min(id, rank) AS id
    FROM ids WHERE rank < $1 GROUP BY version)
SELECT ids.scheme, ids.id,
       CASE WHEN count(DISTINCT film) = 1 THEN min(film) ELSE ids.scheme || '-' || ids.id END,
       count(DISTINCT film) = 1 AND count(film) FILTER (kind = 'film') > 0
FROM ids LEFT JOIN stronger USING (version)
LEFT JOIN keys ON keys.scheme = stronger.scheme AND keys.id = stronger.id
WHERE rank = $1 GROUP BY ids.scheme, ids.id
"""

# The versions of each film, by their strongest ids and by matches; `unlinked` is the key it has
# without linking. Of one source's records the last by place counts; but those that it tells by a
# key of its own are parts of one record. What Wikidata states of a film that no source has is of no
# account.
MEMBERS = """
CREATE OR REPLACE TEMP TABLE members AS
SELECT * EXCLUDE own_key,
       (own_key OR row_number() OVER (
           PARTITION BY film, source ORDER BY own_key, path DESC, line DESC) = 1)
       AND (kind <> 'fact' OR bool_or(kind = 'film') OVER (PARTITION BY film)) AS counts
FROM (
    SELECT version, source, path, line, names, name_ids, kind,
           scheme = 'record' AS own_key,
           CASE WHEN rank > 0 AND NOT coalesce(own, false) THEN lone END AS unlinked,
           coalesce(matches.key, keys.film, lone) AS film
    FROM versions JOIN (
        SELECT version, min(rank) AS rank, arg_min(scheme, rank) AS scheme,
               arg_min(id, rank) AS id,
               CASE WHEN min(rank) = 0 THEN arg_min(id, rank)
                    ELSE arg_min(scheme || '-' || id, rank) END AS lone
        FROM identifiers JOIN {ranked} USING (scheme)
        WHERE version IN (SELECT choice FROM places) GROUP BY version) USING (version)
    LEFT JOIN keys USING (scheme, id)
    LEFT JOIN matches ON matches.film = coalesce(keys.film, lone) AND matches.key IS NOT NULL)
"""

# What records say of ids that cannot all be so: about an id, of which films it is, and about a
# film, which ids of one scheme it has (one of our own making is each record's). What linking wrote
# only joins, and may be older than what a source says of ids, so that it is no witness about films.
DISPUTED = """
CREATE OR REPLACE TEMP TABLE disputed AS
WITH said AS (
    SELECT ids.version, ids.kind, scheme, id, film FROM ids JOIN members USING (version)),
claims AS (
    SELECT 'id' AS about, scheme, id AS subject, film AS said, version FROM said
    UNION ALL
    SELECT 'film', scheme, film, id, version FROM said
    WHERE kind <> 'link' AND scheme <> 'record')
FROM claims SEMI JOIN (
    SELECT about, scheme, subject FROM claims GROUP BY ALL HAVING min(said) <> max(said))
    USING (about, scheme, subject)
"""

# Which source comes where; and, where several tell of a film, which versions come first in a field
# whose ranks are its own, in lines of the same kind.
RANK_OF = """
CREATE OR REPLACE TEMP TABLE rank_of AS SELECT source, rank FROM ranks WHERE field = ''
"""

BY_FIELD = """
CREATE OR REPLACE TEMP TABLE by_field AS
SELECT film, string_agg('f' || field || '=' || versions, chr(10) ORDER BY field) AS fields
FROM (
    SELECT film, field, string_agg(version::TEXT, ',' ORDER BY rank, path, line) AS versions
    FROM members JOIN ranks USING (source) WHERE counts AND field <> '' AND film IN (
        SELECT film FROM members WHERE counts AND kind = 'film'
        GROUP BY film HAVING min(source) < max(source))
    GROUP BY film, field)
GROUP BY film
"""

# What a film is made from: its versions, those of the source that ranks first before the others,
# and those lines. Of sources without a rank, what Wikidata states comes last.
GROUPS = """
CREATE OR REPLACE TEMP TABLE groups AS
SELECT film, min(version) AS first, list(version ORDER BY place, source, path, line) AS versions,
       string_agg(version::TEXT, ',' ORDER BY place, source, path, line)
           || coalesce(chr(10) || any_value(people), '')
           || coalesce(chr(10) || any_value(fields), '') AS inputs
FROM (SELECT members.*, coalesce(rank, if(source = 'wikidata', 2000000, 1000000)) AS place
      FROM members LEFT JOIN rank_of USING (source))
LEFT JOIN known_people USING (film) LEFT JOIN by_field USING (film)
WHERE counts GROUP BY film HAVING bool_or(kind = 'film')
"""
