"""The saved queries, each with values for its parameters."""

from __future__ import annotations

from etl.queries import read_queries

QUERIES = read_queries()

# Values for the parameters of each query; a query without any stands here too.
CASES: dict[str, dict[str, str]] = {
    "actors-of-director": {"person": "Jürgen Größe"},
    "best-rated-films": {},
    "cast-of-film": {"film": "Emma (1996)"},
    "chain-between-people": {"person": "森田 海", "other": "Renée O'Hara"},
    "characters-of-film": {"film": "tt9900011"},
    "characters-of-person": {"person": "Tom Wren"},
    "co-actors-of-person": {"person": "nm9900001"},
    "directors-acting-in-own-films": {},
    "directors-of-film": {"film": "movie/films-5"},
    "directors-of-several-films": {"minimum": "3"},
    "facts-of-film": {"film": "花の雨"},
    "facts-of-person": {"person": "person/Inês_Duarte"},
    "films-between-years": {"first": "1990", "last": "2004"},
    "films-by-decade": {},
    "films-by-genre": {},
    "films-by-source": {},
    "films-by-year": {},
    "films-called": {"title": '"Quoted" \\ Backslash'},
    "films-from-source": {"source": "seeds"},
    "films-of-genre": {"genre": "Comedy"},
    "films-of-person": {"person": "jürgen größe"},
    "films-of-same-name": {},
    "films-of-several-directors": {},
    "films-of-two-people": {"person": "Tom Wren", "other": "Zoë Kravánek"},
    "films-of-year": {"year": "2004"},
    "films-with-character": {"character": "Purser"},
    "films-without-rating": {},
    "films-without-synopsis": {},
    "films-without-year": {},
    "frequent-actor-pairs": {},
    "identifiers-of-film": {"film": "https://www.imdb.com/title/tt9900001/"},
    "linked-films": {},
    "linked-people": {},
    "most-prolific-actors": {"minimum": "3"},
    "people-of-same-name": {},
    "property-coverage": {},
    "synopses-mentioning": {"text": "SAME FERRY"},
    "unlinked-films": {},
    "unlinked-people": {},
}
