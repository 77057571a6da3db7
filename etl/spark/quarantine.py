"""What a load on Spark keeps out, and what it notes, as tables with file, line and reason."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

import msgspec
import pyarrow as pa

from etl.catalog.kept_out import Places, located, unreadable
from etl.findings import Finding, Found, Severity
from etl.records import Origin, Reason, decode_heading, decode_reject
from etl.sources.files import beside, shown
from etl.spark.arrow import ddl, texts
from etl.spark.tables import SparkTables

FINDINGS = pa.schema(
    [
        *texts("severity", "file"),
        ("line", pa.int32()),
        *texts("field", "message", "value", "text", "film", "kind", "source"),
    ]
)
"""A finding about a record, as a row of `quarantine` or `notes`."""

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
FROM (SELECT film, results, split_part(split_part(inputs, chr(10), 1), ',', 1)::BIGINT AS version
      FROM films WHERE results IS NOT NULL) AS said
JOIN (SELECT version, source, path, line, body FROM versions) AS held USING (version)
"""


def keep_out(tables: SparkTables, places: Places, folder: str, found: Found) -> Counter[str]:
    """Write `quarantine` and `notes` as Parquet into a folder, and tell the first findings.

    Returns how many findings of each severity were not told.
    """

    def worded(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        return _worded(places, batches)

    kept = tables.ask(KEPT_OUT).mapInArrow(worded, ddl(FINDINGS))
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
    warned = tables.ask(WARNED).mapInArrow(worded, ddl(FINDINGS))
    notes.unionAll(warned).write.mode("overwrite").parquet(f"{folder}/notes")
    untold = Counter[str]()
    for name in ("quarantine", "notes"):
        written = tables.spark.read.parquet(f"{folder}/{name}")
        for severity, number in written.groupBy("severity").count().collect():
            untold[severity] += number
            of_severity = written.where(written["severity"] == severity).orderBy("file", "line")
            for row in of_severity.limit(_TOLD_AT_MOST).toLocalIterator():
                place, line = shown(row["file"]), row["line"]
                rest = row["field"], row["value"], row["text"]
                finding = Finding(Severity(severity), row["message"], place, line, *rest)
                found(replace(finding, kind=row["kind"]))
                untold[severity] -= 1
    return untold


def _worded(places: Places, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Put into words in a task why records are kept out."""
    for batch in batches:
        found = [row for each in batch.to_pylist() for row in _findings(each, places)]
        yield pa.RecordBatch.from_pylist(found, schema=FINDINGS)


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
