"""Validate sources, files of RDF, and the store."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Container, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from typing import TypeVar

from pyoxigraph import NamedNode

from etl.catalog.catalog import Catalog
from etl.catalog.kept_out import Places, located, unreadable
from etl.entities.batches import Batch, judge_batch
from etl.entities.drafting import CHUNK_FILMS
from etl.entities.judging import reason
from etl.findings import Finding, Severity, of_result, severity_of
from etl.operations.reading import Reading
from etl.process.garbage import uncollected
from etl.process.temporary import temporary_folder
from etl.process.workers import Workers
from etl.rdf.descriptions import Statement, Term
from etl.rdf.identifiers import DEFAULT_BASE_IRI, Iris
from etl.rdf.vocab import SCHEMA
from etl.resolution.films import Film
from etl.shacl import Engine, Shapes, ShapesEngine, ValidationResult
from etl.shacl.aims import Aim, own_aims, parted, unmet, unmet_in
from etl.shacl.paths import Predicate
from etl.shacl.streaming import (
    HELD_BYTES,
    TripleSource,
    finds_anything,
    finds_anything_in,
    held_in_memory,
    hierarchy_of,
    validate_source,
)
from etl.sources import rdf
from etl.sources.files import shown
from etl.sources.naming import sources
from etl.sources.positions import Pattern
from etl.stores.embedded import EmbeddedStore
from etl.stores.verbatim import VerbatimGraph
from etl.workspace.snapshot import Snapshot

_Each = TypeVar("_Each")


def validate_sources(
    arguments: Sequence[str], engine: Engine, processes: int = 0, chosen: str | None = None
) -> list[Finding]:
    """Read and validate sources as a load into a new workspace would, and load nothing.

    So many `processes` read and validate beside this one, if that is worth it. Tables are read by
    the `chosen` column map.

    Raises:
        SourceError: a source cannot be read at all.
    """
    findings: dict[Finding, None] = {}
    with temporary_folder() as folder:
        catalog = Catalog.create(Path(folder, "catalog.duckdb"), Iris.below(DEFAULT_BASE_IRI))
        try:
            with Workers(processes, engine) as workers:
                findings.update(dict.fromkeys(_read(arguments, catalog, workers, chosen)))
                findings.update(dict.fromkeys(_judge(catalog, workers)))
        finally:
            catalog.close()
    return list(findings)


def _read(
    arguments: Sequence[str], catalog: Catalog, workers: Workers, chosen: str | None
) -> list[Finding]:
    """Read sources into a catalog; give what was repaired, and what cannot be read."""
    run = catalog.runs.begin("validate")
    told: list[Finding] = []
    for source in sources(arguments, None, [], chosen):
        reading = Reading(source, None, told.append, workers, lists=True)
        for read in reading:
            if read.staged:
                catalog.stage(run, read.staged)
        catalog.sources.keep(source)
        catalog.files.keep(run, source.name, reading.stats)
    places = Places.of(catalog)
    for origin, reject in catalog.refusals.rejects():
        told.append(unreadable(places.path(origin), origin.line, reject))
    return told


def _judge(catalog: Catalog, workers: Workers) -> Iterator[Finding]:
    """Validate the films of a catalog; point what is wrong at the records that are at fault."""
    comparison, iris, places = catalog.compare(), catalog.iris, Places.of(catalog)
    comparison.list_pending()
    batches = (
        Batch(page.rows, page.identities, iris, {}) for page in comparison.pending(CHUNK_FILMS)
    )
    for found in workers.map(judge_batch, batches):
        for each in found:
            for result, copy in _numbered(each.results):
                versions = each.at_fault if result.blocks else each.film.group.versions
                for finding in _in_files(each.film, versions, result, iris, places):
                    yield replace(finding, copy=copy)


def _numbered(
    found: Iterable[_Each], key: Callable[[_Each], Hashable] = lambda each: each
) -> Iterator[tuple[_Each, int]]:
    """Yield what is found, with how many before it have the same key."""
    counts: Counter[Hashable] = Counter()
    for each in found:
        same = key(each)
        yield each, counts[same]
        counts[same] += 1


def validate_store(
    snapshot: Snapshot, store: EmbeddedStore, engine: Engine, held_bytes: int = HELD_BYTES
) -> list[Finding]:
    """Validate a store as one graph, and name the records behind its films.

    A graph that takes less memory than `held_bytes` is held meanwhile, which is quicker.
    """
    graph = store.graph()
    locate = _Locating(snapshot, graph)
    return [
        replace(finding, copy=copy)
        for result, copy in _numbered(validate_source(engine, graph, held_bytes=held_bytes))
        for finding in locate.findings(result)
    ]


def unmet_in_store(store: EmbeddedStore, engine: ShapesEngine, shipped: Shapes) -> list[Aim]:
    """Return the aims of the user's shapes that a store has nothing of."""
    return unmet(own_aims(engine.shapes, shipped), store.graph(), hierarchy_of(engine))


def validate_provenance(
    snapshot: Snapshot, store: EmbeddedStore, engine: Engine, held_bytes: int = HELD_BYTES
) -> list[Finding]:
    """Validate the provenance in a store; see `validate_store`."""
    graph = store.graph(snapshot.iris.provenance_graph)
    results = _numbered(validate_source(engine, graph, held_bytes=held_bytes))
    return [replace(of_result(result), copy=copy) for result, copy in results]


@dataclass(frozen=True, slots=True)
class Validated:
    """What is wrong with a file of RDF; which aims of the user's shapes it has nothing of.

    `references` are to other graphs, with the property; nothing is fetched for them.
    """

    findings: list[Finding]
    unmet: list[Aim]
    references: list[tuple[NamedNode, Term]]


def validate_file(
    path: str, engine: ShapesEngine, shipped: Shapes, held_bytes: int = HELD_BYTES
) -> Validated:
    """Validate a file of RDF as one graph, whatever its size.

    A graph that takes less memory than `held_bytes` is held meanwhile, which is quicker. The shapes
    that are `shipped` judge schema.org's terms whether they are written with `http:` or `https:`;
    all others judge the file as it stands.

    Raises:
        SourceError: the file cannot be read, or is not of its format.
    """
    seen = rdf.Noticed()
    aims = own_aims(engine.shapes, shipped)

    def in_https() -> Iterator[Statement]:
        return rdf.in_https(rdf.read(path), seen)

    by_ours = _validated(engine, aims, in_https, held_bytes)
    by_users = _Done([], is_checked=False, unmet=by_ours.unmet)
    if seen.http and aims:
        ours, users = (engine.of(each) for each in parted(engine.shapes, shipped))
        by_ours = _validated(ours, (), in_https, held_bytes)
        by_users = _validated(users, aims, lambda: rdf.read(path), held_bytes)
    findings = [
        *_in_file(path, by_ours.results, https=True),
        *_in_file(path, by_users.results, https=False),
    ]
    if not by_ours.is_checked and not by_users.is_checked:
        findings = [Finding(Severity.WARNING, "no shape has a target in it", shown(path))]
    return Validated(findings, by_users.unmet, list(seen.references))


@dataclass(frozen=True, slots=True)
class _Done:
    results: list[ValidationResult]
    is_checked: bool
    unmet: list[Aim]


def _validated(
    engine: ShapesEngine,
    aims: Sequence[Aim],
    read: Callable[[], Iterator[Statement]],
    held_bytes: int,
) -> _Done:
    """Validate what a file says; if that is much, read it once more, and hold it on disk."""
    with uncollected():
        done = _in_memory(engine, aims, read(), held_bytes)
    if done is None:
        with VerbatimGraph.of(read(), on_disk=True) as graph:
            results = list(validate_source(engine, graph, held_bytes=0))
            is_checked = bool(results) or finds_anything(engine, graph)
            done = _Done(results, is_checked, unmet(aims, graph, hierarchy_of(engine)))
    return done


def _in_memory(
    engine: ShapesEngine, aims: Sequence[Aim], said: Iterator[Statement], held_bytes: int
) -> _Done | None:
    few = held_in_memory(said, held_bytes)
    if few is None:
        return None
    results = list(engine.validate(few).results)
    is_checked = bool(results) or finds_anything_in(engine, few)
    missed = unmet_in(aims, chain(few, hierarchy_of(engine))) if aims else []
    return _Done(results, is_checked, missed)


def _in_file(path: str, results: Sequence[ValidationResult], *, https: bool) -> Iterator[Finding]:
    """Point results at lines of a file of RDF."""
    wanted = (pattern for result in results for pattern in _patterns(result))
    lines = rdf.lines(path, wanted, https=https)
    for result, copy in _numbered(results):
        line = next((lines[each] for each in _patterns(result) if each in lines), 0)
        yield replace(of_result(result, shown(path)), line=line, copy=copy)


def _patterns(result: ValidationResult) -> Iterator[Pattern]:
    """Describe the triple that a result is about, from its most to its least likely form."""
    path = result.result_path
    if isinstance(path, Predicate):
        if result.value is not None:
            yield result.focus_node, path.iri, result.value
        yield result.focus_node, path.iri, None
    yield result.focus_node, None, None


class _Locating:
    """Finds the records behind what is wrong with a film or a person of the graph."""

    def __init__(self, snapshot: Snapshot, store: TripleSource) -> None:
        self._snapshot = snapshot
        self._store = store
        self._iris = snapshot.iris
        self._places = Places.of(snapshot.catalog)

    def findings(self, result: ValidationResult) -> Iterator[Finding]:
        """Yield a finding for each record of the films, else one that names the node."""
        told = of_result(result)
        films = [film for key in self._keys(result.focus_node) for film in self._film(key)]
        if not films:
            yield told
        for film in films:
            yield from _in_files(film, film.group.versions, result, self._iris, self._places)

    def _keys(self, node: Term) -> Iterable[str]:
        """Return the keys of the films that a node is, is a part of, or is named by."""
        by = (SCHEMA.director, SCHEMA.actor)
        naming = (triple.subject for each in by for triple in self._store.triples(None, each, node))
        nodes = (each.value for each in chain([node], naming) if isinstance(each, NamedNode))
        return dict.fromkeys(filter(None, map(self._iris.film_key, nodes)))

    def _film(self, key: str) -> Iterator[Film]:
        if found := self._snapshot.film(key):
            yield found[0]


def _in_files(
    film: Film,
    versions: Container[int],
    result: ValidationResult,
    iris: Iris,
    places: Places,
) -> Iterator[Finding]:
    """Point a result at those of a film's records that are of these versions."""
    why = reason(film, result, iris)
    for member in (each for each in film.group.members if each.version in versions):
        finding = located(severity_of(result), places, member.origin, member.record, why)
        title = member.record.title or ""
        yield replace(finding, result=result, film=film.key, title=title)
