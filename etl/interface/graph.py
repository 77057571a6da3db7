"""The graph of a workspace, opened for reading."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Self

from pyoxigraph import NamedNode, QueryBoolean, QuerySolutions, QueryTriples, Triple

from etl.entities.people import person_iri
from etl.errors import QueryError, WorkspaceError
from etl.facts import CREDITS, PERSON_FACTS
from etl.inspection.explaining import Explainer, Explanation
from etl.interface.answers import AnswerRows
from etl.interface.things import FilmFacts, NamedThing, PersonFacts
from etl.output.answers import Solutions
from etl.queries import (
    SavedQuery,
    check_text,
    fill,
    find,
    mentioning,
    parse_terms,
    positional,
    read_own,
    read_queries,
)
from etl.queries.lookup import NameMatch, search
from etl.queries.syntax import column_order, predeclared, refuse_endless
from etl.rdf.vocab import SCHEMA
from etl.resolution.films import Film
from etl.resolution.people import Person
from etl.workspace import Workspace
from etl.workspace.snapshot import Snapshot

_FILMS_OF = """SELECT ?film ?title WHERE {
  VALUES ?person { UNDEF }
  ?film {role} ?person ; {name} ?title .
  OPTIONAL { ?film {date} ?date }
} ORDER BY ?date ?title ?film"""


class FilmGraph:
    """A graph as the last load left it; it stays so for whoever has it open.

    Close it, or open it in a `with` statement.
    """

    def __init__(self, workspace: str | Path = ".etl", queries: str | Path | None = None) -> None:
        """Open the graph of a workspace, with a folder of saved queries of your own.

        Raises:
            WorkspaceError: there is no such workspace, or nothing has been loaded into it.
        """
        self._opened = ExitStack()
        generation = Workspace(Path(workspace)).required()
        self._held: Snapshot | None = self._opened.enter_context(Snapshot.opened(generation))
        own, self._broken = read_own(Path(queries)) if queries else ({}, {})
        self._queries = {**read_queries(), **own}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close what was opened."""
        self._held = None
        self._opened.close()

    @property
    def _snapshot(self) -> Snapshot:
        if self._held is None:
            raise WorkspaceError("this graph is closed", hint="open it again with etl.open")
        return self._held

    def sources(self) -> list[dict[str, str]]:
        """Return the title and the licences of each source that the graph is made from."""
        sources = self._snapshot.catalog.sources
        licences = sources.licences()
        return [
            {
                "title": source.description.title or source.label,
                "licence": ", ".join(licences[source.name]) or "not known",
            }
            for source in sources.standing()
        ]

    def queries(self, text: str = "") -> list[SavedQuery]:
        """List the saved queries, or those in whose name or summary all words of a text are."""
        return mentioning(self._queries.values(), text)

    def query(self, name: str, /, *values: object, **parameters: object) -> AnswerRows:
        """Run a saved query; values are for its parameters in their order, or by their names.

        Raises:
            QueryError: there is no such query, its file is broken, or a value is not of its kind.
        """
        answer = self._ask(self.filled(name, *values, **parameters))
        if not isinstance(answer, AnswerRows):
            raise QueryError(f"{name}: no rows", hint="run its text with sparql()")
        return answer

    def filled(self, name: str, /, *values: object, **parameters: object) -> str:
        """Return the text of a saved query with values in it.

        Raises:
            QueryError: there is no such query, its file is broken, or a value is not of its kind.
        """
        if name in self._broken:
            raise self._broken[name]
        saved = find(self._queries, name)
        given = positional(saved, [str(value) for value in values])
        given |= {key: str(value) for key, value in parameters.items()}
        return fill(saved.text, parse_terms(saved, given, self._snapshot.lookup()))

    def sparql(self, text: str) -> AnswerRows | bool | list[Triple]:
        """Ask SPARQL: rows for SELECT, a truth value for ASK, triples for CONSTRUCT and DESCRIBE.

        The prefixes schema, film, movie, person and those of the graph's vocabularies are known.

        Raises:
            QueryError: it is no query, or its brackets lie too deep in one another.
        """
        return self._ask(text, predeclared(self._snapshot.iris))

    def _ask(
        self, text: str, prefixes: Mapping[str, str] | None = None
    ) -> AnswerRows | bool | list[Triple]:
        check_text(text)
        refuse_endless(text)
        answer = self._snapshot.store.query(text, prefixes)
        if isinstance(answer, QuerySolutions):
            return AnswerRows.of(Solutions.of(answer, column_order(text)))
        if isinstance(answer, QueryBoolean):
            return bool(answer)
        assert isinstance(answer, QueryTriples)  # noqa: S101  # the last kind there is
        return list(answer)

    def search(self, text: str, limit: int = 20) -> list[NameMatch]:
        """Find films and people by name, the best first, whatever the spelling."""
        return search(self._snapshot.lookup(), text, limit)

    def film(self, name: str) -> FilmFacts:
        """Return a film by its title, an id or its IRI.

        Raises:
            QueryError: there is none, or more than one; its hint says which.
        """
        check_text(name)
        iri = self._snapshot.lookup().film(name)
        made = self._snapshot.film(self._snapshot.iris.film_key(iri.value))
        if made is None:
            raise QueryError(f"no film is called {name!r}")
        return self._film(made[0])

    def _film(self, film: Film) -> FilmFacts:
        parts: dict[str, list[str]] = {}
        for each in film.performances:
            parts.setdefault(self._named(each.actor).iri, []).append(each.character)
        return FilmFacts(
            iri=self._snapshot.iris.movie(film.key).value,
            title=film.title or "",
            year=film.year,
            ids=film.identifiers,
            directors=tuple(map(self._named, film.directors)),
            actors=tuple(map(self._named, film.actors)),
            characters={iri: tuple(names) for iri, names in parts.items()},
            crew={role: tuple(map(self._named, people)) for role, people in film.crew.items()},
            facts=film.facts,
            synopsis=film.synopsis,
            rating=film.rating,
            ratings=film.ratings,
            reviews=film.reviews,
        )

    def _named(self, person: Person) -> NamedThing:
        return NamedThing(person_iri(person, self._snapshot.iris).value, person.name)

    def person(self, name: str) -> PersonFacts:
        """Return a person by name, an id or IRI.

        Raises:
            QueryError: there is none, or more than one; its hint says which.
        """
        check_text(name)
        iri = self._snapshot.lookup().person(name)
        said = [(quad.predicate, quad.object) for quad in self._snapshot.store.about(iri.value)]

        def values(term: NamedNode) -> tuple[str, ...]:
            return tuple(sorted(each.value for key, each in said if key == term))  # type: ignore[union-attr]

        facts = {name: values(fact.property) for name, fact in PERSON_FACTS.items()}
        films = {role: tuple(self._films_of(iri, role)) for role in CREDITS}
        return PersonFacts(
            iri=iri.value,
            name=next(iter(values(SCHEMA.name)), ""),
            same_as=values(SCHEMA.sameAs),
            facts={name: told for name, told in facts.items() if told},
            films={role: found for role, found in films.items() if found},
        )

    def _films_of(self, person: NamedNode, role: str) -> Iterator[NamedThing]:
        terms = {"role": CREDITS[role], "name": SCHEMA.name, "date": SCHEMA.datePublished}
        text = _FILMS_OF
        for key, term in terms.items():
            text = text.replace(f"{{{key}}}", str(term))
        answer = self._snapshot.store.query(fill(text, {"person": person}))
        for film, title in answer if isinstance(answer, QuerySolutions) else ():
            yield NamedThing(film.value, title.value)

    def explain(self, name: str, predicate: str | None = None) -> list[Explanation]:
        """Say where triples of a film or a person come from: all, or those of a property or field.

        Raises:
            QueryError: there is no such thing in the graph.
        """
        check_text(name)
        snapshot = self._snapshot
        explainer = Explainer(snapshot, snapshot.store)
        return explainer.explain_part(snapshot.lookup().entity(name).iri, predicate)
