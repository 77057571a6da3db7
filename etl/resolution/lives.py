"""The SQL that tells what records say of people's lives."""

from etl.facts import PERSON_FACTS

SEVERAL = ", ".join(f"'{fact.name}'" for fact in PERSON_FACTS.values() if fact.many)
"""The fields that have all values that are said of somebody."""

# What the records say of those people: of dates in a field the one that most records give, or a
# more exact one of the same year; of other values all. Nobody dies before they are born.
LIVES = """
CREATE OR REPLACE TEMP TABLE lives AS
WITH told AS (
    SELECT film, name, nullif(id, '') AS own, facts FROM (
        SELECT film, {people}, unnest(string_split(name_facts, chr(10))) AS facts
        FROM (SELECT film, version FROM members SEMI JOIN films USING (film) WHERE counts)
        JOIN versions USING (version) WHERE name_facts IS NOT NULL)
    WHERE facts <> ''),
said AS (
    SELECT coalesce('i' || coalesce(own, linked.id, identities.id), 'n' || name) AS who,
           unnest(string_split(facts, chr(9))) AS fact
    FROM told
    LEFT JOIN (SELECT film, name, {who} AS id
               FROM film_links AS links LEFT JOIN items USING (wikidata)) AS linked
        USING (film, name)
    LEFT JOIN identities USING (name)),
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
