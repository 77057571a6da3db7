"""Match films that share no id on Spark: candidates by resolution's SQL, the rest by its rules.

What hangs together is found in the driver, of keys alone; each cluster is matched by itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from etl.resolution.components import components
from etl.resolution.matches import (
    CLUSTERS_AT_ONCE,
    OWNED,
    PAIRED,
    SEEN,
    SEVERAL,
    TITLED,
    clues_of,
)
from etl.resolution.matching import RUNGS, Match, Matching, Pair, Seen
from etl.spark.arrow import batch, ddl, rows
from etl.spark.tables import SparkTables

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

_CLUES = pa.schema(
    [
        ("version", pa.int64()),
        ("title", pa.string()),
        ("year", pa.int32()),
        *((name, pa.list_(pa.string())) for name in ("exact", "loose", "people")),
    ]
)
_YEARS = ("year", "other_year")
_MATCHES = pa.schema(
    [(name, pa.int32() if name in _YEARS else pa.string()) for name in Match._fields]
)


def find_matches(tables: SparkTables, *, needs_witness: bool) -> bool:
    """Write into `matches` which films are one, by the members that ids give; say if any are."""
    (several,) = tables.ask(SEVERAL).collect()
    if not several[0]:
        return False
    records = tables.spark.table("versions").where("kind = 'film'").select("version", "body")
    tables.put("clues", lambda: records.mapInArrow(_noted, ddl(_CLUES)))
    tables.run(TITLED, OWNED, PAIRED)
    paired = tables.spark.table("paired")
    numbers = components((row["one"], row["other"]) for row in _keys(paired))
    if not numbers:
        return False
    clusters = [(film, number // CLUSTERS_AT_ONCE) for film, number in numbers.items()]
    tables.put(
        "clustered", lambda: tables.spark.createDataFrame(clusters, "film string, cluster int")
    )
    rungs = RUNGS[:-1] if needs_witness else RUNGS
    clustered = tables.spark.table("clustered")
    pairs = paired.join(clustered, paired["one"] == clustered["film"]).drop("film")
    seen = tables.ask(SEEN).toDF("cluster", "film", "sources", "ids", "people")

    def match(pairs: pa.Table, seen: pa.Table) -> pa.Table:
        return _matched(pairs, seen, [each.name for each in rungs])

    together = pairs.groupBy("cluster").cogroup(seen.groupBy("cluster"))
    found = together.applyInArrow(match, ddl(_MATCHES))
    tables.put("matches", lambda: found)
    return not tables.spark.table("matches").where("key IS NOT NULL").isEmpty()


def _keys(paired: DataFrame) -> Iterator[Any]:
    yield from paired.select("one", "other").toLocalIterator()


def _noted(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Note in a task what records are matched by."""
    for each in batches:
        yield batch([clues_of(*row) for row in rows([each])], _CLUES)


def _matched(pairs: pa.Table, seen: pa.Table, rungs: Iterable[str]) -> pa.Table:
    """Match the films of some clusters in a task."""
    films = {
        row["film"]: Seen(
            row["film"],
            frozenset(row["sources"]),
            frozenset(map(tuple, row["ids"])),
            frozenset(row["people"]),
        )
        for row in seen.to_pylist()
    }
    told = [
        Pair(row["one"], row["other"], row["near"], tuple(row["titles"]), tuple(row["years"]))
        for row in pairs.to_pylist()
    ]
    wanted = [each for each in RUNGS if each.name in set(rungs)]
    found = Matching(films).matches(told, wanted)
    return pa.Table.from_pylist([each._asdict() for each in found], schema=_MATCHES)
