"""Explain triples: which rule made each, from which field of which record, on which line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from pyoxigraph import Literal, NamedNode, QuerySolutions, Triple

from etl.catalog.catalog import Catalog
from etl.errors import QueryError
from etl.findings import Finding
from etl.identifiers import Iris, imdb_page
from etl.inspection.justifying import credit_links, film_links, is_about, person_links, told
from etl.lookup import GraphLookup
from etl.mapping import explain_film, explain_person, person_iri
from etl.pipeline.reading import opened
from etl.pipeline.refusing import kept_out
from etl.records import Credit, FilmRecord, LinkRecord, Rating
from etl.resolution import Film, Member, Performance, Person, resolve
from etl.sources import format_of
from etl.stores import Readable
from etl.vocab import PREFIXES, SCHEMA, XSD

_SHOWN = 100  # characters of a value


@dataclass(frozen=True, slots=True)
class Explanation:
    """What is behind one triple: the rule, and one record that bears it out.

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


@dataclass(frozen=True, slots=True)
class Evidence:
    """Where a record speaks of a triple: the field, the line within the record, the text."""

    field: str
    line: int
    value: str
    agrees: bool = True


def explain(
    catalog: Catalog, store: Readable, text: str, predicate: str | None
) -> tuple[list[tuple[str, ...]], list[Finding]]:
    """Explain a film or a person, named by IRI, identifier or name, or one property of it.

    Give rows of triple, rule, field, value, place, run and outcome, and what keeps a record
    about it out of the graph.

    Raises:
        QueryError: neither the graph nor the quarantine has such a thing.
    """
    explainer = Explainer(catalog, store, catalog.iris)
    refused = explainer.refused(text)
    document, _, part = text.partition("#")
    try:
        iri = GraphLookup(store, catalog.iris).entity(document).iri
    except QueryError:
        if not refused:
            raise
        return [], refused
    refused = refused or explainer.refused(iri.value)
    subject = _iri(f"{iri.value}#{part}") if part else iri
    wanted = expand(predicate) if predicate else None
    rows = [
        each.row(catalog.iris.base)
        for each in explainer.explain(subject)
        if wanted in (None, each.triple.predicate)
    ]
    return rows, refused


def _iri(text: str) -> NamedNode:
    try:
        return NamedNode(text)
    except ValueError as error:
        raise QueryError(
            f"expected an IRI or a name, found {text!r}", hint="see 'etl search' for what there is"
        ) from error


def expand(name: str) -> NamedNode:
    """Read a property: an IRI, a prefixed name, or a bare name of schema.org's."""
    prefix, colon, local = name.strip("<>").partition(":")
    if not colon:
        return _iri(SCHEMA.iri + name)
    return _iri(PREFIXES[prefix] + local if prefix in PREFIXES else name.strip("<>"))


class Explainer:
    """Explains the triples of one generation."""

    def __init__(self, catalog: Catalog, store: Readable, iris: Iris) -> None:
        self._catalog = catalog
        self._store = store
        self._iris = iris
        self._sources = {source.name: source for source in catalog.sources()}
        self._comparison = catalog.compare()

    def refused(self, text: str) -> list[Finding]:
        """Find what keeps records out of the graph, by their film's IRI, key or title."""
        text = text.removeprefix(self._iris.base)
        return [
            finding
            for item in kept_out(self._catalog)
            if item.film and text in (item.film, f"movie/{item.film}", item.title)
            for finding in item.findings
        ]

    def explain(self, iri: NamedNode) -> Iterator[Explanation]:
        """Explain the triples of a film, of a part of it (`…#rating`), or of a person."""
        document = iri.value.partition("#")[0]
        movies = f"{self._iris.base}movie/"
        if not document.startswith(movies):
            yield from self._person(iri)
            return
        for found in self._film(document.removeprefix(movies)):
            if iri.value == document or found.triple.subject == iri:
                yield found

    def _film(self, key: str) -> Iterator[Explanation]:
        film, runs = self._resolved(key)
        if film is None:
            return
        for rule, triple in explain_film(film, self._iris):
            for member in film.members:
                if member.record.links:
                    for link in self._links(rule.field, triple, film, member.record):
                        yield self._justification(triple, rule.name, link, runs[member.version])
                elif evidence := _evidence(rule.field, triple, film, member.record, self._iris):
                    yield self._explanation(triple, rule.name, member, evidence, runs)

    def _links(
        self, field: str, triple: Triple, film: Film, record: FilmRecord
    ) -> Iterator[LinkRecord]:
        if field in ("directors", "actors"):
            return credit_links(field, triple.object, film, record, self._iris)
        return film_links(field, triple, film, record)

    def _person(self, iri: NamedNode) -> Iterator[Explanation]:
        """Explain a person by every film that names them, whichever way each spells the name."""
        name = self._name(iri)
        for key in self._films_of(iri):
            film, runs = self._resolved(key)
            person = (
                next(
                    (person for person in film.people if person_iri(person, self._iris) == iri),
                    None,
                )
                if film
                else None
            )
            if film is None or person is None:
                continue
            called = person._replace(name=name or person.name)
            for rule, triple in explain_person(called, self._iris):
                for member in film.members:
                    for link in person_links(iri, film, member.record, self._iris):
                        if is_about(link, triple, member.record):
                            yield self._justification(triple, rule, link, runs[member.version])
                    for field in ("directors", "actors"):
                        evidence = _credit(field, iri, member.record, film, self._iris)
                        if evidence and _gives(member.record, field, evidence.value, triple):
                            told = replace(evidence, agrees=_agrees(evidence, triple))
                            yield self._explanation(triple, rule, member, told, runs)

    def _name(self, person: NamedNode) -> str:
        answer = self._store.query(f"SELECT ?name WHERE {{ {person} {SCHEMA.name} ?name }}")
        names = answer if isinstance(answer, QuerySolutions) else ()
        return next((solution["name"].value for solution in names), "")

    def _justification(self, triple: Triple, rule: str, link: LinkRecord, run: int) -> Explanation:
        """Explain a triple by a link: its rung for a field, its evidence for a place."""
        return Explanation(triple, rule, link.rung, told(link), link.evidence, run, "stated")

    def _films_of(self, person: NamedNode) -> list[str]:
        answer = self._store.query(
            f"SELECT DISTINCT ?film WHERE {{ ?film {SCHEMA.director}|{SCHEMA.actor} {person} ; "
            f"a {SCHEMA.Movie} }} ORDER BY ?film"
        )
        if not isinstance(answer, QuerySolutions):
            return []
        start = len(f"{self._iris.base}movie/")
        return [solution["film"].value[start:] for solution in answer]

    def _resolved(self, key: str) -> tuple[Film | None, Mapping[int, int]]:
        """Make the film as the graph has it; also give the run that read each version."""
        found = self._catalog.group(key)
        if found is None:
            return None, {}
        group, runs = found
        return resolve(key, group.members, self._comparison.identities([group])), runs

    def _explanation(
        self,
        triple: Triple,
        rule: str,
        member: Member,
        evidence: Evidence,
        runs: Mapping[int, int],
    ) -> Explanation:
        origin = member.origin
        path = opened(self._sources[origin.source], origin.path)
        form = format_of(path)
        line = origin.line + (0 if form.one_line else evidence.line - 1)
        return Explanation(
            triple=triple,
            rule=rule,
            field=form.keys.get(evidence.field, evidence.field),
            value=evidence.value,
            place=f"{path}:{line}",
            run=runs[member.version],
            outcome="stated" if evidence.agrees else "lost",
        )


def _evidence(
    field: str, triple: Triple, film: Film, record: FilmRecord, iris: Iris
) -> Evidence | None:
    """Find what a record says about a triple that a rule made from a field."""
    if field in ("directors", "actors"):
        return _credit(field, triple.object, record, film, iris)
    if field == "performances":
        return _performance(triple, film, record, iris)
    if field == "identifiers":
        field = next(scheme for scheme in record.identifiers)
    value = record.value(field)
    if value is None:
        return None
    chosen = film.identifiers.get(field) if field in film.identifiers else getattr(film, field)
    text = str(value.value) if isinstance(value, Rating) else str(value)
    return Evidence(field, record.lines.get(field, 1), _short(text), value == chosen)


def _credit(field: str, iri: object, record: FilmRecord, film: Film, iris: Iris) -> Evidence | None:
    """Find where a record names a person, by any spelling that stands for them in the film."""
    for credit in getattr(record, field):
        if person_iri(_person(credit, film), iris) == iri:
            return Evidence(field, record.lines.get(field, 1), _written(credit))
    return None


def _person(credit: Credit, film: Film) -> Person:
    """Tell who in a film a credit is."""
    alone = Person(credit.name, credit.imdb_id)
    if credit.imdb_id or alone in film.people:
        return alone
    return {person.name: person for person in film.people}.get(credit.name, alone)


def _written(credit: Credit) -> str:
    """Return what a record has for a person: the name, else the id."""
    return credit.name or credit.imdb_id or ""


def _agrees(evidence: Evidence, triple: Triple) -> bool:
    """Tell whether a record spells a person's name as the graph does, where a triple says it."""
    return triple.predicate != SCHEMA.name or triple.object == Literal(evidence.value)


def _gives(record: FilmRecord, field: str, name: str, triple: Triple) -> bool:
    """Tell whether a credit says what a triple about the person says: an id, or that they are."""
    if record.links:
        return False
    credits_ = record.directors if field == "directors" else record.actors
    if triple.predicate == SCHEMA.name:
        return any(credit.name == name for credit in credits_)
    if triple.predicate != SCHEMA.sameAs:
        return True
    return any(
        _written(credit) == name
        and credit.imdb_id
        and isinstance(triple.object, NamedNode)
        and triple.object.value == imdb_page(credit.imdb_id)
        for credit in credits_
    )


def _performance(triple: Triple, film: Film, record: FilmRecord, iris: Iris) -> Evidence | None:
    """Find the words of a synopsis that say who played a part, or the credit that does."""
    node = triple.object if triple.subject == iris.movie(film.key) else triple.subject
    number = int(node.value.rpartition("-")[2]) if isinstance(node, NamedNode) else 0
    performance = film.performances[number - 1]
    span = performance.span
    if span is None:
        return _part(performance, record, film)
    if record.synopsis is None or record.synopsis != film.synopsis:
        return None
    line = record.lines.get("synopsis", 1) + record.synopsis.count("\n", 0, span.start)
    return Evidence("synopsis", line, record.synopsis[span.start : span.end])


def _part(performance: Performance, record: FilmRecord, film: Film) -> Evidence | None:
    """Find the credit that gives somebody a part."""
    for credit in record.actors:
        same = performance.actor.key == _person(credit, film).key
        if performance.character in credit.characters and same:
            value = f"{_written(credit)}: {performance.character}"
            return Evidence("actors", record.lines.get("actors", 1), value)
    return None


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _SHOWN else line[: _SHOWN - 1] + "…"


def _term(term: object, base_iri: str) -> str:
    """Write a term for people: an IRI by its prefix or without the base, a long text shortened."""
    text = str(term)
    if text.startswith(f"<{base_iri}"):
        return f"<{text[len(base_iri) + 1 :]}"
    for prefix, iri in PREFIXES.items():
        if text.startswith(f"<{iri}"):
            return f"{prefix}:{text[len(iri) + 1 : -1]}"
    return _short(text).replace(f"^^<{XSD.iri}gYear>", "").replace(f"^^<{XSD.iri}decimal>", "")
