"""What the page of a person says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import cast

from pyoxigraph import Literal, NamedNode, QuerySolutions, Triple

from etl.facts import CREDITS, PERSON_FACTS
from etl.queries import fill
from etl.queries.lookup import PERSON, Entity, best_known
from etl.rdf.vocab import FILM, SCHEMA
from etl.web.charts import Chart, columns
from etl.web.films import Related, name_of
from etl.web.origins import Origins, Value, explainer, origins
from etl.web.phrases import site_name
from etl.web.readers import Reading
from etl.web.site import path_of
from etl.web.tables import Tables

_EXPLAINED = 12  # films that somebody is explained by
_PARTNERS = 8
_CREDITS = 200
_NAMESAKES = 10


@dataclass(frozen=True, slots=True)
class Credit:
    """A film of a person, and what they did in it."""

    key: str
    film: Value
    year: str
    roles: tuple[str, ...]
    characters: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Namesake:
    """Somebody else of the same name, told apart by what they are known for."""

    person: Value
    known_for: str


@dataclass(frozen=True, slots=True)
class PersonPage:
    """All that the page of a person says.

    `by_name` says that nothing but the name tells who, `life` has what is known of birth, death
    and jobs, `more` how many films are not shown.
    """

    iri: str
    path: str
    name: Value
    life: tuple[tuple[str, tuple[Value, ...]], ...]
    by_name: bool
    credits: tuple[Credit, ...]
    more: int
    timeline: Chart | None
    partners: tuple[Related, ...]
    namesakes: tuple[Namesake, ...]
    links: tuple[Value, ...]


def person_page(reading: Reading, iri: NamedNode) -> PersonPage | None:
    """Make the page of a person; None if the graph has nobody with this IRI."""
    snapshot = reading.snapshot
    about = snapshot.store.about(iri.value)
    said = [(quad.predicate, quad.object) for quad in about]
    if not any(value == SCHEMA.Person for _, value in said):
        return None
    name = name_of(snapshot.store, iri)
    tables, credited = Tables.ready(reading), _credits(reading, iri)
    films = [each.key for each in credited[:_EXPLAINED]]
    known = origins(explainer(reading).explain_person(iri, films))
    pages = [
        Value(site_name(page.value), page.value, known.get(Triple(iri, SCHEMA.sameAs, page), ()))
        for predicate, page in sorted(said, key=str)
        if predicate == SCHEMA.sameAs and isinstance(page, NamedNode)
    ]
    return PersonPage(
        iri=iri.value,
        path=path_of(iri.value, snapshot.iris),
        name=Value(name, "", known.get(Triple(iri, SCHEMA.name, Literal(name)), ())),
        life=tuple(_life(iri, said, known)),
        by_name=not pages,
        credits=tuple(credited[:_CREDITS]),
        more=max(0, len(credited) - _CREDITS),
        timeline=_timeline(credited),
        partners=tuple(
            Related(Value(each, path_of(other, snapshot.iris)), films)
            for other, each, films in (tables.partners(iri.value, _PARTNERS) if tables else ())
        ),
        namesakes=tuple(_namesakes(reading, iri, name)),
        links=tuple(pages),
    )


def _life(
    iri: NamedNode,
    said: Sequence[tuple[NamedNode, object]],
    known: Origins,
) -> Iterator[tuple[str, tuple[Value, ...]]]:
    """Give what is known of somebody's life, under the name of each field."""
    for name, fact in PERSON_FACTS.items():
        told = {each for predicate, each in said if predicate == fact.property}
        if terms := sorted((each for each in told if isinstance(each, Literal)), key=str):
            yield (
                name.capitalize(),
                tuple(
                    Value(each.value, "", known.get(Triple(iri, fact.property, each), ()))
                    for each in terms
                ),
            )


_ROLES = {
    CREDITS["directors"]: "director",
    CREDITS["writers"]: "writer",
    CREDITS["producers"]: "producer",
    CREDITS["composers"]: "composer",
    CREDITS["editors"]: "editor",
    CREDITS["actors"]: "actor",
}
_CREDITED = f"""SELECT ?film ?role ?title ?date WHERE {{
  VALUES ?person {{ UNDEF }}
  VALUES ?role {{ {" ".join(map(str, _ROLES))} }}
  ?film ?role ?person ; {SCHEMA.name} ?title .
  OPTIONAL {{ ?film {SCHEMA.datePublished} ?date }}
}}"""
_PLAYED = f"""SELECT ?film ?character WHERE {{
  VALUES ?person {{ UNDEF }}
  ?part {SCHEMA.actor} ?person ; {SCHEMA.characterName} ?character .
  ?film {FILM.performance} ?part .
}} ORDER BY ?character"""


def _credits(reading: Reading, iri: NamedNode) -> list[Credit]:
    """Return the films of a person, the latest first, each once."""
    store, iris = reading.snapshot.store, reading.snapshot.iris
    films: dict[str, tuple[str, str]] = {}
    roles: dict[str, set[str]] = {}
    for film, role, title, date in cast(
        QuerySolutions, store.query(fill(_CREDITED, {"person": iri}))
    ):
        films[film.value] = date.value[:4] if date else "", title.value
        roles.setdefault(film.value, set()).add(_ROLES[role])
    played: dict[str, list[str]] = {}
    for film, character in cast(QuerySolutions, store.query(fill(_PLAYED, {"person": iri}))):
        played.setdefault(film.value, []).append(character.value)
    ordered = sorted(films, key=lambda film: (films[film][1], film))
    ordered.sort(key=lambda film: films[film][0], reverse=True)
    return [
        Credit(
            iris.film_key(film),
            Value(films[film][1], path_of(film, iris)),
            films[film][0],
            tuple(told for told in _ROLES.values() if told in roles[film]),
            tuple(played.get(film, ())),
        )
        for film in ordered
    ]


def _timeline(credited: Sequence[Credit]) -> Chart | None:
    """Draw how many films there are of each year, from the first to the last."""
    years = sorted(int(each.year) for each in credited if each.year.isdecimal())
    if len(set(years)) < 3:
        return None
    counts = Counter(years)
    span = range(years[0], years[-1] + 1)
    return columns("Films by year", [(str(year), counts[year]) for year in span])


_CALLED = f"""SELECT DISTINCT ?other WHERE {{
  VALUES ?name {{ UNDEF }}
  ?other {SCHEMA.name} ?name ; a {SCHEMA.Person} .
}} ORDER BY ?other LIMIT {_NAMESAKES + 1}"""


def _namesakes(reading: Reading, iri: NamedNode, name: str) -> Iterator[Namesake]:
    store = reading.snapshot.store
    for (other,) in cast(QuerySolutions, store.query(fill(_CALLED, {"name": Literal(name)}))):
        if other != iri:
            known_for = ", ".join(best_known(store, Entity(PERSON, other, name)))
            yield Namesake(Value(name, path_of(other.value, reading.snapshot.iris)), known_for)
