"""The SQL of resolution: who the people of films are, and what is said of them.

It reads the tables of the catalog and `members`, and is run on the catalog's connection.
"""

from etl.facts import PERSON_FACTS
from etl.rdf.identifiers import LIKE_A_PERSON_ID
from etl.resolution.statements import RANKED

PEOPLE = (
    "unnest(string_split(names, chr(10))) AS name, unnest(string_split(name_ids, chr(10))) AS id"
)

KEYS = "unnest(string_split(name_keys, chr(10))) AS key"

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

# Records in which somebody has a name and no id.
WITHOUT_ID = (
    "names <> '' AND (coalesce(name_ids, '') = '' OR starts_with(name_ids, chr(10)) "
    "OR ends_with(name_ids, chr(10)) OR contains(name_ids, chr(10) || chr(10)))"
)

# What those without a name are called: the name that most records give the id, the first by
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

# Namesakes: names with several keys of one scheme, or of one source, or with several ids. A source
# that has no key twice may count its credits, and does if three names have several.
_NAMESAKES = """
CREATE OR REPLACE TEMP TABLE namesakes AS
WITH credits AS (
    SELECT source, version, name, key, split_part(key, '-', 1) AS scheme FROM (
        SELECT source, version, {people}, {keys} FROM versions
        WHERE name_keys IS NOT NULL AND version IN (SELECT version FROM members WHERE counts))
    WHERE key <> '' AND name <> ''),
scoped AS (SELECT *, if(scheme = 'key', source, '') AS owner FROM credits),
found AS (
    SELECT name, scheme, owner FROM scoped GROUP BY ALL HAVING min(key) <> max(key)),
identified AS (
    SELECT name FROM (SELECT {people} FROM members WHERE counts AND name_ids IS NOT NULL)
    WHERE id <> '' AND name <> '' GROUP BY name HAVING min(id) <> max(id)),
counted AS (
    SELECT owner FROM scoped WHERE scheme = 'key' GROUP BY owner
    HAVING count(DISTINCT key) = count(DISTINCT concat_ws(' ', version, key)))
SELECT name, scheme, owner FROM found
WHERE owner NOT IN (SELECT owner FROM counted)
   OR owner NOT IN (SELECT owner FROM found GROUP BY owner HAVING count(*) > 2)
UNION
SELECT name, scheme, owner FROM scoped SEMI JOIN identified USING (name)
WHERE owner NOT IN (SELECT owner FROM counted)
"""

# Who they are: the id that their films give the name elsewhere, if it is one person's, else the
# key. That of one scheme says nothing of keys of another.
_KEYED = """
CREATE OR REPLACE TEMP TABLE keyed AS
WITH called AS (
    SELECT DISTINCT film, name, key, scheme, owner FROM (
        SELECT *, split_part(key, '-', 1) AS scheme,
               if(split_part(key, '-', 1) = 'key', source, '') AS owner
        FROM (SELECT film, source, {people}, {keys}
              FROM (SELECT film, version FROM members WHERE counts) JOIN versions USING (version)
              WHERE name_keys IS NOT NULL))
    SEMI JOIN namesakes USING (name, scheme, owner)),
given AS (
    SELECT film, name, id FROM (
        SELECT film, {people} FROM members
        WHERE counts AND name_ids IS NOT NULL AND film IN (SELECT film FROM called))
    WHERE id <> '' AND name <> ''
    UNION
    SELECT film, name, {who} FROM film_links AS links LEFT JOIN items USING (wikidata)),
pairs AS (
    SELECT DISTINCT key, scheme, owner, id FROM called JOIN given USING (film, name)),
sole AS (
    SELECT key, id FROM pairs
    QUALIFY count(*) OVER (PARTITION BY key) = 1
        AND count(*) OVER (PARTITION BY id, scheme, owner) = 1)
SELECT DISTINCT key, coalesce(sole.id, key) AS id FROM called LEFT JOIN sole USING (key)
"""

# From here on, the members have these ids as if their records gave them.
_IDENTIFIED = """
CREATE OR REPLACE TEMP TABLE members AS
SELECT version, source, path, line, coalesce(told.names, members.names) AS names,
       coalesce(told.ids, name_ids) AS name_ids, kind, unlinked, film, counts
FROM members LEFT JOIN (
    SELECT version, string_agg(name, chr(10) ORDER BY name, id, key) AS names,
           string_agg(own, chr(10) ORDER BY name, id, key) AS ids
    FROM (SELECT version, coalesce(name, '') AS name, coalesce(credits.id, '') AS id,
                 coalesce(key, '') AS key,
                 coalesce(nullif(credits.id, ''), keyed.id, '') AS own,
                 keyed.id IS NOT NULL AS is_keyed
          FROM (SELECT version, {people}, {keys} FROM versions
                WHERE name_keys IS NOT NULL AND version IN (SELECT version FROM members)) AS credits
          LEFT JOIN keyed USING (key))
    GROUP BY version HAVING bool_or(is_keyed)) AS told USING (version)
"""

TOLD_APART = _NAMESAKES, _KEYED, _IDENTIFIED
"""What makes ids of the keys by which sources tell namesakes apart."""

IDENTITIES = """
CREATE OR REPLACE TEMP TABLE identities AS
SELECT name, min(id) AS id
FROM (
    SELECT {people} FROM members WHERE counts AND name_ids IS NOT NULL
    UNION ALL
    SELECT name, {who} FROM film_links AS links LEFT JOIN items USING (wikidata))
WHERE id <> '' AND name <> '' GROUP BY name HAVING count(DISTINCT id) = 1
"""

# Whose id a film gives a name in another of its credits, where the name alone does not tell.
IN_FILM = """
CREATE OR REPLACE TEMP TABLE in_film AS
SELECT film, name, min(id) AS id
FROM (SELECT film, {people} FROM members SEMI JOIN (
          SELECT film FROM members WHERE counts AND {without_id}) USING (film)
      WHERE counts AND name_ids IS NOT NULL)
WHERE id <> '' AND name <> '' AND name NOT IN (SELECT name FROM identities)
GROUP BY film, name HAVING count(DISTINCT id) = 1
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
    SELECT film, 'k' || keyed.id || '=' || key
    FROM (SELECT film, {keys} FROM members JOIN versions USING (version)
          WHERE counts AND name_keys IS NOT NULL)
    JOIN keyed USING (key)
    UNION ALL
    SELECT film, 'n' || id || '=' || called
    FROM (SELECT film, {people} FROM members WHERE counts AND {nameless})
    JOIN names USING (id) WHERE name = '')
GROUP BY film
"""

# The people whom the films in the graph name, and who they are; those named by an id alone have the
# name that is known for it. `own` is an id that the record itself gives.
MENTIONS = """
CREATE OR REPLACE TEMP TABLE mentions AS
SELECT coalesce(nullif(name, ''), called, '') AS name, own,
       coalesce(own, linked.id, identities.id, in_film.id) AS id, linked.id IS NOT NULL AS linked
FROM (SELECT film, name, nullif(id, '') AS own
      FROM (SELECT film, {people} FROM members JOIN films USING (film) WHERE counts)
      WHERE name <> '' OR id <> '')
LEFT JOIN names ON names.id = own
LEFT JOIN (SELECT film, name, {who} AS id
           FROM film_links AS links LEFT JOIN items USING (wikidata)) AS linked
    USING (film, name)
LEFT JOIN identities USING (name) LEFT JOIN in_film USING (film, name)
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
       CASE WHEN id LIKE 'Q%' THEN id ELSE items.wikidata END AS wikidata, facts,
       CASE WHEN id NOT LIKE 'nm%' AND id NOT LIKE 'Q%' THEN id END AS key
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
SELECT 'person', key, id FROM keyed
WHERE key <> id AND id IN (SELECT id FROM mentions WHERE linked)
UNION ALL
SELECT DISTINCT 'movie', unlinked, film FROM members JOIN films USING (film)
WHERE kind = 'film' AND counts AND unlinked <> film
  AND film IN (SELECT film FROM members WHERE kind = 'link')
UNION
SELECT 'movie', matches.film, key FROM matches JOIN films ON films.film = key
"""

_SEVERAL = ", ".join(f"'{fact.name}'" for fact in PERSON_FACTS.values() if fact.many)

# What the records say of the people whom films name: of dates in a field the one that most records
# give, or a more exact one of the same year; of other values all. Nobody dies before they are born.
LIVES = """
CREATE OR REPLACE TEMP TABLE lives AS
WITH told AS (
    SELECT film, name, coalesce(nullif(told.id, ''), keyed.id) AS own, facts FROM (
        SELECT film, {people}, {keys}, unnest(string_split(name_facts, chr(10))) AS facts
        FROM (SELECT film, version FROM members SEMI JOIN films USING (film) WHERE counts)
        JOIN versions USING (version) WHERE name_facts IS NOT NULL) AS told
    LEFT JOIN keyed USING (key)
    WHERE facts <> ''),
said AS (
    SELECT coalesce('i' || coalesce(own, linked.id, identities.id, in_film.id), 'n' || name) AS who,
           unnest(string_split(facts, chr(9))) AS fact
    FROM told
    LEFT JOIN (SELECT film, name, {who} AS id
               FROM film_links AS links LEFT JOIN items USING (wikidata)) AS linked
        USING (film, name)
    LEFT JOIN identities USING (name) LEFT JOIN in_film USING (film, name)),
counted AS (
    SELECT who, split_part(fact, '=', 1) AS field, substr(fact, strpos(fact, '=') + 1) AS value,
           count(*) AS records
    FROM said GROUP BY ALL),
weighed AS (
    SELECT *, sum(records) OVER (PARTITION BY who, field, left(value, 4)) AS of_year
    FROM counted),
chosen AS (
    SELECT who, field, value FROM counted WHERE field IN ({several})
    UNION ALL
    SELECT who, field,
           arg_min(value, (-of_year, left(value, 4), -length(value), -records, value))
    FROM weighed WHERE field NOT IN ({several}) GROUP BY who, field)
SELECT who, string_agg(field || '=' || value, chr(9) ORDER BY field, value) AS facts
FROM chosen LEFT JOIN (SELECT who, value AS born FROM chosen WHERE field = 'born') USING (who)
WHERE field <> 'died' OR born IS NULL
   OR left(value, least(length(value), length(born)))
      >= left(born, least(length(value), length(born)))
GROUP BY who
"""

PARTS = {
    "people": PEOPLE,
    "keys": KEYS,
    "who": WHO,
    "nameless": NAMELESS,
    "without_id": WITHOUT_ID,
    "name_key": NAME_KEY,
    "several": _SEVERAL,
    "ranked": RANKED,
}
"""What the statements have in common."""
