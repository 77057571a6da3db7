"""What the page of a person says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import cast

from pyoxigraph import Literal, NamedNode, Quad, QuerySolutions, Triple

from etl.facts import CREDITS, PERSON_FACTS
from etl.output.charts import Chart, columns
from etl.queries import fill
from etl.queries.lookup import PERSON, Entity, best_known
from etl.rdf.vocab import FILM, SCHEMA
from etl.web.films import Related, name_of
from etl.web.origins import Origins, ShownValue, explainer
from etl.web.phrases import site_name
from etl.web.readers import OpenGeneration
from etl.web.site import path_of
from etl.web.tables import BrowseTables

_EXPLAINED = 12  # films that somebody is explained by
_PARTNERS = 8
_CREDITS = 200
_NAMESAKES = 10


@dataclass(frozen=True, slots=True)
class FilmCredit:
    """A film of a person, and what they did in it."""

    key: str
    film: ShownValue
    year: str
    roles: tuple[str, ...]
    characters: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Namesake:
    """Somebody else of the same name, told apart by what they are known for."""

    person: ShownValue
    known_for: str


@dataclass(frozen=True, slots=True)
class PersonPage:
    """All that the page of a person says.

    `by_name` says that nothing but the name tells who, `by_key` that only a source's key does,
    `life` has what is known of birth, death and jobs, `more` how many films are not shown.
    """

    iri: str
    path: str
    name: ShownValue
    life: tuple[tuple[str, tuple[ShownValue, ...]], ...]
    by_name: bool
    by_key: bool
    credits: tuple[FilmCredit, ...]
    more: int
    timeline: Chart | None
    partners: tuple[Related, ...]
    namesakes: tuple[Namesake, ...]
    links: tuple[ShownValue, ...]


def person_page(reading: OpenGeneration, iri: NamedNode) -> PersonPage | None:
    """Make the page of a person; None if the graph has nobody with this IRI."""
    snapshot = reading.snapshot
    about = snapshot.store.about(iri.value)
    said = [(quad.predicate, quad.object) for quad in about]
    if not any(value == SCHEMA.Person for _, value in said):
        return None
    name = name_of(snapshot.store, iri)
    tables, (credited, years) = BrowseTables.ready(reading), _credits(reading, iri)
    films = [each.key for each in credited[:_EXPLAINED]]
    known = Origins.told(explainer(reading).explain_person(iri, films))
    pages = [
        ShownValue(site_name(page.value), page.value, known.notes(Triple(iri, SCHEMA.sameAs, page)))
        for predicate, page in sorted(said, key=str)
        if predicate == SCHEMA.sameAs and isinstance(page, NamedNode)
    ]
    by_key = snapshot.iris.has_source_key(iri.value)
    return PersonPage(
        iri=iri.value,
        path=path_of(iri.value, snapshot.iris),
        name=ShownValue(name, "", known.notes(Triple(iri, SCHEMA.name, Literal(name)))),
        life=tuple(_life(iri, said, known)),
        by_name=not pages and not by_key,
        by_key=by_key,
        credits=tuple(credited),
        more=years.total() - len(credited),
        timeline=_timeline(years),
        partners=tuple(
            Related(ShownValue(each, path_of(other, snapshot.iris)), films)
            for other, each, films in (tables.partners(iri.value, _PARTNERS) if tables else ())
        ),
        namesakes=tuple(_namesakes(reading, iri, name)),
        links=tuple(pages),
    )


def _life(
    iri: NamedNode,
    said: Sequence[tuple[NamedNode, object]],
    known: Origins,
) -> Iterator[tuple[str, tuple[ShownValue, ...]]]:
    """Give what is known of somebody's life, under the name of each field."""
    for name, fact in PERSON_FACTS.items():
        told = {each for predicate, each in said if predicate == fact.property}
        if terms := sorted((each for each in told if isinstance(each, Literal)), key=str):
            yield (
                name.capitalize(),
                tuple(
                    ShownValue(each.value, "", known.notes(Triple(iri, fact.property, each)))
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
_FILMS = f"""SELECT DISTINCT ?film ?title ?date WHERE {{
  VALUES ?person {{ UNDEF }}
  ?film {"|".join(map(str, _ROLES))} ?person ; {SCHEMA.name} ?title .
  OPTIONAL {{ ?film {SCHEMA.datePublished} ?date }}
}} ORDER BY DESC(?date) ?title ?film"""


def _credits(reading: OpenGeneration, iri: NamedNode) -> tuple[list[FilmCredit], Counter[int]]:
    """Return the latest films of a person, and how many there are of each year."""
    if tables := BrowseTables.ready(reading):
        films, years = tables.films_of(iri.value, _CREDITS)
    else:
        answer = reading.snapshot.store.query(fill(_FILMS, {"person": iri}))
        found = [
            (film.value, title.value, int(date.value[:4]) if date else None)
            for film, title, date in cast(QuerySolutions, answer)
        ]
        films, years = found[:_CREDITS], Counter(year or 0 for _, _, year in found)
    return [_credit(reading, iri, *film) for film in films], years


def _credit(
    reading: OpenGeneration, person: NamedNode, film: str, title: str, year: int | None
) -> FilmCredit:
    """Say what somebody did in a film."""
    store, iris = reading.snapshot.store, reading.snapshot.iris
    node = NamedNode(film)
    parts = [n for n in store.objects(node, FILM.performance) if isinstance(n, NamedNode)]
    theirs = (part for part in parts if person in store.objects(part, SCHEMA.actor))
    played = (name for part in theirs for name in store.objects(part, SCHEMA.characterName))
    roles = (told for role, told in _ROLES.items() if store.holds([Quad(node, role, person)]))
    return FilmCredit(
        iris.film_key(film),
        ShownValue(title, path_of(film, iris)),
        str(year or ""),
        tuple(roles),
        tuple(sorted(map(_text, played))),
    )


def _text(term: object) -> str:
    return term.value if isinstance(term, Literal) else ""


def _timeline(years: Counter[int]) -> Chart | None:
    """Draw how many films there are of each year, from the first to the last."""
    known = sorted(year for year in years if year)
    if len(known) < 3:
        return None
    span = range(known[0], known[-1] + 1)
    return columns("Films by year", [(str(year), years[year]) for year in span])


_CALLED = f"""SELECT DISTINCT ?other WHERE {{
  VALUES ?name {{ UNDEF }}
  ?other {SCHEMA.name} ?name ; a {SCHEMA.Person} .
}} ORDER BY ?other LIMIT {_NAMESAKES + 1}"""


def _namesakes(reading: OpenGeneration, iri: NamedNode, name: str) -> Iterator[Namesake]:
    store = reading.snapshot.store
    for (other,) in cast(QuerySolutions, store.query(fill(_CALLED, {"name": Literal(name)}))):
        if other != iri:
            known_for = ", ".join(best_known(store, Entity(PERSON, other, name)))
            yield Namesake(ShownValue(name, path_of(other.value, reading.snapshot.iris)), known_for)
