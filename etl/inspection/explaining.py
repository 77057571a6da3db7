"""Explain triples: which rule made each, from which field of which record, on which line."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from pyoxigraph import NamedNode, QuerySolutions, Triple

from etl.catalog.kept_out import Places, kept_out
from etl.entities import mapping
from etl.entities.people import explain_person, person_iri
from etl.errors import QueryError
from etl.facts import CREDITS
from etl.findings import Finding
from etl.inspection.justifying import credit_links, film_links, is_about, person_links, told
from etl.inspection.wording import FACT_OF_PERSON, Wording, person_wordings, wordings
from etl.queries.syntax import predeclared
from etl.rdf.identifiers import film_id, imdb_title_id, movielens_id, tmdb_id, wikidata_id
from etl.rdf.vocab import DCTERMS, PREFIXES, RDF, SCHEMA, XSD
from etl.records import Link, LinkRecord
from etl.resolution.films import Film
from etl.resolution.groups import Member
from etl.resolution.matching import Match
from etl.resolution.people import Person
from etl.sources.files import WIKIDATA
from etl.stores import Readable
from etl.workspace.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class Explanation:
    """The origin of one triple: the rule, and one record that states it.

    `field` is the key in the file, `value` what stands there, `place` file and line, `run` the
    load that read it. With `outcome` "lost", the record says something else, which a record of
    a source that comes first has outweighed.
    """

    triple: Triple
    rule: str
    field: str
    value: str
    place: str
    run: int
    outcome: str

    def row(self, base_iri: str) -> tuple[str, ...]:
        """Give it as a row of a report."""
        triple = " ".join(_term(term, base_iri) for term in self.triple)
        run = str(self.run)
        return triple, self.rule, self.field, self.value, self.place, run, self.outcome


def explain(
    snapshot: Snapshot, store: Readable, text: str, predicate: str | None
) -> tuple[list[tuple[str, ...]], list[Finding]]:
    """Explain a film or a person, named by IRI, identifier or name, or one property or field of it.

    Give rows of triple, rule, field, value, place, run and outcome, and what keeps a record
    about it out of the graph.

    Raises:
        QueryError: neither the graph nor the quarantine has such a thing.
    """
    explainer, iris = Explainer(snapshot, store), snapshot.iris
    refused = explainer.refused(text)
    document, _, part = text.partition("#")
    try:
        node = snapshot.lookup(store).entity(document).iri
    except QueryError:
        if not refused:
            raise
        return [], refused
    refused = refused or explainer.refused(node.value)
    subject = _iri(f"{node.value}#{part}") if part else node
    found = explainer.explain_part(subject, predicate)
    return list(dict.fromkeys(each.row(iris.base) for each in found)), refused


def _iri(text: str) -> NamedNode:
    try:
        return NamedNode(text)
    except ValueError as error:
        raise QueryError(
            f"expected an IRI or a name, found {text!r}", hint="see 'etl search' for what there is"
        ) from error


def expand(name: str, prefixes: Mapping[str, str]) -> NamedNode:
    """Read a property: an IRI, a prefixed name, or a bare name of schema.org's."""
    prefix, colon, local = name.strip("<>").partition(":")
    if not colon:
        return RDF.type if name == "a" else _iri(SCHEMA.iri + name)
    return _iri(prefixes[prefix] + local if prefix in prefixes else name.strip("<>"))


def properties(rows: Iterable[Sequence[str]]) -> list[str]:
    """Return the properties of explained triples, each once."""
    return list(dict.fromkeys(row[0].split(" ", 2)[1] for row in rows))


_CREDITED = "|".join(map(str, CREDITS.values()))
_AT_ONCE = 100  # films


class Explainer:
    """Explains the triples of one generation."""

    def __init__(self, snapshot: Snapshot, store: Readable, places: Places | None = None) -> None:
        self._snapshot = snapshot
        self._store = store
        self._iris = snapshot.iris
        self._places = places or Places.of(snapshot.catalog)

    def refused(self, text: str) -> list[Finding]:
        """Find what keeps records out of the graph, by their film's IRI, key or title."""
        prefix, colon, local = text.strip("<> ").partition(":")
        start = predeclared(self._iris).get(prefix) if colon else None
        name = (start + local if start else f"{prefix}{colon}{local}").removeprefix(self._iris.base)
        identifiers = {
            "imdb": imdb_title_id(name.removeprefix("movie/")),
            "movielens": movielens_id(name),
            "tmdb": tmdb_id(name),
            "wikidata": wikidata_id(name),
        }
        wanted = {scheme: each for scheme, each in identifiers.items() if each}.items()
        return [
            finding
            for item in kept_out(self._snapshot.catalog)
            if (item.film and name in (item.film, f"movie/{item.film}"))
            or text.strip().casefold() == item.title.casefold() != ""
            or wanted & item.identifiers.items()
            for finding in item.findings
        ]

    def explain_part(self, iri: NamedNode, name: str | None) -> list[Explanation]:
        """Explain what is said of a film or a person in one property, or by one field of a file."""
        found = list(self.explain(iri))
        if name is None:
            return found
        wanted = expand(name, predeclared(self._iris))
        of_property = [each for each in found if each.triple.predicate == wanted]
        return of_property or [each for each in found if each.field == name]

    def explain(self, iri: NamedNode) -> Iterator[Explanation]:
        """Explain the triples of a film, of a part of it (`…#rating`), or of a person."""
        document = iri.value.partition("#")[0]
        key = self._iris.film_key(document)
        if not key:
            yield from self.explain_person(iri, self._films_of(iri))
            return
        made = self._snapshot.film(key)
        for found in self.explain_film(*made) if made else ():
            if iri.value == document or found.triple.subject == iri:
                yield found

    def explain_film(self, film: Film, runs: Mapping[int, int]) -> Iterator[Explanation]:
        """Explain the triples of a film as `Snapshot.film` gives it, its parts included."""
        for rule, triple in mapping.explain_film(film, self._iris):
            for member in film.group.ordered(rule.field):
                for words in wordings(rule.field, triple, film, member.record, self._iris):
                    yield self._explanation(triple, rule.name, member, words, runs)
            if linked := film.group.linked:
                for link in self._links(rule.field, triple, film, linked.record):
                    yield self._justification(triple, rule.name, link, runs[linked.version])
        for match in self._snapshot.catalog.resolved.matches(film.key):
            yield from self._match(match, film, runs)

    def _match(self, match: Match, film: Film, runs: Mapping[int, int]) -> Iterator[Explanation]:
        """Explain by what a record came to the film that would be another one alone."""
        old, new = self._iris.movie(match.film), self._iris.movie(film.key)
        names = [person.name for person in film.people]
        for member in film.group.members:
            if film_id(match.film) in member.record.identifiers.items():
                yield Explanation(
                    Triple(old, DCTERMS.isReplacedBy, new),
                    "movie-matched",
                    match.rung,
                    match.evidence(names),
                    f"{self._places.path(member.origin)}:{member.origin.line}",
                    runs[member.version],
                    "stated",
                )

    def _links(self, field: str, triple: Triple, film: Film, record: LinkRecord) -> Iterator[Link]:
        if field in CREDITS:
            return credit_links(field, triple.object, film, record, self._iris)
        return film_links(field, triple, film, record)

    def explain_person(self, iri: NamedNode, films: Iterable[str]) -> Iterator[Explanation]:
        """Explain a person by films that name them, by key, whichever way each spells the name."""
        name, facts = self._known(iri)
        keys = list(films)
        for start in range(0, len(keys), _AT_ONCE):
            made, runs = self._snapshot.films(keys[start : start + _AT_ONCE])
            for film in made:
                people = (each for each in film.people if person_iri(each, self._iris) == iri)
                if person := next(people, None):
                    called = person._replace(name=name or person.name, facts=facts)
                    yield from self._person_in(film, runs, iri, called)

    def _person_in(
        self, film: Film, runs: Mapping[int, int], iri: NamedNode, called: Person
    ) -> Iterator[Explanation]:
        for rule, triple in explain_person(called, self._iris):
            for member in film.group.members:
                for field in CREDITS:
                    for found in person_wordings(field, triple, member.record, film, self._iris):
                        yield self._explanation(triple, rule, member, found, runs)
            if linked := film.group.linked:
                for link in person_links(iri, film, linked.record, self._iris):
                    if is_about(link, triple, linked.record):
                        yield self._justification(triple, rule, link, runs[linked.version])

    def _known(self, person: NamedNode) -> tuple[str, tuple[tuple[str, str], ...]]:
        """Return what the graph calls somebody, and what it says of their life."""
        name, facts = "", list[tuple[str, str]]()
        answer = self._store.query(f"SELECT ?property ?value WHERE {{ {person} ?property ?value }}")
        for said in answer if isinstance(answer, QuerySolutions) else ():
            value = said["value"].value
            if said["property"] == SCHEMA.name:
                name = value
            elif told := FACT_OF_PERSON.get(said["property"]):
                facts.append((told, value))
        return name, tuple(facts)

    def _justification(self, triple: Triple, rule: str, link: Link, run: int) -> Explanation:
        """Explain a triple by a link: its rung for a field, its evidence for a place."""
        return Explanation(triple, rule, link.rung, told(link), link.evidence, run, "stated")

    def _films_of(self, person: NamedNode) -> list[str]:
        answer = self._store.query(
            f"SELECT DISTINCT ?film WHERE {{ ?film {_CREDITED} {person} ; "
            f"a {SCHEMA.Movie} }} ORDER BY ?film"
        )
        if not isinstance(answer, QuerySolutions):
            return []
        return [self._iris.film_key(solution["film"].value) for solution in answer]

    def _explanation(
        self,
        triple: Triple,
        rule: str,
        member: Member,
        found: Wording,
        runs: Mapping[int, int],
    ) -> Explanation:
        origin = member.origin
        form = self._places.format(origin)
        whole = found.field.partition(".")[0]
        path, line = self._places.at(origin, found.file, found.line)
        if not found.file and form.one_line:
            line = origin.line
        return Explanation(
            triple=triple,
            rule=rule,
            field=form.keys.get(found.field) or form.keys.get(whole, whole),
            value=found.value,
            place=path if origin.source == WIKIDATA.name else f"{path}:{line}",
            run=runs[member.version],
            outcome="stated" if found.agrees else "lost",
        )


def _term(term: object, base_iri: str) -> str:
    """Write a term for people: an IRI by its prefix or without the base, a year as such."""
    text = str(term)
    if text.startswith(f"<{base_iri}"):
        return f"<{text[len(base_iri) + 1 :]}"
    for prefix, iri in PREFIXES.items():
        if text.startswith(f"<{iri}"):
            return f"{prefix}:{text[len(iri) + 1 : -1]}"
    return re.sub(rf"\^\^<{XSD.iri}(?:gYear|gYearMonth|date|duration|decimal|integer)>$", "", text)
