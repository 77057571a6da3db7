"""The graph as the shards that `etl export --shards` writes, by Spark's own writer of text."""

from __future__ import annotations

import gzip
from collections.abc import Iterable, Iterator
from hashlib import sha256
from typing import TYPE_CHECKING

import pyarrow as pa

from etl.entities.tally import Tally
from etl.output.graphs import GraphHash
from etl.publication.sharding import SHARD_TRIPLES, ShardedGraph
from etl.spark.arrow import batch, ddl, rows, texts
from etl.spark.files import FileSystems

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

_SEEN = pa.schema([*texts("file", "total", "sha256", "tally"), ("triples", pa.int64())])


def write_shards(
    spark: SparkSession, lines: DataFrame, folder: str, stem: str, triples: int
) -> tuple[ShardedGraph, Tally]:
    """Write lines of N-Triples, several in each row of `lines`, as numbered files in a folder.

    Each has about as many as another, and about as many as a shard of an export. What was written
    is read again for the manifest, and counted: its triples, their hash, each file's digest.
    """
    files, made = FileSystems(spark), f"{folder}/_{stem}"
    count = -(-triples // SHARD_TRIPLES) or 1
    lines.repartition(count).write.mode("overwrite").option("compression", "gzip").text(made)
    for old in files.within(folder):
        if old.rsplit("/", 1)[-1].startswith(f"{stem}-"):
            files.remove(old)
    parts = [each for each in files.within(made) if each.endswith(".gz")]
    names = [f"{stem}-{number:05}.nt.gz" for number in range(1, len(parts) + 1)]
    for part, name in zip(parts, names, strict=True):
        files.move(part, f"{folder}/{name}")
    files.remove(made)
    read = spark.read.format("binaryFile").load([f"{folder}/{name}" for name in names])
    seen = read.select("path", "content").mapInArrow(_seen, ddl(_SEEN)).collect() if names else []
    hashed = GraphHash.of(sum(each["triples"] for each in seen), sum(int(e["total"]) for e in seen))
    shards = [
        {"file": each["file"], "triples": each["triples"], "sha256": each["sha256"]}
        for each in sorted(seen)
        if each["triples"]
    ]
    tally = Tally()
    for each in seen:
        tally.add(Tally.decode(each["tally"]))
    return ShardedGraph(hashed, shards), tally


def _seen(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Count in a task what shards hold."""
    for path, content in rows(batches):
        hashed, lines = GraphHash(), gzip.decompress(content).split(b"\n")[:-1]
        hashed.add_lines(lines)
        told = str(hashed.total), sha256(content).hexdigest(), Tally.of_lines(lines).encode()
        yield batch([(path.rsplit("/", 1)[-1], *told, hashed.triples)], _SEEN)
