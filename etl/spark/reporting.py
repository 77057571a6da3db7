"""How the records of a load on Spark have ended, as a load on one machine reports it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from etl.findings import Found
from etl.operations.reading import absent
from etl.operations.reports import Diff, GraphDiff, LoadReport, SourceReport
from etl.records import NoteKind
from etl.resolution.matching import TITLE
from etl.sources.files import Source
from etl.sources.tables.forms import Form
from etl.spark.planning import ReadingPlan
from etl.spark.tables import SparkTables

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

# How the record of each place has ended, by source.
ENDED = """
SELECT source, CASE WHEN versions.kind = 'reject' THEN 'rejected'
                    WHEN refused.version IS NOT NULL THEN 'quarantined'
                    WHEN counts THEN 'loaded' ELSE 'superseded' END AS ended, count(*) AS records
FROM versions LEFT JOIN refused USING (version)
LEFT JOIN (SELECT version, counts FROM members) AS member USING (version)
GROUP BY ALL
"""

DISPUTES = (
    "SELECT count(*) AS subjects FROM (SELECT DISTINCT about, scheme, subject FROM disputed) AS a"
)

LISTS = {
    "counts": ENDED,
    "disputes": """
SELECT about, scheme, subject, said, source, path, line FROM disputed
JOIN (SELECT version, source, path, line FROM versions) AS held USING (version)
""",
    "matches": "SELECT * FROM matches",
}
"""The tables that are written beside quarantine and notes, each with its query."""


def write_lists(tables: SparkTables, folder: str) -> None:
    """Write the tables of `LISTS` into a folder, as Parquet."""
    for name, sql in LISTS.items():
        tables.ask(sql).coalesce(1).write.mode("overwrite").parquet(f"{folder}/{name}")


def load_report(
    tables: SparkTables,
    records: DataFrame,
    named: Sequence[Source],
    plan: ReadingPlan,
    found: Found,
) -> LoadReport:
    """Count how the records of each source have ended; note what no record says."""
    report = LoadReport(run=1, committed=True)
    ended = {each.name: SourceReport(each.label, each.name, each.root) for each in named}
    for name, outcome, number in tables.ask(ENDED).collect():
        setattr(ended[name], outcome, number)
    absences = defaultdict[str, dict[str, int]](dict)
    for name, kind, key, number in _counts(records):
        kinds = {"left out": ended[name].left_out, "absence": absences[name]}
        kinds.get(kind, ended[name].unread)[key] = number
    for source in named:
        told = ended[source.name]
        told.other_files = dict(plan.others[source.name])
        forms = (form for (name, _), form in plan.forms.items() if name == source.name)
        told.licences = list(source.description.licences or _licences(forms))
        if counts := absences[source.name]:
            found(absent(source, counts))
    report.sources = list(ended.values())
    (disputes,) = tables.ask(DISPUTES).collect()
    report.disputes = disputes[0]
    matched = f"key IS NOT NULL AND rung = '{TITLE.name}'"
    report.matched = tables.spark.table("matches").where(matched).count()
    films, people = tables.count("films"), tables.count("named")
    redirects = tables.count("redirected")
    report.graph = GraphDiff(Diff(added=films), Diff(added=people), redirects)
    return report


def _licences(forms: Iterable[str]) -> list[str]:
    """Return the licences of the publishers of formats, each once."""
    return list(filter(None, dict.fromkeys(Form.decode(form).columns.licence for form in forms)))


def _counts(records: DataFrame) -> list[Any]:
    """Count what was left out, what no record says, and what the graph has no place for."""
    unread = f"kind = 'note' AND names = '{NoteKind.UNREAD}'"
    records.where(f"kind IN ('left out', 'absence') OR ({unread})").createOrReplaceTempView("told")
    return records.sparkSession.sql(
        "SELECT source, kind, key, sum(if(kind = 'note', 1, line)) AS number FROM told "
        "GROUP BY source, kind, key"
    ).collect()
