"""The SQL of resolution: which versions make which film, and who its people are.

It reads the tables of the catalog, and is run on its connection.
"""

from etl.rdf.identifiers import FILM_SCHEMES, LIKE_A_PERSON_ID

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

PEOPLE = (
    "unnest(string_split(names, chr(10))) AS name, unnest(string_split(name_ids, chr(10))) AS id"
)

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

# What linking found about the people of each film. Links of a film that no other record is
# about any more are of no account.
LINKED = """
CREATE OR REPLACE TEMP TABLE film_links AS
SELECT film, links.* FROM members JOIN links USING (version)
WHERE counts AND film IN (SELECT film FROM members WHERE kind = 'film')
"""

# Records in which somebody has an id and no name, which is an empty line.
NAMELESS = (
    "name_ids IS NOT NULL AND (names = '' OR starts_with(names, chr(10)) "
    "OR ends_with(names, chr(10)) OR contains(names, chr(10) || chr(10)))"
)

# Those people, and what each is called: the name that most records give the id, the first by
# alphabet among equals; where the newest records give none, what the versions before them said. As
# with films, it is of no account which records conform. A link tells a name that a record of its
# film has, not one that is known from here.
UNNAMED = """
CREATE OR REPLACE TEMP TABLE unnamed AS
SELECT DISTINCT id FROM (SELECT {people} FROM versions WHERE kind = 'film' AND {nameless})
WHERE name = '' AND id <> ''
"""

NAMES = """
CREATE OR REPLACE TEMP TABLE names AS
WITH told AS (
    SELECT version = choice AS newest, version, name, id
    FROM (SELECT version, choice, {people}
          FROM (FROM standing WHERE kind = 'film' AND name_ids IS NOT NULL)
          JOIN (SELECT source, path, key, gone, choice FROM places) USING (source, path, key)
          WHERE version > gone)
    UNION ALL
    SELECT true, version, name, imdb
    FROM film_links SEMI JOIN unnamed ON unnamed.id = imdb
    SEMI JOIN (SELECT film, {people} FROM members WHERE kind = 'film') AS credits
        USING (film, name))
SELECT id, arg_min(name, (NOT newest, -records, name)) AS called
FROM (SELECT newest, id, name, count(DISTINCT version) AS records
      FROM told SEMI JOIN unnamed USING (id) WHERE name <> '' GROUP BY ALL)
GROUP BY id
"""

# Which Wikidata item goes with which IMDb id, where one goes with one.
ITEMS = """
CREATE OR REPLACE TEMP TABLE items AS
FROM (SELECT DISTINCT imdb, wikidata FROM film_links WHERE imdb <> '' AND wikidata <> '')
QUALIFY count(*) OVER (PARTITION BY imdb) = 1 AND count(*) OVER (PARTITION BY wikidata) = 1
"""

# Who a linked name is: by IMDb id where one is known for the item, else by the item.
WHO = "coalesce(links.imdb, items.imdb, links.wikidata)"

IDENTITIES = """
CREATE OR REPLACE TEMP TABLE identities AS
SELECT name, min(id) AS id
FROM (
    SELECT {people} FROM members WHERE counts AND name_ids IS NOT NULL
    UNION ALL
    SELECT name, {who} FROM film_links AS links LEFT JOIN items USING (wikidata))
WHERE id <> '' AND name <> '' GROUP BY name HAVING count(DISTINCT id) = 1
"""

# Who the people of a film are: a line each, of which the first letter says what the rest is.
KNOWN_PEOPLE = """
CREATE OR REPLACE TEMP TABLE known_people AS
SELECT film, string_agg(DISTINCT who, chr(10) ORDER BY who) AS people FROM (
    SELECT film, 'p' || identities.id || '=' || name AS who
    FROM (SELECT film, {people} FROM members WHERE counts)
    JOIN identities USING (name)
    UNION ALL
    SELECT film, 'i' || wikidata || '=' || items.imdb
    FROM film_links AS links JOIN items USING (wikidata) WHERE links.imdb IS NULL
    UNION ALL
    SELECT film, 'n' || id || '=' || called
    FROM (SELECT film, {people} FROM members WHERE counts AND {nameless})
    JOIN names USING (id) WHERE name = '')
GROUP BY film
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

# The people whom the films in the graph name, and who they are; those named by an id alone have the
# name that is known for it. `own` is an id that the record itself gives.
MENTIONS = """
CREATE OR REPLACE TEMP TABLE mentions AS
SELECT coalesce(nullif(name, ''), called, '') AS name, own,
       coalesce(own, linked.id, identities.id) AS id, linked.id IS NOT NULL AS linked
FROM (SELECT film, name, nullif(id, '') AS own
      FROM (SELECT film, {people} FROM members JOIN films USING (film) WHERE counts)
      WHERE name <> '' OR id <> '')
LEFT JOIN names ON names.id = own
LEFT JOIN (SELECT film, name, {who} AS id
           FROM film_links AS links LEFT JOIN items USING (wikidata)) AS linked
    USING (film, name)
LEFT JOIN identities USING (name)
"""

# Those people, each with one name.
NAMED = """
CREATE OR REPLACE TEMP TABLE named AS
WITH spellings AS (SELECT name, id, count(*) AS films FROM mentions GROUP BY ALL),
everybody AS (
    SELECT name, id FROM spellings WHERE id IS NULL
    UNION ALL
    SELECT coalesce(arg_min(name, (-films, name)) FILTER (name <> ''), ''), id
    FROM spellings WHERE id IS NOT NULL GROUP BY id)
SELECT name, CASE WHEN id LIKE 'nm%' THEN id END AS imdb,
       CASE WHEN id LIKE 'Q%' THEN id ELSE items.wikidata END AS wikidata, facts
FROM everybody LEFT JOIN items ON items.imdb = id
LEFT JOIN lives ON who = coalesce('i' || id, 'n' || name)
"""

# The key of somebody known by name alone, as `name_key` gives it.
NAME_KEY = (
    f"CASE WHEN regexp_full_match(name, '{LIKE_A_PERSON_ID}') THEN 'name-' || name ELSE name END"
)

# The keys that films and people had before they were linked, and films before they were matched,
# unless somebody still has them.
REDIRECTED = """
CREATE OR REPLACE TEMP TABLE redirected AS
SELECT DISTINCT 'person' AS kind, {name_key} AS old, id AS new FROM mentions
WHERE own IS NULL AND id IN (SELECT id FROM mentions WHERE linked)
  AND NOT EXISTS (FROM mentions AS other WHERE other.id IS NULL AND other.name = mentions.name)
UNION ALL
SELECT DISTINCT 'movie', unlinked, film FROM members JOIN films USING (film)
WHERE kind = 'film' AND counts AND unlinked <> film
  AND film IN (SELECT film FROM members WHERE kind = 'link')
UNION
SELECT 'movie', matches.film, key FROM matches JOIN films ON films.film = key
"""

PARTS = {"people": PEOPLE, "who": WHO, "nameless": NAMELESS, "ranked": RANKED, "name_key": NAME_KEY}
"""What the statements have in common."""
