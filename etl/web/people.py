"""What the page of a person says."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import cast

from pyoxigraph import Literal, NamedNode, QuerySolutions

from etl.facts import CREDITS
from etl.queries import fill
from etl.queries.lookup import PERSON, Entity, best_known
from etl.rdf.vocab import FILM, SCHEMA
from etl.web.charts import Chart, columns
from etl.web.films import Fact, Related
from etl.web.origins import Origins, Value, explainer, origins
from etl.web.phrases import site_name
from etl.web.readers import Reading
from etl.web.site import path_of

_EXPLAINED = 24  # of somebody in many films, who is explained by the first of them
_PARTNERS = 8
_NAMESAKES = 10


@dataclass(frozen=True, slots=True)
class Credit:
    """A film of a person, and what they did in it."""

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
    """All that the page of a person says; `by_name` says that nothing but the name tells who."""

    iri: str
    path: str
    name: Value
    by_name: bool
    facts: tuple[Fact, ...]
    credits: tuple[Credit, ...]
    timeline: Chart | None
    partners: tuple[Related, ...]
    namesakes: tuple[Namesake, ...]
    links: tuple[Value, ...]


def person_page(reading: Reading, iri: NamedNode) -> PersonPage | None:
    """Make the page of a person; None if the graph has nobody with this IRI."""
    snapshot = reading.snapshot
    about = snapshot.store.about(iri.value)
    said = [(quad.predicate, quad.object) for quad in about]
    names = [value.value for predicate, value in said if predicate == SCHEMA.name]  # type: ignore[union-attr]
    if not any(value == SCHEMA.Person for _, value in said):
        return None
    name = names[0] if names else iri.value
    known = origins(islice(explainer(reading).explain(iri), _EXPLAINED))
    credited = tuple(_credits(reading, iri))
    pages = tuple(_values(known, iri, SCHEMA.sameAs))
    named = next(iter(_values(known, iri, SCHEMA.name)), Value(name))
    return PersonPage(
        iri=iri.value,
        path=path_of(iri.value, snapshot.iris),
        name=Value(name, "", named.notes),
        by_name=not pages,
        facts=(),
        credits=credited,
        timeline=_timeline(credited),
        partners=tuple(_partners(reading, iri)),
        namesakes=tuple(_namesakes(reading, iri, name)),
        links=tuple(Value(site_name(each.text), each.text, each.notes) for each in pages),
    )


def _values(known: Origins, iri: NamedNode, predicate: NamedNode) -> Iterator[Value]:
    for triple, notes in known.items():
        said = triple.object
        is_about = triple.subject == iri and triple.predicate == predicate
        if is_about and isinstance(said, Literal | NamedNode):
            yield Value(said.value, notes=notes)


_ROLES = {
    CREDITS["directors"]: "director",
    CREDITS["writers"]: "writer",
    CREDITS["producers"]: "producer",
    CREDITS["composers"]: "composer",
    CREDITS["editors"]: "editor",
    CREDITS["actors"]: "actor",
}
_ANY_ROLE = f"({'|'.join(map(str, _ROLES))})"
_CREDITS = f"""SELECT ?film ?title ?date ?role ?character WHERE {{
  VALUES ?person {{ UNDEF }}
  VALUES ?role {{ {" ".join(map(str, _ROLES))} }}
  ?film ?role ?person ; a {SCHEMA.Movie} ; {SCHEMA.name} ?title .
  OPTIONAL {{ ?film {SCHEMA.datePublished} ?date }}
  OPTIONAL {{
    ?film {FILM.performance} ?part .
    ?part {SCHEMA.actor} ?person ; {SCHEMA.characterName} ?character .
  }}
}} ORDER BY DESC(STR(?date)) ?title ?film"""


def _credits(reading: Reading, iri: NamedNode) -> Iterator[Credit]:
    """Yield the films of a person, the latest first, each once."""
    iris = reading.snapshot.iris
    films: dict[str, tuple[str, str]] = {}
    roles: dict[str, dict[str, None]] = {}
    characters: dict[str, dict[str, None]] = {}
    answer = cast(QuerySolutions, reading.snapshot.store.query(fill(_CREDITS, {"person": iri})))
    for film, title, date, role, character in answer:
        films[film.value] = title.value, date.value[:4] if date else ""
        roles.setdefault(film.value, {})[_ROLES[role]] = None
        if character:
            characters.setdefault(film.value, {})[character.value] = None
    for film, (title, year) in films.items():
        done = tuple(each for each in _ROLES.values() if each in roles[film])
        yield Credit(Value(title, path_of(film, iris)), year, done, tuple(characters.get(film, ())))


def _timeline(credited: tuple[Credit, ...]) -> Chart | None:
    """Draw how many films there are of each year, from the first to the last."""
    years = sorted(int(each.year) for each in credited if each.year.isdecimal())
    if len(set(years)) < 3:
        return None
    span = range(years[0], years[-1] + 1)
    return columns("Films by year", [(str(year), years.count(year)) for year in span])


_TOGETHER = f"""SELECT ?other ?name (COUNT(DISTINCT ?film) AS ?films) WHERE {{
  VALUES ?person {{ UNDEF }}
  ?film {_ANY_ROLE} ?person ; a {SCHEMA.Movie} ; {_ANY_ROLE} ?other .
  ?other {SCHEMA.name} ?name .
  FILTER(?other != ?person)
}} GROUP BY ?other ?name HAVING(COUNT(DISTINCT ?film) > 1)
ORDER BY DESC(?films) ?name ?other LIMIT {_PARTNERS}"""


def _partners(reading: Reading, iri: NamedNode) -> Iterator[Related]:
    """Give whom somebody has most films with."""
    answer = reading.snapshot.store.query(fill(_TOGETHER, {"person": iri}))
    for other, name, films in cast(QuerySolutions, answer):
        path = path_of(other.value, reading.snapshot.iris)
        yield Related(Value(name.value, path), int(films.value))


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
