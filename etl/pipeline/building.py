"""From the catalog's records to the store's triples: resolve, map, validate, apply."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import chain

from pyoxigraph import Literal, NamedNode, Quad, Triple

from etl.catalog import Catalog, Comparison, Group, Reason
from etl.identifiers import Iris
from etl.mapping import field_of, map_film, map_person, person_iri
from etl.pipeline.reports import Diff, LoadReport, Progress
from etl.provenance import derivations
from etl.resolution import Film, Member, resolve
from etl.sources.values import quoted
from etl.stores import Writable
from etl.validation import Engine, ValidationResult

CHUNK_FILMS = 1000
CHUNK_PEOPLE = 20_000
BATCH_STATEMENTS = 100_000  # the store's loader has a fixed cost for each batch


@dataclass(frozen=True, slots=True)
class Draft:
    """A film on its way into the graph, with the triples it would have there."""

    group: Group
    film: Film
    triples: list[Triple]


@dataclass(slots=True)
class Builder:
    """Brings a store in step with a catalog, entity by entity."""

    catalog: Catalog
    store: Writable
    iris: Iris
    engine: Engine
    report: LoadReport
    run: int
    fresh: bool
    progress: Progress
    warned: Callable[[Film, ValidationResult], None]
    sources: dict[str, NamedNode]
    _comparison: Comparison = field(init=False)
    _gone: list[Quad] = field(default_factory=list)
    _new: list[Triple | Quad] = field(default_factory=list)

    def build(self) -> Comparison:
        """Bring films and people in step, and give what told them apart.

        All changed films are judged first; then records that fell back to what was accepted
        before make their films anew; then what no record is about any more goes.
        """
        with self.report.timed("catalog"):
            self._comparison = self.catalog.compare()
        self._films("candidates")
        with self.report.timed("catalog"):
            self._comparison.compare_accepted()
        self._films("accepted")
        for film in self._comparison.superfluous_films():
            self._replace(self.iris.movie(film), (), self.report.films)
            self._comparison.forget([film])
        self._apply()
        self._people()
        return self._comparison

    def _films(self, table: str) -> None:
        done = 0
        for groups in self._comparison.pending(table, CHUNK_FILMS):
            with self.report.timed("map"):
                drafts = self._drafts(groups)
            with self.report.timed("validate"):
                refused = self._violations(drafts)
            fit = [draft for draft in drafts if draft.film.key not in refused]
            with self.report.timed("store"):
                self._store(fit)
            with self.report.timed("catalog"):
                self._comparison.release([draft.group for draft in fit])
                self._comparison.accept([draft.group for draft in fit])
            if table == "candidates":
                self._refuse_all(drafts, refused)
            done += len(groups)
            self.progress("films", done, self._comparison.pending_count())
        self._apply()

    def _drafts(self, groups: Sequence[Group]) -> list[Draft]:
        identities = self._comparison.identities(groups)
        return [self._draft(group, group.members, identities) for group in groups]

    def _draft(self, group: Group, members: Sequence[Member], identities: dict[str, str]) -> Draft:
        film = resolve(group.film, members, identities)
        return Draft(group, film, map_film(film, self.iris))

    def _violations(self, drafts: Sequence[Draft]) -> dict[str, list[ValidationResult]]:
        """Validate films together; give what blocks each that does not conform, by its key.

        A fault of a person is a fault of every film that names them so.
        """
        triples = [triple for draft in drafts for triple in draft.triples]
        people = dict.fromkeys(person for draft in drafts for person in draft.film.people)
        triples += (triple for person in people for triple in map_person(person, self.iris))
        results = self.engine.validate(triples).results
        if not results:
            return {}
        owners: dict[str, list[Film]] = {}
        for draft in drafts:
            film = draft.film
            owners.setdefault(self.iris.movie(film.key).value, []).append(film)
            for person in film.people:
                owners.setdefault(person_iri(person, self.iris).value, []).append(film)
        refused: dict[str, list[ValidationResult]] = {}
        for result in results:
            focus = result.focus_node
            entity = focus.value.partition("#")[0] if isinstance(focus, NamedNode) else ""
            for film in owners.get(entity, ()):
                if result.blocks:
                    refused.setdefault(film.key, []).append(result)
                else:
                    self.warned(film, result)
        return refused

    def _refuse_all(
        self, drafts: Sequence[Draft], refused: dict[str, list[ValidationResult]]
    ) -> None:
        for draft in drafts:
            if draft.film.key in refused:
                self._refuse(draft, refused[draft.film.key])

    def _refuse(self, draft: Draft, results: Sequence[ValidationResult]) -> None:
        """Put the records that are at fault for a film into quarantine.

        A record is at fault that does not conform alone, where the others together do;
        otherwise all are.
        """
        members = draft.group.members
        sound: list[Member] = []
        if len(members) > 1:
            sound = [member for member in members if self._conforms(draft, [member])]
            if not sound or not self._conforms(draft, sound):
                sound = []
        refused = [member for member in members if member not in sound]
        reasons = [self.reason(draft.film, result) for result in results]
        self._comparison.refuse(self.run, draft.group, refused, reasons)

    def reason(self, film: Film, result: ValidationResult) -> Reason:
        """Put a validation result into words, and tell the field of the record it speaks of."""
        path = str(result.result_path) if result.result_path else ""
        value = "" if result.value is None else _shown(result.value)
        messages = [message.value for message in result.messages]
        component = result.source_constraint_component.value.rpartition("#")[2]
        focus = result.focus_node.value if isinstance(result.focus_node, NamedNode) else ""
        return Reason(
            message="; ".join(messages) or f"violates {component}",
            field=self._field(film, focus, path),
            path=path,
            value=value,
            shape=str(result.source_shape),
            focus_node=focus,
        )

    def _field(self, film: Film, focus: str, path: str) -> str:
        """Tell which field of the record a result speaks of; empty when of none in particular."""
        if any(person_iri(person, self.iris).value == focus for person in film.directors):
            return "directors"
        if any(person_iri(person, self.iris).value == focus for person in film.people):
            return "actors"
        return field_of(path.strip("<>"))

    def _conforms(self, draft: Draft, members: Sequence[Member]) -> bool:
        trial = self._draft(draft.group, members, self._comparison.identities([draft.group]))
        return not self._violations([trial])

    def _store(self, drafts: Sequence[Draft]) -> None:
        for draft in drafts:
            derived = derivations(draft.film, self.sources, self.iris)
            statements: Iterable[Triple | Quad] = chain(draft.triples, derived)
            self._replace(self.iris.movie(draft.film.key), statements, self.report.films)
        self._apply(at_least=BATCH_STATEMENTS)

    def _replace(self, subject: NamedNode, statements: Iterable[Triple | Quad], diff: Diff) -> None:
        """Give an entity the statements it should have, touching only those that differ."""
        if self.fresh:
            self._new.extend(statements)
            diff.added += 1
            return
        old, new = self.store.entity(subject), set(map(_quad, statements))
        self._gone.extend(old - new)
        self._new.extend(new - old)
        diff.added += not old
        diff.removed += not new
        diff.changed += bool(old and new and old != new)

    def _apply(self, *, at_least: int = 0) -> None:
        """Write to the store what has been replaced since it was last written to."""
        if len(self._new) < at_least:
            return
        if self._gone:
            self.store.remove(self._gone)
            self._gone.clear()
        if self._new:
            self.store.add(self._new)
            self._new.clear()

    def _people(self) -> None:
        removed = set[NamedNode]()
        for gone, added in self._comparison.change_people(CHUNK_PEOPLE):
            with self.report.timed("store"):
                removed.update(person_iri(person, self.iris) for person in gone)
                for person in added:
                    node = person_iri(person, self.iris)
                    removed.discard(node)
                    self._replace(node, map_person(person, self.iris), self.report.people)
                self._apply()
        for node in removed:
            self._replace(node, (), self.report.people)
        self._apply()


def _quad(statement: Triple | Quad) -> Quad:
    return statement if isinstance(statement, Quad) else Quad(*statement)


def _shown(term: object) -> str:
    """Write a value for a message: a literal as the record has it."""
    return quoted(term.value) if isinstance(term, Literal) else str(term)
