"""The graph as the shards that `etl export --shards` writes, by Spark's own writer of text."""

from __future__ import annotations

import gzip
from collections.abc import Iterable, Iterator
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from etl.output.graphs import GraphHash
from etl.publication.sharding import SHARD_TRIPLES, ShardedGraph
from etl.spark.files import FileSystems

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

_SEEN = "file string, triples long, total string, sha256 string"
_SEEN_ARROW = pa.schema(
    [
        ("file", pa.string()),
        ("triples", pa.int64()),
        ("total", pa.string()),
        ("sha256", pa.string()),
    ]
)


def write_shards(
    spark: SparkSession, lines: DataFrame, folder: str, stem: str, triples: int
) -> ShardedGraph:
    """Write lines of N-Triples, several in each row of `lines`, as numbered files in a folder.

    Each has about as many as another, and about as many as a shard of an export. What was written
    is read again for the manifest: its triples, their hash, and the digest of each file.
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
    seen = read.select("path", "content").mapInArrow(_seen, _SEEN).collect() if names else []
    told = sorted((row["file"], row["triples"], int(row["total"]), row["sha256"]) for row in seen)
    hashed = GraphHash.of(
        sum(number for _, number, _, _ in told), sum(total for _, _, total, _ in told)
    )
    shards = [{"file": f, "triples": n, "sha256": digest} for f, n, _, digest in told if n]
    return ShardedGraph(hashed, shards)


def _seen(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Count in a task what shards hold."""
    for batch in batches:
        for path, content in zip(*(c.to_pylist() for c in batch.columns), strict=True):
            hashed = GraphHash()
            hashed.add_lines(gzip.decompress(content).splitlines())
            row: dict[str, Any] = {
                "file": path.rsplit("/", 1)[-1],
                "triples": hashed.triples,
                "total": str(hashed.total),
                "sha256": sha256(content).hexdigest(),
            }
            yield pa.RecordBatch.from_pylist([row], schema=_SEEN_ARROW)
