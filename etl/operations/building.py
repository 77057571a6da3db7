"""From the catalog's records to the store's triples: resolve, map, validate, apply."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import cast

from pyoxigraph import NamedNode, Quad, RdfFormat, Triple, parse

from etl.catalog.catalog import Catalog
from etl.entities.drafting import (
    CHUNK_FILMS,
    Draft,
    Prepared,
    Task,
    draft,
    judged,
    prepare_rows,
    stored,
)
from etl.entities.judging import at_fault, reason
from etl.entities.mapping import map_person, map_redirect, person_iri
from etl.entities.tally import Tally
from etl.operations.counting import all_new, count, own
from etl.operations.reports import Diff, LoadReport
from etl.process.progress import Progress
from etl.process.workers import Workers
from etl.provenance.counting import tally_of
from etl.rdf.identifiers import Iris
from etl.resolution.comparison import Comparison
from etl.resolution.films import Film
from etl.resolution.groups import groups_of
from etl.shacl import Engine, ValidationResult
from etl.stores.embedded import EmbeddedStore

CHUNK_PEOPLE = 20_000


@dataclass(slots=True)
class Builder:
    """Brings a store in step with a catalog, entity by entity."""

    catalog: Catalog
    store: EmbeddedStore
    iris: Iris
    engine: Engine
    report: LoadReport
    run: int
    fresh: bool
    progress: Progress
    warned: Callable[[Film, ValidationResult], None]
    changed: Callable[[str, Iterable[Quad]], None]
    before: Callable[[NamedNode], set[Quad]]
    sources: dict[str, NamedNode] = field(default_factory=dict)
    tally: Tally = field(default_factory=Tally)
    _comparison: Comparison = field(init=False)
    _gone: list[Quad] = field(default_factory=list)
    _new: list[Triple | Quad] = field(default_factory=list)
    _again: bool = False

    def build(self, workers: Workers | None = None) -> Comparison:
        """Bring films and people in step, and give what told them apart.

        Where nearly all films are to be made, `workers` make most of them beforehand.

        What was foreseen is confirmed, and the other changed films are judged; what is refused
        falls back to the record before, and films that this changes are judged in turn; then
        what no record is about any more goes.
        """
        self.sources.update(
            {source.name: self.iris.source(source.slug) for source in self.catalog.sources()}
        )
        with self.report.timed("catalog"):
            self._comparison = self.catalog.compare()
        if workers is not None:
            self._prepare(workers)
        self._confirm()
        self._films(fresh=self.fresh)
        while self._stepped_down():
            self._again = not self.fresh
            self._films(fresh=False)
        self._comparison.forget_refusals()
        for film in self._comparison.superfluous_films():
            self._replace(self.iris.movie(film), (), self.report.films, fresh=False)
            self._comparison.forget([film])
        self._apply()
        self._people()
        self._comparison.keep()
        if self.fresh:
            self.report.graph = all_new(self.tally)
        return self._comparison

    def _prepare(self, workers: Workers) -> None:
        """Have processes make the films of which there is one record, to be confirmed."""
        pages = self._comparison.lone(CHUNK_FILMS)
        tasks = (Task(rows, self.iris, self.sources) for rows in pages)
        for task, prepared in workers.map(prepare_rows, tasks):
            self.foresee(prepared, {row[0]: row[2] for row in task.rows})

    def foresee(self, prepared: Prepared, versions: Mapping[str, int]) -> None:
        """Put films into the store that were made of one record each, as it was read.

        Nearly always that record is all there is about a film that is new, and nothing is left
        to do for it; `build` takes the others out again, and makes them of all their records.
        """
        self.report.add_time("map", prepared.map_s)
        self.report.add_time("validate", prepared.validate_s)
        if not prepared.films or self.catalog.holds_any(prepared.films):
            return
        self.changed("+", parse(prepared.quads, RdfFormat.N_QUADS))
        self.tally.add(prepared.tally)
        with self.report.timed("store"):
            self.store.add_serialized(prepared.quads)
        with self.report.timed("catalog"):
            self.catalog.foresee([(film, versions[film]) for film in prepared.films])

    def _confirm(self) -> None:
        """Keep the films that were foreseen rightly, and take the others out of the store."""
        confirmed, mistaken, twice = self._comparison.confirm()
        self.report.films.added += confirmed
        if twice:  # the store has once what was counted twice
            self.store.finish()
            self.tally = tally_of(self.store)
        for film in mistaken:
            self._gone.extend(self.store.entity(self.iris.movie(film)))
        self._apply()

    def _stepped_down(self) -> bool:
        with self.report.timed("catalog"):
            return self._comparison.step_down()

    def _films(self, *, fresh: bool) -> None:
        done = 0
        for rows in self._comparison.pending(CHUNK_FILMS):
            groups = list(groups_of(rows))
            with self.report.timed("map"):
                identities = self._comparison.identities(groups)
                drafts = [draft(each, each.members, identities, self.iris) for each in groups]
            with self.report.timed("validate"):
                refused = self._violations(drafts)
            fit = [each for each in drafts if each.film.key not in refused]
            with self.report.timed("store"):
                self._store(fit, fresh=fresh)
            with self.report.timed("catalog"):
                self._comparison.accept([each.film.key for each in fit])
            for each in drafts:
                if each.film.key in refused:
                    self._refuse(each, refused[each.film.key])
            done += len(groups)
            self.progress("films", done, self._comparison.pending_count())
        self._apply()

    def _violations(self, drafts: Sequence[Draft]) -> dict[str, list[ValidationResult]]:
        """Judge films together; give what blocks each that does not conform, by its key."""
        refused: dict[str, list[ValidationResult]] = {}
        for film, result in judged(drafts, self.engine, self.iris) if drafts else ():
            if result.blocks:
                refused.setdefault(film.key, []).append(result)
            else:
                self.warned(film, result)
        return refused

    def _refuse(self, refused: Draft, results: Sequence[ValidationResult]) -> None:
        """Put the records that are at fault for a film into quarantine."""
        identities = self._comparison.identities([refused.group])
        faulty = at_fault(refused, self.engine, identities, self.iris)
        reasons = [reason(refused.film, result, self.iris) for result in results]
        self._comparison.refuse(self.run, refused.group, faulty, reasons)

    def _store(self, drafts: Sequence[Draft], *, fresh: bool) -> None:
        for each in drafts:
            subject = self.iris.movie(each.film.key)
            told = stored(each, self.sources, self.iris)
            self._replace(subject, told, self.report.films, fresh=fresh)
        self._apply()

    def _replace(
        self,
        subject: NamedNode,
        statements: Iterable[Triple | Quad],
        diff: Diff,
        *,
        fresh: bool,
    ) -> None:
        """Give an entity the statements it should have, touching only those that differ.

        A `fresh` one is not in the store yet. What was replaced before in the same run is counted
        by what it was `before` that.
        """
        if fresh:
            self._new.extend(statements)
            return
        new = set(map(_quad, statements))
        old = own(self.store.entity(subject))
        self._gone.extend(old - new)
        self._new.extend(new - old)
        if self._again:
            before = own(self.before(subject))
            count(diff, before, old, -1)
            old = before
        count(diff, old, new)

    def _apply(self) -> None:
        """Write to the store what has been replaced since it was last written to."""
        if self._gone:
            self.tally.subtract(Tally.of(_in_default_graph(self._gone)))
            self.changed("-", self._gone)
            self.store.remove(self._gone)
            self._gone.clear()
        if self._new:
            self.tally.add(Tally.of(_in_default_graph(self._new)))
            self.changed("+", map(_quad, self._new))
            self.store.add(self._new)
            self._new.clear()

    def _people(self) -> None:
        """Bring the people in step, and what redirects to them and to films."""
        self._comparison.compare_people()
        obsolete, redirects = self._comparison.change_redirects()
        replaced = {(each.kind, each.old) for each in (*obsolete, *redirects)}
        self.report.graph.redirects = len(replaced)
        for quad in (_quad(map_redirect(each, self.iris)) for each in obsolete):
            if quad in self.store.entity(cast(NamedNode, quad.subject)):  # else its film is back
                self._gone.append(quad)
        self._apply()
        removed = set[NamedNode]()
        for gone, added in self._comparison.change_people(CHUNK_PEOPLE):
            with self.report.timed("store"):
                removed.update(person_iri(person, self.iris) for person in gone)
                for person in added:
                    node = person_iri(person, self.iris)
                    removed.discard(node)
                    triples = map_person(person, self.iris)
                    self._replace(node, triples, self.report.people, fresh=self.fresh)
                self._apply()
        for node in removed:
            self._replace(node, (), self.report.people, fresh=False)
        self._new.extend(map_redirect(each, self.iris) for each in redirects)
        self._apply()


def _in_default_graph(statements: Iterable[Triple | Quad]) -> list[Triple]:
    return [
        each if isinstance(each, Triple) else each.triple
        for each in statements
        if isinstance(each, Triple) or not isinstance(each.graph_name, NamedNode)
    ]


def _quad(statement: Triple | Quad) -> Quad:
    return statement if isinstance(statement, Quad) else Quad(*statement)
