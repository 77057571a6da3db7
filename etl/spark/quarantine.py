"""What a load on Spark keeps out, and what it notes, as tables with file, line and reason."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import msgspec
import pyarrow as pa

from etl.catalog.kept_out import Places, located, unreadable
from etl.findings import Finding, Found, Severity
from etl.records import Origin, Reason, decode_heading, decode_reject
from etl.sources.files import beside
from etl.spark.tables import SparkTables

_COLUMNS = "severity file line field message value text film kind source".split()
_SCHEMA = ", ".join(f"{each} {'int' if each == 'line' else 'string'}" for each in _COLUMNS)
_ARROW = pa.schema([(each, pa.int32() if each == "line" else pa.string()) for each in _COLUMNS])
_REASONS = msgspec.json.Decoder(list[Reason])
_TOLD_AT_MOST = 1000  # findings that the driver hears of; the tables have all

# The records that are kept out, with what the shapes say of their films.
KEPT_OUT = """
SELECT 'rejected' AS kind, source, path, line, body, '' AS film, NULL AS results
FROM versions WHERE kind = 'reject'
UNION ALL
SELECT 'quarantined', source, path, line, body, film, results
FROM (SELECT film, results, unnest(refused) AS version FROM built) AS said
JOIN (SELECT version, source, path, line, body FROM versions) AS held USING (version)
"""

# What the shapes warn of in films of the graph, at the first of their records.
WARNED = """
SELECT 'warning' AS kind, source, path, line, body, film, results
FROM (SELECT film, results, versions[1] AS version FROM films WHERE results IS NOT NULL) AS said
JOIN (SELECT version, source, path, line, body FROM versions) AS held USING (version)
"""


def keep_out(tables: SparkTables, places: Places, folder: str, found: Found) -> None:
    """Write `quarantine` and `notes` as Parquet into a folder, and tell the first findings."""

    def worded(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        return _worded(places, batches)

    kept = tables.ask(KEPT_OUT).mapInArrow(worded, _SCHEMA)
    kept.write.mode("overwrite").parquet(f"{folder}/quarantine")
    notes = tables.spark.table("notes").selectExpr(
        "'Info' AS severity",
        "path AS file",
        "line",
        "key AS field",
        "body AS message",
        "'' AS value",
        "'' AS text",
        "'' AS film",
        "names AS kind",
        "source",
    )
    warned = tables.ask(WARNED).mapInArrow(worded, _SCHEMA)
    notes.unionAll(warned).write.mode("overwrite").parquet(f"{folder}/notes")
    for name in ("quarantine", "notes"):
        written = tables.spark.read.parquet(f"{folder}/{name}")
        for row in written.limit(_TOLD_AT_MOST).toLocalIterator():
            told = row["message"], row["file"], row["line"], row["field"], row["value"], row["text"]
            found(Finding(Severity(row["severity"]), *told, kind=row["kind"]))


def _worded(places: Places, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Put into words in a task why records are kept out."""
    for batch in batches:
        rows = [row for each in batch.to_pylist() for row in _findings(each, places)]
        yield pa.RecordBatch.from_pylist(rows, schema=_ARROW)


def _findings(row: dict[str, Any], places: Places) -> Iterator[dict[str, Any]]:
    origin = Origin(row["source"], row["path"], row["line"])
    if row["kind"] == "rejected":
        reject = decode_reject(row["body"])
        told = [unreadable(beside(places.path(origin), reject.file), origin.line, reject)]
    else:
        severity = Severity.WARNING if row["kind"] == "warning" else Severity.VIOLATION
        heading = decode_heading(row["body"])
        reasons = _REASONS.decode(row["results"])
        told = [located(severity, places, origin, heading, each) for each in reasons]
    for each in told:
        yield {
            "severity": each.severity,
            "file": each.file,
            "line": each.line,
            "field": each.key,
            "message": each.message,
            "value": each.value,
            "text": each.text,
            "film": row["film"],
            "kind": row["kind"],
            "source": places.sources[row["source"]].label,
        }
