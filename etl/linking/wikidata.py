"""What is asked of Wikidata, in plain SPARQL 1.1, and the candidates in its answers.

Each question is about a batch of subjects, and each row of its answer begins with the subject
it belongs to, so that what is known of each subject can be kept by itself.

Source: Wikidata's properties P345 (IMDb id), P31 and P279 (class), P577 (date), P57 (director),
P161 and P725 (cast, voices), P453 and P4633 (character, as a qualifier), P1476 and P1559 (title
and name in the original language).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from pyoxigraph import Literal

from etl.linking.candidates import ACTOR, DIRECTOR, FilmCandidate, PersonCandidate, part
from etl.rdf.identifiers import imdb_id, imdb_name_id, imdb_title_id, wikidata_id
from etl.sources.spelling import words

PUBLIC = "https://query.wikidata.org/sparql"
"""Wikidata's public query service."""

Row = tuple[str, ...]
"""What one solution says, without its subject; "" where a variable is unbound."""

_PREFIXES = """\
PREFIX owl: <http://www.w3.org/2002/07/owl#>
PREFIX p: <http://www.wikidata.org/prop/>
PREFIX pq: <http://www.wikidata.org/prop/qualifier/>
PREFIX ps: <http://www.wikidata.org/prop/statement/>
PREFIX psv: <http://www.wikidata.org/prop/statement/value/>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
PREFIX wd: <http://www.wikidata.org/entity/>
PREFIX wdt: <http://www.wikidata.org/prop/direct/>
PREFIX wikibase: <http://wikiba.se/ontology#>
"""

_LABELLED = 'FILTER(LANG(?value) IN ("en", "mul"))'

_FILM_FACTS = """
  { ?item rdfs:label ?value . %(labelled)s BIND("title" AS ?says) }
  UNION { ?item wdt:P1476 ?value . BIND("title" AS ?says) }
  UNION { ?item skos:altLabel ?value . %(labelled)s BIND("title" AS ?says) }
  UNION { ?item wdt:P577 ?value . BIND("date" AS ?says) }
  UNION { ?item wdt:P345 ?value . BIND("imdb" AS ?says) }
  UNION { ?item wdt:P57 ?director . ?director rdfs:label|wdt:P1559|skos:altLabel ?value .
          FILTER(LANG(?value) IN ("en", "mul") || EXISTS { ?director wdt:P1559 ?value })
          BIND("director" AS ?says) }
""" % {"labelled": _LABELLED}  # noqa: UP031 - braces are SPARQL's


@dataclass(frozen=True, slots=True)
class EndpointQuestion:
    """A kind of question: its query, how a subject is written in it, how many go together.

    `variables` are those of the answer, the subject's first.
    """

    name: str
    query: str
    variables: tuple[str, ...]
    batch: int
    term: Callable[[str], str]

    def text(self, subjects: Sequence[str]) -> str:
        """Write the query about a batch of subjects."""
        values = " ".join(self.term(subject) for subject in subjects)
        return _PREFIXES + self.query.replace("%VALUES%", values)


def _string(text: str) -> str:
    return str(Literal(text))


def _item(identifier: str) -> str:
    return f"wd:{identifier}"


def _title(text: str) -> str:
    return f"{Literal(text, language='en')} {Literal(text, language='mul')}"


def _films(name: str, found_by: str, at_once: int, term: Callable[[str], str]) -> EndpointQuestion:
    """Ask about films by a property of theirs."""
    text = (
        "SELECT ?subject ?item ?says ?value WHERE {\n"
        "  VALUES ?subject { %VALUES% }\n"
        f"  ?item {found_by} ?subject ; wdt:P31/wdt:P279* wd:Q11424 .{_FILM_FACTS}}}"
    )
    return EndpointQuestion(name, text, ("subject", "item", "says", "value"), at_once, term)


FILMS = _films("films", "wdt:P345", 200, _string)
"""Films by IMDb id."""

TITLES = _films("titles", "rdfs:label", 50, _title)
"""Films by title, for those without an IMDb id."""

PEOPLE = EndpointQuestion(
    "people",
    """SELECT ?subject ?person ?says ?value WHERE {
  { VALUES ?subject { %VALUES% } ?subject wdt:P57 ?person . BIND("director" AS ?says) }
  UNION { VALUES ?subject { %VALUES% } ?subject wdt:P161|wdt:P725 ?person .
          BIND("actor" AS ?says) }
  UNION { VALUES ?subject { %VALUES% } ?subject wdt:P57|wdt:P161|wdt:P725 ?person .
          ?person wdt:P345 ?value . BIND("imdb" AS ?says) }
  UNION { VALUES ?subject { %VALUES% } ?subject wdt:P57|wdt:P161|wdt:P725 ?person .
          ?person rdfs:label ?value . FILTER(LANG(?value) IN ("en", "mul"))
          BIND("label" AS ?says) }
  UNION { VALUES ?subject { %VALUES% } ?subject wdt:P57|wdt:P161|wdt:P725 ?person .
          ?person wdt:P1559 ?value . BIND("name" AS ?says) }
  UNION { VALUES ?subject { %VALUES% } ?subject wdt:P57|wdt:P161|wdt:P725 ?person .
          ?person skos:altLabel ?value . FILTER(LANG(?value) IN ("en", "mul"))
          BIND("name" AS ?says) }
  UNION { VALUES ?subject { %VALUES% } ?subject p:P161|p:P725 ?statement .
          ?statement ps:P161|ps:P725 ?person ; pq:P4633 ?value . BIND("character" AS ?says) }
  UNION { VALUES ?subject { %VALUES% } ?subject p:P161|p:P725 ?statement .
          ?statement ps:P161|ps:P725 ?person ; pq:P453 ?part . ?part rdfs:label ?value .
          FILTER(LANG(?value) = "en") BIND("character" AS ?says) }
}""",
    ("subject", "person", "says", "value"),
    50,
    _item,
)
"""The people of films, by the films' items."""

ITEMS = EndpointQuestion(
    "items",
    """SELECT ?subject ?says ?value WHERE {
  { VALUES ?subject { %VALUES% } ?subject rdfs:label ?value .
    FILTER(LANG(?value) IN ("en", "mul")) BIND("label" AS ?says) }
  UNION { VALUES ?subject { %VALUES% } ?subject skos:altLabel ?value .
          FILTER(LANG(?value) IN ("en", "mul")) BIND("name" AS ?says) }
  UNION { VALUES ?subject { %VALUES% } ?subject wdt:P1476|wdt:P1559 ?value .
          BIND("name" AS ?says) }
  UNION { VALUES ?subject { %VALUES% } ?subject wdt:P577 ?value . BIND("date" AS ?says) }
  UNION { VALUES ?subject { %VALUES% } ?subject wdt:P345 ?value . BIND("imdb" AS ?says) }
  UNION { VALUES ?subject { %VALUES% } ?subject wdt:P31/wdt:P279* wd:Q11424 .
          BIND("film" AS ?says) BIND("yes" AS ?value) }
  UNION { VALUES ?subject { %VALUES% } ?subject owl:sameAs ?value . BIND("merged" AS ?says) }
}""",
    ("subject", "says", "value"),
    100,
    _item,
)
"""What items are that something else gives, and which other items they have been merged into."""

QUESTIONS: tuple[EndpointQuestion, ...] = (FILMS, TITLES, PEOPLE, ITEMS)


@dataclass(frozen=True, slots=True)
class ItemFacts:
    """What an endpoint says of an item; () where it is silent. The label is its first name."""

    names: tuple[str, ...] = ()
    years: tuple[int, ...] = ()
    imdb_ids: tuple[str, ...] = ()
    merged_into: tuple[str, ...] = ()
    is_film: bool = False


def item_facts(rows: Iterable[Row]) -> ItemFacts:
    """Read the answer to `ITEMS` about one subject."""
    facts: dict[str, set[str]] = defaultdict(set)
    for says, value in rows:
        facts[says].add(value)
    return ItemFacts(
        names=tuple(dict.fromkeys((*sorted(facts["label"]), *sorted(facts["name"])))),
        years=_years(facts["date"]),
        imdb_ids=tuple(sorted(each for text in facts["imdb"] if (each := imdb_id(text)))),
        merged_into=tuple(sorted(each for iri in facts["merged"] if (each := wikidata_id(iri)))),
        is_film="film" in facts,
    )


def _years(dates: Iterable[str]) -> tuple[int, ...]:
    return tuple(sorted({int(date[:4]) for date in dates if date[:4].isdigit()}))


def film_candidates(rows: Iterable[Row], evidence: str) -> list[FilmCandidate]:
    """Read the films in the answer to `FILMS` or `TITLES` about one subject."""
    said: dict[str, dict[str, list[str]]] = {}
    for iri, says, value in rows:
        item = wikidata_id(iri)
        if item is not None and (value := words(value)):
            values = said.setdefault(item, defaultdict(list))[says]
            if value not in values:
                values.append(value)
    return [_film(item, facts, evidence) for item, facts in sorted(said.items())]


def _film(item: str, facts: dict[str, list[str]], evidence: str) -> FilmCandidate:
    ids = [each for text in facts.get("imdb", ()) if (each := imdb_title_id(text))]
    return FilmCandidate(
        titles=tuple(facts.get("title", ())),
        years=_years(facts.get("date", ())),
        imdb_id=ids[0] if len(ids) == 1 else None,
        wikidata_id=item,
        directors=tuple(facts.get("director", ())),
        evidence=evidence,
    )


def person_candidates(rows: Iterable[Row], evidence: str) -> list[PersonCandidate]:
    """Read a film's people in the answer to `PEOPLE`.

    Somebody with two IMDb ids is known by none of them.
    """
    said: dict[str, dict[str, list[str]]] = {}
    for iri, says, value in rows:
        item = wikidata_id(iri)
        if item is not None:
            values = said.setdefault(item, defaultdict(list))[says]
            if (value := words(value)) not in values:
                values.append(value)
    return [_person(item, facts, evidence) for item, facts in sorted(said.items())]


def _person(item: str, facts: dict[str, list[str]], evidence: str) -> PersonCandidate:
    ids = [each for text in facts.get("imdb", ()) if (each := imdb_name_id(text))]
    labels = facts.get("label", []) + facts.get("name", [])
    return PersonCandidate(
        names=tuple(dict.fromkeys(labels)),
        imdb_id=ids[0] if len(ids) == 1 else None,
        wikidata_id=item,
        roles=frozenset({DIRECTOR, ACTOR} & set(facts)),
        characters=tuple(filter(None, map(part, facts.get("character", ())))),
        evidence=evidence,
    )
