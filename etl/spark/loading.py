"""A load on Spark, from sources to shards: the same graph as on one machine, from nothing.

What each step has made is kept in `_work`, in the folder of the shards: the records, each table of
resolution, the films of each round and slice. A load that was ended goes on from there, if sources
and options are the same and the files look as they did.
"""

from __future__ import annotations

import json
import pickle
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import reduce
from importlib.metadata import version
from typing import TYPE_CHECKING

from pyoxigraph import RdfFormat, serialize

from etl.catalog.entries import Run
from etl.catalog.kept_out import Places
from etl.entities import MAPPING_VERSION
from etl.entities.tally import Tally
from etl.findings import Found, unheard
from etl.operations.reading import described
from etl.operations.reports import LoadReport
from etl.output.graphs import GraphHash
from etl.process.limits import COMPARING_BYTES
from etl.process.progress import Progress, silent
from etl.provenance.recording import History
from etl.publication.sharding import MANIFEST, manifest
from etl.rdf.identifiers import DEFAULT_BASE_IRI, Iris
from etl.records import Origin
from etl.shacl import Engine
from etl.sources.files import Source, full_path
from etl.sources.naming import sources
from etl.spark.arrow import ddl
from etl.spark.building import BUILT, MEMBER_ROWS, Making
from etl.spark.elsewhere import outlined
from etl.spark.files import FileSystems
from etl.spark.folders import OutputFolder
from etl.spark.planning import SPLIT_BYTES, ReadingPlan, planned
from etl.spark.quarantine import keep_out
from etl.spark.reading import read, with_own_keys
from etl.spark.reporting import load_report, write_lists
from etl.spark.resolving import Resolving
from etl.spark.session import session
from etl.spark.shards import write_shards
from etl.spark.tables import SparkTables

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

_FILMS_PER_PARTITION = 20_000
_STATEMENTS_OF_A_PERSON = 3


@dataclass(frozen=True, slots=True)
class SparkOptions:
    """How to load on Spark; the names of a load's own options mean the same here.

    `master` is Spark's, as its documentation has it. So many `films_at_once` are made by one job,
    after which the load can be taken up again. A file of JSON Lines of `split_bytes` is cut.
    """

    master: str | None = None
    name: str | None = None
    map: str | None = None
    reviews: bool | None = None
    match: str | None = None
    base_iri: str | None = None
    memory_bytes: int = COMPARING_BYTES
    films_at_once: int = 1_000_000
    split_bytes: int = SPLIT_BYTES
    progress: Progress = silent
    found: Found = field(default=unheard)


@dataclass(frozen=True, slots=True)
class SparkReport:
    """What a load on Spark did: how records ended, in how many rounds, and the hash of the graph.

    `untold` counts the findings by severity that were not told one by one.
    """

    load: LoadReport
    rounds: int
    graph: GraphHash
    untold: Mapping[str, int]


def load_on_spark(
    arguments: Sequence[str], folder: str, engine: Engine, options: SparkOptions
) -> SparkReport:
    """Load sources on Spark, and write the graph into a folder as shards.

    Raises:
        SourceError: a source cannot be read at all.
        EtlError: Spark is not there, or the folder has something else in it.
    """
    if not any("://" in each for each in arguments):
        sources(
            arguments, options.name, (), options.map
        )  # what is wrong is told before Spark starts
    with session(options.master) as spark:
        with outlined(FileSystems(spark), arguments) as (outline, paths):
            named = sources(paths, options.name, (), options.map)
            if options.reviews is not None:
                named = [replace(each, reviews=options.reviews) for each in named]
            plan = planned(named, options.memory_bytes, options.split_bytes, outline)
            named = [outline.shown(described(each, None, options.found)) for each in named]
        for finding in plan.recognised:
            options.found(finding)
        return _Load(spark, named, plan, folder, engine, options).load()


class _Load:
    """One load on its way."""

    def __init__(
        self,
        spark: SparkSession,
        named: Sequence[Source],
        plan: ReadingPlan,
        folder: str,
        engine: Engine,
        options: SparkOptions,
    ) -> None:
        self._files = FileSystems(spark)
        self._place = OutputFolder(self._files, folder)
        self._folder = self._place.path
        self._spark, self._named, self._plan, self._options = spark, named, plan, options
        iris = Iris.below(options.base_iri or DEFAULT_BASE_IRI)
        self._making = Making(
            engine=pickle.dumps(engine, pickle.HIGHEST_PROTOCOL),
            iris=iris,
            sources={each.name: iris.source(each.slug) for each in named},
            slugs={each.name: each.slug for each in named},
        )
        told = [MAPPING_VERSION, engine.shapes.digest, options.match, options.films_at_once]
        self._plan_text = json.dumps([*told, iris.base, plan.stamp])
        self._tables = SparkTables(spark, f"{self._folder}/_work")
        self._rounds, self._begun = 0, datetime.now(UTC)

    def load(self) -> SparkReport:
        """Carry the load out, or on from where it was ended."""
        with self._place.alone():
            self._place.begin(self._plan_text)
            return self._load()

    def _load(self) -> SparkReport:
        records = self._records()
        resolving = Resolving(self._tables, records, needs_witness=self._options.match == "witness")
        notes = records.where("kind = 'note'")
        self._tables.show("notes", notes)
        self._build(resolving)
        resolving.name_people()
        report = load_report(self._tables, records, self._named, self._plan, self._options.found)
        places = Places(self._named, _Forms(self._plan.forms), full_path)
        untold = keep_out(self._tables, places, self._folder, self._options.found)
        write_lists(self._tables, self._folder)
        graph = self._write(report)
        self._files.remove(f"{self._folder}/_work")
        return SparkReport(report, self._rounds, graph, untold)

    def _records(self) -> DataFrame:
        """Read the records, each with a number."""
        from pyspark.sql import functions as f

        self._options.progress("records", 0, None)
        self._tables.put(
            "read",
            lambda: read(self._spark, self._plan).withColumn(
                "version", f.monotonically_increasing_id()
            ),
        )
        held = self._spark.table("read")
        own = with_own_keys(held)
        if own is held:
            return held
        self._tables.put("keyed", lambda: own)
        return self._spark.table("keyed")

    def _build(self, resolving: Resolving) -> None:
        """Make films, and group the records again without those that are refused, until none is."""
        spark, tables = self._spark, self._tables
        built = [spark.createDataFrame([], ddl(BUILT))]
        while True:
            done = _all(built).select("film", "inputs")
            pending = spark.table("groups").join(done, ["film", "inputs"], "left_anti")
            count = pending.count()
            if not count:
                break
            self._rounds += 1
            slices = -(-count // self._options.films_at_once)
            for number in range(slices):
                self._options.progress("films", number * self._options.films_at_once, count)
                some = pending.where(f"pmod(xxhash64(film), {slices}) = {number}")
                tables.show("pending", some)
                rows, partitions = tables.ask(MEMBER_ROWS), self._partitions(count // slices)
                name = f"built_{self._rounds}_{number}"
                tables.put(name, lambda: self._making.films(rows, partitions))  # noqa: B023
                built.append(spark.table(name))
            refused = _all(built).selectExpr("explode(refused) AS version").distinct()
            if refused.count() == tables.count("refused"):
                break
            resolving.without(refused)
        tables.show("built", _all(built))
        films = spark.sql(
            "SELECT groups.*, triples, provenance, statements, results FROM groups "
            "JOIN built USING (film, inputs) WHERE size(refused) = 0"
        )
        tables.show("films", films)

    def _partitions(self, films: int) -> int:
        return max(self._spark.sparkContext.defaultParallelism, films // _FILMS_PER_PARTITION)

    def _write(self, report: LoadReport) -> GraphHash:
        """Write the shards of both graphs and, last of all, their manifest."""
        tables, spark = self._tables, self._spark
        films = spark.table("films")
        people, redirects = spark.table("named"), spark.table("redirected")
        text = _all(
            [
                films.selectExpr("triples AS text"),
                self._making.people(people),
                self._making.redirects(redirects),
            ]
        )
        counted = films.selectExpr("sum(statements)").collect()[0][0] or 0
        counted += people.count() * _STATEMENTS_OF_A_PERSON
        graph, tally = write_shards(spark, text, self._folder, "graph", counted)
        told = films.selectExpr("provenance AS text").unionAll(self._described(report, tally))
        provenance, _ = write_shards(spark, told, self._folder, "provenance", tables.count("films"))
        name = self._making.iris.provenance_graph
        self._files.write(f"{self._folder}/{MANIFEST}", manifest(graph, provenance, name))
        return graph.hashed

    def _described(self, report: LoadReport, tally: Tally) -> DataFrame:
        """Say what the sources, this run and the graph are, as a load on one machine does."""
        now = datetime.now(UTC)
        seconds = (now - self._begun).total_seconds()
        run = Run(1, "load", self._begun, seconds, report.summary(1), software=version("reelgraph"))
        licences = {each.source: each.licences for each in report.sources}
        known = sorted(self._named, key=lambda each: each.name)
        history = History(known, known, licences, [run], now)
        described = history.described(tally, self._making.iris)
        triples = [triple for _, about in described for triple in about]
        lines = serialize(triples, format=RdfFormat.N_TRIPLES) or b""
        return self._spark.createDataFrame([(lines.decode().rstrip("\n"),)], "text string")


@dataclass(frozen=True, slots=True)
class _Forms:
    """Gives the form of a record's file, in whatever process."""

    forms: Mapping[tuple[str, str], str]

    def __call__(self, origin: Origin) -> str:
        return self.forms.get((origin.source, origin.path), "")


def _all(tables: Sequence[DataFrame]) -> DataFrame:
    return reduce(lambda one, other: one.unionAll(other), tables)
