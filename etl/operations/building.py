"""From the catalog's records to the store's triples: resolve, map, validate, apply."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import cast

from pyoxigraph import NamedNode, Quad, RdfFormat, Triple, parse

from etl.catalog.catalog import Catalog
from etl.entities.batches import Batch, Built, Judged, build_batch
from etl.entities.drafting import CHUNK_FILMS
from etl.entities.judging import reason
from etl.entities.people import describe_person, map_person, map_redirect, person_iri
from etl.entities.tally import Tally
from etl.operations.counting import all_new, count, own
from etl.operations.reports import Diff, LoadReport
from etl.process.progress import Progress
from etl.process.workers import Workers
from etl.rdf.descriptions import written
from etl.rdf.identifiers import Iris
from etl.resolution.comparison import Comparison
from etl.resolution.films import Film
from etl.search.entries import Entry, credited, entry
from etl.search.writing import IndexWriter
from etl.shacl import Engine, ValidationResult
from etl.stores.embedded import EmbeddedStore

CHUNK_PEOPLE = 20_000


@dataclass(slots=True)
class Builder:
    """Brings a store in step with a catalog, entity by entity."""

    catalog: Catalog
    store: EmbeddedStore
    index: IndexWriter
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
    _entries: list[Entry] = field(default_factory=list)
    _credits: Counter[str] = field(default_factory=Counter)

    def build(self, workers: Workers | None = None) -> None:
        """Bring films and people in step with the catalog.

        Films that differ are made, by `workers` if there are many. What is refused falls back to
        the record before, and films that this changes are made in turn; then what no record is
        about any more goes.
        """
        self.sources.update(
            {source.name: self.iris.source(source.slug) for source in self.catalog.sources.all()}
        )
        with self.report.timed("catalog"):
            self._comparison = self.catalog.compare()
        workers = workers or Workers(0, self.engine)
        self._films(workers)
        while self._stepped_down():
            self._again = not self.fresh
            self._films(workers)
        self._comparison.forget_refusals()
        for film in self._comparison.superfluous_films():
            self._replace(self.iris.movie(film), (), self.report.films)
            self._comparison.forget([film])
        self._apply()
        self._people()
        with self.catalog.at_once():
            self._comparison.keep()
        with self.report.timed("search"):
            self.index.finish()
        if self.fresh:
            self.report.graph = all_new(self.tally)

    def _stepped_down(self) -> bool:
        with self.report.timed("catalog"):
            return self._comparison.step_down()

    def _films(self, workers: Workers) -> None:
        """Make the films that differ from the graph's."""
        done, refused = 0, list[str]()
        total = self._comparison.list_pending()
        for built in workers.map(build_batch, self._batches()):
            self.report.add_time("map", built.map_s)
            self.report.add_time("validate", built.validate_s)
            self._add(built)
            for film, quads in built.changed:
                told = parse(quads, RdfFormat.N_QUADS)
                self._replace(self.iris.movie(film), told, self.report.films)
            self._apply()
            refused += [each.film.key for each in built.judged if self._refuse(each)]
            done += built.films
            self.progress("films", done, total)
        with self.report.timed("catalog"):
            self._comparison.accept(refused)

    def _batches(self) -> Iterator[Batch]:
        pages = self._comparison.pending(CHUNK_FILMS)
        while True:
            with self.report.timed("catalog"):
                page = next(pages, None)
            if page is None:
                return
            yield Batch(page.rows, page.identities, self.iris, self.sources, page.standing)

    def _add(self, built: Built) -> None:
        """Add the films of which the store has nothing."""
        self.report.films.added += built.added
        with self.report.timed("search"):
            self.index.add(built.entries, built.credited)
        self._put(built.new, built.tally)

    def _put(self, new: bytes, tally: Tally) -> None:
        """Give the store what it has nothing of, as N-Quads."""
        if new:
            self.changed("+", parse(new, RdfFormat.N_QUADS))
            self.tally.add(tally)
            with self.report.timed("store"):
                self.store.add_serialized(new)

    def _refuse(self, judged: Judged) -> bool:
        """Return what is not right with a film; if it is blocked, put what is at fault away."""
        reasons = []
        for result in judged.results:
            if result.blocks:
                reasons.append(reason(judged.film, result, self.iris))
            else:
                self.warned(judged.film, result)
        if reasons:
            self._comparison.refuse(self.run, judged.film.group, judged.at_fault, reasons)
        return bool(reasons)

    def _replace(self, subject: NamedNode, statements: Iterable[Triple | Quad], diff: Diff) -> None:
        """Give an entity the statements it should have, touching only those that differ.

        What was replaced before in the same run is counted by what it was `before` that.
        """
        new = set(map(_quad, statements))
        old = own(self.store.entity(subject))
        self._gone.extend(old - new)
        self._new.extend(new - old)
        if old != new:
            self._entries.append(entry(subject.value, (quad.triple for quad in new)))
            self._credits.update(credited(quad.triple for quad in new - old))
            self._credits.subtract(credited(quad.triple for quad in old - new))
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
        with self.report.timed("search"):
            self.index.replace(self._entries, self._credits)
        self._entries.clear()
        self._credits.clear()

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
            if self.fresh:
                told = [describe_person(person, self.iris) for person in added]
                self._put(written(told), Tally.of_descriptions(told))
                with self.report.timed("search"):
                    self.index.add_people(told)
                continue
            with self.report.timed("store"):
                removed.update(person_iri(person, self.iris) for person in gone)
                for person in added:
                    node = person_iri(person, self.iris)
                    removed.discard(node)
                    self._replace(node, map_person(person, self.iris), self.report.people)
                self._apply()
        for node in removed:
            self._replace(node, (), self.report.people)
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
