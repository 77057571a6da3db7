"""The ladder: by what a link is found, the surest first, and how sure each rung is.

Source: SSSOM's `mapping_justification`, whose values are terms of the semantic mapping
vocabulary (semapv).
"""

from __future__ import annotations

from dataclasses import dataclass

from etl.resolution import matching

EXACT, CLOSE = "skos:exactMatch", "skos:closeMatch"

CURATION = "semapv:ManualMappingCuration"
IDENTIFIER = "semapv:BackgroundKnowledgeBasedMatching"
LEXICAL = "semapv:LexicalMatching"
SIMILARITY = "semapv:LexicalSimilarityThresholdMatching"


@dataclass(frozen=True, slots=True)
class Rung:
    """One way to find a link: what it takes, how that is called in SSSOM, how sure it is."""

    name: str
    takes: str
    justification: str
    confidence: float
    predicate: str = EXACT


MATCHES = tuple(
    Rung(each.name, each.takes, LEXICAL, each.confidence)
    for each in (*matching.RUNGS, matching.OPEN)
    if each is not matching.DECIDED
)
"""The ways in which films of several sources are matched with each other, or might be."""


DECISION = Rung("decision", "a person said so", CURATION, 1.0)

FILM_ID = Rung(
    "film-id", "one item has the film's IMDb id, and nothing about it disagrees", IDENTIFIER, 0.999
)
FILM_ID_QUESTIONED = Rung(
    "film-id-questioned",
    "one item has the film's IMDb id, but title, year or people are others, or evidence disagrees",
    IDENTIFIER,
    0.5,
    CLOSE,
)
FILM_TITLE_DIRECTOR = Rung(
    "film-title-director", "title, year and a director agree", LEXICAL, 0.998
)
FILM_TITLE_ACTOR = Rung("film-title-actor", "title, year and an actor agree", LEXICAL, 0.995)
FILM_TITLE = Rung(
    "film-title",
    "title and year agree with one film only, but nobody who worked on it is known in both",
    LEXICAL,
    0.5,
    CLOSE,
)
FILM_NEAR_YEAR_DIRECTOR = Rung(
    "film-near-year-director", "title and a director agree, the year is one off", LEXICAL, 0.99
)
FILM_NEAR_YEAR_CAST = Rung(
    "film-near-year-cast",
    "title and three actors agree, the year is one off, and no director disagrees",
    LEXICAL,
    0.98,
)
FILM_NEAR_YEAR = Rung(
    "film-near-year",
    "a long title that only one film has agrees, the year is one off, and no person confirms it",
    LEXICAL,
    0.4,
    CLOSE,
)

PERSON_ID = Rung("person-id", "a source gives the IMDb id", IDENTIFIER, 0.999)
PERSON_ID_QUESTIONED = Rung(
    "person-id-questioned",
    "a source gives the IMDb id, but that is somebody of quite another name",
    IDENTIFIER,
    0.5,
    CLOSE,
)
PERSON_NAME = Rung("person-name", "the same name, once among the film's people", LEXICAL, 0.998)
PERSON_VARIANT = Rung(
    "person-variant",
    "the name with initials, or without a suffix or middle name; once in the film",
    LEXICAL,
    0.995,
)
PERSON_SIMILAR = Rung(
    "person-similar", "nearly the same letters, and nobody else's are near", SIMILARITY, 0.98
)
PERSON_ELSEWHERE = Rung(
    "person-elsewhere",
    "the same name is linked in another film, and only ever to one person",
    LEXICAL,
    0.9,
)

RUNGS: tuple[Rung, ...] = (
    DECISION,
    FILM_ID,
    FILM_ID_QUESTIONED,
    FILM_TITLE_DIRECTOR,
    FILM_TITLE_ACTOR,
    FILM_TITLE,
    FILM_NEAR_YEAR_DIRECTOR,
    FILM_NEAR_YEAR_CAST,
    FILM_NEAR_YEAR,
    PERSON_ID,
    PERSON_ID_QUESTIONED,
    PERSON_NAME,
    PERSON_VARIANT,
    PERSON_SIMILAR,
    PERSON_ELSEWHERE,
    *MATCHES,
)
"""All rungs, in the order in which they are tried."""

SIMILAR_AT_LEAST = 0.95
"""How alike two names have to be, as Jaro and Winkler count."""

MARGIN = 0.04
"""How much less alike the second best has to be."""

EDITED_AT_LEAST = 7
"""How many characters a name needs for one slip in it to count as the same name."""

EDITS_APART = 2
"""Up to how many slips away another name makes that uncertain."""

CAST_AT_LEAST = 3
"""How many actors two films need in common to be one though the year is one off.

A short film and the long one made of it may share a title, a director and an actor or two.
"""

DISTINCT_TITLE = 12
"""How many letters a title needs to be told apart from all others by itself.

Among the 9,742 films of MovieLens, 20 have a namesake a year off; the longest has 10 letters.
"""

NOT_ASKED = "no evidence was looked at"
"""Why there is no link where nothing is known of the film elsewhere."""

NOT_LISTED = "no list of the film's people was found"
"""Why there is no link of a person where nobody is known to have worked on the film."""

SILENT = (NOT_ASKED, NOT_LISTED)
"""The reasons that no evidence gives."""

UNLABELLED = "only a crosswalk gives the item, with no title or name to compare"
"""Why a link is less sure where its item cannot be compared with a title or a name."""

UNLABELLED_AT_MOST = 0.9
"""How sure a link is, at most, whose item cannot be compared with a title or a name."""
