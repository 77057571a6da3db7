"""A load on Spark, from sources to shards: the same graph as on one machine, from nothing.

What is done is kept in `_work`, in the folder of the shards: the records, each table of resolution,
the films of each round and slice. A load that was ended goes on from there, if its sources and
options are the same and their files look as they did.
"""

from __future__ import annotations

import json
import pickle
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import reduce
from typing import TYPE_CHECKING, Any

from etl.catalog.kept_out import Places
from etl.entities.mapping import MAPPING_VERSION
from etl.errors import EtlError
from etl.findings import Found, unheard
from etl.operations.reports import Diff, GraphDiff, LoadReport, SourceReport
from etl.process.limits import COMPARING_BYTES
from etl.process.progress import Progress, silent
from etl.publication.sharding import MANIFEST, manifest
from etl.rdf.identifiers import DEFAULT_BASE_IRI, Iris
from etl.records import NoteKind, Origin
from etl.resolution.matching import TITLE
from etl.shacl import Engine
from etl.sources.files import Source
from etl.sources.naming import sources
from etl.sources.tables.forms import Form
from etl.spark.building import BUILT, MEMBER_ROWS, Making
from etl.spark.elsewhere import outlined
from etl.spark.files import FileSystems
from etl.spark.planning import SPLIT_BYTES, ReadingPlan, planned
from etl.spark.quarantine import keep_out
from etl.spark.reading import read, with_own_keys
from etl.spark.resolving import DISPUTES, ENDED, Resolving
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
    """What a load on Spark did, and how often refusals made it group records again."""

    load: LoadReport
    rounds: int
    graph: str


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
            named = [outline.shown(each) for each in named]
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
        self._folder = self._files.qualified(folder)
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
        self._rounds = 0

    def load(self) -> SparkReport:
        """Carry the load out, or on from where it was ended."""
        self._begin()
        records = self._records()
        resolving = Resolving(self._tables, records, needs_witness=self._options.match == "witness")
        notes = records.where("kind = 'note'")
        self._tables.show("notes", notes)
        self._build(resolving)
        resolving.name_people()
        report = self._report(records)
        places = Places(self._named, _Forms(self._plan.forms))
        keep_out(self._tables, places, self._folder, self._options.found)
        graph = self._write()
        self._files.remove(f"{self._folder}/_work")
        return SparkReport(report, self._rounds, graph)

    def _begin(self) -> None:
        """Go on with the work of such a load that was ended, or begin anew."""
        kept = f"{self._folder}/_work/plan.json"
        if self._files.read(kept) == self._plan_text:
            return
        held = self._files.within(self._folder)
        if any(not each.endswith("/_work") for each in held) and not self._files.exists(kept):
            raise EtlError(
                f"{self._folder}: expected an empty folder", hint="name another with --output"
            )
        for each in held:
            self._files.remove(each)
        self._files.write(kept, self._plan_text)

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
        built = [spark.createDataFrame([], BUILT)]
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

    def _write(self) -> str:
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
        graph = write_shards(spark, text, self._folder, "graph", counted)
        derived = films.selectExpr("provenance AS text")
        provenance = write_shards(spark, derived, self._folder, "provenance", tables.count("films"))
        name = self._making.iris.provenance_graph
        self._files.write(f"{self._folder}/{MANIFEST}", manifest(graph, provenance, name))
        return str(graph.hashed)

    def _report(self, records: DataFrame) -> LoadReport:
        """Count how the records have ended, as a load reports it."""
        tables, spark = self._tables, self._spark
        report = LoadReport(run=1, committed=True)
        ended = {each.name: SourceReport(each.label, each.name, each.root) for each in self._named}
        counts = f"{self._folder}/counts"
        tables.ask(ENDED).coalesce(1).write.mode("overwrite").parquet(counts)
        for source, outcome, number in spark.read.parquet(counts).collect():
            setattr(ended[source], outcome, number)
        for row in self._counts(records):
            told = ended[row["source"]]
            kinds = told.left_out if row["kind"] == "left out" else told.unread
            kinds[row["key"]] = row["number"]
        for name, others in self._plan.others.items():
            ended[name].other_files = dict(others)
        for (name, _), form in self._plan.forms.items():
            licence = Form.decode(form).columns.licence
            if licence and licence not in ended[name].licences:
                ended[name].licences.append(licence)
        report.sources = list(ended.values())
        matched = spark.table("matches").where(f"key IS NOT NULL AND rung = '{TITLE.name}'")
        report.disputes = tables.ask(DISPUTES).collect()[0][0]
        report.matched = matched.count()
        redirects = spark.table("redirected").count()
        films, people = tables.count("films"), tables.count("named")
        report.graph = GraphDiff(Diff(added=films), Diff(added=people), redirects)
        return report

    def _counts(self, records: DataFrame) -> list[Any]:
        return (
            records.where(f"kind = 'left out' OR (kind = 'note' AND names = '{NoteKind.UNREAD}')")
            .groupBy("source", "kind", "key")
            .agg({"line": "sum", "*": "count"})
            .selectExpr(
                "source",
                "kind",
                "key",
                "if(kind = 'note', `count(1)`, `sum(line)`) AS number",
            )
            .collect()
        )


@dataclass(frozen=True, slots=True)
class _Forms:
    """Gives the form of a record's file, in whatever process."""

    forms: Mapping[tuple[str, str], str]

    def __call__(self, origin: Origin) -> str:
        return self.forms.get((origin.source, origin.path), "")


def _all(tables: Sequence[DataFrame]) -> DataFrame:
    return reduce(lambda one, other: one.unionAll(other), tables)
