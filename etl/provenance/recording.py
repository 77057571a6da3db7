"""Write down what a run did and what the graph now is, and give it back for an export."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import chain
from typing import NamedTuple

from pyoxigraph import NamedNode, Quad, Triple

from etl.catalog.catalog import Catalog
from etl.catalog.entries import Run
from etl.entities.deriving import describe_derivation
from etl.entities.tally import Tally
from etl.provenance.datasets import describe_dataset, describe_source
from etl.provenance.runs import describe_run, describe_software, ended
from etl.rdf.identifiers import Iris
from etl.sources.files import Source
from etl.stores import Writable
from etl.stores.embedded import EmbeddedStore
from etl.stores.remote import RemoteStore


def describe(
    catalog: Catalog, store: Writable, tally: Tally, runs: Iterable[Run], *, fresh: bool = False
) -> None:
    """Bring what the provenance graph says in step: of some runs, all sources, and the data set.

    What it says of the others stays; a `fresh` store says nothing of them. `tally` is how much of
    what the graph holds.
    """
    gone: list[Quad] = []
    new: list[Quad] = []
    graph = catalog.iris.provenance_graph
    for subject, wanted in descriptions(catalog, tally, runs):
        said = () if fresh else store.entity(subject)
        held = {quad for quad in said if quad.graph_name == graph}
        gone += held - wanted
        new += wanted - held
    if gone:
        store.remove(gone)
    store.add(new)


def descriptions(
    catalog: Catalog, tally: Tally, runs: Iterable[Run]
) -> Iterator[tuple[NamedNode, set[Quad]]]:
    """Yield what there is to be described, each with what is said of it and its parts.

    That is some runs, the programs that made them, all sources, and the data set.
    """
    graph = catalog.iris.provenance_graph
    known = History(
        catalog.sources.all(),
        catalog.sources.standing(),
        catalog.sources.licences(),
        list(runs),
        ended(_last_change(catalog.runs.all())),
    )
    for subject, triples in known.described(tally, catalog.iris):
        yield subject, {_named(triple, graph) for triple in triples}


class History(NamedTuple):
    """What a graph was made from: its sources, and the runs that are to be described.

    `standing` are the sources that still have records, `licences` their licences by the name of
    the source. `modified` is when the graph last changed.
    """

    sources: Sequence[Source]
    standing: Sequence[Source]
    licences: Mapping[str, Sequence[str]]
    runs: Sequence[Run]
    modified: datetime

    def described(self, tally: Tally, iris: Iris) -> Iterator[tuple[NamedNode, Iterable[Triple]]]:
        """Yield what there is to be described, each with what is said of it."""
        slugs = {
            name: source.slug for source in self.sources for name in (source.label, source.name)
        }
        for source in self.sources:
            about = describe_source(source, self.licences[source.name], iris)
            yield iris.source(source.slug), about
        for run in self.runs:
            yield iris.run(run.run), describe_run(run, slugs, iris)
        for software in dict.fromkeys(run.software for run in self.runs):
            yield iris.software(software), describe_software(software, iris)
        told = describe_dataset(self.standing, self.licences, tally, self.modified, iris)
        yield iris.dataset, told


def _last_change(runs: Sequence[Run]) -> Run:
    """Return the last run that changed the graph, or the first where none did."""
    return next((run for run in reversed(runs) if run.changed_graph), runs[0])


def concerned(runs: Sequence[Run], number: int) -> Iterator[Run]:
    """Yield a run, and those that it took back, or brought back by taking back another."""
    by_number = {run.run: run for run in runs}
    at: int | None = number
    while at is not None:
        yield by_number[at]
        at = by_number[at].undoes


def provenance_of(catalog: Catalog, store: EmbeddedStore | RemoteStore) -> Iterator[Quad]:
    """Yield the provenance graph, and from which records each film derives."""
    iris = catalog.iris
    slugs = {source.name: source.slug for source in catalog.sources.all()}
    derived = chain.from_iterable(
        describe_derivation(each, slugs[each.source], iris) for each in catalog.derivations()
    )
    yield from store.export(iris.provenance_graph)
    yield from (_named(triple, iris.provenance_graph) for triple in derived)


def _named(triple: Triple, graph: NamedNode) -> Quad:
    return Quad(triple.subject, triple.predicate, triple.object, graph)
